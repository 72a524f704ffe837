//! What the time goes into: matrix products and activations over chunks of trajectories.
//!
//! Nothing here knows voltages, datasets or training. A chunk is [`LANES`] trajectories; matrices are
//! row-major with one trajectory a row and layer widths padded to [`gemm::PAD`] columns.

pub mod activation;
pub mod aligned;
pub mod dispatch;
pub mod float;
pub mod gemm;

pub use activation::Activation;
pub use aligned::Aligned;
pub use dispatch::{Kernel, dispatch, dispatch_at};
pub use float::Float;

/// Trajectories in a chunk: their activations and one layer's weights share the first-level cache.
pub const LANES: usize = 32;

/// One number for every trajectory of a chunk.
pub type Lane<T> = [T; LANES];
