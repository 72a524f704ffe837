//! Elementary functions of numbers side by side, within 2 ulp of the C library over the range of normal numbers.

use super::vector::Arithmetic;

/// ln 2 in two parts: the first has trailing zeros, so that k * HI is exact for |k| < 2^20.
const LN2_HI: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN2_LO: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
/// Adding it rounds a number below 2^51 to a whole one, which then stands in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// 2 (e^r - 1 - r)/r^2 on |r| <= ln2/2 as a polynomial: interpolated at Chebyshev's nodes, where 10 coefficients leave
/// 2e-17 of e^r and Taylor's series needs 12.
const EXP: [f64; 10] = [
    1.000_000_000_000_000_2,
    0.333_333_333_333_333_37,
    0.083_333_333_333_248_26,
    0.016_666_666_666_660_123,
    0.002_777_777_783_442_743_3,
    0.000_396_825_397_261_072_35,
    4.960_304_259_190_875e-5,
    5.511_453_691_999_413e-6,
    5.524_017_689_081_949e-7,
    5.020_077_099_102_064e-8,
];

/// Two terms of [`EXP`] from the `i`-th.
#[inline(always)]
fn pair<A: Arithmetic>(r: A, i: usize) -> A {
    r.mul_add(A::splat(EXP[i + 1]), A::splat(EXP[i]))
}

/// x = k ln 2 + r with |r| <= ln2/2, given as (2^(k-1), 2 (e^r - 1)): 2^k itself may overflow where that does not.
#[inline(always)]
fn split_exp<A: Arithmetic>(x: A) -> (A, A) {
    // Where e^x overflows it is still infinite, and below e^-707 it stays there; a NaN fails both comparisons and stays
    // a NaN.
    let x = A::splat(-707.0).max(A::splat(709.79).min(x));
    let shifted = x.mul_add(A::splat(std::f64::consts::LOG2_E), A::splat(ROUND));
    let k = shifted.sub(A::splat(ROUND));
    let r = k.mul_add(A::splat(-LN2_LO), k.mul_add(A::splat(-LN2_HI), x)).in_step();
    // Pairs first (Estrin): a chain of ten multiplications and additions would wait for itself.
    let r2 = r.mul(r);
    let r4 = r2.mul(r2);
    let low = pair(r, 2).mul_add(r2, pair(r, 0));
    let middle = pair(r, 6).mul_add(r2, pair(r, 4));
    let poly = pair(r, 8).mul_add(r4, middle).mul_add(r4, low).in_step();
    let k = shifted.sub_bits(A::splat_bits(ROUND.to_bits() - 1022));
    (k.up::<52>(), poly.mul_add(r2, r.add(r)))
}

/// Infinite from 709.44 up, a little before the C library's.
#[inline(always)]
pub(super) fn exp<A: Arithmetic>(x: A) -> A {
    let (half, m) = split_exp(x);
    m.mul_add(half, half.add(half)).in_step()
}

#[inline(always)]
pub(super) fn exp_m1<A: Arithmetic>(x: A) -> A {
    let (half, m) = split_exp(x);
    // Exact for k = 0, and without cancellation elsewhere.
    m.mul_add(half, half.add(half).sub(A::splat(1.0))).in_step()
}

#[inline(always)]
pub(super) fn ln<A: Arithmetic>(x: A) -> A {
    let c = A::splat;
    // Subnormals first: scaled by 2^54.
    let tiny = x.lt(c(f64::MIN_POSITIVE));
    let scaled = A::select(tiny, x.mul(c(18_014_398_509_481_984.0)), x);
    // Mantissa in [sqrt(1/2), sqrt 2): ln x = e ln 2 + ln m. The exponent is moved up by 1024, so that none is negative.
    let up = scaled.add_bits(A::splat_bits((1024 << 52) - 0x3fe6_a09e_667f_3bcd)).down::<52>();
    let m = scaled.sub_bits(up.sub_bits(A::splat_bits(1024)).up::<52>());
    // Through the rounding constant again: a conversion without a scalar instruction.
    let e = up.add_bits(A::splat_bits(ROUND.to_bits())).sub(c(ROUND + 1024.0));
    let e = e.sub(A::select(tiny, c(54.0), c(0.0)));
    // ln m = 2 atanh(s), s = (m-1)/(m+1), |s| < 0.1716; coefficients as in fdlibm's e_log.c (minimax).
    let f = m.sub(c(1.0));
    let s = f.div(f.add(c(2.0)));
    let z = s.mul(s);
    let w = z.mul(z);
    let t1 = w.mul_add(c(1.531383769920937332e-01), c(2.222219843214978396e-01));
    let t1 = w.mul(w.mul_add(t1, c(3.999999999940941908e-01)));
    let t2 = w.mul_add(c(1.479819860511658591e-01), c(1.818357216161805012e-01));
    let t2 = w.mul_add(t2, c(2.857142874366239149e-01));
    let t2 = z.mul(w.mul_add(t2, c(6.666666666666735130e-01)));
    let half_f2 = f.mul(f).mul(c(0.5));
    let low = s.mul(half_f2.add(t1.add(t2))).add(e.mul(c(LN2_LO)));
    let result = e.mul_add(c(LN2_HI), f.sub(half_f2.sub(low)));
    // Zero has minus infinity, infinity and NaN have themselves, negative numbers none.
    let result = A::select(c(0.0).lt(x), result, c(f64::NEG_INFINITY));
    let result = A::select(x.lt(c(f64::INFINITY)), result, x);
    A::select(x.lt(c(0.0)), c(f64::NAN), result)
}

#[inline(always)]
pub(super) fn tanh<A: Arithmetic>(x: A) -> A {
    let sign = A::splat(-0.0);
    // tanh x = -m/(m + 2) with m = e^(-2|x|) - 1: no cancellation, no overflow.
    let m = exp_m1(sign.and_not(x).mul(A::splat(-2.0)));
    let size = sign.and_not(m.div(m.add(A::splat(2.0))));
    size.xor(sign.and(x))
}

#[inline(always)]
pub(super) fn sin<A: Arithmetic>(x: A) -> A {
    // Reduction by multiples of pi in three parts, right for |x| up to about 1e5 (phases of a stimulus).
    const PI_1: f64 = f64::from_bits(0x4009_21fb_5440_0000);
    const PI_2: f64 = f64::from_bits(0x3de0_b461_1a60_0000);
    const PI_3: f64 = f64::from_bits(0x3bb3_198a_2e03_7073);
    let c = A::splat;
    let shifted = x.mul_add(c(std::f64::consts::FRAC_1_PI), c(ROUND));
    let k = shifted.sub(c(ROUND));
    let r = k.mul_add(c(-PI_3), k.mul_add(c(-PI_2), k.mul_add(c(-PI_1), x)));
    let r2 = r.mul(r);
    let mut p = c(-1.0 / 51_090_942_171_709_440_000.0);
    for k in [
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
        p = p.mul_add(r2, c(k));
    }
    let s = r.sub(r.mul(r2).mul(p));
    // Odd multiples of pi turn the sign.
    s.xor(shifted.up::<63>())
}

/// 1/x within 0.02 % where x and 1/x are positive normal numbers.
#[inline(always)]
pub(super) fn reciprocal_estimate<A: Arithmetic>(x: A) -> A {
    let one = A::splat(1.0);
    // The bits less a constant turn the exponent's sign and replace the hyperbola by a line, within 5.1 %; one step of
    // Newton's method of order three cubes that.
    let r = A::splat_bits(0x7fde_6238_5024_84ba).sub_bits(x);
    let e = one.sub(x.mul(r));
    e.mul_add(e, e).mul_add(r, r)
}

/// log2 of a positive normal number, within 1.2e-4.
#[inline(always)]
pub(super) fn log2_estimate<A: Arithmetic>(x: A) -> A {
    const MANTISSA: f64 = f64::from_bits((1 << 52) - 1);
    let c = A::splat;
    // The exponent through the rounding constant: a conversion without a scalar instruction.
    let exponent = x.down::<52>().add_bits(A::splat_bits(ROUND.to_bits())).sub(c(ROUND + 1023.0));
    let m = x.and(c(MANTISSA)).xor(c(1.0));
    // log2 m on [1, 2), interpolated at Chebyshev's nodes.
    let p = m.mul_add(c(-0.078_440_68), c(0.626_032_18)).mul_add(m, c(-2.078_335_17));
    p.mul_add(m, c(4.029_211_39)).mul_add(m, exponent.sub(c(2.498_353_15)))
}

/// 2^x for |x| < 1000, within 4e-6 of itself.
#[inline(always)]
pub(super) fn exp2_estimate<A: Arithmetic>(x: A) -> A {
    let c = A::splat;
    let shifted = x.add(c(ROUND));
    let r = x.sub(shifted.sub(c(ROUND)));
    // 2^r on [-1/2, 1/2], interpolated at Chebyshev's nodes.
    let p = r.mul_add(c(0.009_666_37), c(0.055_921_98)).mul_add(r, c(0.240_223_49));
    p.mul_add(r, c(0.693_121_05)).mul_add(r, c(1.0)).add_bits(shifted.up::<52>())
}

#[cfg(test)]
mod tests {
    use super::super::vector::{Vector, Work, at_every_level};
    use super::super::{Lanes, WIDTH};

    /// A function at one number, in all places and with neighbours that must not matter.
    #[derive(Clone, Copy)]
    struct At(Function, f64);

    #[derive(Clone, Copy, Debug)]
    enum Function {
        Exp,
        ExpM1,
        Ln,
        Tanh,
        Sin,
        Log2Estimate,
        Exp2Estimate,
        ReciprocalEstimate,
    }

    impl Function {
        fn of<V: Vector>(self, x: Lanes<V>) -> Lanes<V> {
            match self {
                Function::Exp => V::exp(x),
                Function::ExpM1 => V::exp_m1(x),
                Function::Ln => V::ln(x),
                Function::Tanh => V::tanh(x),
                Function::Sin => V::sin(x),
                Function::Log2Estimate => V::log2_estimate(x),
                Function::Exp2Estimate => V::exp2_estimate(x),
                Function::ReciprocalEstimate => V::reciprocal_estimate(x),
            }
        }
    }

    impl Work for At {
        type Output = u64;
        fn run<V: Vector>(self) -> u64 {
            let x = Lanes::<V>::from_fn(|l| [self.1, self.1, f64::NAN, -1e9, 1e9, self.1, self.1][l % 7]);
            let all = self.0.of(x).to_array();
            let [first, last] = [0, WIDTH - 1].map(|l| all[l].to_bits());
            assert_eq!(first, last, "{:?}({})", self.0, self.1);
            first
        }
    }

    /// The same bits at every level that this machine has.
    fn value(f: Function, x: f64) -> f64 {
        let levels = at_every_level(At(f, x));
        assert!(levels.iter().all(|y| *y == levels[0]), "{f:?}({x}): {levels:x?}");
        f64::from_bits(levels[0])
    }

    fn worst_ulp(f: Function, exact: impl Fn(f64) -> f64, lo: f64, hi: f64) -> f64 {
        (0..200_000)
            .map(|i| lo + (hi - lo) * (i as f64 + 0.5) / 200_000.0)
            .map(|x| {
                let (got, want) = (value(f, x), exact(x));
                let ulp = f64::from_bits(want.abs().to_bits() + 1) - want.abs();
                (got - want).abs() / ulp
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn elementary_functions_are_within_two_ulp_of_the_c_library() {
        use Function::*;
        for (lo, hi) in [(-1e-3, 1e-3), (-2.0, 2.0), (-40.0, 40.0), (-700.0, 700.0)] {
            assert!(worst_ulp(Exp, f64::exp, lo, hi) <= 2.0, "exp {lo} {hi}");
            assert!(worst_ulp(ExpM1, f64::exp_m1, lo, hi) <= 3.0, "expm1 {lo} {hi}");
            assert!(worst_ulp(Tanh, f64::tanh, lo, hi) <= 4.0, "tanh {lo} {hi}");
        }
        for (lo, hi) in [(1e-300, 1e-290), (1e-3, 2.0), (0.9, 1.1), (1.0, 1e6), (1e200, 1e300)] {
            assert!(worst_ulp(Ln, f64::ln, lo, hi) <= 2.0, "ln {lo} {hi}");
        }
        for i in 0..100_000 {
            let x = -300.0 + 0.006 * f64::from(i);
            assert!((value(Sin, x) - x.sin()).abs() < 4e-16, "sin {x}");
        }
    }

    #[test]
    fn a_reciprocal_estimate_has_three_digits() {
        for i in 0..100_000 {
            // Mantissas of all sizes, exponents from that of the least normal number up.
            let x = (1.0 + f64::from(i) * 1e-5) * f64::exp2(f64::from(i % 2043) - 1022.0);
            let relative = value(Function::ReciprocalEstimate, x) * x - 1.0;
            assert!(relative.abs() < 2e-4, "{x}: {relative}");
        }
    }

    #[test]
    fn estimates_of_powers_are_good_enough_to_choose_a_step_by() {
        for i in 0..100_000 {
            let x = -999.0 + f64::from(i) * 0.019_98;
            let estimate = value(Function::Exp2Estimate, x);
            assert!((estimate / x.exp2() - 1.0).abs() < 4e-6, "2^{x}: {estimate}");
            let estimate = value(Function::Log2Estimate, x.exp2());
            assert!((estimate - x).abs() < 1.2e-4, "log2 2^{x}: {estimate}");
        }
    }

    #[test]
    fn ends_of_the_range_behave_as_in_the_c_library() {
        use Function::*;
        assert!(value(Exp, -800.0) == value(Exp, -707.0) && value(Exp, -707.0) < 1e-307);
        assert_eq!(value(Exp, 800.0), f64::INFINITY);
        assert_eq!(value(Exp, f64::INFINITY), f64::INFINITY);
        assert!((value(Exp, 709.4) / f64::exp(709.4) - 1.0).abs() < 1e-15);
        assert_eq!(value(ExpM1, -800.0), -1.0);
        assert_eq!(value(ExpM1, 0.0), 0.0);
        assert_eq!(value(Ln, 0.0), f64::NEG_INFINITY);
        assert_eq!(value(Ln, f64::INFINITY), f64::INFINITY);
        assert!(value(Ln, -1.0).is_nan() && value(Exp, f64::NAN).is_nan() && value(Ln, f64::NAN).is_nan());
        assert!((value(Ln, 3e-320) - f64::ln(3e-320)).abs() < 1e-12);
        assert_eq!(value(Tanh, 1e-20), 1e-20);
        assert_eq!(value(Tanh, 50.0), 1.0);
    }
}
