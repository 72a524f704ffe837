//! K-Cl cotransporter KCC2 in its conductance form: one K and one Cl leave together,
//! I_K = -g (E_K - E_Cl) = g (RT/F) ln(K_i Cl_i/(K_o Cl_o)) and I_Cl = -I_K.
//!
//! Electroneutral; it stops where E_Cl = E_K. Models that give a strength U of the logarithm have g = U F/RT, with U as
//! a current density (U F for a flux). Doyon et al 2016; Dusterwald et al 2018, eLife 7:e39575.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Kcc2;

parameters! {
    G = param("g", Conductance, "conductance of the cotransport").at_least(0.0).plausible(0.0, 10.0);
    BLOCK = param("block", Dimensionless, "blocked fraction").default(0.0).at_least(0.0).at_most(1.0);
    [derived] CURRENT;
}

impl Mechanism for Kcc2 {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "kcc2",
            title: "K-Cl cotransporter, driven by E_K - E_Cl",
            class: Class::Transporter,
            equation: "I_K = -g (E_K - E_Cl), I_Cl = -I_K",
            source: "Doyon et al 2016, Neuron 89:1157; Dusterwald et al 2018, eLife 7:e39575",
            slots: vec![Slot::Ion("K"), Slot::Ion("Cl")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::Unclaimed,
            stoichiometry: &[1.0, -1.0],
            affine: true,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Kcc2
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        k[CURRENT] = k[G] * (site.nernst(1) - site.nernst(0)) * (R::one() - k[BLOCK]);
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

    /// V29: no current where E_Cl = E_K; elsewhere the logarithm of the ratio of products.
    #[test]
    fn stops_where_chloride_follows_potassium() {
        let at = |cl: f64| Trial::of("kcc2").set("g", 0.02).ion("Cl", cl, 110.0).currents(-70.0);
        close(at(5.0 * 110.0 / 140.0)[0], 0.0, 1e-15);
        // 0.02 * 26.726659 * ln(140 * 8/(5 * 110))
        close(at(8.0)[0], 0.380141657, 1e-8);
        assert_eq!(at(8.0)[1], -at(8.0)[0]);
    }
}
