//! `vrest compare`: a trained model beside the physics and honest baselines.

use std::path::{Path, PathBuf};

use serde_json::json;
use vrest_data::manifest::FileHash;
use vrest_data::{Dataset, Manifest, npz};
use vrest_figures::report::Report;
use vrest_learn::Model;
use vrest_learn::ranges::Ranges;
use vrest_learn::train::{Epoch, Split, State, TrainingConfig};
use vrest_membrane::protocol::Start;
use vrest_membrane::rest::USUAL_START;

use crate::cell_input::SetArgs;
use crate::commands::predict::{misfit, read_model};
use crate::commands::train::{BEST, LAST};
use crate::comparison::{Comparison, NEURAL_ODE, Task};
use crate::experiments::{self, Simulation};
use crate::failure::Failure;
use crate::outputs::Outputs;
use crate::protocol_input::{self, refused};
use crate::session::Session;
use crate::{presets, report};

/// Seed of the simulated trajectories where none is given: not the one of `vrest generate`.
const SEED: u64 = 4242;
/// Trajectories of each task that is simulated for the comparison.
const SIMULATED: usize = 100;

/// Compare a trained model with the physics and with simple baselines
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The model is measured on the samples that its training kept for the test. Where its parameters are those of a
cell, it is measured on ranges 20 % wider and on a waveform that it was not trained on, too.

Examples:
  vrest compare
  vrest compare runs/neural_ode --data data/dataset.npz --output comparison")]
pub struct Args {
    /// The folder of a training run
    #[arg(value_name = "RUN", default_value = "runs/neural_ode")]
    run: PathBuf,
    /// The dataset that it was trained on [default: the one that the run names]
    #[arg(short, long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Write comparison.json and report.html into this folder [default: RUN/comparison]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// The cell that simulates further trajectories
    #[arg(long, default_value = "seed_neuron")]
    cell: String,
    /// The ranges that they are drawn from
    #[arg(long, default_value = "seed_ranges")]
    ranges: String,
    /// The protocol of the wider ranges
    #[arg(long, default_value = "dataset_step")]
    protocol: String,
    /// The protocol with a waveform never trained on
    #[arg(long, default_value = "dataset_sine")]
    new_protocol: String,
    /// The state that the dataset records
    #[arg(long, value_name = "STATE", default_value = "V")]
    record: String,
    #[command(flatten)]
    set: SetArgs,
}

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    if args.run.is_file() {
        let file = args.run.display();
        return Err(Failure::configuration(format!("`{file}` is a file, not the folder of a training run"))
            .with_hint(
                "models of a recording are compared by `vrest fit FILE --cell CELL --free PATHS --hold-out LIST --learn`",
            ));
    }
    let model_path = args.run.join(BEST);
    let model = read_model(&model_path)?;
    let (split, config) = record(&model_path)?;
    let data_path = args.data.clone().unwrap_or(config.dataset);
    let data = npz::read(&data_path)?;
    model.outside(&data).map_err(|e| misfit(&e))?;
    let origin = FileHash::of(&data_path)?;
    if model.description.dataset_sha256.as_ref().is_some_and(|sha| *sha != origin.sha256) {
        return Err(Failure::configuration(format!(
            "`{}` is not the dataset that the model was trained on",
            data_path.display()
        ))
        .with_hint("name the one that it was trained on with `--data`, else the test would not be fair"));
    }
    let training = data.select(&split.train);
    let mut tasks = vec![Task {
        name: "test",
        about: "samples of the dataset that the training kept for the test".into(),
        truth: data.select(&split.test),
        simulation: None,
    }];
    tasks.extend(simulated(&args, &model, &data, session)?);
    let comparison = Comparison::of_model(tasks, &model, &training, session)?;
    let folder = args.output.unwrap_or_else(|| args.run.join("comparison"));
    write(&folder, &comparison, &history(&args.run)?, [&FileHash::of(&model_path)?, &origin], session)?;
    session.answer(&comparison)
}

/// Which samples the training kept, and how it was configured.
fn record(model: &Path) -> Result<(Split, TrainingConfig), Failure> {
    let path = Manifest::path_beside(model);
    let text = std::fs::read_to_string(&path).map_err(|e| Failure::io("read", &path, &e))?;
    let wrong = |e: serde_json::Error| Failure::configuration(format!("`{}`: {e}", path.display()));
    let manifest: Manifest = serde_json::from_str(&text).map_err(wrong)?;
    let split = serde_json::from_value(manifest.solver["split"].clone()).map_err(wrong)?;
    Ok((split, serde_json::from_value(manifest.configuration).map_err(wrong)?))
}

/// How the training went, from its last checkpoint.
fn history(run: &Path) -> Result<Vec<Epoch>, Failure> {
    let path = run.join(LAST);
    let file = std::fs::read(&path).map_err(|e| Failure::io("read", &path, &e))?;
    let state = State::from_bytes(&file);
    Ok(state.map_err(|e| Failure::configuration(format!("`{}`: {e}", path.display())))?.progress.history)
}

/// Further trajectories, where the cell has every parameter of the model; a remark where not.
fn simulated(args: &Args, model: &Model, data: &Dataset, session: &Session) -> Result<Vec<Task>, Failure> {
    let source = presets::RANGES.source(&args.ranges)?;
    let ranges = Ranges::parse(&source.text).map_err(|problems| refused(&problems, &source))?;
    let start = ranges.draws_start().then_some(Start::Voltage(USUAL_START));
    let seed = session.seed.unwrap_or(SEED);
    let mut tasks = Vec::new();
    for (name, about, protocol, wider) in [
        ("outside", "ranges wider by 20 % on both sides", &args.protocol, 0.2),
        ("new stimulus", "a waveform that the training data do not have", &args.new_protocol, 0.0),
    ] {
        let input =
            protocol_input::load(&args.cell, protocol, start, &args.set, session)?.with_free_voltage()?;
        let sampler = ranges.resolve(&input.experiment).map_err(|problems| refused(&problems, &source))?;
        let state = experiments::recorded(&input.experiment, &args.record)?;
        let simulation = Simulation {
            experiment: input.experiment,
            sampler: sampler.widened(wider),
            samples: SIMULATED,
            times: data.times(),
            state,
            seed: seed.wrapping_add(tasks.len() as u64),
            options: experiments::options(),
        };
        let task = Task::simulated(name, about, simulation, session)?;
        if let Err(error) = model.outside(&task.truth) {
            session.say(&format!("no more than the test is compared: for `{}`, {error}", args.cell));
            return Ok(Vec::new());
        }
        tasks.push(task);
    }
    Ok(tasks)
}

fn write(
    folder: &Path,
    comparison: &Comparison,
    history: &[Epoch],
    origins: [&FileHash; 2],
    session: &Session,
) -> Result<(), Failure> {
    let mut outputs = Outputs::new("compare", json!({"simulated": SIMULATED}));
    origins.iter().for_each(|origin| {
        outputs.input(origin);
    });
    let json = serde_json::to_string_pretty(comparison).map_err(|e| Failure::unacceptable(e.to_string()))?;
    outputs.bytes(&folder.join("comparison.json"), json.as_bytes())?;
    let page = Report::new("Physics and learned model side by side", report::summary(comparison));
    let page = report::comparison(comparison, NEURAL_ODE).into_iter().fold(page, Report::section);
    let page = page.section(report::training(history));
    outputs.bytes(&folder.join("report.html"), page.to_html().as_bytes())?;
    outputs.finish(folder, session)
}
