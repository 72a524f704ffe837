//! The number abstraction of all model code.
//!
//! A right-hand side is written once, generic over [`Real`], and gives the scalar value (`f64`), many
//! membranes at a time ([`crate::Lanes`]) and exact derivatives ([`crate::Dual`]). Nothing here branches on
//! a value: a choice is a [`Real::select`], because lanes may disagree and because a derivative must not be
//! taken of the branch that was not chosen.

use crate::dual::Dual;
use crate::jacobian::Columns;
use crate::simd;
use crate::table::Table;
use std::fmt::Debug;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, Neg, Not, Sub, SubAssign};

/// Below this magnitude of `x`, [`Real::bernoulli`] uses its series (error about 1e-16 there).
pub const BERNOULLI_SERIES_BELOW: f64 = 1e-2;
/// The same for [`Real::bernoulli_slope`], whose quotient form cancels sooner.
pub const BERNOULLI_SLOPE_SERIES_BELOW: f64 = 1e-1;

/// A real number, or several at once, or one with its derivatives.
pub trait Real:
    Copy
    + Debug
    + Send
    + Sync
    + 'static
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
    + AddAssign
    + SubAssign
{
    /// The truth value of a comparison: one `bool`, or one a lane.
    type Mask: Copy + BitAnd<Output = Self::Mask> + BitOr<Output = Self::Mask> + Not<Output = Self::Mask>;
    /// What Jacobians of functions of this number are found with. Several columns at once for plain numbers; one for
    /// numbers with derivatives, where more would make each program that takes gradients much slower to build.
    type Columns: Columns<Self>;

    /// The constant `x` (the same in all lanes, all derivatives zero).
    fn from_f64(x: f64) -> Self;
    /// The value of lane 0, without derivatives: for messages, never for control flow of a model.
    fn first(self) -> f64;

    /// e^x.
    fn exp(self) -> Self;
    /// e^x - 1, accurate near 0.
    fn exp_m1(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// log2 of a positive normal number; lanes within 1.2e-4, which is enough to choose a step by.
    #[inline(always)]
    fn log2_estimate(self) -> Self {
        self.ln() * std::f64::consts::LOG2_E
    }
    /// 2^x for |x| < 1000; lanes within 4e-6 of itself.
    #[inline(always)]
    fn exp2_estimate(self) -> Self {
        (self * std::f64::consts::LN_2).exp()
    }
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;
    /// Sine (radians).
    fn sin(self) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;

    /// Lane by lane `self < other` (of the values, not the derivatives).
    fn lt(self, other: Self) -> Self::Mask;
    /// Lane by lane `if mask { yes } else { no }`; a NaN or an infinity on the side not taken has no effect.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;

    /// Whether it is true of every lane.
    fn all(mask: Self::Mask) -> bool;
    /// Whether it is true of any lane.
    fn any(mask: Self::Mask) -> bool;

    /// The functions of block `block` of `table` here, not a number where the table does not know them. None but lanes
    /// looks anything up: one number at a time gains nothing.
    #[inline(always)]
    fn tabulated(self, table: &Table, block: usize) -> Option<[Self; Table::BLOCK]> {
        let _ = (table, block);
        None
    }

    /// Lane by lane `f(self)`, with derivative zero: for tables, where `f` is a step function of time.
    fn lookup(self, f: impl Fn(f64) -> f64) -> Self;
    /// The same for two arguments: for tables of which each lane has its own.
    fn lookup_with(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self;

    /// Runs `f`, marked `#[inline(always)]`, as a function of its own in which the instructions of this kind of number may
    /// be used: for lanes, compiled for the machine's vector extension.
    #[inline(always)]
    fn enter<T>(f: impl FnOnce() -> T) -> T {
        simd::enter_portable(f)
    }

    /// Zero.
    #[inline(always)]
    fn zero() -> Self {
        Self::from_f64(0.0)
    }
    /// One.
    #[inline(always)]
    fn one() -> Self {
        Self::from_f64(1.0)
    }
    /// Lane by lane the smaller of the two.
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self::select(self.lt(other), self, other)
    }
    /// Lane by lane the larger of the two.
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self::select(self.lt(other), other, self)
    }
    /// x^n for a whole exponent, by repeated squaring; exact for negative bases.
    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        let (mut base, mut left, mut result) = (self, n.unsigned_abs(), Self::one());
        while left > 0 {
            if left & 1 == 1 {
                result = result * base;
            }
            base = base * base;
            left >>= 1;
        }
        if n < 0 { Self::one() / result } else { result }
    }
    /// x^e for x > 0 and a real exponent.
    #[inline(always)]
    fn pow(self, e: Self) -> Self {
        (e * self.ln()).exp()
    }
    /// The Bernoulli function B(x) = x/(e^x - 1), with B(0) = 1: the safe core of constant-field currents and
    /// of rate functions. Near 0 it is the series 1 - x/2 + x^2/12 - x^4/720.
    #[inline(always)]
    fn bernoulli(self) -> Self {
        let near = self.abs().lt(Self::from_f64(BERNOULLI_SERIES_BELOW));
        // The side not taken sees an argument that cannot divide by zero; beyond 700 e^x would overflow.
        let safe = Self::select(near, Self::one(), self.min(Self::from_f64(700.0)));
        let x2 = self * self;
        let series = x2 * (x2 * (-1.0 / 720.0) + 1.0 / 12.0) - self * 0.5 + 1.0;
        Self::select(near, series, safe / safe.exp_m1())
    }
    /// B'(x) = B (1 - B - x)/x, between -1 and 0, with B'(0) = -1/2; near 0 its series to x^7.
    #[inline(always)]
    fn bernoulli_slope(self) -> Self {
        let near = self.abs().lt(Self::from_f64(BERNOULLI_SLOPE_SERIES_BELOW));
        let safe = Self::select(near, Self::one(), self.min(Self::from_f64(700.0)));
        let x2 = self * self;
        let series = x2 * (x2 * (x2 * (-1.0 / 151_200.0) + 1.0 / 5040.0) - 1.0 / 180.0) + 1.0 / 6.0;
        let b = safe.bernoulli();
        Self::select(near, series * self - 0.5, b * (-(b + safe) + 1.0) / safe)
    }
    /// [`bernoulli`](Real::bernoulli) where e^x is known already, to a few ulp.
    #[inline(always)]
    fn bernoulli_with(self, exp: Self) -> Self {
        let _ = exp;
        self.bernoulli()
    }
    /// The same with its slope: see [`bernoulli_slope`](Real::bernoulli_slope).
    #[inline(always)]
    fn bernoulli_and_slope_with(self, exp: Self) -> [Self; 2] {
        let b = self.bernoulli_with(exp);
        [b, bernoulli_slope_from(self, b)]
    }
    /// self times a constant, plus `addend`; lanes round once.
    #[inline(always)]
    fn times_plus(self, factor: f64, addend: Self) -> Self {
        self * factor + addend
    }
    /// self times a number, plus `addend`; lanes round once.
    #[inline(always)]
    fn mul_plus(self, factor: Self, addend: Self) -> Self {
        self * factor + addend
    }
    /// The same with a constant to add: a step of Horner's scheme.
    #[inline(always)]
    fn horner(self, factor: Self, addend: f64) -> Self {
        self * factor + addend
    }
    /// self less a product; lanes round once.
    #[inline(always)]
    fn minus_product(self, a: Self, b: Self) -> Self {
        self - a * b
    }
    /// [`logistic`](Real::logistic) where e^-x is known already.
    #[inline(always)]
    fn logistic_with(self, exp_minus: Self) -> Self {
        let _ = exp_minus;
        self.logistic()
    }
    /// The logistic function 1/(1 + e^-x).
    #[inline(always)]
    fn logistic(self) -> Self {
        Self::one() / ((-self).exp() + 1.0)
    }
}

impl Real for f64 {
    type Mask = bool;
    type Columns = Dual<f64, 4>;

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x
    }
    #[inline(always)]
    fn first(self) -> f64 {
        self
    }
    #[inline(always)]
    fn exp(self) -> Self {
        f64::exp(self)
    }
    #[inline(always)]
    fn exp_m1(self) -> Self {
        f64::exp_m1(self)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        f64::ln(self)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        f64::tanh(self)
    }
    #[inline(always)]
    fn sin(self) -> Self {
        f64::sin(self)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        f64::abs(self)
    }
    #[inline(always)]
    fn lt(self, other: Self) -> bool {
        self < other
    }
    #[inline(always)]
    fn select(mask: bool, yes: Self, no: Self) -> Self {
        if mask { yes } else { no }
    }
    #[inline(always)]
    fn all(mask: bool) -> bool {
        mask
    }
    #[inline(always)]
    fn any(mask: bool) -> bool {
        mask
    }
    #[inline(always)]
    fn lookup(self, f: impl Fn(f64) -> f64) -> Self {
        f(self)
    }
    #[inline(always)]
    fn lookup_with(self, other: f64, f: impl Fn(f64, f64) -> f64) -> f64 {
        f(self, other)
    }
    #[inline(always)]
    fn bernoulli_with(self, exp: f64) -> f64 {
        if self.abs() < BERNOULLI_LONG_SERIES_BELOW { bernoulli_series(self) } else { self / (exp - 1.0) }
    }
    #[inline(always)]
    fn logistic_with(self, exp_minus: f64) -> f64 {
        1.0 / (1.0 + exp_minus)
    }
}

/// Above this magnitude e^x - 1 loses less than two bits.
pub(crate) const BERNOULLI_LONG_SERIES_BELOW: f64 = 0.3;
/// B_2n/(2n)! for 2n = 2, 4, ... 10. The next term is below 3e-16 at 0.3.
const BERNOULLI_SERIES: [f64; 5] =
    [1.0 / 12.0, -1.0 / 720.0, 1.0 / 30_240.0, -1.0 / 1_209_600.0, 1.0 / 47_900_160.0];

/// The Bernoulli function near 0.
#[inline(always)]
pub(crate) fn bernoulli_series<R: Real>(x: R) -> R {
    let x2 = x * x;
    let [a, b, c, d, e] = BERNOULLI_SERIES;
    let even = x2.times_plus(e, R::from_f64(d)).horner(x2, c).horner(x2, b).horner(x2, a);
    even.mul_plus(x2, x.times_plus(-0.5, R::one()))
}

/// Coefficients of x, x^3, ... of the derivative of [`bernoulli_series`].
const BERNOULLI_SLOPE_SERIES: [f64; 5] = {
    let mut slope = [0.0; 5];
    let mut i = 0;
    while i < slope.len() {
        slope[i] = (2 * i + 2) as f64 * BERNOULLI_SERIES[i];
        i += 1;
    }
    slope
};

/// The slope of [`bernoulli_series`].
#[inline(always)]
pub(crate) fn bernoulli_slope_series<R: Real>(x: R) -> R {
    let x2 = x * x;
    let [c1, c3, c5, c7, c9] = BERNOULLI_SLOPE_SERIES;
    let odd = x2.times_plus(c9, R::from_f64(c7)).horner(x2, c5).horner(x2, c3).horner(x2, c1);
    odd.horner(x, -0.5)
}

/// B' where B(x) = `b` is known: B (1 - B - x)/x, and near 0 the slope of the series.
#[inline(always)]
fn bernoulli_slope_from<R: Real>(x: R, b: R) -> R {
    let near = x.abs().lt(R::from_f64(BERNOULLI_LONG_SERIES_BELOW));
    let safe = R::select(near, R::one(), x);
    R::select(near, bernoulli_slope_series(x), b * (R::one() - b - x) / safe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::{Lanes, Portable};

    #[test]
    fn bernoulli_is_smooth_across_its_series_threshold_and_right_at_the_ends() {
        assert_eq!(0.0f64.bernoulli(), 1.0);
        let x = BERNOULLI_SERIES_BELOW;
        let (below, above) = ((x * (1.0 - 1e-12)).bernoulli(), (x * (1.0 + 1e-12)).bernoulli());
        assert!((below - above).abs() < 1e-13, "{below} {above}");
        assert!(800.0f64.bernoulli() < 1e-300);
        assert!(((-800.0f64).bernoulli() - 800.0).abs() < 1e-12);
        // B(-x) = B(x) + x
        for x in [1e-9, 1e-3, 0.3, 4.0, 50.0] {
            assert!(((-x).bernoulli() - x.bernoulli() - x).abs() < 1e-13 * (1.0 + x));
        }
    }

    #[test]
    fn the_forms_with_a_known_exponential_are_those_without() {
        for k in -4000..4000 {
            let x = f64::from(k) * 0.02 + 0.003;
            let close = |a: f64, b: f64| assert!((a - b).abs() <= 1.5e-15 * b.abs(), "{x}: {a} {b}");
            close(x.bernoulli_with(x.exp()), x.bernoulli());
            close(x.logistic_with((-x).exp()), Real::logistic(x));
            let in_lanes = Lanes::<Portable>::splat(x).bernoulli_with(Lanes::splat(x.exp()));
            close(in_lanes.lane(1), x.bernoulli());
        }
        assert_eq!(0.0f64.bernoulli_with(1.0), 1.0);
        assert!(900.0f64.bernoulli_with(f64::INFINITY) == 0.0 && (-900.0f64).bernoulli_with(0.0) == 900.0);
    }

    #[test]
    fn whole_powers_follow_repeated_multiplication() {
        assert_eq!((-3.0f64).powi(3), -27.0);
        assert_eq!(Real::powi(2.0f64, -2), 0.25);
        assert_eq!(Real::powi(7.0f64, 0), 1.0);
    }
}
