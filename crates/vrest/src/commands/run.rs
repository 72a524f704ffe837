//! `vrest run`: what a membrane does under a protocol.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};
use vrest_data::memory::{available_bytes, human_bytes};
use vrest_membrane::units::{self, Dimension};
use vrest_ode::{Output, SolveError, Stats, VectorField};

use crate::cell_input::SetArgs;
use crate::failure::{Failure, Kind};
use crate::numbers::{fixed, plain};
use crate::outputs::{self, Outputs};
use crate::protocol_input::{self, ExperimentInput};
use crate::session::{Answer, Paint, Session};
use crate::solver_args::SolverArgs;
use crate::table::{Align, Table};
use crate::trajectory::Trajectory;

/// Simulate a cell under a protocol: V(t) or clamp current, as table and figure
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vrest run neuron_balanced --protocol current_step --output v.csv --figure v.svg
  vrest run neuron_balanced --protocol k_out_ramp --set \"k_out.to=20 mM\" --format csv
  vrest run squid_hh52 --protocol clamp_steps --figure current.svg")]
pub struct Args {
    /// A preset's name (`vrest list presets`) or a cell file
    cell: String,
    /// A protocol's name (`vrest list protocols`) or a protocol file
    #[arg(short, long)]
    protocol: String,
    /// Write the trajectory to this file (`.csv` or `.npz`), with a manifest beside it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Draw the trajectory into this file (`.svg` or `.png`)
    #[arg(short, long, value_name = "FILE")]
    figure: Option<PathBuf>,
    /// Time between two rows, as in `0.1 ms` [default: a thousandth of the duration]
    #[arg(short, long, value_name = "TIME", value_parser = interval)]
    interval: Option<f64>,
    #[command(flatten)]
    set: SetArgs,
    #[command(flatten)]
    solver: SolverArgs,
}

fn interval(text: &str) -> Result<f64, String> {
    match units::parse(text, Dimension::Time) {
        Ok(x) if x > 0.0 => Ok(x),
        Ok(_) => Err("it must be above 0".into()),
        Err(error) => Err(error.hint().map_or(error.to_string(), |hint| format!("{error}; {hint}"))),
    }
}

/// What was typed, understood: files read, forms known, times laid out.
struct Plan {
    input: ExperimentInput,
    times: Vec<f64>,
    output: Option<PathBuf>,
    figure: Option<PathBuf>,
    solver: SolverArgs,
    changes: Vec<String>,
}

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    let plan = Plan::new(args, session)?;
    let experiment = &plan.input.experiment;
    let p = &experiment.defaults();
    let y0 = experiment.initial_state(p).map_err(|e| Failure::of(Kind::Unacceptable, &e, Some(e.hint())))?;
    let end = experiment.protocol().duration;
    let solution = experiment
        .solve(p, &y0, 0.0, end, Output::At(&plan.times), &plan.solver.options())
        .map_err(|error| match error {
            SolveError::Cancelled { .. } => Failure::interrupted("nothing was written"),
            error => Failure::of(Kind::Unacceptable, &error, error.hint()),
        })?;
    let trajectory = Trajectory::new(experiment, p, &solution);
    plan.write(&trajectory, session)?;
    session.answer(&Ran { trajectory, plan: &plan })
}

impl Plan {
    fn new(args: Args, session: &Session) -> Result<Self, Failure> {
        if let Some(path) = &args.output {
            outputs::table_form(path)?;
        }
        if let Some(path) = &args.figure {
            outputs::figure_form(path)?;
        }
        let input = protocol_input::load(&args.cell, &args.protocol, None, &args.set, session)?;
        let duration = input.experiment.protocol().duration;
        let states = input.experiment.n_states();
        let times = times(duration, args.interval.unwrap_or(duration / 1000.0), states)?;
        let Args { output, figure, solver, set, .. } = args;
        Ok(Self { input, times, output, figure, solver, changes: set.set })
    }

    fn write(&self, trajectory: &Trajectory, session: &Session) -> Result<(), Failure> {
        let Some(main) = self.output.as_ref().or(self.figure.as_ref()) else { return Ok(()) };
        let mut outputs = Outputs::new("run", self.configuration());
        self.input.origins.iter().for_each(|origin| {
            outputs.input(origin);
        });
        outputs.warnings(&self.input.warnings);
        outputs.manifest.solver = statistics(&trajectory.stats);
        if let Some(path) = &self.output {
            outputs.table(path, &trajectory.table()?)?;
        }
        if let Some(path) = &self.figure {
            outputs.figure(path, &trajectory.figure())?;
        }
        outputs.finish(main, session)
    }

    fn configuration(&self) -> Value {
        let numbers = self.input.experiment.params().iter();
        json!({
            "set": self.changes,
            "parameters": numbers.map(|n| json!({"path": n.path, "value": n.value, "unit": n.unit()})).collect::<Vec<_>>(),
            "times": {"first_ms": 0.0, "last_ms": self.times.last(), "count": self.times.len()},
            "solver": self.solver.json(),
        })
    }
}

/// From 0 to the end, the last interval shorter where it does not fit.
fn times(duration: f64, interval: f64, states: usize) -> Result<Vec<f64>, Failure> {
    let rows = (duration / interval).floor() + 2.0;
    // The solution, its columns, and the text or arrays made of them.
    let bytes = rows * 8.0 * 4.0 * (states + 2) as f64;
    if bytes > available_bytes() as f64 {
        let (need, have) = (human_bytes(bytes as u64), human_bytes(available_bytes()));
        return Err(Failure::configuration(format!("{rows:.0} rows need {need}, and {have} are free"))
            .with_hint("raise `--interval`, or run a shorter protocol"));
    }
    let mut times: Vec<f64> = (0..).map(|i| f64::from(i) * interval).take_while(|t| *t < duration).collect();
    // A last row within rounding of the end is the end.
    if times.last().is_some_and(|t| duration - t < 1e-9 * duration) {
        times.pop();
    }
    times.push(duration);
    Ok(times)
}

fn statistics(stats: &Stats) -> Value {
    json!({
        "method": stats.method.to_string(), "steps": stats.steps, "rejected": stats.rejected,
        "evaluations": stats.evals, "jacobians": stats.jacobians, "factorisations": stats.factorisations,
    })
}

/// The answer on standard output.
struct Ran<'a> {
    trajectory: Trajectory,
    plan: &'a Plan,
}

impl Serialize for Ran<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns = self.trajectory.columns.iter();
        json!({
            "cell": self.plan.input.experiment.membrane().name(),
            "protocol": self.plan.input.experiment.protocol().name,
            "t_ms": self.trajectory.t_ms,
            "columns": columns.map(|c| json!({"name": c.name, "unit": c.unit, "values": c.values})).collect::<Vec<_>>(),
            "solver": statistics(&self.trajectory.stats),
        })
        .serialize(serializer)
    }
}

impl Answer for Ran<'_> {
    fn text(&self, paint: Paint) -> String {
        let experiment = &self.plan.input.experiment;
        let (cell, protocol) = (experiment.membrane().name(), experiment.protocol());
        let title = format!("{cell} under {}, {} ms", protocol.name, plain(protocol.duration));
        let (t, answer) = (&self.trajectory.t_ms, self.trajectory.answer());
        let (v, heading) = (&answer.values, format!("{} ({})", answer.name, answer.unit));
        let at = |i: usize| (fixed(v[i], 4), format!("{} ms", plain(t[i])));
        let (low, high) = v.iter().fold((v[0], v[0]), |(low, high), x| (low.min(*x), high.max(*x)));
        // The first of equals: a plateau differs from itself by rounding.
        let first = |level: f64| v.iter().position(|x| (x - level).abs() < 1e-9).unwrap_or(0);
        let (lowest, highest) = (first(low), first(high));
        let mut table =
            Table::new([("", Align::Left), (heading.as_str(), Align::Right), ("at", Align::Right)]);
        for (name, i) in [("start", 0), ("lowest", lowest), ("highest", highest), ("end", v.len() - 1)] {
            let (value, time) = at(i);
            table.row([name.into(), value, time]);
        }
        let s = &self.trajectory.stats;
        let solver = format!("  solved by {}: {} steps, {} rejected", s.method, s.steps, s.rejected);
        format!("{}\n{}{}\n", paint.bold(&title), table.text(paint), paint.dim(&solver))
    }

    fn csv(&self) -> Table {
        self.trajectory.text_table()
    }
}
