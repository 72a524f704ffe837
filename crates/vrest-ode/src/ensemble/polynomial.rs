//! Polynomials in place of a costly field of one state, such as a network.
//!
//! On a segment that does not depend on time dy/dt = F(y) is a function of one number. As many values of it as there are
//! lanes, which is one evaluation for all lanes, give the polynomial through Chebyshev's points of an interval around the
//! state ([`chebyshev`]), and the steps of that member are those of its polynomial until the state leaves
//! the interval. How wide intervals are follows from how fast the coefficients fall. A member whose field is too rough for
//! that is left to the field itself.

use super::Plan;
use super::lane::Beginning;
use super::method::{Method, Seen, Tsit5};
use super::pack::{Bits, lanes_of};
use crate::chebyshev;
use crate::control::SAFETY;
use crate::field::VectorField;
use crate::lanes::{Lanes, Mask, Vector, WIDTH};
use crate::real::Real;
use crate::solution::MethodsUsed;
use crate::tsit5;

/// Values that a polynomial is made of.
const NODES: usize = WIDTH;
/// A polynomial may be wrong by this share of the tolerance of the solver, both relative: of the largest slope in its
/// interval, and so of the distance that the state goes there.
const SHARE: f64 = 1e-2;
/// Nor is more asked of it than the rounding of a network's many sums allows.
const LEAST_TOLERANCE: f64 = 1e-13;
/// Coefficients that may be nothing but rounding, as a share of the largest value.
const ROUNDING: f64 = 1e-15;
/// Polynomials that may be made for a member, and steps that each one beyond must have served.
const CREDIT: usize = 8;
/// See [`CREDIT`]: a step by the field is six evaluations, a polynomial sixteen.
const WORTH: usize = 3;

/// dy/dt = F(y), a polynomial; not a number outside its interval.
struct Polynomial;

/// Places in its work, after the coefficients: the middle of the interval, and one over half its width.
const CENTRE: usize = NODES;
const PER_HALF: usize = NODES + 1;
const NUMBERS: usize = NODES + 2;

impl VectorField for Polynomial {
    fn n_states(&self) -> usize {
        1
    }
    fn n_params(&self) -> usize {
        0
    }
    fn work_len(&self) -> usize {
        NUMBERS
    }
    fn prepare<R: Real>(&self, _: R, _: &[R], _: &mut [R]) {}
    /// Clenshaw's recurrence.
    #[inline(always)]
    fn eval<R: Real>(&self, _: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        let work = &work[..NUMBERS];
        let s = (y[0] - work[CENTRE]) * work[PER_HALF];
        let twice = s + s;
        let (mut after, mut now) = (R::zero(), work[NODES - 1]);
        for k in (1..NODES - 1).rev() {
            (after, now) = (now, twice.mul_plus(now, work[k] - after));
        }
        let value = s.mul_plus(now, work[0] - after);
        dy[0] = R::select(R::one().lt(s.abs()), R::from_f64(f64::NAN), value);
    }
}

/// [`Tsit5`] on polynomials.
pub(super) struct OnPolynomials<V: Vector> {
    tsit5: Tsit5<V>,
    /// Node j in lane j.
    nodes: Lanes<V>,
    /// What the value at node j adds to coefficient k, in lane k.
    weights: [Lanes<V>; NODES],
    tolerance: f64,
    scale: f64,
    /// The field's work for one member in all lanes.
    work: Vec<Lanes<V>>,
    /// The field's work as each member's segment began with it.
    members: Vec<Vec<f64>>,
    /// The intervals.
    centre: Lanes<V>,
    half: Lanes<V>,
    /// Half the width of each lane's next interval.
    next_half: [f64; WIDTH],
    /// Polynomials made for each lane's member.
    made: [usize; WIDTH],
    /// Steps so far, and when each lane's member came.
    steps: usize,
    since: [usize; WIDTH],
    /// The lanes that have a polynomial.
    active: Bits,
    /// The polynomial just made.
    room: Beginning,
}

impl<V: Vector> OnPolynomials<V> {
    /// Makes a polynomial for lane `l` about the state `y`, in an interval that lies mostly where `direction` points
    /// (nowhere if zero). False where it would not be worth its cost.
    fn make<F: VectorField>(&mut self, field: &F, l: usize, t: f64, y: f64, direction: f64) -> bool {
        V::enter(
            #[inline(always)]
            || self.make_inside(field, l, t, y, direction),
        )
    }

    #[inline(always)]
    fn make_inside<F: VectorField>(
        &mut self,
        field: &F,
        l: usize,
        t: f64,
        y: f64,
        mut direction: f64,
    ) -> bool {
        for (to, from) in self.work.iter_mut().zip(&self.members[l]) {
            *to = Lanes::splat(*from);
        }
        loop {
            if self.made[l] > CREDIT + (self.steps - self.since[l]) / WORTH {
                return false;
            }
            self.made[l] += 1;
            let half = self.next_half[l];
            let centre = y + 0.75 * half * direction;
            let mut values = [Lanes::zero()];
            field.eval(Lanes::splat(t), &[self.nodes * half + centre], &mut self.work, &mut values);
            let values = values[0].to_array();
            let mut coefficients = Lanes::zero();
            for (weight, value) in self.weights.iter().zip(values) {
                coefficients = weight.times_plus(value, coefficients);
            }
            let numbers = &mut self.room.work;
            numbers[..NODES].copy_from_slice(&coefficients.to_array());
            (numbers[CENTRE], numbers[PER_HALF]) = (centre, 1.0 / half);
            if !values.iter().all(|x| x.is_finite()) {
                return false;
            }
            let largest = values.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            let tail = numbers[NODES - 1].abs().max(numbers[NODES - 2].abs());
            let (accepted, factor) = match largest {
                0.0 => (true, 1.0),
                _ => chebyshev::judge(tail / largest, self.tolerance, ROUNDING, NODES),
            };
            self.next_half[l] = half * factor;
            Polynomial.eval(t, &[y], &mut self.room.work, &mut self.room.slope);
            if accepted {
                return true;
            }
            direction = self.room.slope[0].signum();
        }
    }

    /// Gives lane `l` the polynomial just made.
    fn place(&mut self, l: usize) {
        *self.centre.lane_mut(l) = self.room.work[CENTRE];
        *self.half.lane_mut(l) = 1.0 / self.room.work[PER_HALF];
        self.tsit5.scatter(l, &self.room);
        self.active |= 1 << l;
    }
}

impl<V: Vector> Method<V> for OnPolynomials<V> {
    const ORDER: f64 = tsit5::ORDER;
    const SAFETY: f64 = SAFETY;
    /// Steps cost so little that it never pays to solve a member by itself with another method.
    const STABLE_H_LAMBDA: f64 = f64::INFINITY;
    const SELECTIVE: bool = true;

    fn new<F: VectorField>(field: &F, plan: &Plan) -> Self {
        OnPolynomials {
            tsit5: Tsit5::new(&Polynomial, plan),
            nodes: Lanes::from_fn(|j| chebyshev::at_point(1, j, NODES)),
            weights: std::array::from_fn(|j| Lanes::from_fn(|k| chebyshev::weight(k, j, NODES))),
            tolerance: (SHARE * plan.options.rtol).max(LEAST_TOLERANCE),
            scale: field.scale(),
            work: vec![Lanes::zero(); field.work_len()],
            members: vec![vec![0.0; field.work_len()]; WIDTH],
            centre: Lanes::zero(),
            half: Lanes::zero(),
            next_half: [0.0; WIDTH],
            made: [0; WIDTH],
            steps: 0,
            since: [0; WIDTH],
            active: 0,
            room: Beginning { work: vec![0.0; NUMBERS], slope: vec![0.0], h: 0.0 },
        }
    }

    fn name(used: &mut MethodsUsed) {
        Tsit5::<V>::name(used);
    }

    fn evals(&self, l: usize, _: usize) -> usize {
        NODES * self.made[l]
    }

    fn take(&mut self, l: usize) {
        (self.next_half[l], self.made[l], self.since[l]) = (self.scale, 0, self.steps);
        self.active &= !(1 << l);
    }

    #[inline(always)]
    fn open<F: VectorField>(&mut self, field: &F, l: usize, t: f64, y: &[f64], work: &[f64]) -> bool {
        self.members[l].copy_from_slice(work);
        self.make(field, l, t, y[0], 0.0)
    }

    fn slope<F: VectorField>(&mut self, _: &F, t: f64, y: &[f64], _: &mut [f64], out: &mut [f64]) {
        Polynomial.eval(t, y, &mut self.room.work, out);
    }

    fn scatter(&mut self, l: usize, _: &Beginning) {
        self.place(l);
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
        self.steps += 1;
        let (mut renewed, mut unsuited) = (0, 0);
        loop {
            self.tsit5.step(&Polynomial, t, h, y, y_new);
            // A stage outside makes the end of the step no number.
            let inside = (y_new[0] - self.centre).abs().lt(self.half);
            let leave = !inside.bits() & self.active & !renewed;
            if leave == 0 {
                return unsuited;
            }
            for l in lanes_of(leave) {
                let (t, y, rate) = (t.lane(l), y[0].lane(l), self.tsit5.slope_of_first().lane(l));
                if self.make(field, l, t, y, rate.signum()) {
                    self.place(l);
                } else {
                    unsuited |= 1 << l;
                    self.active &= !(1 << l);
                }
            }
            // A step that leaves its new interval as well is too long, and refused.
            renewed |= leave;
        }
    }

    #[inline(always)]
    fn seen(&self, h: Lanes<V>, y: &[Lanes<V>], y_new: &[Lanes<V>], out: impl FnMut(usize, Seen<V>)) {
        self.tsit5.seen(h, y, y_new, out);
    }

    #[inline(always)]
    fn curve(&self, i: usize, h: Lanes<V>, y: Lanes<V>, y_new: Lanes<V>) -> [Lanes<V>; 6] {
        self.tsit5.curve(i, h, y, y_new)
    }

    #[inline(always)]
    fn carry(&mut self, accepted: Mask<V>) {
        self.tsit5.carry(accepted);
    }
}

#[cfg(test)]
mod tests {
    use super::super::pack::Pack;
    use super::super::{Member, Plan, Trajectory, ensemble};
    use super::*;
    use crate::error::SolveError;
    use crate::lanes::Portable;
    use crate::options::Options;

    /// dy/dt = `f`(y, p) + jump from t = 4 on, by polynomials or not.
    struct Field<const COSTLY: bool>(Form);

    #[derive(Clone, Copy)]
    enum Form {
        /// Bends where the state passes: three rests for some members.
        Smooth,
        /// A kink at y = p.
        Kink,
        /// Leaves every number behind.
        Explodes,
        Rests,
    }

    impl<const COSTLY: bool> VectorField for Field<COSTLY> {
        const COSTLY: bool = COSTLY;

        fn n_states(&self) -> usize {
            1
        }
        fn n_params(&self) -> usize {
            2
        }
        fn work_len(&self) -> usize {
            2
        }
        fn prepare<R: Real>(&self, t: R, p: &[R], work: &mut [R]) {
            work[0] = p[0];
            work[1] = R::select(t.lt(R::from_f64(4.0)), R::zero(), p[1]);
        }
        #[inline(always)]
        fn eval<R: Real>(&self, _: R, y: &[R], work: &mut [R], dy: &mut [R]) {
            let y = y[0];
            dy[0] = match self.0 {
                Form::Smooth => (y * 1.5 + work[0]).tanh() * 2.0 - y + work[1],
                Form::Kink => -(y - work[0]).abs() - y + work[1],
                Form::Explodes => y * y + work[1],
                Form::Rests => R::zero(),
            };
        }
        fn breakpoints<R: Real>(&self, _: &[R], out: &mut Vec<R>) {
            out.push(R::from_f64(4.0));
        }
        fn depends_on_time(&self) -> bool {
            false
        }
    }

    fn members() -> Vec<Member> {
        let one = |id: usize| {
            let x = id as f64 / 40.0;
            Member { id, p: vec![x - 0.4, 2.0 * x - 1.0], y0: vec![3.0 - 5.0 * (7.0 * x).fract()] }
        };
        (0..41).map(one).collect()
    }

    fn times() -> Vec<f64> {
        (0..=200).map(|k| 0.05 * f64::from(k)).collect()
    }

    fn run<F: VectorField>(
        field: &F,
        rtol: f64,
        members: Vec<Member>,
    ) -> Vec<Result<Trajectory, SolveError>> {
        let (times, options) = (times(), Options::with_tolerance(rtol, rtol));
        let plan = Plan { t0: 0.0, t1: 10.0, times: &times, record: &[0], options: &options };
        let mut results: Vec<_> = members.iter().map(|_| None).collect();
        let first = members[0].id;
        let mut left = members.into_iter();
        ensemble(field, &plan, || left.next(), |id, result| results[id - first] = Some(result));
        results.into_iter().map(|r| r.expect("every member comes back")).collect()
    }

    #[test]
    fn courses_are_those_of_the_field_at_a_fraction_of_the_evaluations() {
        let exact = run(&Field::<false>(Form::Smooth), 1e-13, members());
        for (rtol, saved) in [(1e-4, 1), (1e-6, 2), (1e-9, 3)] {
            let plain = run(&Field::<false>(Form::Smooth), rtol, members());
            let all = run(&Field::<true>(Form::Smooth), rtol, members());
            let (mut made, mut asked) = (0, 0);
            let (mut error, mut error_of_plain) = (0.0f64, 0.0f64);
            for ((got, want), plain) in all.into_iter().zip(&exact).zip(plain) {
                let (got, want, plain) =
                    (got.expect("it solves"), want.as_ref().expect("it solves"), plain.expect("it solves"));
                for ((a, b), plain) in got.values.iter().zip(&want.values).zip(&plain.values) {
                    error = error.max((a - b).abs());
                    error_of_plain = error_of_plain.max((plain - b).abs());
                }
                assert!(got.stats.steps.abs_diff(plain.stats.steps) <= 2 + plain.stats.steps / 10);
                made += got.stats.evals;
                asked += plain.stats.evals;
            }
            assert!(
                error < 1.1 * error_of_plain && error < 30.0 * rtol,
                "rtol {rtol}: {error}, {error_of_plain}"
            );
            assert!(saved * made < asked, "rtol {rtol}: {made} evaluations in place of {asked}");
        }
    }

    #[test]
    fn a_field_with_a_kink_on_the_way_is_left_to_itself() {
        let plain = run(&Field::<false>(Form::Kink), 1e-6, members());
        let all = run(&Field::<true>(Form::Kink), 1e-6, members());
        let same = all.iter().zip(&plain).filter(|(a, b)| a.as_ref().ok() == b.as_ref().ok()).count();
        // Some never come to theirs.
        assert!((10..41).contains(&same), "{same}");
        for (got, want) in all.iter().zip(&plain) {
            let (got, want) = (got.as_ref().expect("it solves"), want.as_ref().expect("it solves"));
            for (a, b) in got.values.iter().zip(&want.values) {
                assert!((a - b).abs() < 2e-5, "{a} and not {b}");
            }
        }
    }

    #[test]
    fn a_member_depends_on_nothing_but_itself() {
        let together = run(&Field::<true>(Form::Smooth), 1e-6, members());
        for (member, together) in members().into_iter().zip(together) {
            let alone = run(&Field::<true>(Form::Smooth), 1e-6, vec![member]).remove(0);
            assert_eq!(alone.ok(), together.ok());
        }
    }

    #[test]
    fn what_explodes_fails_as_it_does_alone_and_what_rests_stays() {
        let plain = run(&Field::<false>(Form::Explodes), 1e-6, members());
        let all = run(&Field::<true>(Form::Explodes), 1e-6, members());
        assert!(plain.iter().any(Result::is_err));
        for (got, want) in all.iter().zip(&plain) {
            assert_eq!(got.as_ref().err(), want.as_ref().err());
        }
        for (member, got) in members().iter().zip(run(&Field::<true>(Form::Rests), 1e-6, members())) {
            assert!(got.expect("it solves").values.iter().all(|y| *y == member.y0[0]));
        }
    }

    #[test]
    fn every_level_of_the_vector_unit_gives_the_same_bits() {
        let (times, options) = (times(), Options::with_tolerance(1e-6, 1e-6));
        let plan = Plan { t0: 0.0, t1: 10.0, times: &times, record: &[0], options: &options };
        let field = Field::<true>(Form::Smooth);
        let (mut left, mut portable) = (members().into_iter(), vec![None; members().len()]);
        let unsuited = Pack::<_, Portable, OnPolynomials<_>>::new(&field, &plan)
            .run(&mut || left.next(), &mut |id, result| portable[id] = Some(result.expect("it solves")));
        assert!(unsuited.is_empty());
        for (got, want) in run(&field, 1e-6, members()).into_iter().zip(portable) {
            assert_eq!(got.ok(), want);
        }
    }
}
