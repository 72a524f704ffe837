//! B3: one stiff cell, milliseconds of voltage beside an hour of ions.

use crate::error::BenchError;
use crate::exchange::{Inputs, Reply, Run};
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

    fn inputs(&self, quick: bool) -> Inputs {
        let faraday = 96485.0;
        let area_per_volume = 0.4;
        // v_w p_w (A/w), per ms and mM: 0.018 dm3/mol, 0.0015 dm/s, 0.4e5 /dm.
        let volume_rate = 0.018 * 0.0015 * (1e5 * area_per_volume) * 1e-6;
        Inputs::default()
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
            .array("times", &[361], (0..361).map(|k| 1e4 * k as f64).collect())
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

    fn ours(&self, inputs: &Inputs, threads: usize) -> Result<Reply, BenchError> {
        let _ = (inputs, threads);
        Err(BenchError::Ours("the stiff solver has not landed".into()))
    }
}
