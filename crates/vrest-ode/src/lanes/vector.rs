//! Eight numbers in the registers of the machine.
//!
//! A loop over an array is only as fast as the optimiser makes it, and in large functions it gives up silently. Lanes
//! therefore name the machine's registers. Every operation is one instruction or two; whatever is built of them is
//! written once, in `functions`.

use super::portable::Portable;
#[cfg(target_arch = "x86_64")]
use super::x86::{Pair, Wide};
use super::{Lanes, VECTORS, functions};
use crate::simd;
use std::fmt::Debug;

/// How many.
pub(crate) const EIGHT: usize = 8;

/// Numbers side by side, and what elementary functions do with them.
pub trait Arithmetic: Copy {
    /// A truth value of each.
    type Mask: Copy;

    /// The same number in each place.
    fn splat(x: f64) -> Self;
    /// a + b.
    fn add(self, b: Self) -> Self;
    /// a - b.
    fn sub(self, b: Self) -> Self;
    /// a b.
    fn mul(self, b: Self) -> Self;
    /// a/b.
    fn div(self, b: Self) -> Self;
    /// a b + c, rounded once.
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// `if a < b { a } else { b }`, for NaN too.
    fn min(self, b: Self) -> Self;
    /// `if a > b { a } else { b }`, for NaN too.
    fn max(self, b: Self) -> Self;
    /// The bits that both have.
    fn and(self, b: Self) -> Self;
    /// The bits that `b` has and this has not.
    fn and_not(self, b: Self) -> Self;
    /// The bits that one of the two has.
    fn xor(self, b: Self) -> Self;
    /// Of the bits as a whole number: the sum.
    fn add_bits(self, b: Self) -> Self;
    /// Of the bits as a whole number: the difference.
    fn sub_bits(self, b: Self) -> Self;
    /// The bits, `N` places up.
    fn up<const N: u32>(self) -> Self;
    /// The bits, `N` places down.
    fn down<const N: u32>(self) -> Self;
    /// a < b.
    fn lt(self, b: Self) -> Self::Mask;
    /// `if mask { yes } else { no }`.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;

    /// The number with these bits in each place.
    #[inline(always)]
    fn splat_bits(bits: u64) -> Self {
        Self::splat(f64::from_bits(bits))
    }
    /// The numbers unchanged, all of which are there before anything is computed from one of them; see
    /// [`Vector::all_in_step`].
    #[inline(always)]
    fn in_step(self) -> Self {
        self
    }
}

/// The elementary functions of lanes.
macro_rules! elementary {
    ($($name:ident)*) => {
        $(/// See `functions`.
        #[inline(always)]
        fn $name(x: Lanes<Self>) -> Lanes<Self> {
            functions::$name(x)
        })*
    };
}

/// Eight numbers in registers.
///
/// Only `dispatch` hands out vectors that not every processor has, and it has looked first.
pub trait Vector: Arithmetic + Debug + Send + Sync + 'static {
    /// Runs `f`, marked `#[inline(always)]`, as a function of its own compiled for the instructions of these vectors.
    fn enter<T>(f: impl FnOnce() -> T) -> T;

    /// In order.
    fn from_array(x: [f64; EIGHT]) -> Self;
    /// In order.
    fn as_array(&self) -> &[f64; EIGHT];
    /// In order.
    fn as_mut_array(&mut self) -> &mut [f64; EIGHT];
    /// Square root.
    fn sqrt(self) -> Self;
    /// The largest whole number that is not larger.
    fn floor(self) -> Self;
    /// Eight vectors of eight as the vectors of their first places, second places, ...
    fn transpose(rows: [Self; EIGHT]) -> [Self; EIGHT];
    /// Where both are.
    fn both(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// Where one of the two is.
    fn either(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// Where it is not.
    fn none(a: Self::Mask) -> Self::Mask;
    /// One bit a place, the first the lowest.
    fn mask_bits(a: Self::Mask) -> u32;
    elementary!(exp exp_m1 ln tanh sin log2_estimate exp2_estimate reciprocal_estimate);

    /// The vectors unchanged, all of which are there before anything is computed from one of them.
    ///
    /// Each step of an elementary function waits for the one before it. With all vectors of the lanes in step, what
    /// one waits for the others fill. The optimiser likes to compute one vector to its end before it begins the next,
    /// which leaves it to the processor to find work further down; and that, above all where two threads share a core,
    /// sees a hundred instructions ahead and not the whole function.
    #[inline(always)]
    fn all_in_step(all: [Self; VECTORS]) -> [Self; VECTORS] {
        all
    }

    /// The first eight numbers of `x`.
    #[inline(always)]
    fn from_slice(x: &[f64]) -> Self {
        let mut eight = [0.0; EIGHT];
        eight.copy_from_slice(&x[..EIGHT]);
        Self::from_array(eight)
    }
}

/// The logic of masks that are vectors with all bits of a number or none.
macro_rules! masks_are_bits {
    () => {
        #[inline(always)]
        fn both(a: Self, b: Self) -> Self {
            a.and(b)
        }
        #[inline(always)]
        fn either(a: Self, b: Self) -> Self {
            a.xor(a.and_not(b))
        }
        #[inline(always)]
        fn none(a: Self) -> Self {
            a.xor(Self::splat_bits(u64::MAX))
        }
    };
}
pub(super) use masks_are_bits;

/// Work in lanes, written once for every vector. Implementations mark `run` `#[inline(always)]`.
pub trait Work {
    /// What it returns.
    type Output;
    /// Does it in vectors `V`.
    fn run<V: Vector>(self) -> Self::Output;
}

/// Does `work` at the level in use.
#[inline(always)]
pub fn dispatch<W: Work>(work: W) -> W::Output {
    at(simd::level(), work)
}

/// Does `work` at `level`, which the processor must have.
#[inline(always)]
fn at<W: Work>(level: simd::Level, work: W) -> W::Output {
    match level {
        #[cfg(target_arch = "x86_64")]
        simd::Level::Avx512 => Wide::enter(
            #[inline(always)]
            || work.run::<Wide>(),
        ),
        #[cfg(target_arch = "x86_64")]
        simd::Level::Avx2 => Pair::enter(
            #[inline(always)]
            || work.run::<Pair>(),
        ),
        _ => Portable::enter(
            #[inline(always)]
            || work.run::<Portable>(),
        ),
    }
}

/// `work` at every level that the processor has.
#[cfg(test)]
pub(crate) fn at_every_level<W: Work + Copy>(work: W) -> Vec<W::Output> {
    use simd::Level::{Avx2, Avx512, Portable};
    let best = simd::Level::detect();
    [Portable, Avx2, Avx512].into_iter().filter(|l| *l <= best).map(|l| at(l, work)).collect()
}
