//! Inward rectifier Kir4.1 of astrocytes: I = g f (V - E_K) with
//! f = sqrt(K_o/k_out_rest) (1 + e^(18.5/42.4))/(1 + e^((V - E_K + 18.5)/42.4))
//! (1 + e^(-(118.6 + e_k_rest)/44.1))/(1 + e^(-(118.6 + V)/44.1)); f = 1 at V = E_K = e_k_rest.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct KirGlia;

parameters! {
    G = param("g", Conductance, "conductance with all gates open").at_least(0.0).plausible(0.0, 1000.0);
    K_REST = param("k_out_rest", Concentration, "K outside at rest").default(3.082).above(0.0).plausible(1.0, 10.0);
    E_REST = param("e_k_rest", Voltage, "equilibrium potential of K at rest").default(-89.336).plausible(-120.0, -60.0);
    [derived] SCALE;
}

impl Mechanism for KirGlia {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "kir_glia",
            title: "inward rectifier K channel of astrocytes (Kir4.1)",
            class: Class::Channel,
            equation: "I = g f(K_o, V - E_K, V) (V - E_K)",
            source: "Halnes et al 2013, PLoS Comput Biol 9:e1003386",
            slots: vec![Slot::Ion("K")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        KirGlia
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let voltage = ((k[E_REST] + 118.6) * (-1.0 / 44.1)).exp() + 1.0;
        k[SCALE] = k[G] * (site.outside(0) / k[K_REST]).sqrt() * voltage * (1.0 + (18.5f64 / 42.4).exp());
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], _: &[R], mut out: impl FnMut(usize, R)) {
        let driving = v - site.nernst(0);
        let open = ((driving + 18.5) * (-1.0 / 42.4)).logistic() * ((v + 118.6) * (1.0 / 44.1)).logistic();
        out(0, k[SCALE] * open * driving);
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// Section 4.5 of the model: f = 0.95888 at its rest.
    #[test]
    fn open_fraction_at_the_rest_of_the_astrocyte() {
        // RT/F = 8315 * 298/96500 mV in the source.
        let rt_f = 8315.0 * 298.0 / 96500.0;
        let t = Trial::of("kir_glia")
            .ion("K", 99.959, 3.082)
            .at(rt_f / crate::constants::rt_over_f(1.0) - 273.15);
        let e = rt_f * (3.082f64 / 99.959).ln();
        close(t.net(-83.6) / (-83.6 - e), 0.9588797070, 1e-8);
    }
}
