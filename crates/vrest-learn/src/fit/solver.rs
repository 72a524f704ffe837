//! Levenberg-Marquardt from several starts.

use super::FitError;
use super::model::{Model, Simulated, Trace};
use super::report::Fit;
use super::transform::{Free, Transform};
use crate::random::Stream;
use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt};
use nalgebra_lm::{DMatrix, DVector, Dyn, storage::Owned};
use rayon::prelude::*;

/// What is sought, in what.
pub struct Problem<'a> {
    /// The model.
    pub model: &'a Model,
    /// The sweeps.
    pub traces: &'a [Trace],
    /// The parameters.
    pub free: &'a [Free],
    /// How.
    pub settings: Settings,
}

/// How a fit is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Starts, the first from the values as they are.
    pub starts: usize,
    /// Seed of the others.
    pub seed: u64,
    /// Residuals beyond this (mV) count by their size and not by its square (Huber): for events that no model makes.
    pub robust: Option<f64>,
    /// Each sweep has a rest of its own; the mean rest remains the model's.
    pub rests: bool,
    /// The command of each sweep has a gain of its own, 1 in the mean: for commands that were measured and not given.
    pub gains: bool,
    /// Weight of a pull of every free parameter towards 0 on the optimiser's scale: for weights of networks.
    pub ridge: f64,
    /// Iterations a start, in units of the number of parameters.
    pub patience: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { starts: 8, seed: 0, robust: None, rests: false, gains: false, ridge: 0.0, patience: 40 }
    }
}

/// Means of samples for the first approach: about this many a sweep.
const COARSE: usize = 300;
/// Patience of the first approach.
const APPROACH: usize = 10;
/// Two starts agree when their sums of squares differ by no more than this part.
const AGREE: f64 = 1e-3;
/// Less than this part of its start is nothing.
const GONE: f64 = 1e-5;
/// Closer to a bound than this part of its range is at it.
const AT_BOUND: f64 = 1e-3;

/// Finds the free parameters.
///
/// # Errors
/// See [`FitError`]; a start other than the first that cannot be simulated is only left out.
pub fn fit(problem: &Problem<'_>) -> Result<Fit, FitError> {
    let samples: usize = problem.traces.iter().map(|t| t.samples.values.len()).sum();
    if samples <= 2 * problem.free.len() && problem.settings.ridge == 0.0 {
        return Err(FitError::TooFew { samples, parameters: problem.free.len() });
    }
    let start = problem.start()?;
    // Fail early, with the reason, where the first start cannot be simulated.
    problem.model.simulate_all(problem.traces, &problem.parameters(&start), &[])?;

    let coarse: Vec<Trace> =
        problem.traces.iter().map(|t| t.binned((t.samples.values.len() / COARSE).max(1))).collect();
    // A start that takes longer is lost in a place where nothing changes the trace.
    let settings = Settings { patience: problem.settings.patience.min(APPROACH), ..problem.settings };
    let rough = Problem { traces: &coarse, model: problem.model, free: problem.free, settings };
    let mut found: Vec<(f64, Vec<f64>)> = (0..problem.settings.starts.max(1))
        .into_par_iter()
        .filter_map(|k| rough.minimise(problem.shaken(&start, k)))
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let best = found.first().map_or(start, |f| f.1.clone());
    let lowest = found.first().map_or(f64::INFINITY, |f| f.0);
    let agreeing = found.iter().filter(|f| f.0 <= lowest * (1.0 + AGREE)).count();
    let theta = problem.minimise(best.clone()).map_or(best, |f| f.1);
    Fit::report(problem, theta, found.len(), agreeing)
}

impl Problem<'_> {
    /// The optimiser's numbers for the start values.
    fn start(&self) -> Result<Vec<f64>, FitError> {
        self.free
            .iter()
            .map(|f| {
                let x = self.model.start[f.index];
                let outside = |low, high| FitError::Start { path: f.path.clone(), value: x, low, high };
                match f.transform {
                    Transform::Log if x < 0.0 => Err(outside(0.0, f64::INFINITY)),
                    Transform::Log => Ok(f.transform.inward(Self::begin(x))),
                    Transform::Logit { low, high } if !(low..=high).contains(&x) => Err(outside(low, high)),
                    Transform::Logit { low, high } => {
                        // On a bound the slope vanishes.
                        let margin = 1e-3 * (high - low);
                        Ok(f.transform.inward(x.clamp(low + margin, high - margin)))
                    }
                    t => Ok(t.inward(x)),
                }
            })
            .collect()
    }

    /// From nothing no logarithm leads anywhere: a small number to begin with.
    fn begin(x: f64) -> f64 {
        if x == 0.0 { 1e-3 } else { x }
    }

    /// The free parameters as the report sees them at `theta`. Where the data drove one to an end of what it may be,
    /// its logarithm or logit says nothing about its uncertainty: it is seen as it is.
    pub(super) fn seen_at(&self, theta: &[f64]) -> Vec<Free> {
        let one = |(f, &t): (&Free, &f64)| {
            let (x, start) = (f.transform.outward(t), Self::begin(self.model.start[f.index]));
            let transform = match f.transform {
                Transform::Log if x < GONE * start => {
                    Transform::Clipped { low: 0.0, high: f64::INFINITY, scale: start }
                }
                Transform::Logit { low, high } if (x - low).min(high - x) < AT_BOUND * (high - low) => {
                    Transform::Clipped { low, high, scale: 0.25 * (high - low) }
                }
                usual => usual,
            };
            Free { transform, ..f.clone() }
        };
        self.free.iter().zip(theta).map(one).collect()
    }

    /// Start number `k`: the first as it is, the others around it, by a Sobol sequence.
    fn shaken(&self, start: &[f64], k: usize) -> Vec<f64> {
        if k == 0 {
            return start.to_vec();
        }
        let seed = Stream::new(self.settings.seed, 0).bits() as u32;
        start
            .iter()
            .enumerate()
            .map(|(j, theta)| {
                let u = f64::from(sobol_burley::sample(k as u32, (j % 256) as u32, seed)) - 0.5;
                theta + u * if matches!(self.free[j].transform, Transform::Linear { .. }) { 3.0 } else { 4.0 }
            })
            .collect()
    }

    /// The model's parameter vector.
    pub(super) fn parameters(&self, theta: &[f64]) -> Vec<f64> {
        let mut p = self.model.start.clone();
        for (f, &t) in self.free.iter().zip(theta) {
            p[f.index] = f.transform.outward(t);
        }
        p
    }

    /// From one start to the minimum near it: the sum of squares and the place.
    pub(super) fn minimise(&self, theta: Vec<f64>) -> Option<(f64, Vec<f64>)> {
        let descent = Descent::new(self, theta);
        let (done, report) =
            LevenbergMarquardt::new().with_tol(1e-9).with_patience(self.settings.patience).minimize(descent);
        let objective = 2.0 * report.objective_function;
        objective.is_finite().then(|| (objective, done.theta.iter().copied().collect()))
    }

    /// Weighted residuals (model less data), before the robust loss and the pull.
    pub(super) fn residuals(&self, simulated: &[Simulated]) -> Vec<Vec<f64>> {
        let mut all: Vec<Vec<f64>> = simulated
            .iter()
            .zip(self.traces)
            .map(|(s, trace)| s.values.iter().zip(&trace.samples.values).map(|(m, d)| m - d).collect())
            .collect();
        let shapes = self.shapes(simulated);
        self.without_nuisances(&shapes, all.iter_mut().map(|r| (r.as_mut_slice(), 1, 0)).collect());
        all
    }

    /// Derivatives of the residuals by the optimiser's numbers, sweep by sweep, row-major.
    pub(super) fn slopes(&self, simulated: &[Simulated], theta: &[f64]) -> Vec<Vec<f64>> {
        let n = self.free.len();
        let scale: Vec<f64> =
            self.free.iter().zip(theta).map(|(f, &t)| f.transform.slope(f.transform.outward(t))).collect();
        let mut all: Vec<Vec<f64>> = simulated
            .iter()
            .map(|s| s.slopes.iter().enumerate().map(|(k, d)| d * scale[k % n]).collect())
            .collect();
        let shapes = self.shapes(simulated);
        for j in 0..n {
            self.without_nuisances(&shapes, all.iter_mut().map(|s| (s.as_mut_slice(), n, j)).collect());
        }
        all
    }

    /// What a rest of its own and a gain of its own do to each sweep: a constant, and the deflection.
    fn shapes(&self, simulated: &[Simulated]) -> Vec<Vec<Vec<f64>>> {
        let one = |s: &Simulated| {
            let first = s.values.first().copied().unwrap_or(0.0);
            let constant = self.settings.rests.then(|| vec![1.0; s.values.len()]);
            let deflection = self.settings.gains.then(|| s.values.iter().map(|v| v - first).collect());
            constant.into_iter().chain(deflection).collect()
        };
        simulated.iter().map(one).collect()
    }

    /// Takes out of one column of every sweep (every `stride`-th number from `at` on) what the sweeps' own rests and
    /// gains explain, but for what all sweeps have in common: that is the model's to explain.
    fn without_nuisances(&self, shapes: &[Vec<Vec<f64>>], mut columns: Vec<(&mut [f64], usize, usize)>) {
        let count = usize::from(self.settings.rests) + usize::from(self.settings.gains);
        if count == 0 {
            return;
        }
        // Least squares on one or two shapes, by sweep and over all sweeps.
        let mut sums: Vec<([f64; 3], [f64; 2])> = Vec::new();
        for ((column, shapes), trace) in columns.iter().zip(shapes).zip(self.traces) {
            let (mut normal, mut right) = ([0.0; 3], [0.0; 2]);
            for (k, n) in trace.samples.counts.iter().enumerate() {
                let x = column.0[column.1 * k + column.2];
                let (a, b) = (shapes[0][k], shapes.get(1).map_or(0.0, |s| s[k]));
                normal[0] += n * a * a;
                normal[1] += n * a * b;
                normal[2] += n * b * b;
                right[0] += n * a * x;
                right[1] += n * b * x;
            }
            sums.push((normal, right));
        }
        let solved = |normal: &[f64; 3], right: &[f64; 2]| -> [f64; 2] {
            let det = normal[0] * normal[2] - normal[1] * normal[1];
            if det > 1e-9 * normal[0] * normal[2] {
                [
                    (right[0] * normal[2] - right[1] * normal[1]) / det,
                    (right[1] * normal[0] - right[0] * normal[1]) / det,
                ]
            } else if normal[0] > 0.0 {
                [right[0] / normal[0], 0.0]
            } else {
                [0.0; 2]
            }
        };
        let add = |a: ([f64; 3], [f64; 2]), b: &([f64; 3], [f64; 2])| {
            (std::array::from_fn(|i| a.0[i] + b.0[i]), std::array::from_fn(|i| a.1[i] + b.1[i]))
        };
        let all = sums.iter().fold(([0.0; 3], [0.0; 2]), add);
        let common = solved(&all.0, &all.1);
        for ((column, shapes), (normal, right)) in columns.iter_mut().zip(shapes).zip(&sums) {
            let own = solved(normal, right);
            for k in 0..shapes[0].len() {
                let b = shapes.get(1).map_or(0.0, |s| s[k]);
                column.0[column.1 * k + column.2] -=
                    (own[0] - common[0]) * shapes[0][k] + (own[1] - common[1]) * b;
            }
        }
    }

    /// The sum of squares at `theta`, none where the model cannot be simulated.
    pub(super) fn objective(&self, theta: &[f64]) -> Option<f64> {
        let simulated = self.model.simulate_all(self.traces, &self.parameters(theta), &[]).ok()?;
        let one = |(r, t): (&Vec<f64>, &Trace)| -> f64 {
            let square = |(r, n): (&f64, &f64)| robust(*r, self.settings.robust).0.powi(2) * n;
            r.iter().zip(&t.samples.counts).map(square).sum()
        };
        Some(self.residuals(&simulated).iter().zip(self.traces).map(one).sum())
    }

    /// Indices of the free parameters.
    pub(super) fn wrt(&self) -> Vec<usize> {
        self.free.iter().map(|f| f.index).collect()
    }
}

/// Huber's loss as a residual whose square it is, and the slope of that residual.
pub(super) fn robust(r: f64, limit: Option<f64>) -> (f64, f64) {
    match limit {
        Some(d) if r.abs() > d => {
            let root = (2.0 * d * r.abs() - d * d).sqrt();
            (r.signum() * root, d / root)
        }
        _ => (r, 1.0),
    }
}

/// A problem at one place, as the optimiser wants it.
struct Descent<'p, 'a> {
    problem: &'p Problem<'a>,
    theta: DVector<f64>,
}

impl<'p, 'a> Descent<'p, 'a> {
    fn new(problem: &'p Problem<'a>, theta: Vec<f64>) -> Self {
        Descent { problem, theta: DVector::from_vec(theta) }
    }
    fn rows(&self) -> usize {
        let samples: usize = self.problem.traces.iter().map(|t| t.samples.values.len()).sum();
        samples + if self.problem.settings.ridge > 0.0 { self.theta.len() } else { 0 }
    }
}

impl LeastSquaresProblem<f64, Dyn, Dyn> for Descent<'_, '_> {
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, Dyn>;
    type ParameterStorage = Owned<f64, Dyn>;

    fn set_params(&mut self, x: &DVector<f64>) {
        self.theta.copy_from(x);
    }
    fn params(&self) -> DVector<f64> {
        self.theta.clone()
    }
    fn residuals(&self) -> Option<DVector<f64>> {
        let q = self.problem;
        let p = q.parameters(self.theta.as_slice());
        // A place that cannot be simulated is a bad place: the step is shortened.
        let Ok(simulated) = q.model.simulate_all(q.traces, &p, &[]) else {
            return Some(DVector::from_element(self.rows(), 1e6));
        };
        let mut out = Vec::with_capacity(self.rows());
        for (r, trace) in q.residuals(&simulated).iter().zip(q.traces) {
            let weighted = |(r, n): (&f64, &f64)| robust(*r, q.settings.robust).0 * n.sqrt();
            out.extend(r.iter().zip(&trace.samples.counts).map(weighted));
        }
        if q.settings.ridge > 0.0 {
            out.extend(self.theta.iter().map(|t| q.settings.ridge.sqrt() * t));
        }
        Some(DVector::from_vec(out))
    }
    fn jacobian(&self) -> Option<DMatrix<f64>> {
        let q = self.problem;
        let theta = self.theta.as_slice();
        let p = q.parameters(theta);
        let simulated = q.model.simulate_all(q.traces, &p, &q.wrt()).ok()?;
        let (residuals, slopes) = (q.residuals(&simulated), q.slopes(&simulated, theta));
        let n = theta.len();
        let mut out = DMatrix::zeros(self.rows(), n);
        let mut row = 0;
        for ((r, s), trace) in residuals.iter().zip(&slopes).zip(q.traces) {
            for (k, count) in trace.samples.counts.iter().enumerate() {
                let factor = robust(r[k], q.settings.robust).1 * count.sqrt();
                for j in 0..n {
                    out[(row, j)] = s[k * n + j] * factor;
                }
                row += 1;
            }
        }
        if q.settings.ridge > 0.0 {
            for j in 0..n {
                out[(row + j, j)] = q.settings.ridge.sqrt();
            }
        }
        Some(out)
    }
}
