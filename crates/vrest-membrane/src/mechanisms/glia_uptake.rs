//! Potassium taken up from the space outside by glia: dK_o/dt = -rate/(1 + e^((18 - K_o)/2.5)), K_o in mM.
//!
//! No current of this cell: the glia take up a counter-ion with it. It needs `dynamic = "outside"` or `"both"` of K.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct GliaUptake;

parameters! {
    RATE = param("rate", ConcentrationRate, "greatest rate").default(66.667).at_least(0.0).plausible(0.0, 1000.0);
    BLOCK = param("block", Dimensionless, "blocked fraction").default(0.0).at_least(0.0).at_most(1.0);
    [derived] GREATEST;
}

impl Mechanism for GliaUptake {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "glia_uptake",
            title: "K uptake from the space outside by glia",
            class: Class::Transporter,
            equation: "dK_o/dt = -rate/(1 + e^((18 - K_o)/2.5))",
            source: "Cressman et al 2009, J Comput Neurosci 26:159, with its erratum of 2011",
            slots: vec![Slot::Outside("K")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::Unclaimed,
            stoichiometry: &[],
            affine: true,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        GliaUptake
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[GREATEST] = k[RATE] * (R::one() - k[BLOCK]);
    }

    #[inline(always)]
    fn currents<R: Real>(&self, _: R, site: &Site<'_, R>, k: &[R], _: &[R], mut out: impl FnMut(usize, R)) {
        out(0, k[GREATEST] * ((site.outside(0) - 18.0) / 2.5).logistic());
    }
}
