//! Which samples train, which choose, and which are kept for the end.

use super::TrainError;
use crate::random::Stream;
use serde::{Deserialize, Serialize};

/// Fractions of the samples. They need not add up to one: the rest is left out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fractions {
    /// Samples that the weights are fitted to.
    pub train: f64,
    /// Samples that choose encodings and the best weights, and end the training.
    pub validation: f64,
    /// Samples that nothing is chosen by.
    pub test: f64,
}

impl Default for Fractions {
    fn default() -> Self {
        Fractions { train: 0.7, validation: 0.15, test: 0.15 }
    }
}

/// Indices into the samples of a dataset, each part sorted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Samples that the weights are fitted to.
    pub train: Vec<usize>,
    /// Samples that choose.
    pub validation: Vec<usize>,
    /// Samples that only measure.
    pub test: Vec<usize>,
}

impl Split {
    /// Deals `samples` samples by `seed`. The training and the validation part get at least one each.
    pub fn new(samples: usize, fractions: Fractions, seed: u64) -> Result<Split, TrainError> {
        if samples < 2 {
            return Err(TrainError::TooFewSamples { samples });
        }
        let count = |fraction: f64| (fraction * samples as f64).round() as usize;
        let validation = count(fractions.validation).clamp(1, samples - 1);
        let train = count(fractions.train).clamp(1, samples - validation);
        let test = count(fractions.test).min(samples - validation - train);
        let order = Stream::new(seed, STREAM).permutation(samples);
        let part = |from: usize, len: usize| {
            let mut part = order[from..from + len].to_vec();
            part.sort_unstable();
            part
        };
        Ok(Split {
            train: part(0, train),
            validation: part(train, validation),
            test: part(train + validation, test),
        })
    }
}

/// The stream of random numbers that splits are drawn from.
const STREAM: u64 = 0x5711;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_disjoint_and_of_the_right_size() {
        let split = Split::new(1000, Fractions::default(), 5).unwrap();
        assert_eq!((split.train.len(), split.validation.len(), split.test.len()), (700, 150, 150));
        let mut all = [split.train, split.validation, split.test].concat();
        all.sort_unstable();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn few_samples_still_train_and_choose() {
        let split = Split::new(2, Fractions::default(), 5).unwrap();
        assert_eq!((split.train.len(), split.validation.len(), split.test.len()), (1, 1, 0));
        assert!(matches!(
            Split::new(1, Fractions::default(), 5),
            Err(TrainError::TooFewSamples { samples: 1 })
        ));
    }
}
