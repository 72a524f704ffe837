//! B4 and B5: a training step and a prediction of a Neural ODE, on the same network and data.

use vrest_learn::field::{LearnedField, Perceptron, Shape};
use vrest_learn::kernels::{Activation, LANES};
use vrest_learn::rollout::{Engine, Guard, Windows};

use crate::exchange::{Inputs, Run};
use crate::measure::Uniform;
use crate::task::{Side, ours_and};

/// Our row in which the network answers every stage.
pub const EVERY_STAGE: &str = "stages";

/// Our rows of both tasks, which agree up to `tolerance`.
pub fn rows(tolerance: f64) -> Vec<Side> {
    ours_and(EVERY_STAGE, "vrest, the network in every stage", tolerance)
}

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

/// Our side of both tasks.
pub struct Ours {
    /// Evaluates and differentiates the network.
    pub engine: Engine<Perceptron, f32>,
    /// All weights, the output layer first.
    pub weights: Vec<f64>,
    /// The batch in chunks.
    pub windows: Vec<Windows<f32>>,
}

/// The peers' tensors in the order of our weight vector.
const ORDER: [&str; 6] = ["w3", "b3", "w1", "b1", "w2", "b2"];

impl Ours {
    /// The field is used as it is, however far a trajectory goes.
    pub const NO_GUARD: Guard<f32> = Guard { low: f32::NEG_INFINITY, high: f32::INFINITY, pull: 0.0 };

    /// The network and the batch of `inputs`, integrated from t = 0 to 1.
    pub fn new(inputs: &Inputs) -> Ours {
        let shape =
            Shape { n_moving: 1, n_fixed: INPUTS - 1, hidden: vec![HIDDEN; 2], activation: Activation::Tanh };
        let field = Perceptron::new(&shape);
        let weights = ORDER.iter().flat_map(|name| &inputs.arrays[*name].data).copied().collect();
        let targets = &inputs.arrays["targets"];
        let (steps, batch) = (targets.shape[0] - 1, targets.shape[1]);
        let parameters = &inputs.arrays["parameters"].data;
        let chunk = |start: usize| {
            let mut w = Windows::<f32>::zeros(steps, shape.n_moving, shape.n_fixed);
            for lane in 0..LANES.min(batch - start) {
                let i = start + lane;
                for k in 0..shape.n_fixed {
                    w.z[lane * shape.n_fixed + k] = parameters[i * shape.n_fixed + k] as f32;
                }
                w.v0[lane] = targets.data[i] as f32;
                for step in 0..steps {
                    w.h[step][lane] = 1.0 / steps as f32;
                    w.target[step][lane] = targets.data[(step + 1) * batch + i] as f32;
                    // The peers average over the initial time too, where the distance is zero.
                    w.weight[step][lane] = 1.0 / ((steps + 1) * batch) as f32;
                }
            }
            w
        };
        let windows = (0..batch).step_by(LANES).map(chunk).collect();
        let engine = Engine::new(&field, steps);
        let every_stage = inputs.settings["side"] == EVERY_STAGE;
        Ours { engine: if every_stage { engine.with_tolerance(0.0) } else { engine }, weights, windows }
    }

    /// Loss and gradient, the gradient in the peers' order of tensors.
    pub fn gradient(&mut self) -> (f64, Vec<f64>) {
        let mut gradient = vec![0.0; self.weights.len()];
        let loss = self.engine.rollout(&self.weights, &self.windows, Self::NO_GUARD, Some(&mut gradient));
        gradient.rotate_left(HIDDEN + 1);
        (loss, gradient)
    }

    /// Adam with the usual constants (Kingma & Ba 2015), step size 1e-3; `moments` are m and v, one after the other.
    pub fn adam(&mut self, step: i32, gradient: &[f64], moments: &mut [f64]) {
        let (m, v) = moments.split_at_mut(gradient.len());
        let (m_scale, v_scale) = (1.0 / (1.0 - 0.9f64.powi(step)), 1.0 / (1.0 - 0.999f64.powi(step)));
        for (i, g) in gradient.iter().enumerate() {
            m[i] += 0.1 * (g - m[i]);
            v[i] += 0.001 * (g * g - v[i]);
            self.weights[i] -= 1e-3 * m[i] * m_scale / ((v[i] * v_scale).sqrt() + 1e-8);
        }
    }
}
