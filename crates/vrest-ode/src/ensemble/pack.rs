//! The lanes and the steps that they take together.

use super::lane::{Beginning, Lane};
use super::method::Method;
use super::recorder::Recorder;
use super::{Member, Plan, Trajectory, alone, exactly};
use crate::control::{ACCEPTED_BELOW, Controller};
use crate::error::SolveError;
use crate::field::VectorField;
use crate::lanes::{Lanes, Mask, Vector, WIDTH};
use crate::options;
use crate::real::Real;
use crate::solution::Stats;
use crate::stiffness::AT_THE_LIMIT;
use std::sync::atomic::Ordering;

/// One bit a lane.
pub(super) type Bits = u32;

/// What the steps have come to, lane by lane.
#[derive(Default)]
struct Events {
    /// Reached an edge of theirs.
    arrived: Bits,
    /// Not for lanes.
    unsuited: Bits,
}

/// The set bits, lowest first.
#[inline(always)]
pub(super) fn lanes_of(mut bits: Bits) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let l = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        // Not more than the lanes, so that nothing need be checked where they are used.
        (l < Bits::BITS).then_some(l as usize % WIDTH)
    })
}

/// `WIDTH` members and their common arithmetic.
pub(super) struct Pack<'a, F, V: Vector, M> {
    field: &'a F,
    plan: &'a Plan<'a>,
    method: M,
    lanes: [Option<Lane>; WIDTH],
    /// The lanes that have a member.
    filled: Bits,
    /// The lanes that begin a segment with the next step.
    fresh: Bits,
    t: Lanes<V>,
    /// The edge each is on its way to; its own time where a lane is empty, so that it stands still.
    edge: Lanes<V>,
    recorder: Recorder<'a, V>,
    /// The step that the control proposes.
    proposed: Lanes<V>,
    /// Steps tried and accepted so far.
    tried: Lanes<V>,
    accepted: Lanes<V>,
    /// The lanes with a step in favour of the stiff method of late.
    suspects: Bits,
    control: Controller<Lanes<V>>,
    y: Vec<Lanes<V>>,
    y_new: Vec<Lanes<V>>,
    room: Beginning,
    /// Members for others.
    left: Vec<Member>,
}

impl<'a, F: VectorField, V: Vector, M: Method<V>> Pack<'a, F, V, M> {
    pub(super) fn new(field: &'a F, plan: &'a Plan<'a>) -> Self {
        let n = field.n_states();
        let zeros = |n| vec![Lanes::zero(); n];
        Pack {
            field,
            plan,
            method: M::new(field, plan),
            lanes: std::array::from_fn(|_| None),
            filled: 0,
            fresh: 0,
            t: Lanes::zero(),
            edge: Lanes::zero(),
            recorder: Recorder::new(plan),
            proposed: Lanes::zero(),
            tried: Lanes::zero(),
            accepted: Lanes::zero(),
            suspects: 0,
            control: Controller::new(M::ORDER, M::SAFETY),
            y: zeros(n),
            y_new: zeros(n),
            room: Beginning { work: vec![0.0; field.work_len()], slope: vec![0.0; n], h: 0.0 },
            left: Vec::new(),
        }
    }

    /// Takes the members that `next` gives to their ends. Returns those that the method does not suit, if it is selective.
    #[inline(always)]
    pub(super) fn run(
        mut self,
        next: &mut dyn FnMut() -> Option<Member>,
        done: &mut dyn FnMut(usize, Result<Trajectory, SolveError>),
    ) -> Vec<Member> {
        for l in 0..WIDTH {
            self.refill(l, next, done);
        }
        while self.filled != 0 {
            if self.plan.options.cancel.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
                self.cancel(done);
                break;
            }
            if self.fresh != 0 {
                self.method.begin(self.field, self.t, &self.y, lanes_of(self.fresh));
                self.fresh = 0;
            }
            let (step, last) = self.choose_steps();
            let unsuited = self.method.step(self.field, self.t, step, &self.y, &mut self.y_new) & self.filled;
            let events = self.judge(step, last);
            for l in lanes_of(events.unsuited | unsuited) {
                self.give_up(l, next, done);
            }
            for l in lanes_of(events.arrived & !unsuited) {
                self.arrive(l, next, done);
            }
        }
        self.left
    }

    /// Every lane's step and whether it ends on the lane's edge.
    #[inline(always)]
    fn choose_steps(&self) -> (Lanes<V>, Mask<V>) {
        let h_max = Lanes::from_f64(self.plan.options.h_max);
        let left = self.edge - self.t;
        let h = self.proposed.min(h_max);
        // The last step ends on the edge, to the bit; the one before it does not leave a sliver.
        let last = !((h * 1.01).min(h_max).lt(left));
        let half = left * 0.5;
        (Lanes::select(last, left, half.min(h)), last)
    }

    /// Accepts or refuses every lane's step, records, and moves the lanes on.
    #[inline(always)]
    fn judge(&mut self, step: Lanes<V>, last: Mask<V>) -> Events {
        let (n, options) = (self.y.len(), self.plan.options);
        // Sums of squares, each state in units of its tolerance at the larger of the two states, else the rounding of a large
        // one hides a small stiff one. What is divided by is never zero.
        let (mut square, mut dy, mut df) = (Lanes::zero(), Lanes::from_f64(f64::MIN_POSITIVE), Lanes::zero());
        let (from, to) = (&self.y[..n], &self.y_new[..n]);
        self.method.seen(
            step,
            from,
            to,
            #[inline(always)]
            |i, seen| {
                let size = from[i].abs().max(to[i].abs());
                let per_tolerance = (size * options.rtol + options.atol.of(i)).reciprocal_estimate();
                let [y, f] = seen.apart;
                let (e, y, f) = (seen.error * per_tolerance, y * per_tolerance, f * per_tolerance);
                square = e.mul_plus(e, square);
                dy = y.mul_plus(y, dy);
                df = f.mul_plus(f, df);
            },
        );
        let square = square * (1.0 / n as f64);
        let mut positive = Lanes::zero().lt(Lanes::one());
        for &i in self.field.positive_states() {
            positive = positive & Lanes::zero().lt(self.y_new[i]);
        }
        let accepted = square.lt(Lanes::from_f64(ACCEPTED_BELOW)) & positive;
        let factor = self.control.factor(square, positive);
        let t_new = Lanes::select(last, self.edge, self.t + step);

        let due = (accepted & self.recorder.due(t_new)).bits() & self.filled;
        if due != 0 {
            let (method, y, y_new) = (&self.method, &self.y, &self.y_new);
            self.recorder.record(
                due,
                [self.t, step, t_new],
                #[inline(always)]
                |i| method.curve(i, step, y[i], y_new[i]),
            );
        }
        let h = step * factor;
        self.tried = self.tried + 1.0;
        self.accepted = Lanes::select(accepted, self.accepted + 1.0, self.accepted);
        let too_many = !self.tried.lt(Lanes::from_f64(options.max_steps as f64));
        let too_short = h.lt(self.t.abs() * (16.0 * f64::EPSILON) + f64::MIN_POSITIVE);
        let arrived = (accepted & last).bits() & self.filled;
        let unsuited = (too_many | (too_short & !accepted)).bits() & self.filled & !arrived;
        let stiff = self.stiff([dy, df], accepted, self.edge - t_new, h) & !arrived;
        self.proposed = h;
        self.t = Lanes::select(accepted, t_new, self.t);
        for (y, y_new) in self.y.iter_mut().zip(&self.y_new) {
            *y = Lanes::select(accepted, *y_new, *y);
        }
        self.method.carry(accepted);
        Events { arrived, unsuited: unsuited | stiff }
    }

    /// The lanes that stability and not accuracy limits for a while, with many steps of length `h` left. `apart` are sums of
    /// squares over [`Seen::apart`](super::method::Seen::apart).
    #[inline(always)]
    fn stiff(&mut self, apart: [Lanes<V>; 2], accepted: Mask<V>, left: Lanes<V>, h: Lanes<V>) -> Bits {
        if self.plan.options.method != options::Method::Auto {
            return 0;
        }
        let [dy, df] = apart;
        // The step in units of the longest stable one, compared without a root or a division.
        let limit = AT_THE_LIMIT * M::STABLE_H_LAMBDA;
        let at_the_limit = (dy * (limit * limit)).lt(df);
        let speaks_for = (at_the_limit & accepted).bits() & self.filled;
        let mut stiff = 0;
        // Who has no step in favour of late has nothing to forget either.
        for l in lanes_of((speaks_for | self.suspects) & accepted.bits() & self.filled) {
            let Some(lane) = &mut self.lanes[l] else { continue };
            let length = (df.lane(l) / dy.lane(l)).sqrt() / M::STABLE_H_LAMBDA;
            // A step in lanes costs each member so much less than a step alone.
            let steps_alone = left.lane(l) / h.lane(l) / WIDTH as f64;
            let switch = lane.watch.should_switch(false, Some(length), steps_alone);
            stiff |= Bits::from(switch) << l;
            self.suspects &= !(1 << l);
            self.suspects |= Bits::from(lane.watch.suspects()) << l;
        }
        stiff
    }

    /// Lane `l` has come to an edge: on to the next segment, or the end.
    #[inline(never)]
    fn arrive(
        &mut self,
        l: usize,
        next: &mut dyn FnMut() -> Option<Member>,
        done: &mut dyn FnMut(usize, Result<Trajectory, SolveError>),
    ) {
        let Some(lane) = &mut self.lanes[l] else { return };
        if lane.is_last_segment() {
            if let Some(lane) = self.empty(l) {
                let (tried, accepted) = (self.tried.lane(l) as usize, self.accepted.lane(l) as usize);
                let evals = lane.stats.evals + self.method.evals(l, tried);
                let stats = Stats { steps: accepted, rejected: tried - accepted, evals, ..lane.stats };
                done(lane.member.id, Ok(Trajectory { values: self.recorder.finish(l), stats }));
            }
            self.refill(l, next, done);
            return;
        }
        let y: Vec<f64> = self.y.iter().map(|y| y.lane(l)).collect();
        if lane.begin_segment(self.field, self.plan, &y, l, &mut self.method, &mut self.room) {
            self.scatter(l);
        } else {
            self.give_up(l, next, done);
        }
    }

    /// Takes the member out of lane `l`, which stands still from now on.
    fn empty(&mut self, l: usize) -> Option<Lane> {
        self.filled &= !(1 << l);
        self.suspects &= !(1 << l);
        *self.edge.lane_mut(l) = self.t.lane(l);
        self.lanes[l].take()
    }

    /// The segment just begun, from its own room into lane `l`.
    fn scatter(&mut self, l: usize) {
        self.method.scatter(l, &self.room);
        self.fresh |= 1 << l;
        *self.proposed.lane_mut(l) = self.room.h.max(32.0 * f64::EPSILON * self.t.lane(l).abs());
        self.control.restart(l);
        self.suspects &= !(1 << l);
        if let Some(lane) = &self.lanes[l] {
            *self.edge.lane_mut(l) = lane.end();
        }
    }

    /// Gives lane `l` the next member that lanes suit; those that they do not suit are solved on the way.
    #[inline(never)]
    fn refill(
        &mut self,
        l: usize,
        next: &mut dyn FnMut() -> Option<Member>,
        done: &mut dyn FnMut(usize, Result<Trajectory, SolveError>),
    ) {
        while let Some(member) = next() {
            if !M::SELECTIVE
                && let Some(course) = exactly(self.field, self.plan, &member)
            {
                done(member.id, Ok(course));
                continue;
            }
            match Lane::take(self.field, self.plan, member, l, &mut self.method, &mut self.room) {
                Ok(mut lane) => {
                    M::name(&mut lane.stats.method);
                    *self.t.lane_mut(l) = self.plan.t0;
                    for (to, from) in self.y.iter_mut().zip(&lane.member.y0) {
                        *to.lane_mut(l) = *from;
                    }
                    self.recorder.begin(l, &lane.member.y0);
                    self.lanes[l] = Some(lane);
                    self.filled |= 1 << l;
                    *self.tried.lane_mut(l) = 0.0;
                    *self.accepted.lane_mut(l) = 0.0;
                    self.scatter(l);
                    return;
                }
                Err(member) => self.leave(member, done),
            }
        }
    }

    /// The member is left to others, or solved by itself.
    fn leave(&mut self, member: Member, done: &mut dyn FnMut(usize, Result<Trajectory, SolveError>)) {
        if M::SELECTIVE {
            self.left.push(member);
        } else {
            done(member.id, alone(self.field, self.plan, &member));
        }
    }

    /// Gives up the member of lane `l`, which begins anew elsewhere, and refills the lane.
    #[inline(never)]
    fn give_up(
        &mut self,
        l: usize,
        next: &mut dyn FnMut() -> Option<Member>,
        done: &mut dyn FnMut(usize, Result<Trajectory, SolveError>),
    ) {
        if let Some(lane) = self.empty(l) {
            self.leave(lane.member, done);
        }
        self.refill(l, next, done);
    }

    /// Ends the members in work; those not begun are left alone.
    fn cancel(&mut self, done: &mut dyn FnMut(usize, Result<Trajectory, SolveError>)) {
        for l in lanes_of(self.filled) {
            if let Some(lane) = self.empty(l) {
                done(lane.member.id, Err(SolveError::Cancelled { t: self.t.lane(l) }));
            }
        }
    }
}
