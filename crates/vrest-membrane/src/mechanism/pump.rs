//! What all Na/K pumps share: the stoichiometry, the facts, and the ways to block them.
//!
//! Everywhere the pump current I_p is the NET current, one charge a cycle, outward and positive; papers differ in
//! whether theirs is that, the sodium current or a cycle flux.

use super::{Class, ParamSpec, Slot, Spec, ZeroCurrent, param};
use crate::units::Dimension::{Concentration, CurrentDensity, Dimensionless};
use vrest_ode::Real;

/// Charges moved by sodium and by potassium in one cycle, in the order of the slots.
pub(crate) const STOICHIOMETRY: &[f64] = &[3.0, -2.0];
/// Slot of sodium.
pub(crate) const NA: usize = 0;
/// Slot of potassium.
pub(crate) const K: usize = 1;

/// The facts of a pump.
pub(crate) fn spec(
    kind: &'static str,
    title: &'static str,
    equation: &'static str,
    source: &'static str,
    params: Vec<ParamSpec>,
) -> Spec {
    Spec {
        kind,
        title,
        class: Class::Pump,
        equation,
        source,
        slots: vec![Slot::Ion("Na"), Slot::Ion("K")],
        params,
        gates: vec![],
        zero_current: ZeroCurrent::Unclaimed,
        stoichiometry: STOICHIOMETRY,
        affine: true,
    }
}

/// The net current at saturation.
pub(crate) fn i_max() -> ParamSpec {
    param("i_max", CurrentDensity, "net pump current at saturation").at_least(0.0).plausible(0.0, 100.0)
}

/// A concentration at half saturation.
pub(crate) fn half(name: &'static str, doc: &'static str, default: f64) -> ParamSpec {
    param(name, Concentration, doc).default(default).above(0.0).plausible(0.01, 100.0)
}

/// The blocked fraction.
pub(crate) fn block() -> ParamSpec {
    param("block", Dimensionless, "blocked fraction").default(0.0).at_least(0.0).at_most(1.0)
}

/// Ouabain outside.
pub(crate) fn ouabain() -> ParamSpec {
    param("ouabain", Concentration, "ouabain outside").default(0.0).at_least(0.0).plausible(0.0, 10.0)
}

/// Ouabain at half block.
pub(crate) fn k_ouabain() -> ParamSpec {
    param("k_ouabain", Concentration, "ouabain at half block").default(6e-4).above(0.0).plausible(1e-6, 1.0)
}

/// The fraction of pumps that work: (1 - block)/(1 + ouabain/k_ouabain).
#[inline(always)]
pub(crate) fn working<R: Real>(block: R, ouabain: R, k_ouabain: R) -> R {
    (R::one() - block) / (ouabain / k_ouabain + 1.0)
}

/// Gives `out` the ion currents of the net current `i_p`.
#[inline(always)]
pub(crate) fn carry<R: Real>(i_p: R, mut out: impl FnMut(usize, R)) {
    out(NA, i_p * STOICHIOMETRY[NA]);
    out(K, i_p * STOICHIOMETRY[K]);
}
