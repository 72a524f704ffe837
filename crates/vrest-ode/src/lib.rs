//! Ordinary differential equations for membranes and learned fields alike.
//!
//! What lives here: the number abstraction ([`Real`]: plain `f64`, SIMD [`Lanes`], exact derivatives
//! [`Dual`]), the [`VectorField`] that everything integrable implements, the steppers, step control, dense
//! output, ensembles and sensitivities. What does not: ions, units, files, terminals.

pub mod chebyshev;
mod check;
mod control;
pub mod dual;
pub mod ensemble;
mod error;
mod exponential;
pub mod field;
pub mod interval;
mod jacobian;
pub mod lanes;
mod lu;
mod newton;
mod options;
pub mod real;
mod recorder;
mod rodas5p;
mod segments;
mod sensitivity;
pub mod simd;
mod solution;
mod solve;
mod stepper;
mod stiffness;
pub mod table;
mod tdrk6;
mod tsit5;
pub mod zeros;

pub use dual::Dual;
pub use ensemble::{Member, Plan, Trajectory, ensemble, ensemble_on_all_threads};
pub use error::{Refusal, SolveError};
pub use field::VectorField;
pub use interval::Interval;
pub use jacobian::{Columns, jacobian};
pub use lanes::{Lanes, Portable, Vector};
pub use lu::Lu;
pub use newton::{NewtonError, SteadyState, newton, steady_sensitivity};
pub use options::{Method, Options, Output, Tolerance};
pub use real::Real;
pub use sensitivity::{Sensitivities, sensitivities};
pub use solution::{MethodsUsed, Solution, Stats};
pub use solve::solve;
pub use table::Table;
pub use zeros::{ScalarFunction, Zero, Zeros, all_zeros};

#[cfg(test)]
mod convergence;
