//! Physical constants, exact since the SI of 2019, and the unit factors that follow from them.
//!
//! The one place where a number of nature stands; a published model that used a rounded RT/F overrides it in
//! its own cell file, never here.

use vrest_ode::Real;

/// Boltzmann constant, J/K.
pub const BOLTZMANN: f64 = 1.380649e-23;
/// Avogadro constant, 1/mol.
pub const AVOGADRO: f64 = 6.02214076e23;
/// Elementary charge, C.
pub const ELEMENTARY_CHARGE: f64 = 1.602176634e-19;
/// Molar gas constant R = k_B N_A, J/(mol K).
pub const GAS: f64 = 8.31446261815324;
/// Faraday constant F = e N_A, C/mol.
pub const FARADAY: f64 = 96485.33212331001;
/// 0 degC in K.
pub const ZERO_CELSIUS: f64 = 273.15;
/// Concentration change, mM/ms, that 1 uA/cm2 of a monovalent ion makes where membrane area over volume is
/// 1 /um: 10/F.
pub const MM_PER_MS: f64 = 10.0 / FARADAY;

/// Molar volume of water per mM of osmolarity: 18 cm3/mol times 1e-6 mol/cm3, 1/mM, as pump-leak models use it.
pub const WATER_PER_MM: f64 = 18.0e-6;

/// Thermal voltage RT/F, mV, at `kelvin`.
#[inline(always)]
pub fn rt_over_f<R: Real>(kelvin: R) -> R {
    kelvin * (1e3 * GAS / FARADAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_constants_are_the_products_of_the_defining_ones() {
        assert!((GAS / (BOLTZMANN * AVOGADRO) - 1.0).abs() < 1e-15);
        assert!((FARADAY / (ELEMENTARY_CHARGE * AVOGADRO) - 1.0).abs() < 1e-15);
        assert!((MM_PER_MS - 1.036426966e-4).abs() < 1e-13);
    }

    /// V1.
    #[test]
    fn thermal_voltage_at_three_temperatures() {
        for (celsius, expected) in [(37.0, 26.726659), (20.0, 25.261712), (6.3, 24.081138)] {
            assert!((rt_over_f(celsius + ZERO_CELSIUS) - expected).abs() < 1e-6);
        }
    }
}
