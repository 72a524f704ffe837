//! Where a trajectory moves, and where it has settled.

use vrest_data::Dataset;

/// A transient lasts this many time constants: e^-5 = 0.7 % of the change is left.
pub const TIME_CONSTANTS: f64 = 5.0;
/// A stimulus with more changes than this share of its samples is continuous: it has no steps to recover from.
const MOST_EDGES: f64 = 0.1;

/// Which times of one trajectory are transient, and at which it has settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Spans {
    /// For every time whether it lies within five time constants of a start or a step.
    pub transient: Vec<bool>,
    /// The last index of every stretch of constant stimulus, if the stretch outlasts its transient.
    pub settled_at: Vec<usize>,
}

/// The stretches of constant stimulus of sample `i`, as index ranges that share their ends: a step at index k
/// belongs to the stretch that starts there. One stretch without a stimulus or with a continuous one.
pub fn stretches(data: &Dataset, i: usize) -> Vec<(usize, usize)> {
    let n = data.times();
    let mut edges = vec![0];
    if let Some(s) = &data.stimulus {
        let s = s.values.row(i);
        edges.extend((1..n).filter(|&k| s[k] != s[k - 1]));
        if edges.len() as f64 > MOST_EDGES * n as f64 + 2.0 {
            edges.truncate(1);
        }
    }
    edges.push(n - 1);
    edges.dedup();
    edges.windows(2).map(|w| (w[0], w[1])).collect()
}

/// The spans of sample `i`. The time constant of each stretch is read from the true trajectory: the time at
/// which 1 - 1/e of the change to the stretch's end has happened.
pub fn spans(data: &Dataset, i: usize) -> Spans {
    let v = data.y.row(i);
    let mut transient = vec![false; data.times()];
    let mut settled_at = Vec::new();
    for (from, to) in stretches(data, i) {
        let change = v[to] - v[from];
        let left = |k: usize| (v[to] - v[k]).abs();
        // A change below a hundredth of a millivolt is rest.
        let moves = change.abs() > 0.01;
        let tau_at = (from..=to).find(|&k| left(k) <= change.abs() * (-1.0f64).exp()).unwrap_or(to);
        let end = data.t[from] + TIME_CONSTANTS * (data.t[tau_at] - data.t[from]);
        if moves {
            (from..=to).filter(|&k| data.t[k] <= end).for_each(|k| transient[k] = true);
        }
        if !moves || end < data.t[to] {
            settled_at.push(to);
        }
    }
    Spans { transient, settled_at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, Array2};
    use vrest_data::dataset::{Interpolation, Stimulus};

    /// 20 ms of relaxation with tau 1 ms from -60 to -70 mV, then a step at 10 ms that adds 2 mV.
    fn data() -> Dataset {
        let t = Array1::from_iter((0..201).map(|k| 0.1 * k as f64));
        let v = |t: f64| {
            let first = -70.0 + 10.0 * (-t).exp();
            if t < 10.0 { first } else { first + 2.0 * (1.0 - (-(t - 10.0)).exp()) }
        };
        let y = Array2::from_shape_fn((1, 201), |(_, k)| v(t[k]));
        let s = Array2::from_shape_fn((1, 201), |(_, k)| if k >= 100 { 0.5 } else { 0.0 });
        Dataset {
            x: Array2::zeros((1, 0)),
            y,
            t,
            param_names: vec![],
            param_units: vec![],
            stimulus: Some(Stimulus { values: s, interpolation: Interpolation::Previous }),
        }
    }

    #[test]
    fn a_transient_is_five_time_constants_after_a_start_and_after_a_step() {
        let d = data();
        assert_eq!(stretches(&d, 0), [(0, 100), (100, 200)]);
        let s = spans(&d, 0);
        let first = s.transient.iter().take_while(|x| **x).count();
        // 1 ms rounded up to the grid of 0.1 ms, five times.
        assert!((50..=56).contains(&first), "{first}");
        assert!(!s.transient[99] && s.transient[100] && s.transient[149] && !s.transient[170]);
        assert_eq!(s.settled_at, [100, 200]);
    }

    #[test]
    fn a_trajectory_at_rest_has_no_transient() {
        let mut d = data();
        d.y.fill(-70.0);
        let s = spans(&d, 0);
        assert!(s.transient.iter().all(|x| !x));
        assert_eq!(s.settled_at, [100, 200]);
    }
}
