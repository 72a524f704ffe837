//! `vrest explain`: why a membrane rests where it does.

mod picture;
mod pump_off;
mod words;

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;
use vrest_figures::Figure;
use vrest_membrane::explain::{Attribution, Explanation, Sensitivity};
use vrest_membrane::{Membrane, constants, explain};

use crate::cell_input::{self, SetArgs};
use crate::failure::{Failure, Kind};
use crate::numbers::{fixed, significant};
use crate::outputs::{self, Outputs};
use crate::session::{Answer, Paint, Session};
use crate::table::{Align, Table};

/// Parameters that a table and a figure show; JSON and CSV have all.
const SHOWN: usize = 12;
/// An effect on V below this, mV, is none.
const NOTHING: f64 = 1e-9;

/// Explain what holds a cell at its resting potential, and what would move it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The waterfall starts at the equilibrium potential of K. At rest each passive current is g (V - E) with its chord \
conductance g; the weight of a mechanism is its part of the whole G, its step weight * (E - E_K). A pump has no E: its \
step is -I/G. The steps add up to V_rest exactly, in any order. Concentrations are as the cell states them.

Examples:
  vrest explain neuron_balanced
  vrest explain seed_neuron --figure why.svg
  vrest explain my-cell/cell.toml --pump-off --figure clock.svg
  vrest explain squid_hh52 --set \"hh_k.g=18 mS/cm2\" --format json")]
pub struct Args {
    /// A preset's name (`vrest list presets`) or a cell file
    cell: String,
    /// Draw waterfall and sensitivities into this file (`.svg` or `.png`)
    #[arg(short, long, value_name = "FILE")]
    figure: Option<PathBuf>,
    /// Block every pump instead, and follow the cell to its end; needs concentrations that move
    #[arg(long)]
    pump_off: bool,
    #[command(flatten)]
    set: SetArgs,
}

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    if let Some(path) = &args.figure {
        outputs::figure_form(path)?;
    }
    let input = cell_input::load(&args.cell, &args.set, session)?;
    let draw = |figure: &dyn Fn() -> Figure| -> Result<(), Failure> {
        let Some(path) = &args.figure else { return Ok(()) };
        let typed = json!({"cell": args.cell, "set": args.set.set, "pump_off": args.pump_off});
        let mut outputs = Outputs::new("explain", typed);
        outputs.input(&input.origin).warnings(&input.warnings);
        outputs.figure(path, &figure())?;
        outputs.finish(path, session)
    };
    if args.pump_off {
        let followed = pump_off::follow(&Membrane::compile(&input.cell))?;
        draw(&|| followed.figure())?;
        return session.answer(&followed);
    }
    let explanation =
        explain(&input.cell).map_err(|error| Failure::of(Kind::Unacceptable, &error, Some(error.hint())))?;
    draw(&|| picture::figure(&explanation))?;
    session.answer(&Explained { in_words: words::paragraph(&explanation), explanation })
}

/// The answer: the explanation with its paragraph.
#[derive(Serialize)]
struct Explained {
    in_words: String,
    #[serde(flatten)]
    explanation: Explanation,
}

/// The parameters that move the rest at all, strongest first.
fn movers(e: &Explanation) -> impl Iterator<Item = &Sensitivity> {
    e.sensitivities.iter().filter(|s| s.effect.abs() > NOTHING)
}

/// The step of a sensitivity as people say it.
fn step(s: &Sensitivity) -> String {
    match s.step.relative {
        true => "+10 %".into(),
        false => format!("+{} {}", s.step.by, s.unit).trim_end().to_string(),
    }
}

/// A change with its sign.
fn signed(x: f64, decimals: usize) -> String {
    let text = fixed(x, decimals);
    if x > 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { format!("+{text}") } else { text }
}

impl Answer for Explained {
    fn text(&self, paint: Paint) -> String {
        let e = &self.explanation;
        let celsius = e.rest.temperature - constants::ZERO_CELSIUS;
        let title = format!("{} at {} degC", e.rest.cell, significant(celsius, 6));
        let mut out = format!("{}\n{}\n", paint.bold(&title), wrapped(&self.in_words, 100));
        let heading = format!("From E_{} to V_rest", e.attribution.reference);
        let _ = write!(out, "\n{}\n{}", paint.bold(&heading), self.waterfall().text(paint));
        let _ = write!(out, "\n{}\n{}", paint.bold("What would move it"), self.levers().text(paint));
        if let Some(bill) = self.bill() {
            let _ = write!(out, "\n{}\n{}", paint.bold("The bill of rest"), bill.text(paint));
        }
        out
    }

    fn csv(&self) -> Table {
        let e = &self.explanation;
        let mut table = Table::new([
            ("part", Align::Left),
            ("name", Align::Left),
            ("quantity", Align::Left),
            ("value", Align::Right),
            ("unit", Align::Left),
        ]);
        let mut row = |part: &str, name: &str, quantity: &str, value: Option<f64>, unit: &str| {
            if let Some(x) = value {
                table.row([part.into(), name.into(), quantity.into(), format!("{x}"), unit.into()]);
            }
        };
        row("rest", "", "v_rest", Some(e.rest.v_rest), "mV");
        row("waterfall", &format!("E_{}", e.attribution.reference), "start", Some(e.attribution.start), "mV");
        for share in &e.attribution.shares {
            let name = label(share);
            row("waterfall", &name, "change", Some(share.change), "mV");
            row("waterfall", &name, "weight", share.weight, "");
            row("waterfall", &name, "conductance", share.conductance, "mS/cm2");
            row("waterfall", &name, "reversal", share.reversal, "mV");
            row("waterfall", &name, "current", Some(share.current), "uA/cm2");
        }
        for out in &e.knock_outs {
            row("knock_out", &out.mechanism, "v_rest", out.v_rest, "mV");
        }
        for s in &e.sensitivities {
            let per = if s.unit.is_empty() { "mV".to_string() } else { format!("mV/({})", s.unit) };
            row("sensitivity", &s.parameter, "derivative", Some(s.derivative), &per);
            row("sensitivity", &s.parameter, "step", Some(s.step.by), s.unit);
            row("sensitivity", &s.parameter, "effect", Some(s.effect), "mV");
        }
        if let Some(bill) = &e.bill {
            row("bill", "", "pump_current", Some(bill.current), "uA/cm2");
            row("bill", "", "atp", Some(bill.atp), "1/(s um2)");
            row("bill", "", "atp_pmol", Some(bill.atp_pmol), "pmol/(cm2 s)");
            row("bill", "", "atp_cell", bill.atp_cell, "1/s");
            row("bill", "", "atp_inside", bill.atp_inside, "mM/s");
            for pump in &bill.pumps {
                row("bill", &pump.mechanism, "work", Some(pump.work), "kJ/mol");
            }
        }
        table
    }
}

/// What a step of the waterfall is called: the mechanism, and its ion where that is not clear from the name.
fn label(share: &explain::Share) -> String {
    match &share.ion {
        Some(ion) if !share.mechanism.to_lowercase().ends_with(&ion.to_lowercase()) => {
            format!("{} ({ion})", share.mechanism)
        }
        _ => share.mechanism.clone(),
    }
}

impl Explained {
    fn waterfall(&self) -> Table {
        let e = &self.explanation;
        let mut table = Table::new([
            ("", Align::Left),
            ("part of G", Align::Right),
            ("E (mV)", Align::Right),
            ("step (mV)", Align::Right),
            ("reached (mV)", Align::Right),
            ("without it (mV)", Align::Right),
        ]);
        let Attribution { reference, start, shares, sum, .. } = &e.attribution;
        let blank = String::new;
        table.row([format!("E_{reference}"), blank(), blank(), blank(), fixed(*start, 3), blank()]);
        let mut reached = *start;
        for share in shares {
            reached += share.change;
            let out = e.knock_outs.iter().find(|k| k.mechanism == share.mechanism);
            table.row([
                label(share),
                share.weight.map_or("-".into(), |w| format!("{} %", fixed(100.0 * w, 1))),
                share.reversal.map_or("-".into(), |x| fixed(x, 3)),
                signed(share.change, 3),
                fixed(reached, 3),
                out.map_or_else(blank, |k| k.v_rest.map_or("no rest".into(), |v| fixed(v, 3))),
            ]);
        }
        table.row(["V_rest".into(), blank(), blank(), blank(), fixed(*sum, 3), blank()]);
        table
    }

    fn levers(&self) -> Table {
        let mut table = Table::new([
            ("parameter", Align::Left),
            ("value", Align::Right),
            ("unit", Align::Left),
            ("step", Align::Right),
            ("V_rest moves by (mV)", Align::Right),
        ]);
        for s in movers(&self.explanation).take(SHOWN) {
            let value = significant(s.value, 6);
            table.row([s.parameter.clone(), value, s.unit.into(), step(s), signed(s.effect, 4)]);
        }
        table
    }

    fn bill(&self) -> Option<Table> {
        let bill = self.explanation.bill.as_ref()?;
        let mut table =
            Table::new([("quantity", Align::Left), ("value", Align::Right), ("unit", Align::Left)]);
        let mut row = |name: String, value: Option<f64>, unit: &str| {
            if let Some(x) = value {
                table.row([name, significant(x, 4), unit.into()]);
            }
        };
        row("net pump current".into(), Some(bill.current), "uA/cm2");
        row("ATP".into(), Some(bill.atp), "molecules/(s um2)");
        row("ATP".into(), Some(bill.atp_pmol), "pmol/(s cm2)");
        row("ATP of the whole cell".into(), bill.atp_cell, "molecules/s");
        row("ATP per volume inside".into(), bill.atp_inside, "mM/s");
        for pump in &bill.pumps {
            row(format!("work of {} per ATP", pump.mechanism), Some(pump.work), "kJ/mol");
        }
        Some(table)
    }
}

/// `text` in lines of at most `width` letters, indented as tables are.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("  {word}")),
        }
    }
    lines.join("\n")
}
