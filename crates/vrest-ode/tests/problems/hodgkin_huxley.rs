//! The squid axon of Hodgkin & Huxley (1952) at 10 uA/cm2: fires at 68 Hz.

use super::Case;
use vrest_ode::{Real, VectorField};

/// Parameters: g_Na, g_K, g_L (mS/cm2), E_Na, E_K, E_L (mV), C (uF/cm2), I (uA/cm2). States: V, m, h, n.
pub struct HodgkinHuxley;

impl VectorField for HodgkinHuxley {
    fn n_states(&self) -> usize {
        4
    }
    fn n_params(&self) -> usize {
        8
    }
    fn work_len(&self) -> usize {
        8
    }
    #[inline(always)]
    fn prepare<R: Real>(&self, _: R, p: &[R], work: &mut [R]) {
        work.copy_from_slice(p);
        work[6] = R::one() / p[6];
    }
    #[inline(always)]
    fn eval<R: Real>(&self, _t: R, y: &[R], p: &mut [R], dy: &mut [R]) {
        let (v, m, h, n) = (y[0], y[1], y[2], y[3]);
        let a_m = ((v + 40.0) * -0.1).bernoulli();
        let b_m = ((v + 65.0) * (-1.0 / 18.0)).exp() * 4.0;
        let a_h = ((v + 65.0) * -0.05).exp() * 0.07;
        let b_h = ((v + 35.0) * 0.1).logistic();
        let a_n = ((v + 55.0) * -0.1).bernoulli() * 0.1;
        let b_n = ((v + 65.0) * -0.0125).exp() * 0.125;
        let n2 = n * n;
        let i_na = p[0] * m * m * m * h * (v - p[3]);
        let i_k = p[1] * n2 * n2 * (v - p[4]);
        let i_l = p[2] * (v - p[5]);
        dy[0] = (p[7] - i_na - i_k - i_l) * p[6];
        dy[1] = a_m * (R::one() - m) - b_m * m;
        dy[2] = a_h * (R::one() - h) - b_h * h;
        dy[3] = a_n * (R::one() - n) - b_n * n;
    }
    fn depends_on_time(&self) -> bool {
        false
    }
    fn state_name(&self, i: usize) -> String {
        ["V", "m", "h", "n"][i].into()
    }
}

pub const P: [f64; 8] = [120.0, 36.0, 0.3, 50.0, -77.0, -54.3, 1.0, 10.0];
pub const Y0: [f64; 4] = [-64.974, 0.053095, 0.595213, 0.318075];

pub fn case() -> Case<HodgkinHuxley> {
    let points = [
        (1.0, [-55.9504833185125, 0.109095456363897, 0.574759619880006, 0.331099865803808]),
        (2.0, [28.6285729523442, 0.722520026612021, 0.395691182242327, 0.443264582613222]),
        (5.0, [-75.0535761892185, 0.0214952038892506, 0.144393591679689, 0.688883552010357]),
        (10.0, [-66.667758584997, 0.0411660978987466, 0.435793264723217, 0.424072694488316]),
        (20.0, [-74.6232170406953, 0.0165336606574233, 0.169340873597434, 0.648020724260622]),
        (50.0, [-73.7069497739067, 0.0177196041429259, 0.232487419405548, 0.591284699592116]),
        (100.0, [-61.9697529033303, 0.0711270979965548, 0.458317829615052, 0.391312853585453]),
    ];
    Case {
        name: "hodgkin_huxley",
        source: "SciPy 1.17 DOP853, rtol 1e-13, atol 1e-14",
        field: HodgkinHuxley,
        p: P.to_vec(),
        y0: Y0.to_vec(),
        t0: 0.0,
        points: points.iter().map(|(t, y)| (*t, y.to_vec())).collect(),
        precision: 1e-9,
        scale: vec![10.0, 0.1, 0.1, 0.1],
        // The phase of the spikes drifts with every step's error.
        amplification: 300.0,
        stiff: false,
    }
}
