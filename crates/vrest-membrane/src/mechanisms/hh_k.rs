//! Delayed rectifier of the squid giant axon: I = g n^4 (V - E_K), rates of Hodgkin & Huxley 1952 moved to the
//! modern sign and to a rest of -65 mV; Q10 3 from 6.3 degC on the rates, none on g.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use std::f64::consts::E;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct HhK;

parameters! {
    G = param("g", Conductance, "conductance with all gates open").at_least(0.0).plausible(0.0, 1000.0);
    [derived] Q;
}

impl Mechanism for HhK {
    const DERIVED: usize = DERIVED;
    const OHMIC: bool = true;
    const LIGHT_RATES: bool = true;

    fn spec() -> Spec {
        Spec {
            kind: "hh_k",
            title: "delayed rectifier of the squid axon",
            class: Class::Channel,
            equation: "I = g n^4 (V - E_K)",
            source: "Hodgkin & Huxley 1952, J Physiol 117:500",
            slots: vec![Slot::Ion("K")],
            params: parameters(),
            gates: vec!["n"],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        HhK
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, heat: &Heat<R>, k: &mut [R]) {
        k[Q] = heat.q10(3.0, 6.3);
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        // One exponential for both rates: e^(-(V + 55)/10) = e (e^(-(V + 65)/80))^8.
        let slow = site.squid_exponential(v);
        let fast = slow * slow * (slow * slow);
        // 0.01 (V + 55)/(1 - e^(-(V + 55)/10)) in its safe form.
        let alpha = ((v + 55.0) * -0.1).bernoulli_with(fast * fast * E) * 0.1;
        let beta = slow * 0.125;
        out(0, Gate::alpha_beta(alpha, beta).times(k[Q]));
    }

    #[inline(always)]
    fn conductance<R: Real>(&self, k: &[R], gates: &[R]) -> R {
        let n2 = gates[0] * gates[0];
        k[G] * n2 * n2
    }
}
