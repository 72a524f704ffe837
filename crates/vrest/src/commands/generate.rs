//! `vrest generate`: datasets to learn from.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};
use vrest_data::manifest::FileHash;
use vrest_data::memory::{available_bytes, human_bytes};
use vrest_data::npz;
use vrest_learn::generate::Generated;
use vrest_learn::ranges::{Distribution, Ranges, Sampler, Sampling};
use vrest_membrane::membrane::StateInfo;
use vrest_membrane::protocol::Start;
use vrest_membrane::units::{self, Dimension};

use crate::cell_input::SetArgs;
use crate::experiments::{self, Simulation};
use crate::failure::Failure;
use crate::numbers::{count, duration, plain, significant};
use crate::outputs::{self, Outputs};
use crate::presets;
use crate::problem::{Problem, Source};
use crate::protocol_input::{self, ExperimentInput, refused};
use crate::session::{Answer, Paint, Session};
use crate::solver_args::SolverArgs;
use crate::table::{Align, Table};

/// The seed where none is given.
const SEED: u64 = 42;
/// Failed samples that are shown one by one; the manifest lists all.
const SHOWN_FAILURES: usize = 5;

/// Simulate a dataset: many membranes with drawn parameters
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vrest generate --n-samples 1000 --output data/dataset.npz
  vrest generate my-cell/cell.toml --protocol my-cell/protocol.toml --ranges my-cell/ranges.toml")]
pub struct Args {
    /// A preset's name (`vrest list presets`) or a cell file
    #[arg(default_value = "seed_neuron")]
    cell: String,
    /// A protocol's name or a protocol file
    #[arg(short, long, default_value = "dataset_step")]
    protocol: String,
    /// What is drawn, and from where: the name of ranges or a ranges file
    #[arg(short, long, default_value = "seed_ranges")]
    ranges: String,
    /// How many samples
    #[arg(short, long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    n_samples: u64,
    /// How many times are recorded, evenly over the protocol
    #[arg(short = 't', long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(2..))]
    times: u64,
    /// The state that is recorded, by its name (see `vrest run`)
    #[arg(long, value_name = "STATE", default_value = "V")]
    record: String,
    /// Where trajectories start, `rest` or a voltage such as `-65 mV` [default: as ranges and protocol say]
    #[arg(long, value_name = "START", value_parser = start, allow_hyphen_values = true)]
    start: Option<Start>,
    /// Write the dataset to this file, with a manifest beside it
    #[arg(short, long, value_name = "FILE", default_value = "data/dataset.npz")]
    output: PathBuf,
    #[command(flatten)]
    set: SetArgs,
    #[command(flatten)]
    solver: SolverArgs,
}

fn start(text: &str) -> Result<Start, String> {
    if text == "rest" {
        return Ok(Start::Rest);
    }
    match units::parse(text, Dimension::Voltage) {
        Ok(v) => Ok(Start::Voltage(v)),
        Err(error) => Err(error.hint().map_or(error.to_string(), |hint| format!("{error}; {hint}"))),
    }
}

/// What was typed, understood: files read and brought together, times laid out, memory and place checked.
struct Plan {
    input: ExperimentInput,
    sampler: Sampler,
    ranges: FileHash,
    samples: usize,
    times: usize,
    /// The place of the recorded state.
    state: usize,
    seed: u64,
    output: PathBuf,
    solver: SolverArgs,
    changes: Vec<String>,
}

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    let plan = Plan::new(args, session)?;
    let begun = Instant::now();
    let generated = plan.generate(session)?;
    let wall = begun.elapsed();
    let failures = describe(&generated);
    session.warn(&failures);
    let path = plan.write(&generated, &failures, session)?;
    session.answer(&Summary::new(&plan, &generated, &path, wall))?;
    if generated.cancelled {
        let kept =
            format!("{} are in `{}`", count(generated.dataset.samples(), "finished sample"), path.display());
        return Err(Failure::interrupted(kept));
    }
    Ok(())
}

impl Plan {
    fn new(args: Args, session: &Session) -> Result<Self, Failure> {
        let source = presets::RANGES.source(&args.ranges)?;
        let ranges = Ranges::parse(&source.text).map_err(|problems| refused(&problems, &source))?;
        let start = match (args.start, ranges.draws_start()) {
            (Some(_), true) => return Err(two_starts(&source)),
            // The drawn voltage replaces this one.
            (None, true) => Some(Start::Voltage(vrest_membrane::rest::USUAL_START)),
            (start, false) => start,
        };
        let input = protocol_input::load(&args.cell, &args.protocol, start, &args.set, session)?
            .with_free_voltage()?;
        let sampler = ranges.resolve(&input.experiment).map_err(|problems| refused(&problems, &source))?;
        let (samples, times) = sizes(args.n_samples, args.times)?;
        let state = experiments::recorded(&input.experiment, &args.record)?;
        outputs::probe(&args.output)?;
        Ok(Self {
            input,
            sampler,
            ranges: FileHash::of_bytes(&source.name, source.text.as_bytes()),
            samples,
            times,
            state,
            seed: session.seed.unwrap_or(SEED),
            output: args.output,
            solver: args.solver,
            changes: args.set.set,
        })
    }

    fn generate(&self, session: &Session) -> Result<Generated, Failure> {
        let progress = session.progress("generate", "samples", self.samples as u64);
        let simulation = Simulation {
            experiment: self.input.experiment.clone(),
            sampler: self.sampler.clone(),
            samples: self.samples,
            times: self.times,
            state: self.state,
            seed: self.seed,
            options: self.solver.options(),
        };
        simulation.run(session, &progress)
    }

    /// Writes the dataset; an interrupted one goes beside its name, so that a whole one is never replaced by a part.
    fn write(
        &self,
        generated: &Generated,
        failures: &[Problem],
        session: &Session,
    ) -> Result<PathBuf, Failure> {
        let path = match generated.cancelled {
            true => self.output.with_extension("partial.npz"),
            false => self.output.clone(),
        };
        let mut outputs = Outputs::new("generate", self.configuration());
        self.input.origins.iter().chain([&self.ranges]).for_each(|origin| {
            outputs.input(origin);
        });
        outputs.warnings(&self.input.warnings).warnings(failures);
        outputs.manifest.seeds.insert("samples".into(), self.seed);
        outputs.manifest.solver = json!({
            "steps": generated.steps,
            "failed_samples": generated.failures.iter().map(|f| json!({
                "sample": f.sample, "parameters": f.parameters, "reason": f.reason.to_string(),
            })).collect::<Vec<_>>(),
        });
        npz::write(&path, &generated.dataset)?;
        outputs.note(&path)?;
        outputs.finish(&path, session)?;
        Ok(path)
    }

    fn recorded(&self) -> &StateInfo {
        &self.input.experiment.membrane().states()[self.state]
    }

    fn configuration(&self) -> Value {
        let numbers = self.input.experiment.params().iter();
        json!({
            "set": self.changes,
            "defaults": numbers.map(|n| json!({"path": n.path, "value": n.value, "unit": n.unit()})).collect::<Vec<_>>(),
            "drawn": self.sampler.drawn.iter().map(|d| json!({
                "path": d.info.path, "unit": d.info.unit(), "distribution": distribution(&d.distribution),
            })).collect::<Vec<_>>(),
            "sampling": match self.sampler.sampling { Sampling::Independent => "independent", Sampling::Sobol => "sobol" },
            "samples": self.samples,
            "recorded": {"state": self.recorded().name, "unit": self.recorded().dimension.unit()},
            "times": {"count": self.times, "duration_ms": self.input.experiment.protocol().duration},
            "solver": self.solver.json(),
        })
    }
}

/// A distribution as ranges files write it, with numbers in the unit of its parameter.
fn distribution(d: &Distribution) -> Value {
    match *d {
        Distribution::Uniform { low, high } => json!({"distribution": "uniform", "low": low, "high": high}),
        Distribution::LogUniform { low, high } => {
            json!({"distribution": "log_uniform", "low": low, "high": high})
        }
        Distribution::Normal { mean, sd, .. } => json!({"distribution": "normal", "mean": mean, "sd": sd}),
        Distribution::Fixed(value) => json!({"distribution": "fixed", "value": value}),
    }
}

fn two_starts(source: &Arc<Source>) -> Failure {
    Failure::configuration(format!("`--start` is given, and `{}` draws `v_start`", source.name))
        .with_hint("leave out `--start`, or take `v_start` out of the ranges")
}

/// Both sizes, if the dataset fits into memory.
fn sizes(samples: u64, times: u64) -> Result<(usize, usize), Failure> {
    // Voltage and stimulus, once in rows and once in the arrays that are written.
    let bytes = samples as f64 * times as f64 * 8.0 * 4.0;
    let free = available_bytes();
    if bytes > free as f64 {
        let (need, have) = (human_bytes(bytes as u64), human_bytes(free));
        let message =
            format!("{samples} samples of {times} times need {need} of memory, and {have} are free");
        return Err(Failure::configuration(message).with_hint("take fewer samples or times"));
    }
    Ok((samples as usize, times as usize))
}

/// Every failed sample with its parameters, up to a number that can be read.
fn describe(generated: &Generated) -> Vec<Problem> {
    let mut shown: Vec<Problem> = generated
        .failures
        .iter()
        .take(SHOWN_FAILURES)
        .map(|f| {
            let parameters: Vec<String> = f
                .parameters
                .iter()
                .map(|(path, value)| format!("{path} = {}", significant(*value, 6)))
                .collect();
            let list = parameters.join(", ");
            Problem::warning(format!("sample {} is left out: {}", f.sample, f.reason))
                .with_hint(format!("it had {list}"))
        })
        .collect();
    let more = generated.failures.len().saturating_sub(SHOWN_FAILURES);
    if more > 0 {
        shown.push(Problem::warning(format!(
            "{} are left out too; the manifest lists them",
            count(more, "more sample")
        )));
    }
    shown
}

/// The answer on standard output.
#[derive(Serialize)]
struct Summary {
    output: String,
    samples: usize,
    failed: usize,
    times: usize,
    duration_ms: f64,
    seed: u64,
    parameters: Vec<Column>,
    /// What was recorded.
    recorded: Column,
    solver_steps: usize,
    wall_seconds: f64,
}

/// A column of X as it was drawn, or what was recorded in Y.
#[derive(Serialize)]
struct Column {
    path: String,
    unit: String,
    min: f64,
    max: f64,
}

impl Summary {
    fn new(plan: &Plan, generated: &Generated, path: &Path, wall: Duration) -> Self {
        let data = &generated.dataset;
        let limits = |values: &mut dyn Iterator<Item = f64>| {
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
        };
        let columns = data.param_names.iter().zip(&data.param_units).enumerate();
        let (min, max) = limits(&mut data.y.iter().copied());
        let state = plan.recorded();
        let recorded = Column { path: state.name.clone(), unit: state.dimension.unit().into(), min, max };
        Self {
            output: path.display().to_string(),
            samples: data.samples(),
            failed: generated.failures.len(),
            times: data.times(),
            duration_ms: plan.input.experiment.protocol().duration,
            seed: plan.seed,
            parameters: columns
                .map(|(c, (path, unit))| {
                    let (min, max) = limits(&mut data.x.column(c).iter().copied());
                    Column { path: path.clone(), unit: unit.clone(), min, max }
                })
                .collect(),
            recorded,
            solver_steps: generated.steps,
            wall_seconds: wall.as_secs_f64(),
        }
    }
}

impl Answer for Summary {
    fn text(&self, paint: Paint) -> String {
        let title = format!(
            "{} of {} over {} ms, seed {}",
            count(self.samples, "sample"),
            count(self.times, "time"),
            plain(self.duration_ms),
            self.seed
        );
        let speed = format!("  simulated in {}", duration(Duration::from_secs_f64(self.wall_seconds)));
        format!(
            "{}\n{}  {} lies between {} and {}\n{}\n",
            paint.bold(&title),
            self.csv().text(paint),
            self.recorded.path,
            significant(self.recorded.min, 5),
            format!("{} {}", significant(self.recorded.max, 5), self.recorded.unit).trim_end(),
            paint.dim(&speed),
        )
    }

    fn csv(&self) -> Table {
        let mut table = Table::new([
            ("parameter", Align::Left),
            ("smallest", Align::Right),
            ("largest", Align::Right),
            ("unit", Align::Left),
        ]);
        for column in &self.parameters {
            table.row([
                column.path.clone(),
                significant(column.min, 5),
                significant(column.max, 5),
                column.unit.clone(),
            ]);
        }
        table
    }
}
