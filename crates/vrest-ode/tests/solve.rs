//! The solver against exact and published solutions, over the whole library of problems and all methods.

mod problems;

use problems::{Case, Visitor, for_each, leak, robertson};
use vrest_ode::{Method, Options, Output, Solution, SolveError, Tolerance, VectorField, solve};

fn run<F: VectorField>(case: &Case<F>, method: Method, rtol: f64) -> Result<Solution, SolveError> {
    let atol = Tolerance::PerState(case.atol(rtol));
    let options = Options { rtol, atol, method, ..Options::default() };
    solve(&case.field, &case.p, &case.y0, case.t0, case.t1(), Output::At(&case.times()), &options)
}

struct Accuracy;
impl Visitor for Accuracy {
    fn visit<F: VectorField>(&mut self, case: &Case<F>) {
        for method in [Method::Auto, Method::Explicit, Method::Stiff] {
            if case.stiff && method == Method::Explicit {
                continue;
            }
            for rtol in [1e-4, 1e-6, 1e-8, 1e-10] {
                let solution = run(case, method, rtol).unwrap_or_else(|e| panic!("{}: {e}", case.name));
                let error = case.error(&solution.y);
                let allowed = case.amplification * rtol + case.precision;
                assert!(
                    error <= allowed,
                    "{} with {method:?} at rtol {rtol:e}: error {error:.2e} > {allowed:.2e}",
                    case.name
                );
                assert_eq!(solution.t, case.times());
            }
        }
    }
}

#[test]
fn every_problem_is_solved_to_its_tolerance_by_every_method() {
    for_each(&mut Accuracy);
}

#[test]
fn a_leak_is_right_to_ten_nanovolts_everywhere_across_stimulus_edges() {
    let times: Vec<f64> = (0..=50_000).map(|k| 0.01 * f64::from(k)).collect();
    for method in [Method::Auto, Method::Explicit, Method::Stiff] {
        let options = Options { method, ..Options::with_tolerance(1e-8, 1e-8) };
        let got = solve(&leak::Leak, &leak::P, &[-70.0], 0.0, 500.0, Output::At(&times), &options).unwrap();
        let worst = times.iter().zip(&got.y).map(|(&t, v)| (v - leak::exact(&leak::P, -70.0, t)).abs());
        let worst = worst.fold(0.0, f64::max);
        let allowed = if method == Method::Auto { 1e-12 } else { 1e-5 };
        assert!(worst < allowed, "{method:?}: {worst:.2e} mV");
    }
}

#[test]
fn a_conserved_sum_stays_conserved_over_eleven_decades_of_time() {
    let case = robertson::case();
    let solution = run(&case, Method::Stiff, 1e-6).unwrap();
    for row in solution.y.chunks(3) {
        assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{row:?}");
    }
}

#[test]
fn output_at_the_ends_on_edges_and_every_step_agree() {
    let at = |times: &[f64]| {
        let options = Options { method: Method::Explicit, ..Options::default() };
        solve(&leak::Leak, &leak::P, &[-70.0], 0.0, 500.0, Output::At(times), &options).unwrap()
    };
    let options = Options { method: Method::Explicit, ..Options::default() };
    let steps = solve(&leak::Leak, &leak::P, &[-70.0], 0.0, 500.0, Output::EveryStep, &options).unwrap();
    assert_eq!(steps.t.len(), steps.stats.steps + 1);
    assert!(steps.t.windows(2).all(|w| w[0] < w[1]));
    for edge in [0.0, 100.0, 300.0, 500.0] {
        assert!(steps.t.contains(&edge), "no step ends at {edge}");
    }
    // Times on step ends give the states of the steps, whatever else is asked for; a time may repeat.
    let dense = at(&steps.t);
    assert!(dense.y.iter().zip(&steps.y).all(|(a, b)| (a - b).abs() < 1e-12));
    let few = at(&[0.0, 0.0, 100.0, 300.0, 300.0, 500.0]);
    assert_eq!(few.row(0), [-70.0]);
    assert_eq!((few.y[1], few.y[3]), (-70.0, few.y[4]));
    assert_eq!(at(&[]).y, []);
    // A span of no length gives the initial state.
    let still = solve(&leak::Leak, &leak::P, &[-70.0], 5.0, 5.0, Output::At(&[5.0]), &options).unwrap();
    assert_eq!(still.y, [-70.0]);
}

#[test]
fn tolerances_may_differ_between_states_and_the_step_can_be_bounded() {
    let case = problems::oscillator::case();
    let options = Options { h_max: 0.01, ..Options::default() };
    let fine = solve(&case.field, &case.p, &case.y0, 0.0, 20.0, Output::EveryStep, &options).unwrap();
    assert!(fine.t.windows(2).all(|w| w[1] - w[0] <= 0.01 + 1e-14));
}
