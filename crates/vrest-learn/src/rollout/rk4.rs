//! The classical Runge-Kutta method of order four over a chunk, and its exact reverse.
//!
//! The reverse pass differentiates the discrete steps themselves (discretise, then differentiate), so the
//! gradient is that of the computed loss to rounding.

use super::room::Room;
use super::windows::{Guard, Windows};
use crate::field::LearnedField;
use crate::kernels::{Float, Kernel, LANES, Lane};
use fearless_simd::Simd;

/// What a rollout is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// The states and the loss.
    States,
    /// The gradient of the loss as well, added to the room's.
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

/// Stage j is taken at v + h NODE\[j\] k_{j-1}.
const NODE: [f64; 4] = [0.0, 0.5, 0.5, 1.0];
/// The step is h sum_j SHARE\[j\] k_j.
const SHARE: [f64; 4] = [1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0];
/// Which of a step's three stimulus samples a stage sees.
const SAMPLE: [usize; 4] = [0, 1, 1, 2];

impl<F: LearnedField, T: Float> Kernel for RolloutKernel<'_, F, T> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        let RolloutKernel { field, weights, windows, guard, room, want } = self;
        let steps = windows.steps();
        room.history.resize(steps + 1, [T::default(); LANES]);
        field.begin(simd, weights, &windows.z, &mut room.context, &mut room.scratch);
        let mut chunk = Chunk { field, weights, windows, guard };

        room.history[0] = windows.v0;
        let last_piece = steps.saturating_sub(1) / room.steps_on_tape * room.steps_on_tape;
        // Nobody reads the tape of a prediction: one place, which stays in the nearest cache, does for all steps.
        let places = if want == Want::States { 1 } else { room.steps_on_tape };
        for step in 0..steps {
            room.history[step + 1] = chunk.step(simd, room, step, step % places);
        }
        let mut loss = 0.0;
        for step in 0..steps {
            for l in 0..LANES {
                let e = (room.history[step + 1][l] - windows.target[step][l]).to_f64();
                let weight = windows.weight[step][l].to_f64();
                // A lane without a target may be anything, also NaN.
                loss += if weight == 0.0 { 0.0 } else { weight * e * e };
            }
        }
        if want == Want::States || steps == 0 {
            return loss;
        }

        room.d_context.fill(T::default());
        let mut d = [T::default(); LANES];
        let mut piece = last_piece;
        loop {
            let end = steps.min(piece + room.steps_on_tape);
            if piece != last_piece {
                for step in piece..end {
                    chunk.step(simd, room, step, step - piece);
                }
            }
            for step in (piece..end).rev() {
                for l in 0..LANES {
                    let weight = windows.weight[step][l];
                    if weight != T::default() {
                        let e = room.history[step + 1][l] - windows.target[step][l];
                        d[l] += weight * (e + e);
                    }
                }
                chunk.reverse(simd, room, step, step - piece, &mut d);
            }
            if piece == 0 {
                break;
            }
            piece -= room.steps_on_tape;
        }
        field.end(simd, &windows.z, &room.d_context, &mut room.gradient, &mut room.scratch);
        loss
    }
}

struct Chunk<'a, F: LearnedField, T: Float> {
    field: &'a F,
    weights: &'a F::Weights<T>,
    windows: &'a Windows<T>,
    guard: Guard<T>,
}

impl<F: LearnedField, T: Float> Chunk<'_, F, T> {
    /// Takes step `step`, leaving its evaluations at place `slot` of the tape.
    #[inline(always)]
    fn step<S: Simd>(&mut self, simd: S, room: &mut Room<F, T>, step: usize, slot: usize) -> Lane<T> {
        let start = room.history[step];
        let h = &self.windows.h[step];
        let (tape_len, x_len) = (self.field.tape_len(), room.x.len() / (4 * room.steps_on_tape));
        let (n_moving, n_u) = (x_len / LANES, x_len / LANES - 1);
        let (mut v, mut next) = (start, start);
        let mut k = [T::default(); LANES];
        for stage in 0..4 {
            let at = 4 * slot + stage;
            let x = &mut room.x[at * x_len..(at + 1) * x_len];
            let u = &self.windows.u[(step * 3 + SAMPLE[stage]) * LANES * n_u..][..LANES * n_u];
            let mut inside = v;
            for l in 0..LANES {
                inside[l] = self.guard.clamp(v[l]);
                x[l * n_moving] = inside[l];
            }
            if n_u > 0 {
                for l in 0..LANES {
                    x[l * n_moving + 1..(l + 1) * n_moving].copy_from_slice(&u[l * n_u..(l + 1) * n_u]);
                }
            }
            let tape = &mut room.tape[at * tape_len..(at + 1) * tape_len];
            self.field.forward(simd, self.weights, &room.context, x, tape, &mut k);
            let share = T::from_f64(SHARE[stage]);
            let node = T::from_f64(if stage < 3 { NODE[stage + 1] } else { 0.0 });
            for l in 0..LANES {
                let rate = k[l] - self.guard.pull * (v[l] - inside[l]);
                next[l] += h[l] * share * rate;
                v[l] = start[l] + h[l] * node * rate;
            }
        }
        next
    }

    /// Turns `d` = d loss / d v after the step into the same before it.
    #[inline(always)]
    fn reverse<S: Simd>(&self, simd: S, room: &mut Room<F, T>, step: usize, slot: usize, d: &mut Lane<T>) {
        let h = &self.windows.h[step];
        let (tape_len, x_len) = (self.field.tape_len(), room.x.len() / (4 * room.steps_on_tape));
        let n_moving = x_len / LANES;
        let after = *d;
        // d loss / d (argument of the stage above).
        let mut above = [T::default(); LANES];
        for stage in (0..4).rev() {
            let at = 4 * slot + stage;
            let x = &room.x[at * x_len..(at + 1) * x_len];
            let tape = &room.tape[at * tape_len..(at + 1) * tape_len];
            let share = T::from_f64(SHARE[stage]);
            let node = T::from_f64(if stage < 3 { NODE[stage + 1] } else { 0.0 });
            let mut dk = [T::default(); LANES];
            for l in 0..LANES {
                dk[l] = h[l] * (share * after[l] + node * above[l]);
            }
            let mut dv = [T::default(); LANES];
            self.field.backward(
                simd,
                self.weights,
                &room.context,
                x,
                tape,
                &dk,
                &mut room.gradient,
                &mut room.d_context,
                &mut room.scratch,
                &mut dv,
            );
            for l in 0..LANES {
                // At the border itself the clamped field answers: either one-sided derivative will do.
                let v = x[l * n_moving];
                let inside = v > self.guard.low && v < self.guard.high;
                above[l] = if inside { dv[l] } else { T::default() - self.guard.pull * dk[l] };
                d[l] += above[l];
            }
        }
    }
}
