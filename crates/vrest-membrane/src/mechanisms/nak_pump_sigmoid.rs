//! Na/K-ATPase with sigmoid dependence on both concentrations:
//! I_p = i_max /(1 + e^((na_half - Na_i)/na_width)) /(1 + e^((k_half - K_o)/k_width)).
//!
//! k_half is 5.5 mM in Barreto & Cressman, 3.5 mM in Wei et al and Saetra et al.

use crate::mechanism::*;
use crate::reader::Section;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct NakPumpSigmoid;

parameters! {
    I_MAX = pump::i_max();
    NA_HALF = pump::half("na_half", "Na inside at half strength", 25.0);
    NA_WIDTH = pump::half("na_width", "width of the Na sigmoid", 3.0);
    K_HALF = pump::half("k_half", "K outside at half strength", 5.5);
    K_WIDTH = pump::half("k_width", "width of the K sigmoid", 1.0);
    BLOCK = pump::block();
    OUABAIN = pump::ouabain();
    K_OUABAIN = pump::k_ouabain();
    [derived] WORKING, CURRENT;
}

impl Mechanism for NakPumpSigmoid {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        pump::spec(
            "nak_pump_sigmoid",
            "Na/K pump with sigmoid saturation",
            "I_p = i_max /(1 + e^((na_half - Na_i)/na_width)) /(1 + e^((k_half - K_o)/k_width))",
            "Barreto & Cressman 2011, J Biol Phys 37:361; Wei, Ullah & Schiff 2014, J Neurosci 34:11733",
            parameters(),
        )
    }

    fn build(_: &mut Section<'_>) -> Self {
        NakPumpSigmoid
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[WORKING] = k[I_MAX] * pump::working(k[BLOCK], k[OUABAIN], k[K_OUABAIN]);
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let na = ((site.inside(pump::NA) - k[NA_HALF]) / k[NA_WIDTH]).logistic();
        let potassium = ((site.outside(pump::K) - k[K_HALF]) / k[K_WIDTH]).logistic();
        k[CURRENT] = k[WORKING] * na * potassium;
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
    fn strength_at_three_pairs_of_concentrations() {
        for (na_i, k_o, k_half, want) in
            [(18.0, 4.0, 5.5, 0.01612636), (18.0, 4.0, 3.5, 0.05502520), (25.0, 5.5, 5.5, 0.25)]
        {
            let t = Trial::of("nak_pump_sigmoid").set("k_half", k_half);
            close(t.ion("Na", na_i, 145.0).ion("K", 140.0, k_o).net(-70.0), want, 1e-8);
        }
    }
}
