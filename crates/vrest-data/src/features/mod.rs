//! What a current-clamp sweep says about a cell, with the uncertainty of each number.
//!
//! Pure functions over slices: [`steps`] finds what was injected, [`spikes`] keeps action potentials out,
//! [`exponential`] fits relaxations, [`passive`] puts them together into the numbers of an
//! electrophysiologist: V_rest, input resistance, time constants, capacitance, sag, noise. [`membrane_test`] does the
//! same for voltage clamp, [`summary`] speaks for a whole recording.
//!
//! Samples of a recording are not independent (amplifiers filter), so every standard error counts the
//! effective number of samples, [`noise::effective_samples`], and not the number of points.

pub mod exponential;
pub mod membrane_test;
pub mod noise;
pub mod passive;
pub mod spikes;
pub mod steps;
pub mod summary;

/// A number and its standard error (one sigma), in the unit of the number.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
}

impl Estimate {
    /// `value` +- `se`.
    pub fn new(value: f64, se: f64) -> Self {
        Estimate { value, se }
    }

    /// The quotient of two independent estimates, by first-order propagation of errors.
    pub fn over(self, divisor: Estimate) -> Estimate {
        let q = self.value / divisor.value;
        Estimate {
            value: q,
            se: ((self.se / divisor.value).powi(2) + (q * divisor.se / divisor.value).powi(2)).sqrt(),
        }
    }
}
