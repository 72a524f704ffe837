//! `vrest sweep`: how rest and response depend on one or two numbers of the cell.

mod axis;
mod features;
mod picture;
mod rests;

use std::path::PathBuf;

use clap::ValueEnum;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::json;
use vrest_membrane::Membrane;
use vrest_membrane::units::{self, Dimension};

use crate::cell_input::{self, SetArgs};
use crate::failure::Failure;
use crate::numbers::{fixed, significant};
use crate::outputs::{self, Outputs};
use crate::protocol_input;
use crate::session::{Answer, Paint, Session};
use crate::solver_args::SolverArgs;
use crate::table::{Align, Table};
use axis::Axis;
use features::Point;

/// More points than this are a mistake.
const MOST_POINTS: usize = 1_000_000;

/// Sweep one or two parameters: every rest, or a feature of the response to a protocol
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A range is `from:to`, with `lin` or `log` and the number of values behind it where wanted: `ions.K.outside=1:100:log:50`. \
A plain number is in the unit of the parameter; temperatures need theirs (`6.3 degC:37 degC`).

Over one parameter all rests are found at every value, stable and unstable; over a concentration the Nernst potential of \
its ion and the GHK potential (permeabilities of the cell as it stands) are drawn beside them. Over two parameters the \
figure is a heat map.

Examples:
  vrest sweep neuron_balanced --param ions.K.outside=1:100:log:50 --figure k.svg
  vrest sweep seed_neuron --param leak_K.g=0.1:0.6 --param leak_Na.g=0.01:0.1 --figure map.png
  vrest sweep squid_hh52 --param hh_na.g=60:180:40 --feature peak --protocol current_step --output peak.csv")]
pub struct Args {
    /// A preset's name (`vrest list presets`) or a cell file
    cell: String,
    /// What is swept: `path=from:to[:lin|log][:count]`; once or twice
    #[arg(long, value_name = "PATH=RANGE", required = true)]
    param: Vec<String>,
    /// What is computed
    #[arg(long, value_enum, default_value_t = Feature::Rest)]
    feature: Feature,
    /// For a response: a protocol's name (`vrest list protocols`) or a protocol file
    #[arg(short, long)]
    protocol: Option<String>,
    /// For `rate` and `time-to`: the voltage that is crossed
    #[arg(long, value_name = "VOLTAGE", default_value = "-20 mV", value_parser = level, allow_hyphen_values = true)]
    level: f64,
    /// Write the points to this file (`.csv` or `.npz`), with a manifest beside it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Draw them into this file (`.svg` or `.png`)
    #[arg(short, long, value_name = "FILE")]
    figure: Option<PathBuf>,
    #[command(flatten)]
    set: SetArgs,
    #[command(flatten)]
    solver: SolverArgs,
}

/// What is computed at each point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Every resting potential at clamped concentrations
    Rest,
    /// The highest voltage under the protocol
    Peak,
    /// The firing rate under the protocol: crossings of the level per second, from the first to the last
    Rate,
    /// The time of the first crossing of the level under the protocol
    TimeTo,
}

impl Feature {
    /// Words and unit for axes.
    fn label(self) -> (&'static str, &'static str) {
        match self {
            Feature::Rest => ("V_{rest}", "mV"),
            Feature::Peak => ("highest V", "mV"),
            Feature::Rate => ("firing rate", "Hz"),
            Feature::TimeTo => ("time to the level", "ms"),
        }
    }

    /// The name of the column.
    fn column(self) -> &'static str {
        match self {
            Feature::Rest => "v_rest",
            Feature::Peak => "peak",
            Feature::Rate => "rate",
            Feature::TimeTo => "time_to",
        }
    }
}

fn level(text: &str) -> Result<f64, String> {
    units::parse(text, Dimension::Voltage)
        .map_err(|error| error.hint().map_or(error.to_string(), |hint| format!("{error}; {hint}")))
}

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    if let Some(path) = &args.output {
        outputs::table_form(path)?;
    }
    if let Some(path) = &args.figure {
        outputs::figure_form(path)?;
    }
    let (sweep, origins, warnings) = match (args.feature, &args.protocol) {
        (Feature::Rest, None) => {
            let input = cell_input::load(&args.cell, &args.set, session)?;
            let membrane = Membrane::compile(&input.cell);
            let axes = axes(&args.param, membrane.params())?;
            let base = membrane.defaults();
            let points = sweep(session, &axes, |at| rests::at(&membrane, &placed(&base, &axes, at)))?;
            let references = rests::references(&membrane, &axes);
            let name = membrane.name().to_string();
            (
                Sweep { cell: name, feature: args.feature, axes, points, references },
                vec![input.origin],
                input.warnings,
            )
        }
        (Feature::Rest, Some(_)) => {
            let hint = "add `--feature peak`, `rate` or `time-to`, or leave out `--protocol`";
            return Err(Failure::configuration("`--protocol` has no bearing on the rest").with_hint(hint));
        }
        (_, None) => {
            let hint = "add `--protocol current_step`; `vrest list protocols` shows all";
            return Err(Failure::configuration("a response needs a protocol").with_hint(hint));
        }
        (feature, Some(protocol)) => {
            let input =
                protocol_input::load(&args.cell, protocol, None, &args.set, session)?.with_free_voltage()?;
            let axes = axes(&args.param, input.experiment.params())?;
            let base = input.experiment.defaults();
            let options = args.solver.options();
            let points = sweep(session, &axes, |at| {
                features::at(&input.experiment, &placed(&base, &axes, at), feature, args.level, &options)
            })?;
            let name = input.experiment.membrane().name().to_string();
            (
                Sweep { cell: name, feature, axes, points, references: Vec::new() },
                input.origins,
                input.warnings,
            )
        }
    };
    if let Some(main) = args.output.as_ref().or(args.figure.as_ref()) {
        let mut outputs = Outputs::new(
            "sweep",
            json!({
                "set": args.set.set, "param": args.param, "feature": sweep.feature, "protocol": args.protocol,
                "level_mv": args.level, "solver": args.solver.json(),
            }),
        );
        origins.iter().for_each(|origin| {
            outputs.input(origin);
        });
        outputs.warnings(&warnings);
        if let Some(path) = &args.output {
            outputs.table(path, &sweep.table()?)?;
        }
        if let Some(path) = &args.figure {
            outputs.figure(path, &picture::figure(&sweep))?;
        }
        outputs.finish(main, session)?;
    }
    session.answer(&sweep)
}

/// The axes, none twice, and not too many points.
fn axes(typed: &[String], numbers: &[vrest_membrane::ParamInfo]) -> Result<Vec<Axis>, Failure> {
    if typed.len() > 2 {
        return Err(Failure::configuration("more than two parameters make no curve and no map")
            .with_hint("sweep one or two; `vrest generate` draws many at once"));
    }
    let axes = axis::read(typed, numbers)?;
    if axes.len() == 2 && axes[0].path == axes[1].path {
        return Err(Failure::configuration(format!("`{}` is swept twice", axes[0].path)));
    }
    let points: usize = axes.iter().map(|a| a.values.len()).product();
    if points > MOST_POINTS {
        return Err(Failure::configuration(format!("{points} points are too many"))
            .with_hint(format!("take at most {MOST_POINTS}")));
    }
    Ok(axes)
}

/// Every point in order, computed on the session's threads; the same whatever their number.
fn sweep(
    session: &Session,
    axes: &[Axis],
    compute: impl Fn(usize) -> Point + Sync + Send,
) -> Result<Vec<Point>, Failure> {
    let count: usize = axes.iter().map(|a| a.values.len()).product();
    let points = session.pool()?.install(|| (0..count).into_par_iter().map(compute).collect());
    if crate::interrupt::flag().load(std::sync::atomic::Ordering::Relaxed) {
        return Err(Failure::interrupted("nothing was written"));
    }
    Ok(points)
}

/// The parameters of point number `at`: the first axis runs fastest.
fn placed(base: &[f64], axes: &[Axis], at: usize) -> Vec<f64> {
    let mut p = base.to_vec();
    let mut left = at;
    for axis in axes {
        p[axis.index] = axis.values[left % axis.values.len()];
        left /= axis.values.len();
    }
    p
}

/// A curve that belongs beside a sweep of a concentration.
#[derive(Clone, Debug, Serialize)]
pub struct Reference {
    /// `e_K`, `ghk`.
    pub name: String,
    /// mV, one for each value of the axis.
    pub values: Vec<f64>,
}

/// A finished sweep.
#[derive(Debug, Serialize)]
pub struct Sweep {
    cell: String,
    feature: Feature,
    axes: Vec<Axis>,
    /// The first axis runs fastest.
    points: Vec<Point>,
    references: Vec<Reference>,
}

impl Sweep {
    /// The coordinates of point `at`.
    fn place(&self, at: usize) -> Vec<f64> {
        let mut left = at;
        let each = self.axes.iter().map(|axis| {
            let value = axis.values[left % axis.values.len()];
            left /= axis.values.len();
            value
        });
        each.collect()
    }

    /// One row for each rest or feature: coordinates, value, stability, whether a cell at -70 mV goes there.
    fn rows(&self) -> Vec<(Vec<f64>, Vec<f64>)> {
        let mut rows = Vec::new();
        for (at, point) in self.points.iter().enumerate() {
            match point {
                Point::Rests { rests, chosen } => {
                    if rests.is_empty() {
                        rows.push((self.place(at), vec![f64::NAN, f64::NAN, f64::NAN]));
                    }
                    for (i, rest) in rests.iter().enumerate() {
                        let told = vec![rest.v, f64::from(rest.stable), f64::from(Some(i) == *chosen)];
                        rows.push((self.place(at), told));
                    }
                }
                Point::Value { value } => rows.push((self.place(at), vec![value.unwrap_or(f64::NAN)])),
                Point::Failed { .. } => {
                    let width = if self.feature == Feature::Rest { 3 } else { 1 };
                    rows.push((self.place(at), vec![f64::NAN; width]));
                }
            }
        }
        rows
    }

    /// Headings of what stands behind the coordinates.
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        let mut columns = vec![(self.feature.column(), self.feature.label().1)];
        if self.feature == Feature::Rest {
            columns.extend([("stable", ""), ("chosen", "")]);
        }
        columns
    }

    /// For files: coordinates, values and, over one axis, the reference curves.
    fn table(&self) -> Result<vrest_data::Table, Failure> {
        let rows = self.rows();
        let mut table = vrest_data::Table::new();
        for (i, axis) in self.axes.iter().enumerate() {
            table = table.with_numbers(&axis.path, axis.unit, rows.iter().map(|r| r.0[i]).collect())?;
        }
        for (i, (name, unit)) in self.columns().into_iter().enumerate() {
            table = table.with_numbers(name, unit, rows.iter().map(|r| r.1[i]).collect())?;
        }
        for reference in &self.references {
            let values = rows.iter().map(|r| {
                let k = self.axes[0].values.iter().position(|x| *x == r.0[0]);
                k.map_or(f64::NAN, |k| reference.values[k])
            });
            table = table.with_numbers(&reference.name, "mV", values.collect())?;
        }
        Ok(table)
    }

    fn failures(&self) -> Vec<(usize, &str)> {
        let failed = self.points.iter().enumerate().filter_map(|(at, p)| match p {
            Point::Failed { reason } => Some((at, reason.as_str())),
            _ => None,
        });
        failed.collect()
    }
}

impl Answer for Sweep {
    fn text(&self, paint: Paint) -> String {
        let axes: Vec<String> = self
            .axes
            .iter()
            .map(|a| {
                let (from, to) = (a.values[0], a.values[a.values.len() - 1]);
                format!("{} from {} to {} {}", a.path, significant(from, 4), significant(to, 4), a.unit)
            })
            .collect();
        let (name, unit) = self.feature.label();
        let title = format!("{}: {} over {}", self.cell, name.replace(['{', '}'], ""), axes.join(" and "));
        let mut table = Table::with_columns(
            [("", Align::Left), (unit, Align::Right)]
                .into_iter()
                .chain(self.axes.iter().map(|a| (a.path.as_str(), Align::Right)))
                .map(|(name, align)| (name.to_string(), align))
                .collect(),
        );
        let values: Vec<(usize, f64)> =
            (0..self.points.len()).filter_map(|at| Some((at, self.points[at].value()?))).collect();
        let last = self.points.len() - 1;
        let lowest = values.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let highest = values.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let ends =
            [("first", values.iter().find(|v| v.0 == 0)), ("last", values.iter().find(|v| v.0 == last))];
        for (name, found) in ends.into_iter().chain([("lowest", lowest), ("highest", highest)]) {
            let Some((at, value)) = found else { continue };
            let mut row = vec![name.to_string(), fixed(*value, 4)];
            row.extend(self.place(*at).into_iter().map(|x| significant(x, 6)));
            table.push(row);
        }
        let mut out = format!("{}\n{}", paint.bold(&title), table.text(paint));
        let several =
            self.points.iter().filter(|p| matches!(p, Point::Rests { rests, .. } if rests.len() > 1)).count();
        if several > 0 {
            out += &format!("  {several} of {} points have more than one rest\n", self.points.len());
        }
        let none = self.points.len() - values.len() - self.failures().len();
        if none > 0 {
            out += &format!("  {none} of {} points have none\n", self.points.len());
        }
        if let Some((at, reason)) = self.failures().first() {
            let place: Vec<String> = self.place(*at).into_iter().map(|x| significant(x, 6)).collect();
            out += &format!(
                "  {} points failed, the first at {}: {reason}\n",
                self.failures().len(),
                place.join(", ")
            );
        }
        out
    }

    fn csv(&self) -> Table {
        let heading = |name: &str, unit: &str| {
            if unit.is_empty() { name.to_string() } else { format!("{name} ({unit})") }
        };
        let columns = self.axes.iter().map(|a| heading(&a.path, a.unit));
        let columns = columns.chain(self.columns().into_iter().map(|(name, unit)| heading(name, unit)));
        let mut table = Table::with_columns(columns.map(|name| (name, Align::Right)).collect());
        for (place, told) in self.rows() {
            table.push(place.iter().chain(&told).map(|x| format!("{x}")).collect());
        }
        table
    }
}
