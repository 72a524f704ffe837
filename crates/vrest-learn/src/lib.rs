//! Learned vector fields: dV/dt = F(V, stimulus(t), parameters) with weights found from trajectories.
//!
//! What lives here: [`fit`] of membranes to recordings, the kernels that evaluate and differentiate networks over chunks of trajectories, the
//! learned fields, the training recipe, prediction, comparison with the physics, and the making of
//! datasets. What does not: file formats of arrays, terminals, pictures.

pub mod compare;
pub mod field;
pub mod fit;
pub mod flow;
pub mod generate;
pub mod kernels;
pub mod model;
pub mod random;
pub mod ranges;
pub mod rollout;
pub mod scaling;
pub mod train;

pub use model::{Model, ModelError};
