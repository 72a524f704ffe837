//! What the solver asks of a one-step method. A method is one file that implements this.

use crate::field::VectorField;
use crate::options::Options;
use crate::real::Real;
use crate::solution::{MethodsUsed, Stats};

/// A one-step method with an error estimate and a continuous extension.
pub(crate) trait Stepper<R: Real> {
    /// The error estimate shrinks like h^ORDER.
    const ORDER: f64;
    /// Whether stability leaves the step free.
    const STIFF: bool;
    /// Length of the accepted step in units of the longest one for which the explicit method is stable, or
    /// `None` where that is not known. Call before [`Stepper::advance`].
    fn h_lambda(&self, h: f64, options: &Options) -> Option<f64>;
    /// Enters itself into the set of methods.
    fn name(used: &mut MethodsUsed);

    /// Makes ready at a point where the right-hand side may have jumped.
    fn restart<F: VectorField>(&mut self, field: &F, t: R, y: &[R], work: &mut [R], stats: &mut Stats);
    /// dy/dt at the start of the step, after [`Stepper::restart`] or [`Stepper::advance`].
    fn slope(&self) -> &[R];
    /// Tries a step of length `h` from (t, y). Returns whether it could be computed at all.
    fn attempt<F: VectorField>(
        &mut self,
        field: &F,
        t: R,
        h: R,
        y: &[R],
        work: &mut [R],
        stats: &mut Stats,
    ) -> bool;
    /// The state at the end of the step tried.
    fn y_new(&self) -> &[R];
    /// The estimated error of it.
    fn error(&self) -> &[R];
    /// The estimated error of the interpolant inside the step tried, where that can exceed the one at its end.
    fn error_inside(&self) -> Option<&[R]> {
        None
    }
    /// The state at t + theta h of the step tried, 0 <= theta <= 1.
    fn interpolate(&mut self, y: &[R], h: R, theta: R, out: &mut [R]);
    /// Moves to the end of the step tried, t + h = `t_new`.
    fn advance<F: VectorField>(&mut self, field: &F, t_new: R, work: &mut [R], stats: &mut Stats);
}
