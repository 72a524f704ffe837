//! Rest: where it is, how sure that is, and what holds it there.
//!
//! Concentrations are taken as the parameters say and gates at their steady state; a cell whose ions are not in
//! balance drifts from there, and the report says how fast ([`IonAtRest::drift`]).

mod estimates;
mod report;
mod roots;
mod stability;

pub use report::{CurrentAtRest, GateAtRest, IonAtRest, PumpAtRest, RestReport, rest};
pub use roots::{Certificate, RANGE, Root};

use crate::membrane::Membrane;
use roots::SteadyCurrent;
use thiserror::Error;

/// From here a cell goes to the rest that is called its resting potential, where there are several, mV.
pub const USUAL_START: f64 = -70.0;

/// Why there is no resting potential.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RestError {
    /// A current is not a number.
    #[error("the current of `{mechanism}` is not a finite number at {v} mV")]
    NotFinite {
        /// The mechanism.
        mechanism: String,
        /// mV.
        v: f64,
    },
    /// The net current keeps its sign over the whole range.
    #[error("no resting potential between {} and {} mV: the net current goes from {low:.4} to {high:.4} uA/cm2 without vanishing", RANGE.0, RANGE.1)]
    NoRest {
        /// Net current at the lower end, uA/cm2.
        low: f64,
        /// At the upper end.
        high: f64,
    },
}

impl RestError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            RestError::NoRest { .. } => {
                "a passive leak, such as `kind = \"leak\"` of K, gives the cell a rest"
            }
            RestError::NotFinite { .. } => "check the parameters for values far outside their range",
        }
    }
}

/// The resting potential alone, mV: of several rests the one that a cell released at [`USUAL_START`] goes to.
///
/// # Errors
/// Where the net current vanishes nowhere between the ends of [`RANGE`].
pub fn resting_potential(membrane: &Membrane, p: &[f64]) -> Result<f64, RestError> {
    let current = SteadyCurrent::new(membrane, p);
    if let Some(v) = current.straight_line_root() {
        return Ok(v);
    }
    current.check_finite()?;
    let (roots, _) = current.roots();
    chosen(&current, &roots).map(|i| roots[i].v)
}

/// Every rest at the concentrations of the parameters, from hyperpolarised to depolarised: none is an answer too.
///
/// # Errors
/// Where a current is not finite.
pub fn all_rests(membrane: &Membrane, p: &[f64]) -> Result<Vec<Root>, RestError> {
    let current = SteadyCurrent::new(membrane, p);
    current.check_finite()?;
    Ok(current.roots().0)
}

/// The rest nearest to `v`, mV.
pub(crate) fn nearest_rest(membrane: &Membrane, p: &[f64], v: f64) -> Result<f64, RestError> {
    let current = SteadyCurrent::new(membrane, p);
    current.check_finite()?;
    let (roots, _) = current.roots();
    let nearest = roots.iter().min_by(|a, b| (a.v - v).abs().total_cmp(&(b.v - v).abs()));
    let no_rest = RestError::NoRest { low: current.at(RANGE.0), high: current.at(RANGE.1) };
    nearest.map(|root| root.v).ok_or(no_rest)
}

/// The rest that the flow from [`USUAL_START`] leads to: downwards if the net current there is outward.
fn chosen(current: &SteadyCurrent<'_>, roots: &[Root]) -> Result<usize, RestError> {
    let no_rest = RestError::NoRest { low: current.at(RANGE.0), high: current.at(RANGE.1) };
    let outward = current.at(USUAL_START) > 0.0;
    let below = roots.iter().rposition(|r| r.v < USUAL_START);
    let above = roots.iter().position(|r| r.v >= USUAL_START);
    // With no rest that way the voltage would run out of the range; the other neighbour is then the only one.
    if outward { below.or(above) } else { above.or(below) }.ok_or(no_rest)
}
