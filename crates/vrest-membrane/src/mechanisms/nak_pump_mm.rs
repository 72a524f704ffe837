//! Na/K-ATPase with a Michaelis-Menten factor for each binding side: I_p = i_max Na_i/(Na_i + k_na) K_o/(K_o + k_k).
//!
//! First-order saturation is too weak near rest compared with the pump's three sodium sites; it is here because it
//! is the common form. DiFrancesco and Noble use k_na = 40 mM and k_k = 1 mM.

use crate::mechanism::*;
use crate::reader::Section;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct NakPumpMm;

parameters! {
    I_MAX = pump::i_max();
    K_NA = pump::half("k_na", "Na inside at half saturation", 10.0);
    K_K = pump::half("k_k", "K outside at half saturation", 1.0);
    BLOCK = pump::block();
    OUABAIN = pump::ouabain();
    K_OUABAIN = pump::k_ouabain();
    [derived] WORKING, CURRENT;
}

impl Mechanism for NakPumpMm {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        pump::spec(
            "nak_pump_mm",
            "Na/K pump with Michaelis-Menten saturation",
            "I_p = i_max Na_i/(Na_i + k_na) K_o/(K_o + k_k)",
            "DiFrancesco & Noble 1985, Phil Trans R Soc B 307:353",
            parameters(),
        )
    }

    fn build(_: &mut Section<'_>) -> Self {
        NakPumpMm
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[WORKING] = k[I_MAX] * pump::working(k[BLOCK], k[OUABAIN], k[K_OUABAIN]);
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let (na_i, k_o) = (site.inside(pump::NA), site.outside(pump::K));
        k[CURRENT] = k[WORKING] * (na_i / (na_i + k[K_NA])) * (k_o / (k_o + k[K_K]));
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
    fn saturation_at_rest() {
        for (k_k, want) in [(1.0, 0.416667), (1.5, 0.384615), (2.0, 0.357143)] {
            close(Trial::of("nak_pump_mm").set("k_k", k_k).net(-70.0), want, 1e-6);
        }
    }
}
