//! Bringing a protocol to a membrane: what a changed parameter measures is known only now.

use super::{Change, Driver, Experiment, Layout};
use crate::cell::ParamInfo;
use crate::mechanism::param;
use crate::membrane::Membrane;
use crate::nearest::nearest;
use crate::problem::{Fault, Problem};
use crate::protocol::{Protocol, Segment, Shape, Start, Target, Waveform};
use crate::units::Dimension;
use vrest_ode::VectorField;

impl Experiment {
    /// Puts `protocol` on `membrane`.
    ///
    /// # Errors
    /// All problems at once, with spans in the protocol's file: unknown paths, wrong units, values out of bounds.
    pub fn new(membrane: Membrane, protocol: Protocol) -> Result<Experiment, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut params = membrane.params().to_vec();
        let v_start = match protocol.start {
            Start::Rest => None,
            Start::Voltage(value) => {
                let spec = param("v_start", Dimension::Voltage, "voltage at time 0");
                params.push(ParamInfo { path: "v_start".into(), value, spec });
                Some(params.len() - 1)
            }
        };
        // Work: the membrane's own, its parameters now, the values that changes start from, the segments.
        let n_own = membrane.params().len();
        let now = membrane.work_len()..membrane.work_len() + n_own;
        let targets: Vec<Option<usize>> =
            protocol.waveforms.iter().map(|w| target(&membrane, w, &mut problems)).collect();
        let mut changed: Vec<usize> = targets.iter().flatten().copied().collect();
        changed.sort_unstable();
        changed.dedup();
        let bases = now.end..now.end + changed.len();
        let mut end = bases.end;

        let mut stimuli = Vec::new();
        let mut changes: Vec<Change> =
            changed.into_iter().map(|param| Change { param, drivers: Vec::new() }).collect();
        for (waveform, target) in protocol.waveforms.iter().zip(targets) {
            let start = params.len();
            let dimension = match (&waveform.target, target) {
                (Target::Current, _) => Dimension::CurrentDensity,
                (Target::Parameter(_), Some(i)) => membrane.params()[i].spec.dimension,
                (Target::Parameter(_), None) => continue,
            };
            if membrane.params().iter().any(|p| p.path.starts_with(&format!("{}.", waveform.name))) {
                let message = format!("the cell has a mechanism called `{}` too", waveform.name);
                let hint = Some("give the stimulus or change another name".into());
                problems.push(Problem::error(0..0, Fault::Inconsistent { message, hint }));
            }
            numbers(waveform, dimension, target.map(|i| &membrane.params()[i]), &mut params, &mut problems);
            let driver = Driver {
                waveform: waveform.clone(),
                params: start..params.len(),
                segment: end..end + Segment::<f64>::LEN,
            };
            end = driver.segment.end;
            match target {
                None => stimuli.push(driver),
                Some(param) => changes
                    .iter_mut()
                    .filter(|c| c.param == param)
                    .for_each(|c| c.drivers.push(driver.clone())),
            }
        }
        if !problems.is_empty() {
            problems.sort_by_key(|p| p.span.start);
            return Err(problems);
        }
        let moves = |d: &Driver| d.waveform.shape.moves();
        Ok(Experiment {
            parameters_move: changes.iter().flat_map(|c| &c.drivers).any(moves),
            stimuli_move: stimuli.iter().any(moves),
            stimuli_oscillate: stimuli.iter().any(|d| d.waveform.oscillates()),
            membrane,
            protocol,
            params,
            v_start,
            stimuli,
            changes,
            layout: Layout { now, bases, end },
        })
    }
}

/// The parameter that a waveform changes, none for a stimulus or where there is a problem.
fn target(membrane: &Membrane, waveform: &Waveform, problems: &mut Vec<Problem>) -> Option<usize> {
    let Target::Parameter(path) = &waveform.target else { return None };
    let Some(index) = membrane.index(&path.value) else {
        let allowed: Vec<String> = membrane.params().iter().map(|p| p.path.clone()).collect();
        let near = nearest(&path.value, allowed.iter().map(String::as_str)).map(String::from);
        let name = path.value.clone();
        let fault = Fault::UnknownName { what: "parameter", name, allowed, nearest: near };
        problems.push(Problem::error(path.span.clone(), fault));
        return None;
    };
    if membrane.is_starting_value(index) {
        let message = format!("`{}` is only the starting value of what moves", path.value);
        let hint = Some("clamp that side (`dynamic`) to drive it by a protocol".into());
        problems.push(Problem::error(path.span.clone(), Fault::Inconsistent { message, hint }));
        return None;
    }
    Some(index)
}

/// Appends the numbers of a waveform to the parameters, now that their dimension is known.
fn numbers(
    waveform: &Waveform,
    dimension: Dimension,
    target: Option<&ParamInfo>,
    params: &mut Vec<ParamInfo>,
    problems: &mut Vec<Problem>,
) {
    for (i, (spec, quantity)) in waveform.measured.iter().enumerate() {
        let mut spec = spec.clone();
        spec.dimension = dimension;
        let path = format!("{}.{}", waveform.name, spec.name);
        let Some(quantity) = quantity else {
            params.push(ParamInfo { path, value: spec.default.unwrap_or(0.0), spec });
            continue;
        };
        let value = quantity.value.to(dimension).unwrap_or_else(|e| {
            problems.push(Problem::error(quantity.span.clone(), Fault::Unit(e)));
            f64::NAN
        });
        // What is reached must be a possible value of the parameter itself.
        let absolute =
            i == 0 && matches!(waveform.shape, Shape::Step | Shape::PulseTrain { .. } | Shape::Ramp { .. });
        if let Some(target) = target.filter(|_| absolute) {
            (spec.min, spec.above_min, spec.max) = (target.spec.min, target.spec.above_min, target.spec.max);
            if value.is_finite() && !spec.allows(value) {
                let rule = format!("`{}` cannot take that value", target.path);
                let written = format!("{} {}", quantity.value.number, quantity.value.unit).trim().to_string();
                let fault = Fault::Impossible { path: path.clone(), written, rule, hint: None };
                problems.push(Problem::error(quantity.span.clone(), fault));
            }
        }
        params.push(ParamInfo { path, value, spec });
    }
    for (spec, value) in &waveform.numbers {
        let path = format!("{}.{}", waveform.name, spec.name);
        params.push(ParamInfo { path, value: *value, spec: spec.clone() });
    }
}
