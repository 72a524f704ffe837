//! Chunks of trajectories through a learned field: integrated, compared with targets, differentiated.
//!
//! Everything here is in the field's own units: normalised voltage, time in units of the field's time
//! scale, encoded parameters.

mod course;
mod engine;
mod points;
mod polynomial;
mod rk4;
mod room;
mod windows;

pub use engine::Engine;
pub use points::{Points, PointsKernel};
pub use rk4::{RolloutKernel, Want};
pub use room::Room;
pub use windows::{Guard, Windows};

#[cfg(test)]
mod tests;
