//! Seeded noise: the same seed gives the same path, whatever else is drawn or in what order.

/// Ornstein-Uhlenbeck noise of mean 0 and variance 1 at `n` knots, `interval` ms apart, with correlation time `tau`
/// ms; exact for any interval: x_{j+1} = rho x_j + sqrt(1 - rho^2) xi_j, rho = exp(-interval/tau).
pub(super) fn ornstein_uhlenbeck(seed: u64, n: usize, interval: f64, tau: f64) -> Vec<f64> {
    let rho = (-interval / tau).exp();
    let kick = (1.0 - rho * rho).sqrt();
    let mut x = normal(seed, 0);
    (1..=n as u64)
        .map(|j| {
            let now = x;
            x = rho * x + kick * normal(seed, j);
            now
        })
        .collect()
}

/// Draw number `counter` of the standard normal distribution (Box-Muller).
fn normal(seed: u64, counter: u64) -> f64 {
    let radius = (-2.0 * uniform(seed, 2 * counter).ln()).sqrt();
    radius * (std::f64::consts::TAU * uniform(seed, 2 * counter + 1)).cos()
}

/// Draw number `counter` of the uniform distribution on (0, 1): the SplitMix64 generator at that place of its
/// stream (Steele, Lea & Flood 2014).
fn uniform(seed: u64, counter: u64) -> f64 {
    let mut z = seed.wrapping_add(counter.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    ((z >> 11) as f64 + 0.5) * (1.0 / (1u64 << 53) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_correlation_are_those_of_the_process() {
        let (n, interval, tau) = (400_000, 0.5, 5.0);
        let x = ornstein_uhlenbeck(7, n, interval, tau);
        let mean = x.iter().sum::<f64>() / n as f64;
        let variance = x.iter().map(|x| x * x).sum::<f64>() / n as f64;
        let lag = 10;
        let covariance = x.iter().zip(&x[lag..]).map(|(a, b)| a * b).sum::<f64>() / (n - lag) as f64;
        // Some 20,000 independent stretches: three standard errors are about 0.03.
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
        assert!((covariance - (-1.0f64).exp()).abs() < 0.05, "{covariance}");
    }

    #[test]
    fn a_path_depends_on_its_seed_alone() {
        let long = ornstein_uhlenbeck(3, 100, 0.1, 5.0);
        assert_eq!(long[..10], ornstein_uhlenbeck(3, 10, 0.1, 5.0));
        assert_ne!(long[..10], ornstein_uhlenbeck(4, 10, 0.1, 5.0));
    }
}
