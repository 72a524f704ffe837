//! Low-threshold (T-type) calcium channel of thalamocortical cells, constant field: I = P m^2 h GHK(V, Ca), with
//! w = V + shift: m_inf = 1/(1 + e^(-(w + 57)/6.2)), h_inf = 1/(1 + e^((w + 81)/4)),
//! tau_m = 0.612 + 1/(e^(-(w + 132)/16.7) + e^((w + 16.8)/18.2)) ms,
//! tau_h = e^((w + 467)/66.6) below w = -80 mV, else 28 + e^(-(w + 22)/10.5) ms. Q10 2.5 from 24 degC on the rates.

use crate::equilibrium::ghk_current;
use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct CaT;

parameters! {
    P = param("p", Permeability, "permeability with all gates open").default(2e-4).at_least(0.0).plausible(0.0, 1e-2);
    SHIFT = param("shift", Voltage, "shift of the kinetics, for surface charge").default(2.0).plausible(-20.0, 20.0);
    [derived] Q;
}

impl Mechanism for CaT {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "ca_t",
            title: "T-type Ca channel",
            class: Class::Channel,
            equation: "I = P m^2 h GHK(V, Ca_i, Ca_o)",
            source: "Destexhe et al 1998, J Neurosci 18:3574",
            slots: vec![Slot::Ion("Ca")],
            params: parameters(),
            gates: vec!["m", "h"],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        CaT
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, heat: &Heat<R>, k: &mut [R]) {
        k[Q] = heat.q10(2.5, 24.0);
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, _: &Site<'_, R>, k: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        let w = v + k[SHIFT];
        let m_inf = ((w + 57.0) / 6.2).logistic();
        let h_inf = ((w + 81.0) / -4.0).logistic();
        let tau_m = R::one() / (((w + 132.0) / -16.7).exp() + ((w + 16.8) / 18.2).exp()) + 0.612;
        let low = ((w + 467.0) / 66.6).exp();
        let tau_h = R::select(w.lt(R::from_f64(-80.0)), low, ((w + 22.0) / -10.5).exp() + 28.0);
        out(0, Gate::inf_tau(m_inf, tau_m).times(k[Q]));
        out(1, Gate::inf_tau(h_inf, tau_h).times(k[Q]));
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], gates: &[R], mut out: impl FnMut(usize, R)) {
        let open = gates[0] * gates[0] * gates[1];
        out(0, open * ghk_current(k[P], site.z(0), v, site.inside(0), site.outside(0), site.heat.rt_f));
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V50.
    #[test]
    fn gates_at_three_voltages() {
        let t = Trial::of("ca_t").set("shift", 0.0).at(24.0);
        for (v, m, h) in
            [(-90.0, 0.004856, 0.904651), (-70.0, 0.109411, 0.060087), (-60.0, 0.381338, 0.005220)]
        {
            close(t.steady(v)[0], m, 1e-6);
            close(t.steady(v)[1], h, 1e-6);
        }
        let tau = |v: f64| t.gates(v).iter().map(|g| 1.0 / g.rate).collect::<Vec<_>>();
        close(tau(-90.0)[1], 287.338413048, 1e-6);
        close(tau(-60.0)[0], 9.9966129061, 1e-8);
        close(tau(-60.0)[1], 65.3020251614, 1e-6);
    }
}
