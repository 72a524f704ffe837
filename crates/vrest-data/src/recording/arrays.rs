//! Recordings as NPZ: `t` `[times]` in ms, `V` `[sweeps, times]` in mV, `I` `[sweeps, times]` in pA.
//!
//! One of `V` and `I` may be missing, and either may be `[times]` alone, one row for all sweeps. A dataset's
//! `Y` serves as `V`.

use super::timebase::even_step;
use super::{Channel, Provenance, Quantity, Recording, RecordingError, Sweep};
use crate::npz::{NpzError, NpzReader, Numbers};
use std::io::{Read, Seek};
use std::path::Path;

/// Reads an NPZ file.
pub fn read(path: &Path) -> Result<Recording, RecordingError> {
    read_from(&mut NpzReader::open(path)?, path)
}

fn read_from<R: Read + Seek>(npz: &mut NpzReader<R>, path: &Path) -> Result<Recording, RecordingError> {
    let t = npz.numbers("t")?.values;
    let Some(dt_ms) = even_step(&t) else {
        return Err(RecordingError::Unsupported {
            path: path.into(),
            what: "`t` does not increase in even steps".into(),
            hint: "resample to even steps of time",
        });
    };
    let voltage = if npz.has("V") { "V" } else { "Y" };
    let mut channels = Vec::new();
    let mut rows = Vec::new();
    for (key, quantity) in [(voltage, Quantity::Voltage), ("I", Quantity::Current)] {
        if npz.has(key) {
            let values = sweeps_of(npz.numbers(key)?, t.len(), path, key)?;
            let (name, file_unit) = (key.to_string(), quantity.unit().to_string());
            channels.push(Channel { name, quantity, file_unit, gain: None });
            rows.push(values);
        }
    }
    let sweeps = rows.iter().map(Vec::len).max().unwrap_or(0);
    if let Some(row) = rows.iter().find(|r| !matches!(r.len(), 1) && r.len() != sweeps) {
        return Err(RecordingError::Damaged {
            path: path.into(),
            format: "NPZ",
            reason: format!("`{voltage}` and `I` have {sweeps} and {} sweeps", row.len()),
        });
    }
    let sweeps = (0..sweeps)
        .map(|k| Sweep {
            start_ms: k as f64 * dt_ms * t.len() as f64,
            channels: rows.iter().map(|r| r[k.min(r.len() - 1)].clone()).collect(),
        })
        .collect();
    let mut recording = Recording {
        channels,
        sweeps,
        dt_ms,
        clamp: None,
        commands: Vec::new(),
        recorded_command: None,
        response: 0,
        tags: Vec::new(),
        provenance: Provenance { format: "NPZ".into(), ..Provenance::default() },
        notes: Vec::new(),
    };
    recording.assign_roles(None);
    recording.check(path)?;
    Ok(recording)
}

/// The rows of an array of one or two axes, the last as long as the times.
fn sweeps_of(array: Numbers, times: usize, path: &Path, key: &str) -> Result<Vec<Vec<f64>>, NpzError> {
    let Numbers { shape, values } = array;
    match shape[..] {
        [n] | [_, n] if n == times && n > 0 => Ok(values.chunks(n).map(<[f64]>::to_vec).collect()),
        _ => Err(NpzError::Dimension {
            path: path.into(),
            array: key.into(),
            shape,
            wanted: "[times] or [sweeps, times]",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::npz::NpzWriter;

    fn read_arrays(arrays: &[(&str, &[usize], &[f64])]) -> Result<Recording, RecordingError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        let mut npz = NpzWriter::create(&path).unwrap();
        for (name, shape, values) in arrays {
            npz.numbers(name, shape, values).unwrap();
        }
        npz.finish().unwrap();
        read(&path)
    }

    #[test]
    fn voltages_with_one_current_for_all() {
        let t: (&str, &[usize], &[f64]) = ("t", &[3], &[0.0, 0.1, 0.2]);
        let v: (&str, &[usize], &[f64]) = ("V", &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let r = read_arrays(&[t, v, ("I", &[3], &[0.0, 9.0, 0.0])]).unwrap();
        assert_eq!((r.sweeps.len(), r.recorded_command(1).unwrap()[1], r.response(1)[0]), (2, 9.0, 4.0));
        for wrong in [
            &[t, ("V", &[2, 2], &[0.0; 4])][..],
            &[t, ("V", &[0, 3], &[])],
            &[t, v, ("I", &[3, 3], &[0.0; 9])],
            &[("t", &[3], &[0.0, 0.1, 0.5]), v],
            &[("t", &[1], &[0.0]), ("V", &[1], &[0.0])],
            &[("t", &[0], &[]), v],
            &[t],
        ] {
            assert!(read_arrays(wrong).is_err());
        }
    }
}
