//! Na/K-ATPase driven by the third power of the sodium gradient: I_p = i_max (Na_i/Na_o)^3.
//!
//! The pump of the pump-leak models of chloride homeostasis; there i_max is 1000 uA/cm2 (0.1 C/dm2/s), a factor and
//! not a saturation.

use crate::mechanism::*;
use crate::reader::Section;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct NakPumpCubic;

parameters! {
    I_MAX = pump::i_max().plausible(0.0, 1e5);
    BLOCK = pump::block();
    OUABAIN = pump::ouabain();
    K_OUABAIN = pump::k_ouabain();
    [derived] WORKING, CURRENT;
}

impl Mechanism for NakPumpCubic {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        pump::spec(
            "nak_pump_cubic",
            "Na/K pump driven by the cube of the Na gradient",
            "I_p = i_max (Na_i/Na_o)^3",
            "Dusterwald et al 2018, eLife 7:e39575",
            parameters(),
        )
    }

    fn build(_: &mut Section<'_>) -> Self {
        NakPumpCubic
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[WORKING] = k[I_MAX] * pump::working(k[BLOCK], k[OUABAIN], k[K_OUABAIN]);
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let ratio = site.inside(pump::NA) / site.outside(pump::NA);
        k[CURRENT] = k[WORKING] * ratio.powi(3);
    }

    #[inline(always)]
    fn currents<R: Real>(&self, _: R, _: &Site<'_, R>, k: &[R], _: &[R], out: impl FnMut(usize, R)) {
        pump::carry(k[CURRENT], out);
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V27.
    #[test]
    fn strength_at_the_rest_of_the_published_cell() {
        let t = Trial::of("nak_pump_cubic").set("i_max", 1000.0).ion("Na", 14.002, 145.0);
        close(t.net(-72.6), 0.90040, 2e-4);
    }
}
