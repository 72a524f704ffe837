//! Why a command ended without its result, and which exit code that means.

use std::path::Path;

use crate::problem::Problem;

/// The kinds of failure, one per exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It ran, but the result is not acceptable (a solve that failed, a check that found errors).
    Unacceptable,
    /// The command line or a configuration file is wrong.
    Configuration,
    /// A file could not be read or written, or does not hold what it should.
    InputOutput,
    /// The user interrupted; what was finished is kept.
    Interrupted,
}

impl Kind {
    /// The process's exit code for this kind of failure.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Unacceptable => 1,
            Kind::Configuration => 2,
            Kind::InputOutput => 3,
            Kind::Interrupted => 130,
        }
    }
}

/// A command's failure: everything that is wrong, at once.
#[derive(Debug)]
pub struct Failure {
    /// Decides the exit code.
    pub kind: Kind,
    /// What is wrong; never empty.
    pub problems: Vec<Problem>,
}

impl Failure {
    /// A failure with one problem.
    pub fn new(kind: Kind, problem: Problem) -> Self {
        Self { kind, problems: vec![problem] }
    }

    /// One wrong thing in the command line or a configuration.
    pub fn configuration(message: impl Into<String>) -> Self {
        Self::new(Kind::Configuration, Problem::error(message))
    }

    /// A result that is not acceptable.
    pub fn unacceptable(message: impl Into<String>) -> Self {
        Self::new(Kind::Unacceptable, Problem::error(message))
    }

    /// The user interrupted; `kept` says what is left of the work.
    pub fn interrupted(kept: impl Into<String>) -> Self {
        Self::new(Kind::Interrupted, Problem::error("interrupted").with_hint(kept))
    }

    /// `error` happened while doing `action` (`read`, `write`, ...) to `path`.
    pub fn io(action: &str, path: &Path, error: &std::io::Error) -> Self {
        let problem =
            Problem::error(format!("cannot {action} `{}`: {}", path.display(), plain_reason(error)));
        let hint = match error.kind() {
            std::io::ErrorKind::PermissionDenied => {
                Some("choose a place you may write to, or change its permissions")
            }
            std::io::ErrorKind::StorageFull => {
                Some("free some space or choose another disk; nothing was left half-written")
            }
            _ => None,
        };
        Self::new(
            Kind::InputOutput,
            match hint {
                Some(hint) => problem.with_hint(hint),
                None => problem,
            },
        )
    }

    /// The same failure with a hint at its last problem.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(last) = self.problems.pop() {
            self.problems.push(last.with_hint(hint));
        }
        self
    }
}

/// The reason in words, without the platform's `(os error 2)`.
fn plain_reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
