//! Single evaluations instead of trajectories: derivative matching.

use super::room::Room;
use crate::field::LearnedField;
use crate::kernels::{Aligned, Float, Kernel, LANES, Lane};
use fearless_simd::Simd;

/// Points of a chunk of trajectories: `x.len()` points a lane, all with the lane's constant inputs.
#[derive(Debug)]
pub struct Points<T> {
    /// Constant inputs \[LANES, n_fixed\].
    pub z: Aligned<T>,
    /// Moving inputs of each point \[LANES, n_moving\].
    pub x: Vec<Aligned<T>>,
    /// What F should be there.
    pub target: Vec<Lane<T>>,
    /// How much the square of the difference counts.
    pub weight: Vec<Lane<T>>,
}

/// Evaluates the field at points. Returns the loss, the sum of weight (F - target)^2, and adds its gradient
/// to the room's if asked to.
pub struct PointsKernel<'a, F: LearnedField, T: Float> {
    /// The field.
    pub field: &'a F,
    /// Its weights.
    pub weights: &'a F::Weights<T>,
    /// The points.
    pub points: &'a Points<T>,
    /// The worker's memory.
    pub room: &'a mut Room<F, T>,
    /// Whether to differentiate.
    pub gradient: bool,
}

impl<F: LearnedField, T: Float> Kernel for PointsKernel<'_, F, T> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        let PointsKernel { field, weights, points, room, gradient } = self;
        field.begin(simd, weights, &points.z, &mut room.context, &mut room.scratch);
        room.d_context.fill(T::default());
        let tape = &mut room.tape[..field.tape_len()];
        let mut loss = 0.0;
        for ((x, target), weight) in points.x.iter().zip(&points.target).zip(&points.weight) {
            let mut out = [T::default(); LANES];
            field.forward(simd, weights, &room.context, x, tape, &mut out);
            let mut d = [T::default(); LANES];
            for l in 0..LANES {
                let e = out[l] - target[l];
                d[l] = weight[l] * (e + e);
                loss += (weight[l] * e * e).to_f64();
            }
            if gradient {
                let mut dv = [T::default(); LANES];
                field.backward(
                    simd,
                    weights,
                    &room.context,
                    x,
                    tape,
                    &d,
                    &mut room.gradient,
                    &mut room.d_context,
                    &mut room.scratch,
                    &mut dv,
                );
            }
        }
        if gradient {
            field.end(simd, &points.z, &room.d_context, &mut room.gradient, &mut room.scratch);
        }
        loss
    }
}
