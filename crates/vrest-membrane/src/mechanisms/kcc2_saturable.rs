//! K-Cl cotransporter KCC2 that saturates with chloride: I_K = i_max Cl_i/(Cl_i + k_d), I_Cl = -I_K.
//!
//! The published 5 mM/s becomes i_max = 5 mM/s F/(10^4 A/w), with area over volume A/w in 1/um. This form knows no equilibrium: it
//! runs on where a real cotransporter has stopped. Raimondo et al 2012, Front Comput Neurosci 6:21.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Kcc2Saturable;

parameters! {
    I_MAX = param("i_max", CurrentDensity, "K current at saturation").at_least(0.0).plausible(0.0, 100.0);
    K_D = param("k_d", Concentration, "Cl inside at half saturation").default(15.0).above(0.0).plausible(0.1, 200.0);
    BLOCK = param("block", Dimensionless, "blocked fraction").default(0.0).at_least(0.0).at_most(1.0);
    [derived] CURRENT;
}

impl Mechanism for Kcc2Saturable {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "kcc2_saturable",
            title: "K-Cl cotransporter that saturates with Cl inside",
            class: Class::Transporter,
            equation: "I_K = i_max Cl_i/(Cl_i + k_d), I_Cl = -I_K",
            source: "Raimondo et al 2012",
            slots: vec![Slot::Ion("K"), Slot::Ion("Cl")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::Unclaimed,
            stoichiometry: &[1.0, -1.0],
            affine: true,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Kcc2Saturable
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let cl = site.inside(1);
        k[CURRENT] = k[I_MAX] * (R::one() - k[BLOCK]) * (cl / (cl + k[K_D]));
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
    fn half_of_it_at_k_d() {
        let t = Trial::of("kcc2_saturable").set("i_max", 3.0).ion("Cl", 15.0, 110.0);
        assert_eq!(t.currents(-70.0), [1.5, -1.5]);
        close(Trial::of("kcc2_saturable").currents(-70.0)[0], 8.0 / 23.0, 1e-15);
    }
}
