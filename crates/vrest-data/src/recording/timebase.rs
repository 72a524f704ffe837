//! Times that a file lists one by one, reduced to a start and a step.

/// The even step of times, if they are even to a quarter of a step: exports round their numbers.
pub(super) fn even_step(times: &[f64]) -> Option<f64> {
    let (first, last) = (times.first()?, times.last()?);
    let dt = (last - first) / times.len().checked_sub(1).filter(|&n| n > 0)? as f64;
    let even = times.iter().enumerate().all(|(i, t)| (t - (first + i as f64 * dt)).abs() < 0.25 * dt);
    (dt.is_finite() && dt > 0.0 && even).then_some(dt)
}

#[cfg(test)]
mod tests {
    use super::even_step;

    #[test]
    fn rounding_is_forgiven_and_gaps_are_not() {
        // 1/30 s rounded to milliseconds.
        let rounded = [0.0, 0.033, 0.067, 0.1, 0.133, 0.167, 0.2];
        assert!((even_step(&rounded).unwrap() - 1.0 / 30.0).abs() < 1e-12);
        for bad in [&[][..], &[1.0], &[0.0, 0.0], &[1.0, 0.0], &[0.0, 1.0, 3.0], &[0.0, f64::NAN, 2.0]] {
            assert_eq!(even_step(bad), None, "{bad:?}");
        }
    }
}
