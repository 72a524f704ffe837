//! The lanes and the steps that they take together.

use super::lane::{Beginning, Lane};
use super::{Member, Plan, Trajectory, alone, exactly};
use crate::control::{ACCEPTED_BELOW, Controller};
use crate::error::SolveError;
use crate::field::VectorField;
use crate::lanes::{BLOCK, Lanes, Mask, Vector, WIDTH};
use crate::options::Method;
use crate::real::Real;
use crate::stiffness::AT_THE_LIMIT;
use crate::tsit5::{ORDER, STABLE_H_LAMBDA, STAGES, error_of, polynomial, stages};
use std::sync::atomic::Ordering;

/// One bit a lane.
type Bits = u32;

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
fn lanes_of(mut bits: Bits) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let l = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (l < Bits::BITS).then_some(l as usize)
    })
}

/// `WIDTH` members and their common arithmetic.
pub(super) struct Pack<'a, F, V: Vector> {
    field: &'a F,
    plan: &'a Plan<'a>,
    lanes: [Option<Lane>; WIDTH],
    /// The lanes that have a member.
    filled: Bits,
    t: Lanes<V>,
    /// The edge each is on its way to; its own time where a lane is empty, so that it stands still.
    edge: Lanes<V>,
    /// The next time to be recorded.
    wanted: Lanes<V>,
    /// All times to be recorded, and after them infinity as often as a vector has places.
    times: Vec<f64>,
    /// The step that the control proposes.
    proposed: Lanes<V>,
    /// Steps accepted and rejected so far.
    steps: Lanes<V>,
    rejected: Lanes<V>,
    /// The lanes with a step in favour of the stiff method of late.
    suspects: Bits,
    control: Controller<Lanes<V>>,
    y: Vec<Lanes<V>>,
    y_new: Vec<Lanes<V>>,
    last_stage: Vec<Lanes<V>>,
    k: Vec<Lanes<V>>,
    work: Vec<Lanes<V>>,
    /// One over the tolerance of each state in the last step.
    per_tolerance: Vec<Lanes<V>>,
    /// For each recorded state the coefficients of the step's interpolant.
    curves: Vec<[Lanes<V>; 5]>,
    room: Beginning,
}

impl<'a, F: VectorField, V: Vector> Pack<'a, F, V> {
    pub(super) fn new(field: &'a F, plan: &'a Plan<'a>) -> Self {
        let n = field.n_states();
        let zeros = |n| vec![Lanes::zero(); n];
        Pack {
            field,
            plan,
            lanes: std::array::from_fn(|_| None),
            filled: 0,
            t: Lanes::zero(),
            edge: Lanes::zero(),
            wanted: Lanes::zero(),
            times: plan.times.iter().copied().chain([f64::INFINITY; BLOCK]).collect(),
            proposed: Lanes::zero(),
            steps: Lanes::zero(),
            rejected: Lanes::zero(),
            suspects: 0,
            control: Controller::new(ORDER),
            y: zeros(n),
            y_new: zeros(n),
            last_stage: zeros(n),
            k: zeros(STAGES * n),
            work: zeros(field.work_len()),
            per_tolerance: zeros(n),
            curves: vec![[Lanes::zero(); 5]; plan.record.len()],
            room: Beginning { work: vec![0.0; field.work_len()], slope: vec![0.0; n], h: 0.0 },
        }
    }

    #[inline(always)]
    pub(super) fn run(
        &mut self,
        next: &mut dyn FnMut() -> Option<Member>,
        done: &mut dyn FnMut(usize, Result<Trajectory, SolveError>),
    ) {
        for l in 0..WIDTH {
            self.refill(l, next, done);
        }
        while self.filled != 0 {
            if self.plan.options.cancel.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
                self.cancel(done);
                return;
            }
            let (step, last) = self.choose_steps();
            stages(
                self.field,
                self.t,
                step,
                &self.y,
                &mut self.work,
                &mut self.k,
                &mut self.last_stage,
                &mut self.y_new,
            );
            let events = self.judge(step, last);
            for l in lanes_of(events.unsuited) {
                self.give_up(l, next, done);
            }
            for l in lanes_of(events.arrived) {
                self.arrive(l, next, done);
            }
        }
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
        // Mean square of the errors, each in units of its state's tolerance at the larger of the two states.
        let mut square = Lanes::zero();
        for i in 0..n {
            let size = self.y[i].abs().max(self.y_new[i].abs());
            self.per_tolerance[i] = (size * options.rtol + options.atol.of(i)).reciprocal_estimate();
            let e = error_of(&self.k, n, step, i) * self.per_tolerance[i];
            square += e * e;
        }
        let square = square * (1.0 / n as f64);
        let mut positive = Lanes::zero().lt(Lanes::one());
        for &i in self.field.positive_states() {
            positive = positive & Lanes::zero().lt(self.y_new[i]);
        }
        let accepted = square.lt(Lanes::from_f64(ACCEPTED_BELOW)) & positive;
        let factor = self.control.factor(square, positive);
        let t_new = Lanes::select(last, self.edge, self.t + step);

        let records = (accepted & !t_new.lt(self.wanted)).bits() & self.filled;
        if records != 0 {
            self.record(records, step, t_new);
        }
        let h = step * factor;
        self.steps += Lanes::select(accepted, Lanes::one(), Lanes::zero());
        self.rejected += Lanes::select(accepted, Lanes::zero(), Lanes::one());
        let too_many = !(self.steps + self.rejected).lt(Lanes::from_f64(options.max_steps as f64));
        let too_short = h.lt(self.t.abs() * (16.0 * f64::EPSILON) + f64::MIN_POSITIVE);
        let arrived = (accepted & last).bits() & self.filled;
        let unsuited = (too_many | (too_short & !accepted)).bits() & self.filled & !arrived;
        let stiff = self.stiff(step, accepted, self.edge - t_new, h) & !arrived;
        self.proposed = h;
        self.t = Lanes::select(accepted, t_new, self.t);
        for i in 0..n {
            self.y[i] = Lanes::select(accepted, self.y_new[i], self.y[i]);
            self.k[i] = Lanes::select(accepted, self.k[(STAGES - 1) * n + i], self.k[i]);
        }
        Events { arrived, unsuited: unsuited | stiff }
    }

    /// Records the times within the steps of the lanes `records`: one lane after the other, several times at once.
    #[inline(always)]
    fn record(&mut self, records: Bits, step: Lanes<V>, t_new: Lanes<V>) {
        let n = self.y.len();
        for (curve, &i) in self.curves.iter_mut().zip(self.plan.record) {
            *curve = polynomial(self.y[i], &self.k, n, step, i);
        }
        let inverse_h = Lanes::one() / step;
        for l in lanes_of(records) {
            let Some(lane) = &mut self.lanes[l] else { continue };
            let (t, per_h) = (V::splat(self.t.lane(l)), V::splat(inverse_h.lane(l)));
            let end = V::splat(t_new.lane(l));
            loop {
                let at = lane.recorded;
                let wanted = V::from_slice(&self.times[at..]);
                let theta = wanted.sub(t).mul(per_h);
                for (curve, values) in self.curves.iter().zip(&mut lane.values) {
                    let mut value = V::splat(curve[4].lane(l));
                    for power in [3, 2, 1, 0] {
                        value = value.mul_add(theta, V::splat(curve[power].lane(l)));
                    }
                    // Those beyond the step are written over by the next.
                    values[at..][..BLOCK].copy_from_slice(value.as_array());
                }
                let within = V::mask_bits(V::none(end.lt(wanted))).trailing_ones() as usize;
                lane.recorded += within;
                if within < BLOCK {
                    break;
                }
            }
            *self.wanted.lane_mut(l) = self.times[lane.recorded];
        }
    }

    /// The lanes that stability and not accuracy limits for a while, with many steps of length `h` left.
    #[inline(always)]
    fn stiff(&mut self, step: Lanes<V>, accepted: Mask<V>, left: Lanes<V>, h: Lanes<V>) -> Bits {
        let Some([df, dy]) = self.stiffness() else { return 0 };
        // The step in units of the longest stable one, compared without a root or a division.
        const LIMIT: f64 = AT_THE_LIMIT * STABLE_H_LAMBDA;
        let at_the_limit = (dy * (LIMIT * LIMIT)).lt(step * step * df);
        let speaks_for = (at_the_limit & accepted).bits() & self.filled;
        let mut stiff = 0;
        // Who has no step in favour of late has nothing to forget either.
        for l in lanes_of((speaks_for | self.suspects) & accepted.bits() & self.filled) {
            let Some(lane) = &mut self.lanes[l] else { continue };
            let length = step.lane(l) * (df.lane(l) / dy.lane(l)).sqrt() / STABLE_H_LAMBDA;
            // A step in lanes costs each member so much less than a step alone.
            let steps_alone = left.lane(l) / h.lane(l) / WIDTH as f64;
            let switch = lane.watch.should_switch(false, Some(length), steps_alone);
            stiff |= Bits::from(switch) << l;
            self.suspects &= !(1 << l);
            self.suspects |= Bits::from(lane.watch.suspects()) << l;
        }
        stiff
    }

    /// Squares of the changes of slope and state of which [`crate::stepper::Stepper::h_lambda`] takes the quotient; the
    /// latter is never zero.
    #[inline(always)]
    fn stiffness(&self) -> Option<[Lanes<V>; 2]> {
        let (n, options) = (self.y.len(), self.plan.options);
        if options.method != Method::Auto {
            return None;
        }
        let (mut df, mut dy) = (Lanes::zero(), Lanes::from_f64(f64::MIN_POSITIVE));
        for i in 0..n {
            let f = (self.k[(STAGES - 1) * n + i] - self.k[(STAGES - 2) * n + i]) * self.per_tolerance[i];
            let y = (self.y_new[i] - self.last_stage[i]) * self.per_tolerance[i];
            df += f * f;
            dy += y * y;
        }
        Some([df, dy])
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
                let (id, mut trajectory) = lane.finish(self.plan);
                trajectory.stats.steps = self.steps.lane(l) as usize;
                trajectory.stats.rejected = self.rejected.lane(l) as usize;
                trajectory.stats.evals += (STAGES - 1) * (trajectory.stats.steps + trajectory.stats.rejected);
                done(id, Ok(trajectory));
            }
            self.refill(l, next, done);
            return;
        }
        let y: Vec<f64> = self.y.iter().map(|y| y.lane(l)).collect();
        if lane.begin_segment(self.field, self.plan, &y, &mut self.room) {
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
        for (to, from) in self.work.iter_mut().zip(&self.room.work) {
            *to.lane_mut(l) = *from;
        }
        for (to, from) in self.k.iter_mut().zip(&self.room.slope) {
            *to.lane_mut(l) = *from;
        }
        *self.proposed.lane_mut(l) = self.room.h.max(32.0 * f64::EPSILON * self.t.lane(l).abs());
        self.control.restart(l);
        self.suspects &= !(1 << l);
        if let Some(lane) = &self.lanes[l] {
            *self.edge.lane_mut(l) = lane.end();
            *self.wanted.lane_mut(l) = self.times[lane.recorded];
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
            if let Some(course) = exactly(self.field, self.plan, &member) {
                done(member.id, Ok(course));
                continue;
            }
            match Lane::take(self.field, self.plan, member, &mut self.room) {
                Ok(lane) => {
                    *self.t.lane_mut(l) = self.plan.t0;
                    for (to, from) in self.y.iter_mut().zip(&lane.member.y0) {
                        *to.lane_mut(l) = *from;
                    }
                    self.lanes[l] = Some(lane);
                    self.filled |= 1 << l;
                    *self.steps.lane_mut(l) = 0.0;
                    *self.rejected.lane_mut(l) = 0.0;
                    self.scatter(l);
                    return;
                }
                Err(member) => done(member.id, alone(self.field, self.plan, &member)),
            }
        }
    }

    /// Solves the member of lane `l` by itself, from its start, and refills the lane.
    #[inline(never)]
    fn give_up(
        &mut self,
        l: usize,
        next: &mut dyn FnMut() -> Option<Member>,
        done: &mut dyn FnMut(usize, Result<Trajectory, SolveError>),
    ) {
        if let Some(lane) = self.empty(l) {
            done(lane.member.id, alone(self.field, self.plan, &lane.member));
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
