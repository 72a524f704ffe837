//! Action potentials: found so that passive features can leave them out.

/// How far a spike falls (mV) ...
pub const FALL_MV: f64 = 15.0;
/// ... within this time after its peak (ms).
pub const FALL_MS: f64 = 5.0;

/// Times of spikes as sample indices of the peaks.
///
/// A spike rises faster than `min_slope` (mV/ms; 20 is usual), peaks above `min_peak` (mV; -20 is usual) and
/// falls again by [`FALL_MV`] within [`FALL_MS`]: a passive cell driven hard rises fast too, and stays up. Two
/// peaks closer than 1 ms are one.
pub fn find(v: &[f64], dt_ms: f64, min_slope: f64, min_peak: f64) -> Vec<usize> {
    let refractory = ((1.0 / dt_ms).ceil() as usize).max(1);
    let within = (FALL_MS / dt_ms).ceil() as usize + 1;
    let mut peaks = Vec::new();
    let mut i = 1;
    while i < v.len() {
        if (v[i] - v[i - 1]) / dt_ms > min_slope {
            // Climb to the top.
            let mut top = i;
            while top + 1 < v.len() && v[top + 1] >= v[top] {
                top += 1;
            }
            let falls = v[top..(top + within).min(v.len())].iter().any(|x| v[top] - x > FALL_MV);
            if falls && v[top] > min_peak && peaks.last().is_none_or(|&p: &usize| top - p >= refractory) {
                peaks.push(top);
            }
            i = top + 1;
        } else {
            i += 1;
        }
    }
    peaks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fast_high_peaks_are_spikes_and_slow_or_low_ones_are_not() {
        let dt = 0.05;
        let bump = |t: f64, at: f64, width: f64, height: f64| height * (-((t - at) / width).powi(2)).exp();
        let v: Vec<f64> = (0..4000)
            .map(|i| {
                let t = i as f64 * dt;
                -70.0 + bump(t, 50.0, 0.5, 110.0) + bump(t, 100.0, 20.0, 65.0) + bump(t, 150.0, 0.5, 30.0)
            })
            .collect();
        assert_eq!(find(&v, dt, 20.0, -10.0), [1000]);
    }

    #[test]
    fn a_resistor_and_a_capacitor_driven_hard_do_not_spike() {
        let v: Vec<f64> = (0..4000).map(|i| 300.0 * (1.0 - (-(i as f64) * 0.1 / 14.0).exp())).collect();
        assert!(find(&v, 0.1, 20.0, -20.0).is_empty());
    }
}
