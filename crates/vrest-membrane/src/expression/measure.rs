//! What the parts of a formula measure, so that a voltage is not added to a concentration.
//!
//! Plain numbers in printed formulas carry units that nobody writes: the 40 of `V + 40` is a voltage, the 0.1 of
//! `0.1*(V + 40)` is a rate per voltage. A number therefore measures anything ([`Measure::Free`]), and so does what
//! is made of it by multiplication. Variables and named constants measure what they are said to.

use super::ExpressionError;
use super::parse::Part;
use crate::units::Dimension;
use std::ops::Range;

/// What a part of a formula measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Anything: a plain number took part.
    Free,
    /// Exponents of metre, kilogram, second, ampere, kelvin and mole.
    Of([i8; 6]),
}

const PLAIN: Measure = Measure::Of([0; 6]);

impl From<Dimension> for Measure {
    fn from(dimension: Dimension) -> Self {
        Measure::Of(dimension.exponents())
    }
}

impl Measure {
    /// In words, with an article.
    fn noun(self) -> &'static str {
        match self {
            Measure::Free => "anything",
            Measure::Of(e) => Dimension::of_exponents(e).map_or("of an unusual unit", Dimension::noun),
        }
    }

    fn combine(self, other: Measure, sign: i8) -> Measure {
        match (self, other) {
            (Measure::Of(a), Measure::Of(b)) => {
                Measure::Of(std::array::from_fn(|i| a[i].saturating_add(b[i].saturating_mul(sign))))
            }
            _ => Measure::Free,
        }
    }

    pub(super) fn times(self, other: Measure) -> Measure {
        self.combine(other, 1)
    }

    pub(super) fn over(self, other: Measure) -> Measure {
        self.combine(other, -1)
    }

    /// This to a constant power, as far as it has a unit of whole exponents.
    fn to_the(self, power: f64) -> Measure {
        match self {
            PLAIN => PLAIN,
            Measure::Of(e) if power.fract() == 0.0 && power.abs() <= 8.0 => {
                Measure::Of(e.map(|x| x.saturating_mul(power as i8)))
            }
            _ => Measure::Free,
        }
    }
}

/// What `left operator right` measures where both sides must measure the same.
pub(super) fn same(operator: &str, left: &Part, right: &Part) -> Result<Measure, ExpressionError> {
    match (left.measure, right.measure) {
        (Measure::Free, other) | (other, Measure::Free) => Ok(other),
        (a, b) if a == b => Ok(a),
        (a, b) => {
            let hint = if a == PLAIN || b == PLAIN {
                "give a named constant its unit, as in `v_half = \"-40 mV\"`"
            } else {
                "divide each by a scale in its own unit"
            };
            Err(mismatch(
                format!("`{operator}` stands between {} and {}", a.noun(), b.noun()),
                hint,
                left.span.start..right.span.end,
            ))
        }
    }
}

/// That the argument of `function` is a plain number; its value then is one too.
pub(super) fn plain(function: &str, argument: &Part) -> Result<Measure, ExpressionError> {
    match argument.measure {
        Measure::Free | PLAIN => Ok(PLAIN),
        other => Err(mismatch(
            format!("`{function}` of {}, and it takes a plain number", other.noun()),
            "divide by a number or a constant of the same unit, as in `exp(V/10)`",
            argument.span.clone(),
        )),
    }
}

/// What `base^exponent` measures.
pub(super) fn power(base: &Part, exponent: &Part) -> Result<Measure, ExpressionError> {
    plain("^", exponent)?;
    match exponent.tree.constant() {
        Some(power) => Ok(base.measure.to_the(power)),
        None => plain("^", base),
    }
}

/// That the whole formula measures one of `wanted`.
pub(super) fn result(whole: &Part, wanted: &[Dimension]) -> Result<(), ExpressionError> {
    let fits = |d: &Dimension| whole.measure == Measure::from(*d);
    if whole.measure == Measure::Free || wanted.is_empty() || wanted.iter().any(fits) {
        return Ok(());
    }
    let unit = match wanted[0].unit() {
        "" => String::new(),
        unit => format!(" in {unit}"),
    };
    Err(mismatch(
        format!("the formula gives {}, and {}{unit} is needed", whole.measure.noun(), wanted[0].noun()),
        "check the units of the constants in it",
        whole.span.clone(),
    ))
}

fn mismatch(message: String, hint: &'static str, span: Range<usize>) -> ExpressionError {
    ExpressionError::Mismatch { message, hint, span }
}
