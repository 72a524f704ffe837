//! Fitting vector fields to recordings: trajectories, least squares with exact gradients, and how sure it all is.
//!
//! A [`Model`] is a [`Body`] (a membrane, something learned, or both) between an electrode and the
//! bath, and what stands between it and the observed trace: holding current, delay, bridge, offset. [`fit`] finds
//! its free parameters by Levenberg-Marquardt from several starts, [`report`] says how sure they are and what the
//! protocol cannot tell, [`profile`] checks that against the likelihood itself, [`design`] names protocols that
//! would tell it.
//!
//! Residuals of recordings are not independent, so every error counts the effective number of samples.

pub mod contest;
pub mod derived;
pub mod design;
mod field;
pub mod learned;
mod model;
pub mod profile;
pub mod report;
mod solver;
mod transform;

pub use field::{Body, Piece, pieces};
pub use learned::Learned;
pub use model::{Extra, Model, Samples, Trace};
pub use report::{Estimated, Fit, WeakDirection};
pub use solver::{Problem, Settings, fit};
pub use transform::{Free, Transform};

use vrest_ode::{NewtonError, SolveError};

/// Why a fit was not made.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// A path that the cell does not have.
    #[error("there is no number `{path}` to fit")]
    UnknownPath {
        /// The path.
        path: String,
        /// Those that there are.
        allowed: Vec<String>,
    },
    /// A parameter starts where it may not be.
    #[error("`{path}` starts at {value}, outside {low} .. {high}")]
    Start {
        /// The path.
        path: String,
        /// The start.
        value: f64,
        /// Smallest value allowed.
        low: f64,
        /// Largest value allowed.
        high: f64,
    },
    /// A cell without size cannot carry pA.
    #[error("the cell has no size, so pA and Mohm mean nothing to it")]
    NoArea,
    /// Concentrations move: a fit over seconds would start from no steady state.
    #[error("the concentrations of the cell move")]
    Moving,
    /// Nothing to fit to.
    #[error("{samples} samples are too few for {parameters} parameters")]
    TooFew {
        /// Samples in use.
        samples: usize,
        /// Free parameters.
        parameters: usize,
    },
    /// The model cannot be integrated where the fit starts.
    #[error("the cell cannot be simulated at the start of the fit: {0}")]
    Simulation(#[from] SolveError),
    /// The model has no rest where the fit starts.
    #[error("the cell has no steady state under the holding current: {0}")]
    NoRest(#[from] NewtonError),
}

impl FitError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            FitError::UnknownPath { path, allowed } => {
                let near = vrest_membrane::nearest::nearest(path, allowed.iter().map(String::as_str));
                near.map_or_else(
                    || format!("there are {}", allowed.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                )
            }
            FitError::Start { .. } => "change it with `--set`, or widen its bounds".into(),
            FitError::NoArea => {
                "add a table `[geometry]` with `shape = \"sphere\"` and `diameter = \"20 um\"` to the cell"
                    .into()
            }
            FitError::Moving => "clamp them: remove `dynamic` from the ions of the cell".into(),
            FitError::TooFew { .. } => "take more sweeps, or free fewer parameters".into(),
            FitError::Simulation(e) => e.hint()?.into(),
            FitError::NoRest(_) => "change the start with `--set`, so that the cell has a rest".into(),
        })
    }
}
