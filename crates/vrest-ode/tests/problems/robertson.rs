//! Robertson's reaction: rates over nine decades, eleven decades of time, and a conserved sum.

use super::Case;
use vrest_ode::{Real, VectorField};

/// A -> B (k1), B + B -> B + C (k3), B + C -> A + C (k2). Parameters: k1, k2, k3.
pub struct Robertson;

impl VectorField for Robertson {
    fn n_states(&self) -> usize {
        3
    }
    fn n_params(&self) -> usize {
        3
    }
    fn work_len(&self) -> usize {
        3
    }
    #[inline(always)]
    fn prepare<R: Real>(&self, _: R, p: &[R], work: &mut [R]) {
        work.copy_from_slice(p);
    }
    #[inline(always)]
    fn eval<R: Real>(&self, _: R, y: &[R], k: &mut [R], dy: &mut [R]) {
        let (r1, r2, r3) = (k[0] * y[0], k[1] * y[1] * y[2], k[2] * y[1] * y[1]);
        dy[0] = r2 - r1;
        dy[1] = r1 - r2 - r3;
        dy[2] = r3;
    }
    fn depends_on_time(&self) -> bool {
        false
    }
}

pub fn case() -> Case<Robertson> {
    let points = [
        (0.4, [0.985172113860988, 3.38639537897488e-5, 0.0147940221852218]),
        (40.0, [0.715827068719404, 9.18553476455851e-6, 0.284163745745833]),
        (4e3, [0.183202257776699, 8.94237125277548e-7, 0.816796847986177]),
        (4e5, [0.00493827452098057, 1.98499408795467e-8, 0.995061705629081]),
        (4e7, [5.20307184411954e-5, 2.08133573189212e-10, 0.999947969073431]),
        (1e11, [2.083340149701255e-8, 8.333360770334713e-14, 0.9999999791665050]),
    ];
    Case {
        name: "robertson",
        source: "SciPy 1.17 Radau at 1e-12; last point: Hairer & Wanner II, test set ROBER",
        field: Robertson,
        p: vec![0.04, 1e4, 3e7],
        y0: vec![1.0, 0.0, 0.0],
        t0: 0.0,
        points: points.iter().map(|(t, y)| (*t, y.to_vec())).collect(),
        precision: 1e-9,
        scale: vec![1e-6, 1e-12, 1.0],
        amplification: 30.0,
        stiff: true,
    }
}
