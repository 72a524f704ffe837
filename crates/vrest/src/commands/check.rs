//! `vrest check`: reads files as the other commands would and says everything that is wrong with them.

use std::path::{Path, PathBuf};

use serde::Serialize;
use vrest_data::npz;
use vrest_learn::ranges::Ranges;
use vrest_membrane::{Cell, Protocol};

use crate::failure::{Failure, Kind};
use crate::files;
use crate::numbers::{count, plain};
use crate::problem::{Problem, Severity};
use crate::session::{Answer, Paint, Session};
use crate::table::{Align, Table};
use crate::training_config;

/// Check files: everything that is wrong or odd, at once
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vrest check my-cell/cell.toml my-cell/protocol.toml")]
pub struct Args {
    /// Cells, protocols, ranges, training configurations and datasets; what a file is, is seen in its name and content
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// What a file turned out to be.
#[derive(Debug, Serialize)]
struct Checked {
    file: String,
    kind: &'static str,
    /// In a few words, what is in it; empty where it cannot be used.
    content: String,
    problems: Vec<Remark>,
}

/// A problem for programs.
#[derive(Debug, Serialize)]
struct Remark {
    severity: &'static str,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
    hint: Option<String>,
}

/// All files of one check.
#[derive(Serialize)]
#[serde(transparent)]
struct Checks(Vec<Checked>);

impl Answer for Checks {
    fn text(&self, paint: Paint) -> String {
        self.csv().text(paint)
    }

    fn csv(&self) -> Table {
        let mut table = Table::new([
            ("file", Align::Left),
            ("kind", Align::Left),
            ("errors", Align::Right),
            ("warnings", Align::Right),
            ("content", Align::Left),
        ]);
        for check in &self.0 {
            let of = |severity| check.problems.iter().filter(|p| p.severity == severity).count().to_string();
            table.row([
                check.file.clone(),
                check.kind.into(),
                of("error"),
                of("warning"),
                check.content.clone(),
            ]);
        }
        table
    }
}

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    let mut checks = Vec::new();
    let mut errors = Vec::new();
    for path in &args.files {
        let (kind, content, problems) = check(path)?;
        let (wrong, odd): (Vec<Problem>, Vec<Problem>) =
            problems.into_iter().partition(|p| p.severity == Severity::Error);
        session.warn(&odd);
        let remarks = wrong.iter().chain(&odd).map(remark).collect();
        errors.extend(wrong);
        checks.push(Checked { file: path.display().to_string(), kind, content, problems: remarks });
    }
    session.answer(&Checks(checks))?;
    if errors.is_empty() { Ok(()) } else { Err(Failure { kind: Kind::Configuration, problems: errors }) }
}

fn remark(problem: &Problem) -> Remark {
    let place = problem.place.as_ref().map(|p| p.line_column());
    Remark {
        severity: match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        line: place.map(|p| p.0),
        column: place.map(|p| p.1),
        message: problem.message.clone(),
        hint: problem.hint.clone(),
    }
}

/// What the file is, what is in it, and what is wrong with it.
fn check(path: &Path) -> Result<(&'static str, String, Vec<Problem>), Failure> {
    if path.extension().is_some_and(|e| e == "npz") {
        let data = npz::read(path)?;
        let sizes = [(data.samples(), "sample"), (data.times(), "time"), (data.params(), "parameter")];
        return Ok(("dataset", sizes.map(|(n, thing)| count(n, thing)).join(", "), Vec::new()));
    }
    let source = files::read_text(path)?;
    if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
        let problems = training_config::check(&source);
        let content = if problems.is_empty() { "training configuration".into() } else { String::new() };
        return Ok(("training", content, problems));
    }
    let kind = kind_of(&source.text);
    let read = match kind {
        "cell" => Cell::parse(&source.text).map(|l| (cell(&l.cell), l.warnings)),
        "protocol" => Protocol::parse(&source.text).map(|l| (protocol(&l.protocol), l.warnings)),
        _ => Ranges::parse(&source.text).map(|r| (r.name, Vec::new())),
    };
    let (content, problems) = read.unwrap_or_else(|problems| (String::new(), problems));
    Ok((kind, content, problems.iter().map(|p| Problem::in_file(p, &source)).collect()))
}

fn cell(cell: &Cell) -> String {
    let (ions, mechanisms) = (count(cell.ions.len(), "ion"), count(cell.mechanisms.len(), "mechanism"));
    format!("{}, {ions}, {mechanisms}", cell.name)
}

fn protocol(protocol: &Protocol) -> String {
    let waveforms = count(protocol.waveforms.len(), "waveform");
    format!("{}, {} ms, {waveforms}", protocol.name, plain(protocol.duration))
}

/// Seen in the text, line by line, so that a file that does not parse has a kind too.
fn kind_of(text: &str) -> &'static str {
    let begins = |starts: &[&str]| text.lines().any(|l| starts.iter().any(|s| l.trim_start().starts_with(s)));
    if begins(&["[ions", "[mechanisms", "capacitance", "[geometry", "[balance"]) {
        "cell"
    } else if begins(&["[ranges", "sampling"]) {
        "ranges"
    } else if begins(&["[stimulus", "[stimuli", "[changes", "duration"]) {
        "protocol"
    } else {
        "cell"
    }
}
