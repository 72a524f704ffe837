//! What `--protocol` means: a preset's name or a file, put on a cell, then the changes of `--set`.

use std::path::Path;
use std::sync::Arc;

use vrest_data::manifest::FileHash;
use vrest_membrane::{Experiment, Membrane, Protocol, presets};

use crate::cell_input::{self, SetArgs};
use crate::changes;
use crate::failure::{Failure, Kind};
use crate::problem::{Problem, Source};
use crate::session::Session;

/// A cell under a protocol, ready to integrate, and where both came from.
#[derive(Debug)]
pub struct ExperimentInput {
    /// What is integrated.
    pub experiment: Experiment,
    /// Its parameters with all changes.
    pub p: Vec<f64>,
    /// What was odd; already shown.
    pub warnings: Vec<Problem>,
    /// The files or presets that it came from.
    pub origins: Vec<FileHash>,
}

/// Reads `cell` and `protocol`, brings them together and applies `--set`, which reaches the numbers of both.
///
/// # Errors
/// All problems of a file, or all problems of the changes, at once.
pub fn load(
    cell: &str,
    protocol: &str,
    set: &SetArgs,
    session: &Session,
) -> Result<ExperimentInput, Failure> {
    let cell = cell_input::load(cell, &SetArgs { set: Vec::new() }, session)?;
    let source = cell_input::source_of(protocol, &PROTOCOLS)?;
    let loaded = Protocol::parse(&source.text).map_err(|problems| refused(&problems, &source))?;
    let mut warnings: Vec<Problem> = loaded.warnings.iter().map(|p| Problem::in_file(p, &source)).collect();
    let experiment = Experiment::new(Membrane::compile(&cell.cell), loaded.protocol)
        .map_err(|problems| refused(&problems, &source))?;
    let (changes, odd) = changes::read(&set.set, experiment.params())?;
    let mut p = experiment.defaults();
    for change in changes {
        if let Some(index) = experiment.index(&change.path) {
            p[index] = change.value;
        }
    }
    warnings.extend(odd);
    session.warn(&warnings);
    let origins = vec![cell.origin, FileHash::of_bytes(&source.name, source.text.as_bytes())];
    warnings.extend(cell.warnings);
    Ok(ExperimentInput { experiment, p, warnings, origins })
}

const PROTOCOLS: cell_input::Presets = cell_input::Presets {
    what: "protocol",
    topic: "protocols",
    get: presets::protocol,
    all: || presets::protocols().map(|p| p.name).collect(),
};

fn refused(problems: &[vrest_membrane::Problem], source: &Arc<Source>) -> Failure {
    Failure {
        kind: Kind::Configuration,
        problems: problems.iter().map(|p| Problem::in_file(p, source)).collect(),
    }
}
