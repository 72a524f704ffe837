//! The equilibrium potential of one ion.

use vrest_ode::Real;

/// Nernst potential E = (RT/zF) ln(outside/inside), mV.
///
/// `z` is the signed valence (Cl -1, Ca +2), concentrations in mM and positive, `rt_f` = RT/F in mV
/// ([`crate::constants::rt_over_f`]). W. Nernst 1888.
#[inline(always)]
pub fn nernst<R: Real>(z: f64, outside: R, inside: R, rt_f: R) -> R {
    rt_f * (outside / inside).ln() * (1.0 / z)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::rt_over_f;

    fn e(z: f64, inside: f64, outside: f64, celsius: f64) -> f64 {
        nernst(z, outside, inside, rt_over_f(celsius + 273.15))
    }

    /// V2-V7.
    #[test]
    fn equilibrium_potentials_of_the_usual_ions() {
        for (name, got, want, tolerance) in [
            ("K", e(1.0, 140.0, 5.0, 37.0), -89.058694, 1e-5),
            ("Na", e(1.0, 10.0, 145.0, 37.0), 71.471059, 1e-5),
            ("Cl", e(-1.0, 4.0, 110.0, 37.0), -88.577120, 1e-5),
            ("Ca", e(2.0, 1e-4, 2.0, 37.0), 132.343568, 1e-4),
            ("Ca, low", e(2.0, 5e-5, 2.0, 37.0), 141.6063, 1e-4),
            ("squid K", e(1.0, 400.0, 20.0, 20.0), -75.677, 1e-3),
            ("squid Na", e(1.0, 50.0, 440.0, 20.0), 54.938, 1e-3),
            ("6.3 degC K", e(1.0, 54.4, 2.5, 6.3), -74.17167, 1e-4),
            ("6.3 degC Na", e(1.0, 10.0, 140.0, 6.3), 63.55150, 1e-4),
        ] {
            assert!((got - want).abs() < tolerance, "{name}: {got} instead of {want}");
        }
    }
}
