//! Ordinary differential equations for membranes and learned fields alike.
//!
//! What lives here: the number abstraction ([`Real`]: plain `f64`, SIMD [`Lanes`], exact derivatives
//! [`Dual`]), the [`VectorField`] that everything integrable implements, the steppers, step control, dense
//! output, ensembles and sensitivities. What does not: ions, units, files, terminals.

pub mod dual;
pub mod field;
pub mod interval;
pub mod lanes;
pub mod real;
pub mod simd;

pub use dual::Dual;
pub use field::VectorField;
pub use interval::Interval;
pub use lanes::Lanes;
pub use real::Real;
