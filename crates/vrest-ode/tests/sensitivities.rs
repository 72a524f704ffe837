//! Derivatives of trajectories against exact formulas (differentiated by num-dual) and, where there is no
//! formula, against central differences of tight solves.

mod problems;

use num_dual::{Dual64, DualNum};
use problems::{Case, hodgkin_huxley, leak, oscillator, pump_leak};
use vrest_ode::{
    Method, Options, Output, Sensitivities, Tolerance, VectorField, newton, sensitivities, solve,
    steady_sensitivity,
};

fn options<F: VectorField>(case: &Case<F>, method: Method, rtol: f64) -> Options<'static> {
    Options { rtol, atol: Tolerance::PerState(case.atol(rtol)), method, ..Options::default() }
}

fn run<F: VectorField>(case: &Case<F>, wrt: &[usize], options: &Options) -> Sensitivities {
    let at = case.times();
    let (field, p, y0) = (&case.field, &case.p, &case.y0);
    sensitivities(field, p, wrt, y0, None, case.t0, case.t1(), Output::At(&at), options).unwrap()
}

/// Central differences of solves at rtol 1e-12, extrapolated once.
fn differences<F: VectorField>(case: &Case<F>, parameter: usize, relative_step: f64) -> Vec<f64> {
    let at = case.times();
    let options = options(case, Method::Auto, 1e-12);
    let difference = |h: f64| -> Vec<f64> {
        let mut ends = [1.0, -1.0].map(|sign| {
            let mut p = case.p.clone();
            p[parameter] += sign * h;
            solve(&case.field, &p, &case.y0, case.t0, case.t1(), Output::At(&at), &options).unwrap().y
        });
        let minus = ends[1].clone();
        ends[0].iter_mut().zip(minus).for_each(|(a, b)| *a = (*a - b) / (2.0 * h));
        ends[0].clone()
    };
    let h = case.p[parameter].abs().max(1e-3) * relative_step;
    difference(h).iter().zip(difference(0.5 * h)).map(|(wide, narrow)| (4.0 * narrow - wide) / 3.0).collect()
}

/// Largest difference relative to the largest entry of the same state.
fn worst(got: &Sensitivities, j: usize, want: &[f64]) -> f64 {
    let n = got.solution.n_states;
    (0..n)
        .map(|i| {
            let size = want.iter().skip(i).step_by(n).fold(0.0f64, |a, b| a.max(b.abs()));
            let off = |k: usize| (got.row(k, i)[j] - want[k * n + i]).abs();
            (0..want.len() / n).map(off).fold(0.0, f64::max) / size.max(1e-300)
        })
        .fold(0.0, f64::max)
}

#[test]
fn a_leak_knows_its_derivatives_also_by_the_times_of_the_edges() {
    fn exact<D: DualNum<Primitive = f64> + Copy>(p: [D; 6], v0: f64, t: f64) -> D {
        let relax = |v: D, to: D, dt: D| to + (v - to) * (-(p[0] / p[2]) * dt).exp();
        let raised = p[1] + p[3] / p[0];
        let at_start = relax(D::from(v0), p[1], p[4]);
        let at_stop = relax(at_start, raised, p[5] - p[4]);
        let t = D::from(t);
        if t <= p[4] {
            relax(D::from(v0), p[1], t)
        } else if t <= p[5] {
            relax(at_start, raised, t - p[4])
        } else {
            relax(at_stop, p[1], t - p[5])
        }
    }
    let case = leak::case();
    for (method, allowed) in [(Method::Auto, 1e-11), (Method::Explicit, 3e-7), (Method::Stiff, 1e-7)] {
        let got = run(&case, &[0, 1, 2, 3, 4, 5], &options(&case, method, 1e-10));
        for j in 0..6 {
            let mut p = leak::P.map(Dual64::from);
            p[j] = p[j].derivative();
            // On an edge that moves the derivative differs between its sides: leave those times out.
            let want: Vec<f64> = case.times().iter().map(|&t| exact(p, -70.0, t).eps).collect();
            let mut want = want;
            for (k, t) in case.times().iter().enumerate() {
                if [100.0, 300.0].contains(t) {
                    want[k] = got.row(k, 0)[j];
                }
            }
            let off = worst(&got, j, &want);
            assert!(off < allowed, "{method:?}, parameter {j}: {off:.2e}");
        }
    }
}

#[test]
fn the_plain_part_is_the_plain_solve_to_the_bit() {
    fn same<F: VectorField>(case: &Case<F>, method: Method) {
        let options = options(case, method, 1e-6);
        let at = case.times();
        let plain =
            solve(&case.field, &case.p, &case.y0, case.t0, case.t1(), Output::At(&at), &options).unwrap();
        let wrt: Vec<usize> = (0..case.p.len()).collect();
        let with = run(case, &wrt, &options).solution;
        assert_eq!((&with.t, with.stats), (&plain.t, plain.stats), "{}", case.name);
        // Exact segments take the exponential of plain numbers from the vector unit: the same but for rounding.
        let rounding = if plain.stats.method.exponential { 1e-13 } else { 0.0 };
        let worst = with.y.iter().zip(&plain.y).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst <= rounding, "{}: {worst:.1e}", case.name);
    }
    for method in [Method::Auto, Method::Stiff] {
        same(&leak::case(), method);
        same(&oscillator::case(), method);
        same(&hodgkin_huxley::case(), method);
        same(&pump_leak::case(), method);
    }
}

#[test]
fn spikes_and_stiff_ions_agree_with_extrapolated_differences() {
    let case = hodgkin_huxley::case();
    for method in [Method::Auto, Method::Stiff] {
        let wrt = [0, 1, 2, 3, 4, 5, 6, 7];
        let got = run(&case, &wrt, &options(&case, method, 1e-11));
        for j in wrt {
            let off = worst(&got, j, &differences(&case, j, 2e-5));
            assert!(off < 1e-6, "{method:?}, parameter {j}: {off:.2e}");
        }
    }
    let mut case = pump_leak::case();
    case.p = vec![0.5];
    let got = run(&case, &[0], &options(&case, Method::Auto, 1e-10));
    let off = worst(&got, 0, &differences(&case, 0, 1e-2));
    assert!(off < 1e-6, "pump: {off:.2e}");
}

#[test]
fn a_trajectory_from_rest_moves_with_its_rest() {
    // dV/dE of a leak that starts at rest is 1 at every time before the stimulus.
    let rest = newton(&leak::Leak, 50.0, &[0.0], &leak::P, &Options::default()).unwrap();
    assert!((rest.y[0] + 77.557885).abs() < 1e-12);
    let wrt = [1, 0];
    let d = steady_sensitivity(&leak::Leak, 50.0, &rest.y, &leak::P, &wrt).unwrap();
    assert!((d[0] - 1.0).abs() < 1e-13 && d[1].abs() < 1e-12, "{d:?}");
    let at = [0.0, 10.0, 99.0];
    let options = Options::default();
    let got =
        sensitivities(&leak::Leak, &leak::P, &wrt, &rest.y, Some(&d), 0.0, 99.0, Output::At(&at), &options)
            .unwrap();
    for k in 0..3 {
        assert!((got.row(k, 0)[0] - 1.0).abs() < 1e-13 && got.row(k, 0)[1].abs() < 1e-12);
    }
}

#[test]
fn newton_finds_the_textbook_rest_of_the_squid_axon() {
    // V44: -64.97405 mV without current.
    let mut p = hodgkin_huxley::P;
    p[7] = 0.0;
    let start = [-60.0, 0.1, 0.5, 0.4];
    let rest = newton(&hodgkin_huxley::HodgkinHuxley, 0.0, &start, &p, &Options::default()).unwrap();
    assert!((rest.y[0] + 64.97405).abs() < 1e-4, "{}", rest.y[0]);
    assert!(rest.residual.iter().all(|f| f.abs() < 1e-10));
    // The pump-leak cell as an ODE conserves its charge balance: no isolated steady state.
    let case = pump_leak::case();
    assert!(newton(&case.field, 0.0, &case.y0, &[0.0], &Options::default()).is_err());
}
