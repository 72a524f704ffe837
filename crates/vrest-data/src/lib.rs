//! Everything that enters or leaves as a file: datasets, tables, recordings, run manifests.
//!
//! What lives here: arrays with named, unit-bearing columns, the formats they are kept in, and the promise
//! that a file is written whole or not at all. What does not: membranes, solvers, training, terminals. The
//! crate knows none of the others, so a reader of data needs no physics.
//!
//! Every function returns the error of its own room; [`Error`] gathers them for callers that only report.

pub mod atomic;
pub mod dataset;
pub mod doubt;
pub mod error;
pub mod features;
pub mod manifest;
pub mod memory;
pub mod npz;
pub mod recording;
pub mod table;

pub use dataset::{Dataset, Interpolation, Stimulus};
pub use error::Error;
pub use manifest::Manifest;
pub use recording::Recording;
pub use table::Table;
