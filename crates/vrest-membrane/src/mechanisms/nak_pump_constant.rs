//! Na/K-ATPase at constant rate: 3 Na out for 2 K in, whatever the concentrations.
//!
//! `i_pump` is the NET current, one charge a cycle: I_Na = 3 I_p, I_K = -2 I_p.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct NakPumpConstant;

parameters! {
    I_PUMP = param("i_pump", CurrentDensity, "net pump current").at_least(0.0).plausible(0.0, 50.0);
    BLOCK = param("block", Dimensionless, "blocked fraction").default(0.0).at_least(0.0).at_most(1.0);
}

impl Mechanism for NakPumpConstant {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "nak_pump_constant",
            title: "Na/K pump of constant rate",
            class: Class::Pump,
            equation: "I_Na = 3 I_p, I_K = -2 I_p, I_p = i_pump (1 - block)",
            source: "Kay 2017, Front Cell Dev Biol 5:41",
            slots: vec![Slot::Ion("Na"), Slot::Ion("K")],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::Unclaimed,
            stoichiometry: &[3.0, -2.0],
            affine: true,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        NakPumpConstant
    }

    #[inline(always)]
    fn currents<R: Real>(&self, _: R, _: &Site<'_, R>, k: &[R], _: &[R], out: &mut [R]) {
        let i_p = k[I_PUMP] * (R::one() - k[BLOCK]);
        out[0] = i_p * 3.0;
        out[1] = i_p * -2.0;
    }
}
