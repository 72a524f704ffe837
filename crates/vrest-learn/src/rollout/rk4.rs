//! The classical Runge-Kutta method of order four over a chunk, and its exact reverse.
//!
//! The reverse pass differentiates the discrete steps themselves (discretise, then differentiate), so the
//! gradient is that of the computed loss to rounding.

use super::course::Course;
use super::room::Room;
use super::windows::{Guard, Windows};
use crate::field::LearnedField;
use crate::kernels::{Float, Kernel, LANES, Lane};
use fearless_simd::Simd;

/// What a rollout is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// The states alone; the loss is zero.
    States,
    /// The loss as well.
    Loss,
    /// And its gradient, added to the room's.
    Gradient,
}

/// Integrates one chunk of windows. Returns the loss, the sum of weight (v - target)^2; the states are in
/// [`Room::history`].
pub struct RolloutKernel<'a, F: LearnedField, T: Float> {
    /// The field.
    pub field: &'a F,
    /// Its weights.
    pub weights: &'a F::Weights<T>,
    /// The windows.
    pub windows: &'a Windows<T>,
    /// Where the field is trusted.
    pub guard: Guard<T>,
    /// The worker's memory.
    pub room: &'a mut Room<F, T>,
    /// Whether to differentiate.
    pub want: Want,
}

/// What stage j's rate k_j adds, in units of h: to the state at the end of the step, and to that at which the next stage is
/// taken.
#[inline(always)]
fn adds<T: Float>(stage: usize) -> [T; 2] {
    const END: [f64; 4] = [1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0];
    const NEXT: [f64; 4] = [0.5, 0.5, 1.0, 0.0];
    [T::from_f64(END[stage]), T::from_f64(NEXT[stage])]
}

impl<F: LearnedField, T: Float> Kernel for RolloutKernel<'_, F, T> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        let RolloutKernel { field, weights, windows, guard, room, want } = self;
        let steps = windows.steps();
        let mut course = Course::begin(simd, field, weights, windows, room, want);
        course.room.history.resize(steps + 1, [T::default(); LANES]);
        course.room.history[0] = windows.v0;
        for step in 0..steps {
            let v = course.room.history[step];
            course.room.history[step + 1] = advance(simd, &mut course, guard, step, v);
        }
        let mut loss = 0.0;
        if want == Want::States {
            return loss;
        }
        for step in 0..steps {
            for l in 0..LANES {
                let e = (course.room.history[step + 1][l] - windows.target[step][l]).to_f64();
                let weight = windows.weight[step][l].to_f64();
                // A lane without a target may be anything, also NaN.
                loss += if weight == 0.0 { 0.0 } else { weight * e * e };
            }
        }
        if want == Want::Loss {
            return loss;
        }
        let mut d = [T::default(); LANES];
        for step in (0..steps).rev() {
            for l in 0..LANES {
                let weight = windows.weight[step][l];
                if weight != T::default() {
                    let e = course.room.history[step + 1][l] - windows.target[step][l];
                    d[l] += weight * (e + e);
                }
            }
            reverse(simd, &mut course, guard, step, &mut d);
        }
        course.end(simd);
        loss
    }
}

/// Step `step` from `start`.
#[inline(always)]
fn advance<S: Simd, F: LearnedField, T: Float>(
    simd: S,
    course: &mut Course<F, T>,
    guard: Guard<T>,
    step: usize,
    start: Lane<T>,
) -> Lane<T> {
    let h = &course.windows.h[step];
    let (mut v, mut next) = (start, start);
    for stage in 0..4 {
        let mut inside = v;
        for inside in &mut inside {
            *inside = guard.clamp(*inside);
        }
        let k = course.rates(simd, 4 * step + stage, &inside);
        let [end, after] = adds::<T>(stage);
        for l in 0..LANES {
            let rate = k[l] - guard.pull * (v[l] - inside[l]);
            next[l] += h[l] * end * rate;
            v[l] = start[l] + h[l] * after * rate;
        }
    }
    next
}

/// Turns `d` = d loss / d v after the step into the same before it.
#[inline(always)]
fn reverse<S: Simd, F: LearnedField, T: Float>(
    simd: S,
    course: &mut Course<F, T>,
    guard: Guard<T>,
    step: usize,
    d: &mut Lane<T>,
) {
    let h = &course.windows.h[step];
    let d_end = *d;
    // d loss / d (argument of the stage above).
    let mut above = [T::default(); LANES];
    for stage in (0..4).rev() {
        let at = 4 * step + stage;
        let [end, after] = adds::<T>(stage);
        let mut dk = [T::default(); LANES];
        for l in 0..LANES {
            dk[l] = h[l] * (end * d_end[l] + after * above[l]);
        }
        let dv = course.reverse(simd, at, &dk);
        let v = &course.room.voltages[at];
        for l in 0..LANES {
            // At the border itself the clamped field answers: either one-sided derivative will do.
            let inside = v[l] > guard.low && v[l] < guard.high;
            above[l] = if inside { dv[l] } else { T::default() - guard.pull * dk[l] };
            d[l] += above[l];
        }
    }
}
