//! Transient (A-type) potassium channel of cortical pyramidal cells: I = g m^4 h (V - E_K);
//! m_inf = 1/(1 + e^(-(V + 10)/19)), tau_m = 0.34 + 0.92 e^(-((V + 81)/59)^2),
//! h_inf = 1/(1 + e^((V + 76)/10)), tau_h = 8 + 49 e^(-((V + 83)/23)^2) ms; Q10 2.3 from 21 degC on the rates.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct KA;

parameters! {
    G = param("g", Conductance, "conductance with all gates open").at_least(0.0).plausible(0.0, 1000.0);
    [derived] Q;
}

impl Mechanism for KA {
    const DERIVED: usize = DERIVED;
    const OHMIC: bool = true;

    fn spec() -> Spec {
        Spec {
            kind: "k_a",
            title: "A-type K channel of cortical pyramidal cells",
            class: Class::Channel,
            equation: "I = g m^4 h (V - E_K)",
            source: "Korngreen & Sakmann 2000, J Physiol 525:621",
            slots: vec![Slot::Ion("K")],
            params: parameters(),
            gates: vec!["m", "h"],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        KA
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, heat: &Heat<R>, k: &mut [R]) {
        k[Q] = heat.q10(2.3, 21.0);
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, _: &Site<'_, R>, k: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        let (x, y) = ((v + 81.0) / 59.0, (v + 83.0) / 23.0);
        let tau_m = (-(x * x)).exp() * 0.92 + 0.34;
        let tau_h = (-(y * y)).exp() * 49.0 + 8.0;
        out(0, Gate::inf_tau(((v + 10.0) * (1.0 / 19.0)).logistic(), tau_m).times(k[Q]));
        out(1, Gate::inf_tau(((v + 76.0) * -0.1).logistic(), tau_h).times(k[Q]));
    }

    #[inline(always)]
    fn conductance<R: Real>(&self, k: &[R], gates: &[R]) -> R {
        let m2 = gates[0] * gates[0];
        k[G] * m2 * m2 * gates[1]
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V50.
    #[test]
    fn gates_at_three_voltages() {
        let t = Trial::of("k_a").at(34.0);
        for (v, m, h) in
            [(-90.0, 0.014622, 0.802184), (-70.0, 0.040781, 0.354344), (-60.0, 0.067133, 0.167982)]
        {
            close(t.steady(v)[0], m, 1e-6);
            close(t.steady(v)[1], h, 1e-6);
        }
        close(1.0 / t.gates(-60.0)[0].rate, 0.3896287729, 1e-8);
        close(1.0 / t.gates(-60.0)[1].rate, 8.8137917344, 1e-8);
    }
}
