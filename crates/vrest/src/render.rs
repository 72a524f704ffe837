//! The one place where problems become text: drawn by miette on a terminal, plain lines elsewhere.

use std::fmt::Write as _;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use crate::failure::{Failure, Kind};
use crate::problem::{Place, Problem, Severity};
use crate::session::Session;

/// Longest source line shown in a message; data files can have lines of megabytes.
const LONGEST_LINE: usize = 160;

/// Shows why a command failed on standard error.
pub fn failure(failure: &Failure, session: &Session) {
    problems(&failure.problems, session);
    let errors = failure.problems.iter().filter(|p| p.severity == Severity::Error).count();
    if failure.kind != Kind::Interrupted && errors > 1 {
        session.complain(&format!("\n{errors} errors"));
    }
}

/// Shows problems on standard error.
pub fn problems(problems: &[Problem], session: &Session) {
    for (i, problem) in problems.iter().enumerate() {
        if i > 0 {
            session.complain("");
        }
        let text = match (&problem.place, session.fancy_err) {
            (Some(place), true) => drawn(problem, place, session.colour_err()),
            _ => plain(problem, session.colour_err()),
        };
        session.complain(text.trim_end());
    }
}

/// `error: message`, `  --> file:line:column`, the line with an arrow, `hint: ...`.
pub fn plain(problem: &Problem, colour: bool) -> String {
    let (word, code) = match problem.severity {
        Severity::Error => ("error", "1;31"),
        Severity::Warning => ("warning", "1;33"),
    };
    let paint =
        |code: &str, text: &str| if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.into() };
    let mut out = format!("{}: {}\n", paint(code, word), problem.message);
    if let Some(place) = &problem.place {
        let (line, column) = place.line_column();
        let _ = writeln!(out, "  --> {}:{line}:{column}", place.source.name);
        if let Some(text) =
            place.source.text.lines().nth(line - 1).filter(|l| l.chars().count() <= LONGEST_LINE)
        {
            let margin = " ".repeat(line.to_string().len());
            let length = place
                .source
                .text
                .get(place.span.clone())
                .map_or(1, |s| s.lines().next().unwrap_or("").chars().count());
            let room = text.chars().count() + 1 - (column - 1).min(text.chars().count());
            // Tabs stay tabs under the line, so that the arrow stays under its word.
            let lead: String =
                text.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            let arrow = "^".repeat(length.clamp(1, room.max(1)));
            let _ = writeln!(out, "{margin} |\n{line} | {text}\n{margin} | {lead}{arrow}");
        }
    }
    if let Some(hint) = &problem.hint {
        let _ = writeln!(out, "{}: {hint}", paint("1;36", "hint"));
    }
    out
}

/// The problem with its source drawn by miette; falls back to the plain form.
fn drawn(problem: &Problem, place: &Place, colour: bool) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let source = NamedSource::new(&place.source.name, place.source.text.clone());
    let mut out = String::new();
    match GraphicalReportHandler::new_themed(theme)
        .render_report(&mut out, &Drawing { problem, place, source })
    {
        Ok(()) => out,
        Err(_) => plain(problem, colour),
    }
}

/// A problem as miette wants it.
struct Drawing<'a> {
    problem: &'a Problem,
    place: &'a Place,
    source: NamedSource<String>,
}

impl std::fmt::Debug for Drawing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Drawing<'_> {}

impl miette::Diagnostic for Drawing<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.problem.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn std::fmt::Display + 'b>> {
        self.problem.hint.as_ref().map(|hint| Box::new(hint) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let end = self.place.source.text.len();
        let span = self.place.span.start.min(end)..self.place.span.end.min(end);
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".into()), span))))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::problem::Source;

    #[test]
    fn plain_form_names_file_line_column_and_points() {
        let source = Arc::new(Source { name: "cell.toml".into(), text: "a = 1\n\tg = \"3\"\n".into() });
        let problem = Problem::error("`g` has no unit").at(&source, 11..14).with_hint("write `3 mS/cm2`");
        assert_eq!(
            plain(&problem, false),
            "error: `g` has no unit\n  --> cell.toml:2:6\n  |\n2 | \tg = \"3\"\n  | \t    ^^^\nhint: write `3 mS/cm2`\n"
        );
    }

    #[test]
    fn a_place_past_the_end_is_drawn_all_the_same() {
        let source = Arc::new(Source { name: "cell.toml".into(), text: "a = [".into() });
        let problem = Problem::error("the file ends inside a list").at(&source, 5..9);
        assert!(plain(&problem, false).contains("cell.toml:1:6"));
        assert!(
            drawn(&problem, problem.place.as_ref().unwrap(), false).contains("the file ends inside a list")
        );
    }
}
