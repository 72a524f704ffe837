//! A learned field as a [`VectorField`]: dV/dt in mV/ms for one set of parameters.

use crate::field::LearnedField;
use crate::model::Description;
use crate::scaling::Scaling;
use vrest_ode::{Options, Output, Real, SolveError, VectorField, solve};

/// The learned membrane of one sample. Its parameters are the stimulus at two times: u_0, t_0, and its slope.
#[derive(Debug)]
pub struct Flow<'a, F> {
    field: &'a F,
    weights: &'a [f64],
    scaling: &'a Scaling,
    options: Options<'static>,
    z: Vec<f64>,
    guard: Guard,
    holds: bool,
}

/// Where the field was trained, mV. Beyond, the field is evaluated at the border and a restoring term with the
/// training range's own time scale is added: outside its data a learned field may point anywhere, and a
/// trajectory must not run away.
#[derive(Debug, Clone, Copy)]
struct Guard {
    low: f64,
    high: f64,
}

impl Guard {
    /// Half of the training range beyond each end.
    fn of(scaling: &Scaling) -> Guard {
        let room = 0.5 * (scaling.v_high_mv - scaling.v_low_mv).max(1.0);
        Guard { low: scaling.v_low_mv - room, high: scaling.v_high_mv + room }
    }
}

impl<'a, F: LearnedField> Flow<'a, F> {
    /// The field with these weights at these parameters (in the model's order, each in its unit). Its stimulus
    /// `holds` its value from one time to the next, or goes there in a straight line.
    pub fn new(
        field: &'a F,
        weights: &'a [f64],
        model: &'a Description,
        params: &[f64],
        holds: bool,
    ) -> Self {
        let mut z = vec![0.0; model.scaling.n_fixed()];
        model.scaling.encode(params, &mut z);
        let options = Options::with_tolerance(model.solver.rtol, model.solver.atol);
        Flow { field, weights, scaling: &model.scaling, options, z, guard: Guard::of(&model.scaling), holds }
    }

    /// V at `times` (ms) from `v0` (mV) under the current `current` (uA/cm2 at those times, empty for none).
    pub fn trajectory(&self, v0: f64, times: &[f64], current: &[f64]) -> Result<Vec<f64>, SolveError> {
        let holds = self.holds;
        let mut out = Vec::with_capacity(times.len());
        out.push(v0);
        let last = times.len() - 1;
        let mut from = 0;
        while from < last {
            // As far as the stimulus is one straight line.
            let at = |k: usize| current.get(k).copied().unwrap_or(0.0);
            let slope = |k: usize| if holds { 0.0 } else { (at(k + 1) - at(k)) / (times[k + 1] - times[k]) };
            let mut to = from + 1;
            let goes_on = |k: usize| {
                if holds {
                    at(k) == at(from)
                } else {
                    (slope(k) - slope(from)).abs() <= 1e-12 * slope(from).abs()
                }
            };
            while to < last && goes_on(to) {
                to += 1;
            }
            let p = [at(from), times[from], slope(from)];
            let v = out[from];
            let s = solve(
                self,
                &p,
                &[v],
                times[from],
                times[to],
                Output::At(&times[from + 1..=to]),
                &self.options,
            )?;
            out.extend(s.y);
            from = to;
        }
        Ok(out)
    }

    /// dV/dt at one voltage and current, mV/ms: for phase portraits.
    pub fn slope(&self, v: f64, current: f64) -> f64 {
        let mut work = vec![0.0; self.work_len()];
        self.prepare(0.0, &[current, 0.0, 0.0], &mut work);
        let mut dv = [0.0];
        self.eval(0.0, &[v], &mut work, &mut dv);
        dv[0]
    }
}

impl<F: LearnedField> VectorField for Flow<'_, F> {
    fn n_states(&self) -> usize {
        1
    }
    fn n_params(&self) -> usize {
        3
    }
    fn work_len(&self) -> usize {
        3 + self.field.work_len()
    }
    fn prepare<R: Real>(&self, _: R, p: &[R], work: &mut [R]) {
        work[..3].copy_from_slice(p);
        let z: Vec<R> = self.z.iter().map(|&z| R::from_f64(z)).collect();
        self.field.prepare(self.weights, &z, &mut work[3..]);
    }
    fn eval<R: Real>(&self, t: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        let current = work[0] + (t - work[1]) * work[2];
        let inside = y[0].max(R::from_f64(self.guard.low)).min(R::from_f64(self.guard.high));
        let x = [self.scaling.v(inside), self.scaling.u(current)];
        let slope = self.field.eval(self.weights, &x[..self.scaling.n_moving()], &mut work[3..]);
        // In mV per ms; the pull back is zero inside.
        let unit = self.scaling.v_scale_mv / self.scaling.t_scale_ms;
        dy[0] = slope * unit + (inside - y[0]) / self.scaling.t_scale_ms;
    }
    fn depends_on_time(&self) -> bool {
        !self.holds
    }
    fn state_name(&self, _: usize) -> String {
        "V".into()
    }
}
