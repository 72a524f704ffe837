//! Na/K-ATPase of canine ventricle, a sigmoid of voltage:
//! I_p = i_max /(1 + e^(-(V + 92)F/RT)) (Na_i/(Na_i + k_na))^3 K_o/(K_o + k_k).
//!
//! i_max is 1.4 uA/uF in the source.

use crate::mechanism::*;
use crate::reader::Section;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct NakPumpDecker;

parameters! {
    I_MAX = pump::i_max();
    K_NA = pump::half("k_na", "Na inside at half occupancy of a site", 2.6);
    K_K = pump::half("k_k", "K outside at half saturation", 1.5);
    BLOCK = pump::block();
    OUABAIN = pump::ouabain();
    K_OUABAIN = pump::k_ouabain();
    [derived] WORKING, AMPLITUDE;
}

impl Mechanism for NakPumpDecker {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            affine: false,
            ..pump::spec(
                "nak_pump_decker",
                "Na/K pump with a sigmoid of voltage",
                "I_p = i_max /(1 + e^(-(V + 92)F/RT)) (Na_i/(Na_i + k_na))^3 K_o/(K_o + k_k)",
                "Decker et al 2009, Am J Physiol 296:H1017",
                parameters(),
            )
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        NakPumpDecker
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[WORKING] = k[I_MAX] * pump::working(k[BLOCK], k[OUABAIN], k[K_OUABAIN]);
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let (na, k_o) = (site.inside(pump::NA), site.outside(pump::K));
        k[AMPLITUDE] = k[WORKING] * (na / (na + k[K_NA])).powi(3) * (k_o / (k_o + k[K_K]));
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], _: &[R], out: impl FnMut(usize, R)) {
        pump::carry(k[AMPLITUDE] * ((v + 92.0) / site.heat.rt_f).logistic(), out);
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V27.
    #[test]
    fn strength_at_rest() {
        let t = Trial::of("nak_pump_decker").ion("Na", 8.0, 140.0).ion("K", 140.0, 5.4);
        close(t.net(-70.0), 0.233788, 1e-6);
    }
}
