//! Van der Pol's oscillator in Lienard time with eps = 1e-6: slow drift, then jumps within microseconds.

use super::Case;
use vrest_ode::{Real, VectorField};

/// y1' = y2, y2' = ((1 - y1^2) y2 - y1)/eps. Parameter: eps.
pub struct VanDerPol;

impl VectorField for VanDerPol {
    fn n_states(&self) -> usize {
        2
    }
    fn n_params(&self) -> usize {
        1
    }
    fn work_len(&self) -> usize {
        1
    }
    #[inline(always)]
    fn prepare<R: Real>(&self, _: R, p: &[R], work: &mut [R]) {
        work[0] = R::one() / p[0];
    }
    #[inline(always)]
    fn eval<R: Real>(&self, _: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        dy[0] = y[1];
        dy[1] = ((R::one() - y[0] * y[0]) * y[1] - y[0]) * work[0];
    }
    fn depends_on_time(&self) -> bool {
        false
    }
}

pub fn case() -> Case<VanDerPol> {
    Case {
        name: "van_der_pol",
        source: "SciPy 1.17 Radau, rtol 1e-11, atol 1e-12",
        field: VanDerPol,
        p: vec![1e-6],
        y0: vec![2.0, -0.66],
        t0: 0.0,
        points: vec![
            (1.0, vec![-1.863646006139, 0.753543268395841]),
            (2.0, vec![1.70616743754312, -0.892810016551183]),
        ],
        precision: 1e-10,
        scale: vec![1.0, 1.0],
        amplification: 30.0,
        stiff: true,
    }
}
