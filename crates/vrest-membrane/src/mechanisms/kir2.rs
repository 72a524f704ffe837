//! Inward rectifier Kir2 of spiny neurons, instantaneous: I = g m(V) (V - E_K), m = 1/(1 + e^((V - v_half)/13)).
//!
//! The published half activation is -52 mV shifted by -30 mV; its time constants, below 10 ms, are left out.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Kir2;

parameters! {
    G = param("g", Conductance, "conductance with all gates open").at_least(0.0).plausible(0.0, 1000.0);
    V_HALF = param("v_half", Voltage, "half activation").default(-82.0).plausible(-130.0, -30.0);
}

impl Mechanism for Kir2 {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "kir2",
            title: "inward rectifier K channel, instantaneous",
            class: Class::Channel,
            equation: "I = g (V - E_K)/(1 + e^((V - v_half)/13))",
            source: "Mermelstein et al 1998, J Neurosci 18:6650; Moyer et al 2007, J Neurophysiol 97:2144",
            slots: vec![Slot::Ion("K")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Kir2
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], _: &[R], mut out: impl FnMut(usize, R)) {
        let open = ((k[V_HALF] - v) / 13.0).logistic();
        out(0, k[G] * open * (v - site.nernst(0)));
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V50.
    #[test]
    fn open_fraction() {
        let t = Trial::of("kir2");
        let e = -26.726658955 * (140.0f64 / 5.0).ln();
        for (v, want) in [(-90.0, 0.649168), (-70.0, 0.284331), (-60.0, 0.155473)] {
            close(t.net(v) / (v - e), want, 1e-6);
        }
    }
}
