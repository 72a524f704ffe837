//! From text to tree: a recursive-descent parser that remembers places.

use super::ExpressionError;
use super::measure::{self, Measure};
use super::tree::{Binary, Tree, Unary};
use crate::units::Dimension;
use std::ops::Range;

/// Deeper nesting is refused before it can exhaust the machine's stack.
const MAX_DEPTH: usize = 200;

const FUNCTIONS: [(&str, usize); 14] = [
    ("exp", 1),
    ("expm1", 1),
    ("ln", 1),
    ("log", 1),
    ("log10", 1),
    ("sqrt", 1),
    ("tanh", 1),
    ("abs", 1),
    ("bernoulli", 1),
    ("logistic", 1),
    ("min", 2),
    ("max", 2),
    ("pow", 2),
    ("if", 3),
];

/// A name that may stand in a formula, and what it measures.
#[derive(Debug, Clone, Copy)]
pub struct Variable<'a> {
    /// The name; it may have a dot, as in `K.outside`.
    pub name: &'a str,
    /// What it measures.
    pub measure: Measure,
}

/// A part of a formula: its tree, what it measures and where it stands.
#[derive(Debug)]
pub struct Part {
    pub tree: Tree,
    pub measure: Measure,
    pub span: Range<usize>,
}

pub fn parse(source: &str, variables: &[Variable<'_>]) -> Result<Part, ExpressionError> {
    let mut p = Parser { source, at: 0, depth: 0, variables };
    let whole = p.sum()?;
    match p.peek() {
        None => Ok(whole),
        Some(_) => Err(p.unexpected("an operator or the end of the formula")),
    }
}

/// The names of the functions.
pub fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|f| f.0)
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    depth: usize,
    variables: &'a [Variable<'a>],
}

impl Parser<'_> {
    /// The next character that is not white space.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.source[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.source[self.at..].chars().next()
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn expect(&mut self, c: char, expected: &'static str) -> Result<(), ExpressionError> {
        if self.take(c) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn unexpected(&mut self, expected: &'static str) -> ExpressionError {
        let (found, len) = match self.peek() {
            Some(c) => (format!("`{c}`"), c.len_utf8()),
            None => ("end of the formula".to_owned(), 0),
        };
        ExpressionError::Unexpected { found, expected, span: self.at..self.at + len }
    }

    fn descend(&mut self) -> Result<(), ExpressionError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ExpressionError::TooDeep { limit: MAX_DEPTH, span: self.at..self.at });
        }
        Ok(())
    }

    fn sum(&mut self) -> Result<Part, ExpressionError> {
        self.descend()?;
        let mut left = self.product()?;
        loop {
            let (op, sign) = match self.peek() {
                Some('+') => (Binary::Add, "+"),
                Some('-') => (Binary::Sub, "-"),
                _ => break,
            };
            self.at += 1;
            let right = self.product()?;
            let measure = measure::same(sign, &left, &right)?;
            left = Part::binary(op, left, right, measure);
        }
        self.depth -= 1;
        Ok(left)
    }

    fn product(&mut self) -> Result<Part, ExpressionError> {
        let mut left = self.signed()?;
        loop {
            let op = match self.peek() {
                Some('*') => Binary::Mul,
                Some('/') => Binary::Div,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.signed()?;
            let measure = match op {
                Binary::Mul => left.measure.times(right.measure),
                _ => left.measure.over(right.measure),
            };
            left = Part::binary(op, left, right, measure);
        }
    }

    /// `-x^2` is -(x^2).
    fn signed(&mut self) -> Result<Part, ExpressionError> {
        self.descend()?;
        self.peek();
        let start = self.at;
        let part = if self.take('-') {
            let inner = self.signed()?;
            let tree = match inner.tree {
                Tree::Number(x) => Tree::Number(-x),
                x => Tree::unary(Unary::Neg, x),
            };
            Part { tree, measure: inner.measure, span: start..inner.span.end }
        } else if self.take('+') {
            self.signed()?
        } else {
            self.power()?
        };
        self.depth -= 1;
        Ok(part)
    }

    fn power(&mut self) -> Result<Part, ExpressionError> {
        let base = self.atom()?;
        if !self.take('^') {
            return Ok(base);
        }
        let exponent = self.signed()?;
        let measure = measure::power(&base, &exponent)?;
        Ok(Part::binary(Binary::Pow, base, exponent, measure))
    }

    fn atom(&mut self) -> Result<Part, ExpressionError> {
        match self.peek() {
            Some('(') => {
                let start = self.at;
                self.at += 1;
                let inner = self.sum()?;
                self.expect(')', "`)` or an operator")?;
                Ok(Part { span: start..self.at, ..inner })
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => self.name(),
            _ => Err(self.unexpected("a number, a name or `(`")),
        }
    }

    fn number(&mut self) -> Result<Part, ExpressionError> {
        let bytes = self.source.as_bytes();
        let start = self.at;
        let digits = |mut i: usize| {
            while i < bytes.len() && (bytes[i].is_ascii_digit() || bytes[i] == b'.') {
                i += 1;
            }
            i
        };
        let mut end = digits(start);
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
                end = digits(end + 1 + sign);
            }
        }
        self.at = end;
        let text = &self.source[start..end];
        match text.parse::<f64>() {
            Ok(x) if x.is_finite() => {
                Ok(Part { tree: Tree::Number(x), measure: Measure::Free, span: start..end })
            }
            _ => Err(ExpressionError::Unexpected {
                found: format!("`{text}`"),
                expected: "a finite number such as `0.125` or `2.5e-3`",
                span: start..end,
            }),
        }
    }

    fn name(&mut self) -> Result<Part, ExpressionError> {
        let start = self.at;
        let rest = &self.source[start..];
        let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let name = &rest[..rest.find(|c| !in_name(c)).unwrap_or(rest.len())];
        self.at += name.len();
        let span = start..self.at;
        if let Some(i) = self.variables.iter().position(|v| v.name == name) {
            return Ok(Part { tree: Tree::Variable(i), measure: self.variables[i].measure, span });
        }
        match FUNCTIONS.iter().find(|(f, _)| *f == name) {
            Some(&(function, takes)) => self.call(function, takes, start),
            None => {
                let variables = self.variables.iter().map(|v| v.name.to_owned());
                let known = variables.chain(functions().map(str::to_owned)).collect();
                Err(ExpressionError::UnknownName { name: name.to_owned(), known, span })
            }
        }
    }

    fn call(&mut self, name: &'static str, takes: usize, start: usize) -> Result<Part, ExpressionError> {
        self.expect('(', "`(` after the name of a function")?;
        if name == "if" {
            return self.condition(start);
        }
        let mut arguments = vec![self.sum()?];
        while self.take(',') {
            arguments.push(self.sum()?);
        }
        self.expect(')', "`,` or `)`")?;
        let given = arguments.len();
        let span = start..self.at;
        if given != takes {
            return Err(ExpressionError::Arguments { name, takes, given, span });
        }
        let measure = match name {
            "abs" => arguments[0].measure,
            "sqrt" if arguments[0].measure != Measure::from(Dimension::Dimensionless) => Measure::Free,
            "min" | "max" => measure::same(name, &arguments[0], &arguments[1])?,
            "pow" => measure::power(&arguments[0], &arguments[1])?,
            _ => measure::plain(name, &arguments[0])?,
        };
        let tree = build(name, arguments.into_iter().map(|a| a.tree).collect());
        Ok(Part { tree, measure, span })
    }

    /// `a < b` and its kin as (x, y, negated): x < y, or not x < y.
    fn comparison(&mut self) -> Result<(Tree, Tree, bool), ExpressionError> {
        let left = self.sum()?;
        let greater = match self.peek() {
            Some('<') => false,
            Some('>') => true,
            _ => return Err(self.unexpected("`<` or `>`: the condition of an `if`")),
        };
        self.at += 1;
        let or_equal = self.take('=');
        let right = self.sum()?;
        measure::same(if greater { ">" } else { "<" }, &left, &right)?;
        let (left, right) = (left.tree, right.tree);
        // a > b is b < a; a >= b is not a < b.
        Ok(if greater == or_equal { (left, right, or_equal) } else { (right, left, or_equal) })
    }

    fn condition(&mut self, start: usize) -> Result<Part, ExpressionError> {
        let (x, y, negated) = self.comparison()?;
        self.expect(',', "`,` after the condition")?;
        let yes = self.sum()?;
        self.expect(',', "`,` between the two values of an `if`")?;
        let no = self.sum()?;
        self.expect(')', "`)` after the two values of an `if`")?;
        let measure = measure::same("if", &yes, &no)?;
        let (yes, no) = (yes.tree, no.tree);
        let tree = Tree::IfLess(Box::new(if negated { [x, y, no, yes] } else { [x, y, yes, no] }));
        Ok(Part { tree, measure, span: start..self.at })
    }
}

impl Part {
    fn binary(op: Binary, left: Part, right: Part, measure: Measure) -> Part {
        let span = left.span.start..right.span.end;
        Part { tree: Tree::binary(op, left.tree, right.tree), measure, span }
    }
}

fn build(name: &str, arguments: Vec<Tree>) -> Tree {
    let mut a = arguments.into_iter();
    let mut next = || a.next().expect("counted by the caller");
    let unary = match name {
        "exp" => Unary::Exp,
        "expm1" => Unary::ExpM1,
        "ln" | "log" => Unary::Ln,
        "log10" => Unary::Log10,
        "sqrt" => Unary::Sqrt,
        "tanh" => Unary::Tanh,
        "abs" => Unary::Abs,
        "bernoulli" => Unary::Bernoulli,
        "logistic" => Unary::Logistic,
        "min" => return Tree::binary(Binary::Min, next(), next()),
        "max" => return Tree::binary(Binary::Max, next(), next()),
        _ => return Tree::binary(Binary::Pow, next(), next()),
    };
    Tree::unary(unary, next())
}
