//! One line for a whole recording: what its sweeps say together.

use super::passive::SweepFeatures;
use super::{Estimate, noise};
use serde::{Deserialize, Serialize};

/// What the sweeps of a current-clamp recording say together; `None` where no sweep carries the number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Mean over sweeps (mV).
    pub v_rest: Estimate,
    /// Input resistance of hyperpolarising steps (MOhm).
    pub r_in_hyperpolarising: Option<Estimate>,
    /// Input resistance of depolarising steps without spikes (MOhm).
    pub r_in_depolarising: Option<Estimate>,
    /// Input resistance of the smallest steps of either sign (MOhm).
    pub r_in: Option<Estimate>,
    /// Depolarising over hyperpolarising resistance: 1 for a straight line, below 1 for outward rectification.
    pub rectification: Option<Estimate>,
    /// Time constant of single exponentials (ms).
    pub tau: Option<Estimate>,
    /// Capacitance tau/R (pF).
    pub c_m: Option<Estimate>,
    /// Sag ratio of the strongest hyperpolarising step.
    pub sag_ratio: Option<Estimate>,
    /// Median standard deviation of the voltage before the step (mV).
    pub noise: f64,
    /// Spikes in all sweeps.
    pub spikes: usize,
}

impl Summary {
    /// The sweeps together; `None` without any.
    pub fn of(sweeps: &[SweepFeatures]) -> Option<Summary> {
        let rests: Vec<Estimate> = sweeps.iter().map(|s| s.v_rest).collect();
        let steps: Vec<_> =
            sweeps.iter().filter_map(|s| s.step.as_ref()).filter(|s| s.i_step != 0.0).collect();
        let over = |pick: &dyn Fn(f64) -> bool| -> Option<Estimate> {
            let all: Vec<Estimate> = steps.iter().filter(|s| pick(s.i_step)).filter_map(|s| s.r_in).collect();
            weighted_mean(&all)
        };
        let smallest =
            steps.iter().filter(|s| s.r_in.is_some()).map(|s| s.i_step.abs()).fold(f64::INFINITY, f64::min);
        let hyperpolarising = over(&|i| i < 0.0);
        let depolarising = over(&|i| i > 0.0);
        let taus: Vec<Estimate> = steps.iter().filter_map(|s| s.tau).collect();
        let capacitances: Vec<Estimate> = steps.iter().filter_map(|s| s.c_m).collect();
        let strongest = steps
            .iter()
            .filter(|s| s.i_step < 0.0 && s.sag_ratio.is_some())
            .min_by(|a, b| a.i_step.total_cmp(&b.i_step));
        let mut noises: Vec<f64> = sweeps.iter().map(|s| s.noise).collect();
        noises.sort_by(f64::total_cmp);
        Some(Summary {
            v_rest: scattered_mean(&rests)?,
            r_in_hyperpolarising: hyperpolarising,
            r_in_depolarising: depolarising,
            r_in: over(&|i| i.abs() < 1.5 * smallest),
            rectification: depolarising.zip(hyperpolarising).map(|(d, h)| d.over(h)),
            tau: weighted_mean(&taus),
            c_m: weighted_mean(&capacitances),
            sag_ratio: strongest.and_then(|s| s.sag_ratio),
            noise: noises[noises.len() / 2],
            spikes: sweeps.iter().map(|s| s.spikes_ms.len()).sum(),
        })
    }
}

/// The mean with the scatter between the values as its error: for what moves from sweep to sweep.
fn scattered_mean(values: &[Estimate]) -> Option<Estimate> {
    let plain: Vec<f64> = values.iter().map(|e| e.value).collect();
    let n = plain.len();
    match n {
        0 => None,
        1 => Some(values[0]),
        _ => Some(Estimate::new(noise::mean(&plain), noise::sd(&plain) / (n as f64).sqrt())),
    }
}

/// The inverse-variance mean. Its error is never less than the scatter between the values asks for (Birge ratio).
pub fn weighted_mean(values: &[Estimate]) -> Option<Estimate> {
    let usable: Vec<&Estimate> =
        values.iter().filter(|e| e.value.is_finite() && e.se.is_finite() && e.se > 0.0).collect();
    let weight = |e: &Estimate| e.se.powi(-2);
    let total: f64 = usable.iter().map(|e| weight(e)).sum();
    if total <= 0.0 || !total.is_finite() {
        return values.iter().find(|e| e.value.is_finite()).copied();
    }
    let mean = usable.iter().map(|e| weight(e) * e.value).sum::<f64>() / total;
    let chi2: f64 = usable.iter().map(|e| weight(e) * (e.value - mean).powi(2)).sum();
    let birge = if usable.len() > 1 { (chi2 / (usable.len() - 1) as f64).sqrt().max(1.0) } else { 1.0 };
    Some(Estimate::new(mean, birge / total.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scatter_beyond_the_errors_widens_the_error_of_the_mean() {
        let close = [Estimate::new(10.0, 1.0), Estimate::new(10.2, 1.0)];
        let m = weighted_mean(&close).unwrap();
        assert!((m.value - 10.1).abs() < 1e-12 && (m.se - 1.0 / 2f64.sqrt()).abs() < 1e-12);
        let apart = [Estimate::new(10.0, 0.1), Estimate::new(14.0, 0.1)];
        let m = weighted_mean(&apart).unwrap();
        assert!((m.value - 12.0).abs() < 1e-12 && (m.se - 2.0).abs() < 1e-9, "{m:?}");
        assert_eq!(weighted_mean(&[]), None);
    }
}
