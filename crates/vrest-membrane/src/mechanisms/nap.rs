//! Persistent sodium channel: I = g m^3 h (V - E_Na); m_inf = 1/(1 + e^(-(V + 52.6)/4.6)),
//! h_inf = 1/(1 + e^((V + 48.8)/10)), tau_m = 6/(alpha_m + beta_m), tau_h = 1/(alpha_h + beta_h) with
//! alpha_m = 1.092 B(-(V + 38)/6), beta_m = 0.744 B((V + 38)/6), alpha_h = 1.33344e-5 B((V + 17)/4.63),
//! beta_h = 1.82522e-5 B(-(V + 64.4)/2.63), B(x) = x/(e^x - 1). Q10 2.3 from 21 degC on the rates.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Nap;

parameters! {
    G = param("g", Conductance, "conductance with all gates open").at_least(0.0).plausible(0.0, 1000.0);
    [derived] Q;
}

impl Mechanism for Nap {
    const DERIVED: usize = DERIVED;
    const OHMIC: bool = true;

    fn spec() -> Spec {
        Spec {
            kind: "nap",
            title: "persistent Na channel",
            class: Class::Channel,
            equation: "I = g m^3 h (V - E_Na)",
            source: "Magistretti & Alonso 1999, J Gen Physiol 114:491",
            slots: vec![Slot::Ion("Na")],
            params: parameters(),
            gates: vec!["m", "h"],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Nap
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, heat: &Heat<R>, k: &mut [R]) {
        k[Q] = heat.q10(2.3, 21.0);
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, _: &Site<'_, R>, k: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        let a_m = ((v + 38.0) * (-1.0 / 6.0)).bernoulli() * (0.182 * 6.0);
        let b_m = ((v + 38.0) * (1.0 / 6.0)).bernoulli() * (0.124 * 6.0);
        let a_h = ((v + 17.0) * (1.0 / 4.63)).bernoulli() * (2.88e-6 * 4.63);
        let b_h = ((v + 64.4) * (-1.0 / 2.63)).bernoulli() * (6.94e-6 * 2.63);
        let m_rate = (a_m + b_m) / 6.0;
        let h_rate = a_h + b_h;
        let m_inf = ((v + 52.6) * (1.0 / 4.6)).logistic();
        let h_inf = ((v + 48.8) * -0.1).logistic();
        out(0, Gate { source: m_inf * m_rate, rate: m_rate }.times(k[Q]));
        out(1, Gate { source: h_inf * h_rate, rate: h_rate }.times(k[Q]));
    }

    #[inline(always)]
    fn conductance<R: Real>(&self, k: &[R], gates: &[R]) -> R {
        let (m, h) = (gates[0], gates[1]);
        k[G] * m * m * m * h
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V50; and the time constants at 34 degC by other means.
    #[test]
    fn gates_at_three_voltages() {
        let t = Trial::of("nap").at(34.0);
        for (v, m, h) in
            [(-90.0, 0.000294, 0.984015), (-70.0, 0.022257, 0.892832), (-60.0, 0.166770, 0.753989)]
        {
            close(t.steady(v)[0], m, 1e-6);
            close(t.steady(v)[1], h, 1e-6);
        }
        close(1.0 / t.gates(-60.0)[0].rate, 0.6995513331, 1e-8);
        close(1.0 / t.gates(-60.0)[1].rate, 2097.6617416233, 1e-4);
    }
}
