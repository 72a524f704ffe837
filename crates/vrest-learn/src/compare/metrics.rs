//! Errors of predicted voltages.

use super::transients::{Spans, spans};
use ndarray::{ArrayView2, Axis};
use serde::{Deserialize, Serialize};
use vrest_data::Dataset;

/// Errors over a set of values, mV.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// Root mean square.
    pub rmse: f64,
    /// Mean absolute value.
    pub mae: f64,
    /// Largest absolute value.
    pub max: f64,
    /// 1 - (sum of squared errors)/(sum of squared deviations of the truth from its mean); 1 is perfect, 0 as
    /// good as the mean. None where the truth does not vary.
    pub r2: Option<f64>,
    /// How many values.
    pub count: usize,
}

/// The spread of one number over trajectories.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// The smallest.
    pub min: f64,
    /// A tenth lies below.
    pub p10: f64,
    /// Half lies below.
    pub median: f64,
    /// Nine tenths lie below.
    pub p90: f64,
    /// The largest.
    pub max: f64,
}

/// How good a set of predicted trajectories is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Over every sample and time.
    pub whole: Errors,
    /// Over the first five time constants after a start or a change of the stimulus; none where nothing moves.
    pub transients: Option<Errors>,
    /// Over the last time before each change of the stimulus and the end, where the voltage has settled.
    pub steady_state: Option<Errors>,
    /// The RMSE of single trajectories, spread over them.
    pub per_trajectory: Quantiles,
    /// The RMSE of every trajectory, in the order of the dataset: for histograms, and to find the worst.
    pub trajectory_rmse: Vec<f64>,
    /// Predicted values that are not finite: they are left out of every number above.
    pub not_finite: usize,
}

impl Score {
    /// The trajectories from the best predicted to the worst.
    pub fn by_error(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.trajectory_rmse.len()).collect();
        order.sort_by(|a, b| self.trajectory_rmse[*a].total_cmp(&self.trajectory_rmse[*b]));
        order
    }
}

/// Sums from which [`Errors`] follow.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    n: usize,
    abs: f64,
    square: f64,
    max: f64,
    truth: f64,
    truth_square: f64,
}

impl Sums {
    fn add(&mut self, truth: f64, predicted: f64, centre: f64) {
        let e = (predicted - truth).abs();
        // About a common centre, so that squares of 70 mV do not swallow a variance of 0.01 mV2.
        let d = truth - centre;
        self.n += 1;
        self.abs += e;
        self.square += e * e;
        self.max = self.max.max(e);
        self.truth += d;
        self.truth_square += d * d;
    }

    fn errors(&self) -> Option<Errors> {
        let n = self.n as f64;
        let total = self.truth_square - self.truth * self.truth / n;
        (self.n > 0).then(|| Errors {
            rmse: (self.square / n).sqrt(),
            mae: self.abs / n,
            max: self.max,
            r2: (total > 1e-12 * n).then(|| 1.0 - self.square / total),
            count: self.n,
        })
    }
}

/// Scores `predicted` \[samples, times\] against `truth`; none if not a single value is finite.
///
/// # Panics
/// If the shapes differ.
pub fn score(truth: &Dataset, predicted: ArrayView2<'_, f64>) -> Option<Score> {
    assert_eq!(truth.y.dim(), predicted.dim(), "a prediction for every sample and time");
    let centre = truth.y.mean().unwrap_or(0.0);
    let (mut whole, mut moving, mut settled) = (Sums::default(), Sums::default(), Sums::default());
    let mut not_finite = 0;
    let mut trajectory_rmse = Vec::with_capacity(truth.samples());
    for (i, (v, p)) in truth.y.axis_iter(Axis(0)).zip(predicted.axis_iter(Axis(0))).enumerate() {
        let Spans { transient, settled_at } = spans(truth, i);
        let mut own = Sums::default();
        for (k, (&v, &p)) in v.iter().zip(p).enumerate() {
            if !p.is_finite() {
                not_finite += 1;
                continue;
            }
            own.add(v, p, centre);
            whole.add(v, p, centre);
            if transient[k] {
                moving.add(v, p, centre);
            }
            if settled_at.contains(&k) {
                settled.add(v, p, centre);
            }
        }
        trajectory_rmse.push(own.errors().map_or(f64::INFINITY, |e| e.rmse));
    }
    Some(Score {
        whole: whole.errors()?,
        transients: moving.errors(),
        steady_state: settled.errors(),
        per_trajectory: Quantiles::of(&trajectory_rmse)?,
        trajectory_rmse,
        not_finite,
    })
}

impl Quantiles {
    /// Of the finite numbers of `values`; none without any.
    pub fn of(values: &[f64]) -> Option<Quantiles> {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        // The value at position q (n - 1), interpolated.
        let at = |q: f64| {
            let x = q * (sorted.len() - 1) as f64;
            let (low, high) = (sorted[x.floor() as usize], sorted[x.ceil() as usize]);
            low + (high - low) * x.fract()
        };
        (!sorted.is_empty()).then(|| Quantiles {
            min: at(0.0),
            p10: at(0.1),
            median: at(0.5),
            p90: at(0.9),
            max: at(1.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, Array2};

    fn data(y: Array2<f64>) -> Dataset {
        let n = y.nrows();
        Dataset {
            x: Array2::zeros((n, 0)),
            t: Array1::from_iter((0..y.ncols()).map(|k| k as f64)),
            y,
            param_names: vec![],
            param_units: vec![],
            stimulus: None,
        }
    }

    #[test]
    fn errors_are_those_of_the_textbook() {
        let truth = data(ndarray::array![[-70.0, -68.0, -66.0], [-60.0, -60.0, -60.0]]);
        let s = score(&truth, ndarray::array![[-69.0, -68.0, -68.0], [-60.0, -60.0, -60.0]].view()).unwrap();
        // Errors 1, 0, -2, 0, 0, 0; truth about its mean -64: 36 + 16 + 4 + 3 * 16.
        assert!((s.whole.rmse - (5.0f64 / 6.0).sqrt()).abs() < 1e-14);
        assert!((s.whole.mae - 0.5).abs() < 1e-14 && s.whole.max == 2.0 && s.whole.count == 6);
        assert!((s.whole.r2.unwrap() - (1.0 - 5.0 / 104.0)).abs() < 1e-12);
        assert!((s.trajectory_rmse[0] - (5.0f64 / 3.0).sqrt()).abs() < 1e-14 && s.trajectory_rmse[1] == 0.0);
        assert_eq!((s.per_trajectory.min, s.not_finite), (0.0, 0));
    }

    #[test]
    fn a_perfect_prediction_scores_zero_and_one() {
        let truth = data(ndarray::array![[-70.0, -68.0], [-60.0, -61.0]]);
        let s = score(&truth, truth.y.view()).unwrap();
        assert_eq!((s.whole.rmse, s.whole.r2), (0.0, Some(1.0)));
    }

    #[test]
    fn what_is_not_a_number_is_counted_and_left_out() {
        let truth = data(ndarray::array![[-70.0, -68.0]]);
        let s = score(&truth, ndarray::array![[-70.0, f64::NAN]].view()).unwrap();
        assert_eq!((s.whole.count, s.not_finite, s.whole.rmse), (1, 1, 0.0));
        assert!(score(&truth, ndarray::array![[f64::NAN, f64::INFINITY]].view()).is_none());
    }
}
