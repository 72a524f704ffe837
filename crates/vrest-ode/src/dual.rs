//! Forward-mode derivatives: a value and its gradient with respect to `N` inputs.
//!
//! Exact to rounding; generic over the inner number, so that lanes of membranes carry derivatives too.

use crate::real::Real;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// A value `re` with its derivatives `eps[k]` = d re / d x_k.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dual<R, const N: usize> {
    /// The value.
    pub re: R,
    /// The derivatives with respect to the seeded inputs.
    pub eps: [R; N],
}

impl<R: Real, const N: usize> Dual<R, N> {
    /// A constant: all derivatives zero.
    #[inline(always)]
    pub fn constant(re: R) -> Self {
        Dual { re, eps: [R::zero(); N] }
    }
    /// The independent variable number `k`.
    #[inline(always)]
    pub fn variable(re: R, k: usize) -> Self {
        let mut eps = [R::zero(); N];
        eps[k] = R::one();
        Dual { re, eps }
    }
    /// Chain rule: a function with value `re` and derivative `d` at `self.re`.
    #[inline(always)]
    fn chain(self, re: R, d: R) -> Self {
        self.each(
            re,
            #[inline(always)]
            |e| e * d,
        )
    }
    /// Plain loops here and below: `array::map` of a large array becomes a call, compiled without vectors.
    #[inline(always)]
    fn each(self, re: R, f: impl Fn(R) -> R) -> Self {
        let mut eps = self.eps;
        for e in &mut eps {
            *e = f(*e);
        }
        Dual { re, eps }
    }
    #[inline(always)]
    fn zip(self, other: Self, re: R, f: impl Fn(R, R) -> R) -> Self {
        let mut eps = self.eps;
        for (e, &o) in eps.iter_mut().zip(&other.eps) {
            *e = f(*e, o);
        }
        Dual { re, eps }
    }
}

impl<R: Real, const N: usize> Neg for Dual<R, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.each(
            -self.re,
            #[inline(always)]
            |e| -e,
        )
    }
}
impl<R: Real, const N: usize> Add for Dual<R, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        self.zip(
            o,
            self.re + o.re,
            #[inline(always)]
            |a, b| a + b,
        )
    }
}
impl<R: Real, const N: usize> Sub for Dual<R, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        self.zip(
            o,
            self.re - o.re,
            #[inline(always)]
            |a, b| a - b,
        )
    }
}
impl<R: Real, const N: usize> Mul for Dual<R, N> {
    type Output = Self;
    #[inline(always)]
    #[allow(clippy::suspicious_arithmetic_impl, reason = "the product rule is a sum")]
    fn mul(self, o: Self) -> Self {
        self.zip(
            o,
            self.re * o.re,
            #[inline(always)]
            |a, b| a.mul_plus(o.re, b * self.re),
        )
    }
}
impl<R: Real, const N: usize> Div for Dual<R, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, o: Self) -> Self {
        // The value is rounded as the plain quotient is: a solve with derivatives then takes the same steps.
        let q = self.re / o.re;
        let inv = R::one() / o.re;
        self.zip(
            o,
            q,
            #[inline(always)]
            |a, b| a.minus_product(q, b) * inv,
        )
    }
}
impl<R: Real, const N: usize> Add<f64> for Dual<R, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: f64) -> Self {
        Dual { re: self.re + o, eps: self.eps }
    }
}
impl<R: Real, const N: usize> Sub<f64> for Dual<R, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: f64) -> Self {
        Dual { re: self.re - o, eps: self.eps }
    }
}
impl<R: Real, const N: usize> Mul<f64> for Dual<R, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, o: f64) -> Self {
        self.each(
            self.re * o,
            #[inline(always)]
            |e| e * o,
        )
    }
}
impl<R: Real, const N: usize> Div<f64> for Dual<R, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, o: f64) -> Self {
        self.each(
            self.re / o,
            #[inline(always)]
            |e| e / o,
        )
    }
}
impl<R: Real, const N: usize> AddAssign for Dual<R, N> {
    #[inline(always)]
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
impl<R: Real, const N: usize> SubAssign for Dual<R, N> {
    #[inline(always)]
    fn sub_assign(&mut self, o: Self) {
        *self = *self - o;
    }
}

impl<R: Real, const N: usize> Real for Dual<R, N> {
    type Mask = R::Mask;
    type Columns = Dual<Self, 1>;

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        Self::constant(R::from_f64(x))
    }
    #[inline(always)]
    fn first(self) -> f64 {
        self.re.first()
    }
    #[inline(always)]
    fn exp(self) -> Self {
        let e = self.re.exp();
        self.chain(e, e)
    }
    #[inline(always)]
    fn exp_m1(self) -> Self {
        let e = self.re.exp_m1();
        self.chain(e, e + 1.0)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        self.chain(self.re.ln(), R::one() / self.re)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        let s = self.re.sqrt();
        self.chain(s, R::from_f64(0.5) / s)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        let t = self.re.tanh();
        self.chain(t, R::one() - t * t)
    }
    #[inline(always)]
    fn sin(self) -> Self {
        // cos x = sin(x + pi/2): the trait needs one circular function only.
        self.chain(self.re.sin(), (self.re + std::f64::consts::FRAC_PI_2).sin())
    }
    #[inline(always)]
    fn times_plus(self, factor: f64, addend: Self) -> Self {
        self.zip(
            addend,
            self.re.times_plus(factor, addend.re),
            #[inline(always)]
            |e, a| e.times_plus(factor, a),
        )
    }
    #[inline(always)]
    fn bernoulli(self) -> Self {
        self.chain(self.re.bernoulli(), self.re.bernoulli_slope())
    }
    #[inline(always)]
    fn bernoulli_with(self, exp: Self) -> Self {
        let [b, slope] = self.re.bernoulli_and_slope_with(exp.re);
        self.chain(b, slope)
    }
    #[inline(always)]
    fn logistic_with(self, exp_minus: Self) -> Self {
        let y = self.re.logistic_with(exp_minus.re);
        self.chain(y, y * (R::one() - y))
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Self::select(self.re.lt(R::zero()), -self, self)
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Self::Mask {
        self.re.lt(other.re)
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        yes.zip(
            no,
            R::select(mask, yes.re, no.re),
            #[inline(always)]
            |a, b| R::select(mask, a, b),
        )
    }
    #[inline(always)]
    fn all(mask: Self::Mask) -> bool {
        R::all(mask)
    }
    #[inline(always)]
    fn any(mask: Self::Mask) -> bool {
        R::any(mask)
    }
    #[inline(always)]
    fn lookup(self, f: impl Fn(f64) -> f64) -> Self {
        Self::constant(self.re.lookup(f))
    }
    #[inline(always)]
    fn lookup_with(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self::constant(self.re.lookup_with(other.re, f))
    }
    #[inline(always)]
    fn enter<T>(f: impl FnOnce() -> T) -> T {
        // Also for scalars: several derivatives stand side by side and vectorise. A single one is not worth a copy of
        // all model code for each vector extension.
        if N > 1 { crate::simd::enter(f) } else { R::enter(f) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type D = Dual<f64, 1>;

    fn check(name: &str, f: impl Fn(D) -> D, exact: impl Fn(f64) -> f64, x: f64) {
        let got = f(D::variable(x, 0)).eps[0];
        let want = exact(x);
        assert!((got - want).abs() <= 1e-13 * (1.0 + want.abs()), "{name}'({x}): {got} != {want}");
    }

    #[test]
    fn derivatives_of_the_elementary_functions_are_the_textbook_ones() {
        for x in [0.1, 0.7, 2.5] {
            check("exp", |d| d.exp(), f64::exp, x);
            check("exp_m1", |d| d.exp_m1(), f64::exp, x);
            check("ln", |d| d.ln(), |x| 1.0 / x, x);
            check("sqrt", |d| d.sqrt(), |x| 0.5 / f64::sqrt(x), x);
            check("tanh", |d| d.tanh(), |x| 1.0 / f64::cosh(x).powi(2), x);
            check("sin", |d| d.sin(), f64::cos, x);
            check("1/x", |d| D::one() / d, |x| -1.0 / (x * x), x);
            check("x^-3", |d| d.powi(-3), |x| -3.0 * f64::powi(x, -4), x);
            check("1/(1 + e^-x)", |d| d.logistic_with((-d).exp()), |x| 0.25 / f64::cosh(0.5 * x).powi(2), x);
            check("|-x|", |d| (-d).abs(), |_| 1.0, x);
        }
    }

    #[test]
    fn the_bernoulli_function_has_slope_minus_one_half_at_zero() {
        check("B", |d| d.bernoulli(), |_| -0.5, 0.0);
        // The derivative of the quotient form, and of the series, on either side of the threshold.
        for x in [9.999e-3, 1.0001e-2, -9.999e-3, -1.0001e-2, 0.0999, 0.1001] {
            let series =
                |x: f64| -0.5 + x / 6.0 - x.powi(3) / 180.0 + x.powi(5) / 5040.0 - x.powi(7) / 151_200.0;
            check("B", |d| d.bernoulli(), series, x);
        }
        for x in [-30.0, -0.3001, -0.2999, -0.1, 0.0, 1e-9, 0.1, 0.2999, 0.3001, 5.0, 30.0] {
            check("B with e^x", |d| d.bernoulli_with(d.exp()), Real::bernoulli_slope, x);
        }
        for x in [-30.0f64, -3.0, 3.0, 30.0] {
            check("B", |d| d.bernoulli(), |x| 1.0 / x.exp_m1() - x * x.exp() / x.exp_m1().powi(2), x);
        }
        assert!(D::variable(750.0, 0).bernoulli().eps[0].is_finite());
    }
}
