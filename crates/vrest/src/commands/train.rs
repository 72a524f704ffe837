//! `vrest train`: a Neural ODE from a dataset.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;
use serde_json::json;
use vrest_data::manifest::FileHash;
use vrest_data::memory::{available_bytes, human_bytes};
use vrest_data::{Dataset, atomic, npz};
use vrest_learn::compare::{Score, score};
use vrest_learn::train::{Epoch, Next, Split, State, TrainError, Trained, TrainingConfig, train};

use crate::failure::{Failure, Kind};
use crate::interrupt;
use crate::numbers::{duration, fixed};
use crate::outputs::Outputs;
use crate::session::{Answer, Paint, Session};
use crate::table::{Align, Table};
use crate::training_config;

/// The model that did best on the validation samples.
pub const BEST: &str = "best.safetensors";
/// The last weights with the whole training state.
pub const LAST: &str = "last.safetensors";

/// Train a Neural ODE on a dataset
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vrest train --config params/training_config.yml
  vrest train --data data/dataset.npz --output runs/wide --set network.hidden=[64,64]
  vrest train --data data/dataset.npz --resume")]
pub struct Args {
    /// A training configuration (YAML); without one every value is the default
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Train on this dataset (NPZ) instead of the configured one
    #[arg(short, long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// Write model, checkpoints and metrics into this folder instead of the configured one
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,

    /// Change a single value of the configuration
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// Go on from the last checkpoint in the output folder
    #[arg(long)]
    resume: bool,
}

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    let mut config = training_config::load(args.config.as_deref(), &args.set)?;
    config.dataset = args.data.unwrap_or(config.dataset);
    config.output = args.output.unwrap_or(config.output);
    config.seed = session.seed.unwrap_or(config.seed);
    let data = npz::read(&config.dataset)?;
    enough_memory(&config, &data)?;
    let origin = FileHash::of(&config.dataset)?;
    atomic::make_folder(&config.output)?;
    let resumed = if args.resume { Some(checkpoint(&config.output, &origin)?) } else { None };
    if resumed.is_none() && config.output.join(BEST).exists() {
        session.say(&format!(
            "the run in `{}` is replaced; `--resume` would go on with it",
            config.output.display()
        ));
    }

    let begun = Instant::now();
    let trained = fit(&config, &data, &origin, resumed, session)?;
    let answer = Summary::new(&config, &data, &trained, session)?;
    write(&config, &origin, &trained, &answer, session)?;
    session.answer(&answer)?;
    session.say(&format!("trained in {}", duration(begun.elapsed())));
    if !trained.finished {
        let go_on = "the checkpoint is kept; `--resume` goes on to the same result";
        return Err(Failure::interrupted(go_on));
    }
    Ok(())
}

/// Trains with a line for every epoch and a checkpoint after it.
///
/// # Errors
/// What training refuses, and files that cannot be written.
pub fn fit(
    config: &TrainingConfig,
    data: &Dataset,
    origin: &FileHash,
    resumed: Option<State>,
    session: &Session,
) -> Result<Trained, Failure> {
    let mut unwritten = None;
    let mut observe = |epoch: &Epoch, state: &State| {
        session.say(&line(epoch));
        let saved = state.to_bytes().map_err(|e| Failure::unacceptable(e.to_string())).and_then(|bytes| {
            atomic::write(&config.output.join(LAST), &bytes)?;
            atomic::write(&config.output.join("metrics.csv"), metrics(&state.progress.history).as_bytes())?;
            Ok(())
        });
        match saved {
            Err(failure) => {
                unwritten = Some(failure);
                Next::Stop
            }
            Ok(()) if interrupt::flag().load(std::sync::atomic::Ordering::Relaxed) => Next::Stop,
            Ok(()) => Next::Continue,
        }
    };
    let sha = Some(origin.sha256.clone());
    let trained = session.pool()?.install(|| train(config, data, sha, resumed, &mut observe));
    match unwritten {
        Some(failure) => Err(failure),
        None => trained.map_err(|e| {
            let hint = match e {
                TrainError::TooFewSamples { .. } => {
                    "generate more samples (`vrest generate --n-samples 1000`)"
                }
                TrainError::TooFewTimes { .. } => "record more times of every sample",
                _ => "lower `trajectory.learning_rate`, or set `trajectory.epochs` to 0",
            };
            Failure::of(Kind::Unacceptable, &e, Some(hint))
        }),
    }
}

/// The state to go on from, if it belongs to this dataset.
fn checkpoint(folder: &Path, origin: &FileHash) -> Result<State, Failure> {
    let path = folder.join(LAST);
    let file = std::fs::read(&path).map_err(|e| Failure::io("read", &path, &e))?;
    let state = State::from_bytes(&file).map_err(|e| {
        Failure::of(
            Kind::InputOutput,
            &format!("`{}`: {e}", path.display()),
            Some("train without `--resume`"),
        )
    })?;
    let trained_on = state.last.description.dataset_sha256.as_deref();
    if trained_on.is_some_and(|sha| sha != origin.sha256) {
        return Err(Failure::configuration(format!("`{}` was trained on another dataset", path.display()))
            .with_hint("give the same `--data`, or train without `--resume`"));
    }
    Ok(state)
}

/// Refuses what cannot fit: the dataset in the field's units, and the regressors of the linear solve.
fn enough_memory(config: &TrainingConfig, data: &Dataset) -> Result<(), Failure> {
    let (n, p) = (data.samples() as f64, data.params() as f64);
    let terms = 1.0 + p + if p <= 24.0 { p * (p + 1.0) / 2.0 } else { 0.0 };
    let linear = 2.0 * terms + config.network.hidden.last().copied().unwrap_or(0) as f64;
    let regressors = n * config.warm_start.intervals as f64 * linear * 2.0;
    let weights: f64 = config.network.hidden.windows(2).map(|w| (w[0] * w[1]) as f64).sum();
    let need = 8.0 * (3.0 * n * data.times() as f64 + regressors + 64.0 * weights);
    let free = available_bytes();
    if need > free as f64 {
        let message = format!(
            "this training needs about {} of memory, and {} are free",
            human_bytes(need as u64),
            human_bytes(free)
        );
        return Err(Failure::configuration(message)
            .with_hint("take fewer samples, a smaller `network.hidden`, or fewer `warm_start.intervals`"));
    }
    Ok(())
}

/// An epoch in a line.
pub fn line(e: &Epoch) -> String {
    let star = if e.best { " *" } else { "" };
    let note = e.note.as_ref().map_or(String::new(), |n| format!("  ({n})"));
    format!(
        "{:<12} {:>3}   loss {:>9} mV   validation RMSE {:>9} mV{star}{note}",
        e.stage.name(),
        e.epoch + 1,
        fixed(e.loss_mv, 5),
        fixed(e.validation_rmse_mv, 5),
    )
}

fn metrics(history: &[Epoch]) -> String {
    let mut text =
        String::from("stage,epoch,loss (mV),validation RMSE (mV),learning rate,best,seconds,note\n");
    for e in history {
        let rate = e.learning_rate.map_or(String::new(), |r| r.to_string());
        let note = e.note.as_deref().unwrap_or("").replace(',', ";");
        text += &format!(
            "{},{},{},{},{rate},{},{:.3},{note}\n",
            e.stage.name(),
            e.epoch + 1,
            e.loss_mv,
            e.validation_rmse_mv,
            e.best,
            e.seconds
        );
    }
    text
}

fn write(
    config: &TrainingConfig,
    origin: &FileHash,
    trained: &Trained,
    answer: &Summary,
    session: &Session,
) -> Result<(), Failure> {
    let mut outputs = Outputs::new("train", json!(config));
    outputs.input(origin);
    outputs.manifest.seeds.insert("training".into(), config.seed);
    outputs.manifest.solver = json!({"split": trained.split, "finished": trained.finished});
    let best = config.output.join(BEST);
    let bytes = trained
        .model
        .to_bytes(&[], Default::default())
        .map_err(|e| Failure::unacceptable(format!("the model cannot be written: {e}")))?;
    outputs.bytes(&best, &bytes)?;
    let summary = serde_json::to_vec_pretty(answer).map_err(|e| Failure::unacceptable(e.to_string()))?;
    outputs.bytes(&config.output.join("summary.json"), &summary)?;
    outputs.note(&config.output.join("metrics.csv"))?;
    outputs.finish(&best, session)
}

/// The answer on standard output.
#[derive(Serialize)]
struct Summary {
    model: String,
    dataset: String,
    samples: Parts,
    epochs: usize,
    validation_rmse_mv: f64,
    /// On samples that nothing was chosen by; none where the split leaves none.
    test: Option<Score>,
}

#[derive(Serialize)]
struct Parts {
    train: usize,
    validation: usize,
    test: usize,
}

impl Summary {
    fn new(
        config: &TrainingConfig,
        data: &Dataset,
        trained: &Trained,
        session: &Session,
    ) -> Result<Self, Failure> {
        let Split { train, validation, test } = &trained.split;
        let scored = if test.is_empty() {
            None
        } else {
            let kept = data.select(test);
            let predicted = session.pool()?.install(|| trained.model.predict(&kept));
            let predicted = predicted.map_err(|e| Failure::unacceptable(e.to_string()))?;
            score(&kept, predicted.view())
        };
        let best = trained.history.iter().map(|e| e.validation_rmse_mv).fold(f64::INFINITY, f64::min);
        Ok(Summary {
            model: config.output.join(BEST).display().to_string(),
            dataset: config.dataset.display().to_string(),
            samples: Parts { train: train.len(), validation: validation.len(), test: test.len() },
            epochs: trained.history.len(),
            validation_rmse_mv: best,
            test: scored,
        })
    }
}

impl Answer for Summary {
    fn text(&self, paint: Paint) -> String {
        let title = format!("{} after {} epochs", self.model, self.epochs);
        let split = format!(
            "  trained on {}, chosen on {}, tested on {} trajectories",
            self.samples.train, self.samples.validation, self.samples.test
        );
        format!("{}\n{}{}\n", paint.bold(&title), self.csv().text(paint), paint.dim(&split))
    }

    fn csv(&self) -> Table {
        let mut table = Table::new([
            ("errors (mV)", Align::Left),
            ("RMSE", Align::Right),
            ("MAE", Align::Right),
            ("largest", Align::Right),
        ]);
        let parts = self.test.iter().flat_map(|s| {
            [
                ("test, whole trace", Some(s.whole)),
                ("test, transients", s.transients),
                ("test, steady states", s.steady_state),
            ]
        });
        for (name, errors) in parts {
            if let Some(e) = errors {
                table.row([name.into(), fixed(e.rmse, 4), fixed(e.mae, 4), fixed(e.max, 4)]);
            }
        }
        table.row([
            "validation, whole trace".into(),
            fixed(self.validation_rmse_mv, 4),
            String::new(),
            String::new(),
        ]);
        table
    }
}
