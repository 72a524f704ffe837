//! The membrane test: a small voltage step, and the current that charges the cell through the electrode.
//!
//! Two readings of the same transient are given. The *test* is what amplifiers and analysis programs display:
//! R_a = dV/A with A the transient's amplitude above the steady current, total resistance dV/I_ss, and the
//! charge C = tau/R_a. The *circuit* solves for an electrode R_a in series with R_m parallel to C_m:
//! A + I_ss = dV/R_a, I_ss = dV/(R_a + R_m), tau = C_m R_a R_m/(R_a + R_m). They agree where R_m >> R_a.

use super::steps::plateaus;
use super::{Estimate, noise};
use serde::{Deserialize, Serialize};

/// What one voltage-clamp sweep says about electrode and cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MembraneTest {
    /// Current at the holding voltage (pA).
    pub i_hold: Estimate,
    /// Holding voltage (mV), as commanded.
    pub v_hold: f64,
    /// Step above it (mV).
    pub v_step: f64,
    /// Amplitude of the charging transient above the steady current (pA), as one exponential of its area.
    pub amplitude: f64,
    /// Its time constant (ms).
    pub tau: f64,
    /// Steady current above the holding current (pA).
    pub i_steady: Estimate,
    /// dV/A (MOhm).
    pub r_a: f64,
    /// dV/I_ss: electrode and membrane together (MOhm).
    pub r_total: Estimate,
    /// tau/R_a (pF).
    pub c_charge: f64,
    /// The circuit of an electrode and one compartment.
    pub circuit: Circuit,
    /// Standard deviation of the holding current (pA).
    pub noise: f64,
}

/// An electrode in series with a resistor and a capacitor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Circuit {
    /// Access (series) resistance (MOhm).
    pub r_a: f64,
    /// Membrane resistance (MOhm).
    pub r_m: f64,
    /// Membrane capacitance (pF).
    pub c_m: f64,
}

/// The decay is followed from here, as a part of its peak: the top is rounded by filters.
const FROM: f64 = 0.9;
/// The decay is followed for no longer than this (ms).
const LONGEST_MS: f64 = 50.0;
/// A step shorter than this (ms) does not settle.
const SHORTEST_MS: f64 = 10.0;

/// The first step of a voltage-clamp sweep: current `i` (pA), command `v` (mV), sampled every `dt_ms`.
///
/// `None` where there is no step or no transient that stands out of the noise.
pub fn sweep(i: &[f64], v: &[f64], dt_ms: f64) -> Option<MembraneTest> {
    if i.len() != v.len() {
        return None;
    }
    let all = plateaus(v);
    let at = all.windows(2).position(|w| {
        w[1].len() as f64 * dt_ms >= SHORTEST_MS && w[0].len() >= 20 && (w[1].level - w[0].level).abs() > 0.5
    })?;
    let (base, step) = (all[at], all[at + 1]);
    let dv = step.level - base.level;
    let i_hold = noise::mean_estimate(&i[base.start..base.end]);
    let response = &i[step.start..step.end];
    let n = response.len();
    let end = noise::mean_estimate(&response[n - n / 5..]);
    let i_steady = Estimate::new(end.value - i_hold.value, end.se.hypot(i_hold.se));
    let noise = noise::sd(&i[base.start..base.end]);

    let transient: Vec<f64> = response.iter().map(|x| (x - end.value) * dv.signum()).collect();
    let window = &transient[..n.min((LONGEST_MS / dt_ms) as usize)];
    let peak = (0..window.len()).max_by(|&a, &b| window[a].total_cmp(&window[b]))?;
    if window[peak] < 5.0 * noise {
        return None;
    }
    let from = peak + window[peak..].iter().position(|&x| x < FROM * window[peak])?;
    let until = from + window[from..].iter().position(|&x| x <= 0.0).unwrap_or(window.len() - from);
    let area: f64 = window[from..until].iter().sum::<f64>() * dt_ms;
    let tau = area / window[from];
    let amplitude = window[from] * ((from - peak) as f64 * dt_ms / tau).exp();
    // mV / pA = GOhm.
    let r_a = dv.abs() / amplitude * 1e3;
    let r_total = Estimate::new(dv, 0.0).over(i_steady);
    let r_total = Estimate::new(r_total.value * 1e3, r_total.se * 1e3);
    let series = dv.abs() / (amplitude + i_steady.value * dv.signum()) * 1e3;
    let r_m = r_total.value - series;
    (tau > 0.0 && r_m > 0.0 && series > 0.0).then(|| MembraneTest {
        i_hold,
        v_hold: base.level,
        v_step: dv,
        amplitude: amplitude * dv.signum(),
        tau,
        i_steady,
        r_a,
        r_total,
        // ms / MOhm = nF.
        c_charge: tau / r_a * 1e3,
        circuit: Circuit { r_a: series, r_m, c_m: tau * (1.0 / series + 1.0 / r_m) * 1e3 },
        noise,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_circuit_is_read_back_from_its_exact_transient() {
        let (ra, rm, c, dv, dt) = (10.0, 200.0, 60.0, -10.0, 0.01);
        let tau: f64 = c * 1e-3 * ra * rm / (ra + rm);
        let i_ss = dv / (ra + rm) * 1e3;
        let a = dv / ra * 1e3 - i_ss;
        let (mut i, mut v) = (vec![-50.0; 1000], vec![-70.0; 1000]);
        for k in 0..10_000 {
            i.push(-50.0 + i_ss + a * (-(k as f64) * dt / tau).exp());
            v.push(-80.0);
        }
        let t = sweep(&i, &v, dt).unwrap();
        let near = |got: f64, want: f64| assert!((got / want - 1.0).abs() < 0.01, "{got} {want}");
        near(t.circuit.r_a, ra);
        near(t.circuit.r_m, rm);
        near(t.circuit.c_m, c);
        near(t.r_total.value, ra + rm);
        near(t.tau, tau);
        near(t.r_a, dv / a * 1e3);
        assert!(sweep(&[0.0; 100], &[-70.0; 100], 0.05).is_none());
        assert!(sweep(&[], &[], 0.05).is_none());
    }
}
