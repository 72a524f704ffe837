//! Exact Jacobians, by dual numbers: several columns for one evaluation of the right-hand side.

use crate::dual::Dual;
use crate::field::VectorField;
use crate::real::Real;

/// A number with derivatives on top of `R`: what one evaluation finds several columns of a Jacobian with.
pub trait Columns<R>: Real {
    /// How many.
    const COLUMNS: usize;
    /// `value` that nothing depends on.
    fn fixed(value: R) -> Self;
    /// `value` as the variable of column `k`.
    fn variable(value: R, k: usize) -> Self;
    /// The value.
    fn value(&self) -> R;
    /// Its derivative by the variable of column `k`.
    fn slope(&self, k: usize) -> R;
}

impl<R: Real, const N: usize> Columns<R> for Dual<R, N> {
    const COLUMNS: usize = N;
    #[inline(always)]
    fn fixed(value: R) -> Self {
        Dual::constant(value)
    }
    #[inline(always)]
    fn variable(value: R, k: usize) -> Self {
        Dual::variable(value, k)
    }
    #[inline(always)]
    fn value(&self) -> R {
        self.re
    }
    #[inline(always)]
    fn slope(&self, k: usize) -> R {
        self.eps[k]
    }
}

/// Room for Jacobians of one field.
#[derive(Debug, Clone)]
pub(crate) struct JacobianBuffers<R: Real> {
    y: Vec<R::Columns>,
    dy: Vec<R::Columns>,
    work: Vec<R::Columns>,
}

impl<R: Real> JacobianBuffers<R> {
    pub(crate) fn new<F: VectorField>(field: &F) -> Self {
        let zeros = |n| vec![R::Columns::fixed(R::zero()); n];
        JacobianBuffers {
            y: zeros(field.n_states()),
            dy: zeros(field.n_states()),
            work: zeros(field.work_len()),
        }
    }

    /// Writes f(t, y) into `f`, df/dy row-major into `jacobian` and, where asked for, df/dt.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "inputs and outputs of a kernel, one by one")]
    pub(crate) fn evaluate<F: VectorField>(
        &mut self,
        field: &F,
        t: R,
        y: &[R],
        work: &[R],
        f: &mut [R],
        jacobian: &mut [R],
        mut dfdt: Option<&mut [R]>,
    ) {
        let n = y.len();
        // Variable number n is the time.
        let variables = n + usize::from(dfdt.is_some());
        let end = |first: usize| first + R::Columns::COLUMNS;
        for first in (0..variables.max(1)).step_by(R::Columns::COLUMNS) {
            for (d, &w) in self.work.iter_mut().zip(work) {
                *d = R::Columns::fixed(w);
            }
            for i in 0..n {
                let seeded = i >= first && i < end(first);
                self.y[i] =
                    if seeded { R::Columns::variable(y[i], i - first) } else { R::Columns::fixed(y[i]) };
            }
            let time_here = n >= first && n < end(first) && dfdt.is_some();
            let time = if time_here { R::Columns::variable(t, n - first) } else { R::Columns::fixed(t) };
            field.eval(time, &self.y, &mut self.work, &mut self.dy);
            for i in 0..n {
                for j in first..n.min(end(first)) {
                    jacobian[i * n + j] = self.dy[i].slope(j - first);
                }
                if let (true, Some(out)) = (time_here, dfdt.as_deref_mut()) {
                    out[i] = self.dy[i].slope(n - first);
                }
                f[i] = self.dy[i].value();
            }
        }
    }
}

/// df/dy at (t, y) for the parameters `p`, row-major: entry `i * n_states + j` is d f_i / d y_j.
///
/// `t` must lie inside a smooth segment, not on one of its edges.
pub fn jacobian<F: VectorField>(field: &F, t: f64, y: &[f64], p: &[f64]) -> Vec<f64> {
    let n = field.n_states();
    let mut work = vec![0.0; field.work_len()];
    field.prepare(t, p, &mut work);
    let (mut f, mut j) = (vec![0.0; n], vec![0.0; n * n]);
    JacobianBuffers::new(field).evaluate(field, t, y, &work, &mut f, &mut j, None);
    j
}
