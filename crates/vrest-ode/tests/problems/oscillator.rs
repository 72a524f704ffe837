//! A damped oscillator driven by a ramp that starts and ends at parameter-dependent times: forced, linear,
//! with df/dt inside segments.

use super::Case;
use vrest_ode::{Real, VectorField};

/// y'' + 2 d y' + y = r(t), r rising from 0 at `start` with `slope`. Parameters: d, start, slope.
pub struct Oscillator;

impl VectorField for Oscillator {
    fn n_states(&self) -> usize {
        2
    }
    fn n_params(&self) -> usize {
        3
    }
    fn work_len(&self) -> usize {
        3
    }
    #[inline(always)]
    fn prepare<R: Real>(&self, t_inside: R, p: &[R], work: &mut [R]) {
        work[0] = p[0] * 2.0;
        work[1] = p[1];
        work[2] = R::select(t_inside.lt(p[1]), R::zero(), p[2]);
    }
    #[inline(always)]
    fn eval<R: Real>(&self, t: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        dy[0] = y[1];
        dy[1] = (t - work[1]) * work[2] - y[0] - work[0] * y[1];
    }
    fn breakpoints<R: Real>(&self, p: &[R], out: &mut Vec<R>) {
        out.push(p[1]);
    }
}

pub const P: [f64; 3] = [0.1, 5.0, 0.3];

/// (y, y') from (1, 0) at 0: free oscillation plus, after the start of the ramp, its particular solution
/// s (tau - 2 d) with a free oscillation that makes it start at rest.
pub fn exact(p: &[f64], t: f64) -> [f64; 2] {
    let (d, start, slope) = (p[0], p[1], p[2]);
    let w = (1.0 - d * d).sqrt();
    let free = |y: f64, v: f64, t: f64| {
        let (e, s, c) = ((-d * t).exp(), (w * t).sin(), (w * t).cos());
        let b = (v + d * y) / w;
        [e * (y * c + b * s), e * (v * c - (w * y + d * b) * s)]
    };
    let mut y = free(1.0, 0.0, t);
    if t > start {
        let tau = t - start;
        let decay = free(2.0 * d * slope, -slope, tau);
        y[0] += slope * (tau - 2.0 * d) + decay[0];
        y[1] += slope + decay[1];
    }
    y
}

pub fn case() -> Case<Oscillator> {
    let times: Vec<f64> = (0..=200).map(|k| 0.1 * f64::from(k)).collect();
    Case {
        name: "oscillator",
        source: "exact solution",
        field: Oscillator,
        p: P.to_vec(),
        y0: vec![1.0, 0.0],
        t0: 0.0,
        points: times.iter().map(|&t| (t, exact(&P, t).to_vec())).collect(),
        precision: 1e-15,
        scale: vec![1.0, 1.0],
        amplification: 10.0,
        stiff: false,
    }
}
