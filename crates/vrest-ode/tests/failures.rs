//! A solve that cannot be done says which state, when, at which step, and what to do; it returns no numbers.

mod problems;

use problems::leak::{self, Leak};
use std::sync::atomic::AtomicBool;
use vrest_ode::{Method, Options, Output, Real, Refusal, SolveError, Tolerance, VectorField, solve};

/// y' = rate * y^2, infinite at t = 1/(rate y0), or y' = -rate where a state has to stay positive.
struct Runaway {
    draining: bool,
}
impl VectorField for Runaway {
    fn n_states(&self) -> usize {
        1
    }
    fn n_params(&self) -> usize {
        1
    }
    fn work_len(&self) -> usize {
        1
    }
    fn prepare<R: Real>(&self, _: R, p: &[R], work: &mut [R]) {
        work[0] = p[0];
    }
    fn eval<R: Real>(&self, _: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        dy[0] = if self.draining { -work[0] } else { work[0] * y[0] * y[0] };
    }
    fn depends_on_time(&self) -> bool {
        false
    }
    fn positive_states(&self) -> &[usize] {
        if self.draining { &[0] } else { &[] }
    }
    fn state_name(&self, _: usize) -> String {
        "amount".into()
    }
}

fn fail(draining: bool, p: f64, y0: f64, options: &Options) -> SolveError {
    solve(&Runaway { draining }, &[p], &[y0], 0.0, 10.0, Output::EveryStep, options).unwrap_err()
}

#[test]
fn a_solution_that_escapes_is_reported_with_state_time_and_step() {
    for method in [Method::Auto, Method::Explicit, Method::Stiff] {
        let error = fail(false, 0.5, 1.0, &Options { method, ..Options::default() });
        let SolveError::StepTooSmall { ref state, t, h, .. } = error else { panic!("{error}") };
        assert_eq!(state, "amount");
        assert!((t - 2.0).abs() < 1e-5 && h < 1e-12, "{error}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_positive_state_is_never_stepped_below_zero() {
    for method in [Method::Auto, Method::Explicit, Method::Stiff] {
        let error = fail(true, 0.5, 1.0, &Options { method, ..Options::default() });
        let SolveError::StepTooSmall { t, refusal, .. } = error else { panic!("{error}") };
        assert_eq!(refusal, Refusal::NotPositive);
        assert!((t - 2.0).abs() < 1e-6, "{error}");
    }
    let error = fail(true, 0.5, 0.0, &Options::default());
    assert_eq!(error.to_string(), "`amount` starts at 0: it must stay positive and does not");
}

#[test]
fn numbers_that_are_not_finite_are_reported_where_they_enter() {
    let error = fail(false, f64::NAN, 1.0, &Options::default());
    assert_eq!(error.to_string(), "d`amount`/dt is NaN at t = 0");
    let error = fail(false, 1.0, f64::INFINITY, &Options::default());
    assert_eq!(error.to_string(), "`amount` starts at inf: it is not finite");
}

/// A fast variable follows a slow one; a third is not a number once the fast one has been thrown beyond a bound.
struct Cliff;
impl VectorField for Cliff {
    fn n_states(&self) -> usize {
        3
    }
    fn n_params(&self) -> usize {
        1
    }
    fn work_len(&self) -> usize {
        1
    }
    fn prepare<R: Real>(&self, _: R, p: &[R], work: &mut [R]) {
        work[0] = p[0];
    }
    fn eval<R: Real>(&self, _: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        dy[0] = (y[1] - y[0]) * 1e6;
        dy[1] = R::one();
        dy[2] = (R::one() - y[0].abs() / work[0]).sqrt();
    }
    fn depends_on_time(&self) -> bool {
        false
    }
}

/// A step may leave a finite state whose slope, and with it the error estimate, is not a number.
#[test]
fn an_error_estimate_that_is_not_a_number_refuses_the_step() {
    let options = Options { max_steps: 20_000, ..Options::default() };
    // The bound lies between the stages of a far too long step and its end for some of these.
    for exponent in 1..40 {
        let bound = 10f64.powi(exponent);
        let run = solve(&Cliff, &[bound], &[0.0; 3], 0.0, 1e-3, Output::EveryStep, &options);
        let solution = run.unwrap_or_else(|e| panic!("{bound}: {e}"));
        assert!(solution.y.iter().all(|y| y.is_finite()), "{bound}");
        let fast = solution.row(solution.t.len() - 1)[0];
        assert!((fast - (1e-3 - 1e-6)).abs() < 1e-7, "{bound}: {fast}");
    }
}

#[test]
fn limits_end_a_solve() {
    let error = fail(false, 0.5, 1.0, &Options { max_steps: 7, ..Options::default() });
    assert!(error.to_string().starts_with("7 steps reach only t = "), "{error}");
    let flag = AtomicBool::new(true);
    let error = fail(false, 0.5, 1.0, &Options { cancel: Some(&flag), ..Options::default() });
    assert_eq!(error, SolveError::Cancelled { t: 0.0 });
}

#[test]
fn arguments_that_make_no_sense_are_named() {
    let run = |p: &[f64], y0: &[f64], t1: f64, output, options: &Options| {
        solve(&Leak, p, y0, 0.0, t1, output, options).unwrap_err().to_string()
    };
    let (good, every) = (Options::default(), Output::EveryStep);
    assert_eq!(run(&[1.0], &[0.0], 1.0, every, &good), "`p` has 1 values, the vector field needs 6");
    assert_eq!(run(&leak::P, &[], 1.0, every, &good), "`y0` has 0 values, the vector field needs 1");
    assert_eq!(
        run(&leak::P, &[0.0], -1.0, every, &good),
        "`t1` = -1: the end must be finite and not before the start"
    );
    let order = Output::At(&[0.5, 0.2]);
    assert_eq!(
        run(&leak::P, &[0.0], 1.0, order, &good),
        "output time number 1 is 0.2: times must ascend within 0 .. 1"
    );
    assert!(run(&leak::P, &[0.0], 1.0, Output::At(&[f64::NAN]), &good).contains("number 0 is NaN"));
    let loose = Options { rtol: 0.0, ..Options::default() };
    assert_eq!(run(&leak::P, &[0.0], 1.0, every, &loose), "`rtol` = 0: allowed is 1e-14 to 1");
    let none = Options { atol: Tolerance::PerState(vec![]), ..Options::default() };
    assert_eq!(run(&leak::P, &[0.0], 1.0, every, &none), "`atol` has 0 values, the vector field needs 1");
}
