//! Meaning and bounds of the numbers that no mechanism owns.

use crate::constants::ZERO_CELSIUS;
use crate::mechanism::{ParamSpec, param};
use crate::units::Dimension;

/// Concentrations: positive, and rarely above two moles.
pub(crate) fn concentration(name: &'static str, doc: &'static str) -> ParamSpec {
    param(name, Dimension::Concentration, doc).above(0.0).plausible(1e-6, 2000.0)
}

pub(crate) fn temperature() -> ParamSpec {
    let zero = ZERO_CELSIUS;
    param("temperature", Dimension::Temperature, "temperature").above(0.0).plausible(zero - 2.0, zero + 50.0)
}

pub(crate) fn rt_over_f() -> ParamSpec {
    param("rt_over_f", Dimension::Voltage, "RT/F of the published model").above(0.0).plausible(23.0, 28.0)
}

pub(crate) fn capacitance() -> ParamSpec {
    param("capacitance", Dimension::Capacitance, "membrane capacitance").above(0.0).plausible(0.3, 10.0)
}

pub(crate) fn equilibrium() -> ParamSpec {
    param("e", Dimension::Voltage, "equilibrium potential").plausible(-120.0, 180.0)
}
