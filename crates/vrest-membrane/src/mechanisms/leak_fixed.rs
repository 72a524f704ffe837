//! Leak with a reversal potential of its own: I = g (V - E). It moves charge but no concentration, so a cell
//! whose concentrations move should name the ions instead.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct LeakFixed;

parameters! {
    G = param("g", Conductance, "conductance").at_least(0.0).plausible(0.0, 50.0);
    E = param("e", Voltage, "reversal potential").plausible(-120.0, 80.0);
}

impl Mechanism for LeakFixed {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            kind: "leak_fixed",
            title: "leak with a fixed reversal potential",
            class: Class::Leak,
            equation: "I = g (V - E)",
            source: "Hodgkin & Huxley 1952, J Physiol 117:500",
            slots: vec![Slot::Nonspecific],
            params: parameters(),
            gates: vec![],
            zero_current: ZeroCurrent::Unclaimed,
            stoichiometry: &[],
            affine: true,
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        LeakFixed
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, _: &Site<'_, R>, k: &[R], _: &[R], mut out: impl FnMut(usize, R)) {
        out(0, k[G] * (v - k[E]));
    }
}
