//! Voltage trajectories with the parameters and the stimulus that made them: what is learned from.

use ndarray::{Array1, Array2, ArrayView2, Axis};
use std::collections::HashSet;

/// How a sampled waveform goes on between its samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interpolation {
    /// A sample holds until the next: steps stay steps.
    #[default]
    Previous,
    /// Straight lines from sample to sample.
    Linear,
}

impl Interpolation {
    /// The word that stands in files.
    pub fn word(self) -> &'static str {
        match self {
            Interpolation::Previous => "previous",
            Interpolation::Linear => "linear",
        }
    }

    /// The interpolation of this word.
    pub fn from_word(word: &str) -> Option<Interpolation> {
        [Interpolation::Previous, Interpolation::Linear].into_iter().find(|i| i.word() == word)
    }
}

/// The current injected into every sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Stimulus {
    /// Current density in uA/cm2, `[samples, times]`.
    pub values: Array2<f64>,
    /// What it does between the times.
    pub interpolation: Interpolation,
}

/// Samples of one experiment under varied parameters, all at the same times.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Parameters, `[samples, parameters]`, each column in its unit.
    pub x: Array2<f64>,
    /// Membrane potential in mV, `[samples, times]`.
    pub y: Array2<f64>,
    /// Times in ms, increasing, `[times]`.
    pub t: Array1<f64>,
    /// Names of the columns of `x`, for our own data parameter paths such as `leak_K.g`.
    pub param_names: Vec<String>,
    /// Units of the columns of `x`; empty text where unknown.
    pub param_units: Vec<String>,
    /// The injected current, where there was one.
    pub stimulus: Option<Stimulus>,
}

/// Why arrays are no dataset.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DatasetError {
    /// Lengths of two arrays that must agree do not.
    #[error("`{array}` has {found} {axis} where `{other}` has {expected}")]
    Mismatch {
        /// The array.
        array: &'static str,
        /// Which axis: samples, times or parameters.
        axis: &'static str,
        /// Its length there.
        found: usize,
        /// The array it was compared with.
        other: &'static str,
        /// The length there.
        expected: usize,
    },
    /// There is no sample.
    #[error("it has no samples")]
    NoSamples,
    /// Fewer than two times: nothing can change.
    #[error("it has {times} time{}, a trajectory needs at least two", if *times == 1 { "" } else { "s" })]
    TooFewTimes {
        /// How many there are.
        times: usize,
    },
    /// The times do not increase.
    #[error("times must increase: `t[{}]` = {later} ms follows `t[{}]` = {earlier} ms", index, index - 1)]
    NotIncreasing {
        /// Index of the later one.
        index: usize,
        /// The time before it, ms.
        earlier: f64,
        /// The time itself, ms.
        later: f64,
    },
    /// A value is NaN or infinite.
    #[error("`{array}` is {value} at sample {sample}, {place}{}", others(*count))]
    NotFinite {
        /// The array.
        array: &'static str,
        /// Its first bad row.
        sample: usize,
        /// Time or parameter of the first bad element.
        place: String,
        /// The value.
        value: f64,
        /// How many elements are bad in all.
        count: usize,
    },
    /// A time is NaN or infinite.
    #[error("`t[{index}]` is {value}")]
    BadTime {
        /// Which.
        index: usize,
        /// The value.
        value: f64,
    },
    /// Two parameters have one name.
    #[error("two parameters are named `{name}`")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// The word for the stimulus's interpolation is not known.
    #[error("`stimulus_interpolation` is `{found}`, it may be `previous` or `linear`")]
    Interpolation {
        /// The word.
        found: String,
    },
}

fn others(count: usize) -> String {
    match count {
        0 | 1 => String::new(),
        n => format!(" ({} more such value{})", n - 1, if n == 2 { "" } else { "s" }),
    }
}

impl DatasetError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            DatasetError::Mismatch { .. } => {
                "shapes are X [samples, parameters], Y [samples, times], t [times], param_names [parameters], \
                 stimulus [samples, times]"
            }
            DatasetError::NoSamples => "give at least one row of `X` and `Y`",
            DatasetError::TooFewTimes { .. } => "record more times for every sample",
            DatasetError::NotIncreasing { .. } => {
                "sort the times, the columns of `Y` and of the stimulus with them, and drop duplicates"
            }
            DatasetError::NotFinite { .. } | DatasetError::BadTime { .. } => {
                "drop or repair such samples before saving: a single NaN spoils all training"
            }
            DatasetError::DuplicateName { .. } => "give every parameter a name of its own",
            DatasetError::Interpolation { .. } => {
                "write `previous` for a current that holds until the next sample, `linear` for straight lines"
            }
        }
        .into()
    }
}

impl Dataset {
    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.y.nrows()
    }

    /// Number of times.
    pub fn times(&self) -> usize {
        self.t.len()
    }

    /// Number of parameters.
    pub fn params(&self) -> usize {
        self.x.ncols()
    }

    /// The column of the parameter of this name.
    pub fn param_index(&self, name: &str) -> Option<usize> {
        self.param_names.iter().position(|n| n == name)
    }

    /// The samples of these indices, in this order. Panics on an index that is none, as indexing does.
    pub fn select(&self, samples: &[usize]) -> Dataset {
        Dataset {
            x: self.x.select(Axis(0), samples),
            y: self.y.select(Axis(0), samples),
            t: self.t.clone(),
            param_names: self.param_names.clone(),
            param_units: self.param_units.clone(),
            stimulus: self.stimulus.as_ref().map(|s| Stimulus {
                values: s.values.select(Axis(0), samples),
                interpolation: s.interpolation,
            }),
        }
    }

    /// Checks that shapes agree, times increase and every value is finite.
    pub fn check(&self) -> Result<(), DatasetError> {
        let (samples, times, params) = (self.samples(), self.times(), self.params());
        let same = |array, axis, found, other, expected| {
            if found == expected {
                Ok(())
            } else {
                Err(DatasetError::Mismatch { array, axis, found, other, expected })
            }
        };
        same("X", "samples", self.x.nrows(), "Y", samples)?;
        same("Y", "times", self.y.ncols(), "t", times)?;
        same("param_names", "parameters", self.param_names.len(), "X", params)?;
        same("param_units", "parameters", self.param_units.len(), "X", params)?;
        if let Some(s) = &self.stimulus {
            same("stimulus", "samples", s.values.nrows(), "Y", samples)?;
            same("stimulus", "times", s.values.ncols(), "t", times)?;
        }
        if samples == 0 {
            return Err(DatasetError::NoSamples);
        }
        self.check_times()?;
        let mut seen = HashSet::new();
        if let Some(name) = self.param_names.iter().find(|n| !seen.insert(n.as_str())) {
            return Err(DatasetError::DuplicateName { name: name.clone() });
        }
        finite("X", self.x.view(), |i| format!("parameter `{}`", self.param_names[i]))?;
        let time = |i: usize| format!("time {} ms", self.t[i]);
        finite("Y", self.y.view(), time)?;
        self.stimulus.as_ref().map_or(Ok(()), |s| finite("stimulus", s.values.view(), time))
    }

    fn check_times(&self) -> Result<(), DatasetError> {
        if self.times() < 2 {
            return Err(DatasetError::TooFewTimes { times: self.times() });
        }
        if let Some(index) = self.t.iter().position(|t| !t.is_finite()) {
            return Err(DatasetError::BadTime { index, value: self.t[index] });
        }
        match (1..self.times()).find(|&i| self.t[i] <= self.t[i - 1]) {
            Some(index) => {
                Err(DatasetError::NotIncreasing { index, earlier: self.t[index - 1], later: self.t[index] })
            }
            None => Ok(()),
        }
    }
}

fn finite(
    array: &'static str,
    values: ArrayView2<f64>,
    place: impl Fn(usize) -> String,
) -> Result<(), DatasetError> {
    let mut bad = values.indexed_iter().filter(|(_, v)| !v.is_finite());
    match bad.next() {
        None => Ok(()),
        Some(((sample, column), &value)) => Err(DatasetError::NotFinite {
            array,
            sample,
            place: place(column),
            value,
            count: 1 + bad.count(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn sound() -> Dataset {
        Dataset {
            x: array![[1.0], [2.0]],
            y: array![[-70.0, -69.0, -68.0], [-71.0, -70.0, -69.0]],
            t: array![0.0, 1.0, 2.0],
            param_names: vec!["leak_K.g".into()],
            param_units: vec!["mS/cm2".into()],
            stimulus: None,
        }
    }

    fn broken(change: impl Fn(&mut Dataset)) -> DatasetError {
        let mut data = sound();
        change(&mut data);
        data.check().unwrap_err()
    }

    #[test]
    fn accepts_what_is_sound() {
        assert_eq!(sound().check(), Ok(()));
        assert_eq!(sound().select(&[1]).check(), Ok(()));
        assert_eq!(sound().select(&[1]).x, array![[2.0]]);
    }

    #[test]
    fn says_where_a_value_is_bad() {
        let e = broken(|d| {
            d.y[[1, 2]] = f64::NAN;
            d.y[[1, 1]] = f64::INFINITY;
        });
        assert_eq!(e.to_string(), "`Y` is inf at sample 1, time 1 ms (1 more such value)");
        let e = broken(|d| d.x[[0, 0]] = f64::NAN);
        assert_eq!(e.to_string(), "`X` is NaN at sample 0, parameter `leak_K.g`");
    }

    #[test]
    fn says_what_does_not_fit() {
        let e = broken(|d| d.t = array![0.0, 1.0]);
        assert_eq!(e.to_string(), "`Y` has 3 times where `t` has 2");
        let e = broken(|d| d.t = array![0.0, 1.0, 1.0]);
        assert_eq!(e.to_string(), "times must increase: `t[2]` = 1 ms follows `t[1]` = 1 ms");
        let e = broken(|d| d.t[1] = f64::NAN);
        assert!(matches!(e, DatasetError::BadTime { index: 1, .. }));
        let e = broken(|d| d.x = array![[1.0, 1.0], [2.0, 2.0]]);
        assert!(matches!(e, DatasetError::Mismatch { array: "param_names", found: 1, expected: 2, .. }));
        let e = broken(|d| {
            d.x = array![[1.0, 1.0], [2.0, 2.0]];
            d.param_names = vec!["a".into(), "a".into()];
            d.param_units = vec![String::new(); 2];
        });
        assert!(matches!(e, DatasetError::DuplicateName { .. }));
        let e = broken(|d| *d = d.select(&[]));
        assert_eq!(e, DatasetError::NoSamples);
        let e = broken(|d| {
            d.t = array![0.0];
            d.y = array![[1.0], [1.0]];
        });
        assert_eq!(e.to_string(), "it has 1 time, a trajectory needs at least two");
        let e = broken(|d| {
            let values = Array2::zeros((2, 2));
            d.stimulus = Some(Stimulus { values, interpolation: Interpolation::Linear });
        });
        assert_eq!(e.to_string(), "`stimulus` has 2 times where `t` has 3");
    }
}
