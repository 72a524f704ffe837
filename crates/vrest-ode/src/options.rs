//! What the caller decides about a solve: tolerances, method, limits and which times come back.

use std::sync::atomic::AtomicBool;

/// Absolute error allowed per step, in the unit of each state.
#[derive(Debug, Clone, PartialEq)]
pub enum Tolerance {
    /// The same number for every state.
    Scalar(f64),
    /// One number a state.
    PerState(Vec<f64>),
}

impl Tolerance {
    /// The tolerance of state `i`.
    #[inline(always)]
    pub fn of(&self, i: usize) -> f64 {
        match self {
            Tolerance::Scalar(a) => *a,
            Tolerance::PerState(a) => a[i],
        }
    }
}

/// Which stepper to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Exact exponential where a segment is affine in its one state; else explicit steps, which give way to
    /// the stiff method while stability and not accuracy limits them. In an ensemble they are of a two-derivative method of
    /// order 6 where the field has a cheap second derivative, elsewhere Tsit5.
    #[default]
    Auto,
    /// Tsit5: an explicit Runge-Kutta pair of order 5(4).
    Explicit,
    /// Rodas5P: an L-stable Rosenbrock method of order 5(4) with the exact Jacobian.
    Stiff,
}

/// Which times come back.
#[derive(Debug, Clone, Copy)]
pub enum Output<'a> {
    /// These times (ascending, within the span; either end and breakpoints included), by dense output.
    At(&'a [f64]),
    /// The initial time and the end of every step.
    EveryStep,
}

/// Settings of a solve.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// Relative error allowed per step (dimensionless).
    pub rtol: f64,
    /// Absolute error allowed per step (unit of each state).
    pub atol: Tolerance,
    /// Stepper.
    pub method: Method,
    /// Steps, accepted and rejected together, after which the solve gives up.
    pub max_steps: usize,
    /// Longest step (unit of time).
    pub h_max: f64,
    /// When set to true by another thread, the solve ends with [`crate::SolveError::Cancelled`].
    pub cancel: Option<&'a AtomicBool>,
}

impl Default for Options<'_> {
    /// rtol 1e-6, atol 1e-8, automatic method, a million steps, no longest step.
    fn default() -> Self {
        Options {
            rtol: 1e-6,
            atol: Tolerance::Scalar(1e-8),
            method: Method::Auto,
            max_steps: 1_000_000,
            h_max: f64::INFINITY,
            cancel: None,
        }
    }
}

impl Options<'_> {
    /// The default settings with one relative and one absolute tolerance.
    pub fn with_tolerance(rtol: f64, atol: f64) -> Self {
        Options { rtol, atol: Tolerance::Scalar(atol), ..Options::default() }
    }
}
