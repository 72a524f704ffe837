//! The number type of the kernels.
//!
//! Products run in `f32`. The same code instantiated for `f64` is what tests hold against exact
//! derivatives, so that rounding cannot hide a wrong term.

use fearless_simd::{Simd, SimdFloatElement, prelude::*};
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// A scalar with lanes `Native<S>` on the vector extension `S`.
pub trait Float:
    SimdFloatElement
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + 'static
{
    /// Error, as a share of a field's size, up to which a polynomial may stand for it in a rollout: some tens of the
    /// roundings of one evaluation.
    const POLYNOMIAL: f64;
    /// The nearest number of this type.
    fn from_f64(x: f64) -> Self;
    /// Exact widening.
    fn to_f64(self) -> f64;
    /// tanh, lane by lane.
    fn tanh<S: Simd>(simd: S, x: Self::Native<S>) -> Self::Native<S>;
    /// ln(1 + e^x), lane by lane.
    fn softplus<S: Simd>(simd: S, x: Self::Native<S>) -> Self::Native<S>;
    /// The derivative of [`Float::softplus`] as a function of its *value* y: 1 - e^-y.
    fn softplus_slope<S: Simd>(simd: S, y: Self::Native<S>) -> Self::Native<S>;
}

impl Float for f32 {
    const POLYNOMIAL: f64 = 32.0 * f32::EPSILON as f64;
    #[inline(always)]
    fn from_f64(x: f64) -> f32 {
        x as f32
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self as f64
    }
    /// Odd rational function of degree 7/6, minimax on [-7, 7] and constant outside: largest absolute
    /// error 1.7e-6, at half the cost of full single precision. The fit is ours (Lawson iteration).
    #[inline(always)]
    fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        let c = |value: f32| S::f32s::splat(simd, value);
        let x = x.min(c(7.0)).max(c(-7.0));
        // In u = scale x^2 both polynomials begin with u^3, a multiplication less for each.
        let w = x * c(2.760795055776e-02);
        let u = x * w;
        let p =
            (u + c(1.599560530621e+01)).mul_add(u, c(2.385920219560e+01)).mul_add(u, c(5.354340495336e+00));
        let q =
            (u + c(4.086798934864e+00)).mul_add(u, c(2.443412031003e+00)).mul_add(u, c(1.478230051925e-01));
        w * p / q
    }
    #[inline(always)]
    fn softplus<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        let c = |value: f32| S::f32s::splat(simd, value);
        let e = exp_f32(simd, -x.abs());
        // ln(1 + e) for e in [0, 1] by its odd series in s = e / (2 + e), s <= 1/3.
        let s = e / (e + c(2.0));
        let s2 = s * s;
        let series = s2.mul_add(c(2.0 / 11.0), c(2.0 / 9.0)).mul_add(s2, c(2.0 / 7.0));
        let series = series.mul_add(s2, c(2.0 / 5.0)).mul_add(s2, c(2.0 / 3.0)).mul_add(s2, c(2.0));
        s.mul_add(series, x.max(c(0.0)))
    }
    #[inline(always)]
    fn softplus_slope<S: Simd>(simd: S, y: S::f32s) -> S::f32s {
        S::f32s::splat(simd, 1.0) - exp_f32(simd, -y)
    }
}

/// e^x for x <= 0 to about 2 ulp: x = n ln 2 + r, a polynomial in r, the exponent put together from n.
#[inline(always)]
fn exp_f32<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23: adding it leaves the nearest whole number in the low bits
    let c = |value: f32| S::f32s::splat(simd, value);
    let x = x.max(c(-87.0));
    let shifted = x.mul_add(c(std::f32::consts::LOG2_E), c(ROUND));
    let n = shifted - c(ROUND);
    let r = n.mul_add(c(-0.693_359_4), x);
    let r = n.mul_add(c(2.121_944_4e-4), r);
    let p = r.mul_add(c(1.0 / 720.0), c(1.0 / 120.0)).mul_add(r, c(1.0 / 24.0));
    let p = p.mul_add(r, c(1.0 / 6.0)).mul_add(r, c(0.5)).mul_add(r, c(1.0)).mul_add(r, c(1.0));
    let power: S::f32s = ((shifted.to_bits() << 23u32) + c(1.0).to_bits()).bitcast();
    p * power
}

/// The exact functions of the standard library, a lane at a time: the reference, not for speed.
impl Float for f64 {
    const POLYNOMIAL: f64 = 32.0 * f64::EPSILON;
    #[inline(always)]
    fn from_f64(x: f64) -> f64 {
        x
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
    #[inline(always)]
    fn tanh<S: Simd>(_: S, x: S::f64s) -> S::f64s {
        map_f64::<S>(x, f64::tanh)
    }
    #[inline(always)]
    fn softplus<S: Simd>(_: S, x: S::f64s) -> S::f64s {
        map_f64::<S>(x, |x| x.max(0.0) + (-x.abs()).exp().ln_1p())
    }
    #[inline(always)]
    fn softplus_slope<S: Simd>(_: S, y: S::f64s) -> S::f64s {
        map_f64::<S>(y, |y| -(-y).exp_m1())
    }
}

#[inline(always)]
fn map_f64<S: Simd>(mut x: S::f64s, f: impl Fn(f64) -> f64) -> S::f64s {
    for lane in x.as_mut_slice() {
        *lane = f(*lane);
    }
    x
}
