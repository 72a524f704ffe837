//! Formulas that a user writes in a cell file: rates, steady states and time constants of a channel.
//!
//! A formula is parsed once into a tree, made safe at removable singularities and turned into a flat stack
//! program that runs over
//! any [`vrest_ode::Real`]: plain numbers, lanes and exact derivatives, like the built-in mechanisms.
//!
//! ```
//! use vrest_membrane::expression::Expression;
//!
//! // The opening rate of the sodium gate of Hodgkin and Huxley, as the paper prints it.
//! let alpha_m = Expression::parse("0.1*(V+40)/(1-exp(-(V+40)/10))", &["V"]).unwrap();
//! assert_eq!(alpha_m.eval(&[-40.0]), 1.0); // not 0/0
//! ```
//!
//! Grammar, loosest first: `if(a < b, x, y)`; `+ -`; `* /`; unary `-`; `^` (right to left). Functions:
//! `exp expm1 ln log10 sqrt tanh abs min max bernoulli logistic`, where `bernoulli(x)` = x/(e^x - 1) and
//! `logistic(x)` = 1/(1 + e^-x).

mod measure;
mod parse;
mod program;
mod singularity;
mod tree;

pub use measure::Measure;
pub use parse::{Variable, functions};

use crate::nearest::nearest;
use crate::units::Dimension;
use std::ops::Range;
use vrest_ode::Real;

/// A formula ready to be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    source: String,
    program: program::Program,
}

/// What is wrong with a formula, and where in its text.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExpressionError {
    /// A character or a word that cannot stand there.
    #[error("unexpected {found}, expected {expected}")]
    Unexpected {
        /// What stands there, in backticks where it is text.
        found: String,
        /// What could stand there.
        expected: &'static str,
        /// Byte range in the formula.
        span: Range<usize>,
    },
    /// A name that is neither a variable nor a function.
    #[error("unknown name `{name}`")]
    UnknownName {
        /// The name.
        name: String,
        /// The names that are known here.
        known: Vec<String>,
        /// Byte range in the formula.
        span: Range<usize>,
    },
    /// A function called with too few or too many arguments.
    #[error("`{name}` takes {takes} argument(s), not {given}")]
    Arguments {
        /// The function.
        name: &'static str,
        /// How many it takes.
        takes: usize,
        /// How many were written.
        given: usize,
        /// Byte range in the formula.
        span: Range<usize>,
    },
    /// Quantities that do not fit together.
    #[error("{message}")]
    Mismatch {
        /// Which.
        message: String,
        /// What to do.
        hint: &'static str,
        /// Byte range in the formula.
        span: Range<usize>,
    },
    /// Nested more deeply than the evaluation stack.
    #[error("the formula is nested more than {limit} levels deep")]
    TooDeep {
        /// The limit.
        limit: usize,
        /// Byte range in the formula.
        span: Range<usize>,
    },
}

impl ExpressionError {
    /// Where in the formula's text the problem stands.
    pub fn span(&self) -> Range<usize> {
        match self {
            Self::Unexpected { span, .. }
            | Self::UnknownName { span, .. }
            | Self::Arguments { span, .. }
            | Self::Mismatch { span, .. }
            | Self::TooDeep { span, .. } => span.clone(),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownName { name, known, .. } => {
                Some(match nearest(name, known.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        format!(
                            "known: {}",
                            known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ")
                        )
                    }
                })
            }
            Self::Mismatch { hint, .. } => Some((*hint).to_string()),
            Self::TooDeep { .. } => Some("split it: a gate of its own, or a named constant".into()),
            Self::Unexpected { .. } | Self::Arguments { .. } => None,
        }
    }
}

impl Expression {
    /// Parses `source`, in which `variables` may appear; their order is that of the values in
    /// [`eval`](Self::eval).
    ///
    /// Removable singularities of the form x/(e^x - 1) are replaced by the Bernoulli function, so that the
    /// printed forms of rate functions are finite and differentiable everywhere.
    ///
    /// # Errors
    /// The first problem found, with its place.
    pub fn parse(source: &str, variables: &[&str]) -> Result<Self, ExpressionError> {
        let free = |name| Variable { name, measure: Measure::Free };
        Self::measuring(source, &variables.iter().copied().map(free).collect::<Vec<_>>(), &[])
    }

    /// Parses `source` as [`parse`](Self::parse) does, and checks that it measures one of `wanted` (anything where
    /// none is given).
    ///
    /// # Errors
    /// The first problem found, with its place.
    pub fn measuring(
        source: &str,
        variables: &[Variable<'_>],
        wanted: &[Dimension],
    ) -> Result<Self, ExpressionError> {
        let whole = parse::parse(source, variables)?;
        measure::result(&whole, wanted)?;
        let tree = singularity::remove(whole.tree);
        Ok(Expression { source: source.to_owned(), program: program::Program::compile(&tree, source.len())? })
    }

    /// The formula as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether variable number `index` appears in it.
    pub fn uses(&self, index: usize) -> bool {
        self.program.uses(index)
    }

    /// Its value where variable number `i` is `variables[i]`.
    #[inline(always)]
    pub fn eval<R: Real>(&self, variables: &[R]) -> R {
        self.eval_with(|i| variables[i])
    }

    /// Its value where variable number `i` is `variable(i)`.
    #[inline(always)]
    pub fn eval_with<R: Real>(&self, variable: impl Fn(usize) -> R) -> R {
        self.program.eval(variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use vrest_ode::{Dual, Lanes};

    fn value(source: &str, v: f64) -> f64 {
        Expression::parse(source, &["V"]).unwrap().eval(&[v])
    }

    #[test]
    fn arithmetic_follows_the_usual_precedence() {
        assert_eq!(value("1 + 2*3", 0.0), 7.0);
        assert_eq!(value("2*3^2", 0.0), 18.0);
        assert_eq!(value("-3^2", 0.0), -9.0);
        assert_eq!(value("2^3^2", 0.0), 512.0);
        assert_eq!(value("2^-1", 0.0), 0.5);
        assert_eq!(value("8/4/2", 0.0), 1.0);
        assert_eq!(value("10 - 4 - 3", 0.0), 3.0);
        assert_eq!(value("1.5e-3*V", 2.0), 3e-3);
        assert_eq!(value("if(V < -80, 1, 2)", -81.0), 1.0);
        for (form, below, at, above) in
            [("<", 1.0, 2.0, 2.0), ("<=", 1.0, 1.0, 2.0), (">", 2.0, 2.0, 1.0), (">=", 2.0, 1.0, 1.0)]
        {
            let f = format!("if(V {form} -80, 1, 2)");
            assert_eq!([value(&f, -81.0), value(&f, -80.0), value(&f, -79.0)], [below, at, above], "{form}");
        }
        assert_eq!(value("max(min(V, 3), -3)", -7.0), -3.0);
        assert!((value("V^1.5", 4.0) - 8.0).abs() < 1e-14);
        assert_eq!(value("(V+70)^3", -72.0), -8.0);
    }

    #[test]
    fn problems_are_placed() {
        let err = |s: &str| Expression::parse(s, &["V", "K_o"]).unwrap_err();
        assert_eq!(err("1 + ").span(), 4..4);
        assert_eq!(err("1 + * 2").span(), 4..5);
        assert_eq!(err("exp(V").span(), 5..5);
        assert_eq!(err("exp(V, 2)").span(), 0..9);
        assert_eq!(err("2 $ 3").span(), 2..3);
        assert_eq!(err("K_out + 1").span(), 0..5);
        assert_eq!(err("1 2").span(), 2..3);
        assert!(matches!(err("V < 3"), ExpressionError::Unexpected { .. }));
        assert!(matches!(err(&"(".repeat(100_000)), ExpressionError::TooDeep { .. }));
        assert!(matches!(err(&"-".repeat(100_000)), ExpressionError::TooDeep { .. }));
        let tower = "1+(".repeat(60) + "V" + &")".repeat(60);
        assert!(matches!(err(&tower), ExpressionError::TooDeep { .. }));
    }

    /// V49: the printed forms have removable singularities at -40 and -55 mV.
    #[test]
    fn printed_rate_functions_are_smooth_at_their_singularities() {
        for (form, at, limit) in [
            ("0.1*(V+40)/(1-exp(-(V+40)/10))", -40.0, 1.0),
            ("0.01*(V+55)/(1-exp(-(V+55)/10))", -55.0, 0.1),
            ("0.01*(10-(V+65))/(exp((10-(V+65))/10)-1)", -55.0, 0.1),
            ("0.055*(-27-V)/(exp((-27-V)/3.8)-1)", -27.0, 0.055 * 3.8),
            ("(0.182*(V+38))/(1-(exp(-(V+38)/6)))", -38.0, 0.182 * 6.0),
            ("-0.182*(V+38)/expm1(-(V+38)/6)*2", -38.0, 0.364 * 6.0),
        ] {
            let f = Expression::parse(form, &["V"]).unwrap();
            assert!((f.eval(&[at]) - limit).abs() < 1e-14, "{form}: {}", f.eval(&[at]));
            for d in [1e-13, 1e-9, 1e-6, 1e-4] {
                let (a, b) = (f.eval(&[at - d]), f.eval(&[at + d]));
                assert!((a + b - 2.0 * limit).abs() < 1e-9, "{form} at {at} +- {d}");
            }
            let slope = f.eval(&[Dual::<f64, 1>::variable(at, 0)]).eps[0];
            let difference = (f.eval(&[at + 1e-4]) - f.eval(&[at - 1e-4])) / 2e-4;
            assert!((slope - difference).abs() < 1e-8, "{form}: {slope} {difference}");
        }
        // Not a removable singularity: the numerator vanishes elsewhere, and the pole stays.
        assert!(value("0.1*(V+41)/(1-exp(-(V+40)/10))", -40.0).is_infinite());
    }

    #[test]
    fn singularities_with_named_constants_are_removed_too() {
        for form in [
            "a*(V - v0)/(1 - exp(-(V - v0)/k))",
            "a*(v0 - V)/(exp((v0 - V)/k) - 1)",
            "(V - v0)*a/(1 - exp((v0 - V)/k))",
            "a*k*((V - v0)/k)/(-expm1(-(V - v0)/k))",
        ] {
            let f = Expression::parse(form, &["V", "a", "v0", "k"]).unwrap();
            assert!((f.eval(&[-40.0, 0.1, -40.0, 10.0]) - 1.0).abs() < 1e-14, "{form}");
            let (a, b) = (f.eval(&[-39.0, 0.1, -40.0, 10.0]), 0.1 / (1.0 - (-0.1f64).exp()));
            assert!((a - b).abs() < 1e-14, "{form}: {a} {b}");
        }
    }

    #[test]
    fn units_that_do_not_fit_are_placed() {
        let known = [
            ("V", Dimension::Voltage),
            ("K.outside", Dimension::Concentration),
            ("k", Dimension::Dimensionless),
        ];
        let variables = known.map(|(name, d)| Variable { name, measure: d.into() });
        let err = |s: &str| {
            Expression::measuring(s, &variables, &[Dimension::Rate]).map_err(|e| (e.span(), e.to_string()))
        };
        assert!(err("0.1*(V+40)/(1-exp(-(V+40)/10))").is_ok());
        assert!(err("1/(1+(K.outside/3)^2.5)").is_ok());
        let told = |s: &str| err(s).unwrap_err();
        assert_eq!(
            told("2*(V + K.outside)"),
            (3..16, "`+` stands between a voltage and a concentration".into())
        );
        assert_eq!(told("4*exp(V)"), (6..7, "`exp` of a voltage, and it takes a plain number".into()));
        assert_eq!(told("3*exp(V/k)"), (6..9, "`exp` of a voltage, and it takes a plain number".into()));
        assert_eq!(told("V - k"), (0..5, "`-` stands between a voltage and a plain number".into()));
        assert_eq!(told("V"), (0..1, "the formula gives a voltage, and a rate in 1/ms is needed".into()));
    }

    #[test]
    fn a_power_of_a_negative_base_has_a_derivative() {
        let f = Expression::parse("(V+70)^3", &["V"]).unwrap();
        let d = f.eval(&[Dual::<f64, 1>::variable(-72.0, 0)]);
        assert_eq!((d.re, d.eps[0]), (-8.0, 12.0));
    }

    proptest! {
        #[test]
        fn no_text_panics(s in "[-+*/^()<>,.0-9a-zA-Z_ ]{0,60}") {
            let _ = Expression::parse(&s, &["V"]);
        }

        #[test]
        fn lanes_and_scalars_agree(v in -150.0..100.0f64) {
            let f = Expression::parse("4*exp(-(V+65)/18) + tanh(V/50)*logistic((V+35)/10) + ln(V^2+1) - sqrt(abs(V))", &["V"]).unwrap();
            let want = f.eval(&[v]);
            let lanes: Lanes = Lanes::from_fn(|l| [v, 0.0, v, -v][l % 4]);
            let got = f.eval(&[lanes]).to_array();
            prop_assert!((got[0] - want).abs() <= 1e-13 * (1.0 + want.abs()));
            prop_assert_eq!(got[0], got[2]);
        }
    }
}
