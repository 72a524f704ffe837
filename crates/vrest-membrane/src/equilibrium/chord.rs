//! The linear membrane: constant conductances, constant pump current.

use vrest_ode::Real;

/// Chord-conductance steady state V = (sum g E - I_pump + I_app) / sum g, mV.
///
/// `conductances` are pairs (g in mS/cm2, E in mV); `outward` is every current that does not depend on V
/// (pump minus applied), uA/cm2, outward positive.
pub fn chord_potential<R: Real>(conductances: &[(R, R)], outward: R) -> R {
    let (mut sum_g, mut sum_ge) = (R::zero(), R::zero());
    for &(g, e) in conductances {
        sum_g += g;
        sum_ge += g * e;
    }
    (sum_ge - outward) / sum_g
}

/// Membrane time constant C / sum g, ms, for C in uF/cm2 and g in mS/cm2.
pub fn time_constant<R: Real>(capacitance: R, sum_g: R) -> R {
    capacitance / sum_g
}

#[cfg(test)]
mod tests {
    use super::*;

    /// V63, second half: the immature neuron's chord estimate.
    #[test]
    fn chord_potential_of_an_immature_neuron() {
        let g_e = [(0.03, -89.058694), (0.00606, 71.471059), (0.01, -44.063)];
        assert!((chord_potential(&g_e, 0.25) + 63.597).abs() < 1e-3);
    }

    /// V19: 1 uF/cm2 over 0.42 mS/cm2.
    #[test]
    fn time_constant_of_the_passive_membrane() {
        assert!((time_constant(1.0, 0.42) - 2.380952).abs() < 1e-6);
    }
}
