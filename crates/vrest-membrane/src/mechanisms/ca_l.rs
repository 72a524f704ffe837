//! High-threshold (L-type) calcium channel of thalamocortical cells, constant field: I = P m^2 GHK(V, Ca);
//! m_inf = 1/(1 + e^(-(V + 10)/10)), tau = 1/(alpha + beta) with alpha = 1.6/(1 + e^(-0.072 (V - 5))),
//! beta = 0.1072 B((V - 1.31)/5.36), B(x) = x/(e^x - 1). Q10 3 from 23.5 degC on the rates.

use crate::equilibrium::ghk_current;
use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct CaL;

parameters! {
    P = param("p", Permeability, "permeability with all gates open").default(1e-4).at_least(0.0).plausible(0.0, 1e-2);
    [derived] Q;
}

impl Mechanism for CaL {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "ca_l",
            title: "L-type Ca channel",
            class: Class::Channel,
            equation: "I = P m^2 GHK(V, Ca_i, Ca_o)",
            source: "McCormick & Huguenard 1992, J Neurophysiol 68:1384",
            slots: vec![Slot::Ion("Ca")],
            params: parameters(),
            gates: vec!["m"],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        CaL
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, heat: &Heat<R>, k: &mut [R]) {
        k[Q] = heat.q10(3.0, 23.5);
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, _: &Site<'_, R>, k: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        let rate = ((v - 5.0) * 0.072).logistic() * 1.6 + ((v - 1.31) / 5.36).bernoulli() * (0.02 * 5.36);
        let inf = ((v + 10.0) * 0.1).logistic();
        out(0, Gate { source: inf * rate, rate }.times(k[Q]));
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], gates: &[R], mut out: impl FnMut(usize, R)) {
        let open = gates[0] * gates[0];
        out(0, open * ghk_current(k[P], site.z(0), v, site.inside(0), site.outside(0), site.heat.rt_f));
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    #[test]
    fn activation_at_two_voltages() {
        let t = Trial::of("ca_l").at(23.5);
        close(t.steady(-10.0)[0], 0.5, 1e-15);
        // 1/(1.6/(1 + e^(-0.072 (V - 5))) + 0.02 (V - 1.31)/(e^((V - 1.31)/5.36) - 1))
        close(1.0 / t.gates(-10.0)[0].rate, 1.508262533, 1e-8);
        close(1.0 / t.gates(-60.0)[0].rate, 0.8058516829, 1e-8);
        // V14: the constant-field current of 1e-6 cm/s at 0 mV and 37 degC is -0.385922 uA/cm2.
        let m = 1.0 / (1.0 + (-1.0f64).exp());
        close(t.at(37.0).net(0.0), -38.5922 * m * m, 1e-3);
    }
}
