//! Channels that are not what their labels say: exchanged, or in another unit.

use super::{About, Finding};
use crate::features::steps::plateaus;
use crate::features::{noise, spikes};
use crate::recording::{Clamp, Quantity, Recording};

/// Voltage and current exchanged: what is labelled a voltage jumps as a command does, and what is labelled a
/// current relaxes as a membrane does. Such a file looks like a voltage clamp, but a clamp's current jumps with its
/// command: the electrode charges the membrane.
pub(super) fn swapped(recording: &mut Recording, correct: bool, findings: &mut Vec<Finding>) {
    let Some(recorded) = recording.recorded_command else { return };
    let (response, command) = match recording.clamp {
        Some(Clamp::Current) => (recording.response, recorded),
        // What a header says of its clamp is not overruled.
        Some(Clamp::Voltage) if recording.commands.is_empty() => (recorded, recording.response),
        _ => return,
    };
    let moves = |channel: usize| recording.sweeps.iter().map(move |s| jumpiness(&s.channels[channel]));
    // Where the command stays, the largest event is most of the other's range.
    let mut answers: Vec<f64> = moves(response)
        .zip(moves(command))
        .filter(|(jump, _)| *jump > 0.5)
        .map(|(_, answer)| answer)
        .collect();
    answers.sort_by(f64::total_cmp);
    let Some(usual) = answers.get(answers.len() / 2) else { return };
    let level = typical(recording, command);
    // A filtered transient of a true voltage clamp may rise as slowly; it starts from a potential at which cells are held.
    let begins = |channel: usize| {
        let first = recording.sweeps.iter().filter_map(|s| s.channels[channel].first());
        first.sum::<f64>() / recording.sweeps.len().max(1) as f64
    };
    let held = -120.0..-20.0;
    let like_a_membrane = match recording.clamp {
        Some(Clamp::Voltage) => held.contains(&begins(command)) && !held.contains(&begins(response)),
        _ => (5.0..150.0).contains(&level),
    };
    if !(*usual < 0.2 && like_a_membrane) {
        return;
    }
    let confidence = if level > 30.0 { 0.95 } else { 0.8 };
    findings.push(Finding {
        about: About::SwappedChannels,
        message: format!(
            "voltage and current are exchanged: `{}` jumps as a command does, `{}` relaxes as a membrane does",
            recording.channels[response].name, recording.channels[command].name
        ),
        hint: if correct { "they are exchanged back" } else { "exchange them, or leave `--trust-header` out" }
            .into(),
        confidence,
        corrected: correct,
    });
    if correct {
        recording.sweeps.iter_mut().for_each(|s| s.channels.swap(response, command));
        recording.clamp = Some(Clamp::Current);
        (recording.response, recording.recorded_command) = (response, Some(command));
    }
}

/// The largest change from sample to sample as a part of the whole range, where the range stands out of the noise.
fn jumpiness(trace: &[f64]) -> f64 {
    let (low, high) = trace.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
    let jump = trace.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f64::max);
    let mut steps: Vec<f64> = trace.windows(2).map(|w| (w[1] - w[0]).abs()).collect();
    if steps.is_empty() || high <= low {
        return 0.0;
    }
    let mid = steps.len() / 2;
    let usual = *steps.select_nth_unstable_by(mid, f64::total_cmp).1;
    if high - low < 10.0 * usual { 0.0 } else { jump / (high - low) }
}

/// The median magnitude of a channel.
fn typical(recording: &Recording, channel: usize) -> f64 {
    let mut values: Vec<f64> = recording
        .sweeps
        .iter()
        .flat_map(|s| s.channels[channel].iter().step_by((s.len() / 500).max(1)))
        .map(|v| v.abs())
        .collect();
    let mid = values.len() / 2;
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(mid, f64::total_cmp).1 }
}

/// A voltage a thousand times too large or small, or ten times too large.
pub(super) fn voltage(recording: &mut Recording, correct: bool, findings: &mut Vec<Finding>) {
    let Some(channel) = recording.channels.iter().position(|c| c.quantity == Quantity::Voltage) else {
        return;
    };
    let level = typical(recording, channel);
    let name = recording.channels[channel].name.clone();
    let (factor, confidence, what) = if (5e3..2e5).contains(&level) {
        (1e-3, 0.99, "mV labelled V")
    } else if (0.02..0.15).contains(&level) && largest(recording, channel) < 0.3 {
        (1e3, 0.95, "V labelled mV")
    } else if (300.0..1500.0).contains(&level) {
        (0.1, 0.7, "an output gain of 10 that nobody took out")
    } else {
        return;
    };
    findings.push(Finding {
        about: About::VoltageScale,
        message: format!(
            "`{name}` lies around {level:.*} mV, which no membrane does: {what}",
            if level < 1.0 { 4 } else { 0 }
        ),
        hint: hint(correct, factor),
        confidence,
        corrected: correct,
    });
    if correct {
        scale(recording, channel, factor);
    }
}

fn largest(recording: &Recording, channel: usize) -> f64 {
    recording.sweeps.iter().flat_map(|s| &s.channels[channel]).fold(0.0, |m: f64, v| m.max(v.abs()))
}

fn hint(correct: bool, factor: f64) -> String {
    if correct {
        format!("values are multiplied by {factor}; `--trust-header` leaves them")
    } else {
        format!("without `--trust-header` values would be multiplied by {factor}")
    }
}

fn scale(recording: &mut Recording, channel: usize, factor: f64) {
    for sweep in &mut recording.sweeps {
        sweep.channels[channel].iter_mut().for_each(|v| *v *= factor);
    }
}

/// A current a thousand times too large or small, seen in the resistance that it would mean.
pub(super) fn current(
    recording: &mut Recording,
    command: &mut [Vec<f64>],
    correct: bool,
    findings: &mut Vec<Finding>,
) {
    let Some(r) = resistance(recording, command) else { return };
    let (factor, what) = if r < 0.5 && (5.0..2e4).contains(&(r * 1e3)) {
        (1e-3, "pA labelled nA")
    } else if r > 1e5 && (5.0..2e4).contains(&(r * 1e-3)) {
        (1e3, "nA labelled pA")
    } else {
        return;
    };
    findings.push(Finding {
        about: About::CurrentScale,
        message: format!("currents as stated would mean a resistance of {r:.3} Mohm: {what}"),
        hint: hint(correct, factor),
        confidence: 0.9,
        corrected: correct,
    });
    if !correct {
        return;
    }
    for channel in 0..recording.channels.len() {
        if recording.channels[channel].quantity == Quantity::Current {
            scale(recording, channel, factor);
        }
    }
    for stated in recording.commands.iter_mut().filter(|c| c.quantity == Quantity::Current) {
        stated.waveforms.iter_mut().for_each(|w| w.scale(factor));
    }
    if recording.clamp != Some(Clamp::Voltage) {
        command.iter_mut().flatten().for_each(|v| *v *= factor);
    }
}

/// Change of voltage over change of current (MOhm) at the ends of the first steps without spikes.
fn resistance(recording: &Recording, command: &[Vec<f64>]) -> Option<f64> {
    let dt = recording.dt_ms;
    let (mut xy, mut xx) = (0.0, 0.0);
    for (s, command) in command.iter().enumerate() {
        let answer = recording.response(s);
        let long: Vec<_> =
            plateaus(command).into_iter().filter(|p| p.len() as f64 * dt >= 5.0).take(2).collect();
        let [base, step] = long[..] else { continue };
        let end = step.end - (step.len() / 5).max(1)..step.end;
        if recording.clamp != Some(Clamp::Voltage)
            && !spikes::find(&answer[base.start..step.end], dt, 20.0, -20.0).is_empty()
        {
            continue;
        }
        let (x, y) =
            (step.level - base.level, noise::mean(&answer[end]) - noise::mean(&answer[base.start..base.end]));
        xy += x * y;
        xx += x * x;
    }
    // mV / pA = GOhm.
    match recording.clamp {
        Some(Clamp::Voltage) => (xy != 0.0).then(|| (xx / xy).abs() * 1e3),
        _ => (xx > 0.0).then(|| (xy / xx).abs() * 1e3).filter(|r| *r > 0.0),
    }
}
