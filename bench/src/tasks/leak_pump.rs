//! B1: an ensemble of leak-and-pump membranes with a current step, beside its exact solution.

use std::sync::Mutex;
use vrest_ode::Options;

use crate::error::BenchError;
use crate::exchange::{Array, Arrays, Inputs, Reply, Run};
use crate::measure::{Uniform, measure};
use crate::models;
use crate::task::{About, Side, Target, Task, Unit, ours, peer};

/// The seed project's dataset: g_K, g_Na, g_Cl (mS/cm2), K, Na, Cl outside, then inside (mM).
pub struct LeakPump;

/// Ranges of the nine parameters.
pub(super) const LOW: [f64; 9] = [0.05, 0.01, 0.01, 3.0, 135.0, 100.0, 120.0, 10.0, 4.0];
/// Their ends.
pub(super) const HIGH: [f64; 9] = [0.5, 0.1, 0.1, 6.0, 150.0, 120.0, 150.0, 20.0, 15.0];
/// Their paths.
pub(super) const PATHS: [&str; 9] = [
    "leak_K.g",
    "leak_Na.g",
    "leak_Cl.g",
    "ions.K.outside",
    "ions.Na.outside",
    "ions.Cl.outside",
    "ions.K.inside",
    "ions.Na.inside",
    "ions.Cl.inside",
];
/// RT/F at 37 degC in mV.
const RT_OVER_F: f64 = 8.314_462_618_153_24 * 310.15 / 96_485.332_123_310_01 * 1e3;
const PUMP: [f64; 3] = [2.0, 10.0, 1.0];
/// Start and end of the current step.
pub(super) const STEP_MS: [f64; 2] = [100.0, 300.0];
const STEP_UA_CM2: f64 = 0.5;
const V_START: f64 = -70.0;

impl Task for LeakPump {
    fn about(&self) -> About {
        About {
            id: "B1",
            title: "ensemble of leak-and-pump membranes",
            work: "2,000 membranes with K, Na and Cl leaks and the Na/K pump, nine parameters drawn over the seed's \
                   ranges, 500 ms, 0.5 uA/cm2 at 100-300 ms, 1,000 outputs each. The error is the largest distance \
                   from the exact solution over all membranes and times.",
            item: "trajectory",
            unit: Unit::Microseconds,
            error: "error, mV",
            targets: vec![
                Target::new("odeint", 1000.0, 2000.0),
                Target::new("diffrax", 50.0, 100.0),
                Target::new("numba", 5.0, 10.0),
            ],
        }
    }

    fn sides(&self) -> Vec<Side> {
        let mut sides = ours(1e-4).to_vec();
        sides.extend([
            peer("odeint", "SciPy odeint (LSODA)", ("b1_scipy.py", "odeint"), 1e-4),
            peer(
                "odeint_hoisted",
                "SciPy odeint, constants hoisted by hand",
                ("b1_scipy.py", "odeint_hoisted"),
                1e-4,
            ),
            peer("solve_ivp", "SciPy solve_ivp LSODA, rtol 1e-8", ("b1_scipy.py", "solve_ivp"), 1e-4),
            peer("numba", "numba RK4, 2 substeps an output", ("b1_numba.py", "2"), 1e-4),
            peer("diffrax", "diffrax Tsit5, vmap, rtol 5e-7", ("b1_diffrax.py", ""), 1e-4),
            peer("numpy", "NumPy, the exact solution by hand", ("b1_numpy.py", ""), 1e-4),
        ]);
        sides
    }

    fn inputs(&self, quick: bool) -> Result<Inputs, BenchError> {
        let n = if quick { 200 } else { 2000 };
        let mut uniform = Uniform(1);
        let parameters: Vec<f64> = (0..9 * n).map(|i| uniform.between(LOW[i % 9], HIGH[i % 9])).collect();
        Ok(Inputs::default()
            .set("repetitions", if quick { 3 } else { 7 })
            .set("budget_s", if quick { 2.0 } else { 20.0 })
            .set("slow_items", if quick { 10 } else { 200 })
            .set("rtols", vec![5e-7])
            .set("rt_over_f", RT_OVER_F)
            .set("pump_i_max", PUMP[0])
            .set("pump_k_na", PUMP[1])
            .set("pump_k_k", PUMP[2])
            .set("v_start", V_START)
            .set("step_ms", STEP_MS.to_vec())
            .set("step_uA_cm2", STEP_UA_CM2)
            .array("parameters", &[n, 9], parameters)
            .array("times", &[1000], (0..1000).map(|k| 0.5 * k as f64).collect()))
    }

    fn error(&self, inputs: &Inputs, _: Option<&Run>, run: &Run) -> f64 {
        let Some(v) = run.arrays.get("v") else { return f64::INFINITY };
        let times = &inputs.arrays["times"].data;
        let pairs = inputs.arrays["parameters"].rows().zip(v.rows());
        let error = |(p, row): (&[f64], &[f64])| {
            let exact = Exact::new(p, STEP_UA_CM2);
            let distance = |(t, v): (&f64, &f64)| (exact.v(*t) - v).abs();
            times
                .iter()
                .zip(row)
                .map(distance)
                .fold(0.0, |a: f64, b| if b.is_nan() { f64::INFINITY } else { a.max(b) })
        };
        pairs.map(error).fold(0.0, f64::max)
    }

    fn ours(&self, inputs: &Inputs) -> Result<Reply, BenchError> {
        let experiment = models::experiment(models::seed_neuron()?, models::STEP)?;
        let places = models::indices(&experiment, &PATHS)?;
        let (parameters, times) = (&inputs.arrays["parameters"], &inputs.arrays["times"].data);
        let options = Options::default();
        let v = Mutex::new(Vec::new());
        let defaults = experiment.defaults();
        let work = || {
            models::ensemble(&experiment, parameters, times, &options, &v, |row| {
                let mut p = defaults.clone();
                places.iter().zip(row).for_each(|(i, x)| p[*i] = *x);
                (p, vec![V_START])
            })
        };
        let shape = [parameters.shape[0], times.len()];
        let outputs = |()| {
            Arrays::from([(
                "v".into(),
                Array::new(&shape, std::mem::take(&mut *v.lock().expect("no thread panics"))),
            )])
        };
        let run = measure(inputs, parameters.shape[0], None, work, outputs)?;
        Ok(Reply { runs: vec![run], ..Reply::default() })
    }
}

/// The solution: an exponential on each side of the step's edges.
pub(super) struct Exact {
    conductance: f64,
    v_rest: f64,
    v_driven: f64,
}

impl Exact {
    /// For a row of parameters and a step of `step` uA/cm2.
    pub(super) fn new(p: &[f64], step: f64) -> Exact {
        let [i_max, k_na, k_k] = PUMP;
        let conductance = p[0] + p[1] + p[2];
        let potentials =
            RT_OVER_F * (p[0] * (p[3] / p[6]).ln() + p[1] * (p[4] / p[7]).ln() + p[2] * (p[8] / p[5]).ln());
        let source = potentials - i_max * p[7] / (p[7] + k_na) * p[3] / (p[3] + k_k);
        let v_driven = (source + step) / conductance;
        Exact { conductance, v_rest: source / conductance, v_driven }
    }

    /// V at time `t`.
    pub(super) fn v(&self, t: f64) -> f64 {
        let relax = |v: f64, target: f64, ms: f64| target + (v - target) * (-self.conductance * ms).exp();
        let [on, off] = STEP_MS;
        if t <= on {
            return relax(V_START, self.v_rest, t);
        }
        let v_on = relax(V_START, self.v_rest, on);
        if t <= off {
            return relax(v_on, self.v_driven, t - on);
        }
        relax(relax(v_on, self.v_driven, off - on), self.v_rest, t - off)
    }
}
