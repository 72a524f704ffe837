//! B4: one training step of a Neural ODE.

use super::network;
use crate::error::BenchError;
use crate::exchange::{Array, Arrays, Inputs, Reply, Run};
use crate::measure::measure;
use crate::task::{About, Side, Target, Task, Unit, peer};

/// Forward, exact gradient, Adam.
pub struct TrainingStep;

impl Task for TrainingStep {
    fn about(&self) -> About {
        About {
            id: "B4",
            title: "training step of a Neural ODE",
            work: "dV/dt = f(V; 9 parameters), tanh 10-64-64-1, batch 256, RK4 over 100 steps, mean squared error at \
                   every step, exact gradient through the steps, Adam, float32. The error is the relative distance of \
                   the first gradient from the same computation in float64 (hand-written JAX). A trajectory's stages \
                   ask for f at 400 voltages; ours asks the network at a few and goes on, forwards and backwards, with \
                   polynomials through these (docs/performance.md), and in one row asks it in every stage, as the \
                   others do. After ten steps ours begins again from the first weights.",
            item: "step",
            unit: Unit::Milliseconds,
            error: "error of gradient",
            targets: vec![Target::new("diffrax", 3.0, 4.0), Target::new("torchdiffeq", 5.0, 7.0)],
        }
    }

    fn sides(&self) -> Vec<Side> {
        let mut sides = network::rows(1e-3);
        sides.extend([
            peer("torchdiffeq", "torchdiffeq rk4", ("network_torchdiffeq.py", "backprop"), 1e-3),
            peer("adjoint", "torchdiffeq rk4, adjoint", ("network_torchdiffeq.py", "adjoint"), 1e-2),
            peer("diffrax", "diffrax RK4", ("network_jax.py", "diffrax_train"), 1e-3),
            peer("scan", "JAX scan, written by hand", ("network_jax.py", "scan_train"), 1e-3),
        ]);
        sides
    }

    fn inputs(&self, quick: bool) -> Result<Inputs, BenchError> {
        Ok(network::inputs(256, if quick { 20 } else { 100 })
            .set("repetitions", if quick { 3 } else { 10 })
            .set("budget_s", if quick { 1.0 } else { 10.0 }))
    }

    fn reference(&self) -> Option<(&'static str, &'static str)> {
        Some(("network_jax.py", "reference"))
    }

    fn error(&self, _: &Inputs, reference: Option<&Run>, run: &Run) -> f64 {
        reference.map_or(f64::INFINITY, |reference| network::relative_distance(reference, run, "gradient"))
    }

    fn ours(&self, inputs: &Inputs) -> Result<Reply, BenchError> {
        let (_, first) = network::Ours::new(inputs).gradient();
        let mut ours = network::Ours::new(inputs);
        let n = ours.weights.len();
        let mut moments = vec![0.0; 2 * n];
        let (start, repetitions) = (ours.weights.clone(), inputs.number("repetitions") as i32);
        let mut step = 0;
        let train = || {
            if step == repetitions {
                // The peers are done by now; the work stays the same.
                ours.weights.clone_from(&start);
                moments.fill(0.0);
                step = 0;
            }
            step += 1;
            let mut gradient = vec![0.0; n];
            let guard = network::Ours::NO_GUARD;
            ours.engine.rollout(&ours.weights, &ours.windows, guard, Some(&mut gradient));
            ours.adam(step, &gradient, &mut moments);
            Ok(())
        };
        let outputs = |()| Arrays::from([("gradient".into(), Array::new(&[n], first))]);
        Ok(Reply { runs: vec![measure(inputs, 1, None, train, outputs)?], ..Reply::default() })
    }
}
