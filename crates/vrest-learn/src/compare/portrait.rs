//! The phase portrait: dV/dt against V, the true field and the learned one.

use crate::model::{Model, ModelError};
use vrest_data::Dataset;
use vrest_membrane::Experiment;
use vrest_ode::VectorField;

/// Voltages of a curve.
const POINTS: usize = 81;

/// The fields of one sample, at one current or two: none, and the strongest that the sample sees.
#[derive(Debug, Clone, PartialEq)]
pub struct Portrait {
    /// Voltages, mV, somewhat beyond those of the sample.
    pub v: Vec<f64>,
    /// One a current.
    pub levels: Vec<Level>,
}

/// The fields under one current.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// The injected current, uA/cm2.
    pub current: f64,
    /// What is true.
    pub truth: Truth,
    /// The learned dV/dt at the voltages of the portrait, mV/ms.
    pub learned: Vec<f64>,
}

/// What is known of the true field.
#[derive(Debug, Clone, PartialEq)]
pub enum Truth {
    /// dV/dt at the voltages of the portrait, mV/ms: the membrane has no other state.
    Field(Vec<f64>),
    /// Difference quotients of the recorded trace while this current flowed: V in mV and dV/dt in mV/ms.
    Trace(Vec<f64>, Vec<f64>),
}

/// The portrait of sample number `sample` of `data`. The true field comes from `physics`, the experiment that the data
/// were simulated with, where it is given and V is its only state; else from the trace itself.
///
/// # Errors
/// A dataset that lacks an input of the model.
pub fn portrait(
    model: &Model,
    data: &Dataset,
    sample: usize,
    physics: Option<&Experiment>,
) -> Result<Portrait, ModelError> {
    let trace = data.y.row(sample);
    let (low, high) =
        trace.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    let room = (0.25 * (high - low)).max(5.0);
    let at = |k: usize| low - room + (high - low + 2.0 * room) * k as f64 / (POINTS - 1) as f64;
    let v: Vec<f64> = (0..POINTS).map(at).collect();
    let current = |k: usize| data.stimulus.as_ref().map_or(0.0, |s| s.values[[sample, k]]);
    let strongest =
        (0..data.times()).map(current).fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a });
    let mut currents = vec![0.0];
    if strongest != 0.0 {
        currents.push(strongest);
    }
    let field = physics.filter(|e| e.n_states() == 1);
    let levels = currents
        .into_iter()
        .map(|u| {
            let truth = match field {
                Some(experiment) => Truth::Field(true_field(experiment, data, sample, u, &v)),
                None => {
                    let (v, slopes) = (0..data.times() - 1)
                        .filter(|&k| current(k) == u)
                        .map(|k| {
                            let rise = trace[k + 1] - trace[k];
                            (trace[k] + 0.5 * rise, rise / (data.t[k + 1] - data.t[k]))
                        })
                        .unzip();
                    Truth::Trace(v, slopes)
                }
            };
            Ok(Level { current: u, truth, learned: model.slopes(data, sample, u, &v)? })
        })
        .collect::<Result<_, ModelError>>()?;
    Ok(Portrait { v, levels })
}

/// dV/dt of the sample's membrane under the current `u`.
fn true_field(experiment: &Experiment, data: &Dataset, sample: usize, u: f64, v: &[f64]) -> Vec<f64> {
    let membrane = experiment.membrane();
    let mut p = membrane.defaults();
    for (j, name) in data.param_names.iter().enumerate() {
        if let Some(at) = membrane.index(name) {
            p[at] = data.x[[sample, j]];
        }
    }
    let mut work = vec![0.0; membrane.work_len()];
    membrane.prepare_from(&p, &mut work);
    let slope = |&v: &f64| {
        let mut dy = [0.0];
        membrane.derivative(u, &[v], &mut work, &mut dy);
        dy[0]
    };
    v.iter().map(slope).collect()
}
