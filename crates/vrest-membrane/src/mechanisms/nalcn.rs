//! Sodium leak channel NALCN: ungated, constant field, permeable to Na and K alike,
//! I_Na = P GHK(V, Na), I_K = k_share P GHK(V, K). Its small calcium permeability and its block by calcium outside are left out.

use crate::equilibrium::ghk_current;
use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Nalcn;

parameters! {
    P = param("p", Permeability, "permeability to Na").at_least(0.0).plausible(0.0, 1e-3);
    K_SHARE = param("k_share", Dimensionless, "permeability to K over that to Na").default(1.0).at_least(0.0).plausible(0.0, 3.0);
    BLOCK = param("block", Dimensionless, "blocked fraction").default(0.0).at_least(0.0).at_most(1.0);
    [derived] OPEN;
}

impl Mechanism for Nalcn {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "nalcn",
            title: "Na leak channel NALCN, constant field",
            class: Class::Channel,
            equation: "I_Na = P GHK(V, Na), I_K = k_share P GHK(V, K)",
            source: "Lu et al 2007, Cell 129:371",
            slots: vec![Slot::Ion("Na"), Slot::Ion("K")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Nalcn
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
        out(1, ghk(k[OPEN] * k[K_SHARE], 1));
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// At 0 mV a constant-field current is P F (X_i - X_o).
    #[test]
    fn carries_both_ions_down_their_gradients() {
        let i = Trial::of("nalcn").set("p", 1e-7).currents(0.0);
        close(i[0], 1e-7 * 96485.33212331001 * (10.0 - 145.0), 1e-12);
        close(i[1], 1e-7 * 96485.33212331001 * (140.0 - 5.0), 1e-12);
    }
}
