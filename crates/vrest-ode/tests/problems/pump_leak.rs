//! The pump-leak neuron of Dusterwald et al. (2018) after its pump stops: a membrane of milliseconds, water
//! of seconds, ions of tens of minutes.

use super::Case;
use vrest_ode::{Real, VectorField};

/// States: V (mV), amounts of Na, K, Cl per initial volume (mM), volume relative to the initial one.
/// Parameter: pump rate (uA/cm2 at equal sodium concentrations). Time in ms.
pub struct PumpLeak;

impl VectorField for PumpLeak {
    fn n_states(&self) -> usize {
        5
    }
    fn n_params(&self) -> usize {
        1
    }
    fn work_len(&self) -> usize {
        1
    }
    #[inline(always)]
    fn prepare<R: Real>(&self, _: R, p: &[R], work: &mut [R]) {
        work[0] = p[0];
    }
    #[inline(always)]
    fn eval<R: Real>(&self, _: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        const RT_F: f64 = 26.725;
        // mM/ms per uA/cm2, and volumes/ms per mM, for an area of 0.4 per um of volume.
        const FLUX: f64 = 10.0 / 96485.0 * 0.4;
        const WATER: f64 = 0.018 * 0.0015 * 0.4e5 * 1e-6;
        let (na_o, k_o, cl_o, fixed) = (145.0, 3.5, 119.0, 154.957);
        let v = y[0];
        let per_volume = R::one() / y[4];
        let (na, k, cl, x) = (y[1] * per_volume, y[2] * per_volume, y[3] * per_volume, per_volume * fixed);
        let e_na = -(na * (1.0 / na_o)).ln() * RT_F;
        let e_k = -(k * (1.0 / k_o)).ln() * RT_F;
        let e_cl = (cl * (1.0 / cl_o)).ln() * RT_F;
        let ratio = na * (1.0 / na_o);
        let pump = work[0] * ratio * ratio * ratio;
        let (i_na, i_k, i_cl) = ((v - e_na) * 0.02, (v - e_k) * 0.07, (v - e_cl) * 0.02);
        let kcc = (e_k - e_cl) * 0.02;
        dy[0] = (i_na + i_k + i_cl + pump) * -0.5;
        dy[1] = (i_na + pump * 3.0) * -FLUX;
        dy[2] = (i_k - pump * 2.0 - kcc) * -FLUX;
        dy[3] = (i_cl + kcc) * FLUX;
        dy[4] = (na + k + cl + x - 297.0) * WATER;
    }
    fn depends_on_time(&self) -> bool {
        false
    }
    fn positive_states(&self) -> &[usize] {
        &[1, 2, 3, 4]
    }
    fn state_name(&self, i: usize) -> String {
        ["V", "Na", "K", "Cl", "volume"][i].into()
    }
}

pub fn case() -> Case<PumpLeak> {
    let points = [
        (1e2, [-64.4382948119322, 14.0123418286665, 122.867189573249, 5.16525561561206, 1.00000011018167]),
        (1e4, [-64.550354056984, 15.0463666156326, 121.897868019519, 5.22996814017784, 1.00031216482381]),
        (6e5, [-61.3753910009377, 63.8540617931582, 75.379734470975, 7.51926651886734, 1.0157627836046]),
        (1.2e6, [-51.6017905008581, 100.028011727545, 43.0169891509413, 11.3296607605823, 1.04133474814271]),
        (3.6e6, [-18.8547648164798, 171.298856208033, 10.2550246815111, 49.8358255702564, 1.30037788038301]),
    ];
    Case {
        name: "pump_leak",
        source: "SciPy 1.17 Radau, rtol 1e-12, atol 1e-13",
        field: PumpLeak,
        p: vec![0.0],
        y0: vec![-72.5887, 14.0017, 122.8766, 5.1647, 1.0],
        t0: 0.0,
        points: points.iter().map(|(t, y)| (*t, y.to_vec())).collect(),
        precision: 1e-9,
        scale: vec![10.0, 10.0, 10.0, 1.0, 1.0],
        amplification: 10.0,
        stiff: true,
    }
}
