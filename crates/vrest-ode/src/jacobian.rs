//! Exact Jacobians, by dual numbers: several columns for one evaluation of the right-hand side.

use crate::dual::Dual;
use crate::field::VectorField;
use crate::real::Real;

/// Columns per evaluation.
const CHUNK: usize = 4;

/// Room for Jacobians of one field.
#[derive(Debug, Clone)]
pub(crate) struct JacobianBuffers<R> {
    y: Vec<Dual<R, CHUNK>>,
    dy: Vec<Dual<R, CHUNK>>,
    work: Vec<Dual<R, CHUNK>>,
}

impl<R: Real> JacobianBuffers<R> {
    pub(crate) fn new<F: VectorField>(field: &F) -> Self {
        let zeros = |n| vec![Dual::constant(R::zero()); n];
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
        for first in (0..variables.max(1)).step_by(CHUNK) {
            for (d, &w) in self.work.iter_mut().zip(work) {
                *d = Dual::constant(w);
            }
            for i in 0..n {
                let seeded = i >= first && i < first + CHUNK;
                self.y[i] = if seeded { Dual::variable(y[i], i - first) } else { Dual::constant(y[i]) };
            }
            let time_here = n >= first && n < first + CHUNK && dfdt.is_some();
            let time = if time_here { Dual::variable(t, n - first) } else { Dual::constant(t) };
            field.eval(time, &self.y, &mut self.work, &mut self.dy);
            for i in 0..n {
                for j in first..n.min(first + CHUNK) {
                    jacobian[i * n + j] = self.dy[i].eps[j - first];
                }
                if let (true, Some(out)) = (time_here, dfdt.as_deref_mut()) {
                    out[i] = self.dy[i].eps[n - first];
                }
                f[i] = self.dy[i].re;
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
