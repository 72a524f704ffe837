//! Hyperpolarisation-activated cation channel of thalamocortical cells: I = g m (V - e), e = -43 mV;
//! m_inf = 1/(1 + e^((V + 86.4)/11.2)), tau = 1/(e^(-14.59 - 0.086 V) + e^(-1.87 + 0.0701 V)) ms; Q10 4 from 34 degC.
//!
//! The source gives a reversal potential, not the shares of Na and K: the current moves no concentration.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct IhTc;

parameters! {
    G = param("g", Conductance, "conductance with all gates open").default(0.022).at_least(0.0).plausible(0.0, 1000.0);
    E = param("e", Voltage, "reversal potential").default(-43.0).plausible(-70.0, 0.0);
    [derived] Q;
}

impl Mechanism for IhTc {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "ih_tc",
            title: "h channel of thalamocortical cells",
            class: Class::Channel,
            equation: "I = g m (V - e)",
            source: "Budde et al 1997, J Physiol 501:559; Huguenard & McCormick 1992, J Neurophysiol 68:1373",
            slots: vec![Slot::Nonspecific],
            params: parameters(),
            gates: vec!["m"],
            zero_current: ZeroCurrent::Unclaimed,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        IhTc
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, heat: &Heat<R>, k: &mut [R]) {
        k[Q] = heat.q10(4.0, 34.0);
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, _: &Site<'_, R>, k: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        let rate = (v * -0.086 - 14.59).exp() + (v * 0.0701 - 1.87).exp();
        let inf = ((v + 86.4) / -11.2).logistic();
        out(0, Gate { source: inf * rate, rate }.times(k[Q]));
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, _: &Site<'_, R>, k: &[R], gates: &[R], mut out: impl FnMut(usize, R)) {
        out(0, k[G] * gates[0] * (v - k[E]));
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V50.
    #[test]
    fn activation_at_three_voltages() {
        let t = Trial::of("ih_tc").at(34.0);
        for (v, m) in [(-90.0, 0.579672), (-70.0, 0.187813), (-60.0, 0.086500)] {
            close(t.steady(v)[0], m, 1e-6);
        }
        // 1/(e^(-14.59 + 0.086 * 70) + e^(-1.87 - 0.0701 * 70)), and four times faster 10 K higher.
        close(1.0 / t.gates(-70.0)[0].rate, 752.2182024272, 1e-6);
        close(t.at(44.0).gates(-70.0)[0].rate * 752.2182024272, 4.0, 1e-6);
    }
}
