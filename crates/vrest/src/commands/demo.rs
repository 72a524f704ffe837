//! `vrest demo`: the main job end to end, without a file and without an argument.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

use serde_json::json;
use vrest_data::manifest::FileHash;
use vrest_data::{Dataset, npz};
use vrest_figures::Figure;
use vrest_figures::report::{Report, Section};
use vrest_learn::ranges::Ranges;
use vrest_learn::train::{Epoch, Next, State, Trained, TrainingConfig, train};
use vrest_membrane::protocol::Start;
use vrest_membrane::rest::USUAL_START;
use vrest_membrane::{Experiment, Membrane, RestReport};
use vrest_ode::Output;

use crate::cell_input::{self, SetArgs};
use crate::commands::rest::Rest;
use crate::commands::train::line;
use crate::comparison::{Comparison, NEURAL_ODE, Task};
use crate::experiments::{self, Simulation};
use crate::failure::{Failure, Kind};
use crate::interrupt;
use crate::numbers::duration;
use crate::outputs::Outputs;
use crate::protocol_input::{self, refused};
use crate::session::Session;
use crate::trajectory::Trajectory;
use crate::{presets, report};

/// The seed where none is given.
const SEED: u64 = 42;
const TRAINING: usize = 1000;
const TESTING: usize = 100;
const TIMES: usize = 500;

/// Show the main job end to end: rest, dataset, training, comparison, report
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write everything into this folder
    #[arg(short, long, value_name = "DIR", default_value = "vrest-demo")]
    output: PathBuf,
}

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    let begun = Instant::now();
    let folder = args.output.as_path();
    let mut outputs =
        Outputs::new("demo", json!({"training_samples": TRAINING, "test_samples": TESTING, "times": TIMES}));
    let none = SetArgs { set: Vec::new() };

    step(session, "1. Where does a balanced neuron rest?");
    let cell = cell_input::load("neuron_balanced", &none, session)?;
    let membrane = Membrane::compile(&cell.cell);
    let rest = vrest_membrane::rest(&membrane, &membrane.defaults())
        .map_err(|error| Failure::of(Kind::Unacceptable, &error, Some(error.hint())))?;
    outputs.input(&cell.origin);
    session.answer_in_passing(&Rest::new(rest.clone()))?;

    step(session, "2. What does it do when something happens to it?");
    let mut shown = Vec::new();
    for protocol in ["current_step", "k_out_ramp"] {
        let input = protocol_input::load("neuron_balanced", protocol, None, &none, session)?;
        let figure = trajectory(&input.experiment)?.figure();
        outputs.figure(&folder.join(format!("{protocol}.svg")), &figure)?;
        shown.push(figure);
    }

    step(session, "3. A dataset, a Neural ODE trained on it, and who predicts what it has not seen");
    let seed = session.seed.unwrap_or(SEED);
    outputs.manifest.seeds.insert("samples".into(), seed);
    let (comparison, history) = compare(folder, seed, &mut outputs, session)?;
    session.answer(&comparison)?;
    outputs.bytes(&folder.join("comparison.json"), format!("{}\n", pretty(&comparison)?).as_bytes())?;

    for split in comparison.splits.iter().filter(|s| s.name == "test") {
        let traces = split.entry(NEURAL_ODE).map_or(Vec::new(), |e| report::traces(split, e));
        for (name, figure) in ["best", "median", "worst"].into_iter().zip(traces) {
            outputs.figure(&folder.join(format!("{name}_trajectory.svg")), &figure)?;
        }
    }
    let html = page(&rest, shown, &comparison, &history).to_html();
    let path = folder.join("report.html");
    outputs.bytes(&path, html.as_bytes())?;
    outputs.finish_quietly(folder)?;
    session.say(&format!("\nThe report is {} (took {})", path.display(), duration(begun.elapsed())));
    Ok(())
}

fn step(session: &Session, title: &str) {
    session.say(&format!("\n{title}"));
}

fn pretty(comparison: &Comparison) -> Result<String, Failure> {
    serde_json::to_string_pretty(comparison).map_err(|e| Failure::unacceptable(e.to_string()))
}

fn trajectory(experiment: &Experiment) -> Result<Trajectory, Failure> {
    let p = experiment.defaults();
    let y0 = experiment.initial_state(&p).map_err(|e| Failure::of(Kind::Unacceptable, &e, Some(e.hint())))?;
    let end = experiment.protocol().duration;
    let mut times = experiments::times(end, 1000);
    times.push(end);
    let solution = experiment
        .solve(&p, &y0, 0.0, end, Output::At(&times), &experiments::options())
        .map_err(|e| Failure::of(Kind::Unacceptable, &e, e.hint()))?;
    Ok(Trajectory::new(experiment, &p, &solution))
}

/// Simulates the dataset, trains on it, and compares on what nobody has seen. Returns how the training went, too.
fn compare(
    folder: &Path,
    seed: u64,
    outputs: &mut Outputs,
    session: &Session,
) -> Result<(Comparison, Vec<Epoch>), Failure> {
    let source = presets::RANGES.source("seed_ranges")?;
    outputs.input(&FileHash::of_bytes(&source.name, source.text.as_bytes()));
    let ranges = Ranges::parse(&source.text).map_err(|problems| refused(&problems, &source))?;
    let start = Some(Start::Voltage(USUAL_START));
    let none = SetArgs { set: Vec::new() };
    let simulation = |protocol: &str, wider: f64, samples: usize, seed: u64| {
        let experiment = protocol_input::load("seed_neuron", protocol, start, &none, session)?.experiment;
        let sampler = ranges.resolve(&experiment).map_err(|problems| refused(&problems, &source))?;
        let sampler = sampler.widened(wider);
        let options = experiments::options();
        Ok::<_, Failure>(Simulation { experiment, sampler, samples, times: TIMES, state: 0, seed, options })
    };
    let training = simulation("dataset_step", 0.0, TRAINING, seed)?.all(session)?;
    let path = folder.join("dataset.npz");
    npz::write(&path, &training)?;
    outputs.note(&path)?;
    let mut tasks = Vec::new();
    for (name, about, protocol, wider) in [
        ("test", "new draws from the ranges of the training data", "dataset_step", 0.0),
        ("outside", "ranges wider by 20 % on both sides", "dataset_step", 0.2),
        ("new stimulus", "a current that swings at 10 Hz; training saw only steps", "dataset_sine", 0.0),
    ] {
        // Other seeds than the training data's: draws that nobody has seen.
        let seed = seed.wrapping_add(1 + tasks.len() as u64);
        tasks.push(Task::simulated(name, about, simulation(protocol, wider, TESTING, seed)?, session)?);
    }
    let trained = learn(folder, &training, seed, outputs, session)?;
    Ok((Comparison::of_model(tasks, &trained.model, &training, session)?, trained.history))
}

/// Trains a Neural ODE with the default configuration, in memory.
fn learn(
    folder: &Path,
    training: &Dataset,
    seed: u64,
    outputs: &mut Outputs,
    session: &Session,
) -> Result<Trained, Failure> {
    let config = TrainingConfig { seed, ..TrainingConfig::default() };
    let mut observe = |epoch: &Epoch, _: &State| {
        session.say(&line(epoch));
        if interrupt::flag().load(Ordering::Relaxed) { Next::Stop } else { Next::Continue }
    };
    let trained = session.pool()?.install(|| train(&config, training, None, None, &mut observe));
    let trained = trained.map_err(|e| Failure::unacceptable(e.to_string()))?;
    if !trained.finished {
        return Err(Failure::interrupted("the dataset and the figures are kept"));
    }
    let bytes = trained.model.to_bytes(&[], Default::default());
    let bytes = bytes.map_err(|e| Failure::unacceptable(e.to_string()))?;
    outputs.bytes(&folder.join("model.safetensors"), &bytes)?;
    Ok(trained)
}

fn page(rest: &RestReport, shown: Vec<Figure>, comparison: &Comparison, history: &[Epoch]) -> Report {
    let mut page = Report::new("vrest demo", report::summary(comparison)).section(report::rest(rest));
    page = page.section(shown.into_iter().fold(Section::new("What it does"), Section::chart));
    for section in report::comparison(comparison, NEURAL_ODE) {
        page = page.section(section);
    }
    page.section(report::training(history))
}
