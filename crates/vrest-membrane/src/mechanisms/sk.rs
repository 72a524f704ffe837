//! Small-conductance calcium-activated potassium channel SK: I = g z (V - E_K), z_inf = 1/(1 + (k_ca/Ca_i)^4.8), tau = 1 ms.
//!
//! Calcium inside moves it and is not moved: give the calcium a `pool`, which calcium channels fill.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Sk;

parameters! {
    G = param("g", Conductance, "conductance with all gates open").at_least(0.0).plausible(0.0, 1000.0);
    K_CA = param("k_ca", Concentration, "Ca inside at half activation").default(4.3e-4).above(0.0).plausible(1e-5, 0.01);
    [derived] OPEN;
}

impl Mechanism for Sk {
    const DERIVED: usize = DERIVED;
    const OHMIC: bool = true;

    fn spec() -> Spec {
        Spec {
            kind: "sk",
            title: "Ca-activated K channel (SK)",
            class: Class::Channel,
            equation: "I = g z (V - E_K), z_inf = 1/(1 + (k_ca/Ca_i)^4.8)",
            source: "Kohler et al 1996, Science 273:1709",
            slots: vec![Slot::Ion("K"), Slot::Senses("Ca")],
            params: parameters(),
            gates: vec!["z"],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Sk
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        k[OPEN] = ((site.inside(1) / k[K_CA]).ln() * 4.8).logistic();
    }

    #[inline(always)]
    fn gates<R: Real>(&self, _: R, _: &Site<'_, R>, k: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        out(0, Gate { source: k[OPEN], rate: R::one() });
    }

    #[inline(always)]
    fn conductance<R: Real>(&self, k: &[R], gates: &[R]) -> R {
        k[G] * gates[0]
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    #[test]
    fn opens_with_calcium() {
        let at = |ca: f64| Trial::of("sk").ion("Ca", ca, 2.0).steady(-70.0)[0];
        close(at(4.3e-4), 0.5, 1e-12);
        // 1/(1 + 4.3^4.8), 1/(1 + 0.43^4.8)
        close(at(1e-4), 0.0009098213063332165, 1e-10);
        close(at(1e-3), 0.9828937366231172, 1e-10);
    }
}
