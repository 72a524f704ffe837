//! What `CELL` on the command line means: a preset's name or a file, then the changes of `--set`.

use std::path::Path;
use std::sync::Arc;

use vrest_data::manifest::FileHash;
use vrest_membrane::Cell;
use vrest_membrane::presets::{self, Preset};

use crate::failure::{Failure, Kind};
use crate::problem::{Problem, Source};
use crate::session::Session;
use crate::{changes, files, suggest};

/// The options of every command that changes numbers of a cell.
#[derive(Clone, Debug, clap::Args)]
pub struct SetArgs {
    /// Change a number of the cell: `--set "leak_K.g=0.4 mS/cm2"`; may be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
}

/// A cell, ready to use, and where it came from.
#[derive(Debug)]
pub struct CellInput {
    /// The cell with all changes.
    pub cell: Cell,
    /// What was odd about it; already shown.
    pub warnings: Vec<Problem>,
    /// The file or preset that it came from, for manifests.
    pub origin: FileHash,
}

/// Reads the cell called `name`, applies `--set`, and shows what is odd about it.
///
/// # Errors
/// All problems of the file, or all problems of the changes, at once.
pub fn load(name: &str, set: &SetArgs, session: &Session) -> Result<CellInput, Failure> {
    let source = source_of(name, &CELLS)?;
    let loaded = Cell::parse(&source.text).map_err(|problems| Failure {
        kind: Kind::Configuration,
        problems: problems.iter().map(|p| Problem::in_file(p, &source)).collect(),
    })?;
    let mut cell = loaded.cell;
    let mut warnings: Vec<Problem> = loaded.warnings.iter().map(|p| Problem::in_file(p, &source)).collect();
    let (changes, odd) = changes::read(&set.set, &cell.numbers())?;
    for change in changes {
        cell.set(&change.path, change.value);
    }
    warnings.extend(odd);
    session.warn(&warnings);
    let origin = FileHash::of_bytes(&source.name, source.text.as_bytes());
    Ok(CellInput { cell, warnings, origin })
}

/// Files that come with the program, by name.
pub struct Presets {
    /// One of them, in a word.
    pub what: &'static str,
    /// The topic of `vrest list` that shows them all.
    pub topic: &'static str,
    /// The one of this name.
    pub get: fn(&str) -> Option<Preset>,
    /// All names.
    pub all: fn() -> Vec<&'static str>,
}

const CELLS: Presets = Presets {
    what: "preset",
    topic: "presets",
    get: presets::cell,
    all: || presets::cells().map(|p| p.name).collect(),
};

/// The text of a preset or of a file. What looks like a path is one.
pub fn source_of(name: &str, presets: &Presets) -> Result<Arc<Source>, Failure> {
    let is_path = name.contains(['/', '\\']) || name.ends_with(".toml") || Path::new(name).is_file();
    match (is_path, (presets.get)(name)) {
        (true, _) => files::read_text(Path::new(name)),
        (false, Some(preset)) => {
            Ok(Arc::new(Source { name: format!("{} {name}", presets.what), text: preset.text.to_string() }))
        }
        (false, None) => {
            let all = format!("`vrest list {}` shows all", presets.topic);
            let hint = suggest::hint(name, (presets.all)(), &all);
            let message = format!("there is no {} and no file `{name}`", presets.what);
            Err(Failure::configuration(message).with_hint(hint))
        }
    }
}
