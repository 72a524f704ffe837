//! A learned field as a [`VectorField`]: dV/dt in mV/ms for one set of parameters.

use crate::field::LearnedField;
use crate::model::Description;
use crate::scaling::Scaling;
use vrest_ode::{Options, Output, Real, SolveError, VectorField, solve};

/// A corner of the stimulus is an edge where the solver restarts if its slope changes by more than this share of the
/// whole range of the stimulus an interval; softer ones are left to error control.
const SHARP: f64 = 0.05;
/// Longest step under a stimulus that moves, in intervals of its table: nothing in it is stepped over.
const LONGEST_STEP: f64 = 20.0;

/// The learned membrane of one sample.
#[derive(Debug)]
pub struct Flow<'a, F> {
    field: &'a F,
    weights: &'a [f64],
    scaling: &'a Scaling,
    options: Options<'static>,
    z: Vec<f64>,
    guard: Guard,
    stimulus: Injected<'a>,
}

/// The injected current: a table, each value of which holds until the next time or goes there in a straight line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Injected<'a> {
    /// Times, ms.
    pub t: &'a [f64],
    /// Values at those times, uA/cm2; empty for none.
    pub u: &'a [f64],
    /// Whether a value holds until the next time.
    pub holds: bool,
}

impl Injected<'_> {
    /// The interval that contains `t`.
    fn interval(&self, t: f64) -> usize {
        self.t.partition_point(|&k| k <= t).clamp(1, self.t.len() - 1) - 1
    }

    /// Slope of interval `k`, uA/cm2 per ms.
    fn slope(&self, k: usize) -> f64 {
        if self.holds { 0.0 } else { (self.u[k + 1] - self.u[k]) / (self.t[k + 1] - self.t[k]) }
    }

    /// Whether it changes within a smooth segment.
    fn moves(&self) -> bool {
        !self.holds && self.u.windows(2).any(|u| u[0] != u[1])
    }

    /// The current at time `t`.
    fn at<R: Real>(&self, t: R) -> R {
        if self.u.is_empty() {
            return R::zero();
        }
        let from = t.lookup(|t| self.t[self.interval(t)]);
        let value = t.lookup(|t| self.u[self.interval(t)]);
        if self.holds { value } else { value + (t - from) * t.lookup(|t| self.slope(self.interval(t))) }
    }

    /// Times at which it jumps or has a sharp corner.
    fn edges(&self) -> impl Iterator<Item = f64> + '_ {
        let (low, high) =
            self.u.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &u| (l.min(u), h.max(u)));
        let is_edge = move |k: &usize| match self.holds {
            true => self.u[*k] != self.u[*k - 1],
            false => {
                let interval = (self.t[*k + 1] - self.t[*k]).min(self.t[*k] - self.t[*k - 1]);
                (self.slope(*k) - self.slope(*k - 1)).abs() * interval > SHARP * (high - low)
            }
        };
        (1..self.u.len().saturating_sub(1)).filter(is_edge).map(|k| self.t[k])
    }
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
    /// The field with these weights at these parameters (in the model's order, each in its unit) under `stimulus`.
    pub fn new(
        field: &'a F,
        weights: &'a [f64],
        model: &'a Description,
        params: &[f64],
        stimulus: Injected<'a>,
    ) -> Self {
        let mut z = vec![0.0; model.scaling.n_fixed()];
        model.scaling.encode(params, &mut z);
        let mut options = Options::with_tolerance(model.solver.rtol, model.solver.atol);
        if let (true, [first, .., last]) = (stimulus.moves(), stimulus.t) {
            options.h_max = LONGEST_STEP * (last - first) / (stimulus.t.len() - 1) as f64;
        }
        let guard = Guard::of(&model.scaling);
        Flow { field, weights, scaling: &model.scaling, options, z, guard, stimulus }
    }

    /// V at `times` (ms) from `v0` (mV) at the first of them.
    ///
    /// # Errors
    /// A trajectory that cannot be integrated.
    pub fn trajectory(&self, v0: f64, times: &[f64]) -> Result<Vec<f64>, SolveError> {
        let [first, .., last] = *times else { return Ok(vec![v0]) };
        Ok(solve(self, &[], &[v0], first, last, Output::At(times), &self.options)?.y)
    }

    /// dV/dt at one voltage and current, mV/ms: for phase portraits.
    pub fn slope(&self, v: f64, current: f64) -> f64 {
        let mut work = vec![0.0; self.work_len()];
        self.prepare_field(&mut work);
        self.rate(v, current, &mut work)
    }

    fn prepare_field<R: Real>(&self, work: &mut [R]) {
        let z: Vec<R> = self.z.iter().map(|&z| R::from_f64(z)).collect();
        self.field.prepare(self.weights, &z, &mut work[1..]);
    }

    /// dV/dt in mV/ms at `v` (mV) under `current` (uA/cm2).
    #[inline(always)]
    fn rate<R: Real>(&self, v: R, current: R, work: &mut [R]) -> R {
        let inside = v.max(R::from_f64(self.guard.low)).min(R::from_f64(self.guard.high));
        let x = [self.scaling.v(inside), self.scaling.u(current)];
        let slope = self.field.eval(self.weights, &x[..self.scaling.n_moving()], &mut work[1..]);
        let unit = self.scaling.v_scale_mv / self.scaling.t_scale_ms;
        // The pull back is zero inside.
        slope * unit + (inside - v) / self.scaling.t_scale_ms
    }
}

impl<F: LearnedField> VectorField for Flow<'_, F> {
    fn n_states(&self) -> usize {
        1
    }
    fn n_params(&self) -> usize {
        0
    }
    /// The current where it holds, then the field's.
    fn work_len(&self) -> usize {
        1 + self.field.work_len()
    }
    fn prepare<R: Real>(&self, t_inside: R, _: &[R], work: &mut [R]) {
        work[0] = self.stimulus.at(t_inside);
        self.prepare_field(work);
    }
    fn eval<R: Real>(&self, t: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        let current = if self.stimulus.holds { work[0] } else { self.stimulus.at(t) };
        dy[0] = self.rate(y[0], current, work);
    }
    fn breakpoints<R: Real>(&self, _: &[R], out: &mut Vec<R>) {
        out.extend(self.stimulus.edges().map(R::from_f64));
    }
    fn depends_on_time(&self) -> bool {
        self.stimulus.moves()
    }
    fn state_name(&self, _: usize) -> String {
        "V".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_edges_where_it_jumps_and_a_sine_none() {
        let t: Vec<f64> = (0..200).map(f64::from).collect();
        let step: Vec<f64> = t.iter().map(|&t| f64::from(u8::from((50.0..80.0).contains(&t)))).collect();
        let edges = |u, holds| Injected { t: &t, u, holds }.edges().collect::<Vec<_>>();
        assert_eq!(edges(&step, true), [50.0, 80.0]);
        assert_eq!(edges(&step, false), [49.0, 50.0, 79.0, 80.0]);
        let sine: Vec<f64> = t.iter().map(|t| (0.1 * t).sin()).collect();
        assert!(edges(&sine, false).is_empty());
    }

    #[test]
    fn a_table_is_a_straight_line_between_its_times_with_its_slope() {
        let (t, u) = ([0.0, 1.0, 3.0], [0.0, 2.0, -2.0]);
        let table = Injected { t: &t, u: &u, holds: false };
        for (at, want, slope) in [(0.25, 0.5, 2.0), (2.0, 0.0, -2.0), (3.0, -2.0, -2.0)] {
            let d = table.at(vrest_ode::Dual::<f64, 1>::variable(at, 0));
            assert_eq!((d.re, d.eps[0]), (want, slope));
        }
    }
}
