//! B8: the gradient that a fit of a membrane needs.

use vrest_ode::{Options, Output, sensitivities, solve};

use crate::error::BenchError;
use crate::exchange::{Array, Arrays, Inputs, Reply, Run};
use crate::measure::measure;
use crate::models::{self, HODGKIN_HUXLEY, HODGKIN_HUXLEY_PATHS, TWO_CURRENTS};
use crate::task::{About, Side, Target, Task, Unit, ours, peer};

/// Loss and gradient of a Hodgkin-Huxley membrane against a trace.
pub struct FitGradient;

/// Where the gradient is taken: conductances, potentials, capacitance, two currents, V at time 0.
const PARAMETERS: [f64; 10] = [120.0, 36.0, 0.3, 50.0, -77.0, -54.3, 1.0, 10.0, 7.0, -65.0];
/// The parameters behind the trace, relative to those.
const TRUE_SCALE: [f64; 10] = [1.02, 0.99, 1.01, 1.01, 0.995, 1.005, 1.01, 1.02, 0.98, 1.01];
/// m, h, n at time 0.
const GATES: [f64; 3] = [0.053, 0.595, 0.32];

impl Task for FitGradient {
    fn about(&self) -> About {
        About {
            id: "B8",
            title: "gradient of a fit",
            work: "Mean squared distance of V(t) of one HH membrane from a trace (100 ms, two currents, 1,000 samples) and \
                   its gradient with respect to ten parameters: three conductances, three reversal potentials, \
                   capacitance, two currents, the initial voltage; rtol 1e-6. The error is the relative distance of the \
                   gradient (each entry times its parameter) from diffrax's Dopri8 in forward mode at rtol 1e-12.",
            item: "gradient",
            unit: Unit::Milliseconds,
            error: "error of gradient",
            targets: vec![Target::new("jaxley", 10.0, 20.0), Target::new("reverse", 8.0, 20.0)],
        }
    }

    fn sides(&self) -> Vec<Side> {
        let [one, _] = ours(1e-2);
        vec![
            one,
            peer("reverse", "diffrax Tsit5, reverse mode", ("fit_diffrax.py", "reverse"), 1e-2),
            peer("forward", "diffrax Tsit5, forward mode", ("fit_diffrax.py", "forward"), 1e-2),
            peer("jaxley", "Jaxley, dt 0.025 ms", ("fit_jaxley.py", "0.025"), 1.0),
        ]
    }

    fn inputs(&self, quick: bool) -> Result<Inputs, BenchError> {
        let times: Vec<f64> = (0..1000).map(|k| 0.1 * k as f64).collect();
        let experiment = models::experiment(HODGKIN_HUXLEY, TWO_CURRENTS)?;
        let truth: Vec<f64> = PARAMETERS.iter().zip(TRUE_SCALE).map(|(p, s)| p * s).collect();
        let (p, y0) = placed(&experiment, &truth, &GATES)?;
        let options = Options::with_tolerance(1e-10, 1e-12);
        let trace = solve(&experiment, &p, &y0, 0.0, times[999], Output::At(&times), &options);
        let target = trace.map_err(BenchError::ours)?.state(0).collect();
        Ok(Inputs::default()
            .set("repetitions", if quick { 3 } else { 20 })
            .set("budget_s", if quick { 1.0 } else { 10.0 })
            .set("rtols", vec![1e-6])
            .set("switch_ms", 50.0)
            .array("parameters", &[10], PARAMETERS.to_vec())
            .array("gates", &[3], GATES.to_vec())
            .array("times", &[1000], times)
            .array("target", &[1000], target))
    }

    fn reference(&self) -> Option<(&'static str, &'static str)> {
        Some(("fit_diffrax.py", "reference"))
    }

    fn error(&self, inputs: &Inputs, reference: Option<&Run>, run: &Run) -> f64 {
        let (Some(exact), Some(got)) =
            (reference.and_then(|r| r.arrays.get("gradient")), run.arrays.get("gradient"))
        else {
            return f64::INFINITY;
        };
        let scale = &inputs.arrays["parameters"].data;
        let norm: f64 = exact.data.iter().zip(scale).map(|(g, s)| (g * s).powi(2)).sum();
        let pairs = exact.data.iter().zip(&got.data).zip(scale);
        let distance: f64 = pairs.map(|((a, b), s)| ((a - b) * s).powi(2)).sum();
        (distance / norm).sqrt()
    }

    fn ours(&self, inputs: &Inputs) -> Result<Reply, BenchError> {
        let experiment = models::experiment(HODGKIN_HUXLEY, TWO_CURRENTS)?;
        let [parameters, gates, times, target] =
            ["parameters", "gates", "times", "target"].map(|name| &inputs.arrays[name].data);
        let wrt = differentiated(&experiment)?;
        // Of the initial state only V depends on a parameter, the last.
        let mut dy0_dp = vec![0.0; 4 * wrt.len()];
        dy0_dp[wrt.len() - 1] = 1.0;
        let end = times[times.len() - 1];
        let mut runs = Vec::new();
        for rtol in inputs.rtols() {
            let options = Options::with_tolerance(rtol, 1e-2 * rtol);
            let work = || {
                let (p, y0) = placed(&experiment, parameters, gates)?;
                let output = Output::At(times);
                let run =
                    sensitivities(&experiment, &p, &wrt, &y0, Some(&dy0_dp), 0.0, end, output, &options);
                let run = run.map_err(BenchError::ours)?;
                let mut loss = 0.0;
                let mut gradient = vec![0.0; wrt.len()];
                for (k, (v, target)) in run.solution.state(0).zip(target).enumerate() {
                    let residual = (v - target) / times.len() as f64;
                    loss += residual * (v - target);
                    let slopes = run.row(k, 0);
                    gradient.iter_mut().zip(slopes).for_each(|(g, slope)| *g += 2.0 * residual * slope);
                }
                Ok((loss, gradient))
            };
            let outputs = |(loss, gradient): (f64, Vec<f64>)| {
                let n = gradient.len();
                let pairs = [("loss", vec![loss], 1), ("gradient", gradient, n)];
                Arrays::from(pairs.map(|(name, data, n)| (name.to_string(), Array::new(&[n], data))))
            };
            runs.push(measure(inputs, 1, Some(rtol), work, outputs)?);
        }
        Ok(Reply { runs, ..Reply::default() })
    }
}

/// The ten parameters' places in the experiment's parameter vector.
fn differentiated(experiment: &vrest_membrane::Experiment) -> Result<Vec<usize>, BenchError> {
    let mut paths = HODGKIN_HUXLEY_PATHS.to_vec();
    paths.extend(["first.amplitude", "second.amplitude", "v_start"]);
    models::indices(experiment, &paths)
}

/// The parameter vector and initial state for the ten `values`.
fn placed(
    experiment: &vrest_membrane::Experiment,
    values: &[f64],
    gates: &[f64],
) -> Result<(Vec<f64>, Vec<f64>), BenchError> {
    let mut p = experiment.defaults();
    for (i, value) in differentiated(experiment)?.into_iter().zip(values) {
        p[i] = *value;
    }
    Ok((p, [&values[9..], gates].concat()))
}
