//! Files that come with the program: on the command line their name stands for their text.

use std::path::Path;
use std::sync::Arc;

use vrest_membrane::presets;

use crate::failure::Failure;
use crate::problem::Source;
use crate::{files, suggest};

/// One kind of file that comes with the program.
pub struct Presets {
    /// One of them, in a word.
    what: &'static str,
    /// The topic of `vrest list` that shows them all.
    topic: &'static str,
    /// All of them: name and text.
    all: fn() -> Vec<(&'static str, &'static str)>,
}

/// Cells.
pub const CELLS: Presets = Presets {
    what: "preset",
    topic: "presets",
    all: || presets::cells().map(|p| (p.name, p.text)).collect(),
};

/// Protocols.
pub const PROTOCOLS: Presets = Presets {
    what: "protocol",
    topic: "protocols",
    all: || presets::protocols().map(|p| (p.name, p.text)).collect(),
};

/// Ranges of parameters for datasets.
pub const RANGES: Presets = Presets {
    what: "ranges",
    topic: "ranges",
    all: || vec![("seed_ranges", include_str!("../../../params/seed_ranges.toml"))],
};

impl Presets {
    /// All names and texts.
    pub fn all(&self) -> Vec<(&'static str, &'static str)> {
        (self.all)()
    }

    /// The text of a preset or of a file. What looks like a path is one.
    pub fn source(&self, name: &str) -> Result<Arc<Source>, Failure> {
        let is_path = name.contains(['/', '\\']) || name.ends_with(".toml") || Path::new(name).is_file();
        if is_path {
            return files::read_text(Path::new(name));
        }
        let all = self.all();
        match all.iter().find(|(preset, _)| *preset == name) {
            Some((_, text)) => {
                Ok(Arc::new(Source { name: format!("{} {name}", self.what), text: text.to_string() }))
            }
            None => {
                let names = all.iter().map(|(preset, _)| *preset);
                let hint = suggest::hint(name, names, &format!("`vrest list {}` shows all", self.topic));
                let message = format!("there is no {} and no file `{name}`", self.what);
                Err(Failure::configuration(message).with_hint(hint))
            }
        }
    }
}
