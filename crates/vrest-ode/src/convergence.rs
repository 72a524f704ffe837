//! Order of accuracy of every stepper and every interpolant: the slope of log error against log step.

use crate::field::VectorField;
use crate::real::Real;
use crate::rodas5p::Rodas5P;
use crate::solution::Stats;
use crate::stepper::Stepper;
use crate::tsit5::Tsit5;

/// A problem with a known solution, without parameters and edges.
trait Exact: VectorField {
    fn exact(&self, t: f64) -> Vec<f64>;
}

macro_rules! problem {
    ($name:ident, $n:expr, |$t:ident, $y:ident, $dy:ident| $f:block, |$s:ident| $exact:expr) => {
        struct $name;
        impl VectorField for $name {
            fn n_states(&self) -> usize {
                $n
            }
            fn n_params(&self) -> usize {
                0
            }
            fn work_len(&self) -> usize {
                0
            }
            fn prepare<R: Real>(&self, _: R, _: &[R], _: &mut [R]) {}
            fn eval<R: Real>(&self, $t: R, $y: &[R], _: &mut [R], $dy: &mut [R]) $f
        }
        impl Exact for $name {
            fn exact(&self, $s: f64) -> Vec<f64> {
                $exact
            }
        }
    };
}

fn cos<R: Real>(x: R) -> R {
    (x + std::f64::consts::FRAC_PI_2).sin()
}

// Linear: a damped oscillator.
problem!(
    Linear,
    2,
    |_t, y, dy| {
        dy[0] = y[1];
        dy[1] = -y[0] * 1.01 - y[1] * 0.2;
    },
    |t| {
        let (e, s, c) = ((-0.1 * t).exp(), t.sin(), t.cos());
        vec![e * c, e * (-0.1 * c - s)]
    }
);
// Forced and not linear, made to have the solution 1/u with u = 2 + sin t.
problem!(
    Forced,
    1,
    |t, y, dy| {
        let u = t.sin() + 2.0;
        dy[0] = -cos(t) * y[0] * y[0] + (y[0] * u - 1.0) * y[0];
    },
    |t| vec![1.0 / (2.0 + t.sin())]
);
/// Stiff to any degree: Prothero and Robinson (1974), y' = lambda (y - phi) + phi', phi = sin(t + pi/4).
struct ProtheroRobinson {
    lambda: f64,
}
impl VectorField for ProtheroRobinson {
    fn n_states(&self) -> usize {
        1
    }
    fn n_params(&self) -> usize {
        0
    }
    fn work_len(&self) -> usize {
        0
    }
    fn prepare<R: Real>(&self, _: R, _: &[R], _: &mut [R]) {}
    fn eval<R: Real>(&self, t: R, y: &[R], _: &mut [R], dy: &mut [R]) {
        let t = t + std::f64::consts::FRAC_PI_4;
        dy[0] = (y[0] - t.sin()) * self.lambda + cos(t);
    }
}
impl Exact for ProtheroRobinson {
    fn exact(&self, t: f64) -> Vec<f64> {
        vec![(t + std::f64::consts::FRAC_PI_4).sin()]
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

/// Error at t = 2 after steps of length 2/n.
fn global_error<F: Exact, S: Stepper<f64>>(field: &F, mut stepper: S, n: usize) -> f64 {
    let h = 2.0 / n as f64;
    let mut stats = Stats::default();
    let mut y = field.exact(0.0);
    stepper.restart(field, 0.0, &y, &mut [], &mut stats);
    for k in 0..n {
        assert!(stepper.attempt(field, k as f64 * h, h, &y, &mut [], &mut stats));
        y.copy_from_slice(stepper.y_new());
        stepper.advance(field, (k + 1) as f64 * h, &mut [], &mut stats);
    }
    distance(&y, &field.exact(2.0))
}

/// Largest error inside one step of length 2/n from the exact state at t = 0.3.
fn local_error_inside<F: Exact, S: Stepper<f64>>(field: &F, mut stepper: S, n: usize) -> f64 {
    let (t, h) = (0.3, 2.0 / n as f64);
    let mut stats = Stats::default();
    let y = field.exact(t);
    stepper.restart(field, t, &y, &mut [], &mut stats);
    assert!(stepper.attempt(field, t, h, &y, &mut [], &mut stats));
    let mut inside = y.clone();
    let mut error_at = |theta: f64| {
        stepper.interpolate(&y, h, theta, &mut inside);
        distance(&inside, &field.exact(t + theta * h))
    };
    (1..20).map(|k| error_at(k as f64 / 20.0)).fold(0.0, f64::max)
}

/// Least-squares slope of log2 error over halvings of the step.
fn slope(error: impl Fn(usize) -> f64, coarsest: usize) -> f64 {
    let points: Vec<f64> = (0..4).map(|k| error(coarsest << k).log2()).collect();
    (3.0 * (points[0] - points[3]) + points[1] - points[2]) / 10.0
}

#[track_caller]
fn expect(what: &str, got: f64, order: f64) {
    assert!((got - order).abs() < 0.15, "{what}: slope {got:.3}, stated order {order}");
}

#[test]
fn tsit5_has_order_five_and_its_interpolant_order_four() {
    let explicit = |n| Tsit5::new(n);
    expect("linear", slope(|n| global_error(&Linear, explicit(2), n), 16), 5.0);
    expect("forced", slope(|n| global_error(&Forced, explicit(1), n), 16), 5.0);
    // One step of a method of order 4 errs by h^5.
    expect("inside, linear", slope(|n| local_error_inside(&Linear, explicit(2), n), 16), 5.0);
    expect("inside, forced", slope(|n| local_error_inside(&Forced, explicit(1), n), 16), 5.0);
}

#[test]
fn rodas5p_has_order_five_and_its_interpolant_order_four() {
    // Linear problems with constant coefficients gain one order.
    expect("linear", slope(|n| global_error(&Linear, Rodas5P::new(&Linear), n), 4), 6.0);
    expect("forced", slope(|n| global_error(&Forced, Rodas5P::new(&Forced), n), 16), 5.0);
    expect("inside, linear", slope(|n| local_error_inside(&Linear, Rodas5P::new(&Linear), n), 8), 5.0);
    expect("inside, forced", slope(|n| local_error_inside(&Forced, Rodas5P::new(&Forced), n), 32), 5.0);
}

#[test]
fn rodas5p_has_order_four_however_stiff_the_problem() {
    // The worst over eight decades of stiffness: classical order does not help where h lambda is large.
    let worst = |error: &dyn Fn(&ProtheroRobinson) -> f64| {
        let lambdas = (0..40).map(|i| -(10f64.powf(0.2 * i as f64)));
        lambdas.map(|lambda| error(&ProtheroRobinson { lambda })).fold(0.0, f64::max)
    };
    let end = |n| worst(&|f| global_error(f, Rodas5P::new(f), n));
    let inside = |n| worst(&|f| local_error_inside(f, Rodas5P::new(f), n));
    expect("end of steps", slope(end, 16), 4.0);
    expect("inside a step", slope(inside, 8), 4.0);
}

#[test]
fn rodas5p_damps_a_stiff_component_at_once() {
    // L-stability: started off the slow manifold by 1, one step of h |lambda| = 1e7 returns to it.
    let field = ProtheroRobinson { lambda: -1e8 };
    let mut stepper = Rodas5P::new(&field);
    let y = [field.exact(0.0)[0] + 1.0];
    let mut stats = Stats::default();
    stepper.restart(&field, 0.0, &y, &mut [], &mut stats);
    assert!(stepper.attempt(&field, 0.0, 0.1, &y, &mut [], &mut stats));
    let off = (stepper.y_new()[0] - field.exact(0.1)[0]).abs();
    // The remainder is about 12/(h |lambda|).
    assert!(off < 2e-6, "{off}");
}
