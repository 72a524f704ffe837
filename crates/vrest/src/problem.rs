//! One thing that is wrong (or looks wrong) and where: the neutral form that [`crate::render`] draws.

use std::ops::Range;
use std::sync::Arc;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The command cannot go on.
    Error,
    /// The command goes on; the user should know.
    Warning,
}

/// A text that a problem can point into.
#[derive(Debug)]
pub struct Source {
    /// The file as the user named it.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

/// A place in a text.
#[derive(Clone, Debug)]
pub struct Place {
    /// The text.
    pub source: Arc<Source>,
    /// Bytes in it.
    pub span: Range<usize>,
}

impl Place {
    /// Line and column of the start, both from 1; columns count characters.
    pub fn line_column(&self) -> (usize, usize) {
        let text = &self.source.text;
        let mut start = self.span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// One thing that is wrong, where, and what to do about it.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// One sentence without a trailing period, literals in backticks.
    pub message: String,
    /// Where, if it is in a text.
    pub place: Option<Place>,
    /// What to do.
    pub hint: Option<String>,
}

impl Problem {
    /// An error without a place.
    pub fn error(message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, message: message.into(), place: None, hint: None }
    }

    /// A warning without a place.
    pub fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
    }

    /// What the physics found wrong (or odd) in a file.
    pub fn in_file(problem: &vrest_membrane::Problem, source: &Arc<Source>) -> Self {
        let severity = match problem.severity {
            vrest_membrane::Severity::Error => Severity::Error,
            vrest_membrane::Severity::Warning => Severity::Warning,
        };
        Self { severity, message: problem.to_string(), place: None, hint: problem.hint() }
            .at(source, problem.span.clone())
    }

    /// The same problem, at a place.
    pub fn at(mut self, source: &Arc<Source>, span: Range<usize>) -> Self {
        self.place = Some(Place { source: source.clone(), span });
        self
    }

    /// The same problem with advice.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let source = Arc::new(Source { name: "a".into(), text: "ab\nµm x\n".into() });
        let at = |start| Place { source: source.clone(), span: start..start }.line_column();
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(3), (2, 1));
        assert_eq!(at(7), (2, 4));
        assert_eq!(at(4), (2, 1), "inside a character counts as its start");
        assert_eq!(at(999), (3, 1));
    }
}
