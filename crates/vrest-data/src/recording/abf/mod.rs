//! Axon Binary Format, both generations: pCLAMP, AxoScope and others write it.
//!
//! The header is read by a crate; sizes are checked before it (`sizes`), samples are scaled here and the
//! epoch table is made a command (`epochs`).

mod epochs;
mod sizes;

use super::{
    Channel, Command, CommandSource, Gain, Provenance, Recording, RecordingError, Sweep, Tag, Waveform, unit,
};
use crate::memory::available_bytes;
use openreadout_abf::{AbfFile, Generation, InputChannel, OutputChannel, SampleFormat};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes out of a header, little-endian.
struct Bytes(Vec<u8>);

impl Bytes {
    fn array<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.0.get(at..at.checked_add(N)?)?.try_into().ok()
    }
    fn i16(&self, at: usize) -> Option<i16> {
        self.array(at).map(i16::from_le_bytes)
    }
    fn i32(&self, at: usize) -> Option<i32> {
        self.array(at).map(i32::from_le_bytes)
    }
    fn u32(&self, at: usize) -> Option<u32> {
        self.array(at).map(u32::from_le_bytes)
    }
    fn i64(&self, at: usize) -> Option<i64> {
        self.array(at).map(i64::from_le_bytes)
    }
    /// Latin-1 text up to the first zero.
    fn text(&self) -> String {
        self.0.iter().take_while(|&&b| b != 0).map(|&b| char::from(b)).collect()
    }
}

/// Reads an ABF1 or ABF2 file.
pub fn read(path: &Path) -> Result<Recording, RecordingError> {
    let refused = |source| RecordingError::Read { path: path.into(), source };
    let damaged = |reason: String| RecordingError::Damaged { path: path.into(), format: "ABF", reason };
    let mut file = BufReader::new(File::open(path).map_err(refused)?);
    let file_bytes = file.get_ref().metadata().map_err(refused)?.len();
    let head = stretch(&mut file, 0, 512).map_err(refused)?;
    sizes::check(&head, file_bytes).map_err(damaged)?;
    let abf = AbfFile::open(path).map_err(|e| damaged(header_complaint(&e.to_string())))?;

    let needed = abf.total_samples.saturating_mul(8);
    let available = available_bytes();
    if needed > available {
        let samples = abf.total_samples;
        return Err(RecordingError::TooLarge { path: path.into(), samples, needed, available });
    }
    if !(abf.sample_rate_hz.is_finite() && abf.sample_rate_hz > 0.0) {
        return Err(damaged(format!("its sampling rate is {} Hz", abf.sample_rate_hz)));
    }
    let sweeps = read_sweeps(&abf, &mut file).map_err(|refusal| match refusal {
        Refusal::Io(e) => refused(e),
        Refusal::Damaged(reason) => damaged(reason),
    })?;
    let lists = epochs::user_lists(&abf, |at, n| {
        // A second handle: the closure must not borrow the reader that samples came from.
        let mut file = File::open(path).ok()?;
        stretch(&mut file, at, n).ok().filter(|b| b.0.len() == n)
    });
    let mut notes: Vec<String> = abf.findings.iter().map(|f| f.message.clone()).collect();
    let lengths: Vec<usize> = sweeps.iter().map(Sweep::len).collect();
    let commands = commands(&abf, &lists, &lengths, &mut notes);
    let mut recording = Recording {
        channels: abf.channels.iter().map(|c| channel(c, abf.adc_resolution, abf.sample_format)).collect(),
        sweeps,
        dt_ms: 1e3 / abf.sample_rate_hz,
        clamp: None,
        commands,
        recorded_command: None,
        response: 0,
        tags: abf
            .tags
            .iter()
            .map(|t| Tag { time_ms: t.time_s * 1e3, comment: t.comment.trim().into() })
            .collect(),
        provenance: provenance(&abf),
        notes,
    };
    recording.assign_roles(None);
    recording.check(path)?;
    Ok(recording)
}

/// Up to `n` bytes from `at`; fewer at the end of the file.
fn stretch(file: &mut (impl Read + Seek), at: u64, n: usize) -> io::Result<Bytes> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.by_ref().take(n as u64).read_to_end(&mut bytes)?;
    Ok(Bytes(bytes))
}

/// What the header's reader says, without the words that our own message already has.
fn header_complaint(text: &str) -> String {
    text.trim_start_matches("abf: ").trim_start_matches("corrupt file: ").trim_end_matches('.').into()
}

enum Refusal {
    Io(io::Error),
    Damaged(String),
}

/// The samples of all sweeps in mV, pA or the file's unit.
fn read_sweeps(abf: &AbfFile, file: &mut (impl Read + Seek)) -> Result<Vec<Sweep>, Refusal> {
    let channels = abf.channels.len() as u64;
    let width = abf.sample_format.width();
    let mut scales = Vec::new();
    for c in &abf.channels {
        let factor = unit::quantity(&c.unit).1;
        let (scale, offset) = (c.scale * factor, c.offset * factor);
        if !(scale.is_finite() && scale != 0.0 && offset.is_finite()) {
            return Err(Refusal::Damaged(format!("the gain of channel `{}` is {}", c.name.trim(), c.scale)));
        }
        scales.push((scale, offset));
    }
    let first_start = abf.sweeps.first().and_then(|s| s.start_s).unwrap_or(0.0);
    let mut sweeps = Vec::new();
    for (k, extent) in abf.sweeps.iter().enumerate() {
        let end = extent.first_sample.saturating_add(extent.sample_count).saturating_mul(channels);
        if end > abf.total_samples {
            return Err(Refusal::Damaged(format!("sweep {k} ends at sample {end} of {}", abf.total_samples)));
        }
        let at = abf.data_offset + extent.first_sample * channels * width;
        file.seek(SeekFrom::Start(at)).map_err(Refusal::Io)?;
        // Bounded: the end of the sweep lies within the samples, and these within the file.
        let mut raw = vec![0; (extent.sample_count * channels * width) as usize];
        file.read_exact(&mut raw).map_err(Refusal::Io)?;
        let values = match abf.sample_format {
            SampleFormat::Int16 => separate(raw.as_chunks().0, |b| f64::from(i16::from_le_bytes(b)), &scales),
            SampleFormat::Float32 => {
                separate(raw.as_chunks().0, |b| f64::from(f32::from_le_bytes(b)), &scales)
            }
        };
        let start_ms = (extent.start_s.unwrap_or(first_start) - first_start) * 1e3;
        sweeps.push(Sweep { start_ms, channels: values });
    }
    Ok(sweeps)
}

/// Samples that lie in turn, one of each channel, as one row a channel.
fn separate<const N: usize>(
    items: &[[u8; N]],
    number: impl Fn([u8; N]) -> f64,
    scales: &[(f64, f64)],
) -> Vec<Vec<f64>> {
    let n = scales.len();
    scales
        .iter()
        .enumerate()
        .map(|(c, (scale, offset))| {
            items.iter().skip(c).step_by(n).map(|&b| number(b) * scale + offset).collect()
        })
        .collect()
}

fn channel(c: &InputChannel, resolution: i32, format: SampleFormat) -> Channel {
    let telegraph = c.telegraph.as_ref().filter(|t| t.enabled);
    let lowpass = telegraph.map(|t| t.filter_hz).or(c.lowpass_hz).map(f64::from);
    let digitised = format == SampleFormat::Int16;
    Channel {
        name: c.name.trim().into(),
        quantity: unit::quantity(&c.unit).0,
        file_unit: c.unit.trim().into(),
        gain: digitised.then(|| Gain {
            per_count: c.scale,
            telegraphed: telegraph.map(|t| t.additional_gain.into()),
            // An open filter is written as a corner beyond anything that can be sampled.
            lowpass_hz: lowpass.filter(|f| (1e-3..1e7).contains(f)),
            full_scale: Some((c.scale * f64::from(resolution)).abs()),
        }),
    }
}

/// The commands of the output that drove the cell: the enabled one whose unit complements the first
/// channel's, else the first enabled one, else what the first output held.
fn commands(
    abf: &AbfFile,
    lists: &[epochs::UserList],
    lengths: &[usize],
    notes: &mut Vec<String>,
) -> Vec<Command> {
    use super::Quantity::{Current, Other, Voltage};
    let quantity = |o: &OutputChannel| unit::quantity(&o.unit).0;
    let measured = abf.channels.first().map_or(Other, |c| unit::quantity(&c.unit).0);
    let complements =
        |o: &&OutputChannel| matches!((measured, quantity(o)), (Voltage, Current) | (Current, Voltage));
    let usable: Vec<&OutputChannel> = abf.outputs.iter().filter(|o| quantity(o) != Other).collect();
    let enabled = || usable.iter().copied().filter(|o| o.waveform_enabled && o.waveform_source_code != 0);
    let command = |o: &OutputChannel, source, waveforms| Command {
        name: o.name.trim().into(),
        quantity: quantity(o),
        file_unit: o.unit.trim().into(),
        source,
        waveforms,
    };
    let Some(output) = enabled().find(complements).or(enabled().next()) else {
        return usable.iter().copied().find(complements).or(usable.first().copied()).map_or(vec![], |o| {
            let level = f64::from(o.holding_level) * unit::quantity(&o.unit).1;
            let hold = |&n: &usize| {
                let shape = super::Shape::Hold(level);
                Waveform::Segments(vec![super::Segment { samples: 0..n, shape }])
            };
            vec![command(o, CommandSource::Holding, lengths.iter().map(hold).collect())]
        });
    };
    if let Some(why) = epochs::obstacle(abf, output) {
        notes.push(format!("the command of output `{}` is not known: {why}", output.name.trim()));
        return Vec::new();
    }
    let factor = unit::quantity(&output.unit).1;
    let all = |list: Option<&epochs::UserList>, source| {
        let one = |(k, &n): (usize, &usize)| epochs::waveform(output, k, n, list, factor);
        command(output, source, lengths.iter().enumerate().map(one).collect())
    };
    let table = all(None, CommandSource::EpochTable);
    let Some(list) = lists.iter().find(|l| l.output == output.index) else { return vec![table] };
    let listed = all(Some(list), CommandSource::UserList);
    if list.enabled {
        return vec![listed];
    }
    // Files exist whose list was used although this flag says that it was not, so neither is thrown away.
    notes.push(format!(
        "output `{}` has a user list that the header declares unused; both commands are given",
        output.name.trim()
    ));
    vec![table, listed]
}

fn provenance(abf: &AbfFile) -> Provenance {
    let generation = match abf.generation {
        Generation::Abf1 => "ABF1",
        Generation::Abf2 => "ABF2",
    };
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let creator = format!("{} {}", text(&abf.creator), text(&abf.creator_version));
    Provenance {
        format: format!("{generation} {}", abf.version),
        creator: creator.trim().into(),
        protocol: text(&abf.protocol_path),
        created: text(&abf.created_at),
        comment: text(&abf.comment),
    }
}
