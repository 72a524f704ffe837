//! Traces that were measured badly: clipped, with the electrode in them, or of a cell that changes.

use super::{About, Finding, certainty};
use crate::features::steps::plateaus;
use crate::features::{noise, spikes};
use crate::recording::Recording;

/// So many equal samples in a row at an end of the range are a ceiling.
const RUN: usize = 8;

/// Stretches of equal samples at the highest or lowest value of a channel.
pub(super) fn clipped(recording: &Recording, findings: &mut Vec<Finding>) {
    let channel = recording.response;
    let all = || recording.sweeps.iter().map(|s| &s.channels[channel]);
    let (low, high) = all().flatten().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
    // A trace without noise (a simulation) stands still wherever it settles.
    let moves = all().flat_map(|t| t.windows(2)).filter(|w| w[0] != w[1]).count();
    let total: usize = all().map(Vec::len).sum();
    if high <= low || moves * 4 < total {
        return;
    }
    let full = recording.channels[channel].gain.and_then(|g| g.full_scale);
    for (end, name) in [(low, "lowest"), (high, "highest")] {
        let sweeps: Vec<usize> =
            all().enumerate().filter(|(_, t)| longest_run(t, end) >= RUN).map(|(s, _)| s).collect();
        let Some(&first) = sweeps.first() else { continue };
        let at_full_scale = full.is_some_and(|f| end.abs() > 0.999 * f);
        let why = if at_full_scale { ", the end of the digitiser's range" } else { "" };
        let unit = recording.channels[channel].quantity.unit();
        findings.push(Finding {
            about: About::Clipped,
            message: format!(
                "`{}` stands still at its {name} value, {end:.4} {unit}{why}, in {} of {} sweeps (first in sweep {first})",
                recording.channels[channel].name,
                sweeps.len(),
                recording.sweeps.len()
            ),
            hint: "leave these sweeps out (`--sweeps`); the true values are lost".into(),
            confidence: if at_full_scale { 0.99 } else { 0.8 },
            corrected: false,
        });
    }
}

fn longest_run(trace: &[f64], value: f64) -> usize {
    let (mut longest, mut run) = (0, 0);
    for v in trace {
        run = if *v == value { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// The part of the answer that comes at once: an electrode that the bridge left in (or took out twice).
pub(super) fn bridge(recording: &Recording, command: &[Vec<f64>], findings: &mut Vec<Finding>) {
    let dt = recording.dt_ms;
    let (mut jumps, mut deflections) = (Vec::new(), Vec::new());
    for (s, command) in command.iter().enumerate() {
        let v = recording.response(s);
        let long: Vec<_> = plateaus(command).into_iter().filter(|p| p.len() as f64 * dt >= 10.0).collect();
        for w in long.windows(2).filter(|w| w[0].end == w[1].start) {
            let i = w[1].level - w[0].level;
            let around = w[1].start.saturating_sub((4.0 / dt) as usize)
                ..(w[1].start + (6.0 / dt) as usize).min(v.len());
            if i.abs() < 1e-9 || !spikes::find(&v[around], dt, 20.0, -20.0).is_empty() {
                continue;
            }
            let last = ((1.0 / dt) as usize).clamp(1, w[0].len());
            let before = noise::mean(&v[w[0].end - last..w[0].end]);
            // From 0.25 ms (past filters) to 4 ms, a parabola back to the edge; at slow rates as long as eight samples.
            let from = w[1].start + (0.25 / dt).ceil() as usize;
            let to = (w[1].start + (4.0 / dt) as usize).max(from + 8).min(w[1].end);
            let early = v.get(from..to).unwrap_or_default();
            if let Some(at_edge) = parabola_at(early, (from - w[1].start) as f64) {
                jumps.push((i, at_edge - before));
            }
            if spikes::find(&v[w[1].start..w[1].end], dt, 20.0, -20.0).is_empty() {
                let end = noise::mean(&v[w[1].end - (w[1].len() / 5).max(1)..w[1].end]);
                deflections.push((i, end - before));
            }
        }
    }
    if jumps.len() < 3 {
        return;
    }
    let (r, se) = slope(&jumps);
    let (r_in, _) = slope(&deflections);
    if se <= 0.0 || r.abs() < 4.0 * se || r.abs() < 0.03 * r_in.abs() {
        return;
    }
    let left = if r > 0.0 { "left in the voltage" } else { "taken out of the voltage twice" };
    findings.push(Finding {
        about: About::Bridge,
        message: format!(
            "the bridge is not balanced: {:.1} +- {:.1} Mohm of the electrode are {left}",
            r.abs() * 1e3,
            se * 1e3
        ),
        hint: "`vrest fit --free bridge` estimates it with the membrane; a fast dendrite looks alike".into(),
        confidence: certainty(r / se).min(0.9),
        corrected: false,
    });
}

/// The value at sample 0 of the parabola through `y`, whose first sample is number `first`.
fn parabola_at(y: &[f64], first: f64) -> Option<f64> {
    if y.len() < 8 {
        return None;
    }
    let n = y.len() as f64;
    let a = nalgebra::DMatrix::from_fn(y.len(), 3, |i, k| ((first + i as f64) / n).powi(k as i32));
    let b = nalgebra::DVector::from_column_slice(y);
    let x = (a.transpose() * &a).cholesky()?.solve(&(a.transpose() * b));
    Some(x[0])
}

/// The slope of y on x through the origin, with its standard error.
fn slope(points: &[(f64, f64)]) -> (f64, f64) {
    let xx: f64 = points.iter().map(|p| p.0 * p.0).sum();
    let xy: f64 = points.iter().map(|p| p.0 * p.1).sum();
    if xx <= 0.0 || points.len() < 2 {
        return (0.0, 0.0);
    }
    let b = xy / xx;
    let left: f64 = points.iter().map(|p| (p.1 - b * p.0).powi(2)).sum();
    (b, (left / (points.len() - 1) as f64 / xx).sqrt())
}

/// A rest that no neuron has, one that moves, and the junction potential that nobody noted.
pub(super) fn rest(recording: &Recording, command: &[Vec<f64>], findings: &mut Vec<Finding>) {
    let dt = recording.dt_ms;
    let rests: Vec<(f64, f64)> = command
        .iter()
        .enumerate()
        .map(|(s, command)| {
            let base = plateaus(command).into_iter().find(|p| p.len() as f64 * dt >= 5.0);
            let range = base.map_or(0..command.len(), |p| p.start..p.end);
            // The median is not moved by a spike.
            let mut v = recording.response(s)[range].to_vec();
            v.sort_by(f64::total_cmp);
            (recording.sweeps[s].start_ms, v[v.len() / 2])
        })
        .collect();
    let mean = noise::mean(&rests.iter().map(|r| r.1).collect::<Vec<_>>());
    let plausible = (-110.0..-30.0).contains(&mean);
    if !plausible {
        findings.push(Finding {
            about: About::Offset,
            message: format!("a rest of {mean:.1} mV is that of no healthy neuron"),
            hint: "an electrode offset, a holding current, a dying cell or a model cell".into(),
            confidence: 0.9,
            corrected: false,
        });
    }
    drift(&rests, findings);
    let noted = |text: &str| ["junction", "ljp"].iter().any(|w| text.to_lowercase().contains(w));
    let p = &recording.provenance;
    let told = recording.tags.iter().map(|t| &t.comment).chain([&p.comment, &p.protocol]).any(|t| noted(t));
    if plausible && !told {
        findings.push(Finding {
            about: About::LiquidJunction,
            message: "nothing says that the liquid junction potential was taken out".into(),
            hint: "with gluconate in the pipette the true voltages are 10 to 16 mV lower; ask whoever recorded it"
                .into(),
            confidence: 0.5,
            corrected: false,
        });
    }
}

fn drift(rests: &[(f64, f64)], findings: &mut Vec<Finding>) {
    if rests.len() < 4 {
        return;
    }
    let n = rests.len() as f64;
    // Files that do not tell when a sweep began count sweeps.
    let timed = rests.windows(2).all(|w| w[1].0 > w[0].0);
    let x: Vec<f64> = rests.iter().enumerate().map(|(k, r)| if timed { r.0 } else { k as f64 }).collect();
    let (mx, my) = (noise::mean(&x), rests.iter().map(|r| r.1).sum::<f64>() / n);
    let sxx: f64 = x.iter().map(|x| (x - mx).powi(2)).sum();
    let sxy: f64 = x.iter().zip(rests).map(|(x, r)| (x - mx) * (r.1 - my)).sum();
    let b = sxy / sxx;
    let left: f64 = x.iter().zip(rests).map(|(x, r)| (r.1 - my - b * (x - mx)).powi(2)).sum();
    let span = x[x.len() - 1] - x[0];
    let (total, se) = (b * span, (left / (n - 2.0) / sxx).sqrt() * span);
    if total.abs() < 0.5 || total.abs() < 3.0 * se {
        return;
    }
    let over = if timed { format!("{:.0} s", span * 1e-3) } else { format!("{n:.0} sweeps") };
    findings.push(Finding {
        about: About::Drift,
        message: format!("the rest drifts by {total:+.2} +- {se:.2} mV over {over}"),
        hint: "a fit gives every sweep its own rest with `--free rest`, or leave the worst sweeps out".into(),
        confidence: certainty(total / se),
        corrected: false,
    });
}
