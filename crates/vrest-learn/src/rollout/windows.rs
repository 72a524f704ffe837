//! Pieces of trajectories side by side.

use crate::kernels::{Aligned, Float, LANES, Lane};

/// Keeps the state where the field was trained.
///
/// Beyond [`low`, `high`] the field is evaluated at the border, and a restoring term -`pull` (v - border)
/// is added: outside its data a learned field may point anywhere, and a trajectory must not run away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guard<T> {
    /// Lower border of v.
    pub low: T,
    /// Upper border of v.
    pub high: T,
    /// Rate of the return.
    pub pull: T,
}

impl<T: Float> Guard<T> {
    /// The nearest v inside.
    #[inline(always)]
    pub fn clamp(&self, v: T) -> T {
        let v = if v < self.low { self.low } else { v };
        if v > self.high { self.high } else { v }
    }
    /// Whether the field itself answers for v (NaN does not).
    #[inline(always)]
    pub fn inside(&self, v: T) -> bool {
        v >= self.low && v <= self.high
    }
    /// The same guard in another precision.
    pub fn cast<U: Float>(&self) -> Guard<U> {
        let cast = |x: T| U::from_f64(x.to_f64());
        Guard { low: cast(self.low), high: cast(self.high), pull: cast(self.pull) }
    }
}

/// A chunk of windows, one a lane, each with its own steps: lane l starts at `v0[l]` and takes step k with
/// size `h[k][l]`, after which it may have a target. A lane that is shorter than the longest ends with
/// steps of size zero.
#[derive(Debug)]
pub struct Windows<T> {
    /// Constant inputs \[LANES, n_fixed\].
    pub z: Aligned<T>,
    /// Start values.
    pub v0: Lane<T>,
    /// Step sizes.
    pub h: Vec<Lane<T>>,
    /// Stimuli of each step at its start, middle and end: \[steps, 3, LANES, n_moving - 1\].
    pub u: Vec<T>,
    /// What v should be after each step.
    pub target: Vec<Lane<T>>,
    /// How much the square of the difference counts; zero for none.
    pub weight: Vec<Lane<T>>,
}

impl<T: Float> Windows<T> {
    /// Windows of `steps` steps of size zero, with zero inputs, targets and weights.
    pub fn zeros(steps: usize, n_moving: usize, n_fixed: usize) -> Self {
        let lane = [T::default(); LANES];
        Windows {
            z: Aligned::zeros(LANES * n_fixed),
            v0: lane,
            h: vec![lane; steps],
            u: vec![T::default(); steps * 3 * LANES * (n_moving - 1)],
            target: vec![lane; steps],
            weight: vec![lane; steps],
        }
    }

    /// Number of steps of the longest lane.
    pub fn steps(&self) -> usize {
        self.h.len()
    }

    /// Inputs that change along a trajectory: the voltage and the stimuli.
    pub fn n_moving(&self) -> usize {
        1 + self.u.len() / (3 * LANES * self.steps().max(1))
    }

    /// The stimuli of stage `at`, four a step, \[LANES, n_moving - 1\].
    #[inline(always)]
    pub(super) fn stimulus(&self, at: usize) -> &[T] {
        /// Which of a step's three samples a stage sees.
        const SAMPLE: [usize; 4] = [0, 1, 1, 2];
        let len = LANES * (self.n_moving() - 1);
        &self.u[(at / 4 * 3 + SAMPLE[at % 4]) * len..][..len]
    }

    /// For every stage, the number of stages from it on that see one stimulus. A lane that has ended sees any.
    pub(super) fn lasting(&self, out: &mut Vec<usize>) {
        let stages = 4 * self.steps();
        let n_u = self.n_moving() - 1;
        out.clear();
        out.resize(stages, 1);
        for at in (1..stages).rev() {
            let (before, now, h) = (self.stimulus(at - 1), self.stimulus(at), &self.h[at / 4]);
            let same = n_u == 0
                || (0..LANES).all(|l| {
                    h[l] == T::default() || before[l * n_u..(l + 1) * n_u] == now[l * n_u..(l + 1) * n_u]
                });
            if same {
                out[at - 1] = out[at] + 1;
            }
        }
    }
}
