//! `vrest rest`: where a membrane rests, and what holds it there.

mod whole_cell;

pub use whole_cell::fate;

use std::fmt::Write as _;

use serde::Serialize;
use vrest_membrane::living::{LivingStates, Settings};
use vrest_membrane::{Membrane, RestError, RestReport, constants, living};

use crate::cell_input::{self, SetArgs};
use crate::failure::{Failure, Kind};
use crate::numbers::{fixed, significant};
use crate::session::{Answer, Paint, Session};
use crate::table::{Align, Table};

/// Find the resting potential of a cell, and what holds it there
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Where concentrations move, the steady states of the whole cell follow: what it conserves, every state found from many \
starts, its stability, and where the cell goes.

Examples:
  vrest rest neuron_balanced
  vrest rest my-cell/cell.toml --set \"ions.K.outside=10 mM\" --format json")]
pub struct Args {
    /// A preset's name (`vrest list presets`) or a cell file
    cell: String,
    /// Where concentrations move: the relative error of a steady state of the whole cell
    #[arg(long, value_name = "NUMBER", default_value_t = 1e-10, value_parser = tolerance)]
    tolerance: f64,
    #[command(flatten)]
    set: SetArgs,
}

fn tolerance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if (1e-14..=1e-3).contains(&x) => Ok(x),
        _ => Err("a number between 1e-14 and 1e-3 is needed".into()),
    }
}

/// The answer: the report with the units that its numbers are in.
#[derive(Serialize)]
pub struct Rest {
    #[serde(flatten)]
    report: RestReport,
    /// Where concentrations move: the steady states of everything together.
    #[serde(skip_serializing_if = "Option::is_none")]
    whole_cell: Option<LivingStates>,
    units: Units,
}

/// The unit of every kind of number in the report.
#[derive(Serialize)]
struct Units {
    voltage: &'static str,
    time: &'static str,
    concentration: &'static str,
    current: &'static str,
    conductance: &'static str,
    permeability: &'static str,
    input_resistance: &'static str,
    input_resistance_cell: &'static str,
    temperature: &'static str,
    drift: &'static str,
}

const UNITS: Units = Units {
    voltage: "mV",
    time: "ms",
    concentration: "mM",
    current: "uA/cm2",
    conductance: "mS/cm2",
    permeability: "cm/s",
    input_resistance: "kohm cm2",
    input_resistance_cell: "Mohm",
    temperature: "K",
    drift: "mM/s",
};

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    let input = cell_input::load(&args.cell, &args.set, session)?;
    let membrane = Membrane::compile(&input.cell);
    let p = membrane.defaults();
    let no_rest = |error: RestError| Failure::of(Kind::Unacceptable, &error, Some(error.hint()));
    let report = vrest_membrane::rest(&membrane, &p).map_err(no_rest)?;
    let settings = Settings { tolerance: args.tolerance, ..Settings::default() };
    let whole_cell = living(&membrane, &p, &settings).map_err(no_rest)?;
    session.answer(&Rest { whole_cell, ..Rest::new(report) })
}

impl Answer for Rest {
    fn text(&self, paint: Paint) -> String {
        let celsius = self.report.temperature - constants::ZERO_CELSIUS;
        let title = format!("{} at {} degC", self.report.cell, significant(celsius, 6));
        let mut out = format!("{}\n{}", paint.bold(&title), self.overview().text(paint));
        for (heading, table) in [("Ions", self.ions()), ("Currents at rest", self.currents())] {
            let _ = write!(out, "\n{}\n{}", paint.bold(heading), table.text(paint));
        }
        if !self.report.stable {
            out += "\nThis rest is unstable: the smallest disturbance drives the membrane away from it.\n";
        }
        let others: Vec<String> =
            self.report.roots.iter().filter(|r| r.v != self.report.v_rest).map(|r| fixed(r.v, 4)).collect();
        if !others.is_empty() {
            let _ = writeln!(out, "\nThe net current vanishes at {} mV too.", others.join(", "));
        }
        if let Some(whole) = &self.whole_cell {
            out += &whole_cell::text(whole, paint);
        }
        out
    }

    fn csv(&self) -> Table {
        let mut table =
            Table::new([("quantity", Align::Left), ("value", Align::Right), ("unit", Align::Left)]);
        let mut row = |name: &str, value: Option<f64>, unit: &str| {
            if let Some(value) = value {
                table.row([name.into(), format!("{value}"), unit.into()]);
            }
        };
        let r = &self.report;
        row("v_rest", Some(r.v_rest), "mV");
        row("residual", Some(r.residual), "uA/cm2");
        row("ghk", r.ghk, "mV");
        row("chord", r.chord, "mV");
        row("tau_m", r.tau_m, "ms");
        row("input_resistance", Some(r.input_resistance), "kohm cm2");
        row("input_resistance_cell", r.input_resistance_cell, "Mohm");
        row("capacitance_cell", r.capacitance_cell, "pF");
        row("pump", r.pump.as_ref().map(|p| p.contribution), "mV");
        row("pump_jump", r.pump.as_ref().map(|p| p.jump), "mV");
        for ion in &r.ions {
            row(&format!("e_{}", ion.name), ion.nernst, "mV");
        }
        for current in &r.currents {
            let ion = current.ion.as_ref().map_or(String::new(), |ion| format!(".{ion}"));
            row(&format!("i_{}{ion}", current.mechanism), Some(current.current), "uA/cm2");
        }
        for (i, state) in self.whole_cell.iter().flat_map(|w| w.states.iter().enumerate()) {
            for value in &state.values {
                row(&format!("steady_{i}.{}", value.name), Some(value.value), value.unit);
            }
            row(&format!("steady_{i}.stable"), Some(f64::from(state.stable)), "");
            row(&format!("steady_{i}.slowest"), state.slowest, "ms");
        }
        table
    }
}

impl Rest {
    /// The answer to show.
    pub fn new(report: RestReport) -> Self {
        Self { report, whole_cell: None, units: UNITS }
    }

    fn overview(&self) -> Table {
        let r = &self.report;
        let mut table = Table::new([
            ("quantity", Align::Left),
            ("value", Align::Right),
            ("unit", Align::Left),
            ("", Align::Left),
        ]);
        let mut row = |name: &str, value: Option<String>, unit: &str, remark: String| {
            if let Some(value) = value {
                table.row([name.into(), value, unit.into(), remark]);
            }
        };
        row("V_rest", Some(fixed(r.v_rest, 4)), "mV", self.certainty());
        row("GHK estimate", r.ghk.map(|v| fixed(v, 4)), "mV", "passive permeabilities, no pump".into());
        row(
            "chord estimate",
            r.chord.map(|v| fixed(v, 4)),
            "mV",
            "passive conductances and pump current".into(),
        );
        if let Some(pump) = &r.pump {
            let remark = format!("of V_rest is the pump's; blocked, V jumps by {} mV", fixed(pump.jump, 4));
            row("pump", Some(fixed(pump.contribution, 4)), "mV", remark);
        }
        row("tau_m", r.tau_m.map(|t| significant(t, 6)), "ms", String::new());
        row("input resistance", Some(significant(r.input_resistance, 6)), "kohm cm2", String::new());
        let area = r.area.map_or(String::new(), |a| format!("of the whole cell, {} um2", significant(a, 6)));
        row("input resistance", r.input_resistance_cell.map(|x| significant(x, 6)), "Mohm", area.clone());
        row("capacitance", r.capacitance_cell.map(|x| significant(x, 6)), "pF", area);
        table
    }

    /// How sure the rest is.
    fn certainty(&self) -> String {
        let r = &self.report;
        let [low, high] = r.certificate.range;
        let alone = match (r.roots.len(), r.certificate.complete) {
            (1, true) => format!(", proved to be the only rest in {low} .. {high} mV"),
            (n, true) => format!(", one of {n} in {low} .. {high} mV"),
            (n, false) => format!(", one of at least {n} in {low} .. {high} mV"),
        };
        // Below this it is rounding, and differs from one processor to the next.
        let residual = match r.residual.abs() {
            x if x < 1e-12 => "below 1e-12".to_string(),
            x => significant(x, 2),
        };
        format!("residual {residual} uA/cm2{alone}")
    }

    fn ions(&self) -> Table {
        let mut table = Table::new([
            ("ion", Align::Left),
            ("inside (mM)", Align::Right),
            ("outside (mM)", Align::Right),
            ("E (mV)", Align::Right),
            ("g (mS/cm2)", Align::Right),
            ("P (cm/s)", Align::Right),
            ("net I (uA/cm2)", Align::Right),
        ]);
        for ion in &self.report.ions {
            let level = |x: Option<f64>| x.map_or("-".into(), |x| significant(x, 6));
            table.row([
                ion.name.clone(),
                level(ion.inside),
                level(ion.outside),
                ion.nernst.map_or("-".into(), |e| fixed(e, 4)),
                significant(ion.conductance, 6),
                ion.permeability.map_or("-".into(), |p| format!("{p:.3e}")),
                fixed(ion.net_current, 6),
            ]);
        }
        table
    }

    fn currents(&self) -> Table {
        let mut table = Table::new([
            ("mechanism", Align::Left),
            ("kind", Align::Left),
            ("ion", Align::Left),
            ("I (uA/cm2)", Align::Right),
        ]);
        for current in &self.report.currents {
            let ion = current.ion.clone().unwrap_or_else(|| "-".into());
            table.row([current.mechanism.clone(), current.kind.into(), ion, fixed(current.current, 6)]);
        }
        table
    }
}
