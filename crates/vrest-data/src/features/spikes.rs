//! Action potentials: found so that passive features can leave them out.

/// Times of spikes as sample indices of the peaks.
///
/// A spike rises faster than `min_slope` (mV/ms; 20 is usual) and peaks above `min_peak` (mV; -10 is usual).
/// Two peaks closer than 1 ms are one.
pub fn find(v: &[f64], dt_ms: f64, min_slope: f64, min_peak: f64) -> Vec<usize> {
    let refractory = ((1.0 / dt_ms).ceil() as usize).max(1);
    let mut peaks = Vec::new();
    let mut i = 1;
    while i < v.len() {
        if (v[i] - v[i - 1]) / dt_ms > min_slope {
            // Climb to the top.
            let mut top = i;
            while top + 1 < v.len() && v[top + 1] >= v[top] {
                top += 1;
            }
            if v[top] > min_peak && peaks.last().is_none_or(|&p: &usize| top - p >= refractory) {
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
}
