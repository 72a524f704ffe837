//! Interval arithmetic: a right-hand side evaluated over a whole range of voltages at once.
//!
//! An [`Interval`] encloses every value that a formula can take when its inputs range over theirs, rounding
//! included. Because it is a [`Real`], the same mechanism code that gives a current at one voltage proves that
//! no current vanishes anywhere in a range, or (with [`crate::Dual`]) that it vanishes exactly once: this is
//! what makes "all resting states" a statement and not a hope.
//!
//! Every elementary operation is widened by at least its rounding error: one unit in the last place for
//! arithmetic, two for the C library's functions (whose error is below one).

use crate::dual::Dual;
use crate::real::Real;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, Neg, Not, Sub, SubAssign};

/// All numbers from `lo` to `hi`, both included; infinite ends mean that nothing is known on that side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub lo: f64,
    /// The upper end.
    pub hi: f64,
}

/// The truth of a comparison between intervals: it may hold for some of their points and not for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truth {
    /// Whether it can be true.
    pub can_hold: bool,
    /// Whether it can be false.
    pub can_fail: bool,
}

impl BitAnd for Truth {
    type Output = Truth;
    fn bitand(self, o: Truth) -> Truth {
        Truth { can_hold: self.can_hold && o.can_hold, can_fail: self.can_fail || o.can_fail }
    }
}
impl BitOr for Truth {
    type Output = Truth;
    fn bitor(self, o: Truth) -> Truth {
        Truth { can_hold: self.can_hold || o.can_hold, can_fail: self.can_fail && o.can_fail }
    }
}
impl Not for Truth {
    type Output = Truth;
    fn not(self) -> Truth {
        Truth { can_hold: self.can_fail, can_fail: self.can_hold }
    }
}

impl Interval {
    /// Every number: what is known after a division by an interval that contains zero.
    pub const EVERYTHING: Interval = Interval { lo: f64::NEG_INFINITY, hi: f64::INFINITY };

    /// The interval from `lo` to `hi`; the ends must be ordered.
    #[inline]
    pub fn new(lo: f64, hi: f64) -> Interval {
        debug_assert!(lo <= hi, "{lo} > {hi}");
        Interval { lo, hi }
    }
    /// Half of `hi - lo`'s way.
    #[inline]
    pub fn middle(self) -> f64 {
        0.5 * self.lo + 0.5 * self.hi
    }
    /// `hi - lo`.
    #[inline]
    pub fn width(self) -> f64 {
        self.hi - self.lo
    }
    /// Whether `x` lies inside, ends included.
    #[inline]
    pub fn contains(self, x: f64) -> bool {
        self.lo <= x && x <= self.hi
    }
    /// The points in both, if any.
    #[inline]
    pub fn intersect(self, o: Interval) -> Option<Interval> {
        let (lo, hi) = (self.lo.max(o.lo), self.hi.min(o.hi));
        (lo <= hi).then_some(Interval { lo, hi })
    }
    /// The smallest interval with all points of both.
    #[inline]
    pub fn hull(self, o: Interval) -> Interval {
        Interval { lo: self.lo.min(o.lo), hi: self.hi.max(o.hi) }
    }
    /// \[lo, hi\] widened by `ulps` units in the last place; a NaN (infinity minus infinity) says nothing.
    #[inline]
    fn outward(lo: f64, hi: f64, ulps: u32) -> Interval {
        if lo.is_nan() || hi.is_nan() {
            return Interval::EVERYTHING;
        }
        let (mut lo, mut hi) = (lo, hi);
        for _ in 0..ulps {
            lo = lo.next_down();
            hi = hi.next_up();
        }
        Interval { lo, hi }
    }
    /// A function that grows with its argument, by the C library.
    #[inline]
    fn growing(self, f: impl Fn(f64) -> f64) -> Interval {
        Interval::outward(f(self.lo), f(self.hi), 2)
    }
    /// As [`growing`](Self::growing), for results that cannot leave `range`.
    #[inline]
    fn growing_within(self, f: impl Fn(f64) -> f64, lo: f64, hi: f64) -> Interval {
        let r = self.growing(f);
        Interval { lo: r.lo.clamp(lo, hi), hi: r.hi.clamp(lo, hi) }
    }
}

impl Neg for Interval {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Interval { lo: -self.hi, hi: -self.lo }
    }
}
impl Add for Interval {
    type Output = Self;
    #[inline]
    fn add(self, o: Self) -> Self {
        Interval::outward(self.lo + o.lo, self.hi + o.hi, 1)
    }
}
impl Sub for Interval {
    type Output = Self;
    #[inline]
    fn sub(self, o: Self) -> Self {
        Interval::outward(self.lo - o.hi, self.hi - o.lo, 1)
    }
}
impl Mul for Interval {
    type Output = Self;
    #[inline]
    fn mul(self, o: Self) -> Self {
        // 0 * infinity is 0 here: an end at infinity stands for arbitrarily large finite numbers.
        let times = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        let p = [times(self.lo, o.lo), times(self.lo, o.hi), times(self.hi, o.lo), times(self.hi, o.hi)];
        let lo = p.iter().copied().fold(f64::INFINITY, f64::min);
        let hi = p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if self == Interval::from_f64(0.0) || o == Interval::from_f64(0.0) {
            return Interval::from_f64(0.0);
        }
        Interval::outward(lo, hi, 1)
    }
}
impl Div for Interval {
    type Output = Self;
    #[inline]
    fn div(self, o: Self) -> Self {
        if o.contains(0.0) {
            return Interval::EVERYTHING;
        }
        self * Interval::outward(1.0 / o.hi, 1.0 / o.lo, 1)
    }
}

macro_rules! with_constant {
    ($trait:ident, $method:ident) => {
        impl $trait<f64> for Interval {
            type Output = Self;
            #[inline]
            fn $method(self, o: f64) -> Self {
                $trait::$method(self, Interval { lo: o, hi: o })
            }
        }
    };
}
with_constant!(Add, add);
with_constant!(Sub, sub);
with_constant!(Mul, mul);
with_constant!(Div, div);

impl AddAssign for Interval {
    #[inline]
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
impl SubAssign for Interval {
    #[inline]
    fn sub_assign(&mut self, o: Self) {
        *self = *self - o;
    }
}

impl Real for Interval {
    type Mask = Truth;
    type Columns = Dual<Self, 1>;

    #[inline]
    fn from_f64(x: f64) -> Self {
        Interval { lo: x, hi: x }
    }
    #[inline]
    fn first(self) -> f64 {
        self.middle()
    }
    #[inline]
    fn exp(self) -> Self {
        self.growing_within(f64::exp, 0.0, f64::INFINITY)
    }
    #[inline]
    fn exp_m1(self) -> Self {
        self.growing_within(f64::exp_m1, -1.0, f64::INFINITY)
    }
    #[inline]
    fn ln(self) -> Self {
        if self.hi <= 0.0 {
            return Interval::EVERYTHING;
        }
        // Where the argument may be negative the formula is undefined there; the rest is what counts.
        Interval { lo: self.lo.max(0.0), ..self }.growing(f64::ln)
    }
    #[inline]
    fn sqrt(self) -> Self {
        Interval { lo: self.lo.max(0.0), hi: self.hi.max(0.0) }.growing_within(f64::sqrt, 0.0, f64::INFINITY)
    }
    #[inline]
    fn tanh(self) -> Self {
        self.growing_within(f64::tanh, -1.0, 1.0)
    }
    #[inline]
    fn sin(self) -> Self {
        // Not monotone, and needed for stimuli only, whose time is a point.
        if self.lo == self.hi { self.growing_within(f64::sin, -1.0, 1.0) } else { Interval::new(-1.0, 1.0) }
    }
    #[inline]
    fn abs(self) -> Self {
        let (a, b) = (self.lo.abs(), self.hi.abs());
        Interval { lo: if self.contains(0.0) { 0.0 } else { a.min(b) }, hi: a.max(b) }
    }
    #[inline]
    fn lt(self, o: Self) -> Truth {
        Truth { can_hold: self.lo < o.hi, can_fail: self.hi >= o.lo }
    }
    #[inline]
    fn select(mask: Truth, yes: Self, no: Self) -> Self {
        match (mask.can_hold, mask.can_fail) {
            (true, true) => yes.hull(no),
            (true, false) => yes,
            _ => no,
        }
    }
    #[inline]
    fn all(mask: Truth) -> bool {
        !mask.can_fail
    }
    #[inline]
    fn any(mask: Truth) -> bool {
        mask.can_hold
    }
    #[inline]
    fn lookup(self, f: impl Fn(f64) -> f64) -> Self {
        // Tables are functions of time, which is a point wherever intervals are used.
        Interval::from_f64(f(self.lo)).hull(Interval::from_f64(f(self.hi)))
    }
    #[inline]
    fn lookup_with(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        self.lookup(|x| f(x, other.lo)).hull(self.lookup(|x| f(x, other.hi)))
    }
    #[inline]
    fn powi(self, n: i32) -> Self {
        if n < 0 {
            return Interval::from_f64(1.0) / self.powi(-n);
        }
        // Monotone in |x|, so only the ends matter; a chain of squarings errs by less than n ulp.
        let base = if n % 2 == 0 { self.abs() } else { self };
        Interval::outward(f64::powi(base.lo, n), f64::powi(base.hi, n), n as u32 + 1)
    }
    #[inline]
    fn bernoulli(self) -> Self {
        // Falls from infinity to 0.
        let b = |x: f64| Real::bernoulli(x);
        let r = Interval::outward(b(self.hi), b(self.lo), 4);
        // The scalar form is cut off at 700, where B is below 1e-300.
        Interval { lo: if self.hi > 690.0 { 0.0 } else { r.lo.max(0.0) }, ..r }
    }
    #[inline]
    fn bernoulli_slope(self) -> Self {
        // Grows from -1 to 0: B is convex. Its scalar form is right to 1e-14.
        let s = |x: f64| Real::bernoulli_slope(x);
        Interval { lo: (s(self.lo) - 1e-14).max(-1.0), hi: (s(self.hi) + 1e-14).min(0.0) }
    }
    #[inline]
    fn logistic(self) -> Self {
        let s = |x: f64| Real::logistic(x);
        let r = Interval::outward(s(self.lo), s(self.hi), 4);
        Interval { lo: r.lo.max(0.0), hi: r.hi.min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dual;

    /// A formula with everything in it that mechanisms use.
    fn formula<R: Real>(x: R) -> R {
        let rate = (-(x + 40.0) / 10.0).bernoulli();
        let gate = rate / (rate + (-(x + 65.0) / 18.0).exp() * 4.0);
        let tail = ((x * x + 3.0).ln() - (x / 50.0).tanh()) * (x / 9.0).logistic() + (x.abs() + 1.0).sqrt();
        gate.powi(3) * (x - 50.0) + tail + R::select(x.lt(R::from_f64(-63.0)), x.exp_m1(), x.powi(2) * 1e-3)
    }

    #[test]
    fn an_interval_encloses_every_value_and_every_slope_inside_it() {
        for k in 0..400 {
            let lo = -120.0 + 0.6 * k as f64;
            let range = Interval::new(lo, lo + 0.75);
            let value = formula(range);
            let slope = formula(Dual::<Interval, 1>::variable(range, 0)).eps[0];
            assert!(value.lo.is_finite() && value.hi.is_finite() && slope.lo.is_finite(), "{range:?}");
            for j in 0..=30 {
                let x = lo + 0.75 * j as f64 / 30.0;
                let d = formula(Dual::<f64, 1>::variable(x, 0));
                assert!(value.contains(d.re), "{x}: {} not in {value:?}", d.re);
                assert!(slope.contains(d.eps[0]), "{x}: slope {} not in {slope:?}", d.eps[0]);
            }
        }
    }

    #[test]
    fn narrow_intervals_give_narrow_values() {
        for x in [-80.0, -55.0, -40.0, 0.0, 12.5] {
            let r = formula(Interval::new(x - 1e-9, x + 1e-9));
            assert!(r.width() < 1e-6, "{x}: {r:?}");
        }
    }

    #[test]
    fn what_is_unknown_is_said_to_be_unknown() {
        let around_zero = Interval::new(-1.0, 1.0);
        assert_eq!(Interval::from_f64(1.0) / around_zero, Interval::EVERYTHING);
        assert_eq!(around_zero.powi(2).lo.max(0.0), 0.0);
        let maybe = around_zero.lt(Interval::from_f64(0.5));
        assert!(maybe.can_hold && maybe.can_fail);
        assert_eq!(
            Interval::select(maybe, Interval::from_f64(1.0), Interval::from_f64(2.0)),
            Interval::new(1.0, 2.0)
        );
    }
}
