//! Exact derivatives of a trajectory with respect to parameters (and, through them, anything else).
//!
//! Discretise, then differentiate: the solver itself runs on dual numbers. Steps are chosen by the plain
//! values, which are the same bits as in [`crate::solve()`]; the derivatives are those of the numerical
//! solution, exact to rounding, for every method, across breakpoints, and also where a breakpoint depends on
//! a parameter. Several parameters share one pass.

use crate::check;
use crate::dual::Dual;
use crate::error::SolveError;
use crate::field::VectorField;
use crate::options::{Options, Output};
use crate::real::Real;
use crate::solution::Solution;
use crate::solve::integrate;

/// A trajectory with its derivatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivities {
    /// The trajectory, as [`crate::solve()`] gives it.
    pub solution: Solution,
    /// d y / d p, times x states x parameters asked for, row-major.
    pub dy_dp: Vec<f64>,
    /// Number of parameters asked for.
    pub n_wrt: usize,
}

impl Sensitivities {
    /// d y_i(t_k) / d p for the parameters asked for.
    pub fn row(&self, k: usize, i: usize) -> &[f64] {
        let start = (k * self.solution.n_states + i) * self.n_wrt;
        &self.dy_dp[start..start + self.n_wrt]
    }
}

/// Solves as [`crate::solve()`] does, and differentiates with respect to the parameters with the indices `wrt`.
///
/// `dy0_dp` (states x `wrt`, row-major) is the derivative of the initial state; `None` when that does not
/// depend on the parameters. For a start at rest it is [`crate::steady_sensitivity`].
///
/// # Errors
/// Those of [`crate::solve()`], and [`SolveError::Gradient`] where a derivative is not finite.
#[allow(clippy::too_many_arguments, reason = "those of `solve`, and what to differentiate by")]
pub fn sensitivities<F: VectorField>(
    field: &F,
    p: &[f64],
    wrt: &[usize],
    y0: &[f64],
    dy0_dp: Option<&[f64]>,
    t0: f64,
    t1: f64,
    output: Output,
    options: &Options,
) -> Result<Sensitivities, SolveError> {
    check::arguments(field, p, y0, t0, t1, output, options)?;
    if let Some(d) = dy0_dp {
        check::length("dy0_dp", y0.len() * wrt.len(), d.len())?;
    }
    if let Some(&k) = wrt.iter().find(|&&k| k >= p.len()) {
        return Err(SolveError::Setting {
            what: "wrt",
            value: k as f64,
            allowed: "a parameter index must be below the number of parameters",
        });
    }
    let mut all = Sensitivities {
        solution: Solution { t: Vec::new(), y: Vec::new(), n_states: y0.len(), stats: Default::default() },
        dy_dp: Vec::new(),
        n_wrt: wrt.len(),
    };
    let problem = Problem { field, p, wrt, y0, dy0_dp, t0, t1, output, options };
    let mut first = 0;
    loop {
        first += problem.pass::<TOGETHER>(first, &mut all)?;
        if first >= wrt.len() {
            return Ok(all);
        }
    }
}

/// Derivatives that share one pass. The values cost as much as three of them, so that a pass that is half empty is
/// cheaper than a second one; a second size of pass would make the program a good deal slower to build.
const TOGETHER: usize = 12;

struct Problem<'a, F> {
    field: &'a F,
    p: &'a [f64],
    wrt: &'a [usize],
    y0: &'a [f64],
    dy0_dp: Option<&'a [f64]>,
    t0: f64,
    t1: f64,
    output: Output<'a>,
    options: &'a Options<'a>,
}

impl<F: VectorField> Problem<'_, F> {
    /// Solves with the parameters `wrt[first..first + N]` (as many as there are) as variables and enters the
    /// result into `all`. Returns N.
    fn pass<const N: usize>(&self, first: usize, all: &mut Sensitivities) -> Result<usize, SolveError> {
        let n_wrt = self.wrt.len();
        let here = first..n_wrt.min(first + N);
        let mut p: Vec<Dual<f64, N>> = self.p.iter().map(|&v| Dual::constant(v)).collect();
        let mut y0: Vec<Dual<f64, N>> = self.y0.iter().map(|&v| Dual::constant(v)).collect();
        for j in here.clone() {
            p[self.wrt[j]].eps[j - first] = 1.0;
            for i in 0..y0.len() {
                y0[i].eps[j - first] = self.dy0_dp.map_or(0.0, |d| d[i * n_wrt + j]);
            }
        }
        let (mut run, stats) = Dual::<f64, N>::enter(
            #[inline(always)]
            || integrate(self.field, &p, &y0, self.t0, self.t1, self.output, self.options),
        )?;
        if first == 0 {
            all.solution.y = run.y.iter().map(|d| d.re).collect();
            all.solution.t = run.times();
            all.solution.stats = stats;
            all.dy_dp = vec![0.0; run.y.len() * n_wrt];
        }
        for (k, value) in run.y.iter().enumerate() {
            for j in here.clone() {
                let derivative = value.eps[j - first];
                if !derivative.is_finite() {
                    let n = self.y0.len();
                    let state = self.field.state_name(k % n);
                    return Err(SolveError::Gradient {
                        state,
                        parameter: self.wrt[j],
                        t: all.solution.t[k / n],
                    });
                }
                all.dy_dp[k * n_wrt + j] = derivative;
            }
        }
        Ok(N)
    }
}
