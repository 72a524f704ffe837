//! Recordings of real cells: what was measured, what was commanded, and what is known of both.
//!
//! One file a format turns it into the same [`Recording`]: voltages in mV, currents in pA, times in ms,
//! whatever the file used. Nothing is corrected here: what the file claims is handed on, with the claim's
//! own unit and gain beside it, so that whoever distrusts it can compare.

pub mod abf;
pub mod arrays;
mod error;
pub mod ibw;
pub mod nwb;
mod roles;
pub mod text;
mod timebase;
pub mod unit;
pub mod waveform;

pub use error::RecordingError;
pub use unit::Quantity;
pub use waveform::{Segment, Shape, Waveform};

use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Which of voltage and current the amplifier held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clamp {
    /// Current commanded, voltage measured.
    Current,
    /// Voltage commanded, current measured.
    Voltage,
}

/// How the numbers of a channel came about, where the file tells.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gain {
    /// Units of the file for one count of the digitiser.
    pub per_count: f64,
    /// Gain that the amplifier reported by itself (telegraphed), where it did.
    pub telegraphed: Option<f64>,
    /// Corner of the low-pass filter in Hz, where known.
    pub lowpass_hz: Option<f64>,
    /// Largest value in the file's unit that the digitiser can give: beyond it a trace is clipped.
    pub full_scale: Option<f64>,
}

/// One measured signal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// Its name in the file.
    pub name: String,
    /// What it measures by its unit.
    pub quantity: Quantity,
    /// The unit that the file states, before conversion.
    pub file_unit: String,
    /// Its gains, where known.
    pub gain: Option<Gain>,
}

/// One repetition.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// Its start after the recording's, in ms.
    pub start_ms: f64,
    /// Samples of each channel, in the order of [`Recording::channels`]; all of one length.
    pub channels: Vec<Vec<f64>>,
}

impl Sweep {
    /// Samples of each channel.
    pub fn len(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Where a stated command comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommandSource {
    /// Epochs with levels and increments in the header.
    EpochTable,
    /// The same epochs, one of their numbers replaced by a list, one entry a sweep.
    UserList,
    /// The level held all along.
    Holding,
    /// A waveform stored beside the measurement.
    Stored,
}

/// What the file says was commanded. Amplifiers and headers err: a recorded command, where there is one,
/// tells what really was.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Its name in the file.
    pub name: String,
    /// What is commanded by its unit.
    pub quantity: Quantity,
    /// The unit that the file states, before conversion.
    pub file_unit: String,
    /// Where it comes from.
    pub source: CommandSource,
    /// One waveform a sweep, in mV or pA.
    pub waveforms: Vec<Waveform>,
}

/// A remark made during the recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// When, in ms after the recording's start.
    pub time_ms: f64,
    /// What.
    pub comment: String,
}

/// Where a recording comes from, as far as the file tells; empty text where it does not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Provenance {
    /// Format and its version.
    pub format: String,
    /// The program that wrote it.
    pub creator: String,
    /// The protocol's name or path.
    pub protocol: String,
    /// When it was made, ISO 8601 without a zone.
    pub created: String,
    /// The experimenter's comment on the whole.
    pub comment: String,
}

/// Sweeps of one cell under one protocol, all channels sampled together.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The measured signals.
    pub channels: Vec<Channel>,
    /// The repetitions.
    pub sweeps: Vec<Sweep>,
    /// Time from sample to sample, in ms.
    pub dt_ms: f64,
    /// Which of voltage and current was held, where it can be told.
    pub clamp: Option<Clamp>,
    /// What the file says was commanded; where it says two things, the one it declares valid comes first.
    pub commands: Vec<Command>,
    /// The channel on which the command was recorded, if it was.
    pub recorded_command: Option<usize>,
    /// The channel of the cell's answer.
    pub response: usize,
    /// Remarks.
    pub tags: Vec<Tag>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What a reader of the file should know: what was left out, guessed or contradictory.
    pub notes: Vec<String>,
}

impl Recording {
    /// Samples a second.
    pub fn rate_hz(&self) -> f64 {
        1e3 / self.dt_ms
    }

    /// The cell's answer in one sweep: mV in current clamp, pA in voltage clamp.
    pub fn response(&self, sweep: usize) -> &[f64] {
        &self.sweeps[sweep].channels[self.response]
    }

    /// The command of one sweep as it was recorded, where it was.
    pub fn recorded_command(&self, sweep: usize) -> Option<&[f64]> {
        Some(&self.sweeps[sweep].channels[self.recorded_command?])
    }

    /// The command of one sweep as the file states it, where it does.
    pub fn stated_command(&self, sweep: usize) -> Option<Vec<f64>> {
        Some(self.commands.first()?.waveforms.get(sweep)?.sample(self.sweeps[sweep].len()))
    }

    /// Refuses what nothing can be done with: no sweep, no sample, a value that is no number.
    fn check(&self, path: &Path) -> Result<(), RecordingError> {
        let empty = |missing| RecordingError::Empty { path: path.into(), missing };
        if self.channels.is_empty() {
            return Err(empty("voltage or current"));
        }
        if self.sweeps.is_empty() {
            return Err(empty("sweeps"));
        }
        if self.sweeps.iter().any(Sweep::is_empty) {
            return Err(empty("samples"));
        }
        if !(self.dt_ms.is_finite() && self.dt_ms > 0.0) {
            return Err(empty("valid sampling rate"));
        }
        for (s, sweep) in self.sweeps.iter().enumerate() {
            for (channel, values) in self.channels.iter().zip(&sweep.channels) {
                if let Some(sample) = values.iter().position(|v| !v.is_finite()) {
                    return Err(RecordingError::NotFinite {
                        path: path.into(),
                        channel: channel.name.clone(),
                        sweep: s,
                        sample,
                        value: values[sample],
                    });
                }
            }
        }
        Ok(())
    }
}

/// Reads a recording of any format; what it is, is seen in its first bytes and, for text, in its ending.
pub fn read(path: &Path) -> Result<Recording, RecordingError> {
    let refused = |source| RecordingError::Read { path: path.into(), source };
    let mut start = Vec::new();
    let file = File::open(path).map_err(refused)?;
    if file.metadata().map_err(refused)?.is_dir() {
        return Err(refused(std::io::ErrorKind::IsADirectory.into()));
    }
    file.take(512).read_to_end(&mut start).map_err(refused)?;
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    match (&start[..], ending.as_str()) {
        (s, _) if s.starts_with(b"ABF ") || s.starts_with(b"ABF2") => abf::read(path),
        (s, _) if s.starts_with(b"\x89HDF") => nwb::read(path),
        (s, _) if s.starts_with(b"PK") => arrays::read(path),
        (_, "ibw" | "bwav") => ibw::read(&[path]),
        (_, "csv" | "tsv" | "txt" | "dat") => text::read(path),
        _ => Err(RecordingError::Unknown { path: path.into(), found: crate::npz::what_starts_so(&start) }),
    }
}
