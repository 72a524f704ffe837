//! The explicit methods as lanes take their steps: everything that depends on the method and not on the lanes.

use super::Plan;
use super::lane::Beginning;
use super::pack::Bits;
use crate::control::SAFETY;
use crate::dual::Dual;
use crate::field::VectorField;
use crate::lanes::{Lanes, Mask, Vector};
use crate::real::Real;
use crate::solution::MethodsUsed;
use crate::{tdrk6, tsit5};

/// What a step has shown of one state.
pub(super) struct Seen<V> {
    /// The estimated error.
    pub(super) error: Lanes<V>,
    /// The distance between two states at the end of the step, and the step times that between their slopes: their quotient
    /// is h |lambda| in the direction in which an unstable step would blow up (Hairer & Wanner II, section IV.2).
    pub(super) apart: [Lanes<V>; 2],
}

/// A method in lanes, with what it keeps of the steps.
pub(super) trait Method<V: Vector> {
    /// The error estimate shrinks like h^ORDER.
    const ORDER: f64;
    /// Part of the step that the error estimate would allow.
    const SAFETY: f64;
    /// On the negative real axis it is stable while h |lambda| stays below this.
    const STABLE_H_LAMBDA: f64;
    /// Whether the members that it does not suit are left to other methods in lanes.
    const SELECTIVE: bool = false;

    fn new<F: VectorField>(field: &F, plan: &Plan) -> Self;
    /// Enters itself into the set of methods.
    fn name(used: &mut MethodsUsed);
    /// Evaluations of the field in lane `l` after so many steps.
    fn evals(&self, l: usize, steps: usize) -> usize;
    /// A member comes to lane `l`.
    fn take(&mut self, _l: usize) {}
    /// A segment is about to begin in lane `l` in the state `y`; `work` is the field's. False where the method does not suit.
    #[inline(always)]
    fn open<F: VectorField>(&mut self, _field: &F, _l: usize, _t: f64, _y: &[f64], _work: &[f64]) -> bool {
        true
    }
    /// The slope in the segment just opened.
    fn slope<F: VectorField>(&mut self, field: &F, t: f64, y: &[f64], work: &mut [f64], out: &mut [f64]) {
        field.eval(t, y, work, out);
    }
    /// The segment just opened begins in lane `l`.
    fn scatter(&mut self, l: usize, room: &Beginning);
    /// Finds what the first step of a segment needs in the lanes `fresh`, which begin one at (t, y).
    fn begin<F: VectorField>(
        &mut self,
        field: &F,
        t: Lanes<V>,
        y: &[Lanes<V>],
        fresh: impl Iterator<Item = usize>,
    );
    /// A step from (t, y) of length h to `y_new`. Returns the lanes that it does not suit any more.
    fn step<F: VectorField>(
        &mut self,
        field: &F,
        t: Lanes<V>,
        h: Lanes<V>,
        y: &[Lanes<V>],
        y_new: &mut [Lanes<V>],
    ) -> Bits;
    /// Gives `out` what a step of length h from `y` to `y_new` shows of each state, in their order.
    fn seen(&self, h: Lanes<V>, y: &[Lanes<V>], y_new: &[Lanes<V>], out: impl FnMut(usize, Seen<V>));
    /// The interpolant of state `i`, which the step took from `y` to `y_new`: the coefficients of theta^0..5.
    fn curve(&self, i: usize, h: Lanes<V>, y: Lanes<V>, y_new: Lanes<V>) -> [Lanes<V>; 6];
    /// Moves to the end of the step in the lanes `accepted`.
    fn carry(&mut self, accepted: Mask<V>);
}

/// [`tsit5`] in lanes.
pub(super) struct Tsit5<V> {
    n: usize,
    work: Vec<Lanes<V>>,
    k: Vec<Lanes<V>>,
    last_stage: Vec<Lanes<V>>,
}

impl<V: Vector> Tsit5<V> {
    /// The slope of the first state at the start of the step.
    pub(super) fn slope_of_first(&self) -> Lanes<V> {
        self.k[0]
    }
}

impl<V: Vector> Method<V> for Tsit5<V> {
    const ORDER: f64 = tsit5::ORDER;
    const SAFETY: f64 = SAFETY;
    const STABLE_H_LAMBDA: f64 = tsit5::STABLE_H_LAMBDA;

    fn new<F: VectorField>(field: &F, _: &Plan) -> Self {
        let n = field.n_states();
        let zeros = |n| vec![Lanes::zero(); n];
        Tsit5 { n, work: zeros(field.work_len()), k: zeros(tsit5::STAGES * n), last_stage: zeros(n) }
    }

    fn name(used: &mut MethodsUsed) {
        used.tsit5 = true;
    }

    fn evals(&self, _: usize, steps: usize) -> usize {
        (tsit5::STAGES - 1) * steps
    }

    fn scatter(&mut self, l: usize, room: &Beginning) {
        for (to, from) in self.work.iter_mut().zip(&room.work) {
            *to.lane_mut(l) = *from;
        }
        for (to, from) in self.k.iter_mut().zip(&room.slope) {
            *to.lane_mut(l) = *from;
        }
    }

    #[inline(always)]
    fn begin<F: VectorField>(&mut self, _: &F, _: Lanes<V>, _: &[Lanes<V>], _: impl Iterator<Item = usize>) {}

    #[inline(always)]
    fn step<F: VectorField>(
        &mut self,
        field: &F,
        t: Lanes<V>,
        h: Lanes<V>,
        y: &[Lanes<V>],
        y_new: &mut [Lanes<V>],
    ) -> Bits {
        tsit5::stages(field, t, h, y, &mut self.work, &mut self.k, &mut self.last_stage, y_new);
        0
    }

    #[inline(always)]
    fn seen(&self, h: Lanes<V>, y: &[Lanes<V>], y_new: &[Lanes<V>], mut out: impl FnMut(usize, Seen<V>)) {
        let n = y.len();
        let [before, last] =
            [&self.k[(tsit5::STAGES - 2) * n..][..n], &self.k[(tsit5::STAGES - 1) * n..][..n]];
        let (y_new, last_stage) = (&y_new[..n], &self.last_stage[..n]);
        for i in 0..n {
            let apart = [y_new[i] - last_stage[i], h * (last[i] - before[i])];
            out(i, Seen { error: tsit5::error_of(&self.k, n, h, i), apart });
        }
    }

    #[inline(always)]
    fn curve(&self, i: usize, h: Lanes<V>, y: Lanes<V>, _: Lanes<V>) -> [Lanes<V>; 6] {
        let [c0, c1, c2, c3, c4] = tsit5::polynomial(y, &self.k, self.n, h, i);
        [c0, c1, c2, c3, c4, Lanes::zero()]
    }

    #[inline(always)]
    fn carry(&mut self, accepted: Mask<V>) {
        carry(&mut self.k, self.n, accepted);
    }
}

/// What is known of the last stage, into the place of the first, in the lanes `accepted`.
#[inline(always)]
fn carry<V: Vector>(stages: &mut [Lanes<V>], n: usize, accepted: Mask<V>) {
    let last = stages.len() - n;
    let (first, last) = stages.split_at_mut(last);
    for (first, last) in first[..n].iter_mut().zip(last) {
        *first = Lanes::select(accepted, *last, *first);
    }
}

/// [`tdrk6`] in lanes.
pub(super) struct Tdrk6<V> {
    n: usize,
    work: Vec<Dual<Lanes<V>, 1>>,
    /// First and second derivatives at all stages, n values each.
    slopes: Vec<Lanes<V>>,
    seconds: Vec<Lanes<V>>,
}

impl<V: Vector> Tdrk6<V> {
    /// One quantity at each stage, n values each.
    #[inline(always)]
    fn by_stage(of: &[Lanes<V>], n: usize) -> [&[Lanes<V>]; tdrk6::STAGES] {
        // Written out: `array::from_fn` of so many becomes a call.
        [&of[..n], &of[n..][..n], &of[2 * n..][..n], &of[3 * n..][..n], &of[4 * n..][..n]]
    }

    /// The state of stage `S`, into `y_stage`, and its derivatives.
    #[inline(always)]
    fn stage<const S: usize, F: VectorField>(
        &mut self,
        field: &F,
        t: Lanes<V>,
        h: Lanes<V>,
        y: &[Lanes<V>],
        y_stage: &mut [Lanes<V>],
    ) {
        let n = y.len();
        let (done, rest) = self.seconds.split_at_mut(S * n);
        // Slices of length n, so that the loop checks no bounds.
        let done: [&[Lanes<V>]; S] = std::array::from_fn(|j| &done[j * n..][..n]);
        let (slopes, y_stage) = (&self.slopes[..n], &mut y_stage[..n]);
        for i in 0..n {
            y_stage[i] = tdrk6::combine(h, y[i], slopes[i], &done, i);
        }
        let slopes = &mut self.slopes[S * n..][..n];
        field.eval_second(t + h * tdrk6::C[S], y_stage, &mut self.work, slopes, &mut rest[..n]);
    }
}

impl<V: Vector> Method<V> for Tdrk6<V> {
    const ORDER: f64 = tdrk6::ORDER;
    const SAFETY: f64 = tdrk6::SAFETY;
    const STABLE_H_LAMBDA: f64 = tdrk6::STABLE_H_LAMBDA;

    fn new<F: VectorField>(field: &F, _: &Plan) -> Self {
        let n = field.n_states();
        let zeros = || vec![Lanes::zero(); tdrk6::STAGES * n];
        let work = vec![Dual::constant(Lanes::zero()); field.work_len()];
        Tdrk6 { n, work, slopes: zeros(), seconds: zeros() }
    }

    fn name(used: &mut MethodsUsed) {
        used.tdrk6 = true;
    }

    fn evals(&self, _: usize, steps: usize) -> usize {
        (tdrk6::STAGES - 1) * steps
    }

    fn scatter(&mut self, l: usize, room: &Beginning) {
        for (to, from) in self.work.iter_mut().zip(&room.work) {
            *to.re.lane_mut(l) = *from;
        }
    }

    #[inline(always)]
    fn begin<F: VectorField>(
        &mut self,
        field: &F,
        t: Lanes<V>,
        y: &[Lanes<V>],
        fresh: impl Iterator<Item = usize>,
    ) {
        // Those of the last stage are not needed any more.
        let from = (tdrk6::STAGES - 1) * self.n;
        let (slopes, slopes_there) = self.slopes.split_at_mut(from);
        let (seconds, seconds_there) = self.seconds.split_at_mut(from);
        field.eval_second(t, y, &mut self.work, slopes_there, seconds_there);
        for l in fresh {
            for i in 0..self.n {
                *slopes[i].lane_mut(l) = slopes_there[i].lane(l);
                *seconds[i].lane_mut(l) = seconds_there[i].lane(l);
            }
        }
    }

    #[inline(always)]
    fn step<F: VectorField>(
        &mut self,
        field: &F,
        t: Lanes<V>,
        h: Lanes<V>,
        y: &[Lanes<V>],
        y_new: &mut [Lanes<V>],
    ) -> Bits {
        self.stage::<1, F>(field, t, h, y, y_new);
        self.stage::<2, F>(field, t, h, y, y_new);
        self.stage::<3, F>(field, t, h, y, y_new);
        self.stage::<4, F>(field, t, h, y, y_new);
        0
    }

    /// The same weights make two states at the end of the step: the one that the slopes integrate to, and the one that
    /// has the slope to which the second derivatives integrate.
    #[inline(always)]
    fn seen(&self, h: Lanes<V>, y: &[Lanes<V>], y_new: &[Lanes<V>], mut out: impl FnMut(usize, Seen<V>)) {
        let n = y.len();
        let (slopes, seconds) = (Self::by_stage(&self.slopes, n), Self::by_stage(&self.seconds, n));
        let y_new = &y_new[..n];
        for i in 0..n {
            let (start, end) = (slopes[0][i], slopes[tdrk6::STAGES - 1][i]);
            let error = h * (end - h.mul_plus(tdrk6::mean(&seconds, i), start));
            out(i, Seen { error, apart: [y_new[i] - h.mul_plus(tdrk6::mean(&slopes, i), y[i]), error] });
        }
    }

    #[inline(always)]
    fn curve(&self, i: usize, h: Lanes<V>, y: Lanes<V>, y_new: Lanes<V>) -> [Lanes<V>; 6] {
        let end = (tdrk6::STAGES - 1) * self.n + i;
        let slopes = [self.slopes[i], self.slopes[end]];
        tdrk6::hermite(h, [y, y_new], slopes, [self.seconds[i], self.seconds[end]])
    }

    #[inline(always)]
    fn carry(&mut self, accepted: Mask<V>) {
        carry(&mut self.slopes, self.n, accepted);
        carry(&mut self.seconds, self.n, accepted);
    }
}
