//! B3: one stiff cell, milliseconds of voltage beside an hour of ions.

use vrest_ode::{Options, Output, Real, Solution, VectorField, solve};

use crate::error::BenchError;
use crate::exchange::{Array, Arrays, Inputs, Reply, Run};
use crate::measure::measure;
use crate::task::{About, Side, Target, Task, Unit, ours, peer};

/// The pump-leak cell of Dusterwald et al. 2018 with its pump blocked.
pub struct StiffCell;

/// V (mV), Na, K, Cl (mM of the initial volume), relative volume: rest with the pump running.
const START: [f64; 5] = [-72.5887, 14.0017, 122.8766, 5.1647, 1.0];
/// What a difference of 1 in each state weighs, so that the error is in mV, mM and percent of volume.
const WEIGHTS: [f64; 5] = [1.0, 1.0, 1.0, 1.0, 100.0];

impl Task for StiffCell {
    fn about(&self) -> About {
        About {
            id: "B3",
            title: "one stiff cell",
            work: "The pump-leak cell of Dusterwald et al. 2018 (V, Na, K, Cl, volume), pump blocked at t = 0, one hour, \
                   361 outputs, rtol 1e-6, atol 1e-8. The error is the largest distance from SciPy's Radau at rtol \
                   1e-12 over all states and times (mV, mM, percent of volume).",
            item: "solve",
            unit: Unit::Milliseconds,
            error: "error, mV",
            targets: vec![Target::new("cvode", 8.0, 15.0), Target::new("diffrax", 12.0, 25.0)],
        }
    }

    fn sides(&self) -> Vec<Side> {
        let [one, _] = ours(0.01);
        vec![
            one,
            peer("lsoda", "SciPy LSODA", ("b3_python.py", "LSODA"), 0.01),
            peer("cvode", "SUNDIALS CVODE, Python right-hand side", ("b3_python.py", "cvode"), 0.01),
            peer("diffrax", "diffrax Kvaerno5", ("b3_diffrax.py", ""), 0.01),
        ]
    }

    fn inputs(&self, quick: bool) -> Result<Inputs, BenchError> {
        let faraday = 96485.0;
        let area_per_volume = 0.4;
        // v_w p_w (A/w), per ms and mM: 0.018 dm3/mol, 0.0015 dm/s, 0.4e5 /dm.
        let volume_rate = 0.018 * 0.0015 * (1e5 * area_per_volume) * 1e-6;
        Ok(Inputs::default()
            .set("repetitions", if quick { 5 } else { 20 })
            .set("budget_s", if quick { 2.0 } else { 20.0 })
            .set("rtols", vec![1e-6])
            .set("rt_over_f", 26.725)
            .set("g_na", 0.02)
            .set("g_k", 0.07)
            .set("g_cl", 0.02)
            .set("g_kcc2", 0.02)
            .set("capacitance", 2.0)
            .set("na_o", 145.0)
            .set("k_o", 3.5)
            .set("cl_o", 119.0)
            .set("osmolarity_out", 297.0)
            .set("n_x", 154.957)
            .set("mM_ms_per_uA_cm2", 10.0 / faraday * area_per_volume)
            .set("volume_per_ms_mM", volume_rate)
            .array("start", &[5], START.to_vec())
            .array("times", &[361], (0..361).map(|k| 1e4 * k as f64).collect()))
    }

    fn reference(&self) -> Option<(&'static str, &'static str)> {
        Some(("b3_python.py", "reference"))
    }

    fn error(&self, _: &Inputs, reference: Option<&Run>, run: &Run) -> f64 {
        let (Some(reference), Some(y)) = (reference, run.arrays.get("y")) else { return f64::INFINITY };
        let exact = &reference.arrays["y"];
        if exact.shape != y.shape {
            return f64::INFINITY;
        }
        let distance = |(i, (a, b)): (usize, (&f64, &f64))| WEIGHTS[i % 5] * (a - b).abs();
        let worst = |a: f64, b: f64| if b.is_nan() { f64::INFINITY } else { a.max(b) };
        exact.data.iter().zip(&y.data).enumerate().map(distance).fold(0.0, worst)
    }

    fn sweep(&self) -> &'static [f64] {
        &[1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9]
    }

    fn ours(&self, inputs: &Inputs) -> Result<Reply, BenchError> {
        let field = PumpLeak;
        let p: Vec<f64> = PARAMETERS.iter().map(|name| inputs.number(name)).collect();
        let (start, times) = (&inputs.arrays["start"].data, &inputs.arrays["times"].data);
        let end = times[times.len() - 1];
        let mut runs = Vec::new();
        for rtol in inputs.rtols() {
            let options = Options::with_tolerance(rtol, 1e-2 * rtol);
            let solve =
                || solve(&field, &p, start, 0.0, end, Output::At(times), &options).map_err(BenchError::ours);
            let outputs = |s: Solution| Arrays::from([("y".into(), Array::new(&[times.len(), 5], s.y))]);
            runs.push(measure(inputs, 1, Some(rtol), solve, outputs)?);
        }
        Ok(Reply { runs, ..Reply::default() })
    }
}

/// The settings that are parameters of the field, in the order of the parameter vector.
const PARAMETERS: [&str; 13] = [
    "g_na",
    "g_k",
    "g_cl",
    "g_kcc2",
    "capacitance",
    "na_o",
    "k_o",
    "cl_o",
    "osmolarity_out",
    "n_x",
    "rt_over_f",
    "mM_ms_per_uA_cm2",
    "volume_per_ms_mM",
];

/// The same equations as `peers/pump_leak.py`.
struct PumpLeak;

impl VectorField for PumpLeak {
    fn n_states(&self) -> usize {
        5
    }
    fn n_params(&self) -> usize {
        PARAMETERS.len()
    }
    fn work_len(&self) -> usize {
        PARAMETERS.len()
    }
    #[inline(always)]
    fn prepare<R: Real>(&self, _: R, p: &[R], work: &mut [R]) {
        work.copy_from_slice(p);
    }
    #[inline(always)]
    fn eval<R: Real>(&self, _: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        let &mut [g_na, g_k, g_cl, g_kcc2, c, na_o, k_o, cl_o, out, n_x, rt_f, per_current, per_mm] = work
        else {
            unreachable!("`prepare` fills all of `work`")
        };
        let (v, w) = (y[0], y[4]);
        let (na, k, cl) = (y[1] / w, y[2] / w, y[3] / w);
        let (e_na, e_k, e_cl) = (rt_f * (na_o / na).ln(), rt_f * (k_o / k).ln(), rt_f * (cl / cl_o).ln());
        let (i_na, i_k, i_cl) = (g_na * (v - e_na), g_k * (v - e_k), g_cl * (v - e_cl));
        let kcc2 = g_kcc2 * (e_k - e_cl);
        dy[0] = -(i_na + i_k + i_cl) / c;
        dy[1] = -per_current * i_na;
        dy[2] = -per_current * (i_k - kcc2);
        dy[3] = per_current * (i_cl + kcc2);
        dy[4] = per_mm * (na + k + cl + n_x / w - out);
    }
    fn depends_on_time(&self) -> bool {
        false
    }
    fn positive_states(&self) -> &[usize] {
        &[1, 2, 3, 4]
    }
}
