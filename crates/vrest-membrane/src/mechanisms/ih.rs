//! Hyperpolarisation-activated cation channel of cortical pyramidal cells: I = g m (V - e), e = -45 mV;
//! alpha = 0.076517 B((V + 154.9)/11.9), beta = 0.193 e^(V/33.1), B(x) = x/(e^x - 1).
//!
//! The source gives a reversal potential, not the shares of Na and K: the current moves no concentration.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Ih;

parameters! {
    G = param("g", Conductance, "conductance with all gates open").at_least(0.0).plausible(0.0, 1000.0);
    E = param("e", Voltage, "reversal potential").default(-45.0).plausible(-70.0, 0.0);
}

impl Mechanism for Ih {
    const DERIVED: usize = DERIVED;
    const OHMIC: bool = true;
    const LIGHT_RATES: bool = true;

    fn spec() -> Spec {
        Spec {
            kind: "ih",
            title: "h channel of cortical pyramidal cells",
            class: Class::Channel,
            equation: "I = g m (V - e)",
            source: "Kole, Hallermann & Stuart 2006, J Neurosci 26:1677",
            slots: vec![Slot::Nonspecific],
            params: parameters(),
            gates: vec!["m"],
            zero_current: ZeroCurrent::Unclaimed,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Ih
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, _: &Site<'_, R>, _: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        let alpha = ((v + 154.9) / 11.9).bernoulli() * (6.43e-3 * 11.9);
        let beta = (v / 33.1).exp() * 0.193;
        out(0, Gate::alpha_beta(alpha, beta));
    }

    #[inline(always)]
    fn conductance<R: Real>(&self, k: &[R], gates: &[R]) -> R {
        k[G] * gates[0]
    }

    #[inline(always)]
    fn reversal<R: Real>(&self, _: &Site<'_, R>, k: &[R]) -> R {
        k[E]
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V50.
    #[test]
    fn activation_at_three_voltages() {
        let t = Trial::of("ih");
        for (v, m, tau) in [(-90.0, 0.123540, 68.871), (-70.0, 0.018359, 42.154), (-60.0, 0.006622, 31.535)] {
            close(t.steady(v)[0], m, 1e-6);
            close(1.0 / t.gates(v)[0].rate, tau, 1e-3);
        }
        close(t.net(-45.0), 0.0, 1e-15);
    }
}
