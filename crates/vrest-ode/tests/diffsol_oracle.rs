//! diffsol, an independent library, integrates the same right-hand sides with its own methods and must
//! arrive at the same states.

mod problems;

use diffsol::{NalgebraLU, NalgebraMat, OdeBuilder, OdeSolverMethod};
use problems::{Case, Visitor};
use vrest_ode::{Dual, Method, Options, Output, Tolerance, VectorField, solve};

/// dy/dt, with work prepared anew: diffsol's closures own nothing mutable.
fn slope<F: VectorField>(field: &F, p: &[f64], t: f64, y: &[f64], dy: &mut [f64]) {
    let mut work = vec![0.0; field.work_len()];
    field.prepare(t, p, &mut work);
    field.eval(t, y, &mut work, dy);
}

/// (df/dy) v, by one dual direction.
fn product<F: VectorField>(field: &F, p: &[f64], t: f64, y: &[f64], v: &[f64], out: &mut [f64]) {
    let lift = |x: &f64| Dual::<f64, 1>::constant(*x);
    let p: Vec<_> = p.iter().map(lift).collect();
    let y: Vec<_> = y.iter().zip(v).map(|(&re, &e)| Dual { re, eps: [e] }).collect();
    let mut work = vec![lift(&0.0); field.work_len()];
    let mut dy = vec![lift(&0.0); y.len()];
    field.prepare(lift(&t), &p, &mut work);
    field.eval(lift(&t), &y, &mut work, &mut dy);
    for (o, d) in out.iter_mut().zip(dy) {
        *o = d.eps[0];
    }
}

struct Oracle {
    rtol: f64,
}

impl Visitor for Oracle {
    fn visit<F: VectorField>(&mut self, case: &Case<F>) {
        let (field, p) = (&case.field, &case.p);
        let times: Vec<f64> = case.times().into_iter().filter(|&t| t > case.t0).collect();
        let problem = OdeBuilder::<NalgebraMat<f64>>::new()
            .t0(case.t0)
            .rtol(self.rtol)
            .atol(case.atol(self.rtol))
            .p(p.clone())
            .rhs_implicit(
                |y, p, t, dy| slope(field, p, t, y, dy),
                |y, p, t, v, out| product(field, p, t, y, v, out),
            )
            .init(|_, _, y| y.copy_from_slice(&case.y0), case.y0.len())
            .build()
            .unwrap();
        let mut solver = problem.bdf::<NalgebraLU<f64>>().unwrap();
        let (theirs, _) = solver.solve_dense(&times).unwrap();

        let options = Options {
            rtol: self.rtol,
            atol: Tolerance::PerState(case.atol(self.rtol)),
            method: Method::Auto,
            ..Options::default()
        };
        let ours = solve(field, p, &case.y0, case.t0, case.t1(), Output::At(&times), &options).unwrap();
        for (k, t) in times.iter().enumerate() {
            for i in 0..case.y0.len() {
                let (a, b) = (ours.row(k)[i], theirs[(i, k)]);
                let size = b.abs() + case.scale[i];
                // Errors of many steps add up in a BDF code.
                let allowed = 10.0 * case.amplification * self.rtol * size;
                assert!((a - b).abs() < allowed, "{} state {i} at {t}: {a} against {b}", case.name);
            }
        }
    }
}

#[test]
fn diffsol_arrives_at_the_same_states() {
    // The leak is left out: it has jumps, at which diffsol would have to be restarted by hand.
    let mut oracle = Oracle { rtol: 1e-9 };
    oracle.visit(&problems::hodgkin_huxley::case());
    oracle.visit(&problems::prothero_robinson::case());
    oracle.visit(&problems::robertson::case());
    oracle.visit(&problems::pump_leak::case());
}
