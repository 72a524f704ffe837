//! Recordings as CSV or TSV, the way people export them: a column of times, then voltages and currents.
//!
//! Units stand in the headings: `t (ms),V (mV),I (pA)`. Several voltage columns are several sweeps; so are
//! the stretches of a column `sweep` that holds the sweep's number.

use super::timebase::even_step;
use super::{Channel, Provenance, Quantity, Recording, RecordingError, Sweep, unit};
use crate::table::{Cells, Column, Table};
use std::path::Path;

/// Reads a CSV or TSV file with a heading line.
pub fn read(path: &Path) -> Result<Recording, RecordingError> {
    let table = Table::read_csv(path)?;
    let unsupported = |what: String, hint| RecordingError::Unsupported { path: path.into(), what, hint };
    let Some((time_at, to_ms)) = time_column(&table) else {
        return Err(unsupported(
            "no column has a unit of time".into(),
            "give the times a heading such as `t (ms)`",
        ));
    };
    let name = table.columns()[time_at].name.clone();
    let times: Vec<f64> = table.numbers(&name).unwrap_or_default().iter().map(|t| t * to_ms).collect();
    let rows = sweep_rows(&table, times.len());
    let mut dt_ms = None;
    for range in &rows {
        match even_step(&times[range.clone()]) {
            Some(dt) => {
                let first = *dt_ms.get_or_insert(dt);
                if (dt - first).abs() > 1e-3 * first {
                    return Err(unsupported(
                        format!("one sweep has a time step of {first} ms, another of {dt} ms"),
                        "resample all sweeps to one rate",
                    ));
                }
            }
            None => {
                return Err(unsupported(
                    format!("column `{name}` does not increase in even steps"),
                    "resample to even steps of time, and number repetitions in a column `sweep`",
                ));
            }
        }
    }
    let mut recording = Recording {
        channels: Vec::new(),
        sweeps: Vec::new(),
        dt_ms: dt_ms.unwrap_or(0.0),
        clamp: None,
        commands: Vec::new(),
        recorded_command: None,
        response: 0,
        tags: Vec::new(),
        provenance: Provenance { format: "text table".into(), ..Provenance::default() },
        notes: Vec::new(),
    };
    fill(&mut recording, &table, &rows, path)?;
    let mut start = 0.0;
    for sweep in &mut recording.sweeps {
        sweep.start_ms = start;
        start += sweep.len() as f64 * recording.dt_ms;
    }
    recording.assign_roles(None);
    recording.check(path)?;
    Ok(recording)
}

/// The first column of numbers with a unit of time, and its unit in ms.
fn time_column(table: &Table) -> Option<(usize, f64)> {
    table.columns().iter().enumerate().find_map(|(i, c)| match c.cells {
        Cells::Numbers(_) => unit::milliseconds(&c.unit).map(|ms| (i, ms)),
        Cells::Text(_) => None,
    })
}

/// The rows of each sweep: all of them, or the stretches of one value in a column `sweep`.
fn sweep_rows(table: &Table, rows: usize) -> Vec<std::ops::Range<usize>> {
    let Some(numbers) = table.numbers("sweep") else { return vec![0..rows; 1] };
    let mut ranges = Vec::new();
    let mut start = 0;
    for row in 1..=rows {
        if row == rows || numbers[row] != numbers[start] {
            ranges.push(start..row);
            start = row;
        }
    }
    ranges
}

/// Channels and sweeps out of the voltage and current columns.
fn fill(
    recording: &mut Recording,
    table: &Table,
    rows: &[std::ops::Range<usize>],
    path: &Path,
) -> Result<(), RecordingError> {
    let of = |quantity| -> Vec<&Column> {
        let is = |c: &&Column| unit::quantity(&c.unit).0 == quantity && matches!(c.cells, Cells::Numbers(_));
        table.columns().iter().filter(is).collect()
    };
    let groups = [of(Quantity::Voltage), of(Quantity::Current)];
    let columns = groups.iter().map(Vec::len).max().unwrap_or(0);
    // One current beside many voltages is the command of all of them.
    if let Some(bad) = groups.iter().find(|g| !matches!(g.len(), 0 | 1) && g.len() != columns) {
        return Err(RecordingError::Unsupported {
            path: path.into(),
            what: format!("it has {columns} columns of one quantity and {} of the other", bad.len()),
            hint: "give every sweep a voltage and a current, or one current for all",
        });
    }
    for group in groups.iter().filter(|g| !g.is_empty()) {
        let (quantity, _) = unit::quantity(&group[0].unit);
        let (name, file_unit) = (group[0].name.clone(), group[0].unit.clone());
        recording.channels.push(Channel { name, quantity, file_unit, gain: None });
    }
    for k in 0..columns {
        for range in rows {
            let mut channels: Vec<Vec<f64>> = Vec::new();
            for group in groups.iter().filter(|g| !g.is_empty()) {
                let column = group[k.min(group.len() - 1)];
                let factor = unit::quantity(&column.unit).1;
                let values = table.numbers(&column.name).unwrap_or_default();
                channels.push(values[range.clone()].iter().map(|v| v * factor).collect());
            }
            // A shorter sweep beside longer ones leaves empty cells at its end.
            let filled = |c: &Vec<f64>| c.iter().rposition(|v| !v.is_nan()).map_or(0, |last| last + 1);
            let n = channels.iter().map(filled).min().unwrap_or(0);
            channels.iter_mut().for_each(|c| c.truncate(n));
            recording.sweeps.push(Sweep { start_ms: 0.0, channels });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Clamp;

    fn read_text(text: &str) -> Result<Recording, RecordingError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn a_voltage_and_a_current() {
        let r = read_text("t (s),V (V),I (nA)\n0,-0.07,0\n0.001,-0.069,0.1\n0.002,-0.068,0.1\n").unwrap();
        assert_eq!((r.clamp, r.response, r.recorded_command), (Some(Clamp::Current), 0, Some(1)));
        assert!((r.dt_ms - 1.0).abs() < 1e-12);
        assert_eq!(r.response(0), [-70.0, -69.0, -68.0]);
        assert_eq!(r.recorded_command(0).unwrap(), [0.0, 100.0, 100.0]);
    }

    #[test]
    fn columns_are_sweeps_and_may_end_early() {
        let r = read_text("t (ms)\tV1 (mV)\tV2 (mV)\n0\t-70\t-71\n1\t-70\t-71\n2\t-70\t\n").unwrap();
        assert_eq!(r.sweeps.iter().map(Sweep::len).collect::<Vec<_>>(), [3, 2]);
        assert_eq!(r.recorded_command, None);
    }

    #[test]
    fn a_column_may_number_the_sweeps() {
        let r = read_text("sweep,t (ms),V (mV)\n0,0,-70\n0,1,-69\n1,0,-71\n1,1,-70\n").unwrap();
        assert_eq!((r.sweeps.len(), r.response(1)), (2, &[-71.0, -70.0][..]));
        assert_eq!(r.sweeps[1].start_ms, 2.0);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, said) in [
            ("t,V (mV)\n0,1\n1,2\n", "no column has a unit of time"),
            ("t (ms),V (mV)\n0,1\n1,2\n5,2\n", "does not increase in even steps"),
            ("t (ms),V (mV)\n0,1\n", "does not increase in even steps"),
            ("t (ms),x (degC)\n0,1\n1,2\n", "holds no voltage or current"),
            ("t (ms),V (mV)\n0,\n1,\n", "holds no samples"),
            ("t (ms),V (mV)\n0,\n1,2\n", "`V` of `"),
            ("t (ms),a (mV),b (mV),c (mV),d (pA),e (pA)\n0,1,1,1,1,1\n1,1,1,1,1,1\n", "3 columns of one"),
        ] {
            let e = read_text(text).unwrap_err();
            assert!(e.to_string().contains(said), "{e}");
        }
    }
}
