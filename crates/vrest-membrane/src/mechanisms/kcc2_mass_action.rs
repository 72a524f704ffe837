//! K-Cl cotransporter KCC2 by mass action: I_K = k (K_i Cl_i - K_o Cl_o), I_Cl = -I_K.
//!
//! Electroneutral; it stops where E_Cl = E_K, as every KCC2 must. Fraser & Huang 2004, J Physiol 559:459.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Kcc2MassAction;

parameters! {
    RATE = param("k", MassAction, "current per product of concentrations").at_least(0.0).plausible(0.0, 0.1);
    BLOCK = param("block", Dimensionless, "blocked fraction").default(0.0).at_least(0.0).at_most(1.0);
    [derived] CURRENT;
}

impl Mechanism for Kcc2MassAction {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "kcc2_mass_action",
            title: "K-Cl cotransporter by mass action",
            class: Class::Transporter,
            equation: "I_K = k (K_i Cl_i - K_o Cl_o), I_Cl = -I_K",
            source: "Fraser & Huang 2004, J Physiol 559:459",
            slots: vec![Slot::Ion("K"), Slot::Ion("Cl")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::Unclaimed,
            stoichiometry: &[1.0, -1.0],
            affine: true,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Kcc2MassAction
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let products = site.inside(0) * site.inside(1) - site.outside(0) * site.outside(1);
        k[CURRENT] = k[RATE] * products * (R::one() - k[BLOCK]);
    }

    #[inline(always)]
    fn currents<R: Real>(&self, _: R, _: &Site<'_, R>, k: &[R], _: &[R], mut out: impl FnMut(usize, R)) {
        out(0, k[CURRENT]);
        out(1, -k[CURRENT]);
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    #[test]
    fn is_the_difference_of_products() {
        let at = |cl: f64| Trial::of("kcc2_mass_action").set("k", 1e-3).ion("Cl", cl, 110.0).currents(-70.0);
        close(at(8.0)[0], 1e-3 * (140.0 * 8.0 - 5.0 * 110.0), 1e-12);
        close(at(5.0 * 110.0 / 140.0)[0], 0.0, 1e-12);
    }
}
