//! `vrest predict`: a trained model on new parameters and stimuli.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;
use vrest_data::manifest::FileHash;
use vrest_data::npz;
use vrest_learn::{Model, ModelError};

use crate::failure::{Failure, Kind};
use crate::numbers::{count, fixed};
use crate::outputs::{self, Outputs};
use crate::problem::Problem;
use crate::session::{Answer, Paint, Session};
use crate::table::{Align, Table};

/// Predict trajectories with a trained model
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The dataset gives parameters (X), times (t), stimuli and, in the first column of Y, the starting voltages;
the other columns of Y are not looked at.

Examples:
  vrest predict runs/neural_ode/best.safetensors --data data/new.npz --output predicted.npz")]
pub struct Args {
    /// The model, a file written by `vrest train`
    model: PathBuf,

    /// Parameters, times, stimuli and starting voltages (NPZ)
    #[arg(short, long, value_name = "FILE")]
    data: PathBuf,

    /// Write the predicted dataset to this file, with a manifest beside it
    #[arg(short, long, value_name = "FILE", default_value = "predicted.npz")]
    output: PathBuf,
}

/// Reads a model file.
///
/// # Errors
/// A file that cannot be read or is no model.
pub fn read_model(path: &std::path::Path) -> Result<Model, Failure> {
    let file = std::fs::read(path).map_err(|e| Failure::io("read", path, &e))?;
    Model::from_bytes(&file).map_err(|e| {
        let message = format!("`{}` is not a model: {e}", path.display());
        Failure::of(Kind::InputOutput, &message, Some("give a `best.safetensors` written by `vrest train`"))
    })
}

/// What a model says to a dataset that does not fit it, or to a trajectory that it cannot finish.
pub fn misfit(error: &ModelError) -> Failure {
    let (kind, hint) = match error {
        ModelError::Solve { .. } => {
            (Kind::Unacceptable, "loosen `solver.rtol`, or train on data that reach there")
        }
        _ => (
            Kind::Configuration,
            "a dataset of the same parameters and kind of stimulus as in training is needed",
        ),
    };
    Failure::of(kind, error, Some(hint))
}

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    let model = read_model(&args.model)?;
    let mut data = npz::read(&args.data)?;
    outputs::probe(&args.output)?;
    let outside = model.outside(&data).map_err(|e| misfit(&e))?;
    data.y = session.pool()?.install(|| model.predict(&data)).map_err(|e| misfit(&e))?;

    let mut outputs = Outputs::new("predict", json!({"model": model.description}));
    outputs.input(&FileHash::of(&args.model)?).input(&FileHash::of(&args.data)?);
    let guessed = (outside > 0).then(|| {
        Problem::warning(format!(
            "{} of {} have a parameter outside the range of training: there the model is guessing",
            outside,
            count(data.samples(), "sample")
        ))
    });
    let warnings: Vec<Problem> = guessed.into_iter().collect();
    outputs.warnings(&warnings);
    session.warn(&warnings);
    npz::write(&args.output, &data)?;
    outputs.note(&args.output)?;
    outputs.finish(&args.output, session)?;
    let (low, high) =
        data.y.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    session.answer(&Summary {
        output: args.output.display().to_string(),
        samples: data.samples(),
        times: data.times(),
        outside,
        v_min_mv: low,
        v_max_mv: high,
    })
}

/// The answer on standard output.
#[derive(Serialize)]
struct Summary {
    output: String,
    samples: usize,
    times: usize,
    outside: usize,
    v_min_mv: f64,
    v_max_mv: f64,
}

impl Answer for Summary {
    fn text(&self, paint: Paint) -> String {
        let title = format!("{} of {}", count(self.samples, "trace"), count(self.times, "time"));
        format!("{}\n{}", paint.bold(&title), self.csv().text(paint))
    }

    fn csv(&self) -> Table {
        let mut table = Table::new([("predicted", Align::Left), ("value", Align::Right)]);
        table.row(["lowest V (mV)".into(), fixed(self.v_min_mv, 3)]);
        table.row(["highest V (mV)".into(), fixed(self.v_max_mv, 3)]);
        table.row(["samples outside the training range".into(), self.outside.to_string()]);
        table
    }
}
