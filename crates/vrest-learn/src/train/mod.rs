//! The training recipe.
//!
//! First the encodings of the parameters are chosen, then the weights in which the field is linear are solved for
//! ([`exponential`]), then all weights are matched to single intervals ([`matching`]), then to integrated
//! trajectories ([`run`]). Each step starts from the best of the last, judged on whole validation trajectories.

pub mod adamw;
mod averaging;
pub mod checkpoint;
pub mod config;
pub mod encoding;
pub mod exponential;
pub mod intervals;
pub mod lbfgs;
pub mod matching;
pub mod normal;
pub mod run;
pub mod schema;
pub mod split;
mod tangents;
pub mod view;
pub mod windows;

pub use config::TrainingConfig;
pub use run::{Epoch, Next, Stage, State, Trained, train};
pub use split::{Fractions, Split};

#[cfg(test)]
mod tests;

/// Why a model could not be trained.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// One sample cannot both train and choose.
    #[error("{samples} sample is too few to train and validate with")]
    TooFewSamples {
        /// How many there are.
        samples: usize,
    },
    /// Nothing can change between fewer than two times.
    #[error("{times} time is too few: a trajectory needs at least two")]
    TooFewTimes {
        /// How many there are.
        times: usize,
    },
    /// The loss explodes or is not a number whatever the learning rate.
    #[error(
        "the loss is {loss} in epoch {epoch} even after {rollbacks} rollbacks, each with half the learning rate"
    )]
    StaysBad {
        /// The epoch of the trajectory stage.
        epoch: usize,
        /// How often it was tried again.
        rollbacks: usize,
        /// The loss, in units of the training voltages' variance.
        loss: f64,
    },
    /// An epoch changed nothing.
    #[error(
        "the weights did not move in epoch {epoch}: the gradient is zero, or the learning rate too small"
    )]
    DoesNotMove {
        /// The epoch of the trajectory stage.
        epoch: usize,
    },
}
