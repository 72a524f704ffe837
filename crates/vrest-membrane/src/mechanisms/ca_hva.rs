//! High-voltage-activated calcium channel of cortical pyramidal cells: I = g m^2 h (V - E_Ca);
//! alpha_m = 0.209 B(-(V + 27)/3.8), beta_m = 0.94 e^(-(V + 75)/17), alpha_h = 0.000457 e^(-(V + 13)/50),
//! beta_h = 0.0065/(1 + e^(-(V + 15)/28)) /ms, B(x) = x/(e^x - 1).

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct CaHva;

parameters! {
    G = param("g", Conductance, "conductance with all gates open").at_least(0.0).plausible(0.0, 1000.0);
}

impl Mechanism for CaHva {
    const DERIVED: usize = DERIVED;
    const OHMIC: bool = true;

    fn spec() -> Spec {
        Spec {
            kind: "ca_hva",
            title: "high-voltage-activated Ca channel",
            class: Class::Channel,
            equation: "I = g m^2 h (V - E_Ca)",
            source: "Reuveni et al 1993, J Neurosci 13:4609",
            slots: vec![Slot::Ion("Ca")],
            params: parameters(),
            gates: vec!["m", "h"],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        CaHva
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, _: &Site<'_, R>, _: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        let a_m = ((v + 27.0) / -3.8).bernoulli() * (0.055 * 3.8);
        let b_m = ((v + 75.0) / -17.0).exp() * 0.94;
        let a_h = ((v + 13.0) / -50.0).exp() * 4.57e-4;
        let b_h = ((v + 15.0) / 28.0).logistic() * 6.5e-3;
        out(0, Gate::alpha_beta(a_m, b_m));
        out(1, Gate::alpha_beta(a_h, b_h));
    }

    #[inline(always)]
    fn conductance<R: Real>(&self, k: &[R], gates: &[R]) -> R {
        k[G] * gates[0] * gates[0] * gates[1]
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    #[test]
    fn gates_at_two_voltages() {
        let t = Trial::of("ca_hva");
        // alpha/(alpha + beta) and 1/(alpha + beta) of the published rates.
        for (v, m, tau_m, h, tau_h) in [
            (-60.0, 0.0007891793473078341, 2.5687999747952692, 0.5187345313128355, 443.39638313446375),
            (-10.0, 0.9787447471622789, 1.0348470041232523, 0.108415232739677, 251.9020926153392),
        ] {
            close(t.steady(v)[0], m, 1e-9);
            close(1.0 / t.gates(v)[0].rate, tau_m, 1e-8);
            close(t.steady(v)[1], h, 1e-9);
            close(1.0 / t.gates(v)[1].rate, tau_h, 1e-6);
        }
    }
}
