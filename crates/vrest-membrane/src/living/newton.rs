//! Newton's method for the steady states of the whole cell.
//!
//! Unknowns are the [coordinates](super::coordinates); of the equations f(y) = 0 those that a conserved quantity makes
//! redundant give way to the statement that it keeps its value. Damping by the natural monotonicity test (Deuflhard,
//! Newton Methods for Nonlinear Problems, 2004).

use super::coordinates::Coordinates;
use super::laws::Law;
use crate::membrane::Membrane;
use nalgebra::DMatrix;
use vrest_ode::{Lu, VectorField, jacobian};

/// Iterations after which a start is given up.
const MOST: usize = 60;
/// The longest step: a factor of 4.5 in a concentration, or 37 mV.
const LONGEST: f64 = 1.5;
/// The shortest fraction of a step that is tried.
const SHORTEST: f64 = 1e-3;
/// A correction that no longer shrinks is rounding if it is below this.
const ROUNDING: f64 = 1e-7;
/// Places further out than this (a factor e^25 from 1 mM, 1 V) are no cells.
const FARTHEST: f64 = 40.0;

/// What is to be solved.
pub(super) struct Problem<'a> {
    pub membrane: &'a Membrane,
    pub p: &'a [f64],
    pub coordinates: &'a Coordinates,
    pub laws: &'a [Law],
    /// Of each law the magnitude of what cancels in it.
    norms: Vec<f64>,
}

/// A solution.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub u: Vec<f64>,
    pub correction: f64,
    pub condition: f64,
}

impl<'a> Problem<'a> {
    pub fn new(
        membrane: &'a Membrane,
        p: &'a [f64],
        y0: &[f64],
        coordinates: &'a Coordinates,
        laws: &'a [Law],
    ) -> Self {
        let norm = |law: &Law| law.coefficients.iter().zip(y0).map(|(l, y)| (l * y).abs()).sum();
        Problem { membrane, p, coordinates, laws, norms: laws.iter().map(norm).collect() }
    }

    /// dy/dt at `y`.
    pub fn rates(&self, y: &[f64]) -> Vec<f64> {
        let mut work = vec![0.0; self.membrane.work_len()];
        self.membrane.prepare(0.0, self.p, &mut work);
        let mut f = vec![0.0; y.len()];
        self.membrane.eval(0.0, y, &mut work, &mut f);
        f
    }

    /// The largest du/dt at `y`, 1/ms.
    pub fn relative_rate(&self, y: &[f64]) -> f64 {
        let rates = self.rates(y);
        let slopes = self.coordinates.slopes(y);
        rates.iter().zip(slopes).map(|(f, s)| (f / s).abs()).fold(0.0, f64::max)
    }

    /// The equations at `y`, those of the laws in the places of the redundant ones.
    fn residual(&self, y: &[f64]) -> Vec<f64> {
        let mut g = self.rates(y);
        for (law, norm) in self.laws.iter().zip(&self.norms) {
            let now = law.at(self.membrane, self.p, y);
            g[law.redundant] = (now - law.value) / norm;
        }
        g
    }

    /// Their derivatives in the coordinates, row-major.
    fn matrix(&self, y: &[f64]) -> Vec<f64> {
        let n = y.len();
        let slopes = self.coordinates.slopes(y);
        let mut j = jacobian(self.membrane, 0.0, y, self.p);
        for (law, norm) in self.laws.iter().zip(&self.norms) {
            let row = &mut j[law.redundant * n..][..n];
            let gradient = law.gradient(self.membrane, self.p, y);
            row.iter_mut().zip(gradient).for_each(|(x, l)| *x = l / norm);
        }
        for row in j.chunks_exact_mut(n) {
            row.iter_mut().zip(&slopes).for_each(|(x, s)| *x *= s);
        }
        j
    }
}

/// The solution that Newton's method reaches from `start`, if any.
pub(super) fn solve(problem: &Problem<'_>, start: &[f64], tolerance: f64) -> Option<Found> {
    let n = start.len();
    let mut u = start.to_vec();
    let mut lu = Lu::new(n);
    let mut before = f64::INFINITY;
    for _ in 0..MOST {
        let y = problem.coordinates.state(&u);
        let matrix = problem.matrix(&y);
        let scales: Vec<f64> =
            matrix.chunks_exact(n).map(|r| r.iter().map(|x| x.abs()).sum::<f64>()).collect();
        for i in 0..n {
            for j in 0..n {
                lu.matrix()[i * n + j] = matrix[i * n + j] / scales[i];
            }
        }
        if !lu.factor() {
            return None;
        }
        let correction = |lu: &Lu<f64>, y: &[f64]| {
            let mut step: Vec<f64> = problem.residual(y).iter().zip(&scales).map(|(g, s)| -g / s).collect();
            lu.solve(&mut step);
            step
        };
        let step = correction(&lu, &y);
        let length = norm(&step);
        if !length.is_finite() {
            return None;
        }
        let rounding = length < ROUNDING && length > 0.5 * before;
        if length <= tolerance || rounding {
            if !rounding {
                u.iter_mut().zip(&step).for_each(|(u, s)| *u += s);
            }
            return Some(Found { condition: condition(&matrix, &scales), u, correction: length });
        }
        before = length;
        let mut fraction = (LONGEST / length).min(1.0);
        loop {
            let trial: Vec<f64> = u.iter().zip(&step).map(|(u, s)| u + fraction * s).collect();
            let ahead = norm(&correction(&lu, &problem.coordinates.state(&trial)));
            // NaN fails the test too.
            if ahead <= (1.0 - 0.25 * fraction) * length {
                u = trial;
                break;
            }
            fraction *= 0.5;
            if fraction < SHORTEST {
                // Nothing is shorter: at the level of rounding that is the end, elsewhere a dead end.
                return (length < ROUNDING).then(|| Found {
                    condition: condition(&matrix, &scales),
                    u,
                    correction: length,
                });
            }
        }
        if u.iter().any(|u| u.abs() > FARTHEST) {
            return None;
        }
    }
    None
}

fn norm(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |largest: f64, x| if x.is_nan() { f64::NAN } else { largest.max(x.abs()) })
}

/// Largest over smallest singular value, rows in units of `scales`.
fn condition(matrix: &[f64], scales: &[f64]) -> f64 {
    let n = scales.len();
    let m = DMatrix::from_fn(n, n, |i, j| matrix[i * n + j] / scales[i]);
    let svd = m.try_svd(false, false, f64::EPSILON, 10_000);
    svd.map_or(f64::INFINITY, |svd| svd.singular_values.max() / svd.singular_values.min())
}
