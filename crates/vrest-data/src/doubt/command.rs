//! The command: stated, recorded, or neither. The cell's own answer is the judge between them.

use super::{About, Finding, UsedCommand};
use crate::features::{noise, spikes};
use crate::recording::{Clamp, Recording, Shape, Waveform};

/// A disagreement smaller than this part of the step is left to gains that are a little off.
const TOLERANCE: f64 = 0.03;
/// Plateaus shorter than this (ms) are not compared.
const SHORTEST_MS: f64 = 5.0;

/// One plateau of the stated command, and what was there.
struct Level {
    sweep: usize,
    stated: f64,
    recorded: f64,
    recorded_se: f64,
    /// The answer's change since the plateau before, where no spike is in either.
    answer: Option<f64>,
    /// Whether it is the first of its sweep.
    first: bool,
}

/// The command of every sweep, and where it comes from.
pub(super) fn choose(
    recording: &Recording,
    trust_header: bool,
    findings: &mut Vec<Finding>,
) -> (Vec<Vec<f64>>, UsedCommand) {
    let sweeps = recording.sweeps.len();
    let stated = || -> Option<Vec<Vec<f64>>> {
        let wanted = match recording.clamp {
            Some(Clamp::Voltage) => crate::recording::Quantity::Voltage,
            _ => crate::recording::Quantity::Current,
        };
        let usable = recording.commands.first().is_some_and(|c| c.quantity == wanted);
        usable.then(|| (0..sweeps).map(|s| recording.stated_command(s)).collect())?
    };
    let recorded = || -> Option<Vec<Vec<f64>>> {
        (0..sweeps).map(|s| recording.recorded_command(s).map(<[f64]>::to_vec)).collect()
    };
    match (stated(), recorded()) {
        (Some(stated), None) => (stated, UsedCommand::Header),
        (None, Some(recorded)) => (recorded, UsedCommand::Recorded),
        (None, None) => (recording.sweeps.iter().map(|s| vec![0.0; s.len()]).collect(), UsedCommand::Unknown),
        (Some(stated), Some(recorded)) => {
            let believe_recorded = judge(recording, &stated, &recorded, trust_header, findings);
            if believe_recorded && !trust_header {
                let clean = (0..sweeps).map(|s| cleaned(recording, s, &recorded[s])).collect();
                (clean, UsedCommand::Recorded)
            } else {
                (stated, UsedCommand::Header)
            }
        }
    }
}

/// Compares the two commands; returns whether the recorded one is to be believed against the stated one.
fn judge(
    recording: &Recording,
    stated: &[Vec<f64>],
    recorded: &[Vec<f64>],
    trust_header: bool,
    findings: &mut Vec<Finding>,
) -> bool {
    let levels = levels(recording, stated, recorded);
    let steps: Vec<(&Level, f64, f64)> = levels
        .windows(2)
        .filter(|w| !w[1].first)
        .map(|w| (&w[1], w[1].stated - w[0].stated, w[1].recorded - w[0].recorded))
        .collect();
    let differs = |(level, s, r): &(&Level, f64, f64)| {
        (s - r).abs() > (TOLERANCE * s.abs().max(r.abs())).max(6.0 * level.recorded_se)
    };
    let wrong: Vec<&(&Level, f64, f64)> = steps.iter().filter(|x| differs(x)).collect();
    let Some(worst) = wrong.iter().max_by(|a, b| (a.1 - a.2).abs().total_cmp(&(b.1 - b.2).abs())) else {
        return false;
    };
    let mut sweeps: Vec<usize> = wrong.iter().map(|x| x.0.sweep).collect();
    sweeps.dedup();
    let unit = if recording.clamp == Some(Clamp::Voltage) { "mV" } else { "pA" };

    // Which of the two does the answer follow? Through the origin, with a curvature for a cell that rectifies.
    let seen: Vec<(f64, f64, f64)> =
        steps.iter().filter_map(|(level, s, r)| level.answer.map(|a| (*s, *r, a))).collect();
    let left = |pick: &dyn Fn(&(f64, f64, f64)) -> f64| {
        unexplained(&seen.iter().map(|x| (pick(x), x.2)).collect::<Vec<_>>())
    };
    let (header_left, recorded_left) = (left(&|x| x.0), left(&|x| x.1));
    let confidence = if seen.len() < 4 {
        0.7
    } else {
        let ratio = (header_left.max(1e-12) / recorded_left.max(1e-12)).ln() * seen.len() as f64 / 2.0;
        (1.0 / (1.0 + (-ratio).exp())).clamp(0.001, 0.999)
    };
    let answer = if recording.clamp == Some(Clamp::Voltage) { "current" } else { "voltage" };
    let of = format!(
        "in {} of {} sweeps (sweep {}: the header says a step of {:.4} {unit}, recorded are {:.4})",
        sweeps.len(),
        recording.sweeps.len(),
        worst.0.sweep,
        worst.1,
        worst.2
    );
    let evidence = if seen.len() < 4 {
        String::new()
    } else {
        format!(
            "; the {answer} leaves {:.2} % of its variance to the recorded command and {:.2} % to the header's",
            100.0 * recorded_left,
            100.0 * header_left
        )
    };
    if confidence >= 0.5 {
        findings.push(Finding {
            about: About::HeaderCommand,
            message: format!("the header's command is not the recorded one {of}{evidence}"),
            hint: if trust_header {
                "without `--trust-header` the recorded command would be used".into()
            } else {
                "the recorded command is used; `--trust-header` takes the header's".into()
            },
            confidence,
            corrected: !trust_header,
        });
        true
    } else {
        findings.push(Finding {
            about: About::RecordedCommand,
            message: format!("the recorded command is not the header's {of}{evidence}"),
            hint: "the header's command is used: the monitor was probably not connected".into(),
            confidence: 1.0 - confidence,
            corrected: false,
        });
        false
    }
}

/// The plateaus of the stated command with what was recorded there.
fn levels(recording: &Recording, stated: &[Vec<f64>], recorded: &[Vec<f64>]) -> Vec<Level> {
    let dt = recording.dt_ms;
    let mut all = Vec::new();
    for (sweep, command) in stated.iter().enumerate() {
        let answer = recording.response(sweep);
        let current_clamp = recording.clamp != Some(Clamp::Voltage);
        let peaks = if current_clamp { spikes::find(answer, dt, 20.0, -20.0) } else { Vec::new() };
        let edges: Vec<usize> = std::iter::once(0)
            .chain((1..command.len()).filter(|&i| command[i] != command[i - 1]))
            .chain([command.len()])
            .collect();
        let mut before: Option<f64> = None;
        let mut first = true;
        for w in edges.windows(2).filter(|w| (w[1] - w[0]) as f64 * dt >= SHORTEST_MS) {
            let n = w[1] - w[0];
            let there = noise::mean_estimate(&recorded[sweep][w[0] + n / 10..w[1] - n / 20]);
            let spiking = peaks.iter().any(|p| (w[0]..w[1]).contains(p));
            let now = (!spiking).then(|| noise::mean(&answer[w[1] - (n / 5).max(1)..w[1]]));
            all.push(Level {
                sweep,
                stated: command[w[0]],
                recorded: there.value,
                recorded_se: there.se,
                answer: now.zip(before).map(|(a, b)| a - b),
                first,
            });
            before = now;
            first = false;
        }
    }
    all
}

/// The part of the variance of y that a x + b x^2 leaves.
fn unexplained(points: &[(f64, f64)]) -> f64 {
    let scale = points.iter().map(|p| p.0.abs()).fold(0.0, f64::max);
    let total: f64 = points.iter().map(|p| p.1 * p.1).sum();
    if scale == 0.0 || total == 0.0 {
        return 1.0;
    }
    let (mut s2, mut s3, mut s4, mut t1, mut t2) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for &(x, y) in points {
        let x = x / scale;
        s2 += x * x;
        s3 += x * x * x;
        s4 += x * x * x * x;
        t1 += x * y;
        t2 += x * x * y;
    }
    let det = s2 * s4 - s3 * s3;
    let (a, b) = if det > 1e-9 * s2 * s4 {
        ((t1 * s4 - t2 * s3) / det, (t2 * s2 - t1 * s3) / det)
    } else {
        (t1 / s2, 0.0)
    };
    let left: f64 = points.iter().map(|&(x, y)| (y - a * x / scale - b * (x / scale).powi(2)).powi(2)).sum();
    left / total
}

/// The recorded command without its noise: the mean over each plateau that the header places, where the header
/// only steps; the samples themselves elsewhere.
fn cleaned(recording: &Recording, sweep: usize, recorded: &[f64]) -> Vec<f64> {
    let waveform = recording.commands.first().and_then(|c| c.waveforms.get(sweep));
    let Some(Waveform::Segments(segments)) = waveform else { return recorded.to_vec() };
    if !segments.iter().all(|s| matches!(s.shape, Shape::Hold(_) | Shape::Pulses { .. })) {
        return recorded.to_vec();
    }
    let stated = waveform.map(|w| w.sample(recorded.len())).unwrap_or_default();
    let mut clean = recorded.to_vec();
    let edges: Vec<usize> = std::iter::once(0)
        .chain((1..stated.len()).filter(|&i| stated[i] != stated[i - 1]))
        .chain([stated.len()])
        .collect();
    for w in edges.windows(2) {
        // What settles after an edge and what a filter smears before the next one is left out.
        let cut = ((w[1] - w[0]) / 10).min(20);
        let level = noise::mean(&recorded[w[0] + cut..w[1] - cut]);
        clean[w[0]..w[1]].fill(level);
    }
    clean
}
