//! Na/K-ATPase at constant rate: 3 Na out for 2 K in, whatever the concentrations. Good for closed-form tests of a
//! pump-leak cell; no real pump runs on when its sodium runs out.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::CurrentDensity;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct NakPumpConstant;

parameters! {
    I_PUMP = param("i_pump", CurrentDensity, "net pump current").at_least(0.0).plausible(0.0, 50.0);
    BLOCK = pump::block();
    OUABAIN = pump::ouabain();
    K_OUABAIN = pump::k_ouabain();
    [derived] CURRENT;
}

impl Mechanism for NakPumpConstant {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        pump::spec(
            "nak_pump_constant",
            "Na/K pump of constant rate",
            "I_p = i_pump",
            "Kay 2017, Front Cell Dev Biol 5:41",
            parameters(),
        )
    }

    fn build(_: &mut Section<'_>) -> Self {
        NakPumpConstant
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[CURRENT] = k[I_PUMP] * pump::working(k[BLOCK], k[OUABAIN], k[K_OUABAIN]);
    }

    #[inline(always)]
    fn currents<R: Real>(&self, _: R, _: &Site<'_, R>, k: &[R], _: &[R], out: impl FnMut(usize, R)) {
        pump::carry(k[CURRENT], out);
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    #[test]
    fn three_sodium_leave_for_two_potassium() {
        let i = Trial::of("nak_pump_constant").set("i_pump", 0.5).currents(-70.0);
        assert_eq!(i, [1.5, -1.0]);
        let half = Trial::of("nak_pump_constant").set("i_pump", 0.5).set("ouabain", 6e-4);
        close(half.net(-70.0), 0.25, 1e-15);
    }
}
