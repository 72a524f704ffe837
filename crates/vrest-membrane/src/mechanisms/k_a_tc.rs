//! Transient (A-type) potassium channel of thalamocortical cells: I = g (0.6 h1 m1^4 + 0.4 h2 m2^4)(V - E_K);
//! m1_inf = 1/(1 + e^(-(V + 60)/8.5)), m2_inf = 1/(1 + e^(-(V + 36)/20)), h_inf = 1/(1 + e^((V + 78)/6)),
//! tau_m = 0.37 + 1/(e^((V + 35.8)/19.7) + e^(-(V + 79.7)/12.7)),
//! tau_h = 1/(e^((V + 46)/5) + e^(-(V + 238)/37.5)) ms below -63 mV (h1) or -73 mV (h2), 19 ms (h1) and 60 ms (h2) above.
//! Q10 2.8 from 23 degC on the rates.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct KATc;

parameters! {
    G = param("g", Conductance, "conductance with all gates open").at_least(0.0).plausible(0.0, 1000.0);
    [derived] Q;
}

impl Mechanism for KATc {
    const DERIVED: usize = DERIVED;
    const OHMIC: bool = true;

    fn spec() -> Spec {
        Spec {
            kind: "k_a_tc",
            title: "A-type K channel of thalamocortical cells",
            class: Class::Channel,
            equation: "I = g (0.6 h1 m1^4 + 0.4 h2 m2^4)(V - E_K)",
            source: "Huguenard & McCormick 1992, J Neurophysiol 68:1373",
            slots: vec![Slot::Ion("K")],
            params: parameters(),
            gates: vec!["m1", "m2", "h1", "h2"],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        KATc
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, heat: &Heat<R>, k: &mut [R]) {
        k[Q] = heat.q10(2.8, 23.0);
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, _: &Site<'_, R>, k: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        let m_rate =
            R::one() / (R::one() / (((v + 35.8) / 19.7).exp() + ((v + 79.7) * (-1.0 / 12.7)).exp()) + 0.37);
        let h_rate = ((v + 46.0) * 0.2).exp() + ((v + 238.0) * (-1.0 / 37.5)).exp();
        let h_inf = ((v + 78.0) * (-1.0 / 6.0)).logistic();
        let below =
            |switch: f64, tau: f64| R::select(v.lt(R::from_f64(switch)), h_rate, R::from_f64(1.0 / tau));
        let (h1_rate, h2_rate) = (below(-63.0, 19.0), below(-73.0, 60.0));
        let gate = |inf: R, rate: R| Gate { source: inf * rate, rate }.times(k[Q]);
        out(0, gate(((v + 60.0) / 8.5).logistic(), m_rate));
        out(1, gate(((v + 36.0) / 20.0).logistic(), m_rate));
        out(2, gate(h_inf, h1_rate));
        out(3, gate(h_inf, h2_rate));
    }

    #[inline(always)]
    fn conductance<R: Real>(&self, k: &[R], gates: &[R]) -> R {
        let fourth = |m: R| m * m * m * m;
        let open = fourth(gates[0]) * gates[2] * 0.6 + fourth(gates[1]) * gates[3] * 0.4;
        k[G] * open
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V50.
    #[test]
    fn gates_at_three_voltages() {
        let t = Trial::of("k_a_tc").at(23.0);
        for (v, m1, h) in [(-90.0, 0.028487, 0.880797), (-70.0, 0.235687, 0.208609), (-60.0, 0.5, 0.047426)] {
            let x = t.steady(v);
            close(x[0], m1, 1e-6);
            close(x[2], h, 1e-6);
            close(x[3], h, 1e-6);
        }
        let tau = |v: f64| t.gates(v).iter().map(|g| 1.0 / g.rate).collect::<Vec<_>>();
        close(tau(-60.0)[2], 19.0, 1e-12);
        close(tau(-60.0)[3], 60.0, 1e-12);
        close(tau(-75.0)[0], 1.5786108381, 1e-8);
        close(tau(-75.0)[2], 62.5881639616, 1e-8);
    }
}
