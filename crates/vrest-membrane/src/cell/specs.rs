//! Meaning and bounds of the numbers that no mechanism owns.

use crate::constants::ZERO_CELSIUS;
use crate::mechanism::{ParamSpec, param};
use crate::units::Dimension;

/// Concentrations: positive, and rarely above two moles.
pub(crate) fn concentration(name: &'static str, doc: &'static str) -> ParamSpec {
    param(name, Dimension::Concentration, doc).above(0.0).plausible(1e-6, 2000.0)
}

/// Concentrations of what cannot cross: none unless given.
pub(crate) fn impermeant(name: &'static str) -> ParamSpec {
    let doc = if name == "inside" { "concentration inside" } else { "concentration outside" };
    param(name, Dimension::Concentration, doc).default(0.0).at_least(0.0).plausible(0.0, 2000.0)
}

pub(crate) fn water_permeability() -> ParamSpec {
    param("permeability", Dimension::Permeability, "osmotic water permeability")
        .at_least(0.0)
        .plausible(1e-5, 0.1)
}

/// The numbers of an ion's shell, in the order of the parameter vector.
pub(crate) fn pool() -> [ParamSpec; 4] {
    [
        param("depth", Dimension::Length, "depth of the shell").above(0.0).plausible(0.01, 10.0),
        param("free", Dimension::Dimensionless, "fraction that stays free")
            .default(1.0)
            .above(0.0)
            .at_most(1.0),
        param("tau", Dimension::Time, "time constant of removal").above(0.0).plausible(0.1, 1e5),
        param("rest", Dimension::Concentration, "concentration that removal leads to")
            .at_least(0.0)
            .plausible(0.0, 0.01),
    ]
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
