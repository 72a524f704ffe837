//! B2: an ensemble of spiking Hodgkin-Huxley membranes.

use std::sync::Mutex;
use vrest_ode::Options;

use crate::error::BenchError;
use crate::exchange::{Array, Arrays, Inputs, Reply, Run};
use crate::measure::{Uniform, measure};
use crate::models::{self, CONSTANT_CURRENT, HODGKIN_HUXLEY, HODGKIN_HUXLEY_FORMULAS, HODGKIN_HUXLEY_PATHS};
use crate::task::{About, Side, Target, Task, Unit, largest_difference, ours_and, peer};

/// Hodgkin and Huxley 1952 at 6.3 degC, g and E varied.
pub struct HhEnsemble;

/// g_Na, g_K, g_L (mS/cm2), E_Na, E_K, E_L (mV), each varied by 10 %, and C (uF/cm2).
const PARAMETERS: [f64; 7] = [120.0, 36.0, 0.3, 50.0, -77.0, -54.3, 1.0];
/// Our row whose channels are not built in.
pub const FORMULAS: &str = "formulas";
/// V, m, h, n at rest.
const START: [f64; 4] = [-64.974, 0.053095, 0.595213, 0.318075];

impl Task for HhEnsemble {
    fn about(&self) -> About {
        About {
            id: "B2",
            title: "ensemble of Hodgkin-Huxley membranes",
            work: "256 HH membranes, conductances and reversal potentials varied by 10 %, 100 ms at 10 uA/cm2, 1,000 \
                   outputs each, rtol 1e-6, atol 1e-8. The error is the largest distance in V from SciPy's DOP853 at \
                   rtol 1e-12 over the first membranes (16; spikes are steep, so a shift of 1 us is 0.4 mV). The channels \
                   are those built in, and in one row formulas in the cell file.",
            item: "trajectory",
            unit: Unit::Microseconds,
            error: "error, mV",
            targets: vec![Target::new("tsit5", 8.0, 15.0), Target::new("odeint", 200.0, 400.0)],
        }
    }

    fn sides(&self) -> Vec<Side> {
        let mut sides = ours_and(FORMULAS, "vrest, channels by formulas", 0.5);
        sides.extend([
            peer("odeint", "SciPy odeint (LSODA)", ("b2_scipy.py", "odeint"), 0.5),
            peer("tsit5", "diffrax Tsit5, vmap", ("b2_diffrax.py", "Tsit5"), 0.5),
            peer("dopri8", "diffrax Dopri8, vmap", ("b2_diffrax.py", "Dopri8"), 0.5),
            peer("kvaerno5", "diffrax Kvaerno5, vmap", ("b2_diffrax.py", "Kvaerno5"), 0.5),
        ]);
        sides
    }

    fn inputs(&self, quick: bool) -> Result<Inputs, BenchError> {
        let n = if quick { 32 } else { 256 };
        let mut uniform = Uniform(2);
        let mut value = |i: usize| PARAMETERS[i] * if i < 6 { uniform.between(0.9, 1.1) } else { 1.0 };
        Ok(Inputs::default()
            .set("repetitions", if quick { 3 } else { 7 })
            .set("budget_s", if quick { 2.0 } else { 20.0 })
            .set("slow_items", if quick { 4 } else { 16 })
            .set("rtols", vec![1e-6])
            .set("current_uA_cm2", 10.0)
            .array("parameters", &[n, 7], (0..7 * n).map(|i| value(i % 7)).collect())
            .array("start", &[4], START.to_vec())
            .array("times", &[1000], (0..1000).map(|k| 0.1 * k as f64).collect()))
    }

    fn reference(&self) -> Option<(&'static str, &'static str)> {
        Some(("b2_scipy.py", "reference"))
    }

    fn error(&self, _: &Inputs, reference: Option<&Run>, run: &Run) -> f64 {
        reference.map_or(f64::INFINITY, |reference| largest_difference(reference, run, "v"))
    }

    fn sweep(&self) -> &'static [f64] {
        &[1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9]
    }

    fn ours(&self, inputs: &Inputs) -> Result<Reply, BenchError> {
        let by_formulas = inputs.settings["side"] == FORMULAS;
        let cell = if by_formulas { HODGKIN_HUXLEY_FORMULAS } else { HODGKIN_HUXLEY };
        let experiment = models::experiment(cell, CONSTANT_CURRENT)?;
        let places = models::indices(&experiment, &HODGKIN_HUXLEY_PATHS)?;
        let (parameters, times) = (&inputs.arrays["parameters"], &inputs.arrays["times"].data);
        let mut runs = Vec::new();
        for rtol in inputs.rtols() {
            let options = Options::with_tolerance(rtol, 1e-2 * rtol);
            let v = Mutex::new(Vec::new());
            let work = || {
                models::ensemble(&experiment, parameters, times, &options, &v, |row| {
                    let mut p = experiment.defaults();
                    places.iter().zip(row).for_each(|(i, x)| p[*i] = *x);
                    (p, START.to_vec())
                })
            };
            let shape = [parameters.shape[0], times.len()];
            let outputs = |()| {
                Arrays::from([(
                    "v".into(),
                    Array::new(&shape, std::mem::take(&mut *v.lock().expect("no thread panics"))),
                )])
            };
            runs.push(measure(inputs, parameters.shape[0], Some(rtol), work, outputs)?);
        }
        Ok(Reply { runs, ..Reply::default() })
    }
}
