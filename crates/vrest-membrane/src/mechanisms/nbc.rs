//! Na-HCO3 cotransporter NBC, 1 Na : n HCO3: I_Na = J, I_HCO3 = -n J, with J = g ((1 - n) V - E_Na + n E_HCO3), so that
//! the net current for n = 2 is g (V - E), E = (RT/F) ln(Na_i HCO3_i^2/(Na_o HCO3_o^2)).
//!
//! Electroneutral for n = 1; for 2 and 3 every cycle outward carries n - 1 negative charges out.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Nbc;

parameters! {
    G = param("g", Conductance, "conductance of the cotransport").at_least(0.0).plausible(0.0, 10.0);
    N = param("n", Dimensionless, "HCO3 moved with each Na").default(2.0).at_least(1.0).at_most(3.0);
    BLOCK = param("block", Dimensionless, "blocked fraction").default(0.0).at_least(0.0).at_most(1.0);
    [derived] OPEN;
}

impl Mechanism for Nbc {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "nbc",
            title: "Na-HCO3 cotransporter",
            class: Class::Transporter,
            equation: "I_Na = g ((1 - n) V - E_Na + n E_HCO3), I_HCO3 = -n I_Na",
            source: "Newman & Astion 1991, Glia 4:424",
            slots: vec![Slot::Ion("Na"), Slot::Ion("HCO3")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::Unclaimed,
            stoichiometry: &[],
            affine: true,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        Nbc
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[OPEN] = k[G] * (R::one() - k[BLOCK]);
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], _: &[R], mut out: impl FnMut(usize, R)) {
        let drive = (R::one() - k[N]) * v - site.nernst(0) + k[N] * site.nernst(1);
        let sodium = k[OPEN] * drive;
        out(0, sodium);
        out(1, -(k[N] * sodium));
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    #[test]
    fn electrogenic_with_two_and_silent_with_one() {
        let t = Trial::of("nbc").set("g", 0.1);
        // (RT/F) ln(10 * 15^2/(145 * 25^2)) at 37 degC
        let e = -98.7763839942;
        close(t.net(e), 0.0, 1e-8);
        close(t.net(e + 10.0), 1.0, 1e-8);
        let one = Trial::of("nbc").set("n", 1.0);
        assert_eq!(one.net(-70.0), 0.0);
        assert!(one.currents(-70.0)[0] < 0.0);
    }
}
