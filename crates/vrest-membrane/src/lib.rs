//! Membranes: ions, what moves them, and the cell they make.
//!
//! What lives here: constants and units, Nernst and GHK, mechanisms (leaks, pumps, channels), cells, protocols
//! and the solver of rest. What does not: integration in time (`vrest-ode`), data files, terminals.
//!
//! Units throughout: mV, ms, mM, uA/cm2, mS/cm2, uF/cm2, um, cm/s, K. V = V_in - V_out; a positive current is
//! outward positive charge.

mod balance;
mod bounds;
pub mod cell;
pub mod constants;
mod eigenvalues;
pub mod equilibrium;
mod experiment;
pub mod explain;
pub mod expression;
pub mod living;
pub mod mechanism;
pub mod mechanisms;
pub mod membrane;
pub mod nearest;
pub mod presets;
pub mod problem;
pub mod protocol;
pub mod reader;
pub mod rest;
pub mod rundown;
pub mod schema;
pub mod units;

pub use cell::{Cell, Loaded, ParamInfo};
pub use experiment::Experiment;
pub use explain::{Explanation, explain};
pub use living::{LivingStates, living};
pub use membrane::Membrane;
pub use problem::{Fault, Problem, Severity};
pub use protocol::{LoadedProtocol, Protocol};
pub use rest::{RestError, RestReport, rest, resting_potential};
