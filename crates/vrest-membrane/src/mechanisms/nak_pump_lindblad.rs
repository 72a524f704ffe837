//! Na/K-ATPase of atrial myocytes, a rational function of voltage:
//! I_p = i_max (V + 150)/(V + 200) Na_i^1.5/(Na_i^1.5 + k_na^1.5) K_o/(K_o + k_k), Q10 3 from 37 degC.
//!
//! Below -150 mV the published factor turns negative and has a pole at -200 mV; here the pump stands still there.

use crate::mechanism::*;
use crate::reader::Section;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct NakPumpLindblad;

parameters! {
    I_MAX = pump::i_max();
    K_NA = pump::half("k_na", "Na inside at half saturation", 5.64);
    K_K = pump::half("k_k", "K outside at half saturation", 0.621);
    BLOCK = pump::block();
    OUABAIN = pump::ouabain();
    K_OUABAIN = pump::k_ouabain();
    [derived] WORKING, AMPLITUDE;
}

impl Mechanism for NakPumpLindblad {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            affine: false,
            ..pump::spec(
                "nak_pump_lindblad",
                "Na/K pump rising with voltage",
                "I_p = i_max (V + 150)/(V + 200) Na_i^1.5/(Na_i^1.5 + k_na^1.5) K_o/(K_o + k_k)",
                "Lindblad et al 1996, Am J Physiol 271:H1666",
                parameters(),
            )
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        NakPumpLindblad
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, heat: &Heat<R>, k: &mut [R]) {
        let working = pump::working(k[BLOCK], k[OUABAIN], k[K_OUABAIN]);
        k[WORKING] = k[I_MAX] * working * heat.q10(3.0, 37.0);
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let (na, half, k_o) = (site.inside(pump::NA), k[K_NA], site.outside(pump::K));
        let (na, half) = (na * na.sqrt(), half * half.sqrt());
        k[AMPLITUDE] = k[WORKING] * (na / (na + half)) * (k_o / (k_o + k[K_K]));
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, _: &Site<'_, R>, k: &[R], _: &[R], out: impl FnMut(usize, R)) {
        let v = v.max(R::from_f64(-150.0));
        pump::carry(k[AMPLITUDE] * ((v + 150.0) / (v + 200.0)), out);
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V27.
    #[test]
    fn strength_at_rest_and_standstill_below() {
        close(Trial::of("nak_pump_lindblad").net(-70.0), 0.384526, 1e-6);
        close(Trial::of("nak_pump_lindblad").at(27.0).net(-70.0), 0.384526 / 3.0, 1e-6);
        assert_eq!(Trial::of("nak_pump_lindblad").net(-180.0), 0.0);
    }
}
