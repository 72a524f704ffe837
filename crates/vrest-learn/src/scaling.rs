//! From a dataset's units to numbers of order one, and back.
//!
//! Parameters are standardised, some after a logarithm; columns that do not vary are left out. Voltage,
//! stimulus and time have one scale each. A model stores its scaling, so that it can be used on new values.

use serde::{Deserialize, Serialize};
use vrest_ode::Real;

/// What a parameter's column becomes before it is standardised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// The value itself.
    Linear,
    /// Its natural logarithm: ratios matter (concentrations do, through the Nernst equation).
    Log,
    /// Nothing: it did not vary in the training data.
    Constant,
}

/// How one parameter becomes an input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its unit, empty where unknown.
    pub unit: String,
    /// What is done before it is standardised.
    pub encoding: Encoding,
    /// Mean of the encoded training values.
    pub mean: f64,
    /// Their standard deviation.
    pub deviation: f64,
    /// Smallest training value, in the parameter's unit.
    pub low: f64,
    /// Largest training value, in the parameter's unit.
    pub high: f64,
}

/// Inputs may leave the range of training by this many of its widths on either side; there they stop.
const BEYOND: f64 = 1.0;

impl Column {
    /// The column of these training values under `encoding`; constant columns become
    /// [`Encoding::Constant`].
    pub fn of(name: &str, unit: &str, values: &[f64], encoding: Encoding) -> Column {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Equal up to rounding of the file they came from.
        let constant = high - low <= 1e-9 * high.abs().max(low.abs());
        let encoding = if constant { Encoding::Constant } else { encoding };
        let code = |v: f64| if encoding == Encoding::Log { v.ln() } else { v };
        let n = values.len() as f64;
        let mean = values.iter().map(|&v| code(v)).sum::<f64>() / n;
        let variance = values.iter().map(|&v| (code(v) - mean).powi(2)).sum::<f64>() / n;
        let deviation = if constant { 1.0 } else { variance.sqrt() };
        Column { name: name.into(), unit: unit.into(), encoding, mean, deviation, low, high }
    }

    /// Whether a logarithm may be taken of all training values and makes a difference.
    pub fn may_be_log(&self) -> bool {
        self.encoding != Encoding::Constant && self.low > 0.0 && self.high > 1.02 * self.low
    }

    /// Whether `value` lies outside the training range by more than a hair.
    pub fn is_outside(&self, value: f64) -> bool {
        let hair = 1e-9 * (self.high - self.low).max(self.high.abs());
        value < self.low - hair || value > self.high + hair
    }

    fn encoded<R: Real>(&self, value: R) -> R {
        let (code, low, high) = match self.encoding {
            Encoding::Log => {
                // Kept off zero so that the side of the clamp that is not taken has a finite derivative.
                let floor = R::from_f64(self.low * self.low / self.high);
                (value.max(floor).ln(), self.low.ln(), self.high.ln())
            }
            _ => (value, self.low, self.high),
        };
        let room = BEYOND * (high - low);
        let code = code.max(R::from_f64(low - room)).min(R::from_f64(high + room));
        (code - self.mean) / self.deviation
    }
}

/// The scaling of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
    /// Every parameter of the dataset, in its order.
    pub columns: Vec<Column>,
    /// Voltage of v = 0, mV.
    pub v_mean_mv: f64,
    /// Voltage per unit of v, mV.
    pub v_scale_mv: f64,
    /// Lowest voltage of the training data, mV.
    pub v_low_mv: f64,
    /// Highest voltage of the training data, mV.
    pub v_high_mv: f64,
    /// Current density per unit of u, uA/cm2; none if the dataset has no stimulus.
    pub u_scale: Option<f64>,
    /// Time per unit of the field's own time, ms.
    pub t_scale_ms: f64,
}

impl Scaling {
    /// Inputs that stay constant along a trajectory.
    pub fn n_fixed(&self) -> usize {
        self.columns.iter().filter(|c| c.encoding != Encoding::Constant).count()
    }

    /// Inputs that move along a trajectory: the voltage, and the stimulus where there is one.
    pub fn n_moving(&self) -> usize {
        1 + usize::from(self.u_scale.is_some())
    }

    /// Encodes one sample's parameters; constant columns are left out.
    pub fn encode<R: Real>(&self, params: &[R], z: &mut [R]) {
        let varying = self.columns.iter().zip(params).filter(|(c, _)| c.encoding != Encoding::Constant);
        for (z, (column, &value)) in z.iter_mut().zip(varying) {
            *z = column.encoded(value);
        }
    }

    /// Millivolts to v.
    pub fn v<R: Real>(&self, mv: R) -> R {
        (mv - self.v_mean_mv) / self.v_scale_mv
    }

    /// v to millivolts.
    pub fn mv<R: Real>(&self, v: R) -> R {
        v * self.v_scale_mv + self.v_mean_mv
    }

    /// Current density (uA/cm2) to u.
    pub fn u<R: Real>(&self, current: R) -> R {
        current / self.u_scale.unwrap_or(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vrest_ode::Dual;

    #[test]
    fn training_values_are_standardised_and_constants_left_out() {
        let values = [1.0, 10.0, 100.0];
        let column = Column::of("c", "mM", &values, Encoding::Log);
        let z: Vec<f64> = values.iter().map(|&v| column.encoded(v)).collect();
        assert!(z.iter().sum::<f64>().abs() < 1e-12);
        assert!((z.iter().map(|z| z * z).sum::<f64>() / 3.0 - 1.0).abs() < 1e-12);
        assert_eq!(Column::of("c", "", &[1.0, 1.0 + 1e-12], Encoding::Linear).encoding, Encoding::Constant);
        assert!(!column.is_outside(100.0) && column.is_outside(101.0));
    }

    #[test]
    fn values_beyond_all_reason_stay_finite_and_so_do_their_derivatives() {
        let column = Column::of("c", "mM", &[1.0, 10.0], Encoding::Log);
        for value in [-5.0, 0.0, 1e-300, 1e300] {
            let z = column.encoded(Dual::<f64, 1>::variable(value, 0));
            assert!(z.re.abs() < 6.0 && z.eps[0].is_finite(), "{value}: {z:?}");
        }
    }
}
