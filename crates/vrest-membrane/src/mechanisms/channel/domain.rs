//! What formulas do over all voltages: no division by zero, no negative rate, no time constant of zero.
//!
//! Two looks: enclosures over ever smaller ranges of voltage, which no pole escapes however narrow, and values on a
//! grid. Both at the constants, concentrations and temperature of the file; what a protocol does to those later is
//! seen when it happens.

use super::Meaning;
use super::read::{Check, Known, Rule};
use crate::problem::Fault;
use crate::reader::Section;
use crate::rest::RANGE;
use vrest_ode::{Interval, Real};

/// Voltages between the points of the grid, mV.
const GRID: f64 = 0.5;
/// A pole is looked for in ranges down to this width, mV.
const NARROWEST: f64 = 1e-6;
/// Rounding may carry a steady state past its bounds by this much.
const SLACK: f64 = 1e-9;

/// Reports the first trouble of each formula.
pub(super) fn check(section: &Section<'_>, known: &[Known], checks: &[Check]) {
    for c in checks {
        // A number that is still to be solved, or was unreadable.
        let open =
            |(i, k): (usize, &Known)| k.meaning != Meaning::Voltage && k.value.is_nan() && c.formula.uses(i);
        if known.iter().enumerate().any(open) {
            continue;
        }
        if let Some((message, hint)) = trouble(c, known) {
            section.error(c.span.clone(), Fault::Inconsistent { message, hint });
        }
    }
}

fn trouble(c: &Check, known: &[Known]) -> Option<(String, Option<String>)> {
    let path = &c.path;
    if let Some(v) = pole(c, known) {
        let message = format!("`{path}` divides by zero at V = {} mV", rounded(v));
        let hint = "if the numerator vanishes there too, write x/(exp(x) - 1) as `bernoulli(x)`".into();
        return Some((message, Some(hint)));
    }
    let steps = ((RANGE.1 - RANGE.0) / GRID) as usize;
    // From a usual voltage outwards, so that the message names one that a cell may reach.
    let mut voltages: Vec<f64> = (0..=steps).map(|i| RANGE.0 + GRID * i as f64).collect();
    voltages.sort_by(|a, b| (a + 50.0).abs().total_cmp(&(b + 50.0).abs()));
    for v in voltages {
        let x = value(c, known, v);
        let (wrong, must) = match c.rule {
            _ if !x.is_finite() => (true, "must be a finite number from -200 to 200 mV"),
            Rule::NotNegative => (x < 0.0, "must not be negative"),
            Rule::Positive => (x <= 0.0, "must be above 0"),
            Rule::Fraction => (!(-SLACK..=1.0 + SLACK).contains(&x), "must lie between 0 and 1"),
        };
        if wrong {
            return Some((format!("`{path}` is {} at V = {v} mV, and {must}", rounded(x)), None));
        }
    }
    None
}

fn value<R: Real>(c: &Check, known: &[Known], v: R) -> R {
    let variables: Vec<R> =
        known.iter().map(|k| if k.meaning == Meaning::Voltage { v } else { R::from_f64(k.value) }).collect();
    c.formula.eval(&variables)
}

/// A voltage at which the formula has no bound.
fn pole(c: &Check, known: &[Known]) -> Option<f64> {
    let mut open = vec![Interval::new(RANGE.0, RANGE.1)];
    while let Some(range) = open.pop() {
        let y = value(c, known, range);
        if y.lo.is_finite() && y.hi.is_finite() {
            continue;
        }
        let middle = range.middle();
        if range.width() > NARROWEST {
            open.push(Interval::new(middle, range.hi));
            open.push(Interval::new(range.lo, middle));
            continue;
        }
        // Values that are no numbers on both sides are no pole but an overflow or a logarithm of a negative number,
        // which the grid names.
        return [range.lo, range.hi].iter().any(|&v| value(c, known, v).is_finite()).then_some(middle);
    }
    None
}

/// A number for a message.
fn rounded(x: f64) -> f64 {
    if !x.is_finite() || x == 0.0 {
        return x;
    }
    let scale = 10f64.powi(4 - x.abs().log10().floor() as i32);
    if scale.is_finite() && scale > 0.0 { (x * scale).round() / scale } else { x }
}
