//! GABA_A receptor channel, permeable to Cl and HCO3, constant field: I_Cl = P GHK(V, Cl), I_HCO3 = hco3_share P GHK(V, HCO3).
//!
//! Together they vanish at E_GABA = (RT/F) ln((Cl_i + b HCO3_i)/(Cl_o + b HCO3_o)), with b the share.

use crate::equilibrium::ghk_current;
use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct GabaA;

parameters! {
    P = param("p", Permeability, "permeability to Cl of the open channels").at_least(0.0).plausible(0.0, 1e-3);
    SHARE = param("hco3_share", Dimensionless, "permeability to HCO3 over that to Cl").default(0.2).at_least(0.0).plausible(0.0, 0.6);
    BLOCK = param("block", Dimensionless, "blocked fraction").default(0.0).at_least(0.0).at_most(1.0);
    [derived] OPEN;
}

impl Mechanism for GabaA {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "gaba_a",
            title: "GABA_A receptor channel (Cl and HCO3), constant field",
            class: Class::Channel,
            equation: "I_Cl = P GHK(V, Cl), I_HCO3 = b P GHK(V, HCO3)",
            source: "Bormann, Hamill & Sakmann 1987, J Physiol 385:243",
            slots: vec![Slot::Ion("Cl"), Slot::Ion("HCO3")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        GabaA
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[OPEN] = k[P] * (R::one() - k[BLOCK]);
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], _: &[R], mut out: impl FnMut(usize, R)) {
        let ghk = |p: R, slot: usize| {
            ghk_current(p, site.z(slot), v, site.inside(slot), site.outside(slot), site.heat.rt_f)
        };
        out(0, ghk(k[OPEN], 0));
        out(1, ghk(k[OPEN] * k[SHARE], 1));
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V30.
    #[test]
    fn reverses_between_chloride_and_bicarbonate() {
        for (cl, e) in [(8.0, -62.7285), (25.0, -37.7575)] {
            let t = Trial::of("gaba_a").set("p", 1e-6).ion("Cl", cl, 110.0);
            let slope = (t.net(e + 1.0) - t.net(e - 1.0)) / 2.0;
            close(t.net(e) / slope, 0.0, 1e-4);
        }
    }
}
