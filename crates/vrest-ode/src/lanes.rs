//! Several independent numbers at once, one a membrane.
//!
//! Plain arrays whose loops the compiler turns into vector instructions inside [`crate::simd::enter`]. No
//! branch on a value and no libm call in a lane loop, which would serialise it. The elementary functions are therefore
//! our own, within 2 ulp of the C library over the range of normal numbers (tests below). A fused multiply-add is
//! written where it pays and never left to the compiler, so that every level gives the same bits; the portable level
//! asks the C library for it, which is slow on processors without the instruction.

use crate::dual::Dual;
use crate::real::{BERNOULLI_LONG_SERIES_BELOW, Real, bernoulli_series};
use crate::simd;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, Neg, Not, Sub, SubAssign};

/// `N` numbers side by side.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(64))]
pub struct Lanes<const N: usize>(pub [f64; N]);

/// One truth value a lane: all bits set or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(64))]
pub struct Mask<const N: usize>(pub [u64; N]);

impl<const N: usize> Lanes<N> {
    /// All lanes the same.
    #[inline(always)]
    pub fn splat(x: f64) -> Self {
        Lanes([x; N])
    }
    /// Lane by lane.
    #[inline(always)]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let mut out = self.0;
        for x in &mut out {
            *x = f(*x);
        }
        Lanes(out)
    }
    #[inline(always)]
    fn zip(self, o: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut out = self.0;
        for l in 0..N {
            out[l] = f(self.0[l], o.0[l]);
        }
        Lanes(out)
    }
}

impl<const N: usize> Mask<N> {
    /// Whether lane `l` is set.
    #[inline(always)]
    pub fn test(self, l: usize) -> bool {
        self.0[l] != 0
    }
    /// Whether any lane is set.
    #[inline(always)]
    pub fn any(self) -> bool {
        self.0.iter().fold(0, |a, b| a | b) != 0
    }
    /// Whether every lane is set.
    #[inline(always)]
    pub fn all(self) -> bool {
        self.0.iter().fold(u64::MAX, |a, b| a & b) == u64::MAX
    }
    /// One bit a lane, that of lane 0 the lowest.
    #[inline(always)]
    pub fn bits(self) -> u32 {
        self.0.iter().enumerate().fold(0, |bits, (l, &m)| bits | ((m & 1) as u32) << l)
    }
    /// From one `bool` a lane.
    #[inline(always)]
    pub fn from_bools(b: [bool; N]) -> Self {
        Mask(b.map(|x| (x as u64).wrapping_neg()))
    }
}
impl<const N: usize> BitAnd for Mask<N> {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, o: Self) -> Self {
        Mask(std::array::from_fn(|l| self.0[l] & o.0[l]))
    }
}
impl<const N: usize> BitOr for Mask<N> {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, o: Self) -> Self {
        Mask(std::array::from_fn(|l| self.0[l] | o.0[l]))
    }
}
impl<const N: usize> Not for Mask<N> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Mask(self.0.map(|m| !m))
    }
}

macro_rules! lane_op {
    ($trait:ident, $method:ident, $op:tt) => {
        impl<const N: usize> $trait for Lanes<N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, o: Self) -> Self {
                self.zip(o, |a, b| a $op b)
            }
        }
        impl<const N: usize> $trait<f64> for Lanes<N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, o: f64) -> Self {
                self.map(|a| a $op o)
            }
        }
    };
}
lane_op!(Add, add, +);
lane_op!(Sub, sub, -);
lane_op!(Mul, mul, *);
lane_op!(Div, div, /);

impl<const N: usize> Neg for Lanes<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|a| -a)
    }
}
impl<const N: usize> AddAssign for Lanes<N> {
    #[inline(always)]
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
impl<const N: usize> SubAssign for Lanes<N> {
    #[inline(always)]
    fn sub_assign(&mut self, o: Self) {
        *self = *self - o;
    }
}

/// ln 2 in two parts: the first has trailing zeros, so that k * HI is exact for |k| < 2^20.
const LN2_HI: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN2_LO: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
/// Adding it rounds a number below 2^51 to a whole one, which then stands in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// (e^r - 1 - r)/r^2 on |r| <= ln2/2 as a polynomial: interpolated at Chebyshev's nodes, where 10 coefficients leave
/// 2e-17 of e^r and Taylor's series needs 12.
const EXP: [f64; 10] = [
    0.500_000_000_000_000_1,
    0.166_666_666_666_666_69,
    0.041_666_666_666_624_13,
    0.008_333_333_333_330_062,
    0.001_388_888_891_721_371_7,
    0.000_198_412_698_630_536_18,
    2.480_152_129_595_437_6e-5,
    2.755_726_845_999_706_4e-6,
    2.762_008_844_540_974_6e-7,
    2.510_038_549_551_032e-8,
];

/// x = k ln 2 + r with |r| <= ln2/2, given as (2^(k-1), e^r - 1): 2^k itself may overflow where e^x does not.
#[inline(always)]
fn split_exp(x: f64) -> (f64, f64) {
    // Where e^x overflows it is still infinite, and below e^-707 it stays there; a NaN fails both comparisons and stays
    // a NaN. Each line is one instruction.
    let x = if x > 709.79 { 709.79 } else { x };
    let x = if x < -707.0 { -707.0 } else { x };
    let shifted = x.mul_add(std::f64::consts::LOG2_E, ROUND);
    let k = shifted - ROUND;
    let r = k.mul_add(-LN2_LO, k.mul_add(-LN2_HI, x));
    // Pairs first (Estrin): a chain of ten multiplications and additions would wait for itself.
    let pair = |i: usize| r.mul_add(EXP[i + 1], EXP[i]);
    let (r2, r4) = (r * r, (r * r) * (r * r));
    let low = pair(2).mul_add(r2, pair(0));
    let middle = pair(6).mul_add(r2, pair(4));
    let poly = pair(8).mul_add(r4, middle).mul_add(r4, low);
    let k = (shifted.to_bits() as i64).wrapping_sub(ROUND.to_bits() as i64 - 1022);
    (f64::from_bits((k as u64) << 52), poly.mul_add(r2, r))
}

#[inline(always)]
fn select(mask: bool, yes: f64, no: f64) -> f64 {
    let m = (mask as u64).wrapping_neg();
    f64::from_bits((yes.to_bits() & m) | (no.to_bits() & !m))
}

#[inline(always)]
fn exp(x: f64) -> f64 {
    let (half, m) = split_exp(x);
    m.mul_add(2.0, 2.0) * half
}

#[inline(always)]
fn exp_m1(x: f64) -> f64 {
    let (half, m) = split_exp(x);
    // 2^k m + (2^k - 1): exact for k = 0, and without cancellation elsewhere.
    let scale = half + half;
    let plain = m.mul_add(scale, scale - 1.0);
    // For k = 1024 the scale itself overflows though the result may not; there the 1 does not matter.
    select(half > 1e300, (m * 2.0 + 2.0) * half, plain)
}

#[inline(always)]
fn ln(x: f64) -> f64 {
    // Subnormals first: scaled by 2^54.
    let tiny = x < f64::MIN_POSITIVE;
    let scaled = select(tiny, x * 18_014_398_509_481_984.0, x);
    let bits = scaled.to_bits();
    // Mantissa in [sqrt(1/2), sqrt 2): ln x = e ln 2 + ln m.
    let e_bits = bits.wrapping_sub(0x3fe6_a09e_667f_3bcd);
    let e_int = (e_bits as i64) >> 52;
    let m = f64::from_bits(bits.wrapping_sub((e_int as u64) << 52));
    // Through the rounding constant again: a conversion without a scalar instruction.
    let e = f64::from_bits((e_int + ROUND.to_bits() as i64) as u64) - ROUND;
    let e = e - select(tiny, 54.0, 0.0);
    // ln m = 2 atanh(s), s = (m-1)/(m+1), |s| < 0.1716; coefficients as in fdlibm's e_log.c (minimax).
    let f = m - 1.0;
    let s = f / (f + 2.0);
    let z = s * s;
    let w = z * z;
    let t1 = w * (w * (w * 1.531383769920937332e-01 + 2.222219843214978396e-01) + 3.999999999940941908e-01);
    let t2 = z
        * (w * (w * (w * 1.479819860511658591e-01 + 1.818357216161805012e-01) + 2.857142874366239149e-01)
            + 6.666666666666735130e-01);
    let half_f2 = f * f * 0.5;
    let result = e * LN2_HI - ((half_f2 - (s * (half_f2 + (t1 + t2)) + e * LN2_LO)) - f);
    let result = select(x == f64::INFINITY, f64::INFINITY, result);
    let result = select(x == 0.0, f64::NEG_INFINITY, result);
    // Negative numbers and NaN.
    select(x >= 0.0, result, f64::NAN)
}

#[inline(always)]
fn tanh(x: f64) -> f64 {
    // tanh x = -m/(m + 2) with m = e^(-2|x|) - 1: no cancellation, no overflow.
    let m = exp_m1(x.abs() * -2.0);
    (-m / (m + 2.0)).copysign(x)
}

#[inline(always)]
fn sin(x: f64) -> f64 {
    // Reduction by multiples of pi in three parts, right for |x| up to about 1e5 (phases of a stimulus).
    const PI_1: f64 = f64::from_bits(0x4009_21fb_5440_0000);
    const PI_2: f64 = f64::from_bits(0x3de0_b461_1a60_0000);
    const PI_3: f64 = f64::from_bits(0x3bb3_198a_2e03_7073);
    let shifted = x * std::f64::consts::FRAC_1_PI + ROUND;
    let k = shifted - ROUND;
    let r = ((x - k * PI_1) - k * PI_2) - k * PI_3;
    let r2 = r * r;
    let mut p = -1.0 / 51_090_942_171_709_440_000.0;
    for c in [
        1.0 / 121_645_100_408_832_000.0,
        -1.0 / 355_687_428_096_000.0,
        1.0 / 1_307_674_368_000.0,
        -1.0 / 6_227_020_800.0,
        1.0 / 39_916_800.0,
        -1.0 / 362_880.0,
        1.0 / 5040.0,
        -1.0 / 120.0,
        1.0 / 6.0,
    ] {
        p = p * r2 + c;
    }
    let s = r - r * r2 * p;
    // Odd multiples of pi turn the sign.
    f64::from_bits(s.to_bits() ^ (shifted.to_bits() << 63))
}

impl<const N: usize> Real for Lanes<N> {
    type Mask = Mask<N>;
    type Columns = Dual<Self, 1>;

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        Self::splat(x)
    }
    #[inline(always)]
    fn first(self) -> f64 {
        self.0[0]
    }
    #[inline(always)]
    fn exp(self) -> Self {
        self.map(exp)
    }
    #[inline(always)]
    fn exp_m1(self) -> Self {
        self.map(exp_m1)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        self.map(ln)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.map(f64::sqrt)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        self.map(tanh)
    }
    #[inline(always)]
    fn sin(self) -> Self {
        self.map(sin)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.map(f64::abs)
    }
    #[inline(always)]
    fn lt(self, o: Self) -> Mask<N> {
        let mut m = [0; N];
        for l in 0..N {
            m[l] = ((self.0[l] < o.0[l]) as u64).wrapping_neg();
        }
        Mask(m)
    }
    #[inline(always)]
    fn select(mask: Mask<N>, yes: Self, no: Self) -> Self {
        let mut out = [0.0; N];
        for l in 0..N {
            out[l] = f64::from_bits((yes.0[l].to_bits() & mask.0[l]) | (no.0[l].to_bits() & !mask.0[l]));
        }
        Lanes(out)
    }
    #[inline(always)]
    fn lookup(self, f: impl Fn(f64) -> f64) -> Self {
        self.map(f)
    }
    #[inline(always)]
    fn lookup_with(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        self.zip(other, f)
    }
    #[inline(always)]
    fn times_plus(self, factor: f64, addend: Self) -> Self {
        self.zip(addend, |a, b| a.mul_add(factor, b))
    }
    #[inline(always)]
    fn bernoulli_with(self, exp: Self) -> Self {
        let near = self.abs().lt(Self::splat(BERNOULLI_LONG_SERIES_BELOW));
        Self::select(near, bernoulli_series(self), self / (exp - 1.0))
    }
    #[inline(always)]
    fn logistic_with(self, exp_minus: Self) -> Self {
        Self::one() / (exp_minus + 1.0)
    }
    #[inline(always)]
    fn enter<T>(f: impl FnOnce() -> T) -> T {
        simd::enter(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst_ulp(f: impl Fn(f64) -> f64, exact: impl Fn(f64) -> f64, lo: f64, hi: f64) -> f64 {
        (0..200_000)
            .map(|i| lo + (hi - lo) * (i as f64 + 0.5) / 200_000.0)
            .map(|x| {
                let (got, want) = (f(x), exact(x));
                let ulp = f64::from_bits(want.abs().to_bits() + 1) - want.abs();
                (got - want).abs() / ulp
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn elementary_functions_are_within_two_ulp_of_the_c_library() {
        for (lo, hi) in [(-1e-3, 1e-3), (-2.0, 2.0), (-40.0, 40.0), (-700.0, 700.0)] {
            assert!(worst_ulp(exp, f64::exp, lo, hi) <= 2.0, "exp {lo} {hi}");
            assert!(worst_ulp(exp_m1, f64::exp_m1, lo, hi) <= 3.0, "expm1 {lo} {hi}");
            assert!(worst_ulp(tanh, f64::tanh, lo, hi) <= 4.0, "tanh {lo} {hi}");
        }
        for (lo, hi) in [(1e-300, 1e-290), (1e-3, 2.0), (0.9, 1.1), (1.0, 1e6), (1e200, 1e300)] {
            assert!(worst_ulp(ln, f64::ln, lo, hi) <= 2.0, "ln {lo} {hi}");
        }
        for i in 0..100_000 {
            let x = -300.0 + 0.006 * i as f64;
            assert!((sin(x) - x.sin()).abs() < 4e-16, "sin {x}");
        }
    }

    #[test]
    fn ends_of_the_range_behave_as_in_the_c_library() {
        assert!(exp(-800.0) == exp(-707.0) && exp(-707.0) < 1e-307);
        assert_eq!(exp(800.0), f64::INFINITY);
        assert!((exp(709.7) / f64::exp(709.7) - 1.0).abs() < 1e-15);
        assert_eq!(exp_m1(-800.0), -1.0);
        assert_eq!(exp_m1(0.0), 0.0);
        assert_eq!(ln(0.0), f64::NEG_INFINITY);
        assert_eq!(ln(f64::INFINITY), f64::INFINITY);
        assert!(ln(-1.0).is_nan() && exp(f64::NAN).is_nan() && ln(f64::NAN).is_nan());
        assert!((ln(3e-320) - f64::ln(3e-320)).abs() < 1e-12);
        assert_eq!(tanh(1e-20), 1e-20);
        assert_eq!(tanh(50.0), 1.0);
    }

    #[test]
    fn lanes_give_what_their_scalars_give() {
        let x = Lanes([-70.0, 0.0, 1e-9, 33.0]);
        let y = Lanes([3.0, -2.0, 0.5, 7.0]);
        let z = Lanes::<4>::select(x.lt(y), x * y + 1.0, x / y);
        assert_eq!(z.0, [-209.0, 0.0 / -2.0, 1e-9 * 0.5 + 1.0, 33.0 / 7.0]);
        for l in 0..4 {
            let b = x.bernoulli().0[l];
            assert!((b - x.0[l].bernoulli()).abs() <= 4e-16 * b.abs().max(1.0));
        }
    }
}
