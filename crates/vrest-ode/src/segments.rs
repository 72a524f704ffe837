//! The smooth pieces of a span: the solver restarts at every edge, so that no step straddles a jump.

use crate::field::VectorField;
use crate::real::Real;

/// Edges closer together than this part of the largest time are one edge: no step could fit between.
const MERGE: f64 = 64.0 * f64::EPSILON;

/// Start, inner breakpoints in ascending order, and end of the span. An edge that depends on a parameter
/// keeps its derivatives.
pub(crate) fn edges<F: VectorField, R: Real>(field: &F, p: &[R], t0: f64, t1: f64) -> Vec<R> {
    let mut inner = Vec::new();
    field.breakpoints(p, &mut inner);
    inner.retain(|t| t.first() > t0 && t.first() < t1);
    inner.sort_by(|a, b| a.first().total_cmp(&b.first()));
    let near = |a: f64, b: f64| b - a <= MERGE * t0.abs().max(t1.abs());
    let mut edges = vec![R::from_f64(t0)];
    let mut last = t0;
    for t in inner {
        if !near(last, t.first()) && !near(t.first(), t1) {
            last = t.first();
            edges.push(t);
        }
    }
    edges.push(R::from_f64(t1));
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Pulses(Vec<f64>);
    impl VectorField for Pulses {
        fn n_states(&self) -> usize {
            1
        }
        fn n_params(&self) -> usize {
            0
        }
        fn work_len(&self) -> usize {
            0
        }
        fn prepare<R: Real>(&self, _: R, _: &[R], _: &mut [R]) {}
        fn eval<R: Real>(&self, _: R, _: &[R], _: &mut [R], dy: &mut [R]) {
            dy[0] = R::zero();
        }
        fn breakpoints<R: Real>(&self, _: &[R], out: &mut Vec<R>) {
            out.extend(self.0.iter().map(|&t| R::from_f64(t)));
        }
    }

    #[test]
    fn edges_ascend_once_each_and_stay_inside_the_span() {
        let field =
            Pulses(vec![30.0, f64::NAN, -1.0, 0.0, 10.0, 30.0 * (1.0 + 1e-16), 10.0, 50.0, 70.0, 1e-17]);
        assert_eq!(edges::<_, f64>(&field, &[], 0.0, 50.0), [0.0, 10.0, 30.0, 50.0]);
    }
}
