//! What each number of the cell would change about its rest.
//!
//! At the rest I(V, p) = 0 for the steady current I (gates at their steady state); by the implicit function theorem
//! dV/dp = -(dI/dp)/(dI/dV). Both derivatives are exact: the current is computed on dual numbers.

use crate::cell::ParamInfo;
use crate::membrane::Membrane;
use crate::units::Dimension;
use serde::Serialize;
use vrest_ode::{Dual, VectorField};

/// Parameters that share one evaluation.
const CHUNK: usize = 8;

/// The change of a parameter whose effect is stated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Step {
    /// In the unit of the parameter.
    pub by: f64,
    /// Whether `by` is 10 % of the value.
    pub relative: bool,
}

/// What one number of the cell would change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sensitivity {
    /// Its path.
    pub parameter: String,
    /// Its value.
    pub value: f64,
    /// Its unit; empty for plain numbers.
    pub unit: &'static str,
    /// dV_rest/dp, mV per unit.
    pub derivative: f64,
    /// The step: 10 % of the value, except for temperatures (1 K), voltages (1 mV) and fractions (0.1).
    pub step: Step,
    /// `derivative` times the step, mV: the change of V_rest to first order.
    pub effect: f64,
}

/// The sensitivities of a rest at `v` with the slope `slope` = dI/dV, strongest first.
pub(super) fn of(membrane: &Membrane, p: &[f64], v: f64, slope: f64) -> Vec<Sensitivity> {
    let mut all: Vec<Sensitivity> = membrane
        .params()
        .iter()
        .zip(current_by_parameter(membrane, p, v))
        .zip(p)
        .map(|((info, di_dp), &value)| {
            let (derivative, step) = (0.0 - di_dp / slope, step(info, value));
            let effect = derivative * step.by;
            Sensitivity { parameter: info.path.clone(), value, unit: info.unit(), derivative, step, effect }
        })
        .collect();
    // A stable sort keeps the order of the cell among equals.
    all.sort_by(|a, b| b.effect.abs().total_cmp(&a.effect.abs()));
    all
}

fn step(info: &ParamInfo, value: f64) -> Step {
    let fraction =
        info.spec.dimension == Dimension::Dimensionless && (info.spec.min, info.spec.max) == (0.0, 1.0);
    match info.spec.dimension {
        Dimension::Temperature | Dimension::Voltage => Step { by: 1.0, relative: false },
        _ if fraction => Step { by: 0.1, relative: false },
        _ => Step { by: 0.1 * value, relative: true },
    }
}

/// dI/dp at `v` for every parameter.
fn current_by_parameter(membrane: &Membrane, p: &[f64], v: f64) -> Vec<f64> {
    let mut all = Vec::with_capacity(p.len());
    let mut work = vec![Dual::<f64, CHUNK>::constant(0.0); membrane.work_len()];
    for first in (0..p.len()).step_by(CHUNK) {
        let here = first..p.len().min(first + CHUNK);
        let seeded = |(i, &x): (usize, &f64)| match here.contains(&i) {
            true => Dual::variable(x, i - first),
            false => Dual::constant(x),
        };
        let duals: Vec<_> = p.iter().enumerate().map(seeded).collect();
        membrane.prepare_at_start(&duals, &mut work);
        let current = membrane.steady_current(Dual::constant(v), &work);
        all.extend_from_slice(&current.eps[..here.len()]);
    }
    all
}
