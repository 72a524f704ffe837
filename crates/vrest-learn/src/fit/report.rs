//! How sure a fit is: errors from the exact Jacobian, what trades off against what, what is left over.

use super::FitError;
use super::model::{Model, Trace};
use super::profile::Profile;
use super::solver::{Problem, robust};
use super::transform::{Free, Transform};
use nalgebra::{DMatrix, Dyn, SymmetricEigen};
use serde::Serialize;
use vrest_data::features::noise;

/// 97.5 % quantile of the normal distribution.
pub const Z: f64 = 1.959963984540054;
/// A direction is weak where its standard error exceeds this on the optimiser's scale: half an e-fold of a positive
/// number, half of another number's start, 5 mV of a voltage.
const WEAK: f64 = 0.5;
/// Information below this part of the largest is none.
const NOTHING: f64 = 1e-13;

/// One estimate.
#[derive(Debug, Clone, Serialize)]
pub struct Estimated {
    /// Its path.
    pub path: String,
    /// Its unit.
    pub unit: String,
    /// The value it started from.
    pub start: f64,
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// 95 % interval from the Jacobian, on the scale of the transform.
    pub interval: [f64; 2],
    /// Whether it ended where it may go no further, which says more about the end than about the cell.
    pub at: Option<End>,
    /// 95 % interval and curve of the profile likelihood, where it was made.
    pub profile: Option<Profile>,
}

/// An end of what a parameter may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Nothing: the data want none of it. Its interval is one-sided.
    Nothing,
    /// The lower bound that was set.
    Low,
    /// The upper bound that was set.
    High,
}

impl End {
    /// The end at which `x` stands.
    fn of(free: &Free, x: f64) -> Option<End> {
        match free.transform {
            Transform::Clipped { high: f64::INFINITY, .. } => Some(End::Nothing),
            Transform::Clipped { low, high, .. } => {
                Some(if x - low < high - x { End::Low } else { End::High })
            }
            _ => None,
        }
    }
}

/// A combination of parameters that this protocol does not tell.
#[derive(Debug, Clone, Serialize)]
pub struct WeakDirection {
    /// Paths and their parts in it, the largest first.
    pub parts: Vec<(String, f64)>,
    /// Its standard error on the optimiser's scale; infinite where the data say nothing at all.
    pub se: f64,
}

/// What a fit leaves of one sweep.
#[derive(Debug, Clone, Serialize)]
pub struct SweepLeft {
    /// Its number.
    pub sweep: usize,
    /// Root mean square of data less model.
    pub rms: f64,
    /// Standard deviation of the noise before the step.
    pub noise: f64,
}

/// Whether the residuals are noise.
#[derive(Debug, Clone, Serialize)]
pub struct Whiteness {
    /// Samples for each effective one: 1 for white residuals.
    pub inefficiency: f64,
    /// The same of the noise before the step: what filters and the cell's own background do.
    pub background: f64,
    /// Root mean square of all residuals.
    pub rms: f64,
    /// Root mean square of the noise before the step.
    pub noise: f64,
    /// Whether the residuals are no larger than the noise (5 %).
    pub noise_only: bool,
}

/// A fit.
#[derive(Debug, Clone, Serialize)]
pub struct Fit {
    /// The optimiser's numbers.
    #[serde(skip)]
    pub theta: Vec<f64>,
    /// The model's whole parameter vector.
    #[serde(skip)]
    pub p: Vec<f64>,
    /// The free parameters on the scales of covariance and information: those of the optimiser, but for what
    /// the data drove to an end.
    #[serde(skip)]
    pub free: Vec<Free>,
    /// Covariance of the free parameters on their scales.
    #[serde(skip)]
    pub covariance: DMatrix<f64>,
    /// Their information (inverse covariance) from the data.
    #[serde(skip)]
    pub information: DMatrix<f64>,
    /// Variance of one effective residual (mV^2 or pA^2).
    #[serde(skip)]
    pub variance: f64,
    /// The estimates.
    pub estimates: Vec<Estimated>,
    /// Correlations between them, row by row.
    pub correlation: Vec<Vec<f64>>,
    /// What the protocol does not tell.
    pub weak: Vec<WeakDirection>,
    /// Residuals by sweep.
    pub sweeps: Vec<SweepLeft>,
    /// Residuals together.
    pub whiteness: Whiteness,
    /// Starts that came to an end.
    pub starts: usize,
    /// Those that found the same minimum as the best.
    pub agreeing: usize,
}

impl Fit {
    /// The report at the minimum `theta`.
    pub(super) fn report(
        problem: &Problem<'_>,
        theta: Vec<f64>,
        starts: usize,
        agreeing: usize,
    ) -> Result<Fit, FitError> {
        let n = theta.len();
        let p = problem.parameters(&theta);
        let simulated = problem.model.simulate_all(problem.traces, &p, &problem.wrt())?;
        let residuals = problem.residuals(&simulated);
        let free = problem.seen_at(&theta);
        let seen = Problem { free: &free, ..*problem };
        let places: Vec<f64> = free.iter().map(|f| f.transform.inward(p[f.index])).collect();
        let slopes = seen.slopes(&simulated, &places);
        let limit = problem.settings.robust;

        let mut information = DMatrix::<f64>::zeros(n, n);
        let (mut sse, mut samples) = (0.0, 0.0);
        for ((r, s), trace) in residuals.iter().zip(&slopes).zip(problem.traces) {
            for (k, count) in trace.samples.counts.iter().enumerate() {
                let (left, factor) = robust(r[k], limit);
                sse += left * left * count;
                samples += count;
                let row = &s[k * n..(k + 1) * n];
                for i in 0..n {
                    for j in 0..=i {
                        information[(i, j)] += row[i] * row[j] * factor * factor * count;
                    }
                }
            }
        }
        information.fill_upper_triangle_with_lower_triangle();
        let variance_of_one = sse / (samples - n as f64).max(1.0);
        let inefficiency = inefficiency(residuals.iter().map(Vec::as_slice));
        let variance = variance_of_one * inefficiency;
        information /= variance.max(f64::MIN_POSITIVE);
        for j in 0..n {
            information[(j, j)] += problem.settings.ridge;
        }

        // Without finite information nothing is known, which is what zeros say.
        let zeros = || SymmetricEigen::new(DMatrix::zeros(n, n));
        let eigen = eigen(&information).unwrap_or_else(zeros);
        let least = least(&eigen);
        let known = eigen.eigenvalues.map(|l| l.max(least));
        let inverse = known.map(f64::recip);
        let covariance =
            &eigen.eigenvectors * DMatrix::from_diagonal(&inverse) * eigen.eigenvectors.transpose();
        let weak = (0..n)
            .filter(|&k| is_weak(known[k]))
            .map(|k| {
                let mut parts: Vec<(String, f64)> = (0..n)
                    .map(|j| (problem.free[j].path.clone(), eigen.eigenvectors[(j, k)]))
                    .filter(|part| part.1.abs() > 0.2)
                    .collect();
                parts.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
                let se = if eigen.eigenvalues[k] <= least { f64::INFINITY } else { inverse[k].sqrt() };
                WeakDirection { parts, se }
            })
            .collect();
        let estimates = (0..n)
            .map(|j| {
                let f = &free[j];
                let se = covariance[(j, j)].sqrt();
                let value = p[f.index];
                let end = |z: f64| f.transform.outward(f.transform.inward(value) + z * se);
                Estimated {
                    path: f.path.clone(),
                    unit: f.unit.clone(),
                    start: problem.model.start[f.index],
                    value,
                    se: f.transform.slope(value) * se,
                    interval: [end(-Z), end(Z)],
                    at: End::of(f, value),
                    profile: None,
                }
            })
            .collect();
        let correlation = (0..n)
            .map(|i| {
                (0..n)
                    .map(|j| covariance[(i, j)] / (covariance[(i, i)] * covariance[(j, j)]).sqrt())
                    .collect()
            })
            .collect();
        let sweeps: Vec<SweepLeft> = residuals
            .iter()
            .zip(problem.traces)
            .map(|(r, t)| SweepLeft { sweep: t.sweep, rms: rms(r), noise: t.noise })
            .collect();
        let whiteness = whiteness(&sweeps, &residuals, problem.traces, inefficiency);
        Ok(Fit {
            theta,
            p,
            free,
            covariance,
            information,
            variance,
            estimates,
            correlation,
            weak,
            sweeps,
            whiteness,
            starts,
            agreeing,
        })
    }

    /// What is left of sweeps that the fit has not seen. With `rests` each is moved to its own rest, which is read
    /// off before the command moves.
    pub fn held_out(&self, model: &Model, traces: &[Trace], rests: bool) -> Result<Vec<SweepLeft>, FitError> {
        traces
            .iter()
            .map(|t| {
                let predicted = prediction(model, t, &self.p, rests)?;
                let left: Vec<f64> = predicted.iter().zip(&t.samples.values).map(|(m, d)| m - d).collect();
                Ok(SweepLeft { sweep: t.sweep, rms: rms(&left), noise: t.noise })
            })
            .collect()
    }
}

/// What the model predicts for a sweep; with `rests`, moved to the sweep's own rest before the command moves.
pub fn prediction(model: &Model, trace: &Trace, p: &[f64], rests: bool) -> Result<Vec<f64>, FitError> {
    let mut predicted = model.predict(trace, p)?;
    if rests {
        let until = trace.command.get(1).map_or(f64::INFINITY, |c| c.start_ms);
        let before = trace.samples.t_ms.partition_point(|t| *t < until);
        let shift = noise::mean(&trace.samples.values[..before]) - noise::mean(&predicted[..before]);
        predicted.iter_mut().for_each(|v| *v += shift);
    }
    Ok(predicted)
}

/// The least information on a direction that counts as any.
pub(super) fn least(information: &SymmetricEigen<f64, Dyn>) -> f64 {
    NOTHING * information.eigenvalues.max().max(f64::MIN_POSITIVE)
}

/// Whether a direction of which so much is known is weak.
pub(super) fn is_weak(information: f64) -> bool {
    information.recip().sqrt() > WEAK
}

/// Eigenvalues of a symmetric matrix; none of one that is not finite, for which the iteration would not end.
pub(super) fn eigen(matrix: &DMatrix<f64>) -> Option<SymmetricEigen<f64, Dyn>> {
    let finite = matrix.iter().all(|x| x.is_finite());
    finite.then(|| SymmetricEigen::try_new(matrix.clone(), f64::EPSILON, 10_000))?
}

/// Root mean square.
pub fn rms(r: &[f64]) -> f64 {
    (r.iter().map(|x| x * x).sum::<f64>() / r.len().max(1) as f64).sqrt()
}

/// Samples for each effective one, all series together.
fn inefficiency<'a>(series: impl Iterator<Item = &'a [f64]>) -> f64 {
    let (mut n, mut effective) = (0.0, 0.0);
    for r in series.filter(|r| !r.is_empty()) {
        n += r.len() as f64;
        effective += noise::effective_samples(r);
    }
    if effective > 0.0 { n / effective } else { 1.0 }
}

fn whiteness(sweeps: &[SweepLeft], residuals: &[Vec<f64>], traces: &[Trace], all: f64) -> Whiteness {
    let together = |of: &dyn Fn(&SweepLeft) -> f64| rms(&sweeps.iter().map(of).collect::<Vec<_>>());
    let before: Vec<&[f64]> = residuals
        .iter()
        .zip(traces)
        .map(|(r, t)| {
            let until = t.command.get(1).map_or(f64::INFINITY, |c| c.start_ms);
            &r[..t.samples.t_ms.partition_point(|x| *x < until)]
        })
        .collect();
    let (rms, noise) = (together(&|s| s.rms), together(&|s| s.noise));
    Whiteness {
        inefficiency: all,
        background: inefficiency(before.into_iter()),
        rms,
        noise,
        noise_only: rms <= 1.05 * noise,
    }
}
