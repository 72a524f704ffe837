//! The coordinates of the search: logarithms of what must stay positive, voltage in units of 25 mV, gates as they are.
//!
//! Equilibrium potentials are straight lines in these, and no step can make a concentration negative.

use crate::membrane::Membrane;
use crate::units::Dimension;
use vrest_ode::VectorField;

/// About RT/F: the voltage that counts as much as a factor e of a concentration, mV.
const VOLTAGE: f64 = 25.0;

/// How each state is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    Logarithm,
    Linear(f64),
}

/// Measures states. See the [module](self).
#[derive(Debug, Clone)]
pub(super) struct Coordinates {
    scales: Vec<Scale>,
}

impl Coordinates {
    pub fn of(membrane: &Membrane) -> Self {
        let positive = membrane.positive_states();
        let scale = |(i, s): (usize, &crate::membrane::StateInfo)| match s.dimension {
            _ if positive.contains(&i) => Scale::Logarithm,
            Dimension::Voltage => Scale::Linear(VOLTAGE),
            _ => Scale::Linear(1.0),
        };
        Coordinates { scales: membrane.states().iter().enumerate().map(scale).collect() }
    }

    /// Whether state `i` is measured by its logarithm.
    pub fn is_logarithm(&self, i: usize) -> bool {
        self.scales[i] == Scale::Logarithm
    }

    /// From states to coordinates.
    pub fn measure(&self, y: &[f64]) -> Vec<f64> {
        let each = self.scales.iter().zip(y);
        each.map(|(s, &y)| if let Scale::Linear(unit) = s { y / unit } else { y.ln() }).collect()
    }

    /// From coordinates to states.
    pub fn state(&self, u: &[f64]) -> Vec<f64> {
        let each = self.scales.iter().zip(u);
        each.map(|(s, &u)| if let Scale::Linear(unit) = s { u * unit } else { u.exp() }).collect()
    }

    /// dy/du of each state at `y`.
    pub fn slopes(&self, y: &[f64]) -> Vec<f64> {
        let each = self.scales.iter().zip(y);
        each.map(|(s, &y)| if let Scale::Linear(unit) = s { *unit } else { y }).collect()
    }
}

/// The largest difference between two places.
pub(super) fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// A number in 0..1 that depends on `index` alone: no two runs differ.
pub(super) fn uniform(index: u64) -> f64 {
    // SplitMix64 (Steele, Lea & Flood 2014).
    let mut x = index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}
