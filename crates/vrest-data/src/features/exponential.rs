//! Relaxations: v(t) = v_inf + sum_k a_k e^(-t/tau_k), fitted by least squares with exact derivatives.

use super::{Estimate, noise};
use nalgebra::{DMatrix, DVector};

/// A fitted relaxation, fastest component first.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Relaxation {
    /// The value it tends to (mV).
    pub v_inf: Estimate,
    /// Amplitude (mV) and time constant (ms) of each component.
    pub components: Vec<Component>,
    /// Root mean square of what the fit leaves (mV).
    pub rms: f64,
    /// Number of samples that the residuals are worth (see [`noise::effective_samples`]).
    pub effective_samples: f64,
}

/// One exponential.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Component {
    /// Value at t = 0 above `v_inf` (mV).
    pub amplitude: Estimate,
    /// Time constant (ms).
    pub tau: Estimate,
}

impl Relaxation {
    /// The fitted value at `t_ms` after the start.
    pub fn at(&self, t_ms: f64) -> f64 {
        self.v_inf.value
            + self.components.iter().map(|c| c.amplitude.value * (-t_ms / c.tau.value).exp()).sum::<f64>()
    }

    /// Bayesian information criterion on the effective samples; the lower of two fits is preferred.
    pub fn bic(&self) -> f64 {
        let n = self.effective_samples;
        n * (self.rms * self.rms).max(f64::MIN_POSITIVE).ln()
            + (2 * self.components.len() + 1) as f64 * n.ln()
    }
}

/// Fits `count` (1 or 2) exponentials to `v`, sampled every `dt_ms` from t = 0.
///
/// `None` where the data cannot carry it: fewer than five samples a parameter, or no convergence to distinct,
/// finite time constants between two samples and three times the length of the trace.
pub fn fit(v: &[f64], dt_ms: f64, count: usize) -> Option<Relaxation> {
    let n = v.len();
    let n_params = 2 * count + 1;
    if n < 5 * n_params || v.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let span = n as f64 * dt_ms;
    let mut best: Option<(f64, Vec<f64>)> = None;
    // Variable projection on a coarse grid of time constants gives the start.
    let grid: Vec<f64> =
        (0..14).map(|k| (2.0 * dt_ms) * (1.5 * span / (2.0 * dt_ms)).powf(k as f64 / 13.0)).collect();
    let stride = n.div_ceil(400);
    let coarse: Vec<f64> = v.iter().copied().step_by(stride).collect();
    for i in 0..grid.len() {
        let choices: Vec<Vec<f64>> = if count == 1 {
            vec![vec![grid[i]]]
        } else {
            (i + 2..grid.len()).map(|j| vec![grid[i], grid[j]]).collect()
        };
        for taus in choices {
            if let Some((linear, sse)) = project(&coarse, dt_ms * stride as f64, &taus)
                && best.as_ref().is_none_or(|(b, _)| sse < *b)
            {
                best = Some((sse, [linear, taus.iter().map(|t| t.ln()).collect()].concat()));
            }
        }
    }
    let parameters = levenberg_marquardt(v, dt_ms, count, best?.1)?;
    report(v, dt_ms, count, parameters)
}

/// Least-squares v_inf and amplitudes for given time constants, with the sum of squares left.
fn project(v: &[f64], dt_ms: f64, taus: &[f64]) -> Option<(Vec<f64>, f64)> {
    let a = DMatrix::from_fn(v.len(), 1 + taus.len(), |i, j| {
        if j == 0 { 1.0 } else { (-(i as f64) * dt_ms / taus[j - 1]).exp() }
    });
    let b = DVector::from_column_slice(v);
    let x = (a.transpose() * &a).cholesky()?.solve(&(a.transpose() * &b));
    let sse = (&a * &x - b).norm_squared();
    Some((x.iter().copied().collect(), sse))
}

/// Residuals v_fit - v and their Jacobian in (v_inf, a_1.., ln tau_1..).
fn linearise(v: &[f64], dt_ms: f64, count: usize, p: &[f64]) -> (DVector<f64>, DMatrix<f64>) {
    let mut r = DVector::zeros(v.len());
    let mut j = DMatrix::zeros(v.len(), p.len());
    for i in 0..v.len() {
        let t = i as f64 * dt_ms;
        let mut value = p[0];
        j[(i, 0)] = 1.0;
        for k in 0..count {
            let (a, tau) = (p[1 + k], p[1 + count + k].exp());
            let e = (-t / tau).exp();
            value += a * e;
            j[(i, 1 + k)] = e;
            // d/d ln tau.
            j[(i, 1 + count + k)] = a * e * t / tau;
        }
        r[i] = value - v[i];
    }
    (r, j)
}

fn levenberg_marquardt(v: &[f64], dt_ms: f64, count: usize, start: Vec<f64>) -> Option<Vec<f64>> {
    let mut p = start;
    let (mut r, mut j) = linearise(v, dt_ms, count, &p);
    let mut sse = r.norm_squared();
    let mut damping = 1e-3;
    for _ in 0..200 {
        let normal = j.transpose() * &j;
        let gradient = j.transpose() * &r;
        let mut damped = normal.clone();
        for k in 0..p.len() {
            damped[(k, k)] *= 1.0 + damping;
        }
        let step = damped.cholesky()?.solve(&gradient);
        let trial: Vec<f64> = p.iter().zip(step.iter()).map(|(a, s)| a - s).collect();
        let (r2, j2) = linearise(v, dt_ms, count, &trial);
        let sse2 = r2.norm_squared();
        if sse2.is_finite() && sse2 <= sse {
            let done = sse - sse2 <= 1e-12 * sse;
            (p, r, j, sse) = (trial, r2, j2, sse2);
            damping = (damping * 0.2).max(1e-12);
            if done {
                return Some(p);
            }
        } else {
            damping *= 4.0;
            if damping > 1e12 {
                return Some(p);
            }
        }
    }
    None
}

fn report(v: &[f64], dt_ms: f64, count: usize, p: Vec<f64>) -> Option<Relaxation> {
    let (r, j) = linearise(v, dt_ms, count, &p);
    let n = v.len() as f64;
    let effective = noise::effective_samples(r.as_slice()).max(p.len() as f64 + 1.0);
    let covariance =
        (j.transpose() * &j).try_inverse()? * (r.norm_squared() / (n - p.len() as f64) * n / effective);
    let se = |k: usize| covariance[(k, k)].max(0.0).sqrt();
    let mut components: Vec<Component> = (0..count)
        .map(|k| {
            let tau = p[1 + count + k].exp();
            Component {
                amplitude: Estimate::new(p[1 + k], se(1 + k)),
                tau: Estimate::new(tau, tau * se(1 + count + k)),
            }
        })
        .collect();
    components.sort_by(|a, b| a.tau.value.total_cmp(&b.tau.value));
    let (shortest, longest) = (2.0 * dt_ms, 3.0 * n * dt_ms);
    let sensible = components.iter().all(|c| (shortest..longest).contains(&c.tau.value))
        && components.windows(2).all(|w| w[1].tau.value > 1.2 * w[0].tau.value);
    sensible.then(|| Relaxation {
        v_inf: Estimate::new(p[0], se(0)),
        components,
        rms: (r.norm_squared() / n).sqrt(),
        effective_samples: effective,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(n: usize, dt: f64, f: impl Fn(f64) -> f64, noise: f64) -> Vec<f64> {
        (0..n)
            .map(|i| f(i as f64 * dt) + noise * (i as f64 * 12.9898).sin() * ((i * i) as f64 * 0.618).cos())
            .collect()
    }

    #[test]
    fn noiseless_exponentials_are_recovered_to_rounding() {
        let v = trace(4000, 0.05, |t| -85.0 + 12.0 * (-t / 14.0).exp(), 0.0);
        let one = fit(&v, 0.05, 1).unwrap();
        assert!((one.v_inf.value + 85.0).abs() < 1e-8 && (one.components[0].tau.value - 14.0).abs() < 1e-7);
        let v = trace(8000, 0.05, |t| -85.0 + 9.0 * (-t / 3.0).exp() - 4.0 * (-t / 40.0).exp(), 0.0);
        let two = fit(&v, 0.05, 2).unwrap();
        assert!(
            (two.components[0].tau.value - 3.0).abs() < 1e-5
                && (two.components[1].tau.value - 40.0).abs() < 1e-4
        );
        assert!((two.components[1].amplitude.value + 4.0).abs() < 1e-5);
    }

    #[test]
    fn the_information_criterion_prefers_as_many_exponentials_as_there_are() {
        let single = trace(6000, 0.05, |t| -85.0 + 12.0 * (-t / 14.0).exp(), 0.3);
        let double = trace(6000, 0.05, |t| -85.0 + 9.0 * (-t / 5.0).exp() + 5.0 * (-t / 50.0).exp(), 0.3);
        let bic = |v: &[f64], k| fit(v, 0.05, k).map_or(f64::INFINITY, |f| f.bic());
        assert!(bic(&single, 1) < bic(&single, 2));
        assert!(bic(&double, 2) < bic(&double, 1));
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        assert!(fit(&[1.0, 2.0, 3.0], 0.1, 1).is_none());
        assert!(fit(&[f64::NAN; 100], 0.1, 1).is_none());
        assert!(fit(&[-70.0; 1000], 0.1, 1).is_none_or(|f| f.components[0].amplitude.value.abs() < 1e-6));
    }
}
