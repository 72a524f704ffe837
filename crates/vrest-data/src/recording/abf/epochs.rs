//! The epoch table of an ABF header as command waveforms.
//!
//! A sweep of n samples begins with n / 64 samples at the holding level, then come the epochs, then the
//! holding level again (or, where so chosen, the last epoch's). Epoch k of sweep s has level
//! `level + s * increment` and as many samples as `duration + s * increment`. A user list replaces one of
//! these numbers by a value a sweep.
//!
//! Source: Axon's documentation of the header's fields and of its constants for `nParamToVary`.

use super::Bytes;
use crate::recording::waveform::{Segment, Shape, Waveform};
use openreadout_abf::{AbfFile, Epoch, EpochKind, Generation, OutputChannel};

/// Which number of an epoch a user list replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Varied {
    Level,
    Duration,
    Period,
    Width,
}

/// One value a sweep for one number of one epoch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct UserList {
    /// The output whose epochs it concerns.
    pub output: u32,
    /// Whether the header declares it valid.
    pub enabled: bool,
    pub varied: Varied,
    pub epoch: u32,
    pub repeat: bool,
    pub values: Vec<f64>,
}

impl UserList {
    /// The list's entry of a sweep: it starts again after its end or stays at its last entry.
    fn value(&self, sweep: usize) -> f64 {
        let at = if self.repeat { sweep % self.values.len() } else { sweep.min(self.values.len() - 1) };
        self.values[at]
    }

    /// From the header's numbers and text; nothing where the list is empty or varies no epoch.
    fn new(
        output: u32,
        enabled: bool,
        parameter: i16,
        repeat: bool,
        text: &str,
        epochs: i16,
    ) -> Option<UserList> {
        // Constants of the format: 11 is the first epoch's digital pattern, then come the levels of all
        // epochs, their durations, periods and widths.
        let over = parameter.checked_sub(11 + epochs).filter(|&p| p >= 0)?;
        let varied = match over / epochs {
            0 => Varied::Level,
            1 => Varied::Duration,
            2 => Varied::Period,
            3 => Varied::Width,
            _ => return None,
        };
        let entries = text.split(',').map(str::trim).filter(|e| !e.is_empty());
        let values: Option<Vec<f64>> =
            entries.map(|e| e.parse().ok().filter(|v: &f64| v.is_finite())).collect();
        let values = values.filter(|v| !v.is_empty())?;
        Some(UserList {
            output,
            enabled,
            varied,
            epoch: u32::from((over % epochs).unsigned_abs()),
            repeat,
            values,
        })
    }
}

/// The user lists of a file. `bytes` gives any stretch of it.
pub(super) fn user_lists(abf: &AbfFile, bytes: impl Fn(u64, usize) -> Option<Bytes>) -> Vec<UserList> {
    let list = |i: u32| match abf.generation {
        Generation::Abf1 => {
            let i = u64::from(i);
            let flags = bytes(3360 + 2 * i, 10)?;
            let text = bytes(3376 + 256 * i, 256)?.text();
            let repeat = bytes(4400 + 2 * i, 2)?.i16(0)? != 0;
            UserList::new(i as u32, flags.i16(0)? != 0, flags.i16(8)?, repeat, &text, 10)
        }
        Generation::Abf2 => {
            let section = abf.sections.iter().find(|s| s.name == "user_list")?;
            if u64::from(i) >= section.entry_count {
                return None;
            }
            let entry = bytes(section.offset.checked_add(u64::from(i) * u64::from(section.entry_size))?, 12)?;
            let text = abf.strings.get(usize::try_from(entry.i32(8)?).ok()?)?;
            let output = u32::from(entry.i16(0)?.unsigned_abs());
            UserList::new(output, entry.i16(2)? != 0, entry.i16(4)?, entry.i16(6)? != 0, text, 50)
        }
    };
    let extended = abf.generation == Generation::Abf2 || abf.header_len >= 6144;
    if extended { (0..4).filter_map(list).collect() } else { Vec::new() }
}

/// Why an output's command cannot be given, if it cannot.
pub(super) fn obstacle(abf: &AbfFile, output: &OutputChannel) -> Option<String> {
    if abf.alternate_dac_output {
        return Some("outputs alternate from sweep to sweep".into());
    }
    if output.waveform_source_code != 1 {
        let name = output.stimulus_file.as_deref().unwrap_or("of unknown name");
        return Some(format!("it was played from a stimulus file ({name}) that is not in the recording"));
    }
    if output.conditioning {
        return Some("a conditioning train precedes every sweep".into());
    }
    let strange = output.epochs.iter().find(|e| {
        !matches!(e.kind, EpochKind::Off | EpochKind::Step | EpochKind::Ramp | EpochKind::PulseTrain)
    })?;
    Some(format!("an epoch has the waveform {:?}", strange.kind))
}

/// One epoch of one sweep.
struct Piece {
    kind: EpochKind,
    samples: usize,
    level: f64,
    period: usize,
    width: usize,
}

fn count(x: i64) -> usize {
    usize::try_from(x.max(0)).unwrap_or(0)
}

fn piece(epoch: &Epoch, sweep: usize, list: Option<&UserList>) -> Piece {
    let listed = |varied| {
        let list = list.filter(|l| l.varied == varied && l.epoch == epoch.index)?;
        Some(list.value(sweep))
    };
    // A sweep's index is far below 2^31, as are the header's numbers.
    let samples = |v: Varied, n: i64| listed(v).map_or(count(n), |x| count(x as i64));
    let grown = i64::from(epoch.duration) + i64::from(epoch.duration_step) * sweep as i64;
    Piece {
        kind: epoch.kind,
        samples: samples(Varied::Duration, grown),
        level: listed(Varied::Level)
            .unwrap_or(f64::from(epoch.level) + f64::from(epoch.level_step) * sweep as f64),
        period: samples(Varied::Period, epoch.pulse_period.unwrap_or(0).into()),
        width: samples(Varied::Width, epoch.pulse_width.unwrap_or(0).into()),
    }
}

/// The command of sweep `sweep` of `n` samples, in the file's unit times `factor`.
pub(super) fn waveform(
    output: &OutputChannel,
    sweep: usize,
    n: usize,
    list: Option<&UserList>,
    factor: f64,
) -> Waveform {
    let mut epochs: Vec<&Epoch> = output.epochs.iter().filter(|e| e.kind != EpochKind::Off).collect();
    epochs.sort_by_key(|e| e.index);
    let holding = f64::from(output.holding_level);
    let last_level = |sweep| epochs.last().map_or(holding, |e| piece(e, sweep, list).level);
    let between = |sweep| if output.inter_episode_last { last_level(sweep) } else { holding };
    let before = if sweep == 0 { holding } else { between(sweep - 1) };

    let mut segments = Vec::new();
    let mut level = before;
    let mut at = n / 64;
    segments.push(Segment { samples: 0..at, shape: Shape::Hold(factor * before) });
    for epoch in &epochs {
        let piece = piece(epoch, sweep, list);
        let end = at.saturating_add(piece.samples).min(n);
        let shape = match piece.kind {
            EpochKind::Ramp => {
                // Cut by the end of the sweep, a ramp keeps its slope.
                let last = (end - at).saturating_sub(1);
                let to = Segment::ramp(level, piece.level, last, piece.samples);
                Shape::Ramp { from: factor * level, to: factor * to }
            }
            EpochKind::PulseTrain => Shape::Pulses {
                base: factor * level,
                level: factor * piece.level,
                period: piece.period,
                width: piece.width,
            },
            _ => Shape::Hold(factor * piece.level),
        };
        segments.push(Segment { samples: at..end, shape });
        level = piece.level;
        at = end;
    }
    segments.push(Segment { samples: at..n, shape: Shape::Hold(factor * between(sweep)) });
    segments.retain(|s| !s.samples.is_empty());
    Waveform::Segments(segments)
}
