//! Bringing a protocol to a membrane: what a changed parameter measures is known only now.

use super::{Change, Clamp, Driver, Experiment, Layout};
use crate::cell::ParamInfo;
use crate::mechanism::param;
use crate::membrane::Membrane;
use crate::nearest::nearest;
use crate::problem::{Fault, Problem};
use crate::protocol::{ClampSpec, Protocol, Segment, Shape, Start, Target, Waveform};
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
        let clamp = protocol.clamp.as_ref().map(|c| clamp_params(c, &membrane, &mut params, &mut problems));
        let v_start = clamp.map_or(v_start, |(hold, _)| Some(hold));
        // Work: the membrane's own, its parameters now, the values that changes start from, the segments.
        let n_own = membrane.params().len();
        let now = membrane.work_len()..membrane.work_len() + n_own;
        let goals: Vec<Goal> =
            protocol.waveforms.iter().map(|w| goal(&membrane, clamp, w, &mut problems)).collect();
        let parameter = |g: &Goal| if let Goal::Parameter(i) = g { Some(*i) } else { None };
        let mut changed: Vec<usize> = goals.iter().filter_map(parameter).collect();
        changed.sort_unstable();
        changed.dedup();
        let bases = now.end..now.end + changed.len();
        let clamp_work = bases.end..bases.end + clamp.map_or(0, |_| Clamp::work_len(membrane.n_states()));
        let mut end = clamp_work.end;

        let mut stimuli = Vec::new();
        let mut commands = Vec::new();
        let mut changes: Vec<Change> =
            changed.into_iter().map(|param| Change { param, drivers: Vec::new() }).collect();
        for (waveform, goal) in protocol.waveforms.iter().zip(goals) {
            let start = params.len();
            let (dimension, target) = match goal {
                Goal::Stimulus => (Dimension::CurrentDensity, None),
                Goal::Command(i) | Goal::Parameter(i) => (params[i].spec.dimension, Some(params[i].clone())),
                Goal::Unknown => continue,
            };
            if membrane.params().iter().any(|p| p.path.starts_with(&format!("{}.", waveform.name))) {
                let message = format!("the cell has a mechanism called `{}` too", waveform.name);
                let hint = Some("give the stimulus or change another name".into());
                problems.push(Problem::error(0..0, Fault::Inconsistent { message, hint }));
            }
            numbers(waveform, dimension, target.as_ref(), &mut params, &mut problems);
            let driver = Driver {
                waveform: waveform.clone(),
                params: start..params.len(),
                segment: end..end + Segment::<f64>::LEN,
            };
            end = driver.segment.end;
            match goal {
                Goal::Stimulus => stimuli.push(driver),
                Goal::Command(_) => commands.push(driver),
                Goal::Unknown => {}
                Goal::Parameter(param) => changes
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
        let clamp = clamp.map(|(hold, series)| Clamp {
            hold,
            series,
            moves: commands.iter().any(moves),
            oscillates: commands.iter().any(|d| d.waveform.oscillates()),
            commands,
            work: clamp_work,
        });
        Ok(Experiment {
            clamp,
            parameters_move: changes.iter().flat_map(|c| &c.drivers).any(moves),
            stimuli_move: stimuli.iter().any(moves),
            stimuli_oscillate: stimuli.iter().any(|d| d.waveform.oscillates()),
            membrane,
            protocol,
            params,
            v_start,
            stimuli,
            changes,
            layout: Layout { now, bases, stimulus: end, end: end + 1 },
        })
    }
}

/// What a waveform drives.
#[derive(Debug, Clone, Copy)]
enum Goal {
    Stimulus,
    /// The command of the clamp, around the parameter of this index.
    Command(usize),
    /// The parameter of this index.
    Parameter(usize),
    /// It has been reported.
    Unknown,
}

/// The path of the holding voltage.
const HOLD: &str = "clamp.v";

/// Appends the numbers of the clamp; their places among the parameters.
fn clamp_params(
    spec: &ClampSpec,
    membrane: &Membrane,
    params: &mut Vec<ParamInfo>,
    problems: &mut Vec<Problem>,
) -> (usize, Option<usize>) {
    let hold = params.len();
    let v = param("v", Dimension::Voltage, "holding voltage").plausible(-150.0, 100.0);
    params.push(ParamInfo { path: HOLD.into(), value: spec.v, spec: v });
    let Some(written) = &spec.series_resistance else { return (hold, None) };
    let areal = written.value.to(Dimension::ArealResistance).or_else(|e| {
        let size = membrane.size(&membrane.defaults());
        // 1 Mohm um2 is 1e-5 kohm cm2.
        match (written.value.to(Dimension::Resistance), size) {
            (Ok(whole), Some(size)) => Ok(1e-5 * whole * size.area),
            _ => Err(e),
        }
    });
    let name = "clamp.series_resistance";
    match areal {
        Ok(value) if value > 0.0 => {
            let spec = param("series_resistance", Dimension::ArealResistance, "series resistance").above(0.0);
            params.push(ParamInfo { path: name.into(), value, spec });
        }
        Ok(_) => {
            let (rule, hint) = ("must be above 0", Some("leave it out for an ideal clamp".to_string()));
            let as_written = format!("{} {}", written.value.number, written.value.unit);
            let fault = Fault::Impossible { path: name.into(), written: as_written, rule: rule.into(), hint };
            problems.push(Problem::error(written.span.clone(), fault));
        }
        Err(_) if written.value.to(Dimension::Resistance).is_ok() => {
            let message = "a resistance in ohm needs the area of the cell, which has no `[geometry]`".into();
            let hint = Some("give resistance times area, as in `0.1 kohm*cm2`".into());
            problems.push(Problem::error(written.span.clone(), Fault::Inconsistent { message, hint }));
        }
        Err(e) => problems.push(Problem::error(written.span.clone(), Fault::Unit(e))),
    }
    (hold, Some(hold + 1))
}

/// What a waveform drives, in this cell and under this clamp.
fn goal(
    membrane: &Membrane,
    clamp: Option<(usize, Option<usize>)>,
    waveform: &Waveform,
    problems: &mut Vec<Problem>,
) -> Goal {
    let Target::Parameter(path) = &waveform.target else { return Goal::Stimulus };
    if path.value == HOLD {
        if let Some((hold, _)) = clamp {
            return Goal::Command(hold);
        }
        let message = format!("`{HOLD}` is the command of a voltage clamp, and there is none");
        let hint = Some("add a table `[clamp]` with `v = \"-70 mV\"`".into());
        problems.push(Problem::error(path.span.clone(), Fault::Inconsistent { message, hint }));
        return Goal::Unknown;
    }
    let Some(index) = membrane.index(&path.value) else {
        let allowed: Vec<String> = membrane.params().iter().map(|p| p.path.clone()).collect();
        let near = nearest(&path.value, allowed.iter().map(String::as_str)).map(String::from);
        let name = path.value.clone();
        let fault = Fault::UnknownName { what: "parameter", name, allowed, nearest: near };
        problems.push(Problem::error(path.span.clone(), fault));
        return Goal::Unknown;
    };
    if membrane.is_starting_value(index) {
        let message = format!("`{}` is only the starting value of what moves", path.value);
        let hint = Some("clamp that side (`dynamic`) to drive it by a protocol".into());
        problems.push(Problem::error(path.span.clone(), Fault::Inconsistent { message, hint }));
        return Goal::Unknown;
    }
    Goal::Parameter(index)
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
