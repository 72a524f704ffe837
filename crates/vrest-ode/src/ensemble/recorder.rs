//! The recorded courses of the members in the lanes.

use super::Plan;
use super::pack::{Bits, lanes_of};
use crate::lanes::{BLOCK, Lanes, Mask, Vector, WIDTH};
use crate::real::Real;

/// What is recorded, and how far each lane is.
pub(super) struct Recorder<'a, V: Vector> {
    plan: &'a Plan<'a>,
    /// All times to be recorded, and after them infinity as often as a vector has places.
    times: Vec<f64>,
    /// How many of them each lane has behind it.
    recorded: [usize; WIDTH],
    /// The next of them.
    wanted: Lanes<V>,
    /// The courses: for each lane and each recorded state one as long as `times`. None before a member begins: an
    /// ensemble of exact solutions needs none.
    courses: Vec<f64>,
    /// For each recorded state the coefficients of the step's interpolant, lane by lane.
    curves: Vec<[[f64; WIDTH]; 6]>,
}

impl<'a, V: Vector> Recorder<'a, V> {
    pub(super) fn new(plan: &'a Plan<'a>) -> Self {
        let times: Vec<f64> = plan.times.iter().copied().chain([f64::INFINITY; BLOCK]).collect();
        let states = plan.record.len();
        Recorder {
            plan,
            recorded: [0; WIDTH],
            wanted: Lanes::zero(),
            courses: Vec::new(),
            curves: vec![[[0.0; WIDTH]; 6]; states],
            times,
        }
    }

    /// A member begins in lane `l`, in the state `y0`.
    pub(super) fn begin(&mut self, l: usize, y0: &[f64]) {
        self.courses.resize(WIDTH * self.plan.record.len() * self.times.len(), 0.0);
        let at_once = self.plan.times.iter().take_while(|t| **t <= self.plan.t0).count();
        for (s, &i) in self.plan.record.iter().enumerate() {
            self.course(l, s)[..at_once].fill(y0[i]);
        }
        self.recorded[l] = at_once;
        *self.wanted.lane_mut(l) = self.times[at_once];
    }

    fn course(&mut self, l: usize, state: usize) -> &mut [f64] {
        let n = self.times.len();
        &mut self.courses[(l * self.plan.record.len() + state) * n..][..n]
    }

    /// The course of the member that has come to its end in lane `l`, row-major.
    pub(super) fn finish(&self, l: usize) -> Vec<f64> {
        let (states, n) = (self.plan.record.len(), self.plan.times.len());
        let of = |s: usize| &self.courses[(l * states + s) * self.times.len()..][..n];
        match states {
            1 => of(0).to_vec(),
            _ => (0..n).flat_map(|k| (0..states).map(move |s| of(s)[k])).collect(),
        }
    }

    /// The lanes whose next time is not after `t`.
    #[inline(always)]
    pub(super) fn due(&self, t: Lanes<V>) -> Mask<V> {
        !t.lt(self.wanted)
    }

    /// Records the times within the steps from `t` of length `step` to `t_new` of the lanes `due`: one lane after the other,
    /// several times at once. `curve(i)` is the interpolant of state `i`.
    #[inline(always)]
    pub(super) fn record(
        &mut self,
        due: Bits,
        [t, step, t_new]: [Lanes<V>; 3],
        curve: impl Fn(usize) -> [Lanes<V>; 6],
    ) {
        for (of, &i) in self.curves.iter_mut().zip(self.plan.record) {
            for (of, coefficient) in of.iter_mut().zip(curve(i)) {
                *of = coefficient.to_array();
            }
        }
        let (t, end, per_step) = (t.to_array(), t_new.to_array(), (Lanes::<V>::one() / step).to_array());
        let n = self.times.len();
        for l in lanes_of(due) {
            let (t, per_step, end) = (V::splat(t[l]), V::splat(per_step[l]), V::splat(end[l]));
            let (mut at, row) = (self.recorded[l], l * self.curves.len() * n);
            loop {
                let wanted = V::from_slice(&self.times[at..]);
                let theta = wanted.sub(t).mul(per_step);
                let mut place = row + at;
                for curve in &self.curves {
                    let mut value = V::splat(curve[5][l]);
                    for power in (0..5).rev() {
                        value = value.mul_add(theta, V::splat(curve[power][l]));
                    }
                    // Those beyond the step are written over by the next.
                    self.courses[place..][..BLOCK].copy_from_slice(value.as_array());
                    place += n;
                }
                let within = V::mask_bits(V::none(end.lt(wanted))).trailing_ones() as usize;
                at += within;
                if within < BLOCK {
                    break;
                }
            }
            self.recorded[l] = at;
            *self.wanted.lane_mut(l) = self.times[at];
        }
    }
}
