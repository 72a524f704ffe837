//! Interpolation in Chebyshev's points, and how wide an interval a polynomial may cover.
//!
//! On [-1, 1], with n points s_j = cos theta_j, theta_j = (j + 1/2) pi / n,
//!
//! F(s) = sum_k c_k T_k(s),  c_k = (2 - \[k = 0\]) / n sum_j F(s_j) cos(k theta_j)
//!
//! is the polynomial through F(s_j). For a function that is analytic around the interval c_k falls like rho^-k, so that
//! the last ones tell the error (Trefethen 2013, chapters 3 and 8).

use std::f64::consts::PI;

/// T_k at point `j` of `n`; the point itself is that of k = 1.
pub fn at_point(k: usize, j: usize, n: usize) -> f64 {
    (k as f64 * (j as f64 + 0.5) * PI / n as f64).cos()
}

/// What the value at point `j` of `n` adds to c_k.
pub fn weight(k: usize, j: usize, n: usize) -> f64 {
    if k == 0 { 1.0 / n as f64 } else { 2.0 / n as f64 * at_point(k, j, n) }
}

/// Whether a polynomial through `n` values is as good as `tolerance` asks, and the power of two by which the next interval
/// should be wider or narrower. `tail` is the larger of the last two coefficients, of which `rounding` says nothing; all are
/// shares of the largest value.
pub fn judge(tail: f64, tolerance: f64, rounding: f64, n: usize) -> (bool, f64) {
    // Coefficients that fall like rho^-k belong to a function that is analytic up to a distance of
    // half (rho - 1 / rho) / 2 from the interval's middle, in the direction of the imaginary axis.
    let distance = |tail: f64| {
        let rho = tail.powf(-1.0 / (n - 1) as f64);
        0.5 * (rho - 1.0 / rho)
    };
    let room = distance(tail.max(rounding)) / distance(tolerance);
    match tail <= tolerance {
        true if room >= 2.0 => (true, 2.0),
        true => (true, 1.0),
        // NaN, too, comes to a half.
        false => (false, room.log2().floor().exp2().min(0.5)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: usize = 16;

    /// The coefficients of `f` on [-half, half].
    fn coefficients(f: impl Fn(f64) -> f64, half: f64) -> Vec<f64> {
        let values: Vec<f64> = (0..N).map(|j| f(half * at_point(1, j, N))).collect();
        (0..N).map(|k| (0..N).map(|j| weight(k, j, N) * values[j]).sum()).collect()
    }

    #[test]
    fn a_polynomial_of_chebyshev_has_one_coefficient() {
        // T_5(s) = 16 s^5 - 20 s^3 + 5 s.
        let c = coefficients(|s| 16.0 * s.powi(5) - 20.0 * s.powi(3) + 5.0 * s, 1.0);
        for (k, c) in c.iter().enumerate() {
            assert!((c - f64::from(k == 5)).abs() < 1e-14, "{k}: {c}");
        }
    }

    #[test]
    fn the_interval_that_is_proposed_is_nearly_the_widest_that_will_do() {
        for pole in [0.3, 1.0, 5.0] {
            // Without odd powers every other coefficient is zero, which the larger of two does not mind.
            let f = |s: f64| 1.0 / (1.0 + (s / pole).powi(2));
            let mut half = 1.0;
            let mut seen = Vec::new();
            for _ in 0..12 {
                let c = coefficients(f, half);
                let (accepted, factor) = judge(c[N - 1].abs().max(c[N - 2].abs()), 1e-8, 1e-15, N);
                seen.push((half, accepted));
                half *= factor;
            }
            let (half, accepted) = seen[seen.len() - 1];
            assert!(accepted, "{pole}: {seen:?}");
            // rho^-14 = 1e-8 belongs to an interval of 0.59 times the distance of the pole.
            assert!(half < 0.7 * pole && half > 0.2 * pole, "{pole}: {seen:?}");
        }
    }

    #[test]
    fn values_that_are_no_numbers_are_refused() {
        assert_eq!(judge(f64::NAN, 1e-8, 1e-15, N), (false, 0.5));
        assert!(!judge(f64::INFINITY, 1e-8, 1e-15, N).0);
    }
}
