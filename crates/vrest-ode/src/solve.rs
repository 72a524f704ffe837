//! The solver for one system: segments, steps, step control, choice of method.
//!
//! Generic over the number: `f64` is the plain solve, [`crate::Dual`] the same solve with derivatives, step
//! for step. Ensembles in lanes have their own driver ([`mod@crate::ensemble`]) with the same arithmetic.

use crate::control::{Controller, SAFETY, first_step, scaled_norm, worst_state};
use crate::error::{Refusal, SolveError};
use crate::exponential::{self, Relaxation};
use crate::field::VectorField;
use crate::options::{Method, Options, Output};
use crate::real::Real;
use crate::recorder::Recorder;
use crate::rodas5p::Rodas5P;
use crate::segments::edges;
use crate::solution::{Solution, Stats};
use crate::stepper::Stepper;
use crate::stiffness::Watch;
use crate::tsit5::Tsit5;
use std::sync::atomic::Ordering;

/// Solves y' = f(t, y; p) from `y0` at `t0` to `t1` and returns the states at the times of `output`.
///
/// The solver restarts at the field's own breakpoints. Errors per step stay below atol + rtol |y| in the
/// root mean square over the states.
///
/// # Errors
/// See [`SolveError`]; a solve that does not reach `t1` returns no numbers.
pub fn solve<F: VectorField>(
    field: &F,
    p: &[f64],
    y0: &[f64],
    t0: f64,
    t1: f64,
    output: Output,
    options: &Options,
) -> Result<Solution, SolveError> {
    crate::check::arguments(field, p, y0, t0, t1, output, options)?;
    let (mut recorder, stats) = f64::enter(|| integrate(field, p, y0, t0, t1, output, options))?;
    Ok(Solution { t: recorder.times(), y: recorder.y, n_states: y0.len(), stats })
}

/// The states at `times` if every segment has an exact solution, which [`solve`] then finds too. Arguments have been
/// checked.
pub(crate) fn exactly<F: VectorField>(
    field: &F,
    p: &[f64],
    y0: &[f64],
    (t0, t1): (f64, f64),
    times: &[f64],
    options: &Options,
) -> Option<(Vec<f64>, Stats)> {
    if options.method != Method::Auto || !exponential::applicable(field) {
        return None;
    }
    let mut run = Run::begin(field, y0, t0, t1, Output::At(times), options);
    for segment in edges(field, p, t0, t1).windows(2) {
        field.prepare(0.5 * (segment[0] + segment[1]), p, &mut run.work);
        run.t = segment[0];
        if !run.exact_segment(segment[1]) {
            return None;
        }
    }
    Some((run.recorder.y, run.stats))
}

/// The solve behind [`solve`], for any number with one value. Arguments have been checked.
#[inline(always)]
pub(crate) fn integrate<'a, F: VectorField, R: Real>(
    field: &'a F,
    p: &[R],
    y0: &[R],
    t0: f64,
    t1: f64,
    output: Output<'a>,
    options: &'a Options<'a>,
) -> Result<(Recorder<'a, R>, Stats), SolveError> {
    let mut run = Run::begin(field, y0, t0, t1, output, options);
    let try_exact = options.method == Method::Auto && exponential::applicable(field);
    let mut stiff = options.method == Method::Stiff;
    let (mut tsit5, mut rodas5p) = (None, None);
    let edges = if t1 > t0 { edges(field, p, t0, t1) } else { Vec::new() };
    for segment in edges.windows(2) {
        let middle = 0.5 * (segment[0].first() + segment[1].first());
        field.prepare(R::from_f64(middle), p, &mut run.work);
        run.t = segment[0];
        if try_exact && run.exact_segment(segment[1]) {
            continue;
        }
        run.h = None;
        loop {
            let reached = if stiff {
                run.segment(rodas5p.get_or_insert_with(|| Rodas5P::new(field)), segment[1])?
            } else {
                run.segment(tsit5.get_or_insert_with(|| Tsit5::new(y0.len())), segment[1])?
            };
            if reached {
                break;
            }
            stiff = !stiff;
            run.stats.switches += 1;
        }
    }
    Ok((run.recorder, run.stats))
}

/// The larger of two errors; not a number where either is, which `f64::max` would drop.
fn larger(a: f64, b: f64) -> f64 {
    if a > b || a.is_nan() { a } else { b }
}

struct Run<'a, F, R> {
    field: &'a F,
    options: &'a Options<'a>,
    t: R,
    t1: f64,
    y: Vec<R>,
    /// State at the end of the step tried.
    end: Vec<R>,
    work: Vec<R>,
    /// Step to begin with, where a change of method within a segment has left one.
    h: Option<f64>,
    recorder: Recorder<'a, R>,
    stats: Stats,
}

impl<'a, F: VectorField, R: Real> Run<'a, F, R> {
    fn begin(
        field: &'a F,
        y0: &[R],
        t0: f64,
        t1: f64,
        output: Output<'a>,
        options: &'a Options<'a>,
    ) -> Run<'a, F, R> {
        let mut recorder = Recorder::new(output, y0.len());
        recorder.begin(t0, y0);
        Run {
            field,
            options,
            t: R::from_f64(t0),
            t1,
            y: y0.to_vec(),
            end: y0.to_vec(),
            work: vec![R::zero(); field.work_len()],
            h: None,
            recorder,
            stats: Stats::default(),
        }
    }

    /// Propagates to `edge` exactly if this segment allows it.
    fn exact_segment(&mut self, edge: R) -> bool {
        let Some(relaxation) = Relaxation::detect(self.field, self.t, self.y[0], &self.work, &mut self.stats)
        else {
            return false;
        };
        let h = edge - self.t;
        if !relaxation.bounded_for(h.first()) {
            return false;
        }
        self.y[0] = relaxation.after(h);
        let t = self.t;
        self.recorder.stride(edge.first(), &self.y, |times, out| relaxation.at_each(t, times, out));
        self.t = edge;
        self.stats.steps += 1;
        self.stats.method.exponential = true;
        true
    }

    /// Steps to `edge`, or until the other kind of method would do better (then returns false).
    #[inline(always)]
    fn segment<S: Stepper<R>>(&mut self, stepper: &mut S, edge: R) -> Result<bool, SolveError> {
        S::name(&mut self.stats.method);
        stepper.restart(self.field, self.t, &self.y, &mut self.work, &mut self.stats);
        if let Some(i) = stepper.slope().iter().position(|f| !f.first().is_finite()) {
            let value = stepper.slope()[i].first();
            return Err(SolveError::Derivative { state: self.field.state_name(i), value, t: self.t.first() });
        }
        let mut h = match self.h.take() {
            Some(h) => h,
            None => self.first_step::<S>(stepper.slope(), edge),
        };
        let mut control = Controller::<f64>::new(S::ORDER, SAFETY);
        let mut watch = Watch::default();
        let mut refusal = None;
        loop {
            let left = edge.first() - self.t.first();
            h = h.min(self.options.h_max);
            // The last step ends on the edge, to the bit; the one before it does not leave a sliver.
            let last = left <= (1.01 * h).min(self.options.h_max);
            if !last && h > 0.5 * left {
                h = 0.5 * left;
            }
            let step = if last { edge - self.t } else { R::from_f64(h) };
            h = step.first();
            self.may_go_on(h, stepper, refusal)?;

            let computed =
                stepper.attempt(self.field, self.t, step, &self.y, &mut self.work, &mut self.stats);
            let norm = |error: &[R]| scaled_norm(error, &self.y, stepper.y_new(), self.options);
            let err = larger(stepper.error_inside().map_or(0.0, norm), norm(stepper.error()));
            refusal = self.refusal(computed, err, stepper.y_new());
            let factor = control.factor(err * err, matches!(refusal, None | Some(Refusal::Inaccurate)));
            if refusal.is_some() {
                self.stats.rejected += 1;
                h *= factor;
                continue;
            }

            let t_new = if last { edge } else { self.t + step };
            self.record(stepper, step, t_new);
            self.y.copy_from_slice(&self.end);
            self.t = t_new;
            self.stats.steps += 1;
            if last {
                return Ok(true);
            }
            let length = stepper.h_lambda(h, self.options);
            h *= factor;
            if self.options.method == Method::Auto && watch.should_switch(S::STIFF, length, left / h) {
                self.h = Some(h);
                return Ok(false);
            }
            stepper.advance(self.field, self.t, &mut self.work, &mut self.stats);
        }
    }

    fn first_step<S: Stepper<R>>(&mut self, slope: &[R], edge: R) -> f64 {
        let span = edge.first() - self.t.first();
        let h = first_step(&self.y, slope, span, S::ORDER, self.options, |h, f| {
            let ahead: Vec<R> = self.y.iter().zip(slope).map(|(&y, &k)| y + k * h).collect();
            self.field.eval(self.t + h, &ahead, &mut self.work, f);
            self.stats.evals += 1;
        });
        h.max(2.0 * self.floor())
    }

    /// The shortest step that still moves the time by a good part of itself.
    fn floor(&self) -> f64 {
        16.0 * f64::EPSILON * self.t.first().abs().max(1e-3 * f64::EPSILON * self.t1.abs())
    }

    /// Ends a solve that has used up its steps, that no step is short enough for, or that was cancelled.
    fn may_go_on<S: Stepper<R>>(
        &self,
        h: f64,
        stepper: &S,
        refusal: Option<Refusal>,
    ) -> Result<(), SolveError> {
        let (t, t1) = (self.t.first(), self.t1);
        if self.options.cancel.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(SolveError::Cancelled { t });
        }
        let max_steps = self.options.max_steps;
        if self.stats.steps + self.stats.rejected >= max_steps {
            let state = self.field.state_name(worst_state(stepper.error(), &self.y, self.options));
            return Err(SolveError::TooManySteps { max_steps, t, t1, h, state });
        }
        if let (Some(mut refusal), true) = (refusal, h < self.floor()) {
            let drained = self.runs_out(stepper.slope(), h);
            if refusal == Refusal::NotFinite && drained.is_some() {
                // A logarithm of what is used up within the step: that, and not the NaN it leaves, is the reason.
                refusal = Refusal::NotPositive;
            }
            let i = match refusal {
                Refusal::NotPositive if drained.is_some() => drained,
                Refusal::NotPositive => self.first_not_positive(stepper.y_new()),
                Refusal::NotFinite => stepper.y_new().iter().position(|y| !y.first().is_finite()),
                Refusal::Inaccurate => None,
            };
            let i = i.unwrap_or_else(|| worst_state(stepper.error(), &self.y, self.options));
            return Err(SolveError::StepTooSmall { state: self.field.state_name(i), t, h, refusal });
        }
        Ok(())
    }

    fn refusal(&self, computed: bool, err: f64, y_new: &[R]) -> Option<Refusal> {
        if !computed || !err.is_finite() || y_new.iter().any(|y| !y.first().is_finite()) {
            Some(Refusal::NotFinite)
        } else if self.first_not_positive(y_new).is_some() {
            Some(Refusal::NotPositive)
        } else if err > 1.0 {
            Some(Refusal::Inaccurate)
        } else {
            None
        }
    }

    /// The state that must stay positive and would be used up within a few steps of length `h` at its present slope.
    fn runs_out(&self, slope: &[R], h: f64) -> Option<usize> {
        const A_FEW: f64 = 1e3;
        let runs_out = |i: usize| self.y[i].first() < -A_FEW * h * slope[i].first();
        self.field.positive_states().iter().copied().find(|&i| runs_out(i))
    }

    fn first_not_positive(&self, y: &[R]) -> Option<usize> {
        self.field.positive_states().iter().copied().find(|&i| y[i].first() <= 0.0)
    }

    fn record<S: Stepper<R>>(&mut self, stepper: &mut S, step: R, t_new: R) {
        // A copy, because the stepper interpolates from its own end state.
        self.end.copy_from_slice(stepper.y_new());
        let y = &self.y;
        self.recorder.step(self.t, step, t_new.first(), &self.end, |theta, out| {
            stepper.interpolate(y, step, theta, out);
        });
    }
}
