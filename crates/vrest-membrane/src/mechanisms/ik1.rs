//! Inward rectifier I_K1 of ventricular myocytes: I = g sqrt(K_o/5.4) a/(a + b) (V - E_K), with u = V - E_K in mV,
//! a = 1.02/(1 + e^(0.2385 (u - 59.215))),
//! b = (0.49124 e^(0.08032 (u + 5.476)) + e^(0.06175 (u - 594.31)))/(1 + e^(-0.5143 (u + 4.753))).

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Ik1;

parameters! {
    G = param("g", Conductance, "conductance at 5.4 mM K outside").default(0.6047).at_least(0.0).plausible(0.0, 1000.0);
    [derived] SCALE;
}

impl Mechanism for Ik1 {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "ik1",
            title: "inward rectifier K channel of the heart (I_K1)",
            class: Class::Channel,
            equation: "I = g sqrt(K_o/5.4) a/(a + b) (V - E_K)",
            source: "Luo & Rudy 1991, Circ Res 68:1501",
            slots: vec![Slot::Ion("K")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Ik1
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        k[SCALE] = k[G] * (site.outside(0) / 5.4).sqrt();
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], _: &[R], mut out: impl FnMut(usize, R)) {
        let u = v - site.nernst(0);
        let a = ((u - 59.215) * -0.2385).logistic() * 1.02;
        let b = (((u + 5.476) * 0.08032).exp() * 0.49124 + ((u - 594.31) * 0.06175).exp())
            * ((u + 4.753) * 0.5143).logistic();
        out(0, k[SCALE] * (a / (a + b)) * u);
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    #[test]
    fn current_voltage_relation() {
        let t = Trial::of("ik1").ion("K", 145.0, 5.4).at(310.0 - 273.15);
        // The published formula with E_K = RT/F ln(5.4/145) at 310 K, evaluated by other means.
        for (v, want) in [
            (-120.0, -19.41260741289297),
            (-90.0, -0.8461555866875858),
            (-60.0, 2.1002668460254257),
            (0.0, 6.522178783423802e-5),
            (40.0, 2.749620861438027e-10),
        ] {
            close(t.net(v), want, 1e-8);
        }
    }
}
