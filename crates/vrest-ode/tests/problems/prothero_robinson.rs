//! Prothero & Robinson (1974): a stiff equation with a smooth known solution, started off its slow manifold.

use super::Case;
use vrest_ode::{Real, VectorField};

/// y' = -rate (y - sin t) + cos t. Parameter: rate.
pub struct ProtheroRobinson;

impl VectorField for ProtheroRobinson {
    fn n_states(&self) -> usize {
        1
    }
    fn n_params(&self) -> usize {
        1
    }
    fn work_len(&self) -> usize {
        1
    }
    #[inline(always)]
    fn prepare<R: Real>(&self, _: R, p: &[R], work: &mut [R]) {
        work[0] = p[0];
    }
    #[inline(always)]
    fn eval<R: Real>(&self, t: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        dy[0] = (t + std::f64::consts::FRAC_PI_2).sin() - work[0] * (y[0] - t.sin());
    }
}

pub fn case() -> Case<ProtheroRobinson> {
    let rate = 1e6;
    let exact = |t: f64| t.sin() + 2.0 * (-rate * t).exp();
    let times = [0.0, 1e-7, 1e-6, 3e-6, 1e-5, 1e-3, 0.1, 0.5, 1.0, 3.0, 10.0];
    Case {
        name: "prothero_robinson",
        source: "exact solution",
        field: ProtheroRobinson,
        p: vec![rate],
        y0: vec![2.0],
        t0: 0.0,
        points: times.iter().map(|&t| (t, vec![exact(t)])).collect(),
        precision: 1e-12,
        scale: vec![1.0],
        amplification: 10.0,
        stiff: true,
    }
}
