//! Free parameters and the scale on which they are sought: a positive number by its logarithm, a bounded one by
//! its logit, others as they are.

use vrest_membrane::mechanism::ParamSpec;

/// How a parameter is seen by the optimiser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Transform {
    /// As it is, in units of `scale`.
    Linear {
        /// A change that matters.
        scale: f64,
    },
    /// Its logarithm: positive.
    Log,
    /// ln((x - low)/(high - x)): between two bounds.
    Logit {
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// A number that the data drove to an end of what it may be, where logarithm and logit have no slope: in units
    /// of `scale`, between its ends.
    Clipped {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
        /// A change that matters.
        scale: f64,
    },
}

impl Transform {
    /// The scale that a parameter's own bounds ask for.
    pub fn of(spec: &ParamSpec) -> Transform {
        match (spec.min, spec.max) {
            (low, high) if low.is_finite() && high.is_finite() => Transform::Logit { low, high },
            (0.0, _) => Transform::Log,
            _ => Transform::Linear { scale: 10.0 },
        }
    }
    /// The optimiser's number for `x`.
    pub fn inward(self, x: f64) -> f64 {
        match self {
            Transform::Linear { scale } | Transform::Clipped { scale, .. } => x / scale,
            Transform::Log => x.ln(),
            Transform::Logit { low, high } => ((x - low) / (high - x)).ln(),
        }
    }
    /// The parameter for the optimiser's number.
    pub fn outward(self, theta: f64) -> f64 {
        match self {
            Transform::Linear { scale } => theta * scale,
            Transform::Clipped { low, high, scale } => (theta * scale).clamp(low, high),
            // Beyond e^60 no conductance means anything, and nothing may overflow.
            Transform::Log => theta.clamp(-60.0, 60.0).exp(),
            Transform::Logit { low, high } => low + (high - low) / (1.0 + (-theta).exp()),
        }
    }
    /// dx/dtheta at `x`.
    pub fn slope(self, x: f64) -> f64 {
        match self {
            Transform::Linear { scale } | Transform::Clipped { scale, .. } => scale,
            Transform::Log => x,
            Transform::Logit { low, high } => (x - low) * (high - x) / (high - low),
        }
    }
}

/// A parameter that is sought.
#[derive(Debug, Clone, PartialEq)]
pub struct Free {
    /// Its path.
    pub path: String,
    /// Its unit.
    pub unit: String,
    /// Its place in the model's parameter vector.
    pub index: usize,
    /// How the optimiser sees it.
    pub transform: Transform,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scale_goes_back_and_forth_with_its_slope() {
        for (t, x) in [
            (Transform::Linear { scale: 10.0 }, -63.0),
            (Transform::Log, 0.02),
            (Transform::Logit { low: -90.0, high: -50.0 }, -61.0),
        ] {
            let theta = t.inward(x);
            assert!((t.outward(theta) - x).abs() < 1e-12);
            let h = 1e-6;
            let slope = (t.outward(theta + h) - t.outward(theta - h)) / (2.0 * h);
            assert!((slope / t.slope(x) - 1.0).abs() < 1e-8, "{t:?}");
        }
    }
}
