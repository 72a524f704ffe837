//! Diffusion of an ion between the space outside and a bath: dX_o/dt = -rate (X_o - bath).
//!
//! No current of this cell: a counter-ion goes with it. It needs `dynamic = "outside"` or `"both"` of its ion.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Bath;

parameters! {
    RATE = param("rate", Rate, "rate of exchange").at_least(0.0).plausible(0.0, 1.0);
    BATH = param("bath", Concentration, "concentration in the bath").above(0.0).plausible(0.1, 200.0);
    BLOCK = param("block", Dimensionless, "blocked fraction").default(0.0).at_least(0.0).at_most(1.0);
    [derived] PER_SECOND;
}

impl Mechanism for Bath {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "bath",
            title: "diffusion of one ion to a bath",
            class: Class::Transporter,
            equation: "dX_o/dt = -rate (X_o - bath)",
            source: "Cressman et al 2009, J Comput Neurosci 26:159",
            slots: vec![Slot::OutsideChosen],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::Unclaimed,
            stoichiometry: &[],
            affine: true,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Bath
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[PER_SECOND] = k[RATE] * (R::one() - k[BLOCK]) * 1e3;
    }

    #[inline(always)]
    fn currents<R: Real>(&self, _: R, site: &Site<'_, R>, k: &[R], _: &[R], mut out: impl FnMut(usize, R)) {
        out(0, k[PER_SECOND] * (site.outside(0) - k[BATH]));
    }
}
