//! One time series of an NWB file.

use super::super::timebase::even_step;
use super::{Quantity, unit};
use hdf5_pure::{AttrValue, Dataset, Error, File, Group};
use std::collections::HashMap;

/// A patch-clamp series in mV or pA.
pub(super) struct Series {
    pub name: String,
    pub quantity: Quantity,
    /// The unit the file states.
    pub unit: String,
    pub values: Vec<f64>,
    pub start_ms: f64,
    pub dt_ms: f64,
    pub sweep: Option<i64>,
    /// The file's word for the protocol.
    pub protocol: String,
}

impl Series {
    /// The number that ends the name, as in `ic__Step__12`.
    pub(super) fn trailing_number(&self) -> Option<i64> {
        let digits = self.name.len() - self.name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        self.name[self.name.len() - digits..].parse().ok()
    }

    /// What sorts series as they were recorded: sweep number, then time, then the number in the name.
    pub(super) fn order(&self) -> (i64, f64, i64, &str) {
        let number = self.trailing_number().unwrap_or(0);
        (self.sweep.unwrap_or(0), self.start_ms, number, &self.name)
    }
}

pub(super) enum Refusal {
    Damaged(String),
    TooLarge { samples: u64 },
}

impl From<Error> for Refusal {
    fn from(e: Error) -> Refusal {
        Refusal::Damaged(sentence(&e))
    }
}

/// An error of the HDF5 reader as the end of a sentence.
pub(super) fn sentence(e: &Error) -> String {
    e.to_string().trim_end_matches('.').to_string()
}

/// All patch-clamp series directly in a group; none where there is no such group. `budget` is how many
/// samples there is still memory for.
pub(super) fn read_all(file: &File, group: &str, budget: &mut u64) -> Result<Vec<Series>, Refusal> {
    let mut all = Vec::new();
    let Ok(parent) = file.group(group) else { return Ok(all) };
    for name in parent.groups()? {
        let child = parent.group(&name)?;
        let kind = attribute_text(&child, "neurodata_type");
        if kind.contains("Clamp") && kind.contains("Series") || kind == "TimeSeries" {
            match read(&child, &name, budget) {
                // A plain time series may be anything: only those in volts and amperes are ours.
                Ok(s) if kind == "TimeSeries" && s.quantity == Quantity::Other => {}
                Ok(s) => all.push(s),
                Err(Refusal::Damaged(reason)) => {
                    return Err(Refusal::Damaged(format!("series `{name}`: {reason}")));
                }
                Err(too_large) => return Err(too_large),
            }
        }
    }
    Ok(all)
}

fn read(group: &Group, name: &str, budget: &mut u64) -> Result<Series, Refusal> {
    let data = group.dataset("data")?;
    let attributes = data.attrs()?;
    let raw = values(&data, budget)?;
    let unit = attributes.get("unit").and_then(text).unwrap_or_default();
    let (quantity, factor) = unit::quantity(&unit);
    let conversion = attributes.get("conversion").and_then(number).unwrap_or(1.0);
    let offset = attributes.get("offset").and_then(number).unwrap_or(0.0);
    let (start_ms, dt_ms) = timing(group, raw.len(), budget)?;
    let own = group.attrs()?;
    Ok(Series {
        name: name.into(),
        quantity,
        unit,
        values: raw.into_iter().map(|v| (v * conversion + offset) * factor).collect(),
        start_ms,
        dt_ms,
        sweep: sweep_number(group, &own),
        protocol: own.get("stimulus_description").and_then(text).unwrap_or_default(),
    })
}

/// Start and time step: from `starting_time` and its rate, else from `timestamps`, all in seconds.
fn timing(group: &Group, samples: usize, budget: &mut u64) -> Result<(f64, f64), Refusal> {
    if let Ok(start) = group.dataset("starting_time") {
        let rate = start.attrs()?.get("rate").and_then(number);
        let rate = rate.filter(|r| r.is_finite() && *r > 0.0);
        let rate = rate.ok_or_else(|| Refusal::Damaged("`starting_time` has no valid `rate`".into()))?;
        let first = values(&start, budget)?.first().copied().unwrap_or(0.0);
        return Ok((first * 1e3, 1e3 / rate));
    }
    let Ok(stamps) = group.dataset("timestamps") else {
        return Err(Refusal::Damaged("it has neither `starting_time` nor `timestamps`".into()));
    };
    let stamps = values(&stamps, budget)?;
    let (Some(first), Some(dt), true) = (stamps.first(), even_step(&stamps), stamps.len() == samples) else {
        return Err(Refusal::Damaged(format!(
            "its {} `timestamps` are not one for each of {samples} samples at even steps",
            stamps.len()
        )));
    };
    Ok((first * 1e3, dt * 1e3))
}

/// All numbers of a dataset with one axis (or with others of length one).
fn values(data: &Dataset, budget: &mut u64) -> Result<Vec<f64>, Refusal> {
    let shape = data.shape()?;
    let samples = shape.iter().try_fold(1u64, |n, &d| n.checked_mul(d)).unwrap_or(u64::MAX);
    if shape.iter().filter(|&&d| d != 1).count() > 1 {
        return Err(Refusal::Damaged(format!("data of shape {shape:?} are not one trace")));
    }
    // Elements wider than the f64 they become count as often as they are wider.
    let elements = samples.saturating_mul(data.element_size()?.div_ceil(8).max(1));
    if elements > *budget {
        return Err(Refusal::TooLarge { samples: elements });
    }
    *budget -= elements;
    Ok(data.read_f64()?)
}

fn sweep_number(group: &Group, attributes: &HashMap<String, AttrValue>) -> Option<i64> {
    if let Some(n) = attributes.get("sweep_number").and_then(number) {
        return Some(n as i64);
    }
    let data = group.dataset("sweep_number").ok()?;
    let n = *values(&data, &mut 16).ok()?.first()?;
    // Writers put 2^32 - 1 where there is none.
    (0.0..4e9).contains(&n).then_some(n as i64)
}

fn number(value: &AttrValue) -> Option<f64> {
    match value {
        AttrValue::F64(x) => Some(*x),
        AttrValue::F32(x) => Some(f64::from(*x)),
        AttrValue::F64Array(v) => v.first().copied(),
        AttrValue::F32Array(v) => v.first().map(|&x| f64::from(x)),
        other => other.to_i64s().and_then(|v| v.first().map(|&x| x as f64)),
    }
}

fn text(value: &AttrValue) -> Option<String> {
    let first = || value.as_strings().and_then(|s| s.first()).map(String::as_str);
    value.as_str().or_else(first).map(|s| s.trim().to_string())
}

/// An attribute's text; empty where there is none.
pub(super) fn attribute_text(group: &Group, name: &str) -> String {
    group.attrs().ok().and_then(|a| a.get(name).and_then(text)).unwrap_or_default()
}

/// A text dataset's first word; empty where there is none.
pub(super) fn dataset_text(file: &File, path: &str) -> String {
    let words = file.dataset(path).and_then(|d| d.read_string());
    words.ok().and_then(|w| w.into_iter().next()).unwrap_or_default()
}
