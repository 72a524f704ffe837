//! A leaky membrane under a rectangular current: piecewise exponential, with jumps of dV/dt at both edges.

use super::Case;
use vrest_ode::{Real, VectorField};

/// C dV/dt = -g (V - E) + I(t), I = `amplitude` from `start` to `stop`, 0 elsewhere.
/// Parameters: g (mS/cm2), E (mV), C (uF/cm2), amplitude (uA/cm2), start (ms), stop (ms).
pub struct Leak;

impl VectorField for Leak {
    fn n_states(&self) -> usize {
        1
    }
    fn n_params(&self) -> usize {
        6
    }
    fn work_len(&self) -> usize {
        2
    }
    #[inline(always)]
    fn prepare<R: Real>(&self, t_inside: R, p: &[R], work: &mut [R]) {
        let on = !t_inside.lt(p[4]) & t_inside.lt(p[5]);
        let current = R::select(on, p[3], R::zero());
        work[0] = p[0] / p[2];
        work[1] = (p[0] * p[1] + current) / p[2];
    }
    #[inline(always)]
    fn eval<R: Real>(&self, _t: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        dy[0] = work[1] - work[0] * y[0];
    }
    fn breakpoints<R: Real>(&self, p: &[R], out: &mut Vec<R>) {
        out.extend([p[4], p[5]]);
    }
    fn depends_on_time(&self) -> bool {
        false
    }
    fn state_name(&self, _: usize) -> String {
        "V".into()
    }
}

/// The parameters of the seed neuron without its pump, and half a microampere for 200 ms.
pub const P: [f64; 6] = [0.42, -77.557885, 1.0, 0.5, 100.0, 300.0];

/// V(t) from `v0` at 0.
pub fn exact(p: &[f64], v0: f64, t: f64) -> f64 {
    let [g, e, c, i, start, stop] = [p[0], p[1], p[2], p[3], p[4], p[5]];
    let relax = |v: f64, to: f64, dt: f64| to + (v - to) * (-g / c * dt).exp();
    let at_start = relax(v0, e, start);
    let at_stop = relax(at_start, e + i / g, stop - start);
    match t {
        t if t <= start => relax(v0, e, t),
        t if t <= stop => relax(at_start, e + i / g, t - start),
        t => relax(at_stop, e, t - stop),
    }
}

pub fn case() -> Case<Leak> {
    // Dense around the edges, and on them.
    let mut times: Vec<f64> = (0..=500).map(f64::from).collect();
    times.extend((1..100).flat_map(|k| [0.1, 100.0, 300.0].map(|edge| edge + 0.1 * f64::from(k))));
    times.sort_by(f64::total_cmp);
    Case {
        name: "leak",
        source: "exact solution",
        field: Leak,
        p: P.to_vec(),
        y0: vec![-70.0],
        t0: 0.0,
        points: times.iter().map(|&t| (t, vec![exact(&P, -70.0, t)])).collect(),
        precision: 1e-15,
        scale: vec![1.0],
        amplification: 5.0,
        stiff: false,
    }
}
