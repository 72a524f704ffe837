//! `vrest list`: what there is to choose from.

use serde::Serialize;
use serde_json::{Value, json};
use vrest_learn::ranges::Ranges;
use vrest_membrane::units::Dimension;
use vrest_membrane::{Cell, Protocol, mechanisms, presets};

use crate::cell_input::{self, SetArgs};
use crate::failure::Failure;
use crate::numbers::plain;
use crate::presets::RANGES;
use crate::session::{Answer, Paint, Session};
use crate::table::{Align, Table};

/// List presets, protocols, mechanisms, units, or the numbers of a cell
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  vrest list\n  vrest list parameters neuron_balanced")]
pub struct Args {
    /// What to list; everything but units and parameters where left out
    #[arg(value_enum)]
    topic: Option<Topic>,
    /// The cell whose parameters to list
    #[arg(value_name = "CELL", default_value = "neuron_balanced")]
    cell: String,
    #[command(flatten)]
    set: SetArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Topic {
    /// Cells that come with the program
    Presets,
    /// Protocols that come with the program
    Protocols,
    /// Ranges for datasets that come with the program
    Ranges,
    /// Mechanisms that a cell file can name
    Mechanisms,
    /// What can be measured, and the unit inside the program
    Units,
    /// Every number of a cell with its path, unit and bounds
    Parameters,
}

/// One list.
struct Listing {
    title: &'static str,
    table: Table,
    json: Value,
}

/// The lists that were asked for.
struct Listings(Vec<Listing>);

impl Serialize for Listings {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|l| (l.title, &l.json)))
    }
}

impl Answer for Listings {
    fn text(&self, paint: Paint) -> String {
        let one = |l: &Listing| format!("{}\n{}", paint.bold(l.title), l.table.text(paint));
        self.0.iter().map(one).collect::<Vec<_>>().join("\n")
    }

    fn csv(&self) -> Table {
        // Lists differ in their columns; the first one alone is a table.
        self.0.first().map_or_else(|| Table::new([]), |l| l.table.clone())
    }
}

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    let topics = match args.topic {
        Some(topic) => vec![topic],
        None => vec![Topic::Presets, Topic::Protocols, Topic::Ranges, Topic::Mechanisms],
    };
    let listings: Result<Vec<Listing>, Failure> = topics
        .into_iter()
        .map(|topic| {
            Ok(match topic {
                Topic::Presets => cells(),
                Topic::Protocols => protocols(),
                Topic::Ranges => ranges(),
                Topic::Mechanisms => mechanisms(),
                Topic::Units => units(),
                Topic::Parameters => parameters(&cell_input::load(&args.cell, &args.set, session)?.cell),
            })
        })
        .collect();
    session.answer(&Listings(listings?))
}

fn cells() -> Listing {
    // The presets are read by tests; one that does not parse would still be listed by name.
    let facts = presets::cells().map(|p| (p.name, Cell::parse(p.text).ok().map(|l| l.cell)));
    named(
        "presets",
        facts.map(|(name, cell)| match cell {
            Some(cell) => (name, cell.description, cell.source),
            None => (name, String::new(), String::new()),
        }),
    )
}

fn protocols() -> Listing {
    let facts = presets::protocols().map(|p| (p.name, Protocol::parse(p.text).ok().map(|l| l.protocol)));
    let mut table =
        Table::new([("name", Align::Left), ("duration (ms)", Align::Right), ("description", Align::Left)]);
    let mut json = Vec::new();
    for (name, protocol) in facts {
        let (duration, description) =
            protocol.map_or((f64::NAN, String::new()), |p| (p.duration, p.description));
        table.row([name.into(), plain(duration), description.clone()]);
        json.push(json!({"name": name, "duration_ms": duration, "description": description}));
    }
    Listing { title: "protocols", table, json: json.into() }
}

fn ranges() -> Listing {
    let facts = RANGES.all().into_iter().map(|(name, text)| (name, Ranges::parse(text).ok()));
    named(
        "ranges",
        facts.map(|(name, ranges)| (name, ranges.map_or(String::new(), |r| r.description), String::new())),
    )
}

fn named(title: &'static str, facts: impl Iterator<Item = (&'static str, String, String)>) -> Listing {
    let mut table = Table::new([("name", Align::Left), ("description", Align::Left)]);
    let mut json = Vec::new();
    for (name, description, source) in facts {
        table.row([name.into(), description.clone()]);
        json.push(json!({"name": name, "description": description, "source": source}));
    }
    Listing { title, table, json: json.into() }
}

fn mechanisms() -> Listing {
    let mut table = Table::new([
        ("kind", Align::Left),
        ("class", Align::Left),
        ("title", Align::Left),
        ("parameters", Align::Left),
    ]);
    let mut json = Vec::new();
    for spec in mechanisms::specs() {
        let names = spec.params.iter().map(|p| p.name.as_ref()).collect::<Vec<_>>().join(", ");
        table.row([spec.kind.into(), spec.class.name().into(), spec.title.into(), names]);
        json.push(json!({
            "kind": spec.kind,
            "class": spec.class.name(),
            "title": spec.title,
            "equation": spec.equation,
            "source": spec.source,
            "parameters": spec.params.iter().map(|p| json!({
                "name": p.name, "unit": p.dimension.unit(), "default": p.default, "meaning": p.doc,
            })).collect::<Vec<_>>(),
        }));
    }
    Listing { title: "mechanisms", table, json: json.into() }
}

fn units() -> Listing {
    let mut table = Table::new([("measure", Align::Left), ("unit", Align::Left), ("write", Align::Left)]);
    let mut json = Vec::new();
    for dimension in Dimension::ALL {
        let noun = dimension.noun().trim_start_matches("a ").trim_start_matches("an ");
        let example = format!("\"1 {}\"", dimension.example_unit());
        let example = if dimension == Dimension::Dimensionless { "1".to_string() } else { example };
        table.row([noun.into(), dimension.unit().into(), example.clone()]);
        json.push(json!({"measure": noun, "unit": dimension.unit(), "write": example}));
    }
    Listing { title: "units", table, json: json.into() }
}

fn parameters(cell: &Cell) -> Listing {
    let mut table = Table::new([
        ("path", Align::Left),
        ("value", Align::Right),
        ("unit", Align::Left),
        ("meaning", Align::Left),
    ]);
    let mut json = Vec::new();
    for number in cell.numbers() {
        table.row([
            number.path.clone(),
            plain(number.value),
            number.unit().into(),
            number.spec.doc.to_string(),
        ]);
        let bound = |x: f64| x.is_finite().then_some(x);
        json.push(json!({
            "path": number.path, "value": number.value, "unit": number.unit(), "meaning": number.spec.doc,
            "min": bound(number.spec.min), "max": bound(number.spec.max),
        }));
    }
    Listing { title: "parameters", table, json: json.into() }
}
