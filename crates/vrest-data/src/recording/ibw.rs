//! Igor binary waves, versions 1, 2, 3 and 5, of either byte order: one wave a file.
//!
//! A wave knows its unit, so voltages and currents given together find each other: each voltage wave is a
//! sweep, the currents follow in the same order. The columns of a two-dimensional wave are sweeps.
//!
//! Source: WaveMetrics, Technical Note 003, "Igor Binary Format".

use super::{Channel, Provenance, Quantity, Recording, RecordingError, Sweep, unit};
use crate::memory::available_bytes;
use std::fs;
use std::path::{Path, PathBuf};

/// One wave of real numbers.
struct Wave {
    name: String,
    unit: String,
    /// Samples of a column.
    samples: usize,
    dt_ms: f64,
    note: String,
    version: i16,
    values: Vec<f64>,
}

/// Reads the waves of one recording: at least one, of voltage, of current or of both.
pub fn read(paths: &[&Path]) -> Result<Recording, RecordingError> {
    let mut waves = Vec::new();
    for path in paths {
        let refused = |source| RecordingError::Read { path: path.into(), source };
        let (needed, available) = (fs::metadata(path).map_err(refused)?.len(), available_bytes());
        if needed > available {
            return Err(RecordingError::TooLarge {
                path: path.into(),
                samples: needed / 4,
                needed,
                available,
            });
        }
        let bytes = fs::read(path).map_err(refused)?;
        let wave = parse(&bytes).map_err(|refusal| match refusal {
            Refusal::Damaged(reason) => RecordingError::Damaged { path: path.into(), format: "Igor", reason },
            Refusal::Unsupported(what) => RecordingError::Unsupported {
                path: path.into(),
                what,
                hint: "save it as a wave of real numbers over even steps of time",
            },
        })?;
        waves.push((path.to_path_buf(), wave));
    }
    assemble(waves)
}

fn assemble(waves: Vec<(PathBuf, Wave)>) -> Result<Recording, RecordingError> {
    let Some((first_path, first)) = waves.first() else {
        return Err(RecordingError::Empty { path: PathBuf::new(), missing: "waves" });
    };
    let (samples, dt_ms) = (first.samples, first.dt_ms);
    let mismatch = |second: &PathBuf, reason| RecordingError::Mismatch {
        first: first_path.clone(),
        second: second.clone(),
        reason,
    };
    let mut channels: Vec<Channel> = Vec::new();
    let mut columns: Vec<Vec<Vec<f64>>> = Vec::new();
    for (path, wave) in &waves {
        if wave.samples != samples || (wave.dt_ms - dt_ms).abs() > 1e-6 * dt_ms {
            let (n, dt) = (wave.samples, wave.dt_ms);
            let reason = format!("{samples} samples every {dt_ms} ms, {n} samples every {dt} ms");
            return Err(mismatch(path, reason));
        }
        let (quantity, factor) = unit::quantity(&wave.unit);
        let at = channels.iter().position(|c| c.quantity == quantity).unwrap_or_else(|| {
            let (name, file_unit) = (wave.name.clone(), wave.unit.clone());
            channels.push(Channel { name, quantity, file_unit, gain: None });
            columns.push(Vec::new());
            channels.len() - 1
        });
        columns[at].extend(wave.values.chunks(samples).map(|c| c.iter().map(|v| v * factor).collect()));
    }
    let sweeps = columns.first().map_or(0, Vec::len);
    if let (Some(other), Some((path, _))) = (columns.iter().find(|c| c.len() != sweeps), waves.last()) {
        return Err(mismatch(path, format!("{sweeps} sweeps of one quantity, {} of another", other.len())));
    }
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    let sweeps = (0..sweeps)
        .map(|k| Sweep {
            // The pause between waves is not in the files: they are set end to end.
            start_ms: k as f64 * samples as f64 * dt_ms,
            channels: columns.iter_mut().filter_map(Iterator::next).collect(),
        })
        .collect();
    let provenance = Provenance {
        format: format!("Igor binary wave {}", first.version),
        comment: first.note.clone(),
        ..Provenance::default()
    };
    let mut notes = Vec::new();
    if let Some(c) = channels.iter().find(|c| c.quantity == Quantity::Other) {
        notes.push(format!("wave `{}` has the unit `{}`, neither voltage nor current", c.name, c.file_unit));
    }
    let mut recording = Recording {
        channels,
        sweeps,
        dt_ms,
        clamp: None,
        commands: Vec::new(),
        recorded_command: None,
        response: 0,
        tags: Vec::new(),
        provenance,
        notes,
    };
    recording.assign_roles(None);
    recording.check(first_path)?;
    Ok(recording)
}

enum Refusal {
    Damaged(String),
    Unsupported(String),
}

/// Where the fields stand in one version of the format.
struct Layout {
    /// Bytes before the data.
    header: usize,
    /// Unused bytes behind the data.
    padding: usize,
    /// Bytes that the checksum covers.
    checked: usize,
    note_bytes: Option<usize>,
    /// What lies between data and note.
    formula_bytes: Option<usize>,
    kind: usize,
    points: usize,
    name: (usize, usize),
    unit: (usize, usize),
    x_unit: (usize, usize),
    /// Time from sample to sample.
    step: usize,
    /// Lengths of the four axes.
    axes: Option<usize>,
    /// Length of a unit too long for its field, and of what lies between note and unit.
    long_unit: Option<usize>,
}

/// Versions 1 to 3: a short file header of `start` bytes, then the same wave header.
const fn layout_before_5(start: usize, note: Option<usize>, formula: Option<usize>) -> Layout {
    Layout {
        header: start + 110,
        padding: 16,
        // The old wave header counts the first 16 bytes of data as its own.
        checked: start + 126,
        note_bytes: note,
        formula_bytes: formula,
        kind: start,
        points: start + 42,
        name: (start + 6, 20),
        unit: (start + 34, 4),
        x_unit: (start + 38, 4),
        step: start + 48,
        axes: None,
        long_unit: None,
    }
}

const LAYOUT_5: Layout = Layout {
    header: 384,
    padding: 0,
    checked: 384,
    note_bytes: Some(12),
    formula_bytes: Some(8),
    kind: 64 + 16,
    points: 64 + 12,
    name: (64 + 28, 32),
    unit: (64 + 148, 4),
    x_unit: (64 + 152, 4),
    step: 64 + 84,
    axes: Some(64 + 68),
    long_unit: Some(16),
};

/// Fields of either byte order.
struct Fields<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Fields<'_> {
    fn get<const N: usize>(&self, at: usize) -> Result<[u8; N], Refusal> {
        let field = self.bytes.get(at..at + N).and_then(|b| <[u8; N]>::try_from(b).ok());
        let mut field = field.ok_or_else(|| {
            Refusal::Damaged(format!("it ends within its header, after {} bytes", self.bytes.len()))
        })?;
        if self.big_endian {
            field.reverse();
        }
        Ok(field)
    }
    fn i16(&self, at: usize) -> Result<i16, Refusal> {
        self.get(at).map(i16::from_le_bytes)
    }
    fn length(&self, at: usize) -> Result<usize, Refusal> {
        let n = i32::from_le_bytes(self.get(at)?);
        usize::try_from(n).map_err(|_| Refusal::Damaged(format!("its header claims a length of {n}")))
    }
    fn optional_length(&self, at: Option<usize>) -> Result<usize, Refusal> {
        at.map_or(Ok(0), |at| self.length(at))
    }
    fn f64(&self, at: usize) -> Result<f64, Refusal> {
        self.get(at).map(f64::from_le_bytes)
    }
    /// Text of Igor's older versions is Mac Roman, of newer ones UTF-8; both agree on plain letters.
    fn text(&self, at: usize, n: usize) -> String {
        let end = self.bytes.len();
        let field = &self.bytes[at.min(end)..at.saturating_add(n).min(end)];
        let field = field.split(|&b| b == 0).next().unwrap_or_default();
        // Mac Roman's micro sign is the one special character that units need.
        let roman = |b: &u8| if *b == 0xb5 { '\u{b5}' } else { char::from(*b) };
        std::str::from_utf8(field).map_or_else(|_| field.iter().map(roman).collect(), str::to_string)
    }
}

fn parse(bytes: &[u8]) -> Result<Wave, Refusal> {
    let little = bytes.first().is_some_and(|&b| b != 0);
    let fields = Fields { bytes, big_endian: !little };
    let version = fields.i16(0)?;
    let layout = match version {
        1 => layout_before_5(8, None, None),
        2 => layout_before_5(16, Some(6), None),
        3 => layout_before_5(20, Some(6), Some(10)),
        5 => LAYOUT_5,
        v => return Err(Refusal::Damaged(format!("it has version {v}; 1, 2, 3 and 5 are known"))),
    };
    let mut sum = 0i16;
    for at in (0..layout.checked).step_by(2) {
        sum = sum.wrapping_add(fields.i16(at)?);
    }
    if sum != 0 {
        return Err(Refusal::Damaged("the checksum of its header is wrong".into()));
    }
    let points = fields.length(layout.points)?;
    let samples = match layout.axes {
        None => points,
        Some(at) => {
            let axes = (0..4).map(|k| fields.length(at + 4 * k)).collect::<Result<Vec<_>, _>>()?;
            if axes[2] > 1 || axes[3] > 1 {
                return Err(Refusal::Unsupported("it has more than two axes".into()));
            }
            let product = axes[0].checked_mul(axes[1].max(1));
            if product != Some(points) {
                return Err(Refusal::Damaged(format!("axes {axes:?} do not make {points} points")));
            }
            axes[0]
        }
    };
    let x_unit = fields.text(layout.x_unit.0, layout.x_unit.1);
    let to_ms = match x_unit.trim() {
        "" => 1e3, // Igor's own default is seconds.
        named => unit::milliseconds(named)
            .ok_or_else(|| Refusal::Unsupported(format!("its axis is in `{named}`, not in time")))?,
    };
    let (values, data_bytes) = numbers(&fields, &layout, points)?;
    let mut after =
        layout.header + data_bytes + layout.padding + fields.optional_length(layout.formula_bytes)?;
    let note_bytes = fields.optional_length(layout.note_bytes)?;
    let note = fields.text(after, note_bytes).replace('\r', "\n");
    after = after.saturating_add(note_bytes);
    let long_unit = fields.optional_length(layout.long_unit)?;
    let unit =
        if long_unit > 0 { fields.text(after, long_unit) } else { fields.text(layout.unit.0, layout.unit.1) };
    Ok(Wave {
        name: fields.text(layout.name.0, layout.name.1),
        unit: unit.trim().into(),
        samples,
        dt_ms: fields.f64(layout.step)? * to_ms,
        note: note.trim().into(),
        version,
        values,
    })
}

/// The data as f64, and how many bytes they take.
fn numbers(fields: &Fields, layout: &Layout, points: usize) -> Result<(Vec<f64>, usize), Refusal> {
    let kind = fields.i16(layout.kind)?;
    const UNSIGNED: i16 = 0x40;
    let width = match kind & !UNSIGNED {
        0x02 | 0x20 => 4,
        0x04 => 8,
        0x08 => 1,
        0x10 => 2,
        0x00 => return Err(Refusal::Unsupported("it is a wave of text".into())),
        k if k & 1 == 1 => return Err(Refusal::Unsupported("it is a wave of complex numbers".into())),
        k => return Err(Refusal::Damaged(format!("its numbers are of the unknown type {k:#x}"))),
    };
    let end = points.checked_mul(width).and_then(|n| n.checked_add(layout.header));
    let Some(data) = end.and_then(|end| fields.bytes.get(layout.header..end)) else {
        let room = fields.bytes.len().saturating_sub(layout.header) / width;
        return Err(Refusal::Damaged(format!(
            "its header claims {points} points, the file has room for {room}"
        )));
    };
    if points == 0 {
        return Err(Refusal::Damaged("it has no points".into()));
    }
    macro_rules! each {
        ($t:ty) => {{
            let (items, _) = data.as_chunks::<{ size_of::<$t>() }>();
            if fields.big_endian {
                items.iter().map(|&b| <$t>::from_be_bytes(b) as f64).collect()
            } else {
                items.iter().map(|&b| <$t>::from_le_bytes(b) as f64).collect()
            }
        }};
    }
    let values = match (kind & !UNSIGNED, kind & UNSIGNED != 0) {
        (0x02, _) => each!(f32),
        (0x04, _) => each!(f64),
        (0x08, false) => each!(i8),
        (0x08, true) => each!(u8),
        (0x10, false) => each!(i16),
        (0x10, true) => each!(u16),
        (_, false) => each!(i32),
        (_, true) => each!(u32),
    };
    Ok((values, data.len()))
}
