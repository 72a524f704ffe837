//! Noisy recordings: training on means of neighbouring values.
//!
//! Derivative matching sees single steps, and the step of a noisy recording is mostly noise. Over a block of m values
//! noise falls by sqrt(m), and the mean of a solution of an affine equation solves that equation with the mean
//! stimulus, so nothing is lost but what is faster than a block.

use super::encoding::spread;
use super::split::Split;
use ndarray::{Array1, Array2, ArrayView1};
use rayon::prelude::*;
use std::borrow::Cow;
use vrest_data::Dataset;
use vrest_data::features::noise::median;

/// Values of a mean that are tried.
pub const BLOCKS: [usize; 3] = [1, 4, 16];
/// Fewer blocks than this say too little of a trajectory.
const LEAST_BLOCKS: usize = 24;
/// Noise below this share of the voltages' standard deviation is left alone.
const NEGLIGIBLE: f64 = 1e-3;

/// The standard deviation of white noise on the recorded voltages of a typical sample, mV: second differences of a smooth
/// trace are far smaller than those of noise, whose median absolute value is 0.6745 sqrt(6) of its standard deviation.
pub fn noise_mv(data: &Dataset, samples: &[usize]) -> f64 {
    let of = |&i: &usize| {
        let v = data.y.row(i);
        let seconds = (1..v.len().saturating_sub(1)).map(|k| (v[k - 1] - 2.0 * v[k] + v[k + 1]).abs());
        median(&seconds.collect::<Vec<_>>())
    };
    median(&samples.par_iter().map(of).collect::<Vec<_>>()) / (0.6745 * 6f64.sqrt())
}

/// The block lengths worth trying: one alone where the data are clean.
pub fn candidates(data: &Dataset, split: &Split) -> Vec<usize> {
    let [_, sd, ..] = spread(&data.y, &split.train);
    let noisy = noise_mv(data, &split.train) > NEGLIGIBLE * sd;
    BLOCKS.into_iter().filter(|&m| m == 1 || noisy && data.times() / m >= LEAST_BLOCKS).collect()
}

/// `data` with every `m` neighbouring times, voltages and stimuli replaced by their means; values that fill no
/// block are left out.
pub fn block_means(data: &Dataset, m: usize) -> Cow<'_, Dataset> {
    if m == 1 {
        return Cow::Borrowed(data);
    }
    let blocks = data.times() / m;
    let mean = |row: ArrayView1<f64>, block: usize| {
        (block * m..(block + 1) * m).map(|k| row[k]).sum::<f64>() / m as f64
    };
    let rows = |of: &Array2<f64>| Array2::from_shape_fn((of.nrows(), blocks), |(i, b)| mean(of.row(i), b));
    let mut coarse = data.clone();
    coarse.t = Array1::from_shape_fn(blocks, |b| mean(data.t.view(), b));
    coarse.y = rows(&data.y);
    if let Some(stimulus) = &mut coarse.stimulus {
        stimulus.values = rows(&stimulus.values);
    }
    Cow::Owned(coarse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    /// Exponentials toward different rests, with noise of standard deviation `sd`.
    fn decays(sd: f64) -> Dataset {
        let mut stream = Stream::new(3, 0);
        let mut noise = || (0..12).map(|_| stream.uniform()).sum::<f64>() - 6.0;
        let y = Array2::from_shape_fn((20, 400), |(i, k)| {
            -70.0 + 10.0 * (i as f64).sin() * (-(k as f64) / 60.0).exp() + sd * noise()
        });
        Dataset {
            x: Array2::from_shape_fn((20, 1), |(i, _)| (i as f64).sin()),
            y,
            t: Array1::from_iter((0..400).map(|k| 0.5 * k as f64)),
            param_names: vec!["p".into()],
            param_units: vec![String::new()],
            stimulus: None,
        }
    }

    #[test]
    fn noise_is_measured_under_a_moving_voltage() {
        let all: Vec<usize> = (0..20).collect();
        assert!(noise_mv(&decays(0.0), &all) < 1e-3);
        let measured = noise_mv(&decays(0.4), &all);
        assert!((measured / 0.4 - 1.0).abs() < 0.05, "{measured}");
    }

    #[test]
    fn means_of_an_exponential_are_an_exponential_of_the_same_rate() {
        let data = decays(0.0);
        let coarse = block_means(&data, 16);
        assert_eq!(coarse.times(), 25);
        let v = coarse.y.row(2);
        let ratio = |k: usize| (v[k + 1] + 70.0) / (v[k] + 70.0);
        for k in 0..24 {
            assert!((ratio(k) - (-16.0f64 / 60.0).exp()).abs() < 1e-9);
            assert!((coarse.t[k + 1] - coarse.t[k] - 8.0).abs() < 1e-12);
        }
    }
}
