//! A membrane under a protocol: what is integrated.
//!
//! Parameters: the membrane's, then the protocol's own (`stimulus.amplitude`, `stimulus.start`, ...; `v_start` where
//! the protocol starts at a voltage, `clamp.v` where it clamps one). Work: the membrane's, then its parameters as they are now, then one
//! straight line or sine for each waveform, then the injected current.

mod clamp;
mod resolve;

use clamp::{Clamp, just_after, next_edge};

use crate::cell::ParamInfo;
use crate::membrane::Membrane;
use crate::protocol::{Protocol, Segment, Waveform};
use crate::rest::{RestError, resting_potential};
use std::ops::Range;
use vrest_ode::{Dual, Member, Options, Output, Plan, Real, Solution, SolveError, Trajectory, VectorField};

/// A membrane with what is done to it.
#[derive(Debug, Clone)]
pub struct Experiment {
    membrane: Membrane,
    protocol: Protocol,
    params: Vec<ParamInfo>,
    v_start: Option<usize>,
    stimuli: Vec<Driver>,
    changes: Vec<Change>,
    clamp: Option<Clamp>,
    /// Whether a parameter of the membrane moves within a segment, so that the membrane is prepared anew at every
    /// evaluation.
    parameters_move: bool,
    stimuli_move: bool,
    stimuli_oscillate: bool,
    layout: Layout,
}

/// A waveform, its numbers in the parameter vector and its segment in the work vector.
#[derive(Debug, Clone)]
struct Driver {
    waveform: Waveform,
    params: Range<usize>,
    segment: Range<usize>,
}

/// A parameter of the membrane and what changes it.
#[derive(Debug, Clone)]
struct Change {
    param: usize,
    drivers: Vec<Driver>,
}

#[derive(Debug, Clone)]
struct Layout {
    /// The membrane's parameters as they are now; empty where nothing changes them.
    now: Range<usize>,
    /// The unchanged values of those that change.
    bases: Range<usize>,
    /// The injected current of the segment, where it does not move within one.
    stimulus: usize,
    end: usize,
}

impl Experiment {
    /// The membrane.
    pub fn membrane(&self) -> &Membrane {
        &self.membrane
    }
    /// The protocol.
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }
    /// The parameter vector: the membrane's, then the protocol's.
    pub fn params(&self) -> &[ParamInfo] {
        &self.params
    }
    /// The values of the cell and protocol files.
    pub fn defaults(&self) -> Vec<f64> {
        self.params.iter().map(|p| p.value).collect()
    }
    /// The place of the parameter at `path`.
    pub fn index(&self, path: &str) -> Option<usize> {
        self.params.iter().position(|p| p.path == path)
    }
    /// Gives the number at `path` another value, in the unit of its dimension, in [`params`](Self::params) and
    /// [`defaults`](Self::defaults). Returns whether there is such a number.
    pub fn set(&mut self, path: &str, value: f64) -> bool {
        let number = self.params.iter_mut().find(|p| p.path == path);
        number.map(|p| p.value = value).is_some()
    }
    /// Where the starting voltage stands among the parameters, if the protocol gives one.
    pub fn v_start(&self) -> Option<usize> {
        self.v_start
    }

    /// Whether any current is injected.
    pub fn has_stimulus(&self) -> bool {
        !self.stimuli.is_empty()
    }
    /// Whether the injected current is constant between its edges (steps and pulses, no ramp, sine or table of
    /// straight lines).
    pub fn stimulus_is_stepped(&self) -> bool {
        !self.stimuli_move
    }

    /// The state at time 0: at `v`, or at the protocol's starting voltage; gates at their steady state.
    ///
    /// A protocol that starts at rest needs `v`; [`initial_state`](Self::initial_state) finds it.
    pub fn state_at<R: Real>(&self, v: R, p: &[R], y: &mut [R]) {
        self.membrane.state_at(v, &p[..self.membrane.params().len()], y);
    }

    /// The state at time 0 of the protocol: at its starting voltage, or at the rest of the unchanged membrane.
    ///
    /// # Errors
    /// Where the protocol starts at rest and the membrane has none.
    pub fn initial_state(&self, p: &[f64]) -> Result<Vec<f64>, RestError> {
        let v = match self.v_start {
            Some(index) => p[index],
            None => resting_potential(&self.membrane, &p[..self.membrane.params().len()])?,
        };
        let mut y = vec![0.0; self.n_states()];
        self.state_at(v, p, &mut y);
        Ok(y)
    }

    /// The injected current just after each of `times`, uA/cm2.
    pub fn stimulus(&self, p: &[f64], times: &[f64]) -> Vec<f64> {
        self.driven(&self.stimuli, 0.0, p, times)
    }

    /// Every parameter that the protocol changes, with its values just after each of `times`.
    pub fn changed(&self, p: &[f64], times: &[f64]) -> Vec<(&ParamInfo, Vec<f64>)> {
        let one = |c: &Change| (&self.params[c.param], self.driven(&c.drivers, p[c.param], p, times));
        self.changes.iter().map(one).collect()
    }

    /// [`vrest_ode::solve`] of this experiment. Compiled here, once, and not anew in every crate that solves.
    ///
    /// # Errors
    /// See [`SolveError`].
    pub fn solve(
        &self,
        p: &[f64],
        y0: &[f64],
        t0: f64,
        t1: f64,
        output: Output<'_>,
        options: &Options<'_>,
    ) -> Result<Solution, SolveError> {
        vrest_ode::solve(self, p, y0, t0, t1, output, options)
    }

    /// [`vrest_ode::ensemble_on_all_threads`] of this experiment. Compiled here, once, as [`solve`](Self::solve) is.
    ///
    /// Rates of gates that cost more to evaluate than to look up are tabulated first, for the numbers of the cell file.
    ///
    /// # Errors
    /// Each member has its own, see [`SolveError`].
    pub fn ensemble(
        &self,
        plan: &Plan<'_>,
        n: usize,
        member: &(dyn Fn(usize) -> Option<Member> + Sync),
        done: &(dyn Fn(usize, Result<Trajectory, SolveError>) + Sync),
    ) {
        let own = &self.defaults()[..self.membrane.params().len()];
        match self.membrane.with_tabulated_rates(own) {
            Some(membrane) => {
                let tabulated = Experiment { membrane, ..self.clone() };
                vrest_ode::ensemble_on_all_threads(&tabulated, plan, n, member, done);
            }
            None => vrest_ode::ensemble_on_all_threads(self, plan, n, member, done),
        }
    }

    /// `base` plus what `drivers` add just after each of `times`.
    fn driven(&self, drivers: &[Driver], base: f64, p: &[f64], times: &[f64]) -> Vec<f64> {
        let sines = drivers.iter().any(|d| d.waveform.oscillates());
        let sum = self.sum_over(drivers, base, p, times, |segment, t| Segment::value_at(segment, t, sines));
        sum.into_iter().map(|x| base + x).collect()
    }

    /// The sum of `f` over the segments of `drivers` just after each of `times`.
    fn sum_over(
        &self,
        drivers: &[Driver],
        base: f64,
        p: &[f64],
        times: &[f64],
        f: impl Fn(&[f64], f64) -> f64,
    ) -> Vec<f64> {
        const LEN: usize = Segment::<f64>::LEN;
        let edges = self.edges(p);
        let mut segments = vec![0.0; LEN * drivers.len()];
        let mut looked_up = f64::INFINITY..f64::NEG_INFINITY;
        let mut at = |t: f64| {
            // The waveforms are looked up once an interval, not once a time.
            if !looked_up.contains(&t) {
                looked_up = t..next_edge(&edges, t);
                let inside = just_after(&edges, t);
                for (d, segment) in drivers.iter().zip(segments.chunks_exact_mut(LEN)) {
                    d.waveform.segment(inside, &p[d.params.clone()], base).store(segment);
                }
            }
            segments.chunks_exact(LEN).fold(0.0, |sum, segment| sum + f(segment, t))
        };
        times.iter().map(|&t| at(t)).collect()
    }

    fn edges(&self, p: &[f64]) -> Vec<f64> {
        let mut edges = Vec::new();
        self.breakpoints(p, &mut edges);
        edges
    }

    /// Puts the membrane's parameters at time `t` into `work`.
    #[inline(always)]
    fn apply_changes<R: Real>(&self, t: R, work: &mut [R]) {
        for (i, c) in self.changes.iter().enumerate() {
            let mut value = work[self.layout.bases.start + i];
            for d in &c.drivers {
                value += Segment::value_at(&work[d.segment.clone()], t, d.waveform.oscillates());
            }
            work[self.layout.now.start + c.param] = value;
        }
    }

    /// The injected current at time `t`, from the segments in `work`.
    #[inline(always)]
    fn injected<R: Real>(&self, t: R, work: &[R]) -> R {
        let mut current = R::zero();
        for d in &self.stimuli {
            current += Segment::value_at(&work[d.segment.clone()], t, self.stimuli_oscillate);
        }
        current
    }

    #[inline(always)]
    fn prepare_membrane<R: Real>(&self, work: &mut [R]) {
        let (membrane, own) = work.split_at_mut(self.layout.now.start);
        self.membrane.prepare_from(&own[..self.membrane.params().len()], membrane);
    }
}

impl VectorField for Experiment {
    fn n_states(&self) -> usize {
        self.membrane.n_states()
    }
    fn n_params(&self) -> usize {
        self.params.len()
    }
    fn work_len(&self) -> usize {
        self.layout.end
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, t: R, p: &[R], work: &mut [R]) {
        for d in &self.stimuli {
            d.waveform.segment(t, &p[d.params.clone()], R::zero()).store(&mut work[d.segment.clone()]);
        }
        work[self.layout.stimulus] = self.injected(t, work);
        if let Some(clamp) = &self.clamp {
            clamp.prepare(t, p, work);
        }
        let own = &p[..self.membrane.params().len()];
        if self.changes.is_empty() {
            self.membrane.prepare_from(own, work);
            return;
        }
        work[self.layout.now.clone()].copy_from_slice(own);
        for (i, c) in self.changes.iter().enumerate() {
            work[self.layout.bases.start + i] = p[c.param];
            for d in &c.drivers {
                d.waveform.segment(t, &p[d.params.clone()], p[c.param]).store(&mut work[d.segment.clone()]);
            }
        }
        self.apply_changes(t, work);
        self.prepare_membrane(work);
    }

    #[inline(always)]
    fn eval<R: Real>(&self, t: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        if self.parameters_move {
            self.apply_changes(t, work);
            self.prepare_membrane(work);
        }
        if let Some(clamp) = &self.clamp {
            self.eval_clamped(clamp, t, y, work, dy);
            return;
        }
        let current = if self.stimuli_move { self.injected(t, work) } else { work[self.layout.stimulus] };
        let (membrane, _) = work.split_at_mut(self.membrane.work_len());
        self.membrane.derivative(current, y, membrane, dy);
    }

    fn has_second_derivative(&self) -> bool {
        self.membrane.has_cheap_second_derivative() && !self.parameters_move && self.clamp.is_none()
    }

    #[inline(always)]
    fn eval_second<R: Real>(&self, t: R, y: &[R], work: &mut [Dual<R, 1>], dy: &mut [R], ddy: &mut [R]) {
        if self.stimuli_move {
            let current = self.injected(Dual::variable(t, 0), work);
            self.membrane.derivatives(&current, y, &mut work[..self.membrane.work_len()], dy, ddy);
            return;
        }
        let (membrane, rest) = work.split_at_mut(self.membrane.work_len());
        let current = &rest[self.layout.stimulus - membrane.len()];
        self.membrane.derivatives(current, y, membrane, dy, ddy);
    }

    fn breakpoints<R: Real>(&self, p: &[R], out: &mut Vec<R>) {
        let commands = self.clamp.iter().flat_map(|c| &c.commands);
        let changes = self.changes.iter().flat_map(|c| &c.drivers);
        for d in self.stimuli.iter().chain(changes).chain(commands) {
            d.waveform.edges(&p[d.params.clone()], self.protocol.duration, out);
        }
    }

    fn depends_on_time(&self) -> bool {
        self.stimuli_move || self.parameters_move || self.clamp.as_ref().is_some_and(|c| c.moves)
    }
    fn is_affine(&self) -> bool {
        self.membrane.is_affine() && !self.parameters_move && self.clamp.is_none()
    }
    fn positive_states(&self) -> &[usize] {
        self.membrane.positive_states()
    }
    fn state_name(&self, i: usize) -> String {
        self.membrane.state_name(i)
    }
}
