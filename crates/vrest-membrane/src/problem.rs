//! What can be wrong, or odd, in a file: collected, never thrown one at a time.
//!
//! A [`Problem`] is data. The binary renders it with the file's text, line and column.

use crate::expression::ExpressionError;
use crate::units::UnitError;
use std::fmt;
use std::ops::Range;
use thiserror::Error;

/// Whether a file can be used in spite of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file is used; the remark is shown.
    Warning,
}

/// One problem and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// Byte range in the file's text.
    pub span: Range<usize>,
    /// What it is.
    pub fault: Fault,
}

/// The kinds of problems.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Fault {
    /// Not TOML.
    #[error("{message}")]
    Syntax {
        /// The parser's words.
        message: String,
    },
    /// A key that means nothing there.
    #[error("unknown key `{key}` in {place}")]
    UnknownKey {
        /// The key.
        key: String,
        /// The table, as in `[ions.K]`.
        place: String,
        /// The keys that may stand there.
        allowed: Vec<String>,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// A key that has to be there.
    #[error("{place} needs `{key}`")]
    MissingKey {
        /// The key.
        key: String,
        /// The table.
        place: String,
        /// A line to add.
        example: String,
    },
    /// A value of another type than wanted.
    #[error("`{key}` is {found}, and {expected} is needed")]
    WrongType {
        /// The key.
        key: String,
        /// In words.
        found: &'static str,
        /// In words.
        expected: String,
        /// What to write.
        example: Option<String>,
    },
    /// A number or its unit.
    #[error("{0}")]
    Unit(UnitError),
    /// A formula.
    #[error("{0}")]
    Formula(ExpressionError),
    /// A value that cannot be.
    #[error("`{path}` is `{written}`, and {rule}")]
    Impossible {
        /// The parameter.
        path: String,
        /// The value as written.
        written: String,
        /// What it must be.
        rule: String,
        /// What to write.
        hint: Option<String>,
    },
    /// A value outside what cells have; a warning.
    #[error("`{path}` is `{written}`: {why}")]
    Implausible {
        /// The parameter.
        path: String,
        /// The value as written.
        written: String,
        /// Why it is remarked on.
        why: String,
        /// What was perhaps meant.
        hint: Option<String>,
    },
    /// A word that is not in the list of allowed ones.
    #[error("unknown {what} `{name}`")]
    UnknownName {
        /// What it names: "mechanism kind", "ion", "parameter".
        what: &'static str,
        /// The word.
        name: String,
        /// The words that may stand there.
        allowed: Vec<String>,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// Anything else that makes the file contradict itself.
    #[error("{message}")]
    Inconsistent {
        /// What.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
}

impl Problem {
    /// An error at `span`.
    pub fn error(span: Range<usize>, fault: Fault) -> Self {
        Problem { severity: Severity::Error, span, fault }
    }
    /// A warning at `span`.
    pub fn warning(span: Range<usize>, fault: Fault) -> Self {
        Problem { severity: Severity::Warning, span, fault }
    }
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match &self.fault {
            Fault::UnknownKey { allowed, nearest, .. } | Fault::UnknownName { allowed, nearest, .. } => {
                Some(match nearest {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if allowed.is_empty() => "nothing may stand here; remove it".into(),
                    None => format!("allowed: {}", list(allowed)),
                })
            }
            Fault::MissingKey { example, .. } => Some(format!("add `{example}`")),
            Fault::WrongType { example, .. } => example.as_ref().map(|e| format!("write `{e}`")),
            Fault::Unit(error) => error.hint(),
            Fault::Formula(error) => error.hint(),
            Fault::Impossible { hint, .. }
            | Fault::Implausible { hint, .. }
            | Fault::Inconsistent { hint, .. } => hint.clone(),
            Fault::Syntax { .. } => None,
        }
    }
}

/// The words in backticks, separated by commas; long lists end early.
fn list(words: &[String]) -> String {
    const MOST: usize = 24;
    let mut out = words.iter().take(MOST).map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
    if words.len() > MOST {
        out += &format!(" and {} more", words.len() - MOST);
    }
    out
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.fault)
    }
}

impl std::error::Error for Problem {}
