//! Eight numbers in the registers of the machine.
//!
//! A loop over an array is only as fast as the optimiser makes it, and in large functions it gives up silently. Lanes
//! therefore name the machine's registers. Every operation is one instruction or two; whatever is built of them is
//! written once, in [`super::functions`].

use crate::simd;
use std::fmt::Debug;

/// How many.
pub(crate) const EIGHT: usize = 8;

/// Eight numbers, and what one instruction does with them.
///
/// Only [`dispatch`] hands out vectors that not every processor has, and it has looked first.
pub trait Vector: Copy + Debug + Send + Sync + 'static {
    /// Eight truth values.
    type Mask: Copy;

    /// Runs `f`, marked `#[inline(always)]`, as a function of its own compiled for the instructions of these vectors.
    fn enter<T>(f: impl FnOnce() -> T) -> T;

    /// The same number in each place.
    fn splat(x: f64) -> Self;
    /// In order.
    fn from_array(x: [f64; EIGHT]) -> Self;
    /// In order.
    fn as_array(&self) -> &[f64; EIGHT];
    /// In order.
    fn as_mut_array(&mut self) -> &mut [f64; EIGHT];
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
    /// Square root.
    fn sqrt(self) -> Self;
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
    /// Where both are.
    fn both(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// Where one of the two is.
    fn either(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// Where it is not.
    fn none(a: Self::Mask) -> Self::Mask;
    /// One bit a place, the first the lowest.
    fn mask_bits(a: Self::Mask) -> u32;

    /// The number with these bits in each place.
    #[inline(always)]
    fn splat_bits(bits: u64) -> Self {
        Self::splat(f64::from_bits(bits))
    }
}

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
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident),*) $body:expr)*) => {
        $(#[inline(never)] fn $name(self $(, $arg: Self)*) -> Self { let a = self; $body(a $(, $arg)*) })*
    };
}

impl Vector for Portable {
    /// All bits of a number or none.
    type Mask = Portable;

    #[inline(never)]
    fn enter<T>(f: impl FnOnce() -> T) -> T {
        f()
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
    #[inline(never)]
    fn mask_bits(a: Self) -> u32 {
        (0..EIGHT).fold(0, |bits, i| bits | ((a.0[i].to_bits() & 1) as u32) << i)
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{EIGHT, Vector};
    use std::arch::x86_64::*;

    /// One register of AVX-512.
    #[derive(Debug, Clone, Copy)]
    #[repr(transparent)]
    pub struct Wide(__m512d);

    /// Two registers of AVX2.
    #[derive(Debug, Clone, Copy)]
    #[repr(C, align(64))]
    pub struct Pair(__m256d, __m256d);

    // The processor has the instructions of either type wherever a value of it exists, because nothing but `dispatch`
    // names these types, after it has looked. This is the reason for every `unsafe` below.

    macro_rules! wide {
        ($($name:ident($($arg:ident),*) = $body:expr;)*) => {
            $(#[inline(always)] fn $name(self $(, $arg: Self)*) -> Self {
                let a = self.0;
                $(let $arg = $arg.0;)*
                // SAFETY: see above.
                Wide(unsafe { $body(a $(, $arg)*) })
            })*
        };
    }

    /// On the bits as whole numbers.
    macro_rules! wide_bits {
        ($($name:ident($arg:ident) = $f:ident;)*) => {
            $(#[inline(always)] fn $name(self, $arg: Self) -> Self {
                // SAFETY: see above.
                Wide(unsafe { _mm512_castsi512_pd($f(_mm512_castpd_si512(self.0), _mm512_castpd_si512($arg.0))) })
            })*
        };
    }

    impl Vector for Wide {
        type Mask = __mmask8;

        #[inline(always)]
        fn enter<T>(f: impl FnOnce() -> T) -> T {
            // SAFETY: see above.
            unsafe { crate::simd::enter_avx512(f) }
        }
        #[inline(always)]
        fn splat(x: f64) -> Self {
            // SAFETY: see above.
            Wide(unsafe { _mm512_set1_pd(x) })
        }
        #[inline(always)]
        fn from_array(x: [f64; EIGHT]) -> Self {
            // SAFETY: see above; the array has eight numbers.
            Wide(unsafe { _mm512_loadu_pd(x.as_ptr()) })
        }
        #[inline(always)]
        fn as_array(&self) -> &[f64; EIGHT] {
            // SAFETY: one register of eight numbers, as in an array and aligned more strictly.
            unsafe { &*std::ptr::from_ref(self).cast() }
        }
        #[inline(always)]
        fn as_mut_array(&mut self) -> &mut [f64; EIGHT] {
            // SAFETY: as above.
            unsafe { &mut *std::ptr::from_mut(self).cast() }
        }
        wide! {
            add(b) = _mm512_add_pd;
            sub(b) = _mm512_sub_pd;
            mul(b) = _mm512_mul_pd;
            div(b) = _mm512_div_pd;
            mul_add(b, c) = _mm512_fmadd_pd;
            sqrt() = _mm512_sqrt_pd;
            min(b) = _mm512_min_pd;
            max(b) = _mm512_max_pd;
        }
        wide_bits! {
            and(b) = _mm512_and_si512;
            and_not(b) = _mm512_andnot_si512;
            xor(b) = _mm512_xor_si512;
            add_bits(b) = _mm512_add_epi64;
            sub_bits(b) = _mm512_sub_epi64;
        }
        #[inline(always)]
        fn up<const N: u32>(self) -> Self {
            // SAFETY: see above.
            Wide(unsafe { _mm512_castsi512_pd(_mm512_slli_epi64::<N>(_mm512_castpd_si512(self.0))) })
        }
        #[inline(always)]
        fn down<const N: u32>(self) -> Self {
            // SAFETY: see above.
            Wide(unsafe { _mm512_castsi512_pd(_mm512_srli_epi64::<N>(_mm512_castpd_si512(self.0))) })
        }
        #[inline(always)]
        fn lt(self, b: Self) -> __mmask8 {
            // SAFETY: see above.
            unsafe { _mm512_cmp_pd_mask::<_CMP_LT_OQ>(self.0, b.0) }
        }
        #[inline(always)]
        fn select(mask: __mmask8, yes: Self, no: Self) -> Self {
            // SAFETY: see above.
            Wide(unsafe { _mm512_mask_blend_pd(mask, no.0, yes.0) })
        }
        #[inline(always)]
        fn both(a: __mmask8, b: __mmask8) -> __mmask8 {
            a & b
        }
        #[inline(always)]
        fn either(a: __mmask8, b: __mmask8) -> __mmask8 {
            a | b
        }
        #[inline(always)]
        fn none(a: __mmask8) -> __mmask8 {
            !a
        }
        #[inline(always)]
        fn mask_bits(a: __mmask8) -> u32 {
            u32::from(a)
        }
    }

    macro_rules! pair {
        ($($name:ident($($arg:ident),*) = $f:ident;)*) => {
            $(#[inline(always)] fn $name(self $(, $arg: Self)*) -> Self {
                // SAFETY: see above.
                unsafe { Pair($f(self.0 $(, $arg.0)*), $f(self.1 $(, $arg.1)*)) }
            })*
        };
    }

    macro_rules! pair_bits {
        ($($name:ident($arg:ident) = $f:ident;)*) => {
            $(#[inline(always)] fn $name(self, $arg: Self) -> Self {
                // SAFETY: see above.
                unsafe {
                    Pair(
                        _mm256_castsi256_pd($f(_mm256_castpd_si256(self.0), _mm256_castpd_si256($arg.0))),
                        _mm256_castsi256_pd($f(_mm256_castpd_si256(self.1), _mm256_castpd_si256($arg.1))),
                    )
                }
            })*
        };
    }

    impl Vector for Pair {
        /// All bits of a number or none.
        type Mask = Pair;

        #[inline(always)]
        fn enter<T>(f: impl FnOnce() -> T) -> T {
            // SAFETY: see above.
            unsafe { crate::simd::enter_avx2(f) }
        }
        #[inline(always)]
        fn splat(x: f64) -> Self {
            // SAFETY: see above.
            let half = unsafe { _mm256_set1_pd(x) };
            Pair(half, half)
        }
        #[inline(always)]
        fn from_array(x: [f64; EIGHT]) -> Self {
            // SAFETY: see above; the array has twice four numbers.
            unsafe { Pair(_mm256_loadu_pd(x.as_ptr()), _mm256_loadu_pd(x.as_ptr().add(4))) }
        }
        #[inline(always)]
        fn as_array(&self) -> &[f64; EIGHT] {
            // SAFETY: two registers of four numbers, one after the other, as in an array and aligned more strictly.
            unsafe { &*std::ptr::from_ref(self).cast() }
        }
        #[inline(always)]
        fn as_mut_array(&mut self) -> &mut [f64; EIGHT] {
            // SAFETY: as above.
            unsafe { &mut *std::ptr::from_mut(self).cast() }
        }
        pair! {
            add(b) = _mm256_add_pd;
            sub(b) = _mm256_sub_pd;
            mul(b) = _mm256_mul_pd;
            div(b) = _mm256_div_pd;
            mul_add(b, c) = _mm256_fmadd_pd;
            sqrt() = _mm256_sqrt_pd;
            min(b) = _mm256_min_pd;
            max(b) = _mm256_max_pd;
            and(b) = _mm256_and_pd;
            and_not(b) = _mm256_andnot_pd;
            xor(b) = _mm256_xor_pd;
        }
        pair_bits! {
            add_bits(b) = _mm256_add_epi64;
            sub_bits(b) = _mm256_sub_epi64;
        }
        #[inline(always)]
        fn up<const N: u32>(self) -> Self {
            self.shifted(
                #[inline(always)]
                // SAFETY: see above.
                |bits| unsafe { _mm256_sll_epi64(bits, _mm_cvtsi32_si128(N as i32)) },
            )
        }
        #[inline(always)]
        fn down<const N: u32>(self) -> Self {
            self.shifted(
                #[inline(always)]
                // SAFETY: see above.
                |bits| unsafe { _mm256_srl_epi64(bits, _mm_cvtsi32_si128(N as i32)) },
            )
        }
        #[inline(always)]
        fn lt(self, b: Self) -> Pair {
            // SAFETY: see above.
            unsafe {
                Pair(_mm256_cmp_pd::<_CMP_LT_OQ>(self.0, b.0), _mm256_cmp_pd::<_CMP_LT_OQ>(self.1, b.1))
            }
        }
        #[inline(always)]
        fn select(mask: Pair, yes: Self, no: Self) -> Self {
            // SAFETY: see above.
            unsafe { Pair(_mm256_blendv_pd(no.0, yes.0, mask.0), _mm256_blendv_pd(no.1, yes.1, mask.1)) }
        }
        #[inline(always)]
        fn both(a: Pair, b: Pair) -> Pair {
            a.and(b)
        }
        #[inline(always)]
        fn either(a: Pair, b: Pair) -> Pair {
            a.xor(a.and_not(b))
        }
        #[inline(always)]
        fn none(a: Pair) -> Pair {
            a.xor(Self::splat_bits(u64::MAX))
        }
        #[inline(always)]
        fn mask_bits(a: Pair) -> u32 {
            // SAFETY: see above.
            let (low, high) = unsafe { (_mm256_movemask_pd(a.0), _mm256_movemask_pd(a.1)) };
            (low | high << 4) as u32
        }
    }

    impl Pair {
        #[inline(always)]
        fn shifted(self, f: impl Fn(__m256i) -> __m256i) -> Self {
            // SAFETY: see above.
            unsafe {
                Pair(
                    _mm256_castsi256_pd(f(_mm256_castpd_si256(self.0))),
                    _mm256_castsi256_pd(f(_mm256_castpd_si256(self.1))),
                )
            }
        }
    }
}

/// Work in lanes, written once for every vector. Implementations mark `run` `#[inline(always)]`.
pub(crate) trait Work {
    /// What it returns.
    type Output;
    /// Does it in vectors `V`.
    fn run<V: Vector>(self) -> Self::Output;
}

/// Does `work` at the level in use.
#[inline(always)]
pub(crate) fn dispatch<W: Work>(work: W) -> W::Output {
    at(simd::level(), work)
}

/// Does `work` at `level`, which the processor must have.
#[inline(always)]
fn at<W: Work>(level: simd::Level, work: W) -> W::Output {
    match level {
        #[cfg(target_arch = "x86_64")]
        simd::Level::Avx512 => x86::Wide::enter(
            #[inline(always)]
            || work.run::<x86::Wide>(),
        ),
        #[cfg(target_arch = "x86_64")]
        simd::Level::Avx2 => x86::Pair::enter(
            #[inline(always)]
            || work.run::<x86::Pair>(),
        ),
        _ => work.run::<Portable>(),
    }
}

/// `work` at every level that the processor has.
#[cfg(test)]
pub(super) fn at_every_level<W: Work + Copy>(work: W) -> Vec<W::Output> {
    use simd::Level::{Avx2, Avx512, Portable};
    let best = simd::Level::detect();
    [Portable, Avx2, Avx512].into_iter().filter(|l| *l <= best).map(|l| at(l, work)).collect()
}
