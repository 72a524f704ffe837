//! Vectors for any processor: plain loops, which the compiler turns into what the architecture has at least.

use super::vector::{EIGHT, Vector, masks_are_bits};
use crate::simd;

/// What every processor can do, at the compiler's discretion.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub struct Portable([f64; EIGHT]);

impl Portable {
    #[inline(always)]
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let mut out = self.0;
        for x in &mut out {
            *x = f(*x);
        }
        Portable(out)
    }
    #[inline(always)]
    fn zip(self, b: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut out = self.0;
        for i in 0..EIGHT {
            out[i] = f(self.0[i], b.0[i]);
        }
        Portable(out)
    }
    #[inline(always)]
    fn zip_bits(self, b: Self, f: impl Fn(u64, u64) -> u64) -> Self {
        self.zip(b, |a, b| f64::from_bits(f(a.to_bits(), b.to_bits())))
    }
}

/// Not inlined: a copy of each loop at each place where model code has an operation would be large and slow to build.
macro_rules! portable {
    ($(fn $name:ident($($arg:ident),*) $body:expr)*) => {
        $(#[inline(never)] fn $name(self $(, $arg: Self)*) -> Self { let a = self; $body(a $(, $arg)*) })*
    };
}

impl Vector for Portable {
    masks_are_bits!();

    #[inline(always)]
    fn enter<T>(f: impl FnOnce() -> T) -> T {
        simd::enter_portable(f)
    }
    #[inline(always)]
    fn splat(x: f64) -> Self {
        Portable([x; EIGHT])
    }
    #[inline(always)]
    fn from_array(x: [f64; EIGHT]) -> Self {
        Portable(x)
    }
    #[inline(always)]
    fn as_array(&self) -> &[f64; EIGHT] {
        &self.0
    }
    #[inline(always)]
    fn as_mut_array(&mut self) -> &mut [f64; EIGHT] {
        &mut self.0
    }
    portable! {
        fn add(b) |a: Self, b| a.zip(b, |a, b| a + b)
        fn sub(b) |a: Self, b| a.zip(b, |a, b| a - b)
        fn mul(b) |a: Self, b| a.zip(b, |a, b| a * b)
        fn div(b) |a: Self, b| a.zip(b, |a, b| a / b)
        fn mul_add(b, c) |a: Self, b: Self, c: Self| {
            Portable(std::array::from_fn(|i| a.0[i].mul_add(b.0[i], c.0[i])))
        }
        fn sqrt() |a: Self| a.map(f64::sqrt)
        fn min(b) |a: Self, b| a.zip(b, |a, b| if a < b { a } else { b })
        fn max(b) |a: Self, b| a.zip(b, |a, b| if a > b { a } else { b })
        fn and(b) |a: Self, b| a.zip_bits(b, |a, b| a & b)
        fn and_not(b) |a: Self, b| a.zip_bits(b, |a, b| !a & b)
        fn xor(b) |a: Self, b| a.zip_bits(b, |a, b| a ^ b)
        fn add_bits(b) |a: Self, b| a.zip_bits(b, u64::wrapping_add)
        fn sub_bits(b) |a: Self, b| a.zip_bits(b, u64::wrapping_sub)
        fn lt(b) |a: Self, b| a.zip_bits(b, |a, b| {
            u64::from(f64::from_bits(a) < f64::from_bits(b)).wrapping_neg()
        })
    }
    #[inline(never)]
    fn up<const N: u32>(self) -> Self {
        self.map(|a| f64::from_bits(a.to_bits() << N))
    }
    #[inline(never)]
    fn down<const N: u32>(self) -> Self {
        self.map(|a| f64::from_bits(a.to_bits() >> N))
    }
    #[inline(always)]
    fn select(mask: Self, yes: Self, no: Self) -> Self {
        mask.and(yes).xor(mask.and_not(no))
    }
    #[inline(never)]
    fn mask_bits(a: Self) -> u32 {
        (0..EIGHT).fold(0, |bits, i| bits | ((a.0[i].to_bits() & 1) as u32) << i)
    }
}
