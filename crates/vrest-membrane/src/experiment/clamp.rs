//! Voltage clamp: an amplifier that imposes V, or pulls it through a series resistance.
//!
//! Ideal: V is the command at every moment, and no state of the system; its place in the state vector stays where it
//! began. Through a series resistance R_s: C dV/dt = (V_command - V)/R_s - I_ion. In both cases the clamp current is what
//! the amplifier injects, C dV/dt + I_ion: outward current through the membrane is positive.

use super::{Driver, Experiment};
use crate::protocol::Segment;
use std::ops::Range;
use vrest_ode::{Real, Solution, VectorField};

#[derive(Debug, Clone)]
pub(super) struct Clamp {
    /// Place of the holding voltage among the parameters.
    pub hold: usize,
    /// Place of the series resistance, kohm cm2; none for an ideal clamp.
    pub series: Option<usize>,
    pub commands: Vec<Driver>,
    pub moves: bool,
    pub oscillates: bool,
    /// In the work vector: the holding voltage, 1/R_s, then the state with V imposed.
    pub work: Range<usize>,
}

/// Places in [`Clamp::work`].
const HOLD: usize = 0;
const INVERSE_SERIES: usize = 1;
const STATE: usize = 2;

impl Clamp {
    /// Numbers in the work vector for a membrane of `n` states.
    pub fn work_len(n: usize) -> usize {
        STATE + n
    }

    #[inline(always)]
    pub fn prepare<R: Real>(&self, t: R, p: &[R], work: &mut [R]) {
        work[self.work.start + HOLD] = p[self.hold];
        if let Some(series) = self.series {
            work[self.work.start + INVERSE_SERIES] = R::one() / p[series];
        }
        for d in &self.commands {
            d.waveform.segment(t, &p[d.params.clone()], p[self.hold]).store(&mut work[d.segment.clone()]);
        }
    }

    #[inline(always)]
    fn command<R: Real>(&self, t: R, work: &[R]) -> R {
        let mut v = work[self.work.start + HOLD];
        for d in &self.commands {
            v += Segment::value_at(&work[d.segment.clone()], t, self.oscillates);
        }
        v
    }
}

impl Experiment {
    #[inline(always)]
    pub(super) fn eval_clamped<R: Real>(&self, clamp: &Clamp, t: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        let command = clamp.command(t, work);
        let series = clamp.series.map(|_| work[clamp.work.start + INVERSE_SERIES]);
        let (membrane, own) = work.split_at_mut(self.membrane.work_len());
        if let Some(inverse) = series {
            self.membrane.derivative((command - y[0]) * inverse, y, membrane, dy);
            return;
        }
        let held = &mut own[clamp.work.start + STATE - membrane.len()..][..y.len()];
        held.copy_from_slice(y);
        held[0] = command;
        self.membrane.derivative(R::zero(), held, membrane, dy);
        dy[0] = R::zero();
    }

    /// Whether the voltage is clamped, ideally or through a series resistance.
    pub fn is_clamped(&self) -> bool {
        self.clamp.is_some()
    }

    /// Whether the clamp is ideal, so that V is the command and no state.
    pub fn imposes_voltage(&self) -> bool {
        self.clamp.as_ref().is_some_and(|c| c.series.is_none())
    }

    /// The command of the clamp just after each of `times`, mV; nothing without a clamp.
    pub fn command(&self, p: &[f64], times: &[f64]) -> Option<Vec<f64>> {
        let clamp = self.clamp.as_ref()?;
        Some(self.driven(&clamp.commands, p[clamp.hold], p, times))
    }

    /// What the clamp injects just after each time of `solution`, uA/cm2, outward membrane current positive. The
    /// spikes of capacitive current of an ideal clamp at a jump of the command are infinitely short and not in it.
    pub fn clamp_current(&self, p: &[f64], solution: &Solution) -> Option<Vec<f64>> {
        let clamp = self.clamp.as_ref()?;
        let command = self.command(p, &solution.t)?;
        if let Some(series) = clamp.series {
            let through = |(v, c): (f64, f64)| (c - v) / p[series];
            return Some(solution.state(0).zip(command).map(through).collect());
        }
        let speed = self.sum_over(&clamp.commands, p[clamp.hold], p, &solution.t, |segment, t| {
            let line = segment[1];
            if !clamp.oscillates {
                return line;
            }
            let [amplitude, phase, omega, glide] = [segment[2], segment[3], segment[4], segment[5]];
            line + amplitude * (phase + (omega + glide * t) * t).cos() * (omega + 2.0 * glide * t)
        });
        let (mut work, mut dy) = (vec![0.0; self.work_len()], vec![0.0; self.n_states()]);
        let edges = self.edges(p);
        let current = |(k, (v, speed)): (usize, (f64, f64))| {
            let t = solution.t[k];
            self.prepare(just_after(&edges, t), p, &mut work);
            if !self.changes.is_empty() {
                self.apply_changes(t, &mut work);
                self.prepare_membrane(&mut work);
            }
            let mut y = solution.row(k).to_vec();
            y[0] = v;
            let (membrane, own) = work.split_at_mut(self.membrane.work_len());
            self.membrane.derivative(0.0, &y, membrane, &mut dy);
            let now = if self.changes.is_empty() { p } else { own };
            let capacitance = self.membrane.surroundings(&now[..self.membrane.params().len()]).2;
            capacitance * (speed - dy[0])
        };
        Some(command.into_iter().zip(speed).enumerate().map(current).collect())
    }
}

/// The first edge after `t`, infinity after the last.
pub(super) fn next_edge(edges: &[f64], t: f64) -> f64 {
    edges.iter().copied().filter(|e| *e > t).fold(f64::INFINITY, f64::min)
}

/// A time inside the segment that begins at `t` or contains it.
pub(super) fn just_after(edges: &[f64], t: f64) -> f64 {
    let next = next_edge(edges, t);
    match 0.5 * (t + next) {
        infinite if infinite.is_infinite() => t + 1.0,
        // The last number before the edge has nothing between.
        middle if middle >= next => t,
        middle => middle,
    }
}
