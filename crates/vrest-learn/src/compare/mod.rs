//! How far predicted trajectories are from the true ones, beside what any honest baseline would reach.
//!
//! A membrane at rest is easy to predict, and most of a recording is rest: a small error over the whole trace
//! says little. So every score is also given over the transients alone ([`transients`]) and for the steady
//! states, and stands beside two baselines fitted to the same training data ([`baseline`]): a constant, and one
//! exponential.

pub mod baseline;
pub mod metrics;
pub mod portrait;
pub mod transients;

pub use baseline::{Baseline, BaselineKind};
pub use metrics::{Errors, Quantiles, Score, score};
pub use portrait::{Portrait, Truth, portrait};
