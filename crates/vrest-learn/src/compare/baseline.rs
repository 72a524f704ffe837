//! What a reader would try before any network: a constant, and a first-order exponential.
//!
//! Both regress on the parameters (and on the stimulus, where there is one) by ridge-regularised least squares
//! with linear and, where the data are enough, quadratic terms. The constant predicts each trajectory's steady
//! state at every time; the exponential also regresses ln tau and relaxes from the first recorded voltage.

use super::transients::stretches;
use nalgebra::{DMatrix, DVector};
use ndarray::{Array2, ArrayView1};
use serde::{Deserialize, Serialize};
use vrest_data::Dataset;

/// Share of the mean diagonal that is added to it: enough for constant and collinear columns.
const RIDGE: f64 = 1e-8;
/// Quadratic terms are used from this many observations a coefficient.
const OBSERVATIONS_PER_TERM: usize = 4;

/// Which baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaselineKind {
    /// The steady state at once and for all times.
    ConstantSteadyState,
    /// One exponential toward the steady state.
    FirstOrderExponential,
}

/// A fitted baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    kind: BaselineKind,
    v_inf: Regression,
    ln_tau: Regression,
}

/// A steady state and a time constant read off one stretch of constant stimulus.
struct Relaxation {
    v_inf: f64,
    ln_tau: Option<f64>,
}

impl Baseline {
    /// Fits both regressions to `training`.
    pub fn fit(kind: BaselineKind, training: &Dataset) -> Baseline {
        let (mut inputs, mut v_inf, mut slow_inputs, mut ln_tau) = (vec![], vec![], vec![], vec![]);
        for i in 0..training.samples() {
            for (from, to) in stretches(training, i) {
                let Some(r) = relaxation(training, i, from, to) else { continue };
                let input = features(training, i, from);
                if let Some(tau) = r.ln_tau {
                    slow_inputs.push(input.clone());
                    ln_tau.push(tau);
                }
                inputs.push(input);
                v_inf.push(r.v_inf);
            }
        }
        Baseline {
            kind,
            v_inf: Regression::fit(&inputs, &v_inf),
            ln_tau: Regression::fit(&slow_inputs, &ln_tau),
        }
    }

    /// Predicts every trajectory of `data` from its parameters, its stimulus and (exponential only) its first
    /// voltage.
    pub fn predict(&self, data: &Dataset) -> Array2<f64> {
        let mut out = Array2::zeros(data.y.dim());
        for i in 0..data.samples() {
            let mut v = match self.kind {
                BaselineKind::ConstantSteadyState => self.v_inf.at(&features(data, i, 0)),
                BaselineKind::FirstOrderExponential => data.y[[i, 0]],
            };
            out[[i, 0]] = v;
            let mut held: Option<(f64, f64, f64)> = None;
            for k in 1..data.times() {
                let s = data.stimulus.as_ref().map_or(0.0, |s| s.values[[i, k - 1]]);
                // The regressions are evaluated once a stretch, not once a sample.
                let (_, v_inf, tau) = match held {
                    Some(h) if h.0 == s => h,
                    _ => {
                        let f = features(data, i, k - 1);
                        (s, self.v_inf.at(&f), self.ln_tau.at(&f).exp())
                    }
                };
                held = Some((s, v_inf, tau));
                v = match self.kind {
                    BaselineKind::ConstantSteadyState => v_inf,
                    BaselineKind::FirstOrderExponential => {
                        v_inf + (v - v_inf) * (-(data.t[k] - data.t[k - 1]) / tau.max(1e-9)).exp()
                    }
                };
                out[[i, k]] = v;
            }
        }
        out
    }
}

/// The parameters of sample `i`, and the stimulus from time `k` on.
fn features(data: &Dataset, i: usize, k: usize) -> Vec<f64> {
    let mut f = data.x.row(i).to_vec();
    f.extend(data.stimulus.as_ref().map(|s| s.values[[i, k]]));
    f
}

/// Fits v(k+1) = a v(k) + b over a stretch: an exponential sampled evenly obeys it exactly, with
/// a = e^(-dt/tau) and v_inf = b/(1 - a). A flat stretch gives its mean and no time constant.
fn relaxation(data: &Dataset, i: usize, from: usize, to: usize) -> Option<Relaxation> {
    if to < from + 3 {
        return None;
    }
    let v: ArrayView1<'_, f64> = data.y.row(i);
    let range = |r: std::ops::Range<usize>| r.map(|k| v[k]);
    let n = (to - from) as f64;
    let (mean_x, mean_y) = (range(from..to).sum::<f64>() / n, range(from + 1..to + 1).sum::<f64>() / n);
    let (mut sxx, mut sxy) = (0.0, 0.0);
    for k in from..to {
        sxx += (v[k] - mean_x).powi(2);
        sxy += (v[k] - mean_x) * (v[k + 1] - mean_y);
    }
    let a = sxy / sxx;
    let dt = (data.t[to] - data.t[from]) / n;
    // Less than 10 uV of movement, or no decay: nothing to read a time constant from.
    if sxx / n < 1e-10 || !(1e-9..1.0 - 1e-9).contains(&a) {
        return Some(Relaxation { v_inf: v[to], ln_tau: None });
    }
    let v_inf = (mean_y - a * mean_x) / (1.0 - a);
    // A stretch shorter than its time constant extrapolates far: its end is the better witness.
    let sensible = (v_inf - v[to]).abs() < 3.0 * (v[from] - v[to]).abs() + 0.1;
    Some(Relaxation { v_inf: if sensible { v_inf } else { v[to] }, ln_tau: Some((-dt / a.ln()).ln()) })
}

/// Least squares on standardised inputs with linear and quadratic terms.
#[derive(Debug, Clone, PartialEq)]
struct Regression {
    mean: Vec<f64>,
    scale: Vec<f64>,
    quadratic: bool,
    weights: DVector<f64>,
}

impl Regression {
    fn fit(inputs: &[Vec<f64>], targets: &[f64]) -> Regression {
        let width = inputs.first().map_or(0, Vec::len);
        let n = inputs.len().max(1) as f64;
        let mean: Vec<f64> = (0..width).map(|c| inputs.iter().map(|x| x[c]).sum::<f64>() / n).collect();
        let scale: Vec<f64> = (0..width)
            .map(|c| {
                let sd = (inputs.iter().map(|x| (x[c] - mean[c]).powi(2)).sum::<f64>() / n).sqrt();
                // A constant column carries nothing; dividing by its rounding error would.
                if sd > 1e-12 * mean[c].abs().max(1e-300) { 1.0 / sd } else { 0.0 }
            })
            .collect();
        let terms = 1 + width + width * (width + 1) / 2;
        let mut r = Regression {
            mean,
            scale,
            quadratic: inputs.len() >= OBSERVATIONS_PER_TERM * terms,
            weights: DVector::zeros(0),
        };
        let columns = r.terms(&vec![0.0; width]).len();
        r.weights = DVector::zeros(columns);
        if inputs.is_empty() {
            return r;
        }
        let rows: Vec<Vec<f64>> = inputs.iter().map(|x| r.terms(x)).collect();
        let a = DMatrix::from_fn(rows.len(), columns, |i, j| rows[i][j]);
        let mut normal = a.tr_mul(&a);
        let ridge = RIDGE * normal.trace() / columns as f64;
        for j in 0..columns {
            normal[(j, j)] += ridge;
        }
        let rhs = a.tr_mul(&DVector::from_column_slice(targets));
        if let Some(factor) = normal.cholesky() {
            r.weights = factor.solve(&rhs);
        }
        r
    }

    fn terms(&self, x: &[f64]) -> Vec<f64> {
        let z: Vec<f64> = (0..x.len()).map(|c| (x[c] - self.mean[c]) * self.scale[c]).collect();
        let mut out = vec![1.0];
        out.extend(&z);
        if self.quadratic {
            for a in 0..z.len() {
                out.extend(z[a..].iter().map(|b| z[a] * b));
            }
        }
        out
    }

    fn at(&self, x: &[f64]) -> f64 {
        self.terms(x).iter().zip(&self.weights).map(|(t, w)| t * w).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::score;
    use super::*;
    use ndarray::Array1;
    use vrest_data::dataset::{Interpolation, Stimulus};

    /// Membranes whose steady state is linear in two parameters and the stimulus, and whose ln tau is linear in
    /// the first: the exponential baseline is exact for them.
    fn data(samples: usize) -> Dataset {
        let x = Array2::from_shape_fn((samples, 2), |(i, j)| ((i * (7 + 4 * j)) as f64 * 0.618).fract());
        let t = Array1::from_iter((0..401).map(|k| 0.25 * k as f64));
        let s = Array2::from_shape_fn(
            (samples, 401),
            |(i, k)| if (100..250).contains(&k) { x[[i, 1]] } else { 0.0 },
        );
        let mut y = Array2::zeros((samples, 401));
        for i in 0..samples {
            let tau = (1.0 + x[[i, 0]]).exp();
            let mut v = -50.0 - 20.0 * (i as f64 * 0.37).fract();
            for k in 0..401 {
                y[[i, k]] = v;
                let v_inf = -70.0 + 3.0 * x[[i, 0]] - 2.0 * x[[i, 1]] + 5.0 * s[[i, k]];
                v = v_inf + (v - v_inf) * (-0.25 / tau).exp();
            }
        }
        let names = vec!["a".to_string(), "b".to_string()];
        Dataset {
            x,
            y,
            t,
            param_units: vec![String::new(); 2],
            param_names: names,
            stimulus: Some(Stimulus { values: s, interpolation: Interpolation::Previous }),
        }
    }

    #[test]
    fn the_exponential_is_exact_where_the_membrane_is_one() {
        let (training, test) = (data(200), data(40));
        let b = Baseline::fit(BaselineKind::FirstOrderExponential, &training);
        let s = score(&test, b.predict(&test).view()).unwrap();
        assert!(s.whole.max < 1e-3, "{:?}", s.whole);
    }

    #[test]
    fn the_constant_knows_the_steady_states_and_nothing_else() {
        let (training, test) = (data(200), data(40));
        let b = Baseline::fit(BaselineKind::ConstantSteadyState, &training);
        let s = score(&test, b.predict(&test).view()).unwrap();
        assert!(s.steady_state.unwrap().rmse < 0.02, "{:?}", s.steady_state);
        assert!(s.transients.unwrap().rmse > 1.0);
    }

    #[test]
    fn constant_columns_and_tiny_training_sets_are_survived() {
        let mut small = data(3);
        small.x.column_mut(0).fill(1.0);
        for kind in [BaselineKind::ConstantSteadyState, BaselineKind::FirstOrderExponential] {
            let p = Baseline::fit(kind, &small).predict(&small);
            assert!(p.iter().all(|v| v.is_finite()));
        }
    }
}
