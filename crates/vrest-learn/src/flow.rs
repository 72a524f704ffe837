//! A learned field as a [`VectorField`]: dV/dt in mV/ms for the samples of a dataset, many at a time.

use crate::field::LearnedField;
use crate::generate::in_rows;
use crate::model::Description;
use crate::scaling::Scaling;
use std::borrow::Cow;
use vrest_ode::{Member, Options, Plan, Real, SolveError, VectorField, ensemble_on_all_threads};

/// A corner of the stimulus is an edge where the solver restarts if its slope changes by more than this share of the
/// whole range of the stimulus an interval; softer ones are left to error control.
const SHARP: f64 = 0.05;
/// Longest step under a stimulus that moves, in intervals of its table: nothing in it is stepped over.
const LONGEST_STEP: f64 = 20.0;

/// The learned membranes of many samples. Parameters of one: its number, then its encoded parameters.
#[derive(Debug)]
pub struct Flow<'a, F> {
    field: &'a F,
    weights: &'a [f64],
    scaling: &'a Scaling,
    options: Options<'static>,
    guard: Guard,
    stimuli: Stimuli<'a>,
    /// Whether a stimulus changes within a smooth segment.
    moves: bool,
}

/// The injected currents of all samples.
#[derive(Debug, Clone, Default)]
pub struct Stimuli<'a> {
    /// Times, ms.
    pub t: &'a [f64],
    /// Values at those times, uA/cm2, \[samples, times\]; empty for none.
    pub u: Cow<'a, [f64]>,
    /// Whether a value holds until the next time, or goes there in a straight line.
    pub holds: bool,
}

impl Stimuli<'_> {
    fn of(&self, sample: usize) -> Injected<'_> {
        let n = self.t.len();
        let u = if self.u.is_empty() { &[] } else { &self.u[sample * n..(sample + 1) * n] };
        Injected { t: self.t, u, holds: self.holds }
    }

    fn samples(&self) -> usize {
        self.u.len() / self.t.len().max(1)
    }
}

/// One sample's current: a table.
#[derive(Debug, Clone, Copy, Default)]
struct Injected<'a> {
    t: &'a [f64],
    u: &'a [f64],
    holds: bool,
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

    /// The start of the interval that contains `t`, the current there, and its slope.
    fn segment(&self, t: f64) -> [f64; 3] {
        if self.u.is_empty() {
            return [t, 0.0, 0.0];
        }
        let k = self.interval(t);
        [self.t[k], self.u[k], self.slope(k)]
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
    /// The field with these weights under `stimuli`.
    pub fn new(field: &'a F, weights: &'a [f64], model: &'a Description, stimuli: Stimuli<'a>) -> Self {
        let mut options = Options::with_tolerance(model.solver.rtol, model.solver.atol);
        let moves = (0..stimuli.samples()).any(|i| stimuli.of(i).moves());
        if let (true, [first, .., last]) = (moves, stimuli.t) {
            options.h_max = LONGEST_STEP * (last - first) / (stimuli.t.len() - 1) as f64;
        }
        let guard = Guard::of(&model.scaling);
        Flow { field, weights, scaling: &model.scaling, options, guard, stimuli, moves }
    }

    /// The parameters of sample number `sample`, from its own in the model's order, each in its unit.
    fn parameters(&self, sample: usize, params: &[f64]) -> Vec<f64> {
        let mut p = vec![sample as f64; self.n_params()];
        self.scaling.encode(params, &mut p[1..]);
        p
    }

    /// V at `times` (ms) of `n` samples, row by row; `start(i)` gives the parameters of sample `i` in the model's order,
    /// and V at the first time. On the threads of the current rayon pool.
    ///
    /// # Errors
    /// The first sample that cannot be integrated, and why.
    pub fn trajectories(
        &self,
        n: usize,
        times: &[f64],
        start: impl Fn(usize) -> (Vec<f64>, f64) + Sync,
    ) -> Result<Vec<f64>, (usize, SolveError)> {
        let [first, .., last] = *times else {
            return Ok((0..n).flat_map(|i| vec![start(i).1; times.len()]).collect());
        };
        let member = |id: usize| {
            let (params, v0) = start(id);
            Some(Member { id, p: self.parameters(id, &params), y0: vec![v0] })
        };
        let plan = Plan { t0: first, t1: last, times, record: &[0], options: &self.options };
        in_rows(n, times.len(), |done| ensemble_on_all_threads(self, &plan, n, member, done))
    }

    /// dV/dt at voltages `v` under one current and one set of parameters, mV/ms: for phase portraits.
    pub fn slopes(&self, params: &[f64], v: &[f64], current: f64) -> Vec<f64> {
        let mut work = vec![0.0; self.work_len()];
        self.prepare_field(&self.parameters(0, params), &mut work);
        v.iter().map(|&v| self.rate(v, current, &mut work)).collect()
    }

    fn prepare_field<R: Real>(&self, p: &[R], work: &mut [R]) {
        self.field.prepare(self.weights, &p[1..], &mut work[OWN_WORK..]);
    }

    /// dV/dt in mV/ms at `v` (mV) under `current` (uA/cm2).
    #[inline(always)]
    fn rate<R: Real>(&self, v: R, current: R, work: &mut [R]) -> R {
        let inside = v.max(R::from_f64(self.guard.low)).min(R::from_f64(self.guard.high));
        let x = [self.scaling.v(inside), self.scaling.u(current)];
        let slope = self.field.eval(self.weights, &x[..self.scaling.n_moving()], &mut work[OWN_WORK..]);
        let unit = self.scaling.v_scale_mv / self.scaling.t_scale_ms;
        // The pull back is zero inside.
        slope * unit + (inside - v) / self.scaling.t_scale_ms
    }

    /// The current of `sample` at time `t`.
    #[inline(always)]
    fn current<R: Real>(&self, sample: R, t: R) -> R {
        let part = |k: usize| sample.lookup_with(t, |i, t| self.stimuli.of(i as usize).segment(t)[k]);
        if self.stimuli.holds { part(1) } else { part(1) + (t - part(0)) * part(2) }
    }
}

/// Places of the sample's number and of the current where it holds, before the field's own work.
const SAMPLE: usize = 0;
const HELD: usize = 1;
const OWN_WORK: usize = 2;

impl<F: LearnedField> VectorField for Flow<'_, F> {
    const COSTLY: bool = true;

    fn scale(&self) -> f64 {
        self.scaling.v_scale_mv
    }
    fn n_states(&self) -> usize {
        1
    }
    fn n_params(&self) -> usize {
        1 + self.scaling.n_fixed()
    }
    fn work_len(&self) -> usize {
        OWN_WORK + self.field.work_len()
    }
    fn prepare<R: Real>(&self, t_inside: R, p: &[R], work: &mut [R]) {
        work[SAMPLE] = p[0];
        work[HELD] = self.current(p[0], t_inside);
        self.prepare_field(p, work);
    }
    #[inline(always)]
    fn eval<R: Real>(&self, t: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        let current = if self.moves { self.current(work[SAMPLE], t) } else { work[HELD] };
        dy[0] = self.rate(y[0], current, work);
    }
    fn breakpoints<R: Real>(&self, p: &[R], out: &mut Vec<R>) {
        out.extend(self.stimuli.of(p[0].first() as usize).edges().map(R::from_f64));
    }
    fn depends_on_time(&self) -> bool {
        self.moves
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
        let table = Injected { t: &[0.0, 1.0, 3.0], u: &[0.0, 2.0, -2.0], holds: false };
        for (at, want, slope) in [(0.25, 0.5, 2.0), (2.0, 0.0, -2.0), (3.0, -2.0, -2.0)] {
            let [from, value, found] = table.segment(at);
            assert_eq!((value + (at - from) * found, found), (want, slope));
        }
    }
}
