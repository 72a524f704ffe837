//! Rest with a coupled pump: K and Na each in balance between leak and pump, Cl passive.

use vrest_ode::Real;

/// Sodium ions out for each potassium ion in: 3:2.
pub const PUMP_RATIO: f64 = 1.5;

/// Mullins-Noda potential V = (RT/F) ln((r P_K K_o + P_Na Na_o) / (r P_K K_i + P_Na Na_i)), mV.
///
/// `k` and `na` are (permeability, inside mM, outside mM); only the ratio of the permeabilities matters. `r` is
/// the coupling Na/K of the pump ([`PUMP_RATIO`]); r = 1 is an electroneutral pump and gives the GHK potential
/// without Cl. Mullins & Noda 1963, J Gen Physiol 47:117.
pub fn mullins_noda_potential<R: Real>(k: [R; 3], na: [R; 3], r: f64, rt_f: R) -> R {
    let outside = k[0] * k[2] * r + na[0] * na[2];
    let inside = k[0] * k[1] * r + na[0] * na[1];
    rt_f * (outside / inside).ln()
}

/// The same balance for ohmic leaks: returns (V in mV, net pump current in uA/cm2) from pairs (g, E).
///
/// V = (r g_K E_K + g_Na E_Na)/(r g_K + g_Na); I_pump = g_K (V - E_K)/2 = -g_Na (V - E_Na)/3 for r = 3/2.
pub fn mullins_noda_chord<R: Real>(k: (R, R), na: (R, R)) -> (R, R) {
    let g_k = k.0 * PUMP_RATIO;
    let v = (g_k * k.1 + na.0 * na.1) / (g_k + na.0);
    (v, k.0 * (v - k.1) * 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::rt_over_f;
    use crate::equilibrium::nernst;

    fn body() -> f64 {
        rt_over_f(310.15)
    }

    /// V22.
    #[test]
    fn a_coupled_pump_hyperpolarises_the_two_ion_membrane() {
        let v = |r| mullins_noda_potential([1.0, 140.0, 5.0], [0.04, 10.0, 145.0], r, body());
        assert!((v(1.0) + 68.5525).abs() < 1e-3);
        assert!((v(PUMP_RATIO) + 73.7989).abs() < 1e-3);
    }

    /// V23: the steady contribution of the pump is a hyperpolarisation of at most (RT/F) ln r.
    #[test]
    fn steady_contribution_of_the_pump_is_bounded() {
        let bound = body() * PUMP_RATIO.ln();
        assert!((bound - 10.8367).abs() < 1e-4);
        for exponent in -120..=120 {
            let p_na = 10f64.powf(exponent as f64 / 10.0);
            let v = |r| mullins_noda_potential([1.0, 140.0, 5.0], [p_na, 10.0, 145.0], r, body());
            let shift = v(PUMP_RATIO) - v(1.0);
            assert!((-bound - 1e-12..=1e-12).contains(&shift), "P_Na {p_na}: {shift}");
        }
    }

    /// The preset `neuron_balanced` in closed form.
    #[test]
    fn ohmic_twin_balances_both_ions() {
        let (e_k, e_na) = (nernst(1.0, 5.0, 140.0, body()), nernst(1.0, 145.0, 10.0, body()));
        let (v, i_pump) = mullins_noda_chord((0.05, e_k), (0.010103847806, e_na));
        assert!((v + 70.0).abs() < 1e-8 && (i_pump - 0.476467350918).abs() < 1e-9);
        assert!((i_pump * 3.0 + 0.010103847806 * (v - e_na)).abs() < 1e-12);
    }
}
