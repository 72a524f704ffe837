//! Closed-form electrochemistry of one membrane: no states, no time, no files.
//!
//! Signs: V = V_in - V_out; a positive current is outward positive charge. All functions are generic over
//! [`vrest_ode::Real`], so the same body gives values, lanes and exact derivatives.

mod chord;
mod ghk;
mod mullins_noda;
mod nernst;

pub use chord::{chord_potential, time_constant};
pub use ghk::{Divalents, GhkIon, ghk_current, ghk_potential, ghk_potential_with_divalents};
pub use ghk::{permeability_from_slope, slope_from_permeability};
pub use mullins_noda::{PUMP_RATIO, mullins_noda_chord, mullins_noda_potential};
pub use nernst::nernst;
