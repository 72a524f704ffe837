//! Ohmic leak of one ion: I = g (V - E_ion). The straight-line membrane of Hodgkin & Huxley 1952.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Leak;

parameters! {
    G = param("g", Conductance, "conductance").at_least(0.0).plausible(0.0, 50.0);
}

impl Mechanism for Leak {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "leak",
            title: "ohmic leak of one ion",
            class: Class::Leak,
            equation: "I = g (V - E_ion)",
            source: "Hodgkin & Huxley 1952, J Physiol 117:500",
            slots: vec![Slot::Chosen],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: true,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Leak
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], _: &[R], mut out: impl FnMut(usize, R)) {
        out(0, k[G] * (v - site.nernst(0)));
    }
}
