//! What can be integrated.

use crate::dual::Dual;
use crate::real::Real;

/// dy/dt = f(t, y; p): a membrane, a learned network, or their sum.
///
/// Parameters enter in two stages. [`prepare`](VectorField::prepare) turns them, once for every smooth
/// segment of time, into whatever the right-hand side needs (Nernst potentials, temperature factors, the
/// value of a step); [`eval`](VectorField::eval) then reads that `work` at every evaluation. Each lane of a
/// lane number is one independent system with its own parameters, time and state.
///
/// `prepare` and `eval` neither allocate nor branch on a value, and are marked `#[inline(always)]` where
/// speed matters: only then do their lane loops get the vector instructions of [`Real::enter`].
pub trait VectorField: Sync {
    /// Length of the state vector `y`.
    fn n_states(&self) -> usize;
    /// Length of the parameter vector `p`.
    fn n_params(&self) -> usize;
    /// Length of the work vector that `prepare` fills and `eval` uses.
    fn work_len(&self) -> usize;

    /// Fills `work` for the smooth segment that contains the time `t_inside` (strictly inside it, so that a
    /// step is on the right side of its edge without a comparison against the edge itself).
    fn prepare<R: Real>(&self, t_inside: R, p: &[R], work: &mut [R]);

    /// Writes dy/dt at time `t` into `dy`. `work` is as `prepare` left it, or as an earlier `eval` of the
    /// same segment did: a field whose parameters move within a segment refreshes it here.
    fn eval<R: Real>(&self, t: R, y: &[R], work: &mut [R], dy: &mut [R]);

    /// Whether [`eval_second`](VectorField::eval_second) gives dy/dt and d2y/dt2 for clearly less than two evaluations. An
    /// ensemble then takes steps that make use of both.
    fn has_second_derivative(&self) -> bool {
        false
    }

    /// Writes dy/dt at time `t` into `dy` and d2y/dt2, its derivative along the solution, into `ddy`. `work` is as
    /// `prepare` left it, every number a constant, ready to be used in one with a derivative. Only called where
    /// [`has_second_derivative`](VectorField::has_second_derivative).
    fn eval_second<R: Real>(&self, t: R, y: &[R], work: &mut [Dual<R, 1>], dy: &mut [R], ddy: &mut [R]) {
        let _ = (t, y, work);
        dy.fill(R::from_f64(f64::NAN));
        ddy.fill(R::from_f64(f64::NAN));
    }

    /// Appends the times at which the right-hand side (or one of its derivatives) jumps for these
    /// parameters; unsorted and repeated times are fine. Solvers restart there.
    ///
    /// Generic, so that a time which is itself a parameter (the start of a step) carries its derivative: the
    /// solver then differentiates across the edge exactly.
    fn breakpoints<R: Real>(&self, p: &[R], out: &mut Vec<R>) {
        let _ = (p, out);
    }

    /// True where dy/dt depends on t inside a smooth segment (a ramp, a sine), so that a stiff method needs
    /// df/dt; false where every segment is autonomous.
    fn depends_on_time(&self) -> bool {
        true
    }

    /// True where f is known to be a straight line in y on every smooth segment, whatever the parameters: the solver
    /// then need not probe whether it is. Only fields of one state are asked.
    fn is_affine(&self) -> bool {
        false
    }

    /// True where an evaluation costs much more than one of a polynomial, as that of a network does. An ensemble of such
    /// fields of one state then evaluates polynomials on segments that do not depend on time. Known to the compiler, so
    /// that it makes no solvers that no field asks for.
    const COSTLY: bool = false;

    /// A distance over which a [`COSTLY`](VectorField::COSTLY) field changes little in form: half the width of the first
    /// interval that is tried for a polynomial.
    fn scale(&self) -> f64 {
        1.0
    }

    /// States that must stay positive (amounts, concentrations, volumes), by index.
    fn positive_states(&self) -> &[usize] {
        &[]
    }

    /// The name of state `i`, for messages.
    fn state_name(&self, i: usize) -> String {
        format!("y[{i}]")
    }
}
