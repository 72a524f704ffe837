//! From parameters to the trace that a recording would show, with exact derivatives.

use super::FitError;
use super::field::{Body, Clamped, ELECTRODE, Piece, SERIES};
use super::transform::{Free, Transform};
use rayon::prelude::*;
use vrest_data::recording::Clamp;
use vrest_membrane::units::Dimension;
use vrest_ode::{Options, Output, newton, sensitivities, solve, steady_sensitivity};

/// What can be unknown beside the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    /// A steady current through the electrode (pA).
    Hold,
    /// Resistance between the amplifier and the cell in voltage clamp (Mohm).
    Series,
    /// Time from the stated command to its effect: filters, electrode (ms).
    Delay,
    /// Resistance of the electrode that the bridge left in the voltage (Mohm); negative where taken out twice.
    Bridge,
    /// Voltage of electrode and junction (mV), added to what is measured.
    Offset,
}

impl Extra {
    /// In the order of the parameter vector, behind the body's.
    pub const ALL: [Extra; 5] = [Extra::Hold, Extra::Series, Extra::Delay, Extra::Bridge, Extra::Offset];

    /// Its name on the command line.
    pub fn path(self) -> &'static str {
        match self {
            Extra::Hold => "hold",
            Extra::Series => "series",
            Extra::Delay => "delay",
            Extra::Bridge => "bridge",
            Extra::Offset => "offset",
        }
    }
    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Extra::Hold => "pA",
            Extra::Series | Extra::Bridge => "Mohm",
            Extra::Delay => "ms",
            Extra::Offset => "mV",
        }
    }
    fn default(self) -> f64 {
        if self == Extra::Series { 15.0 } else { 0.0 }
    }
    fn transform(self) -> Transform {
        match self {
            Extra::Series => Transform::Log,
            Extra::Delay => Transform::Logit { low: -2.0, high: 2.0 },
            _ => Transform::Linear { scale: 10.0 },
        }
    }
}

/// What of a sweep is compared: times (ms), values, and how many samples each value is the mean of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Samples {
    /// Times, ascending (ms).
    pub t_ms: Vec<f64>,
    /// The measured values (mV, or pA in voltage clamp).
    pub values: Vec<f64>,
    /// Samples behind each value.
    pub counts: Vec<f64>,
}

/// One sweep: what was commanded, what was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Its number in the recording.
    pub sweep: usize,
    /// The command.
    pub command: Vec<Piece>,
    /// What is compared.
    pub samples: Samples,
    /// The voltage at its start (mV), from which the steady state is sought.
    pub v_start: f64,
    /// Standard deviation of the noise, measured before the command moves.
    pub noise: f64,
}

impl Trace {
    /// A sweep of evenly spaced samples.
    pub fn new(sweep: usize, observed: &[f64], command: &[f64], dt_ms: f64) -> Trace {
        let samples = Samples {
            t_ms: (0..observed.len()).map(|i| i as f64 * dt_ms).collect(),
            values: observed.to_vec(),
            counts: vec![1.0; observed.len()],
        };
        let command = super::pieces(command, dt_ms);
        let v_start = observed.first().copied().unwrap_or(-70.0);
        Trace { sweep, command, samples, v_start, noise: 0.0 }
    }

    /// The same sweep as means of at most `width` samples, at their middle times. After a jump of the command, where
    /// the trace bends, means are of a quarter of the time since; no mean straddles a jump.
    pub fn binned(&self, width: usize) -> Trace {
        let (t, v) = (&self.samples.t_ms, &self.samples.values);
        let mut samples = Samples::default();
        let (mut from, mut edge) = (0, 0);
        let mut next = 1;
        for end in 1..=t.len() {
            let mut jumps = false;
            while end < t.len() && self.command.get(next).is_some_and(|c| c.start_ms <= t[end]) {
                (jumps, next) = (true, next + 1);
            }
            let wide = width.min(((from - edge) / 4).max(1));
            if end == t.len() || end - from >= wide || jumps {
                let n = (end - from) as f64;
                samples.t_ms.push(t[from..end].iter().sum::<f64>() / n);
                samples.values.push(v[from..end].iter().sum::<f64>() / n);
                samples.counts.push(n);
                from = end;
            }
            if jumps {
                edge = end;
            }
        }
        Trace { samples, ..self.clone() }
    }

    /// The command at `t` ms.
    pub fn command_at(&self, t: f64) -> f64 {
        let after = self.command.partition_point(|c| c.start_ms <= t);
        self.command[after.saturating_sub(1)].level
    }
}

/// A body and what lies between it and the trace. Parameters: the body's, then [`Extra::ALL`].
#[derive(Debug, Clone)]
pub struct Model {
    /// What is inside.
    pub body: Body,
    /// What was held.
    pub clamp: Clamp,
    /// Start values: the body's, then the extras'.
    pub start: Vec<f64>,
}

/// A simulated trace and its derivatives (times x parameters asked for, row-major; empty where none were).
pub(super) struct Simulated {
    pub values: Vec<f64>,
    pub slopes: Vec<f64>,
}

/// Error allowed per step of the integration, mV.
const ATOL: f64 = 1e-7;

impl Model {
    /// A body with parameters `p`, the extras at nothing (15 Mohm in voltage clamp).
    pub fn new(body: Body, clamp: Clamp, p: Vec<f64>) -> Self {
        let start = p.into_iter().chain(Extra::ALL.map(Extra::default)).collect();
        Model { body, clamp, start }
    }

    /// The place of an extra in the parameter vector.
    pub fn extra(&self, extra: Extra) -> usize {
        let at = Extra::ALL.iter().position(|e| *e == extra).unwrap_or(0);
        self.body.n_params() + at
    }

    /// The extra as a free parameter.
    pub fn free_extra(&self, extra: Extra) -> Free {
        Free {
            path: extra.path().into(),
            unit: extra.unit().into(),
            index: self.extra(extra),
            transform: extra.transform(),
        }
    }

    /// The state before the sweep, and its derivatives by `wrt`.
    fn steady(
        &self,
        field: &Clamped<'_>,
        p: &[f64],
        wrt: &[usize],
        v: f64,
    ) -> Result<(Vec<f64>, Vec<f64>), FitError> {
        let near = self.body.state_near(v, &p[..self.body.n_params()]);
        let options = Options::with_tolerance(1e-10, 1e-9);
        let rest = newton(field, 0.0, &near, p, &options)?;
        let d = if wrt.is_empty() { vec![] } else { steady_sensitivity(field, 0.0, &rest.y, p, wrt)? };
        Ok((rest.y, d))
    }

    /// What the trace would show with parameters `p`; derivatives by the parameters `wrt`.
    pub(super) fn simulate(&self, trace: &Trace, p: &[f64], wrt: &[usize]) -> Result<Simulated, FitError> {
        let n_ode = self.body.n_params() + ELECTRODE;
        let (inner, outer) = p.split_at(n_ode);
        let (bridge, offset) = (outer[0], outer[1]);
        let field = Clamped { body: &self.body, command: &trace.command, clamp: self.clamp };
        // The electrode's numbers come first among the extras, so indices below n_ode are the field's own.
        let inside: Vec<usize> = wrt.iter().copied().filter(|&i| i < n_ode).collect();
        let t = &trace.samples.t_ms;
        let (Some(&first), Some(&last)) = (t.first(), t.last()) else {
            return Ok(Simulated { values: vec![], slopes: vec![] });
        };
        // Where the electrode adds an offset, the cell itself starts below it.
        let (y0, dy0) = self.steady(&field, inner, &inside, trace.v_start - offset)?;
        let options = Options::with_tolerance(1e-6, ATOL);
        let output = Output::At(t);
        let (solution, slopes) = if inside.is_empty() {
            (solve(&field, inner, &y0, first.min(0.0), last, output, &options)?, vec![])
        } else {
            let s = sensitivities(
                &field,
                inner,
                &inside,
                &y0,
                Some(&dy0),
                first.min(0.0),
                last,
                output,
                &options,
            )?;
            let n = s.solution.n_states;
            let rows: Vec<f64> = (0..t.len())
                .flat_map(|k| s.dy_dp[k * n * inside.len()..k * n * inside.len() + inside.len()].to_vec())
                .collect();
            (s.solution, rows)
        };
        let (series, delay) = (inner[self.body.n_params() + SERIES], inner[n_ode - 1]);
        let mut all = Simulated { values: Vec::with_capacity(t.len()), slopes: vec![] };
        all.slopes.reserve(t.len() * wrt.len());
        for (k, v) in solution.state(0).enumerate() {
            let command = trace.command_at(t[k] - delay);
            all.values.push(match self.clamp {
                // Mohm pA = uV.
                Clamp::Current => v + bridge * command * 1e-3 + offset,
                Clamp::Voltage => (command - v) / series * 1e3,
            });
            let mut own = slopes.get(k * inside.len()..).unwrap_or_default().iter();
            for &i in wrt {
                let dv = if i < n_ode { own.next().copied().unwrap_or(0.0) } else { 0.0 };
                all.slopes.push(match self.clamp {
                    Clamp::Current if i == n_ode => command * 1e-3,
                    Clamp::Current if i == n_ode + 1 => 1.0,
                    Clamp::Current => dv,
                    Clamp::Voltage => {
                        let direct =
                            if i == self.body.n_params() + SERIES { -(command - v) / series } else { 0.0 };
                        (direct - dv) / series * 1e3
                    }
                });
            }
        }
        Ok(all)
    }

    /// [`predict`](Self::predict) with its exact derivatives by the parameters number `wrt`, times x `wrt`, row-major.
    pub fn predict_with_slopes(
        &self,
        trace: &Trace,
        p: &[f64],
        wrt: &[usize],
    ) -> Result<(Vec<f64>, Vec<f64>), FitError> {
        let s = self.simulate(trace, p, wrt)?;
        Ok((s.values, s.slopes))
    }

    /// All traces at once.
    pub(super) fn simulate_all(
        &self,
        traces: &[Trace],
        p: &[f64],
        wrt: &[usize],
    ) -> Result<Vec<Simulated>, FitError> {
        traces.par_iter().map(|trace| self.simulate(trace, p, wrt)).collect()
    }

    /// The learned current over the trace with parameters `p` (pA, inward positive); zeros where nothing is learned.
    pub(super) fn learned_current(&self, trace: &Trace, p: &[f64]) -> Result<Vec<f64>, FitError> {
        let (inner, outer) = p.split_at(self.body.n_params() + ELECTRODE);
        let field = Clamped { body: &self.body, command: &trace.command, clamp: self.clamp };
        let t = &trace.samples.t_ms;
        let (Some(&first), Some(&last)) = (t.first(), t.last()) else { return Ok(vec![]) };
        let (y0, _) = self.steady(&field, inner, &[], trace.v_start - outer[1])?;
        let options = Options::with_tolerance(1e-6, ATOL);
        let solution = solve(&field, inner, &y0, first.min(0.0), last, Output::At(t), &options)?;
        let learned = self.body.learned();
        let weights = &inner[self.body.n_params() - learned.n_params()..self.body.n_params()];
        let mut dz = vec![0.0; learned.n_states()];
        let one = |k: usize| {
            let y = solution.row(k);
            learned.current(y[0], 0.0, &y[y.len() - dz.len()..], weights, &mut dz)
        };
        Ok((0..t.len()).map(one).collect())
    }

    /// What the trace would show with parameters `p`.
    pub fn predict(&self, trace: &Trace, p: &[f64]) -> Result<Vec<f64>, FitError> {
        Ok(self.simulate(trace, p, &[])?.values)
    }
}

impl Model {
    /// The free parameter at `path`: a number of the membrane, or an extra.
    pub fn free(&self, path: &str, bounds: Option<(f64, f64)>) -> Result<Free, FitError> {
        let bounded = |free: Free| match bounds {
            Some((low, high)) => Free { transform: Transform::Logit { low, high }, ..free },
            None => free,
        };
        if let Some(extra) = Extra::ALL.into_iter().find(|e| e.path() == path) {
            return Ok(bounded(self.free_extra(extra)));
        }
        let params = self.body.params();
        let Some(index) = params.iter().position(|p| p.path == path) else {
            let own = params.iter().map(|p| p.path.clone());
            let allowed = own
                .chain(Extra::ALL.map(|e| e.path().to_string()))
                .chain(["rest".into(), "gain".into()])
                .collect();
            return Err(FitError::UnknownPath { path: path.into(), allowed });
        };
        let spec = &params[index].spec;
        let unit = spec.dimension.unit().to_string();
        // A constant of a formula has no range of its own: its start tells its size, but for a voltage, whose
        // zero means nothing.
        let transform = match Transform::of(spec) {
            Transform::Linear { .. } if spec.dimension != Dimension::Voltage && self.start[index] != 0.0 => {
                Transform::Linear { scale: self.start[index].abs() }
            }
            usual => usual,
        };
        Ok(bounded(Free { path: path.into(), unit, index, transform }))
    }
}
