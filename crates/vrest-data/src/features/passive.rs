//! Passive and subthreshold features of one current-clamp sweep.

use super::exponential::{self, Relaxation};
use super::steps::{Plateau, plateaus};
use super::{Estimate, noise, spikes};
use serde::{Deserialize, Serialize};

/// A spike rises at least this fast (mV/ms) ...
const SPIKE_SLOPE: f64 = 20.0;
/// ... and peaks above this voltage (mV).
const SPIKE_PEAK: f64 = -20.0;
/// Shorter plateaus (ms) are edges or artefacts, not steps.
const SHORTEST_STEP_MS: f64 = 5.0;
/// Rest and steady response are means of this much (ms) at the end of their stretch: what came just before the
/// step is what the response starts from, and synaptic events further back do not enter.
const WINDOW_MS: f64 = 50.0;

/// What a sweep is made of and what it tells; `None` where this sweep does not carry the number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepFeatures {
    /// Mean voltage of the last 50 ms before the step, of the whole sweep where there is none (mV): the resting
    /// potential where no current was held.
    pub v_rest: Estimate,
    /// Current held before the step (pA).
    pub i_hold: f64,
    /// Standard deviation of the voltage before the step (mV): the median over stretches of 50 ms, each less its
    /// straight line, so that a few events do not count as noise.
    pub noise: f64,
    /// Times of spikes anywhere in the sweep (ms).
    pub spikes_ms: Vec<f64>,
    /// The first current step and the response to it.
    pub step: Option<StepFeatures>,
}

/// The response to one current step without spikes in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepFeatures {
    /// Start of the step (ms).
    pub start_ms: f64,
    /// End of the step (ms).
    pub end_ms: f64,
    /// Step height above the held current (pA).
    pub i_step: f64,
    /// Whether spikes fall into the step: then nothing below is given.
    pub spiking: bool,
    /// Time to 63.2 % of the steady response (ms).
    pub t_63: Option<f64>,
    /// Voltage at the end of the step (mV): the mean of its last 50 ms, of a short step its last fifth. The error
    /// is that of such a mean within what comes after six time constants (after sag: within the last fifth).
    pub v_steady: Option<Estimate>,
    /// Input resistance at the end of the step (MOhm).
    pub r_in: Option<Estimate>,
    /// One exponential from the step's start (to the peak where there is sag).
    pub one_exponential: Option<Relaxation>,
    /// Two exponentials over the whole step.
    pub two_exponentials: Option<Relaxation>,
    /// Membrane time constant of the single exponential (ms).
    pub tau: Option<Estimate>,
    /// Capacitance tau / R of the single exponential (pF).
    pub c_m: Option<Estimate>,
    /// (peak - steady)/(peak - rest) of a hyperpolarising step: 0 without sag.
    pub sag_ratio: Option<Estimate>,
}

/// Features of one sweep: voltage `v` (mV) and injected current `command` (pA), sampled every `dt_ms`.
///
/// `None` for an empty sweep or slices of unequal length.
pub fn sweep(v: &[f64], command: &[f64], dt_ms: f64) -> Option<SweepFeatures> {
    if v.is_empty() || v.len() != command.len() {
        return None;
    }
    let long = |p: &Plateau| p.len() as f64 * dt_ms >= SHORTEST_STEP_MS;
    let plateaus: Vec<Plateau> = plateaus(command).into_iter().filter(long).collect();
    let peaks = spikes::find(v, dt_ms, SPIKE_SLOPE, SPIKE_PEAK);
    let base = plateaus.first().copied().unwrap_or(Plateau { start: 0, end: v.len(), level: command[0] });
    let next = plateaus.get(1).copied();
    let quiet = without_spikes(&v[base.start..base.end], base.start, &peaks, dt_ms);
    let window = ((WINDOW_MS / dt_ms).round() as usize).max(1);
    let v_rest = if next.is_some() { last_mean(&quiet, window) } else { noise::mean_estimate(&quiet) };
    Some(SweepFeatures {
        v_rest,
        i_hold: base.level,
        noise: background(&quiet, window),
        spikes_ms: peaks.iter().map(|&i| i as f64 * dt_ms).collect(),
        step: next.map(|s| step(v, dt_ms, base, s, v_rest, &peaks)),
    })
}

fn step(v: &[f64], dt_ms: f64, base: Plateau, s: Plateau, v_rest: Estimate, peaks: &[usize]) -> StepFeatures {
    let i_step = s.level - base.level;
    let mut f = StepFeatures {
        start_ms: s.start as f64 * dt_ms,
        end_ms: s.end as f64 * dt_ms,
        i_step,
        spiking: peaks.iter().any(|p| (s.start..s.end + 1).contains(p)),
        t_63: None,
        v_steady: None,
        r_in: None,
        one_exponential: None,
        two_exponentials: None,
        tau: None,
        c_m: None,
        sag_ratio: None,
    };
    if f.spiking {
        return f;
    }
    let response = &v[s.start..s.end];
    let n = response.len();
    let last_fifth = noise::mean_estimate(&response[n - n / 5..]);
    let (peak_at, peak) = smoothed_minimum(&response[..n * 3 / 5], dt_ms);
    let fall = last_fifth.value - peak;
    // The lowest of many samples lies below their mean even without sag: four standard errors are asked for,
    // and a tenth of the deflection.
    let sags = i_step < 0.0 && fall > 4.0 * last_fifth.se + 0.1 * (v_rest.value - peak);
    let until = if sags { peak_at.max(50).min(n) } else { n };
    // The first sample still holds the electrode's own, instantaneous drop.
    f.one_exponential = exponential::fit(&response[1..until], dt_ms, 1);
    f.two_exponentials = exponential::fit(&response[1..], dt_ms, 2);

    let settled = f
        .one_exponential
        .as_ref()
        .filter(|_| !sags)
        .map_or(n, |one| (6.0 * one.components[0].tau.value / dt_ms) as usize);
    let settled = &response[settled.clamp(n - n * 3 / 5, n - n / 5)..];
    let v_steady = last_mean(settled, ((WINDOW_MS / dt_ms).round() as usize).min(n / 5).max(1));
    let rise = |v: Estimate| Estimate::new(v.value - v_rest.value, v.se.hypot(v_rest.se));
    // mV / pA = GOhm.
    let resistance = |v: Estimate| rise(v).over(Estimate::new(i_step * 1e-3, 0.0));
    f.v_steady = Some(v_steady);
    f.r_in = Some(resistance(v_steady));
    f.t_63 = time_to_63(response, dt_ms, v_rest.value, v_steady.value);
    if i_step < 0.0 {
        let sag = Estimate::new((v_steady.value - peak).max(0.0), v_steady.se * 2f64.sqrt());
        f.sag_ratio = Some(sag.over(Estimate::new(v_rest.value - peak, v_rest.se.hypot(v_steady.se))));
    }
    if let Some(one) = &f.one_exponential {
        let tau = one.components[0].tau;
        f.tau = Some(tau);
        // ms / MOhm = nF.
        f.c_m = Some(tau.over(resistance(one.v_inf))).map(|c| Estimate::new(c.value * 1e3, c.se * 1e3));
    }
    f
}

/// The first time (ms) at which the 1 ms running mean has gone 63.2 % of the way from `from` to `to`.
fn time_to_63(x: &[f64], dt_ms: f64, from: f64, to: f64) -> Option<f64> {
    let w = ((1.0 / dt_ms).round() as usize).clamp(1, x.len());
    let goal = from + (1.0 - (-1.0f64).exp()) * (to - from);
    let at = x.windows(w).position(|s| (noise::mean(s) - goal) * (to - from) >= 0.0)?;
    Some((at as f64 + w as f64 / 2.0) * dt_ms)
}

/// The lowest value of a 5 ms running mean, with its place.
fn smoothed_minimum(x: &[f64], dt_ms: f64) -> (usize, f64) {
    let w = ((5.0 / dt_ms).round() as usize).clamp(1, x.len());
    let mut sum: f64 = x[..w].iter().sum();
    let mut best = (w / 2, sum);
    for i in w..x.len() {
        sum += x[i] - x[i - w];
        if sum < best.1 {
            best = (i - w / 2, sum);
        }
    }
    (best.0, best.1 / w as f64)
}

/// The samples of a stretch that lie at least 2 ms before and 20 ms after every spike.
fn without_spikes(v: &[f64], offset: usize, peaks: &[usize], dt_ms: f64) -> Vec<f64> {
    let (before, after) = ((2.0 / dt_ms) as usize, (20.0 / dt_ms) as usize);
    let near = |i: usize| peaks.iter().any(|&p| i + before >= p && i <= p + after);
    let kept: Vec<f64> = v.iter().enumerate().filter(|(i, _)| !near(i + offset)).map(|(_, x)| *x).collect();
    if kept.is_empty() { v.to_vec() } else { kept }
}

/// The mean of the last `window` samples of `x`; its error counts what the whole of `x` does about its straight line,
/// so that slow events which a short stretch cannot show are part of it.
fn last_mean(x: &[f64], window: usize) -> Estimate {
    if x.len() <= window {
        return noise::mean_estimate(x);
    }
    let left = detrended(x);
    let inefficiency = left.len() as f64 / noise::effective_samples(&left);
    let se = noise::sd(&left) * (inefficiency / window as f64).sqrt().min(1.0);
    Estimate::new(noise::mean(&x[x.len() - window..]), se)
}

/// The median over stretches of `window` samples of the standard deviation about a straight line.
fn background(x: &[f64], window: usize) -> f64 {
    if x.len() < 2 * window {
        return noise::sd(&detrended(x));
    }
    let all: Vec<f64> = x.rchunks_exact(window).map(|part| noise::sd(&detrended(part))).collect();
    noise::median(&all)
}

/// `x` less its least-squares straight line.
fn detrended(x: &[f64]) -> Vec<f64> {
    let n = x.len() as f64;
    let (mean_i, mean_x) = ((n - 1.0) / 2.0, noise::mean(x));
    let (mut sxy, mut sxx) = (0.0, 0.0);
    for (i, v) in x.iter().enumerate() {
        let d = i as f64 - mean_i;
        sxy += d * (v - mean_x);
        sxx += d * d;
    }
    let slope = if sxx > 0.0 { sxy / sxx } else { 0.0 };
    x.iter().enumerate().map(|(i, v)| v - mean_x - slope * (i as f64 - mean_i)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An RC membrane of `r` MOhm and `c` pF at -70 mV with a 500 ms step of `i` pA at 200 ms, 20 kHz.
    fn rc(r: f64, c: f64, i: f64, noise: f64) -> (Vec<f64>, Vec<f64>) {
        let (dt, tau) = (0.05, r * c * 1e-3);
        let mut seed = 3u64;
        let mut random = move || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((seed >> 33) as f64 / (1u64 << 31) as f64 - 0.5) * 12f64.sqrt()
        };
        (0..20_000)
            .map(|k| {
                let t = k as f64 * dt;
                let on = (200.0..700.0).contains(&t);
                let d = r * i * 1e-3;
                let v = if t < 200.0 {
                    0.0
                } else if on {
                    d * (1.0 - (-(t - 200.0) / tau).exp())
                } else {
                    d * (1.0 - (-500.0 / tau).exp()) * (-(t - 700.0) / tau).exp()
                };
                (-70.0 + v + noise * random(), if on { i } else { 0.0 })
            })
            .unzip()
    }

    #[test]
    fn a_resistor_and_a_capacitor_are_read_back_within_their_error_bars() {
        for i in [-100.0, 50.0] {
            let (v, c) = rc(160.0, 150.0, i, 0.1);
            let f = sweep(&v, &c, 0.05).unwrap();
            let s = f.step.unwrap();
            let within =
                |e: Estimate, truth: f64| (e.value - truth).abs() < 4.0 * e.se && e.se < 0.02 * truth.abs();
            assert!(within(f.v_rest, -70.0), "{:?}", f.v_rest);
            assert!(within(s.r_in.unwrap(), 160.0), "{:?}", s.r_in);
            assert!(within(s.tau.unwrap(), 24.0), "{:?}", s.tau);
            assert!(within(s.c_m.unwrap(), 150.0), "{:?}", s.c_m);
            assert!((s.t_63.unwrap() - 24.0).abs() < 0.5, "{:?}", s.t_63);
            assert!((f.noise - 0.1).abs() < 0.005);
            assert!(s.sag_ratio.is_none_or(|r| r.value < 0.05), "{:?}", s.sag_ratio);
            assert!((s.start_ms, s.end_ms, s.i_step) == (200.0, 700.0, i) && !s.spiking);
        }
    }

    #[test]
    fn sag_is_measured_and_spikes_void_the_step() {
        let (mut v, c) = rc(160.0, 150.0, -100.0, 0.05);
        for (k, x) in v.iter_mut().enumerate().skip(4000).take(10_000) {
            // A slow depolarising relaxation of 5 mV with 80 ms on top.
            *x += 5.0 * (1.0 - (-((k - 4000) as f64 * 0.05) / 80.0).exp());
        }
        let s = sweep(&v, &c, 0.05).unwrap().step.unwrap();
        let sag = s.sag_ratio.unwrap();
        assert!((0.1..0.35).contains(&sag.value), "{sag:?}");
        assert!((s.r_in.unwrap().value - 110.0).abs() < 1.0);

        for (k, x) in v.iter_mut().enumerate() {
            *x += 120.0 * (-((k as f64 - 9000.0) / 10.0).powi(2)).exp();
        }
        let f = sweep(&v, &c, 0.05).unwrap();
        assert_eq!(f.spikes_ms.len(), 1);
        let s = f.step.unwrap();
        assert!(s.spiking && s.r_in.is_none());
    }

    #[test]
    fn a_sweep_without_a_step_still_has_a_rest() {
        let f = sweep(&[-65.0; 400], &[0.0; 400], 0.1).unwrap();
        assert_eq!((f.v_rest.value, f.noise, f.step), (-65.0, 0.0, None));
        assert!(sweep(&[], &[], 0.1).is_none());
    }
}
