//! The training run: linear solve, derivative matching, trajectories; epoch by epoch, so that it can be stopped
//! after any and go on to the same bits.

use super::adamw::AdamW;
use super::config::TrainingConfig;
use super::exponential::{Linearised, Regressors, Steps};
use super::intervals::pick;
use super::lbfgs::Lbfgs;
use super::view::View;
use super::windows::{Cut, chunks, guard, starts};
use super::{Split, TrainError, averaging, encoding, matching};
use crate::field::registry::Visitor;
use crate::field::{LearnedField, Shape};
use crate::model::Model;
use crate::random::Stream;
use crate::rollout::Engine;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Instant;
use vrest_data::Dataset;

/// More substeps of a recording interval than this, and trajectories are left to matching.
const MOST_SUBSTEPS: usize = 16;
/// Rollbacks in a row after which training gives up.
const MOST_ROLLBACKS: usize = 5;
/// Gauss-Newton rounds of the linear solve; one is enough where the field is linear in what is solved for.
const LINEAR_ROUNDS: usize = 8;
/// The share by which a round must lower the error for another to follow.
const LINEAR_GAIN: f64 = 0.01;
/// A loss this many times the last is an explosion.
const EXPLOSION: f64 = 20.0;

/// A part of the recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The weights in which the field is linear, by least squares.
    Linear,
    /// All weights, from single intervals.
    Matching,
    /// All weights, through integrated trajectories.
    Trajectory,
    /// Nothing is left to do.
    Done,
}

impl Stage {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Linear => "linear solve",
            Stage::Matching => "matching",
            Stage::Trajectory => "trajectories",
            Stage::Done => "done",
        }
    }
}

/// What an epoch reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// The stage.
    pub stage: Stage,
    /// Its number within the stage, from 0.
    pub epoch: usize,
    /// The training loss as a voltage: its root, mV.
    #[serde(deserialize_with = "null_is_infinite")]
    pub loss_mv: f64,
    /// RMSE of the whole validation trajectories, mV.
    #[serde(deserialize_with = "null_is_infinite")]
    pub validation_rmse_mv: f64,
    /// Learning rate; none where there is none.
    pub learning_rate: Option<f64>,
    /// Whether it is the best so far.
    pub best: bool,
    /// Something that the user should know.
    pub note: Option<String>,
    /// Wall time of this epoch, s. The only number here that differs between equal runs.
    pub seconds: f64,
}

/// Where a run is: with the configuration and the dataset, all that the rest of it depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The stage under way.
    pub stage: Stage,
    /// Epochs of it that are done.
    pub epoch: usize,
    /// Epochs of the stage since the last improvement.
    pub stale: usize,
    /// Best validation RMSE so far, mV.
    #[serde(deserialize_with = "null_is_infinite")]
    pub best_rmse_mv: f64,
    /// The learning rate is multiplied by this: halved at every rollback.
    pub caution: f64,
    /// Rollbacks in a row.
    pub rollbacks: usize,
    /// The training loss of the last good trajectory epoch.
    #[serde(deserialize_with = "null_is_infinite")]
    pub last_loss: f64,
    /// All epochs so far.
    pub history: Vec<Epoch>,
}

/// JSON has no infinity and writes null for it.
fn null_is_infinite<'de, D: serde::Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(d)?.unwrap_or(f64::INFINITY))
}

/// A run between two epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The model with the weights reached last.
    pub last: Model,
    /// The weights that did best on the validation samples.
    pub best: Vec<f64>,
    /// Moments of the optimiser.
    pub adam: AdamW,
    /// Where it is.
    pub progress: Progress,
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Go on.
    Continue,
    /// Stop here; the state can be resumed.
    Stop,
}

/// A finished or stopped run.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The best model.
    pub model: Model,
    /// Which samples did what.
    pub split: Split,
    /// All epochs.
    pub history: Vec<Epoch>,
    /// Whether all stages were done.
    pub finished: bool,
}

/// Trains a model on `data`, from the beginning or from a saved state. `observe` sees every epoch and the state
/// after it.
///
/// # Errors
/// Too few samples, a field that nothing can be fitted to, a loss that stays not a number, weights that do not
/// move.
pub fn train(
    config: &TrainingConfig,
    data: &Dataset,
    dataset_sha256: Option<String>,
    resume: Option<State>,
    observe: &mut dyn FnMut(&Epoch, &State) -> Next,
) -> Result<Trained, TrainError> {
    config.network.kind.visit(Run { config, data, dataset_sha256, resume, observe })
}

struct Run<'a> {
    config: &'a TrainingConfig,
    data: &'a Dataset,
    dataset_sha256: Option<String>,
    resume: Option<State>,
    observe: &'a mut dyn FnMut(&Epoch, &State) -> Next,
}

impl Visitor for Run<'_> {
    type Output = Result<Trained, TrainError>;
    fn visit<F: LearnedField>(self) -> Self::Output {
        let Run { config, data, dataset_sha256, resume, observe } = self;
        let split = Split::new(data.samples(), config.split, config.seed)?;
        if data.times() < 2 {
            return Err(TrainError::TooFewTimes { times: data.times() });
        }
        // Chosen anew on resuming: it depends on configuration and data alone.
        let (block, seen) = choose_means::<F>(config, data, &split);
        let (mut state, view) = match resume {
            Some(state) => {
                let view = View::new(&seen, &state.last.description.scaling);
                (state, view)
            }
            None => begin::<F>(config, &seen, dataset_sha256, &split),
        };
        let mut trainer = Trainer::<F>::new(config, data, view, &split, &state.last);
        if block > 1 {
            let noise = averaging::noise_mv(data, &split.train);
            trainer.remark = Some(format!("noise of {noise:.2} mV: trained on means of {block} values"));
        }
        while state.progress.stage != Stage::Done {
            let epoch = trainer.advance(&mut state)?;
            state.progress.history.push(epoch.clone());
            if observe(&epoch, &state) == Next::Stop {
                break;
            }
        }
        let finished = state.progress.stage == Stage::Done;
        let model = Model { weights: state.best, ..state.last };
        Ok(Trained { model, split, history: state.progress.history, finished })
    }
}

/// The training data as means of so many values: those whose linear solve predicts the validation samples best.
fn choose_means<'d, F: LearnedField>(
    config: &TrainingConfig,
    data: &'d Dataset,
    split: &Split,
) -> (usize, Cow<'d, Dataset>) {
    let candidates = averaging::candidates(data, split);
    let mut best = (f64::INFINITY, 1, None);
    for &block in candidates.iter().filter(|_| candidates.len() > 1) {
        let seen = averaging::block_means(data, block);
        let (mut state, view) = begin::<F>(config, &seen, None, split);
        let mut trainer = Trainer::<F>::new(config, data, view, split, &state.last);
        trainer.linear(&mut state);
        let rmse = trainer.validation_rmse(&state.last);
        if rmse < best.0 {
            best = (rmse, block, Some(seen));
        }
    }
    (best.1, best.2.unwrap_or(Cow::Borrowed(data)))
}

/// The state before the first epoch: scaling chosen, weights drawn; and the data as they are then seen.
fn begin<F: LearnedField>(
    config: &TrainingConfig,
    data: &Dataset,
    sha: Option<String>,
    split: &Split,
) -> (State, View) {
    let (scaling, view) = encoding::choose(data, split, config.warm_start.ridge);
    let shape = Shape {
        n_moving: scaling.n_moving(),
        n_fixed: scaling.n_fixed(),
        hidden: config.network.hidden.clone(),
        activation: config.network.activation,
    };
    let field = F::new(&shape);
    let mut weights = vec![0.0; field.n_weights()];
    let mut stream = Stream::new(config.seed, WEIGHTS);
    field.init(|| stream.uniform(), &mut weights);
    let stage = if config.warm_start.enabled { Stage::Linear } else { Stage::Trajectory };
    let state = State {
        adam: AdamW::new(weights.len()),
        best: weights.clone(),
        last: Model {
            description: Model::describe(&shape, config.network.kind, scaling, config.solver, sha),
            weights,
        },
        progress: Progress {
            stage,
            epoch: 0,
            stale: 0,
            best_rmse_mv: f64::INFINITY,
            caution: 1.0,
            rollbacks: 0,
            last_loss: f64::INFINITY,
            history: Vec::new(),
        },
    };
    (state, view)
}

/// Streams of random numbers: the first weights, and the windows of each epoch.
const WEIGHTS: u64 = 1;
const EPOCHS: u64 = 1 << 32;

/// What an epoch's work gives: the loss as a mean square in units of v, the learning rate, a note.
struct Outcome {
    loss: f64,
    rate: Option<f64>,
    note: Option<String>,
}

struct Trainer<'a, F: LearnedField> {
    config: &'a TrainingConfig,
    split: &'a Split,
    validation: Dataset,
    view: View,
    field: F,
    engine: Engine<F, f32>,
    cut: Option<Cut>,
    /// Said with the first epoch.
    remark: Option<String>,
}

impl<'a, F: LearnedField> Trainer<'a, F> {
    /// Trains on `view`, which may be of means of `data`, and is judged on `data`.
    fn new(config: &'a TrainingConfig, data: &Dataset, view: View, split: &'a Split, model: &Model) -> Self {
        let field = F::new(&model.shape());
        let cut = None;
        let validation = data.select(&split.validation);
        let steps = config.trajectory.length.min(view.n_times() - 1) * MOST_SUBSTEPS;
        let engine = Engine::new(&field, steps);
        Trainer { config, split, validation, view, field, engine, cut, remark: None }
    }

    /// One epoch: work, validation, bookkeeping.
    fn advance(&mut self, state: &mut State) -> Result<Epoch, TrainError> {
        let start = Instant::now();
        let (stage, number) = (state.progress.stage, state.progress.epoch);
        let before = state.last.weights.clone();
        let outcome = match stage {
            Stage::Linear => self.linear(state),
            Stage::Matching => self.matching(state),
            Stage::Trajectory => self.trajectory(state)?,
            Stage::Done => Outcome { loss: 0.0, rate: None, note: None },
        };
        let moved = before != state.last.weights;
        let rmse = self.validation_rmse(&state.last);
        let scale = state.last.description.scaling.v_scale_mv;
        let p = &mut state.progress;
        let improves = rmse < p.best_rmse_mv * (1.0 - self.config.early_stopping.min_improvement);
        let best = rmse < p.best_rmse_mv;
        if best {
            p.best_rmse_mv = rmse;
            state.best.clone_from(&state.last.weights);
        }
        p.stale = if improves { 0 } else { p.stale + 1 };
        p.epoch += 1;
        let trains = stage == Stage::Trajectory && outcome.rate.is_some();
        if trains && !moved && outcome.note.is_none() {
            return Err(TrainError::DoesNotMove { epoch: number });
        }
        let over = match stage {
            Stage::Linear => true,
            Stage::Matching => p.epoch >= self.config.warm_start.rounds || !moved,
            _ => p.epoch >= self.config.trajectory.epochs || outcome.rate.is_none(),
        };
        if over || stage != Stage::Linear && p.stale >= self.config.early_stopping.patience {
            p.stage = match stage {
                Stage::Linear if self.config.warm_start.rounds > 0 => Stage::Matching,
                Stage::Linear | Stage::Matching if self.config.trajectory.epochs > 0 => Stage::Trajectory,
                _ => Stage::Done,
            };
            (p.epoch, p.stale) = (0, 0);
            // Each stage begins with the best that the earlier ones found.
            state.last.weights.clone_from(&state.best);
        }
        Ok(Epoch {
            stage,
            epoch: number,
            loss_mv: outcome.loss.sqrt() * scale,
            validation_rmse_mv: rmse,
            learning_rate: outcome.rate,
            best,
            note: outcome.note,
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    /// RMSE over the validation trajectories, mV; infinite where one cannot be integrated.
    fn validation_rmse(&self, model: &Model) -> f64 {
        let Ok(predicted) = model.predict(&self.validation) else { return f64::INFINITY };
        let truth = &self.validation.y;
        let square = |i: usize| -> f64 {
            predicted.row(i).iter().zip(truth.row(i)).map(|(a, b)| (a - b) * (a - b)).sum()
        };
        // Sums of trajectories on all threads, added up in order.
        let squares: Vec<f64> = (0..truth.nrows()).into_par_iter().map(square).collect();
        let mean = squares.iter().sum::<f64>() / truth.len() as f64;
        if mean.is_finite() { mean.sqrt() } else { f64::INFINITY }
    }

    fn linear(&mut self, state: &mut State) -> Outcome {
        let w = &self.config.warm_start;
        let intervals = pick(&self.view, &self.split.train, w.intervals);
        let n = self.field.n_solved();
        let steps = Steps::new(&self.view, &intervals);
        let error_of = |weights: &[f64]| {
            steps.error(&matching::Value { field: &self.field, weights }, &self.view, &intervals)
        };
        let mut error = f64::INFINITY;
        let mut note = self.remark.take();
        for round in 0..LINEAR_ROUNDS {
            let weights = &state.last.weights[..];
            let of = Linearised { field: &self.field, weights };
            let here = Regressors::new(of, &self.view, &intervals, &steps, &weights[..n]).keep();
            let start = if round == 0 { here.plain() } else { here.here() };
            let Some(fit) = here.fit(start, w.ridge, 12) else {
                if round == 0 {
                    note = Some("the linear solve failed; going on from random weights".into());
                    error = error_of(weights);
                }
                break;
            };
            // Where the field is not quite linear, a step may be too long; then half of it, or a quarter.
            let from = state.last.weights.clone();
            let tried = [1.0, 0.5, 0.25, 0.1].into_iter().find_map(|share| {
                let mut weights = from.clone();
                for (w, solved) in weights.iter_mut().zip(&fit.weights) {
                    *w += share * (solved - *w);
                }
                let reached = error_of(&weights);
                (reached < error).then_some((weights, reached))
            });
            let Some((weights, reached)) = tried else { break };
            // No better than before, or just as promised: then the field is as linear as it was taken for.
            let as_promised = (reached / fit.error - 1.0).abs() < LINEAR_GAIN;
            let enough = as_promised || reached > error * (1.0 - LINEAR_GAIN);
            (state.last.weights, error) = (weights, reached);
            if enough {
                break;
            }
        }
        Outcome { loss: error * error, rate: None, note }
    }

    fn matching(&mut self, state: &mut State) -> Outcome {
        let w = &self.config.warm_start;
        let intervals = pick(&self.view, &self.split.train, w.intervals);
        let weights = &state.last.weights;
        let slopes = matching::slopes(&self.field, weights, &self.view, &intervals);
        let per_sample = intervals.len() / self.split.train.len();
        let points = matching::points(&self.view, &intervals, &slopes, per_sample);
        let engine = &mut self.engine;
        let mut f = |x: &[f64], g: &mut [f64]| {
            g.fill(0.0);
            engine.points(x, &points, Some(g))
        };
        // A fresh memory each round: the targets have changed, and a resumed run must not need the old one.
        let mut search = Lbfgs::new(weights.clone(), &mut f);
        for _ in 0..w.iterations {
            if !search.step(&mut f) {
                break;
            }
        }
        state.last.weights = search.x;
        Outcome { loss: search.value, rate: None, note: None }
    }

    /// How windows are cut so that Runge-Kutta steps are stable; none if that takes too many.
    fn cut(&mut self, weights: &[f64]) -> Option<Cut> {
        if self.cut.is_none() {
            let intervals = pick(&self.view, &self.split.train, 8);
            let slopes = matching::slopes(&self.field, weights, &self.view, &intervals);
            let stiffest =
                slopes.iter().zip(&intervals).map(|(b, i)| b.abs() * i.h(&self.view)).fold(0.0, f64::max);
            // Runge-Kutta 4 is stable to 2.78; half of that is accurate too.
            let substeps = (stiffest / 1.4).ceil().max(1.0);
            if substeps <= MOST_SUBSTEPS as f64 {
                self.cut = Some(Cut { length: self.config.trajectory.length, substeps: substeps as usize });
            }
        }
        self.cut
    }

    fn trajectory(&mut self, state: &mut State) -> Result<Outcome, TrainError> {
        let t = &self.config.trajectory;
        let Some(cut) = self.cut(&state.last.weights.clone()) else {
            let note =
                "the recording is too coarse for fixed steps; trajectories are not trained on".to_string();
            return Ok(Outcome { loss: 0.0, rate: None, note: Some(note) });
        };
        let epoch = state.progress.epoch;
        let mut stream = Stream::new(self.config.seed, EPOCHS + epoch as u64);
        let starts = starts(&self.view, &self.split.train, t.windows, cut.length, &mut stream);
        let scaling = &state.last.description.scaling;
        let guard = guard(scaling.v(scaling.v_low_mv), scaling.v(scaling.v_high_mv));
        let rate = t.learning_rate * t.schedule.factor(epoch, t.epochs) * state.progress.caution;
        let safe = (state.last.weights.clone(), state.adam.clone());
        let (mut loss, mut batches) = (0.0, 0);
        let mut gradient = vec![0.0; state.last.weights.len()];
        for batch in starts.chunks(t.batch) {
            let windows = chunks(&self.view, batch, cut);
            gradient.fill(0.0);
            loss += self.engine.rollout(&state.last.weights, &windows, guard, Some(&mut gradient));
            batches += 1;
            let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
            if !norm.is_finite() {
                loss = f64::NAN;
                break;
            }
            if norm > t.clip_norm {
                gradient.iter_mut().for_each(|g| *g *= t.clip_norm / norm);
            }
            state.adam.update(&mut state.last.weights, &gradient, rate, t.weight_decay);
        }
        let loss = loss / batches.max(1) as f64;
        let p = &mut state.progress;
        let exploded = p.last_loss.is_finite() && loss > EXPLOSION * p.last_loss.max(1e-12);
        let mut note = None;
        if !loss.is_finite() || exploded {
            (state.last.weights, state.adam) = safe;
            p.caution *= 0.5;
            p.rollbacks += 1;
            if p.rollbacks > MOST_ROLLBACKS {
                return Err(TrainError::StaysBad { epoch, rollbacks: MOST_ROLLBACKS, loss });
            }
            let what = if loss.is_finite() { "exploded" } else { "is not a number" };
            note =
                Some(format!("the loss {what}: back to the last good weights with half the learning rate"));
        } else {
            p.rollbacks = 0;
            p.last_loss = loss;
        }
        Ok(Outcome { loss, rate: Some(rate), note })
    }
}
