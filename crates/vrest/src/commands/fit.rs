//! `vrest fit`: a cell that reproduces a recording, how sure its numbers are, and what the protocol cannot tell.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;
use vrest_data::doubt::Examined;
use vrest_data::features::{noise, spikes};
use vrest_data::manifest::FileHash;
use vrest_data::recording::Clamp;
use vrest_learn::fit::contest::{self, Rules};
use vrest_learn::fit::{
    self, Body, FitError, Free, Model, Problem, Settings, Trace, derived, design, profile,
};
use vrest_membrane::units::{self, Dimension};
use vrest_membrane::{Cell, Membrane};

use crate::cell_input::{self, SetArgs};
use crate::failure::{Failure, Kind};
use crate::fitted::{Drawn, Fitted};
use crate::numbers::{duration, significant};
use crate::outputs::{self, FigureForm, Outputs};
use crate::presets;
use crate::recording_input::{self, RecordingArgs, RecordingInput};
use crate::session::Session;

/// Fit a cell to a recording: estimates with intervals, what cannot be told apart, held-out error
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Free parameters are paths of the cell, and: `hold` (pA through the electrode), `delay` (ms from command to effect),
`bridge` (Mohm of the electrode left in the voltage), `offset` (mV of electrode and junction), `series` (Mohm, in
voltage clamp), `rest` and `gain` (every sweep has a rest, a gain of its command, of its own). Bounds stand behind a path: `leak.e=-90..-50`.

Examples:
  vrest fit cell.abf --cell passive --free geometry.diameter,leak.g,leak.e,delay --output fit
  vrest fit cell.abf --cell my.toml --free leak.g,leak.e,ih.g,rest --sweeps 0-5 --hold-out 2,4
  vrest rest fit/cell.toml")]
pub struct Args {
    #[command(flatten)]
    recording: RecordingArgs,
    /// A preset's name (`vrest list presets`) or a cell file: what is fitted, and where from
    #[arg(short, long)]
    cell: String,
    /// What is sought: paths of the cell and of the electrode, with commas between
    #[arg(short, long, value_name = "PATHS", value_delimiter = ',', required = true)]
    free: Vec<String>,
    /// The sweeps, as in `0-5,8` [default: all without spikes]
    #[arg(short, long, value_name = "LIST")]
    sweeps: Option<String>,
    /// Sweeps that the fit does not see and is measured on
    #[arg(long, value_name = "LIST")]
    hold_out: Option<String>,
    /// Count residuals beyond this many mV by their size, not their square: for events that no model makes
    #[arg(long, value_name = "MV")]
    robust: Option<f64>,
    /// Starts, the first from the cell as it is
    #[arg(long, value_name = "N", default_value_t = 8)]
    starts: usize,
    /// No profile likelihoods: intervals from the Jacobian alone
    #[arg(long)]
    no_profile: bool,
    /// Train a hybrid (the fitted physics and a learned current), a neural ODE and exponentials on the same sweeps,
    /// and compare all of them on the held-out ones
    #[arg(long)]
    learn: bool,
    /// Networks of each kind with `--learn`: their scatter is the band
    #[arg(long, value_name = "N", default_value_t = 3)]
    members: usize,
    /// Write cell.toml, fit.json and figures into this folder
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// The form of the figures
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Form::Svg)]
    figures: Form,
    #[command(flatten)]
    set: SetArgs,
}

/// The form of figures in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Vector graphics
    Svg,
    /// Pixels
    Png,
}

impl From<Form> for FigureForm {
    fn from(form: Form) -> Self {
        match form {
            Form::Svg => FigureForm::Svg,
            Form::Png => FigureForm::Png,
        }
    }
}

/// Sweeps in use, split.
pub struct Split {
    /// Seen by the fit.
    pub seen: Vec<Trace>,
    /// Not seen.
    pub held_out: Vec<Trace>,
    /// Left out because they spike.
    pub spiking: Vec<usize>,
}

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    if let Some(folder) = &args.output {
        outputs::probe(&folder.join("cell.toml"))?;
    }
    let input = recording_input::load(&args.recording)?;
    let cell = cell_input::load(&args.cell, &args.set, session)?;
    let split = split(&input.examined, args.sweeps.as_deref(), args.hold_out.as_deref())?;
    if !split.spiking.is_empty() {
        let list: Vec<String> = split.spiking.iter().map(usize::to_string).collect();
        session.say(&format!("sweeps with spikes are left out: {}", list.join(", ")));
    }
    for finding in input.examined.findings.iter().filter(|f| f.corrected) {
        session.say(&format!("corrected: {}", finding.message));
    }
    let membrane = Membrane::compile(&cell.cell);
    let p = membrane.defaults();
    let clamp = if input.examined.is_current_clamp() { Clamp::Current } else { Clamp::Voltage };
    let model = Model::new(Body::new(membrane).map_err(refused)?, clamp, p);
    let (free, rests, gains) = free(&model, &args.free)?;
    let settings = Settings {
        starts: args.starts,
        seed: session.seed.unwrap_or(0),
        robust: args.robust,
        rests,
        gains,
        ..Settings::default()
    };
    let problem = Problem { model: &model, traces: &split.seen, free: &free, settings };
    let pool = session.pool()?;
    let begun = Instant::now();
    let mut found = pool.install(|| fit::fit(&problem)).map_err(refused)?;
    let took = begun.elapsed();
    session.say(&format!("fitted in {}", duration(took)));
    if !args.no_profile {
        let profiles = pool.install(|| profile::profiles(&problem, &found)).map_err(refused)?;
        for (estimate, profile) in found.estimates.iter_mut().zip(profiles) {
            estimate.profile = Some(profile);
        }
    }
    let held_out = found.held_out(&model, &split.held_out, rests).map_err(refused)?;
    let advice = pool.install(|| design::advice(&model, &split.seen, &found));
    let derived = derived::of(&model, &found);
    let rules = Rules { members: args.members, seed: session.seed.unwrap_or(0), rests, ..Rules::default() };
    let contest = match args.learn {
        true => Some(
            pool.install(|| contest::contest(&model, &found, &split.seen, &split.held_out, rules))
                .map_err(refused)?,
        ),
        false => None,
    };
    let fitted = Fitted {
        contest,
        file: input.name.clone(),
        cell: cell.cell.name.clone(),
        clamp,
        rests,
        derived,
        held_out,
        advice,
        fit: found,
    };
    if let Some(folder) = &args.output {
        let drawn = Drawn::new(&model, &split, &fitted).map_err(refused)?;
        write(
            folder,
            &args,
            &input,
            &cell.origin,
            fitted_cell(&cell.cell, &fitted),
            &fitted,
            &drawn,
            session,
        )?;
    }
    session.answer(&fitted)
}

/// A library's refusal in the form of the program.
pub fn refused(error: FitError) -> Failure {
    let kind = match error {
        FitError::Simulation(_) | FitError::NoRest(_) => Kind::Unacceptable,
        _ => Kind::Configuration,
    };
    let hint = error.hint();
    Failure::of(kind, &error, hint)
}

/// The sweeps to fit and to hold out.
pub fn split(examined: &Examined, sweeps: Option<&str>, hold_out: Option<&str>) -> Result<Split, Failure> {
    let r = &examined.recording;
    let count = r.sweeps.len();
    let spikes = |s: usize| {
        examined.is_current_clamp() && !spikes::find(r.response(s), r.dt_ms, 20.0, -20.0).is_empty()
    };
    let held: Vec<usize> = match hold_out {
        Some(typed) => recording_input::sweeps("--hold-out", typed, count)?,
        None => vec![],
    };
    let (seen, spiking) = match sweeps {
        Some(typed) => (recording_input::sweeps("--sweeps", typed, count)?, vec![]),
        None => (0..count).partition(|&s| !spikes(s)),
    };
    let seen: Vec<usize> = seen.into_iter().filter(|s| !held.contains(s)).collect();
    if seen.is_empty() {
        return Err(Failure::configuration("no sweep is left to fit")
            .with_hint("name sweeps with `--sweeps`; those of `--hold-out` are not among them"));
    }
    let traces = |which: &[usize]| -> Vec<Trace> { which.iter().map(|&s| trace(examined, s)).collect() };
    Ok(Split { seen: traces(&seen), held_out: traces(&held), spiking })
}

/// One sweep with its rest and noise, both from before the command moves.
fn trace(examined: &Examined, s: usize) -> Trace {
    let r = &examined.recording;
    let mut trace = Trace::new(s, r.response(s), &examined.command[s], r.dt_ms);
    let until = trace.command.get(1).map_or(f64::INFINITY, |c| c.start_ms);
    let before = &trace.samples.values[..trace.samples.t_ms.partition_point(|t| *t < until)];
    trace.noise = noise::sd(before);
    trace.v_start = match examined.is_current_clamp() {
        true => noise::mean(before),
        false => trace.command[0].level,
    };
    trace
}

/// Free parameters as typed, and whether rests and gains of sweeps are free.
fn free(model: &Model, typed: &[String]) -> Result<(Vec<Free>, bool, bool), Failure> {
    let mut all: Vec<Free> = Vec::new();
    let (mut rests, mut gains) = (false, false);
    for text in typed.iter().map(|t| t.trim()).filter(|t| !t.is_empty()) {
        let (path, bounds) = match text.split_once('=') {
            None => (text, None),
            Some((path, range)) => (path.trim(), Some(bounds(model, path.trim(), range)?)),
        };
        match path {
            "rest" => rests = true,
            "gain" => gains = true,
            _ => {}
        }
        if path == "rest" || path == "gain" {
            continue;
        }
        let free = model.free(path, bounds).map_err(refused)?;
        if all.iter().any(|f| f.index == free.index) {
            return Err(Failure::configuration(format!("`{path}` is named twice")));
        }
        all.push(free);
    }
    if all.is_empty() {
        return Err(Failure::configuration("no parameter is free")
            .with_hint("name at least one path, as in `--free leak.g,leak.e`"));
    }
    Ok((all, rests, gains))
}

/// Bounds as typed: two numbers in the unit of the parameter, or with units.
fn bounds(model: &Model, path: &str, range: &str) -> Result<(f64, f64), Failure> {
    let dimension = model
        .body
        .params()
        .iter()
        .find(|p| p.path == path)
        .map_or(Dimension::Dimensionless, |p| p.spec.dimension);
    // A temperature without a unit could be either.
    let number = |text: &str| match text.trim().parse::<f64>() {
        Ok(x) if dimension != Dimension::Temperature => Some(x),
        _ => units::parse(text.trim(), dimension).ok(),
    };
    let ends = range.split_once("..").and_then(|(low, high)| Some((number(low)?, number(high)?)));
    ends.filter(|(low, high)| low < high).ok_or_else(|| {
        let example = match dimension {
            Dimension::Temperature => "write both ends with their unit: `temperature=15 degC..38 degC`",
            _ => "write bounds as two numbers in the unit of the parameter: `leak.e=-90..-50`",
        };
        Failure::configuration(format!("`{}` of `{path}` is no range", range.trim())).with_hint(example)
    })
}

/// The cell with the estimates in it.
fn fitted_cell(cell: &Cell, fitted: &Fitted) -> Cell {
    let mut cell = cell.clone();
    for e in &fitted.fit.estimates {
        // What belongs to the electrode has no place in the cell.
        cell.set(&e.path, e.value);
    }
    cell.name = format!("{}_fitted", cell.name);
    cell.source = format!("Fitted to {} by `vrest fit`.", fitted.file);
    let errors: Vec<String> = fitted
        .fit
        .estimates
        .iter()
        .map(|e| {
            let (value, se) = (significant(e.value, 6), significant(e.se, 2));
            format!("{} = {value} +- {se} {}", e.path, e.unit).trim_end().to_string()
        })
        .collect();
    cell.notes = format!("Estimates and standard errors: {}.", errors.join(", "));
    cell
}

#[allow(clippy::too_many_arguments, reason = "all that is written, one by one")]
fn write(
    folder: &Path,
    args: &Args,
    input: &RecordingInput,
    cell_origin: &FileHash,
    cell: Cell,
    fitted: &Fitted,
    drawn: &Drawn,
    session: &Session,
) -> Result<(), Failure> {
    let configuration = json!({
        "free": args.free, "sweeps": args.sweeps, "hold_out": args.hold_out, "robust_mv": args.robust,
        "starts": args.starts, "seed": session.seed.unwrap_or(0), "set": args.set.set,
        "trust_header": args.recording.trust_header,
    });
    let mut outputs = Outputs::new("fit", configuration);
    input.origins.iter().for_each(|origin| {
        outputs.input(origin);
    });
    outputs.input(cell_origin);
    let source = presets::CELLS.source(&args.cell)?;
    let text = cell
        .rewritten(&source.text)
        .ok_or_else(|| Failure::unacceptable(format!("`{}` cannot be written as a cell file", cell.name)))?;
    outputs.bytes(&folder.join("cell.toml"), text.as_bytes())?;
    let json = serde_json::to_string_pretty(fitted).map_err(|e| Failure::unacceptable(e.to_string()))?;
    outputs.bytes(&folder.join("fit.json"), json.as_bytes())?;
    let ending = match FigureForm::from(args.figures) {
        FigureForm::Svg => "svg",
        FigureForm::Png => "png",
    };
    for (name, figure) in drawn.figures(fitted) {
        outputs.figure(&folder.join(format!("{name}.{ending}")), &figure)?;
    }
    outputs.finish(folder, session)
}
