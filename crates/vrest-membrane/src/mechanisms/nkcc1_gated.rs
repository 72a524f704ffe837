//! Na-K-2Cl cotransporter NKCC1 that works only where potassium outside is high:
//! I_Na = I_K = u/(1 + e^(k_half - K_o)) ln(Na_i K_i Cl_i^2/(Na_o K_o Cl_o^2)), I_Cl = -2 I_K, with k_half in mM and a slope of 1 mM.
//!
//! The form of mature neurons in models of spreading depression; immature cells have `nkcc1`.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Nkcc1Gated;

parameters! {
    U = param("u", CurrentDensity, "Na current where the logarithm is 1, all switched on").at_least(0.0).plausible(0.0, 20.0);
    K_HALF = param("k_half", Concentration, "K outside at which half is switched on").default(16.0).above(0.0).plausible(1.0, 50.0);
    BLOCK = param("block", Dimensionless, "blocked fraction").default(0.0).at_least(0.0).at_most(1.0);
    [derived] CURRENT;
}

impl Mechanism for Nkcc1Gated {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "nkcc1_gated",
            title: "Na-K-2Cl cotransporter, switched on by K outside",
            class: Class::Transporter,
            equation: "I_Na = I_K = u/(1 + e^(k_half - K_o)) ln(Na_i K_i Cl_i^2/(Na_o K_o Cl_o^2)), I_Cl = -2 I_K",
            source: "Wei, Ullah & Schiff 2014, J Neurosci 34:11733; Saetra et al 2020, PLoS Comput Biol 16:e1007661",
            slots: vec![Slot::Ion("Na"), Slot::Ion("K"), Slot::Ion("Cl")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::Unclaimed,
            stoichiometry: &[1.0, 1.0, -2.0],
            affine: true,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Nkcc1Gated
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let drive = (site.inside(0) * site.inside(1) / (site.outside(0) * site.outside(1))).ln()
            + (site.inside(2) / site.outside(2)).ln() * 2.0;
        let on = (site.outside(1) - k[K_HALF]).logistic();
        k[CURRENT] = k[U] * on * drive * (R::one() - k[BLOCK]);
    }

    #[inline(always)]
    fn currents<R: Real>(&self, _: R, _: &Site<'_, R>, k: &[R], _: &[R], mut out: impl FnMut(usize, R)) {
        out(0, k[CURRENT]);
        out(1, k[CURRENT]);
        out(2, k[CURRENT] * -2.0);
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    #[test]
    fn is_switched_on_by_potassium_outside() {
        let at = |k_o: f64| Trial::of("nkcc1_gated").ion("K", 140.0, k_o).currents(-70.0)[1];
        // ln(10 * 140 * 64/(145 * K_o * 110^2))/(1 + e^(16 - K_o))
        close(at(5.0), -7.655968163e-5, 1e-13);
        close(at(16.0), -2.873586299, 1e-8);
        close(at(20.0), -5.862932789, 1e-8);
    }
}
