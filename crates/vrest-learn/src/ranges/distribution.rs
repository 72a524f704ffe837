//! Distributions by their quantile functions: what turns an even number in (0, 1) into a value.

use statrs::distribution::{ContinuousCDF, Normal};
use vrest_membrane::mechanism::ParamSpec;

/// Where a value is drawn from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Distribution {
    /// Evenly between two values.
    Uniform {
        /// Low end.
        low: f64,
        /// High end.
        high: f64,
    },
    /// Evenly in the logarithm between two positive values.
    LogUniform {
        /// Low end.
        low: f64,
        /// High end.
        high: f64,
    },
    /// Gaussian, cut off where the parameter cannot go.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
        /// Nothing below.
        low: f64,
        /// Nothing above.
        high: f64,
    },
    /// Always the same.
    Fixed(f64),
}

impl Distribution {
    /// The value below which the fraction `u` (strictly between 0 and 1) lies.
    pub fn quantile(&self, u: f64) -> f64 {
        match *self {
            Distribution::Uniform { low, high } => low + u * (high - low),
            Distribution::LogUniform { low, high } => {
                (low.ln() + u * (high / low).ln()).exp().clamp(low, high)
            }
            Distribution::Normal { mean, sd, low, high } => match Normal::new(mean, sd) {
                // The fraction u of what is left between the cuts.
                Ok(n) => {
                    let (a, b) = (n.cdf(low), n.cdf(high));
                    n.inverse_cdf(a + u * (b - a)).clamp(low, high)
                }
                // A standard deviation of zero.
                Err(_) => mean,
            },
            Distribution::Fixed(value) => value,
        }
    }

    /// Wider by `fraction` of the width on both sides (of the standard deviation for a Gaussian), within what
    /// `spec` allows: an end that would leave it stays where it is.
    pub(super) fn widened(self, fraction: f64, spec: &ParamSpec) -> Distribution {
        let keep = |new: f64, old: f64| if spec.allows(new) { new } else { old };
        match self {
            Distribution::Uniform { low, high } => {
                let by = fraction * (high - low);
                Distribution::Uniform { low: keep(low - by, low), high: keep(high + by, high) }
            }
            Distribution::LogUniform { low, high } => {
                let by = (high / low).powf(fraction);
                Distribution::LogUniform { low: keep(low / by, low), high: keep(high * by, high) }
            }
            Distribution::Normal { mean, sd, low, high } => {
                Distribution::Normal { mean, sd: sd * (1.0 + fraction), low, high }
            }
            fixed => fixed,
        }
    }

    /// Whether all values are the same.
    pub fn is_fixed(&self) -> bool {
        matches!(self, Distribution::Fixed(_))
    }
}
