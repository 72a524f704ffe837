//! Membranes: ions, what moves them, and the cell they make.
//!
//! What lives here: constants and units, Nernst and GHK, mechanisms (leaks, pumps, channels), cells, protocols
//! and the solver of rest. What does not: integration in time (`vrest-ode`), data files, terminals.
//!
//! Units throughout: mV, ms, mM, uA/cm2, mS/cm2, uF/cm2, um, cm/s, K. V = V_in - V_out; a positive current is
//! outward positive charge.

pub mod constants;
pub mod equilibrium;
pub mod expression;
pub mod nearest;
pub mod units;
