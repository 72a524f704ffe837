//! Na/K-ATPase with a Michaelis-Menten factor for each binding side: I_p = i_max Na_i/(Na_i + K_Na) K_o/(K_o + K_K).
//!
//! `i_max` is the NET current at saturation, one charge a cycle (3 Na out, 2 K in). First-order saturation is
//! too weak near rest compared with the pump's third-order Na sites; it is here because it is the common form.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct NakPumpMm;

parameters! {
    I_MAX = param("i_max", CurrentDensity, "net pump current at saturation").at_least(0.0).plausible(0.0, 100.0);
    K_NA = param("k_na", Concentration, "Na inside at half saturation").default(10.0).above(0.0).plausible(1.0, 60.0);
    K_K = param("k_k", Concentration, "K outside at half saturation").default(1.0).above(0.0).plausible(0.1, 10.0);
    BLOCK = param("block", Dimensionless, "blocked fraction").default(0.0).at_least(0.0).at_most(1.0);
    OUABAIN = param("ouabain", Concentration, "ouabain outside").default(0.0).at_least(0.0).plausible(0.0, 10.0);
    K_OUABAIN = param("k_ouabain", Concentration, "ouabain at half block").default(6e-4).above(0.0);
    [derived] MAXIMUM, CURRENT;
}

impl Mechanism for NakPumpMm {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "nak_pump_mm",
            title: "Na/K pump with Michaelis-Menten saturation",
            class: Class::Pump,
            equation: "I_Na = 3 I_p, I_K = -2 I_p, I_p = i_max (1 - block)/(1 + ouabain/k_ouabain) Na_i/(Na_i + k_na) K_o/(K_o + k_k)",
            source: "DiFrancesco & Noble 1985, Phil Trans R Soc B 307:353",
            slots: vec![Slot::Ion("Na"), Slot::Ion("K")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::Unclaimed,
            stoichiometry: &[3.0, -2.0],
            affine: true,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        NakPumpMm
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[MAXIMUM] = k[I_MAX] * (R::one() - k[BLOCK]) / (k[OUABAIN] / k[K_OUABAIN] + 1.0);
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let (na_i, k_o) = (site.inside(0), site.outside(1));
        k[CURRENT] = k[MAXIMUM] * (na_i / (na_i + k[K_NA])) * (k_o / (k_o + k[K_K]));
    }

    #[inline(always)]
    fn currents<R: Real>(&self, _: R, _: &Site<'_, R>, k: &[R], _: &[R], out: &mut [R]) {
        out[0] = k[CURRENT] * 3.0;
        out[1] = k[CURRENT] * -2.0;
    }
}
