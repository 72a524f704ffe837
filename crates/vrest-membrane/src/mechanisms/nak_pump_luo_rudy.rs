//! Na/K-ATPase of ventricular myocytes, dependent on voltage:
//! I_p = i_max f(V) /(1 + (k_na/Na_i)^1.5) K_o/(K_o + k_k),
//! f = 1/(1 + 0.1245 e^(-0.1 VF/RT) + 0.0365 s e^(-VF/RT)), s = (e^(Na_o/67.3) - 1)/7.
//!
//! i_max is 1.5 uA/uF in the 1994 model.

use crate::mechanism::*;
use crate::reader::Section;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct NakPumpLuoRudy;

parameters! {
    I_MAX = pump::i_max();
    K_NA = pump::half("k_na", "Na inside at half saturation", 10.0);
    K_K = pump::half("k_k", "K outside at half saturation", 1.5);
    BLOCK = pump::block();
    OUABAIN = pump::ouabain();
    K_OUABAIN = pump::k_ouabain();
    [derived] WORKING, AMPLITUDE, SIGMA;
}

impl Mechanism for NakPumpLuoRudy {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            affine: false,
            ..pump::spec(
                "nak_pump_luo_rudy",
                "voltage-dependent Na/K pump of the heart",
                "I_p = i_max f(V) /(1 + (k_na/Na_i)^1.5) K_o/(K_o + k_k), f = 1/(1 + 0.1245 e^(-0.1 VF/RT) + 0.0365 s e^(-VF/RT))",
                "Luo & Rudy 1994, Circ Res 74:1071",
                parameters(),
            )
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        NakPumpLuoRudy
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[WORKING] = k[I_MAX] * pump::working(k[BLOCK], k[OUABAIN], k[K_OUABAIN]);
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let ratio = k[K_NA] / site.inside(pump::NA);
        let k_o = site.outside(pump::K);
        k[SIGMA] = (site.outside(pump::NA) / 67.3).exp_m1() / 7.0;
        k[AMPLITUDE] = k[WORKING] / (ratio * ratio.sqrt() + 1.0) * (k_o / (k_o + k[K_K]));
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], _: &[R], out: impl FnMut(usize, R)) {
        let u = v / site.heat.rt_f;
        let f = R::one() / ((u * -0.1).exp() * 0.1245 + k[SIGMA] * (-u).exp() * 0.0365 + 1.0);
        pump::carry(k[AMPLITUDE] * f, out);
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V27.
    #[test]
    fn voltage_dependence() {
        // RT/F = 8314 * 310/96485 = 26.7123 mV in the source; that is 309.983 K here.
        let t = Trial::of("nak_pump_luo_rudy").set("k_na", 1e-9).set("k_k", 1e-9).ion("Na", 10.0, 140.0);
        let t = t.at(8314.0 * 310.0 / 96485.0 / crate::constants::rt_over_f(1.0) - 273.15);
        for (v, want) in
            [(-100.0, 0.367035), (-85.0, 0.487459), (-70.0, 0.601010), (0.0, 0.861302), (40.0, 0.896573)]
        {
            close(t.net(v), want, 1e-6);
        }
    }
}
