//! M current, a slow potassium channel without inactivation: I = g m (V - E_K),
//! alpha = 0.0033 e^(0.1 (V + 35)), beta = 0.0033 e^(-0.1 (V + 35)); Q10 2.3 from 21 degC on the rates.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct KM;

parameters! {
    G = param("g", Conductance, "conductance with all gates open").at_least(0.0).plausible(0.0, 1000.0);
    [derived] Q;
}

impl Mechanism for KM {
    const DERIVED: usize = DERIVED;
    const OHMIC: bool = true;
    const LIGHT_RATES: bool = true;

    fn spec() -> Spec {
        Spec {
            kind: "k_m",
            title: "M-type K channel",
            class: Class::Channel,
            equation: "I = g m (V - E_K)",
            source: "Adams, Brown & Constanti 1982, J Physiol 330:537",
            slots: vec![Slot::Ion("K")],
            params: parameters(),
            gates: vec!["m"],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        KM
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, heat: &Heat<R>, k: &mut [R]) {
        k[Q] = heat.q10(2.3, 21.0);
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, _: &Site<'_, R>, k: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        let u = (v + 35.0) * 0.1;
        out(0, Gate::alpha_beta(u.exp() * 3.3e-3, (-u).exp() * 3.3e-3).times(k[Q]));
    }

    #[inline(always)]
    fn conductance<R: Real>(&self, k: &[R], gates: &[R]) -> R {
        k[G] * gates[0]
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V50.
    #[test]
    fn activation_at_three_voltages() {
        let t = Trial::of("k_m").at(34.0);
        for (v, m, tau) in [(-90.0, 0.000017, 0.4194), (-70.0, 0.000911, 3.0961), (-60.0, 0.006693, 8.3673)] {
            close(t.steady(v)[0], m, 1e-6);
            close(1.0 / t.gates(v)[0].rate, tau, 1e-4);
        }
    }
}
