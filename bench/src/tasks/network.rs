//! B4 and B5: a training step and a prediction of a Neural ODE, on the same network and data.

use crate::exchange::{Inputs, Run};
use crate::measure::Uniform;

/// Units of each hidden layer.
pub const HIDDEN: usize = 64;
/// Inputs of the network: V and nine parameters.
pub const INPUTS: usize = 10;

/// A tanh network 10-64-64-1 with random weights, `batch` trajectories over `steps` RK4 steps, random targets.
/// Every number is representable in f32, so that all sides start from the same bits.
pub fn inputs(batch: usize, steps: usize) -> Inputs {
    let mut uniform = Uniform(4);
    let mut symmetric = |n: usize, bound: f64| -> Vec<f64> {
        (0..n).map(|_| f64::from(uniform.between(-bound, bound) as f32)).collect()
    };
    let first = 1.0 / (INPUTS as f64).sqrt();
    let second = 1.0 / (HIDDEN as f64).sqrt();
    Inputs::default()
        .array("w1", &[HIDDEN, INPUTS], symmetric(HIDDEN * INPUTS, first))
        .array("b1", &[HIDDEN], symmetric(HIDDEN, first))
        .array("w2", &[HIDDEN, HIDDEN], symmetric(HIDDEN * HIDDEN, second))
        .array("b2", &[HIDDEN], symmetric(HIDDEN, second))
        .array("w3", &[1, HIDDEN], symmetric(HIDDEN, second))
        .array("b3", &[1], symmetric(1, second))
        .array("parameters", &[batch, INPUTS - 1], symmetric(batch * (INPUTS - 1), 1.7))
        .array("targets", &[steps + 1, batch], symmetric((steps + 1) * batch, 1.7))
}

/// |a - b| / |a| of two vectors in the Euclidean norm; infinite where they do not fit or are not finite.
pub fn relative_distance(reference: &Run, run: &Run, name: &str) -> f64 {
    let (Some(a), Some(b)) = (reference.arrays.get(name), run.arrays.get(name)) else {
        return f64::INFINITY;
    };
    if a.data.len() != b.data.len() {
        return f64::INFINITY;
    }
    let norm: f64 = a.data.iter().map(|x| x * x).sum();
    let distance: f64 = a.data.iter().zip(&b.data).map(|(x, y)| (x - y) * (x - y)).sum();
    let relative = (distance / norm).sqrt();
    if relative.is_finite() { relative } else { f64::INFINITY }
}
