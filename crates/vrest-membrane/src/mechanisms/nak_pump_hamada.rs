//! Na/K-ATPase of dorsal root ganglion neurons: two isoforms of different sodium affinity,
//! I_p = i_max (w/(1 + (k_na1/Na_i)^3) + (1 - w)/(1 + (k_na2/Na_i)^3)) (1 + k_k/K_o)^-2.
//!
//! The fit's amplitudes 1.62 and 1.00 are normalised here to w = 0.62; k_k = 0 leaves the potassium factor out.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::{Concentration, Dimensionless};
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct NakPumpHamada;

parameters! {
    I_MAX = pump::i_max();
    WEIGHT = param("weight", Dimensionless, "share of the high-affinity isoform").default(0.62).at_least(0.0).at_most(1.0);
    K_NA1 = pump::half("k_na1", "Na inside at half saturation, high affinity", 6.7);
    K_NA2 = pump::half("k_na2", "Na inside at half saturation, low affinity", 67.6);
    K_K = param("k_k", Concentration, "K outside at half occupancy of a site").default(0.0).at_least(0.0);
    BLOCK = pump::block();
    OUABAIN = pump::ouabain();
    K_OUABAIN = pump::k_ouabain();
    [derived] WORKING, CURRENT;
}

impl Mechanism for NakPumpHamada {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        pump::spec(
            "nak_pump_hamada",
            "Na/K pump of two isoforms",
            "I_p = i_max (w/(1 + (k_na1/Na_i)^3) + (1 - w)/(1 + (k_na2/Na_i)^3)) (1 + k_k/K_o)^-2",
            "Hamada et al 2003, J Neurosci 23:9617 (fit as used by Tigerholm et al 2014)",
            parameters(),
        )
    }

    fn build(_: &mut Section<'_>) -> Self {
        NakPumpHamada
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[WORKING] = k[I_MAX] * pump::working(k[BLOCK], k[OUABAIN], k[K_OUABAIN]);
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let isoform = |half: R| R::one() / ((half / site.inside(pump::NA)).powi(3) + 1.0);
        let na = k[WEIGHT] * isoform(k[K_NA1]) + (R::one() - k[WEIGHT]) * isoform(k[K_NA2]);
        let potassium = R::one() / (k[K_K] / site.outside(pump::K) + 1.0);
        k[CURRENT] = k[WORKING] * na * potassium.powi(2);
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
    fn strength_and_the_raw_amplitudes_of_the_fit() {
        for (na_i, want) in [(10.0, 0.477869), (20.0, 0.607128)] {
            close(Trial::of("nak_pump_hamada").ion("Na", na_i, 145.0).net(-70.0), want, 1e-6);
        }
        let raw = Trial::of("nak_pump_hamada").set("i_max", 2.62).set("weight", 1.62 / 2.62);
        close(raw.ion("Na", 14.0, 145.0).net(-70.0), 1.468780, 1e-6);
    }
}
