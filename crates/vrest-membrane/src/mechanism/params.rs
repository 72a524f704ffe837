//! The parameters of a mechanism: one list, from which names, order, defaults, bounds and docs all follow.

use crate::units::Dimension;
use std::borrow::Cow;

/// One parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamSpec {
    /// The key in the cell file and the last part of the path.
    pub name: Cow<'static, str>,
    /// What it measures; numbers are in [`Dimension::unit`].
    pub dimension: Dimension,
    /// A few words.
    pub doc: Cow<'static, str>,
    /// Used where the file gives none; without a default the file must give it.
    pub default: Option<f64>,
    /// Smallest allowed value.
    pub min: f64,
    /// Whether `min` itself is forbidden.
    pub above_min: bool,
    /// Largest allowed value.
    pub max: f64,
    /// Outside this range a value is allowed but remarked on.
    pub plausible: (f64, f64),
}

/// A parameter with no bounds and no default, for the chain of methods below.
pub fn param(name: &'static str, dimension: Dimension, doc: &'static str) -> ParamSpec {
    ParamSpec {
        name: name.into(),
        dimension,
        doc: doc.into(),
        default: None,
        min: f64::NEG_INFINITY,
        above_min: false,
        max: f64::INFINITY,
        plausible: (f64::NEG_INFINITY, f64::INFINITY),
    }
}

impl ParamSpec {
    /// Sets the default.
    pub fn default(mut self, value: f64) -> Self {
        self.default = Some(value);
        self
    }
    /// Forbids values below `min`.
    pub fn at_least(mut self, min: f64) -> Self {
        self.min = min;
        self
    }
    /// Forbids `min` and values below.
    pub fn above(mut self, min: f64) -> Self {
        (self.min, self.above_min) = (min, true);
        self
    }
    /// Forbids values above `max`.
    pub fn at_most(mut self, max: f64) -> Self {
        self.max = max;
        self
    }
    /// Remarks on values outside `low..=high`.
    pub fn plausible(mut self, low: f64, high: f64) -> Self {
        self.plausible = (low, high);
        self
    }
    /// Whether `value` is inside the hard bounds.
    pub fn allows(&self, value: f64) -> bool {
        value <= self.max && if self.above_min { value > self.min } else { value >= self.min }
    }
}

/// Declares the parameters of a mechanism once: an index constant for each, in order, followed by those of the
/// derived constants, and `parameters()` with their specifications.
macro_rules! parameters {
    ($($name:ident = $spec:expr;)* $([derived] $($derived:ident),+;)?) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "index constants in disguise")]
        enum Index { $($name,)* $($($derived,)+)? End }
        $(const $name: usize = Index::$name as usize;)*
        $($(const $derived: usize = Index::$derived as usize;)+)?
        fn parameters() -> Vec<$crate::mechanism::ParamSpec> {
            vec![$($spec),*]
        }
        const DERIVED: usize = Index::End as usize - [$(stringify!($name)),*].len();
    };
}
pub(crate) use parameters;
