//! Inward rectifier Kir2.3 with its activation gate: I = g m (V - E_K), m_inf = 1/(1 + e^((V + 102)/13)),
//! tau = 1/(3 (0.1 e^(-(V + 60)/14) + 0.27/(1 + e^(-(V + 31)/23)))) ms.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Kir23;

parameters! {
    G = param("g", Conductance, "conductance with all gates open").at_least(0.0).plausible(0.0, 1000.0);
}

impl Mechanism for Kir23 {
    const DERIVED: usize = DERIVED;
    const OHMIC: bool = true;

    fn spec() -> Spec {
        Spec {
            kind: "kir23",
            title: "inward rectifier K channel Kir2.3, gated",
            class: Class::Channel,
            equation: "I = g m (V - E_K)",
            source: "Steephen & Manchanda 2009, J Comput Neurosci 27:453",
            slots: vec![Slot::Ion("K")],
            params: parameters(),
            gates: vec!["m"],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Kir23
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, _: &Site<'_, R>, _: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        let rate = ((v + 60.0) * (-1.0 / 14.0)).exp() * 0.3 + ((v + 31.0) * (1.0 / 23.0)).logistic() * 0.81;
        let inf = ((v + 102.0) * (-1.0 / 13.0)).logistic();
        out(0, Gate { source: inf * rate, rate });
    }

    #[inline(always)]
    fn conductance<R: Real>(&self, k: &[R], gates: &[R]) -> R {
        k[G] * gates[0]
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    #[test]
    fn activation_at_minus_90() {
        let t = Trial::of("kir23");
        // 1/(1 + e^(12/13)), 1/(3 (0.1 e^(30/14) + 0.27/(1 + e^(59/23))))
        close(t.steady(-90.0)[0], 0.284331365, 1e-8);
        close(1.0 / t.gates(-90.0)[0].rate, 0.382413611, 1e-8);
    }
}
