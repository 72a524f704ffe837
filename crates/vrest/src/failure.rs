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

    /// A library's error, with its hint where it has one.
    pub fn of(kind: Kind, error: &impl std::fmt::Display, hint: Option<impl Into<String>>) -> Self {
        let mut problem = Problem::error(without_os_code(&error.to_string()));
        problem.hint = hint.map(Into::into);
        Self::new(kind, problem)
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
    let text = without_os_code(&error.to_string());
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A message without `(os error 2)`, which helps nobody.
fn without_os_code(text: &str) -> String {
    match text.split_once(" (os error ") {
        Some((before, after)) => {
            format!("{before}{}", after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ')'))
        }
        None => text.to_string(),
    }
}

/// Errors of files all carry a hint and all mean the same exit code.
macro_rules! from_file_errors {
    ($($error:path),* $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Failure::of(Kind::InputOutput, &error, Some(error.hint()))
            }
        })*
    };
}

from_file_errors!(
    vrest_data::atomic::WriteError,
    vrest_data::manifest::HashError,
    vrest_data::npz::NpzError,
    vrest_data::recording::RecordingError,
    vrest_data::table::TableError,
);
