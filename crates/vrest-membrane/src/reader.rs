//! Reading TOML with all problems at once: every access that fails records a [`Problem`] and reading goes on.
//!
//! A [`Section`] is one table. It remembers which keys were asked for, so that what was not asked for is an
//! unknown key, and the keys that were are what is allowed.

use crate::nearest::nearest;
use crate::problem::{Fault, Problem, Severity};
use crate::units::{Dimension, Quantity, UnitError};
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and where it stands in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Byte range.
    pub span: Range<usize>,
}

/// The problems found so far, shared by all sections of a file.
#[derive(Debug, Clone, Default)]
pub struct Problems(Rc<RefCell<Vec<Problem>>>);

impl Problems {
    /// Records one.
    pub fn push(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }
    /// Whether any of them is an error.
    pub fn any_error(&self) -> bool {
        self.0.borrow().iter().any(|p| p.severity == Severity::Error)
    }
    /// All of them, in the order of the file.
    pub fn sorted(&self) -> Vec<Problem> {
        let mut all = self.0.borrow().clone();
        all.sort_by_key(|p| (p.span.start, p.span.end));
        all
    }
}

/// One table of a file.
#[derive(Debug)]
pub struct Section<'t> {
    problems: Problems,
    path: String,
    span: Range<usize>,
    entries: Vec<Entry<'t>>,
    asked: Vec<String>,
}

#[derive(Debug)]
struct Entry<'t> {
    key: String,
    key_span: Range<usize>,
    value: Spanned<DeValue<'t>>,
    used: bool,
}

/// Parses `text` and hands its root table to `read`; returns what `read` made, unless there were errors, together
/// with the warnings.
pub fn read<T>(
    text: &str,
    read: impl FnOnce(&mut Section<'_>) -> Option<T>,
) -> Result<(T, Vec<Problem>), Vec<Problem>> {
    let problems = Problems::default();
    let (table, errors) = DeTable::parse_recoverable(text);
    for e in &errors {
        let fault = Fault::Syntax { message: e.message().trim_end_matches('.').to_string() };
        problems.push(Problem::error(e.span().unwrap_or(0..0), fault));
    }
    if problems.any_error() {
        // What was recovered would be reported as missing keys that are only unreadable.
        return Err(problems.sorted());
    }
    let mut root = Section::new(problems.clone(), String::new(), table);
    let made = read(&mut root);
    root.finish();
    let found = problems.sorted();
    match made {
        Some(made) if !problems.any_error() => Ok((made, found)),
        _ => Err(found),
    }
}

impl<'t> Section<'t> {
    fn new(problems: Problems, path: String, table: Spanned<DeTable<'t>>) -> Self {
        let span = table.span();
        let mut entries: Vec<Entry<'t>> = table
            .into_inner()
            .into_iter()
            .map(|(key, value)| Entry {
                key_span: key.span(),
                key: key.into_inner().into_owned(),
                value,
                used: false,
            })
            .collect();
        entries.sort_by_key(|e| e.key_span.start);
        Section { problems, path, span, entries, asked: Vec::new() }
    }

    /// The table's place for messages: `[ions.K]`, or `the file`.
    pub fn place(&self) -> String {
        if self.path.is_empty() { "the file".into() } else { format!("`[{}]`", self.path) }
    }
    /// The dotted path of the table.
    pub fn path(&self) -> &str {
        &self.path
    }
    /// Where the table stands.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
    /// Where to record problems.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }
    /// Records an error at `span`.
    pub fn error(&self, span: Range<usize>, fault: Fault) {
        self.problems.push(Problem::error(span, fault));
    }
    /// Records a warning at `span`.
    pub fn warn(&self, span: Range<usize>, fault: Fault) {
        self.problems.push(Problem::warning(span, fault));
    }
    /// The keys that nobody has asked for yet, in the order of the file.
    pub fn unread_keys(&self) -> Vec<Located<String>> {
        let unread = self.entries.iter().filter(|e| !e.used);
        unread.map(|e| Located { value: e.key.clone(), span: e.key_span.clone() }).collect()
    }
    /// Whether `key` stands in the table (without reading it).
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|e| e.key == key)
    }

    fn take(&mut self, key: &str) -> Option<Spanned<DeValue<'t>>> {
        if !self.asked.iter().any(|k| k == key) {
            self.asked.push(key.into());
        }
        let entry = self.entries.iter_mut().find(|e| e.key == key)?;
        entry.used = true;
        Some(entry.value.clone())
    }

    /// Records that `key` has to be there, as in `example`.
    pub fn missing(&self, key: &str, example: &str) {
        let fault =
            Fault::MissingKey { key: key.into(), place: self.place(), example: format!("{key} = {example}") };
        self.error(self.span.clone(), fault);
    }

    fn wrong_type(
        &self,
        key: &str,
        span: Range<usize>,
        found: &'static str,
        expected: &str,
        example: Option<String>,
    ) {
        let fault = Fault::WrongType { key: key.into(), found, expected: expected.into(), example };
        self.error(span, fault);
    }

    /// A string.
    pub fn text(&mut self, key: &str) -> Option<Located<String>> {
        let value = self.take(key)?;
        let span = value.span();
        match value.get_ref() {
            DeValue::String(s) => Some(Located { value: s.to_string(), span }),
            other => {
                let found = kind(other);
                self.wrong_type(key, span, found, "a text in quotes", None);
                None
            }
        }
    }

    /// A string, or a number as it is written.
    pub fn text_or_number(&mut self, key: &str) -> Option<Located<String>> {
        let span = self.take(key)?.span();
        match self.written(key)? {
            Written::Text(value) | Written::Number(value) => Some(Located { value, span }),
            Written::Other(found) => {
                self.wrong_type(key, span, found, "a formula in quotes", None);
                None
            }
        }
    }

    /// A string, or the empty one.
    pub fn text_or_empty(&mut self, key: &str) -> String {
        self.text(key).map(|t| t.value).unwrap_or_default()
    }

    /// One of `allowed`.
    pub fn choice(&mut self, key: &str, what: &'static str, allowed: &[&str]) -> Option<Located<String>> {
        let text = self.text(key)?;
        if allowed.contains(&text.value.as_str()) {
            return Some(text);
        }
        self.unknown_name(what, text, allowed);
        None
    }

    /// Records that `name` is not one of `allowed`.
    pub fn unknown_name(&self, what: &'static str, name: Located<String>, allowed: &[&str]) {
        let near = nearest(&name.value, allowed.iter().copied()).map(String::from);
        let allowed = allowed.iter().map(|s| s.to_string()).collect();
        self.error(name.span, Fault::UnknownName { what, name: name.value, allowed, nearest: near });
    }

    /// A number of `dimension` in the program's unit, written as `"0.36 mS/cm2"`; plain numbers need no quotes.
    pub fn quantity(&mut self, key: &str, dimension: Dimension) -> Option<Located<f64>> {
        let span = self.take(key)?.span();
        let value = match self.written(key)? {
            Written::Text(text) => {
                let read =
                    Quantity::parse(&text).map_err(|e| e.expecting(dimension)).and_then(|q| q.to(dimension));
                read.map_err(|e| (e, Some(text)))
            }
            Written::Number(number) => {
                let read = Quantity::parse(&number).and_then(|q| q.to(dimension));
                read.map_err(|e| (e, None))
            }
            Written::Other(found) => {
                let example = match dimension {
                    Dimension::Dimensionless => format!("{key} = 1"),
                    d => format!("{key} = \"1 {}\"", d.example_unit()),
                };
                self.wrong_type(key, span, found, dimension.noun(), Some(example));
                return None;
            }
        };
        match value {
            Ok(value) => Some(Located { value, span }),
            Err((e, text)) => {
                let place = text.map_or(span.clone(), |t| within(&span, &e, &t));
                self.error(place, Fault::Unit(e));
                None
            }
        }
    }

    /// A quantity of whatever dimension, for the caller to convert.
    pub fn any_quantity(&mut self, key: &str) -> Option<Located<Quantity>> {
        let span = self.take(key)?.span();
        let read = match self.written(key)? {
            Written::Text(text) => Quantity::parse(&text),
            Written::Number(number) => Quantity::parse(&number),
            Written::Other(found) => {
                self.wrong_type(key, span, found, "a number with its unit", None);
                return None;
            }
        };
        match read {
            Ok(value) => Some(Located { value, span }),
            Err(e) => {
                self.error(span, Fault::Unit(e));
                None
            }
        }
    }

    fn written(&self, key: &str) -> Option<Written> {
        let entry = self.entries.iter().find(|e| e.key == key)?;
        Some(match entry.value.get_ref() {
            DeValue::String(s) => Written::Text(s.to_string()),
            DeValue::Integer(i) => Written::Number(i.as_str().into()),
            DeValue::Float(f) => Written::Number(f.as_str().into()),
            other => Written::Other(kind(other)),
        })
    }

    /// The value of `key` as the file writes it (without reading it), for messages.
    pub fn as_written(&self, key: &str) -> String {
        match self.written(key) {
            Some(Written::Text(s) | Written::Number(s)) => s,
            _ => String::new(),
        }
    }

    /// A whole number from `min` up.
    pub fn whole(&mut self, key: &str, min: u64) -> Option<Located<u64>> {
        let value = self.take(key)?;
        let span = value.span();
        let read = match value.get_ref() {
            DeValue::Integer(i) => u64::from_str_radix(i.as_str(), i.radix()).ok().filter(|n| *n >= min),
            _ => None,
        };
        if read.is_none() {
            let found = kind(value.get_ref());
            let found = if found == "a whole number" { "out of range" } else { found };
            self.wrong_type(key, span.clone(), found, &format!("a whole number from {min} up"), None);
        }
        read.map(|value| Located { value, span })
    }

    /// A list of plain numbers.
    pub fn numbers(&mut self, key: &str) -> Option<Located<Vec<f64>>> {
        let value = self.take(key)?;
        let span = value.span();
        let read: Option<Vec<f64>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| number(item.get_ref())).collect(),
            _ => None,
        };
        if read.is_none() {
            let found = kind(value.get_ref());
            self.wrong_type(
                key,
                span.clone(),
                found,
                "a list of finite numbers",
                Some(format!("{key} = [0, 1, 0]")),
            );
        }
        read.map(|value| Located { value, span })
    }

    /// A list of strings.
    pub fn texts(&mut self, key: &str) -> Option<Vec<Located<String>>> {
        let value = self.take(key)?;
        let span = value.span();
        let read: Option<Vec<_>> = match value.get_ref() {
            DeValue::Array(items) => items
                .iter()
                .map(|item| match item.get_ref() {
                    DeValue::String(s) => Some(Located { value: s.to_string(), span: item.span() }),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        if read.is_none() {
            let found = kind(value.get_ref());
            self.wrong_type(key, span, found, "a list of texts in quotes", None);
        }
        read
    }

    /// A sub-table.
    pub fn section(&mut self, key: &str) -> Option<Section<'t>> {
        let value = self.take(key)?;
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => {
                let path = if self.path.is_empty() { key.into() } else { format!("{}.{key}", self.path) };
                Some(Section::new(self.problems.clone(), path, Spanned::new(span, table)))
            }
            other => {
                let found = kind(&other);
                self.wrong_type(key, span, found, "a table", None);
                None
            }
        }
    }

    /// All sub-tables of a table whose keys are names of the user's choice, in the order of the file.
    pub fn named_sections(&mut self) -> Vec<(Located<String>, Section<'t>)> {
        let keys = self.unread_keys();
        keys.into_iter().filter_map(|key| Some((key.clone(), self.section(&key.value)?))).collect()
    }

    /// Marks `key` as allowed without reading it.
    pub fn allow(&mut self, key: &str) {
        self.asked.push(key.into());
    }

    /// Reports every key that nobody asked for.
    pub fn finish(self) {
        for e in self.entries.iter().filter(|e| !e.used) {
            let near = nearest(&e.key, self.asked.iter().map(String::as_str)).map(String::from);
            let fault = Fault::UnknownKey {
                key: e.key.clone(),
                place: self.place(),
                allowed: self.asked.clone(),
                nearest: near,
            };
            self.error(e.key_span.clone(), fault);
        }
    }
}

enum Written {
    Text(String),
    Number(String),
    Other(&'static str),
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(i) => i.as_str().parse().ok(),
        DeValue::Float(f) => f.as_str().parse().ok(),
        _ => None,
    }
    .filter(|x: &f64| x.is_finite())
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The place of a unit error inside a quoted text that stands at `span`.
fn within(span: &Range<usize>, error: &UnitError, text: &str) -> Range<usize> {
    // Escapes or triple quotes would shift the text against the file: then the whole value is marked.
    if span.len() != text.len() + 2 {
        return span.clone();
    }
    let part = error.span(text);
    if part.is_empty() || part == (0..text.len()) {
        return span.clone();
    }
    span.start + 1 + part.start..span.start + 1 + part.end
}
