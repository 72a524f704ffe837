//! What a solve returns: the values asked for and what they cost.

use std::fmt;

/// Work done by a solve, in counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// The steppers that produced the result.
    pub method: MethodsUsed,
    /// Accepted steps (an exponential segment counts as one).
    pub steps: usize,
    /// Rejected steps.
    pub rejected: usize,
    /// Evaluations of the right-hand side, without those for Jacobians.
    pub evals: usize,
    /// Jacobians (and df/dt with them).
    pub jacobians: usize,
    /// LU factorisations.
    pub factorisations: usize,
    /// Changes between the explicit and the stiff stepper.
    pub switches: usize,
}

/// The set of steppers that took part; displays as `tsit5`, `tdrk6`, `rodas5p`, `exponential`, or several with `+`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MethodsUsed {
    /// Exact propagation of an affine segment.
    pub exponential: bool,
    /// Explicit Runge-Kutta.
    pub tsit5: bool,
    /// Explicit Runge-Kutta with second derivatives.
    pub tdrk6: bool,
    /// L-stable Rosenbrock.
    pub rodas5p: bool,
}

impl fmt::Display for MethodsUsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = [
            (self.exponential, "exponential"),
            (self.tsit5, "tsit5"),
            (self.tdrk6, "tdrk6"),
            (self.rodas5p, "rodas5p"),
        ];
        let mut separator = "";
        for (_, name) in used.iter().filter(|(yes, _)| *yes) {
            write!(f, "{separator}{name}")?;
            separator = "+";
        }
        Ok(())
    }
}

/// A trajectory at the times asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// Times.
    pub t: Vec<f64>,
    /// States, row-major: `y[k * n_states + i]` is state `i` at `t[k]`.
    pub y: Vec<f64>,
    /// Length of a row.
    pub n_states: usize,
    /// What it cost.
    pub stats: Stats,
}

impl Solution {
    /// All states at output time `k`.
    pub fn row(&self, k: usize) -> &[f64] {
        &self.y[k * self.n_states..(k + 1) * self.n_states]
    }
    /// State `i` over all output times.
    pub fn state(&self, i: usize) -> impl ExactSizeIterator<Item = f64> + '_ {
        self.y.iter().skip(i).step_by(self.n_states).copied()
    }
}
