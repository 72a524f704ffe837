//! What `CELL` on the command line means: a preset's name or a file, then the changes of `--set`.

use vrest_data::manifest::FileHash;
use vrest_membrane::Cell;

use crate::failure::{Failure, Kind};
use crate::problem::Problem;
use crate::session::Session;
use crate::{changes, presets};

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
    let source = presets::CELLS.source(name)?;
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
