//! A cell under a protocol, as the command line names them, and the changes of `--set`, which reach both.

use std::sync::Arc;

use vrest_data::manifest::FileHash;
use vrest_membrane::protocol::Start;
use vrest_membrane::{Experiment, Membrane, Protocol};

use crate::cell_input::{self, SetArgs};
use crate::failure::{Failure, Kind};
use crate::problem::{Problem, Source};
use crate::session::Session;
use crate::{changes, presets};

/// A cell under a protocol, ready to integrate, and where both came from.
#[derive(Debug)]
pub struct ExperimentInput {
    /// What is integrated; its defaults hold all changes.
    pub experiment: Experiment,
    /// What was odd; already shown.
    pub warnings: Vec<Problem>,
    /// The files or presets that it came from.
    pub origins: Vec<FileHash>,
}

/// Reads `cell` and `protocol`, brings them together and applies `--set`. `start` replaces where the protocol
/// starts.
///
/// # Errors
/// All problems of a file, or all problems of the changes, at once.
pub fn load(
    cell: &str,
    protocol: &str,
    start: Option<Start>,
    set: &SetArgs,
    session: &Session,
) -> Result<ExperimentInput, Failure> {
    let cell = cell_input::load(cell, &SetArgs { set: Vec::new() }, session)?;
    let source = presets::PROTOCOLS.source(protocol)?;
    let loaded = Protocol::parse(&source.text).map_err(|problems| refused(&problems, &source))?;
    let mut warnings: Vec<Problem> = loaded.warnings.iter().map(|p| Problem::in_file(p, &source)).collect();
    let protocol = Protocol { start: start.unwrap_or(loaded.protocol.start), ..loaded.protocol };
    let mut experiment = Experiment::new(Membrane::compile(&cell.cell), protocol)
        .map_err(|problems| refused(&problems, &source))?;
    let (changes, odd) = changes::read(&set.set, experiment.params())?;
    for change in changes {
        experiment.set(&change.path, change.value);
    }
    warnings.extend(odd);
    session.warn(&warnings);
    let origins = vec![cell.origin, FileHash::of_bytes(&source.name, source.text.as_bytes())];
    warnings.extend(cell.warnings);
    Ok(ExperimentInput { experiment, warnings, origins })
}

impl ExperimentInput {
    /// The same, refused where the protocol clamps the voltage.
    ///
    /// # Errors
    /// Where there is no V(t) to record, as V is imposed.
    pub fn with_free_voltage(self) -> Result<Self, Failure> {
        if self.experiment.is_clamped() {
            let name = &self.experiment.protocol().name;
            let message = format!("`{name}` clamps the voltage, and V is what is recorded here");
            return Err(Failure::configuration(message).with_hint("take a protocol without `[clamp]`"));
        }
        Ok(self)
    }
}

/// All problems that the physics found in a file.
pub fn refused(problems: &[vrest_membrane::Problem], source: &Arc<Source>) -> Failure {
    let problems = problems.iter().map(|p| Problem::in_file(p, source)).collect();
    Failure { kind: Kind::Configuration, problems }
}
