//! The grammar: `number unit`, unit = factor ((`/` | `*` | `·` | space) factor)*, factor = symbol power?.
//!
//! A power is `2`, `^2`, `²`, `-1`, `^-1` or `⁻¹`. Each `/` turns the one factor after it.

use super::symbols::{self, CELSIUS, Exponents};
use super::{Dimension, UnitError};
use crate::constants::ZERO_CELSIUS;
use std::ops::Range;

/// A number with its unit, not yet converted.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The number as written.
    pub number: String,
    /// The unit as written, empty where there is none.
    pub unit: String,
    span: Range<usize>,
    measure: Measure,
}

/// What a unit is in SI base units: factor * 10^decade, plus the offset of degrees Celsius.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Measure {
    exponents: Exponents,
    decade: i32,
    factor: f64,
    celsius: bool,
}

const PLAIN: Measure = Measure { exponents: [0; 6], decade: 0, factor: 1.0, celsius: false };

impl Quantity {
    /// Reads `text`; any dimension is fine.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let lead = text.len() - text.trim_start().len();
        let number = number_prefix(&text[lead..]);
        match number.parse::<f64>() {
            Err(_) => return Err(UnitError::NotANumber { text: text.into(), expected: None }),
            Ok(x) if !x.is_finite() => return Err(UnitError::NotFinite { number: number.into() }),
            Ok(_) => {}
        }
        let rest = &text[lead + number.len()..];
        let start = lead + number.len() + (rest.len() - rest.trim_start().len());
        let unit = text[start..].trim_end();
        let measure = measure(unit).map_err(|(symbol, at)| UnitError::UnknownUnit {
            symbol,
            span: start + at.start..start + at.end,
            number: number.into(),
            expected: None,
        })?;
        Ok(Quantity { number: number.into(), unit: unit.into(), span: start..start + unit.len(), measure })
    }

    /// The value in the program's unit for `dimension`.
    pub fn to(&self, dimension: Dimension) -> Result<f64, UnitError> {
        let target = target(dimension);
        if self.measure.exponents != target.exponents {
            return Err(self.mismatch(dimension));
        }
        let value = scaled(&self.number, self.measure.decade - target.decade) * self.measure.factor;
        Ok(if self.measure.celsius { value + ZERO_CELSIUS } else { value })
    }

    /// What it measures, if that has a name here.
    pub(crate) fn dimension(&self) -> Option<Dimension> {
        Dimension::of_exponents(self.measure.exponents)
    }

    fn mismatch(&self, expected: Dimension) -> UnitError {
        let (number, unit) = (self.number.clone(), self.unit.clone());
        if unit.is_empty() {
            return UnitError::MissingUnit { number, expected };
        }
        let per_area = std::array::from_fn(|i| target(expected).exponents[i] + if i == 0 { 2 } else { 0 });
        let found = match Dimension::ALL.iter().find(|d| target(**d).exponents == self.measure.exponents) {
            Some(d) => d.noun(),
            None if self.measure.exponents == per_area => "not per area",
            None => "something else",
        };
        UnitError::WrongDimension { unit, span: self.span.clone(), number, found: found.into(), expected }
    }
}

/// The exponents of the program's own unit.
pub(super) fn exponents(dimension: Dimension) -> Exponents {
    target(dimension).exponents
}

/// The program's own unit, read by the same grammar.
fn target(dimension: Dimension) -> Measure {
    measure(dimension.unit()).unwrap_or(PLAIN)
}

/// The longest start of `text` that reads as a number.
fn number_prefix(text: &str) -> &str {
    for word in ["inf", "+inf", "-inf", "nan"] {
        if text.starts_with(word) {
            return &text[..word.len()];
        }
    }
    let allowed = text.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c))).unwrap_or(text.len());
    (0..=allowed).rev().map(|end| &text[..end]).find(|s| s.parse::<f64>().is_ok()).unwrap_or("")
}

/// `number` * 10^`decade`, rounded once.
fn scaled(number: &str, decade: i32) -> f64 {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let exponent = exponent.parse::<i32>().unwrap_or(0).saturating_add(decade);
    format!("{mantissa}e{exponent}").parse().unwrap_or(f64::NAN)
}

/// Reads a unit; the error is the unknown symbol and where it stands.
fn measure(unit: &str) -> Result<Measure, (String, Range<usize>)> {
    if CELSIUS.contains(&unit) {
        return Ok(Measure { exponents: [0, 0, 0, 0, 1, 0], celsius: true, ..PLAIN });
    }
    let mut total = PLAIN;
    let mut sign = 1;
    let mut at = 0;
    while at < unit.len() {
        let c = unit[at..].chars().next().unwrap_or(' ');
        if c == '/' || c == '*' || c == '·' || c.is_whitespace() {
            if c == '/' {
                sign = -1;
            }
            at += c.len_utf8();
            continue;
        }
        let end =
            at + unit[at..].find(|c: char| "/*·".contains(c) || c.is_whitespace()).unwrap_or(unit.len() - at);
        let (symbol, power) = split_power(&unit[at..end]);
        let (found, prefix) =
            symbols::find(symbol).ok_or_else(|| (symbol.to_string(), at..at + symbol.len()))?;
        let power = sign * power;
        for (t, e) in total.exponents.iter_mut().zip(found.exponents) {
            *t = t.saturating_add(e.saturating_mul(power));
        }
        total.decade += (found.decade + prefix) * power as i32;
        total.factor *= found.factor.powi(power as i32);
        (sign, at) = (1, end);
    }
    Ok(total)
}

/// Splits `cm2`, `cm^2`, `cm²`, `cm-2` into symbol and power.
fn split_power(factor: &str) -> (&str, i8) {
    const RAISED: &[char] = &['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let symbol =
        factor.trim_end_matches(|c: char| c.is_ascii_digit() || c == '⁻' || c == '-' || RAISED.contains(&c));
    let power: String = factor[symbol.len()..]
        .chars()
        .map(|c| match RAISED.iter().position(|r| *r == c) {
            Some(digit) => char::from(b'0' + digit as u8),
            None if c == '⁻' => '-',
            None => c,
        })
        .collect();
    match power.parse() {
        Ok(power) if !symbol.is_empty() => (symbol.strip_suffix('^').unwrap_or(symbol), power),
        _ => (factor, 1),
    }
}
