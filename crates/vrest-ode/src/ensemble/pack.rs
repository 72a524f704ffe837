//! The lanes and the steps that they take together.

use super::lane::{Beginning, Lane};
use super::{Member, Plan, Trajectory, alone};
use crate::control::{Controller, scaled_norm_of_each};
use crate::error::SolveError;
use crate::field::VectorField;
use crate::lanes::Lanes;
use crate::options::Method;
use crate::real::Real;
use crate::tsit5::{ORDER, STABLE_H_LAMBDA, STAGES, error_of, polynomial, stages};
use std::sync::atomic::Ordering;

/// Members at a time: a vector of AVX-512, two of AVX2.
pub(super) const WIDTH: usize = 8;
type L = Lanes<WIDTH>;

/// What a lane's step has come to.
enum Outcome {
    /// It goes on.
    OnItsWay,
    /// It has reached an edge within the span.
    AtAnEdge,
    /// It has reached the end.
    AtTheEnd,
    /// Lanes do not suit it.
    GivenUp,
}

/// `WIDTH` members and their common arithmetic.
pub(super) struct Pack<'a, F> {
    field: &'a F,
    plan: &'a Plan<'a>,
    lanes: [Option<Lane>; WIDTH],
    t: L,
    /// The step that the control proposes.
    proposed: L,
    control: Controller<L>,
    y: Vec<L>,
    y_new: Vec<L>,
    last_stage: Vec<L>,
    k: Vec<L>,
    work: Vec<L>,
    error: Vec<L>,
    /// For each recorded state the coefficients of the step's interpolant.
    curves: Vec<[L; 5]>,
    room: Beginning,
}

impl<'a, F: VectorField> Pack<'a, F> {
    pub(super) fn new(field: &'a F, plan: &'a Plan<'a>) -> Self {
        let n = field.n_states();
        let zeros = |n| vec![L::zero(); n];
        Pack {
            field,
            plan,
            lanes: std::array::from_fn(|_| None),
            t: L::zero(),
            proposed: L::zero(),
            control: Controller::new(ORDER),
            y: zeros(n),
            y_new: zeros(n),
            last_stage: zeros(n),
            k: zeros(STAGES * n),
            work: zeros(field.work_len()),
            error: zeros(n),
            curves: vec![[L::zero(); 5]; plan.record.len()],
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
        while self.lanes.iter().any(Option::is_some) {
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
            let outcomes = self.judge(step, last);
            for (l, outcome) in outcomes.into_iter().enumerate() {
                match outcome {
                    Outcome::OnItsWay => {}
                    Outcome::AtAnEdge => self.begin_segment(l, next, done),
                    Outcome::AtTheEnd => {
                        if let Some(lane) = self.lanes[l].take() {
                            let (id, trajectory) = lane.finish();
                            done(id, Ok(trajectory));
                        }
                        self.refill(l, next, done);
                    }
                    Outcome::GivenUp => self.give_up(l, next, done),
                }
            }
        }
    }

    /// Every lane's step and whether it ends on the lane's edge; zero for an empty lane.
    #[inline(always)]
    fn choose_steps(&self) -> (L, [bool; WIDTH]) {
        let (mut step, mut last) = (L::zero(), [false; WIDTH]);
        let h_max = self.plan.options.h_max;
        for (l, lane) in self.lanes.iter().enumerate() {
            let Some(lane) = lane else { continue };
            let left = lane.end() - self.t.0[l];
            let h = self.proposed.0[l].min(h_max);
            // The last step ends on the edge, to the bit; the one before it does not leave a sliver.
            last[l] = left <= (1.01 * h).min(h_max);
            step.0[l] = if last[l] {
                left
            } else if h > 0.5 * left {
                0.5 * left
            } else {
                h
            };
        }
        (step, last)
    }

    /// Accepts or refuses every lane's step, records, and moves the lanes on.
    #[inline(always)]
    fn judge(&mut self, step: L, last: [bool; WIDTH]) -> [Outcome; WIDTH] {
        let (n, options) = (self.y.len(), self.plan.options);
        for i in 0..n {
            self.error[i] = error_of(&self.k, n, step, i);
        }
        let err = scaled_norm_of_each(&self.error, &self.y, &self.y_new, options);
        let mut positive = L::one().lt(L::from_f64(2.0));
        for &i in self.field.positive_states() {
            positive = positive & L::zero().lt(self.y_new[i]);
        }
        let accepted = err.lt(L::from_f64(1.0 + f64::EPSILON)) & positive;
        let factor = self.control.factor(err, positive);
        let stiff = self.stiffness(step);
        let t_new = self.t + step;

        let wanted = |l: usize, lane: &Lane| {
            accepted.test(l) && lane.wants(self.plan, if last[l] { lane.end() } else { t_new.0[l] })
        };
        if self.lanes.iter().enumerate().any(|(l, lane)| lane.as_ref().is_some_and(|lane| wanted(l, lane))) {
            for (curve, &i) in self.curves.iter_mut().zip(self.plan.record) {
                *curve = polynomial(self.y[i], &self.k, n, step, i);
            }
        }
        let outcomes = std::array::from_fn(|l| {
            let Some(lane) = &mut self.lanes[l] else { return Outcome::OnItsWay };
            lane.stats.evals += STAGES - 1;
            if !accepted.test(l) {
                lane.stats.rejected += 1;
                let h = step.0[l] * factor.0[l];
                self.proposed.0[l] = h;
                let too_many = lane.stats.steps + lane.stats.rejected >= options.max_steps;
                let too_short = h < 16.0 * f64::EPSILON * self.t.0[l].abs() || h == 0.0;
                return if too_many || too_short { Outcome::GivenUp } else { Outcome::OnItsWay };
            }
            lane.stats.steps += 1;
            let (t, t_end) = (self.t.0[l], if last[l] { lane.end() } else { t_new.0[l] });
            let curves = &self.curves;
            lane.record(self.plan, t, 1.0 / step.0[l], t_end, |i, theta| {
                let [a, b, c, d, e] = curves[i].map(|x| x.0[l]);
                a + theta * (b + theta * (c + theta * (d + theta * e)))
            });
            let h = step.0[l] * factor.0[l];
            self.proposed.0[l] = h;
            self.t.0[l] = t_end;
            if last[l] {
                return if lane.is_last_segment() { Outcome::AtTheEnd } else { Outcome::AtAnEdge };
            }
            let left = (lane.end() - t_end) / h;
            let too_many = lane.stats.steps + lane.stats.rejected >= options.max_steps;
            let too_stiff = options.method == Method::Auto
                && stiff.is_some_and(|length| lane.watch.should_switch(false, Some(length.0[l]), left));
            if too_many || too_stiff { Outcome::GivenUp } else { Outcome::OnItsWay }
        });
        for i in 0..n {
            self.y[i] = L::select(accepted, self.y_new[i], self.y[i]);
            self.k[i] = L::select(accepted, self.k[(STAGES - 1) * n + i], self.k[i]);
        }
        outcomes
    }

    /// Length of every step in units of the longest stable one, as [`crate::stepper::Stepper::h_lambda`] has it; zero
    /// where nothing moves.
    #[inline(always)]
    fn stiffness(&self, step: L) -> Option<L> {
        let (n, options) = (self.y.len(), self.plan.options);
        if options.method != Method::Auto {
            return None;
        }
        let (mut df, mut dy) = (L::zero(), L::from_f64(f64::MIN_POSITIVE));
        for i in 0..n {
            let tolerance = self.y_new[i].abs() * options.rtol + options.atol.of(i);
            let f = (self.k[(STAGES - 1) * n + i] - self.k[(STAGES - 2) * n + i]) / tolerance;
            let y = (self.y_new[i] - self.last_stage[i]) / tolerance;
            df += f * f;
            dy += y * y;
        }
        Some(step * (df / dy).sqrt() * (1.0 / STABLE_H_LAMBDA))
    }

    /// Puts the lane's next segment into the lanes, or hands its member over.
    #[inline(never)]
    fn begin_segment(
        &mut self,
        l: usize,
        next: &mut dyn FnMut() -> Option<Member>,
        done: &mut dyn FnMut(usize, Result<Trajectory, SolveError>),
    ) {
        let y: Vec<f64> = self.y.iter().map(|y| y.0[l]).collect();
        let Some(lane) = &mut self.lanes[l] else { return };
        if lane.begin_segment(self.field, self.plan, &y, &mut self.room) {
            self.scatter(l);
        } else {
            self.give_up(l, next, done);
        }
    }

    /// The segment just begun, from its own room into lane `l`.
    fn scatter(&mut self, l: usize) {
        for (to, from) in self.work.iter_mut().zip(&self.room.work) {
            to.0[l] = *from;
        }
        for (to, from) in self.k.iter_mut().zip(&self.room.slope) {
            to.0[l] = *from;
        }
        self.proposed.0[l] = self.room.h.max(32.0 * f64::EPSILON * self.t.0[l].abs());
        self.control.restart(l);
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
            match Lane::take(self.field, self.plan, member, &mut self.room) {
                Ok(lane) => {
                    self.t.0[l] = self.plan.t0;
                    for (to, from) in self.y.iter_mut().zip(&lane.member.y0) {
                        to.0[l] = *from;
                    }
                    self.lanes[l] = Some(lane);
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
        if let Some(lane) = self.lanes[l].take() {
            done(lane.member.id, alone(self.field, self.plan, &lane.member));
        }
        self.refill(l, next, done);
    }

    /// Ends the members in work; those not begun are left alone.
    fn cancel(&mut self, done: &mut dyn FnMut(usize, Result<Trajectory, SolveError>)) {
        for (l, lane) in self.lanes.iter_mut().enumerate() {
            if let Some(lane) = lane.take() {
                done(lane.member.id, Err(SolveError::Cancelled { t: self.t.0[l] }));
            }
        }
    }
}
