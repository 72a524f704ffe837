//! Two-pore-domain potassium channel (TASK, TREK), the open rectifier: the constant-field current of K through an
//! ungated pore, I = P F (K_i B(-u) - K_o B(u)), u = VF/RT, B(x) = x/(e^x - 1). Goldstein et al 2001.

use crate::equilibrium::ghk_current;
use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct K2p;

parameters! {
    P = param("p", Permeability, "permeability").at_least(0.0).plausible(0.0, 1e-3);
}

impl Mechanism for K2p {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "k2p",
            title: "two-pore-domain K channel, constant field",
            class: Class::Channel,
            equation: "I = P F (K_i B(-u) - K_o B(u)), u = VF/RT, B(x) = x/(e^x - 1)",
            source: "Goldstein et al 2001, Nat Rev Neurosci 2:175",
            slots: vec![Slot::Ion("K")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        K2p
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], _: &[R], mut out: impl FnMut(usize, R)) {
        out(0, ghk_current(k[P], site.z(0), v, site.inside(0), site.outside(0), site.heat.rt_f));
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V17: with the permeability whose slope at E_K is 0.36 mS/cm2.
    #[test]
    fn rectifies_as_an_open_pore() {
        let t = Trial::of("k2p").set("p", 5.771517e-6);
        for (v, want) in [(-120.0, -8.67062), (-70.0, 8.18260), (0.0, 75.17701), (40.0, 149.13540)] {
            close(t.net(v), want, 1e-4);
        }
    }
}
