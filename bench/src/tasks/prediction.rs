//! B5: the forward part of B4.

use vrest_learn::kernels::{LANES, Lane};

use super::network;
use crate::error::BenchError;
use crate::exchange::{Array, Arrays, Inputs, Reply, Run};
use crate::measure::measure;
use crate::task::{About, Side, Target, Task, Unit, largest_difference, peer};

/// Trajectories of a trained network.
pub struct Prediction;

impl Task for Prediction {
    fn about(&self) -> About {
        About {
            id: "B5",
            title: "prediction of a Neural ODE",
            work: "The forward part of B4: 256 trajectories over 100 RK4 steps, all of them returned. The error is the \
                   largest distance from the same computation in float64. Ours with polynomials, and in one row with \
                   the network in every stage, as in B4.",
            item: "batch",
            unit: Unit::Milliseconds,
            error: "error",
            targets: vec![Target::new("diffrax", 1.5, 3.0), Target::new("torchdiffeq", 4.0, 10.0)],
        }
    }

    fn sides(&self) -> Vec<Side> {
        let mut sides = network::rows(1e-4);
        sides.extend([
            peer("torchdiffeq", "torchdiffeq rk4", ("network_torchdiffeq.py", "predict"), 1e-4),
            peer("diffrax", "diffrax RK4", ("network_jax.py", "diffrax_predict"), 1e-4),
            peer("scan", "JAX scan, written by hand", ("network_jax.py", "scan_predict"), 1e-4),
        ]);
        sides
    }

    fn inputs(&self, quick: bool) -> Result<Inputs, BenchError> {
        Ok(network::inputs(256, if quick { 20 } else { 100 })
            .set("repetitions", if quick { 3 } else { 20 })
            .set("budget_s", if quick { 1.0 } else { 10.0 }))
    }

    fn reference(&self) -> Option<(&'static str, &'static str)> {
        Some(("network_jax.py", "reference"))
    }

    fn error(&self, _: &Inputs, reference: Option<&Run>, run: &Run) -> f64 {
        reference.map_or(f64::INFINITY, |reference| largest_difference(reference, run, "v"))
    }

    fn ours(&self, inputs: &Inputs) -> Result<Reply, BenchError> {
        let mut ours = network::Ours::new(inputs);
        let predict = || Ok(ours.engine.states(&ours.weights, &ours.windows, network::Ours::NO_GUARD));
        let shape = &inputs.arrays["targets"].shape;
        let outputs = |chunks: Vec<Vec<Lane<f32>>>| {
            let times = 0..shape[0];
            let value = |k: usize, i: usize| f64::from(chunks[i / LANES][k][i % LANES]);
            let data =
                times.flat_map(|k| (0..shape[1]).map(move |i| (k, i))).map(|(k, i)| value(k, i)).collect();
            Arrays::from([("v".into(), Array::new(shape, data))])
        };
        Ok(Reply { runs: vec![measure(inputs, 1, None, predict, outputs)?], ..Reply::default() })
    }
}
