//! Neurodata Without Borders, version 2: HDF5 with agreed names.
//!
//! Every `CurrentClampSeries` or `VoltageClampSeries` under `acquisition` is a sweep, every stimulus series
//! under `stimulus/presentation` a command. A stored number times `conversion` plus `offset` is in `unit`.
//!
//! Source: the NWB format specification 2.x, <https://nwb-schema.readthedocs.io>.

mod series;

use super::{Channel, Clamp, Command, CommandSource, Provenance, Quantity, Recording, RecordingError, Sweep};
use super::{Waveform, unit};
use crate::memory::available_bytes;
use hdf5_pure::File;
use series::{Refusal, Series};
use std::collections::HashMap;
use std::path::Path;

/// Reads the intracellular recordings of an NWB file.
///
/// Where a file holds both clamps, or several sampling rates, the kind with most sweeps is read and the
/// notes tell what was left out.
pub fn read(path: &Path) -> Result<Recording, RecordingError> {
    let damaged = |reason: String| RecordingError::Damaged { path: path.into(), format: "NWB", reason };
    let bytes =
        std::fs::metadata(path).map_err(|source| RecordingError::Read { path: path.into(), source })?.len();
    let available = available_bytes();
    if bytes > available {
        return Err(RecordingError::TooLarge { path: path.into(), samples: 0, needed: bytes, available });
    }
    let refused = |refusal| match refusal {
        Refusal::Damaged(reason) => damaged(reason),
        Refusal::TooLarge { samples } => RecordingError::TooLarge {
            path: path.into(),
            samples,
            needed: samples.saturating_mul(8),
            available,
        },
    };
    let file = File::open(path).map_err(|e| damaged(series::sentence(&e)))?;
    let claimed = file.superblock().eof_address;
    if claimed > bytes {
        return Err(damaged(format!("its header claims {claimed} bytes, it has {bytes}")));
    }
    let version = series::attribute_text(&file.root(), "nwb_version");
    if !version.starts_with('2') {
        return Err(RecordingError::Unsupported {
            path: path.into(),
            what: match version.as_str() {
                "" => "it is an HDF5 file without `nwb_version`".into(),
                v => format!("it has NWB version {v}"),
            },
            hint: "convert it to NWB 2",
        });
    }
    let mut budget = (available - bytes) / 8;
    let acquired = series::read_all(&file, "acquisition", &mut budget).map_err(refused)?;
    let presented = series::read_all(&file, "stimulus/presentation", &mut budget).map_err(refused)?;
    let mut notes = Vec::new();
    let acquired = most_frequent_kind(acquired, &mut notes);
    let Some(first) = acquired.first() else {
        return Err(RecordingError::Empty { path: path.into(), missing: "patch-clamp series" });
    };
    let clamp = match first.quantity {
        Quantity::Voltage => Some(Clamp::Current),
        Quantity::Current => Some(Clamp::Voltage),
        Quantity::Other => None,
    };
    let (start, dt_ms) = (first.start_ms, first.dt_ms);
    let channel = Channel {
        name: first.name.clone(),
        quantity: first.quantity,
        file_unit: first.unit.clone(),
        gain: None,
    };
    let mut provenance = provenance(&file, &version);
    provenance.protocol = first.protocol.clone();
    let commands = command(&acquired, presented, &mut notes).into_iter().collect();
    let sweeps = acquired
        .into_iter()
        .map(|s| Sweep { start_ms: s.start_ms - start, channels: vec![s.values] })
        .collect();
    let mut recording = Recording {
        channels: vec![channel],
        sweeps,
        dt_ms,
        clamp: None,
        commands,
        recorded_command: None,
        response: 0,
        tags: Vec::new(),
        provenance,
        notes,
    };
    recording.assign_roles(clamp);
    recording.check(path)?;
    Ok(recording)
}

/// The series of the most frequent quantity and rate, in the order in which they were recorded.
fn most_frequent_kind(series: Vec<Series>, notes: &mut Vec<String>) -> Vec<Series> {
    let kind = |s: &Series| (s.quantity, s.dt_ms.to_bits());
    let mut counts: HashMap<_, usize> = HashMap::new();
    for s in &series {
        *counts.entry(kind(s)).or_default() += 1;
    }
    // Of equally many, the one that comes first in the file.
    let mut best: Option<(usize, _)> = None;
    for s in &series {
        let n = counts[&kind(s)];
        if best.is_none_or(|(most, _)| n > most) {
            best = Some((n, kind(s)));
        }
    }
    let Some((_, best)) = best else { return Vec::new() };
    let (mut kept, left): (Vec<_>, Vec<_>) = series.into_iter().partition(|s| kind(s) == best);
    if !left.is_empty() {
        let names: Vec<&str> = left.iter().take(5).map(|s| s.name.as_str()).collect();
        notes.push(format!(
            "{} series of another quantity or rate were left out ({}{})",
            left.len(),
            names.join(", "),
            if left.len() > 5 { ", ..." } else { "" }
        ));
    }
    kept.sort_by(|a, b| a.order().partial_cmp(&b.order()).unwrap_or(std::cmp::Ordering::Equal));
    kept
}

/// Gives every sweep its stimulus: by sweep number, else by the number at the end of the name, else, where
/// there are as many of them, by order.
fn command(acquired: &[Series], mut presented: Vec<Series>, notes: &mut Vec<String>) -> Option<Command> {
    let first = acquired.first()?;
    presented.retain(|s| s.quantity != first.quantity && s.quantity != Quantity::Other);
    if presented.is_empty() {
        return None;
    }
    presented.sort_by(|a, b| a.order().partial_cmp(&b.order()).unwrap_or(std::cmp::Ordering::Equal));
    let pick = |key: fn(&Series) -> Option<i64>| -> Option<Vec<&Series>> {
        let by_key: HashMap<i64, &Series> = presented.iter().filter_map(|s| Some((key(s)?, s))).collect();
        acquired.iter().map(|a| by_key.get(&key(a)?).copied()).collect()
    };
    let in_order = || (presented.len() == acquired.len()).then(|| presented.iter().collect());
    let Some(matched) = pick(|s| s.sweep).or_else(|| pick(Series::trailing_number)).or_else(in_order) else {
        notes.push(format!(
            "{} stimuli could not be assigned to {} sweeps: the command is not known",
            presented.len(),
            acquired.len()
        ));
        return None;
    };
    if let Some(other) = matched.iter().find(|s| (s.dt_ms - first.dt_ms).abs() > 1e-6 * first.dt_ms) {
        notes.push(format!(
            "stimulus `{}` has a time step of {} ms, the sweeps of {} ms: the command is not known",
            other.name, other.dt_ms, first.dt_ms
        ));
        return None;
    }
    let stimulus = matched.first()?;
    Some(Command {
        name: stimulus.name.clone(),
        quantity: stimulus.quantity,
        file_unit: stimulus.unit.clone(),
        source: CommandSource::Stored,
        waveforms: matched.iter().map(|s| Waveform::Samples(s.values.clone())).collect(),
    })
}

fn provenance(file: &File, version: &str) -> Provenance {
    let text = |path: &str| series::dataset_text(file, path);
    Provenance {
        format: format!("NWB {version}"),
        creator: text("general/source_script"),
        protocol: String::new(),
        created: text("session_start_time"),
        comment: text("session_description"),
    }
}
