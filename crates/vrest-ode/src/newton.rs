//! Steady states: f(t, y; p) = 0 by damped Newton iteration with the exact Jacobian, and their derivatives
//! with respect to parameters by the implicit function theorem.

use crate::check;
use crate::dual::Dual;
use crate::error::SolveError;
use crate::field::VectorField;
use crate::jacobian::JacobianBuffers;
use crate::lu::Lu;
use crate::options::Options;

/// Iterations after which a start is given up: from a fair start Newton needs about five.
const MAX_ITERATIONS: usize = 100;
/// The shortest fraction of a Newton step that is tried.
const SHORTEST: f64 = 1e-4;

/// Why no steady state was found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NewtonError {
    /// An argument does not fit.
    #[error(transparent)]
    Argument(#[from] SolveError),
    /// df/dy has no inverse: a conserved quantity, or a state that nothing acts on.
    #[error("the Jacobian is singular or not finite after {iterations} Newton iterations")]
    Singular {
        /// Iterations done.
        iterations: usize,
    },
    /// No fraction of the step brings the state closer, or too many iterations.
    #[error(
        "no steady state near the start: `{state}` still moves by {change:.3e} after {iterations} iterations"
    )]
    NoConvergence {
        /// Iterations done.
        iterations: usize,
        /// The state with the largest step.
        state: String,
        /// Its last Newton step.
        change: f64,
    },
}

/// A state at which nothing changes.
#[derive(Debug, Clone, PartialEq)]
pub struct SteadyState {
    /// The state.
    pub y: Vec<f64>,
    /// f there: rounding.
    pub residual: Vec<f64>,
    /// Newton iterations.
    pub iterations: usize,
}

/// Finds the steady state of the segment around `t` that Newton's method reaches from `start`, stable or not,
/// to the tolerances of `options`.
///
/// The step is damped by the natural monotonicity test (Deuflhard, Newton Methods for Nonlinear Problems,
/// 2004): the next correction with the same Jacobian must be shorter. States that must stay positive do.
///
/// # Errors
/// See [`NewtonError`].
pub fn newton<F: VectorField>(
    field: &F,
    t: f64,
    start: &[f64],
    p: &[f64],
    options: &Options,
) -> Result<SteadyState, NewtonError> {
    let n = field.n_states();
    check::length("p", field.n_params(), p.len())?;
    check::length("start", n, start.len())?;
    check::settings(field, t, t, options)?;
    check::initial_state(field, start)?;

    let mut work = vec![0.0; field.work_len()];
    field.prepare(t, p, &mut work);
    let mut buffers = JacobianBuffers::new(field);
    let mut lu = Lu::new(n);
    let mut y = start.to_vec();
    let (mut f, mut trial) = (vec![0.0; n], vec![0.0; n]);
    let mut step = vec![0.0; n];
    let in_tolerances = |v: &[f64], y: &[f64]| crate::control::scaled_norm(v, y, y, options);
    for iterations in 0..MAX_ITERATIONS {
        buffers.evaluate(field, t, &y, &work, &mut f, lu.matrix(), None);
        if !lu.factor() {
            return Err(NewtonError::Singular { iterations });
        }
        step.iter_mut().zip(&f).for_each(|(s, f)| *s = -f);
        lu.solve(&mut step);
        let length = in_tolerances(&step, &y);
        if length <= 1.0 {
            y.iter_mut().zip(&step).for_each(|(y, s)| *y += s);
            field.eval(t, &y, &mut work, &mut f);
            return Ok(SteadyState { y, residual: f, iterations: iterations + 1 });
        }
        let mut fraction = longest_positive(field, &y, &step);
        loop {
            for i in 0..n {
                trial[i] = y[i] + fraction * step[i];
            }
            field.eval(t, &trial, &mut work, &mut f);
            lu.solve(&mut f);
            // NaN fails the test too.
            if in_tolerances(&f, &y) <= (1.0 - 0.25 * fraction) * length {
                break;
            }
            fraction *= 0.5;
            if fraction < SHORTEST {
                return Err(no_convergence(field, &step, &y, options, iterations));
            }
        }
        y.copy_from_slice(&trial);
    }
    Err(no_convergence(field, &step, &y, options, MAX_ITERATIONS))
}

/// The whole step, or the part of it that leaves a tenth of every state that must stay positive.
fn longest_positive<F: VectorField>(field: &F, y: &[f64], step: &[f64]) -> f64 {
    let limits = field.positive_states().iter().filter(|&&i| step[i] < 0.0).map(|&i| -0.9 * y[i] / step[i]);
    limits.fold(1.0, f64::min)
}

fn no_convergence<F: VectorField>(
    field: &F,
    step: &[f64],
    y: &[f64],
    options: &Options,
    iterations: usize,
) -> NewtonError {
    let i = crate::control::worst_state(step, y, options);
    NewtonError::NoConvergence { iterations, state: field.state_name(i), change: step[i] }
}

/// dy/dp at a steady state `y`, row-major states x `wrt`: -(df/dy)^-1 df/dp. What a trajectory that starts at
/// rest needs as its initial sensitivity.
///
/// # Errors
/// [`NewtonError::Singular`] where the steady state is not isolated.
pub fn steady_sensitivity<F: VectorField>(
    field: &F,
    t: f64,
    y: &[f64],
    p: &[f64],
    wrt: &[usize],
) -> Result<Vec<f64>, NewtonError> {
    let n = field.n_states();
    check::length("p", field.n_params(), p.len())?;
    check::length("y", n, y.len())?;
    let mut lu = Lu::new(n);
    lu.matrix().copy_from_slice(&crate::jacobian::jacobian(field, t, y, p));
    if !lu.factor() {
        return Err(NewtonError::Singular { iterations: 0 });
    }
    let constant = |x: &[f64]| x.iter().map(|&v| Dual::<f64, 1>::constant(v)).collect::<Vec<_>>();
    let y = constant(y);
    let (mut work, mut dy) = (constant(&vec![0.0; field.work_len()]), y.clone());
    let mut out = vec![0.0; n * wrt.len()];
    for (j, &parameter) in wrt.iter().enumerate() {
        let mut p = constant(p);
        p[parameter].eps[0] = 1.0;
        field.prepare(Dual::constant(t), &p, &mut work);
        field.eval(Dual::constant(t), &y, &mut work, &mut dy);
        let mut column: Vec<f64> = dy.iter().map(|d| -d.eps[0]).collect();
        lu.solve(&mut column);
        for i in 0..n {
            out[i * wrt.len() + j] = column[i];
        }
    }
    Ok(out)
}
