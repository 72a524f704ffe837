//! Noise of a trace, and how much its samples are worth.

use super::Estimate;

/// Mean of `x`; 0 for an empty slice.
pub fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len().max(1) as f64
}

/// Standard deviation of `x` about its mean (n - 1); 0 below two samples.
pub fn sd(x: &[f64]) -> f64 {
    let m = mean(x);
    let n = x.len();
    if n < 2 { 0.0 } else { (x.iter().map(|v| (v - m).powi(2)).sum::<f64>() / (n - 1) as f64).sqrt() }
}

/// The middle value of `x`, the mean of the two in the middle where their number is even; 0 of nothing.
pub fn median(x: &[f64]) -> f64 {
    if x.is_empty() {
        return 0.0;
    }
    let mut v = x.to_vec();
    let n = v.len();
    let (below, &mut middle, _) = v.select_nth_unstable_by(n / 2, f64::total_cmp);
    let before =
        if n % 2 == 1 { middle } else { below.iter().copied().max_by(f64::total_cmp).unwrap_or(middle) };
    0.5 * (before + middle)
}

/// The number of independent samples that carry as much information on the mean as `residuals` do.
///
/// n / (1 + 2 sum rho_k), the sum running over Geyer's initial positive pairs of autocorrelations (Geyer 1992,
/// Statistical Science 7:473). Between 1 and n.
pub fn effective_samples(residuals: &[f64]) -> f64 {
    let n = residuals.len();
    if n < 4 {
        return n.max(1) as f64;
    }
    let m = mean(residuals);
    let variance: f64 = residuals.iter().map(|r| (r - m).powi(2)).sum::<f64>() / n as f64;
    if variance <= 0.0 {
        return n as f64;
    }
    let rho = |lag: usize| {
        let sum: f64 = (0..n - lag).map(|i| (residuals[i] - m) * (residuals[i + lag] - m)).sum();
        sum / (n as f64 * variance)
    };
    let mut inefficiency = 1.0;
    // The first pair contains rho(0) = 1, which is the 1 above.
    let mut lag = 1;
    // A twentieth of the trace: beyond it the estimates of rho are noise.
    while lag + 1 < (n / 20).max(4).min(n - 1) {
        let pair = rho(lag) + rho(lag + 1);
        if pair <= 0.0 {
            break;
        }
        inefficiency += 2.0 * pair;
        lag += 2;
    }
    (n as f64 / inefficiency).clamp(1.0, n as f64)
}

/// The mean of a stretch of trace with its standard error.
pub fn mean_estimate(x: &[f64]) -> Estimate {
    Estimate::new(mean(x), sd(x) / effective_samples(x).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reproducible uniform noise in [-1/2, 1/2): splitmix64.
    pub fn white(n: usize, seed: u64) -> Vec<f64> {
        let mut s = seed;
        (0..n)
            .map(|_| {
                s = s.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut z = s;
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64 - 0.5
            })
            .collect()
    }

    #[test]
    fn the_median_is_the_middle_of_the_sorted_values() {
        assert_eq!(median(&[]), 0.0);
        assert_eq!(median(&[4.0]), 4.0);
        assert_eq!(median(&[3.0, -1.0, 7.0]), 3.0);
        assert_eq!(median(&[3.0, 10.0, -1.0, 7.0]), 5.0);
        assert_eq!(median(&[2.0, 2.0, 2.0, 9.0]), 2.0);
    }

    #[test]
    fn white_noise_counts_every_sample() {
        let n_eff = effective_samples(&white(20_000, 1));
        assert!((n_eff / 20_000.0 - 1.0).abs() < 0.1, "{n_eff}");
    }

    #[test]
    fn filtered_noise_counts_as_many_samples_as_its_correlation_time_leaves() {
        // A first-order filter x_i = a x_(i-1) + e_i: inefficiency (1 + a)/(1 - a).
        let a = 0.9;
        let mut x = white(50_000, 7);
        for i in 1..x.len() {
            x[i] += a * x[i - 1];
        }
        let want = 50_000.0 * (1.0 - a) / (1.0 + a);
        let got = effective_samples(&x);
        assert!((got / want - 1.0).abs() < 0.2, "{got} {want}");
    }

    #[test]
    fn the_standard_error_of_a_mean_covers_the_truth() {
        let inside = (0..200)
            .filter(|&k| {
                let mut x = white(2_000, 1000 + k);
                for i in 1..x.len() {
                    x[i] += 0.8 * x[i - 1];
                }
                let e = mean_estimate(&x);
                e.value.abs() < 1.96 * e.se
            })
            .count();
        assert!((180..=198).contains(&inside), "{inside} of 200 within 1.96 standard errors");
    }
}
