//! B6: how long it takes to learn the membrane to a stated accuracy.

use std::time::Instant;

use ndarray::{Array1, Array2, s};
use vrest_data::Dataset;
use vrest_data::dataset::{Interpolation, Stimulus};
use vrest_learn::field::registry::Kind;
use vrest_learn::train::{Fractions, Next, TrainingConfig, train};
use vrest_learn::{Model, ModelError};

use super::leak_pump::{Exact, HIGH, LOW, PATHS, STEP_MS};
use crate::error::BenchError;
use crate::exchange::{Array, Arrays, Inputs, Reply, Run};
use crate::measure::Uniform;
use crate::task::{About, Side, Target, Task, Unit, ours_and, peer};

/// From a dataset to a trained model.
pub struct TimeToAccuracy;

/// Test RMSE to reach, mV.
const MILESTONES: [f64; 5] = [1.0, 0.5, 0.2, 0.1, 0.05];
/// Samples to train on, to choose by and to measure on.
const SAMPLES: [usize; 3] = [700, 150, 150];
/// Recording times between two of those that the error is taken over.
const STRIDE: usize = 10;
const TIMES: usize = 1000;
const INTERVAL_MS: f64 = 0.5;

impl Task for TimeToAccuracy {
    fn about(&self) -> About {
        About {
            id: "B6",
            title: "time to accuracy of a Neural ODE",
            work: "1,000 leak-and-pump membranes (700 to train on, 150 to choose by, 150 to measure on), nine parameters \
                   drawn over the seed's ranges, 500 ms, a step of random height 0 to 0.5 uA/cm2 at 100-300 ms. Wall \
                   seconds of training, without compilation and without measuring, until the RMSE over the 150 \
                   trajectories is below each milestone. Peers: a perceptron 11-64-64-1 through RK4 trajectories with \
                   Adam, as is usual, and the same after our recipe's first part, derivative matching by L-BFGS. Ours: \
                   the default of `vrest train`, and the same recipe on the peers' plain perceptron; trained again and \
                   again for a second. A peer trains once a round and stops at the limit, or after twice the time that \
                   its first milestone took.",
            item: "run",
            unit: Unit::Seconds,
            error: "test RMSE, mV",
            targets: vec![
                Target::new("torchdiffeq", 100.0, 100.0),
                Target::new("diffrax", 40.0, 40.0),
                Target::new("diffrax", 1.0, 1.0).of("vrest to 0.1 mV"),
                Target::new("diffrax", 1.0, 1.0).of("vrest to 0.05 mV"),
            ],
        }
    }

    fn sides(&self) -> Vec<Side> {
        let mut sides = ours_and("perceptron", "vrest, plain perceptron 64-64", MILESTONES[0]);
        let torch = "b6_torchdiffeq.py";
        let jax = "b6_diffrax.py";
        sides.extend([
            peer("torchdiffeq", "torchdiffeq", (torch, "trajectories"), MILESTONES[0]),
            peer("torchdiffeq_recipe", "torchdiffeq after matching", (torch, "matching"), MILESTONES[0]),
            peer("diffrax", "diffrax", (jax, "trajectories"), MILESTONES[0]),
            peer("diffrax_recipe", "diffrax after matching", (jax, "matching"), MILESTONES[0]),
        ]);
        sides
    }

    fn inputs(&self, quick: bool) -> Result<Inputs, BenchError> {
        let mut uniform = Uniform(6);
        let n = SAMPLES.iter().sum();
        let parameters: Vec<f64> = (0..9 * n).map(|i| uniform.between(LOW[i % 9], HIGH[i % 9])).collect();
        let steps: Vec<f64> = (0..n).map(|_| uniform.between(0.0, 0.5)).collect();
        let courses = parameters.chunks(9).zip(&steps).map(|(p, &step)| Exact::new(p, step));
        let v = courses.flat_map(|course| (0..TIMES).map(move |k| course.v(INTERVAL_MS * k as f64)));
        let v = v.collect();
        let ranges = LOW.iter().chain(&HIGH).copied().collect();
        Ok(Inputs::default()
            .set("milestones", MILESTONES.to_vec())
            .set("limit_s", if quick { 5.0 } else { 600.0 })
            .set("samples", SAMPLES.to_vec())
            .set("stride", STRIDE)
            .set("interval_ms", INTERVAL_MS)
            .set("step_ms", STEP_MS.to_vec())
            .array("ranges", &[2, 9], ranges)
            .array("parameters", &[n, 9], parameters)
            .array("steps", &[n], steps)
            .array("v", &[n, TIMES], v))
    }

    fn error(&self, inputs: &Inputs, _: Option<&Run>, run: &Run) -> f64 {
        let Some(predicted) = run.arrays.get("v") else { return f64::INFINITY };
        let truth = inputs.arrays["v"].rows().skip(SAMPLES[0] + SAMPLES[1]);
        let truth: Vec<f64> = truth.flat_map(|row| row.iter().step_by(STRIDE)).copied().collect();
        if predicted.data.len() != truth.len() {
            return f64::INFINITY;
        }
        let square: f64 = predicted.data.iter().zip(&truth).map(|(a, b)| (a - b).powi(2)).sum();
        (square / truth.len() as f64).sqrt()
    }

    fn milestone(&self, run: &Run) -> Option<String> {
        run.rtol.map(|mv| format!("to {mv} mV"))
    }

    fn ours(&self, inputs: &Inputs) -> Result<Reply, BenchError> {
        let [n_train, n_choose, n_test] = SAMPLES;
        let seen = n_train + n_choose;
        let all = dataset(inputs);
        let data = all.select(&(0..seen).collect::<Vec<_>>());
        let test = all.select(&(seen..seen + n_test).collect::<Vec<_>>());
        let mut config = TrainingConfig {
            split: Fractions {
                train: n_train as f64 / seen as f64,
                validation: n_choose as f64 / seen as f64,
                test: 0.0,
            },
            ..TrainingConfig::default()
        };
        if inputs.settings["side"] == "perceptron" {
            config.network.kind = Kind::Perceptron;
            config.network.hidden = vec![64, 64];
        }
        let (least_s, begun) = (inputs.number("least_s"), Instant::now());
        let mut runs = self.trained(&config, &data, &test, inputs)?;
        // The same again, so that a fraction of a second is not judged by a moment of the machine.
        while begun.elapsed().as_secs_f64() < least_s {
            for (run, again) in runs.iter_mut().zip(self.trained(&config, &data, &test, inputs)?) {
                run.seconds.extend(again.seconds);
            }
        }
        Ok(Reply { runs, ..Reply::default() })
    }
}

impl TimeToAccuracy {
    /// One training, until the last milestone: a run for each that it reached.
    fn trained(
        &self,
        config: &TrainingConfig,
        data: &Dataset,
        test: &Dataset,
        inputs: &Inputs,
    ) -> Result<Vec<Run>, BenchError> {
        let mut milestones = inputs.numbers("milestones").into_iter().peekable();
        let mut runs = Vec::new();
        let mut failure = None;
        let mut trained_s = 0.0;
        let mut since = Instant::now();
        let observe = &mut |_: &_, state: &vrest_learn::train::State| {
            trained_s += since.elapsed().as_secs_f64();
            let model = Model { weights: state.best.clone(), ..state.last.clone() };
            match predicted(&model, test) {
                Ok(v) => {
                    let mut run = Run { seconds: vec![trained_s], items: 1, ..Run::default() };
                    run.arrays = Arrays::from([("v".to_string(), v)]);
                    let rmse = self.error(inputs, None, &run);
                    while let Some(mv) = milestones.next_if(|mv| rmse < *mv) {
                        runs.push(Run { rtol: Some(mv), ..run.clone() });
                    }
                }
                Err(e) => failure = Some(e),
            }
            since = Instant::now();
            if milestones.peek().is_none() { Next::Stop } else { Next::Continue }
        };
        train(config, data, None, None, observe).map_err(BenchError::ours)?;
        match failure {
            // Early weights may blow up; only a run that got nowhere is a failure.
            Some(e) if runs.is_empty() => Err(BenchError::ours(e)),
            _ => Ok(runs),
        }
    }
}

/// The test trajectories at the times that count.
fn predicted(model: &Model, test: &Dataset) -> Result<Array, ModelError> {
    let v = model.predict(test)?;
    let v = v.slice(s![.., ..;STRIDE]);
    Ok(Array::new(v.shape(), v.iter().copied().collect()))
}

/// All samples as a dataset.
fn dataset(inputs: &Inputs) -> Dataset {
    let array = |name: &str| {
        let a = &inputs.arrays[name];
        Array2::from_shape_vec((a.shape[0], a.data.len() / a.shape[0]), a.data.clone()).expect("a matrix")
    };
    let (steps, y) = (array("steps"), array("v"));
    let t = Array1::from_iter((0..TIMES).map(|k| INTERVAL_MS * k as f64));
    let on = |t: f64| (STEP_MS[0]..STEP_MS[1]).contains(&t);
    let values = Array2::from_shape_fn(y.dim(), |(i, k)| if on(t[k]) { steps[[i, 0]] } else { 0.0 });
    Dataset {
        x: array("parameters"),
        y,
        t,
        param_names: PATHS.map(String::from).to_vec(),
        param_units: vec![String::new(); PATHS.len()],
        stimulus: Some(Stimulus { values, interpolation: Interpolation::Previous }),
    }
}
