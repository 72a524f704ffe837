//! Timing of our own side, by the rule that `peers/protocol.py` follows too.

use std::time::Instant;

use crate::error::BenchError;
use crate::exchange::{Arrays, Inputs, Run};

/// Times `work` on `items` pieces of work: one repetition to warm up, then as many as the settings ask for, more until
/// they have taken `least_s`, so that fast work is not judged by a moment of the machine, and fewer when they take longer
/// than the budget. `outputs` gives the arrays to check.
pub fn measure<T>(
    inputs: &Inputs,
    items: usize,
    rtol: Option<f64>,
    mut work: impl FnMut() -> Result<T, BenchError>,
    outputs: impl FnOnce(T) -> Arrays,
) -> Result<Run, BenchError> {
    let repetitions = inputs.number("repetitions") as usize;
    let (least_s, budget_s) = (inputs.number("least_s"), inputs.number("budget_s"));
    let start = Instant::now();
    let mut result = work()?;
    let warm_up_s = start.elapsed().as_secs_f64();
    let mut seconds: Vec<f64> = Vec::new();
    let mut spent_s = 0.0;
    while seconds.is_empty() || (spent_s < budget_s && (seconds.len() < repetitions || spent_s < least_s)) {
        drop(result);
        let start = Instant::now();
        result = work()?;
        seconds.push(start.elapsed().as_secs_f64());
        spent_s += seconds[seconds.len() - 1];
    }
    Ok(Run { seconds, items, rtol, warm_up_s, arrays: outputs(result) })
}

/// The middle value (the mean of the two in the middle); NaN for an empty list.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    if n == 0 { f64::NAN } else { 0.5 * (sorted[(n - 1) / 2] + sorted[n / 2]) }
}

/// Uniform numbers in [0, 1) that depend on the seed and the position alone (splitmix64).
#[derive(Debug, Clone)]
pub struct Uniform(pub u64);

impl Uniform {
    /// The next number.
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// The next number between `low` and `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn uniform_numbers_fill_the_interval_evenly() {
        let mut u = Uniform(7);
        let x: Vec<f64> = (0..10_000).map(|_| u.between(2.0, 4.0)).collect();
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        assert!(x.iter().all(|x| (2.0..4.0).contains(x)) && (mean - 3.0).abs() < 0.02);
    }
}
