//! Sodium channel of the squid giant axon: I = g m^3 h (V - E_Na), rates of Hodgkin & Huxley 1952 moved to the
//! modern sign and to a rest of -65 mV; Q10 3 from 6.3 degC on the rates, none on g.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct HhNa;

/// e^(5/2) and e^3.
const E_2_5: f64 = 12.182_493_960_703_473;
const E_3: f64 = 20.085_536_923_187_668;

parameters! {
    G = param("g", Conductance, "conductance with all gates open").at_least(0.0).plausible(0.0, 1000.0);
    [derived] Q;
}

impl Mechanism for HhNa {
    const DERIVED: usize = DERIVED;
    const OHMIC: bool = true;
    const LIGHT_RATES: bool = true;

    fn spec() -> Spec {
        Spec {
            kind: "hh_na",
            title: "sodium channel of the squid axon",
            class: Class::Channel,
            equation: "I = g m^3 h (V - E_Na)",
            source: "Hodgkin & Huxley 1952, J Physiol 117:500",
            slots: vec![Slot::Ion("Na")],
            params: parameters(),
            gates: vec!["m", "h"],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        HhNa
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, heat: &Heat<R>, k: &mut [R]) {
        k[Q] = heat.q10(3.0, 6.3);
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        // One exponential for three rates: e^(-(V + 40)/10) and e^(-(V + 35)/10) are multiples of (e^(-(V + 65)/20))^2.
        let slow = site.squid_exponential(v);
        let slow = slow * slow * (slow * slow);
        let fast = slow * slow;
        // 0.1 (V + 40)/(1 - e^(-(V + 40)/10)) in its safe form.
        let alpha_m = ((v + 40.0) * -0.1).bernoulli_with(fast * E_2_5);
        let beta_m = ((v + 65.0) * (-1.0 / 18.0)).exp() * 4.0;
        let alpha_h = slow * 0.07;
        let beta_h = ((v + 35.0) * 0.1).logistic_with(fast * E_3);
        out(0, Gate::alpha_beta(alpha_m, beta_m).times(k[Q]));
        out(1, Gate::alpha_beta(alpha_h, beta_h).times(k[Q]));
    }

    #[inline(always)]
    fn conductance<R: Real>(&self, k: &[R], gates: &[R]) -> R {
        let (m, h) = (gates[0], gates[1]);
        k[G] * m * m * m * h
    }
}
