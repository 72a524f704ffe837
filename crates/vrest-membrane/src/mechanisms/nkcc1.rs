//! Na-K-2Cl cotransporter NKCC1: I_Na = I_K = u [ln(K_i Cl_i/(K_o Cl_o)) + ln(Na_i Cl_i/(Na_o Cl_o))], I_Cl = -2 I_K.
//!
//! Electroneutral: 1 Na, 1 K and 2 Cl together, negative u-currents are uptake. It stops at
//! Cl_i^2 = Na_o K_o Cl_o^2/(Na_i K_i). The published u is a flux; as a current density it is that times F.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Nkcc1;

parameters! {
    U = param("u", CurrentDensity, "Na current where the logarithm is 1").at_least(0.0).plausible(0.0, 20.0);
    BLOCK = param("block", Dimensionless, "blocked fraction").default(0.0).at_least(0.0).at_most(1.0);
    [derived] CURRENT;
}

impl Mechanism for Nkcc1 {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "nkcc1",
            title: "Na-K-2Cl cotransporter",
            class: Class::Transporter,
            equation: "I_Na = I_K = u ln(Na_i K_i Cl_i^2/(Na_o K_o Cl_o^2)), I_Cl = -2 I_K",
            source: "Wei, Ullah & Schiff 2014, J Neurosci 34:11733",
            slots: vec![Slot::Ion("Na"), Slot::Ion("K"), Slot::Ion("Cl")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::Unclaimed,
            stoichiometry: &[1.0, 1.0, -2.0],
            affine: true,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Nkcc1
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let drive = (site.inside(0) * site.inside(1) / (site.outside(0) * site.outside(1))).ln()
            + (site.inside(2) / site.outside(2)).ln() * 2.0;
        k[CURRENT] = k[U] * drive * (R::one() - k[BLOCK]);
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

    /// V29: with the usual concentrations it stops at 79.1585 mM of chloride.
    #[test]
    fn stops_at_its_equilibrium() {
        let at = |cl: f64| Trial::of("nkcc1").ion("Cl", cl, 110.0).currents(-70.0);
        close(at(79.1585)[0], 0.0, 1e-5);
        // ln(10 * 140 * 64/(145 * 5 * 110^2))
        let i = at(8.0);
        close(i[0], -4.584021787, 1e-8);
        assert_eq!((i[1], i[2]), (i[0], -2.0 * i[0]));
    }
}
