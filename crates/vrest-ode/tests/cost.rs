//! What a solution costs, in evaluations of the right-hand side: counted, because wall time on shared machines lies.

use std::sync::atomic::{AtomicUsize, Ordering};
use vrest_ode::ensemble::{Member, Plan, ensemble};
use vrest_ode::{Options, Output, Real, VectorField, sensitivities, solve};

const PARAMS: usize = 36;

/// A harmonic oscillator whose frequency is the mean of its parameters, which counts what is asked of it.
#[derive(Default)]
struct Counted(AtomicUsize);

impl VectorField for Counted {
    fn n_states(&self) -> usize {
        2
    }
    fn n_params(&self) -> usize {
        PARAMS
    }
    fn work_len(&self) -> usize {
        1
    }
    fn prepare<R: Real>(&self, _: R, p: &[R], work: &mut [R]) {
        work[0] = p.iter().fold(R::zero(), |sum, &p| sum + p) / PARAMS as f64;
    }
    fn eval<R: Real>(&self, _: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        self.0.fetch_add(1, Ordering::Relaxed);
        dy[0] = work[0] * y[1];
        dy[1] = -(work[0] * y[0]);
    }
}

const P: [f64; PARAMS] = [1.0; PARAMS];
const Y0: [f64; 2] = [1.0, 0.0];

/// How often `work` evaluates the field.
fn evaluations(work: impl FnOnce(&Counted)) -> f64 {
    let field = Counted::default();
    work(&field);
    field.0.into_inner() as f64
}

fn assert_times(ratio: f64, factor: f64, within: f64) {
    assert!((ratio / factor - 1.0).abs() < within, "{ratio} times and not {factor} times as many");
}

#[test]
fn twice_the_span_is_twice_the_work() {
    let options = Options::with_tolerance(1e-7, 1e-9);
    let cost = |t1: f64| {
        evaluations(|f| drop(solve(f, &P, &Y0, 0.0, t1, Output::At(&[t1]), &options).expect("it solves")))
    };
    assert_times(cost(400.0) / cost(200.0), 2.0, 0.02);
}

#[test]
fn outputs_cost_no_evaluations() {
    let options = Options::with_tolerance(1e-7, 1e-9);
    let cost = |n: usize| {
        let times: Vec<f64> = (0..=n).map(|k| 100.0 * k as f64 / n as f64).collect();
        evaluations(|f| drop(solve(f, &P, &Y0, 0.0, 100.0, Output::At(&times), &options).expect("it solves")))
    };
    assert_eq!(cost(10), cost(10_000));
}

#[test]
fn members_cost_what_their_number_says_and_lanes_share_it() {
    let options = Options::with_tolerance(1e-7, 1e-9);
    let plan = Plan { t0: 0.0, t1: 200.0, times: &[200.0], record: &[0], options: &options };
    let cost = |n: usize| {
        evaluations(|f| {
            let mut members = (0..n).map(|id| Member { id, p: P.to_vec(), y0: Y0.to_vec() });
            ensemble(f, &plan, || members.next(), |_, course| drop(course.expect("it solves")));
        })
    };
    assert_times(cost(256) / cost(128), 2.0, 0.02);
    // Sixteen at a time, and a few evaluations alone for the first step.
    assert_times(cost(256) / cost(16), 16.0, 0.02);
    let alone = evaluations(|f| {
        drop(solve(f, &P, &Y0, 0.0, 200.0, Output::At(&[200.0]), &options).expect("it solves"))
    });
    assert!(cost(256) < 256.0 / 16.0 * alone * 1.1, "{} against {alone} alone", cost(256));
}

#[test]
fn derivatives_cost_a_pass_for_every_twelve() {
    let options = Options::with_tolerance(1e-7, 1e-9);
    let cost = |n: usize| {
        let wrt: Vec<usize> = (0..n).collect();
        evaluations(|f| {
            let output = Output::At(&[50.0]);
            drop(sensitivities(f, &P, &wrt, &Y0, None, 0.0, 50.0, output, &options).expect("it solves"));
        })
    };
    assert_eq!(cost(1), cost(12));
    assert_times(cost(24) / cost(12), 2.0, 0.02);
    assert_times(cost(36) / cost(12), 3.0, 0.02);
}
