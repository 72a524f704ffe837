//! Constant-field leak of one ion, for any valence: I = P z F (X_i B(-u) - X_o B(u)), u = zV/(RT/F).

use crate::equilibrium::ghk_current;
use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct GhkLeak;

parameters! {
    P = param("p", Permeability, "permeability").at_least(0.0).plausible(0.0, 1e-3);
}

impl Mechanism for GhkLeak {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "ghk_leak",
            title: "constant-field (GHK) leak of one ion",
            class: Class::Leak,
            equation: "I = P z F (X_i B(-u) - X_o B(u)), u = zVF/RT, B(x) = x/(e^x - 1)",
            source: "Goldman 1943, J Gen Physiol 27:37; Hodgkin & Katz 1949, J Physiol 108:37",
            slots: vec![Slot::Chosen],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        GhkLeak
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], _: &[R], mut out: impl FnMut(usize, R)) {
        out(0, ghk_current(k[P], site.z(0), v, site.inside(0), site.outside(0), site.heat.rt_f));
    }
}
