//! Na/K-ATPase of astrocytes: I_p = i_max Na_i^1.5/(Na_i^1.5 + k_na^1.5) K_o/(K_o + k_k).
//!
//! The source gives a cycle flux of 1.115e-6 mol/m2/s; one charge a cycle makes that 10.76 uA/cm2.

use crate::mechanism::*;
use crate::reader::Section;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct NakPumpGlia;

parameters! {
    I_MAX = pump::i_max();
    K_NA = pump::half("k_na", "Na inside at half saturation", 10.0);
    K_K = pump::half("k_k", "K outside at half saturation", 1.5);
    BLOCK = pump::block();
    OUABAIN = pump::ouabain();
    K_OUABAIN = pump::k_ouabain();
    [derived] WORKING, CURRENT;
}

impl Mechanism for NakPumpGlia {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        pump::spec(
            "nak_pump_glia",
            "Na/K pump with Hill exponent 1.5",
            "I_p = i_max Na_i^1.5/(Na_i^1.5 + k_na^1.5) K_o/(K_o + k_k)",
            "Halnes et al 2013, PLoS Comput Biol 9:e1003386",
            parameters(),
        )
    }

    fn build(_: &mut Section<'_>) -> Self {
        NakPumpGlia
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[WORKING] = k[I_MAX] * pump::working(k[BLOCK], k[OUABAIN], k[K_OUABAIN]);
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        // x^1.5 = x sqrt(x), which lanes do faster than a power.
        let (na, half) = (site.inside(pump::NA), k[K_NA]);
        let (na, half, k_o) = (na * na.sqrt(), half * half.sqrt(), site.outside(pump::K));
        k[CURRENT] = k[WORKING] * (na / (na + half)) * (k_o / (k_o + k[K_K]));
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
    fn strength_at_the_rest_of_the_astrocyte() {
        let t = Trial::of("nak_pump_glia").ion("Na", 15.189, 144.662).ion("K", 99.959, 3.082);
        close(t.net(-83.6), 0.438424, 1e-6);
    }
}
