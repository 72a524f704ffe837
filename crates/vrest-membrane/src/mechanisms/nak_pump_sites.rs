//! Na/K-ATPase with independent binding sites, three for sodium and two for potassium:
//! I_p = i_max (1 + k_na/Na_i)^-3 (1 + k_k/K_o)^-2.
//!
//! k_k = 2 mM in neurons, 5 mM in glia.

use crate::mechanism::*;
use crate::reader::Section;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct NakPumpSites;

parameters! {
    I_MAX = pump::i_max();
    K_NA = pump::half("k_na", "Na inside at half occupancy of a site", 10.0);
    K_K = pump::half("k_k", "K outside at half occupancy of a site", 2.0);
    BLOCK = pump::block();
    OUABAIN = pump::ouabain();
    K_OUABAIN = pump::k_ouabain();
    [derived] WORKING, CURRENT;
}

impl Mechanism for NakPumpSites {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        pump::spec(
            "nak_pump_sites",
            "Na/K pump with three Na and two K sites",
            "I_p = i_max (1 + k_na/Na_i)^-3 (1 + k_k/K_o)^-2",
            "Kager, Wadman & Somjen 2000, J Neurophysiol 84:495; Somjen, Kager & Wadman 2008",
            parameters(),
        )
    }

    fn build(_: &mut Section<'_>) -> Self {
        NakPumpSites
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[WORKING] = k[I_MAX] * pump::working(k[BLOCK], k[OUABAIN], k[K_OUABAIN]);
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let na = R::one() / (k[K_NA] / site.inside(pump::NA) + 1.0);
        let potassium = R::one() / (k[K_K] / site.outside(pump::K) + 1.0);
        k[CURRENT] = k[WORKING] * na.powi(3) * potassium.powi(2);
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
    fn occupancy_at_four_pairs_of_concentrations() {
        for (na_i, k_o, want) in
            [(10.0, 5.0, 0.063776), (10.0, 3.5, 0.050620), (20.0, 5.0, 0.151172), (10.0, 10.0, 0.086806)]
        {
            let t = Trial::of("nak_pump_sites").ion("Na", na_i, 145.0).ion("K", 140.0, k_o);
            close(t.net(-70.0), want, 1e-6);
        }
    }
}
