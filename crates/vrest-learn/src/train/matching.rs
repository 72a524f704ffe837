//! Derivative matching: every weight, from single steps of the data.
//!
//! Where [`exponential`](super::exponential) solves for the linear weights, this descends in all of them.
//! The slope of the field, b, is taken from the present weights and held for a while; then a step says what
//! the field should be at its start, F = dv / (h phi(b h)), and the error of F is divided by |b| (at least
//! one over the duration), so that it counts as an error of the steady state.

use super::exponential::phi;
use super::intervals::Interval;
use super::tangents::{Outputs, with_slopes};
use super::view::View;
use crate::field::LearnedField;
use crate::kernels::{Aligned, LANES};
use crate::rollout::Points;
use vrest_ode::Real;

/// dF/dv at the start of many intervals.
pub fn slopes<F: LearnedField>(field: &F, weights: &[f64], view: &View, intervals: &[Interval]) -> Vec<f64> {
    let [_, slopes] = with_slopes(&Value { field, weights }, view, intervals);
    slopes
}

/// A learned field alone.
pub struct Value<'a, F> {
    /// The field.
    pub field: &'a F,
    /// All its weights.
    pub weights: &'a [f64],
}

impl<F: LearnedField> Outputs for Value<'_, F> {
    fn len(&self) -> usize {
        1
    }
    fn work_len(&self) -> usize {
        self.field.work_len()
    }
    #[inline(always)]
    fn eval<R: Real>(&self, z: &[R], x: &[R], work: &mut [R], out: &mut [R]) {
        self.field.prepare(self.weights, z, work);
        out[0] = self.field.eval(self.weights, x, work);
    }
}

/// Targets and weights of all intervals under the slopes `b`, in lanes: a lane a sample. `per_sample`
/// consecutive intervals belong to one sample. The weights add up to one.
pub fn points(view: &View, intervals: &[Interval], b: &[f64], per_sample: usize) -> Vec<Points<f32>> {
    let duration = view.t[view.n_times() - 1] - view.t[0];
    let per_chunk = LANES * per_sample;
    let share = 1.0 / intervals.len() as f64;
    let (m, n) = (view.n_moving(), view.n_fixed());
    intervals
        .chunks(per_chunk)
        .zip(b.chunks(per_chunk))
        .map(|(intervals, b)| {
            let mut points = Points {
                z: Aligned::zeros(LANES * n),
                x: (0..per_sample).map(|_| Aligned::zeros(LANES * m)).collect(),
                target: vec![[0.0; LANES]; per_sample],
                weight: vec![[0.0; LANES]; per_sample],
            };
            for (i, (interval, &b)) in intervals.iter().zip(b).enumerate() {
                let (lane, slot) = (i / per_sample, i % per_sample);
                if slot == 0 {
                    for (to, &z) in points.z[lane * n..].iter_mut().zip(view.z(interval.sample)) {
                        *to = z as f32;
                    }
                }
                let mut x = [0.0; 2];
                for (to, &x) in points.x[slot][lane * m..].iter_mut().zip(interval.x(view, &mut x)) {
                    *to = x as f32;
                }
                let h = interval.h(view);
                let target = interval.dv(view) / (h * phi((b * h).clamp(-30.0, 0.5)));
                points.target[slot][lane] = target as f32;
                points.weight[slot][lane] = (share / b.abs().max(1.0 / duration).powi(2)) as f32;
            }
            points
        })
        .collect()
}
