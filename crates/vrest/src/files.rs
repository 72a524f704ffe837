//! Reading configuration files whole, with every way it can fail told apart.

use std::path::Path;
use std::sync::Arc;

use crate::failure::{Failure, Kind};
use crate::problem::{Problem, Source};

/// A configuration file larger than this is surely something else.
const MAX_BYTES: u64 = 16 << 20;

/// The text of a configuration file.
///
/// # Errors
/// Input/output failures; a configuration failure where it is no text.
pub fn read_text(path: &Path) -> Result<Arc<Source>, Failure> {
    let name = path.display().to_string();
    let unreadable = |error| Failure::io("read", path, &error);
    let facts = std::fs::metadata(path).map_err(unreadable)?;
    if facts.is_dir() {
        let problem = Problem::error(format!("`{name}` is a folder")).with_hint("name a file inside it");
        return Err(Failure::new(Kind::InputOutput, problem));
    }
    if facts.len() > MAX_BYTES {
        let size = facts.len() >> 20;
        return Err(Failure::configuration(format!(
            "`{name}` has {size} MiB, too much for a configuration file"
        ))
        .with_hint("check that this is the file you mean"));
    }
    let text = String::from_utf8(std::fs::read(path).map_err(unreadable)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::configuration(format!("`{name}` is not a text: byte {at} is not UTF-8"))
            .with_hint("save it as UTF-8, or check that this is the file you mean")
    })?;
    Ok(Arc::new(Source { name, text }))
}
