//! Vectors of AVX2 and AVX-512.
//!
//! The processor has the instructions of either type wherever a value of it exists, because nothing but
//! `dispatch` names these types, after it has looked. This is the reason for every `unsafe`
//! below; comments say "see above".

use super::VECTORS;
use super::vector::{Arithmetic, EIGHT, Vector, masks_are_bits};
use std::arch::asm;
use std::arch::x86_64::*;

/// One register of AVX-512.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct Wide(__m512d);

/// Two registers of AVX2.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub struct Pair(__m256d, __m256d);

/// The numbers of registers as an array.
macro_rules! places {
    () => {
        #[inline(always)]
        fn as_array(&self) -> &[f64; EIGHT] {
            // SAFETY: one register of eight numbers or two of four, one after the other, as in an array and aligned more
            // strictly.
            unsafe { &*std::ptr::from_ref(self).cast() }
        }
        #[inline(always)]
        fn as_mut_array(&mut self) -> &mut [f64; EIGHT] {
            // SAFETY: as above.
            unsafe { &mut *std::ptr::from_mut(self).cast() }
        }
    };
}

macro_rules! wide {
    ($($name:ident($($arg:ident),*) = $f:ident;)*) => {
        $(#[inline(always)] fn $name(self $(, $arg: Self)*) -> Self {
            let a = self.0;
            $(let $arg = $arg.0;)*
            // SAFETY: see above.
            Wide(unsafe { $f(a $(, $arg)*) })
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

impl Arithmetic for Wide {
    type Mask = __mmask8;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        // SAFETY: see above.
        Wide(unsafe { _mm512_set1_pd(x) })
    }
    wide! {
        add(b) = _mm512_add_pd;
        sub(b) = _mm512_sub_pd;
        mul(b) = _mm512_mul_pd;
        div(b) = _mm512_div_pd;
        mul_add(b, c) = _mm512_fmadd_pd;
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
}

impl Vector for Wide {
    wide! {
        sqrt() = _mm512_sqrt_pd;
    }
    places!();
    #[inline(always)]
    fn enter<T>(f: impl FnOnce() -> T) -> T {
        // SAFETY: see above.
        unsafe { crate::simd::enter_avx512(f) }
    }
    #[inline(always)]
    fn from_array(x: [f64; EIGHT]) -> Self {
        // SAFETY: see above; the array has eight numbers.
        Wide(unsafe { _mm512_loadu_pd(x.as_ptr()) })
    }
    #[inline(always)]
    fn floor(self) -> Self {
        // SAFETY: see above.
        Wide(unsafe { _mm512_roundscale_pd::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0) })
    }
    #[inline(always)]
    fn transpose(r: [Self; EIGHT]) -> [Self; EIGHT] {
        // SAFETY: see above.
        unsafe {
            // Of two rows each: first places of the quarters, and second. Loops, see `each` in the module above.
            let (mut even, mut odd) = ([_mm512_setzero_pd(); 4], [_mm512_setzero_pd(); 4]);
            for (i, [a, b]) in r.as_chunks().0.iter().enumerate() {
                (even[i], odd[i]) = (_mm512_unpacklo_pd(a.0, b.0), _mm512_unpackhi_pd(a.0, b.0));
            }
            let [c0, c2, c4, c6] = quarters(even);
            let [c1, c3, c5, c7] = quarters(odd);
            [Wide(c0), Wide(c1), Wide(c2), Wide(c3), Wide(c4), Wide(c5), Wide(c6), Wide(c7)]
        }
    }
    #[inline(always)]
    fn all_in_step(all: [Self; VECTORS]) -> [Self; VECTORS] {
        // SAFETY: see above.
        unsafe { wide_in_step(all) }
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

impl Arithmetic for Pair {
    type Mask = Self;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        // SAFETY: see above.
        let half = unsafe { _mm256_set1_pd(x) };
        Pair(half, half)
    }
    pair! {
        add(b) = _mm256_add_pd;
        sub(b) = _mm256_sub_pd;
        mul(b) = _mm256_mul_pd;
        div(b) = _mm256_div_pd;
        mul_add(b, c) = _mm256_fmadd_pd;
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
        unsafe { Pair(_mm256_cmp_pd::<_CMP_LT_OQ>(self.0, b.0), _mm256_cmp_pd::<_CMP_LT_OQ>(self.1, b.1)) }
    }
    #[inline(always)]
    fn select(mask: Pair, yes: Self, no: Self) -> Self {
        // SAFETY: see above.
        unsafe { Pair(_mm256_blendv_pd(no.0, yes.0, mask.0), _mm256_blendv_pd(no.1, yes.1, mask.1)) }
    }
}

impl Vector for Pair {
    masks_are_bits!();
    pair! {
        sqrt() = _mm256_sqrt_pd;
        floor() = _mm256_floor_pd;
    }
    places!();
    #[inline(always)]
    fn enter<T>(f: impl FnOnce() -> T) -> T {
        // SAFETY: see above.
        unsafe { crate::simd::enter_avx2(f) }
    }
    #[inline(always)]
    fn from_array(x: [f64; EIGHT]) -> Self {
        // SAFETY: see above; the array has twice four numbers.
        unsafe { Pair(_mm256_loadu_pd(x.as_ptr()), _mm256_loadu_pd(x.as_ptr().add(4))) }
    }
    #[inline(always)]
    fn all_in_step(all: [Self; VECTORS]) -> [Self; VECTORS] {
        // SAFETY: see above.
        unsafe { pairs_in_step(all) }
    }
    #[inline(always)]
    fn transpose(r: [Self; EIGHT]) -> [Self; EIGHT] {
        // SAFETY: see above.
        unsafe {
            let [a0, a1, a2, a3] = square([r[0].0, r[1].0, r[2].0, r[3].0]);
            let [b0, b1, b2, b3] = square([r[4].0, r[5].0, r[6].0, r[7].0]);
            let [a4, a5, a6, a7] = square([r[0].1, r[1].1, r[2].1, r[3].1]);
            let [b4, b5, b6, b7] = square([r[4].1, r[5].1, r[6].1, r[7].1]);
            [
                Pair(a0, b0),
                Pair(a1, b1),
                Pair(a2, b2),
                Pair(a3, b3),
                Pair(a4, b4),
                Pair(a5, b5),
                Pair(a6, b6),
                Pair(a7, b7),
            ]
        }
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

/// The quarters of four registers, by their place: all the first, second, third and fourth.
///
/// # Safety
/// The processor has AVX-512.
#[inline(always)]
unsafe fn quarters(r: [__m512d; 4]) -> [__m512d; 4] {
    // SAFETY: the caller's.
    unsafe {
        let (a02, a13) = (_mm512_shuffle_f64x2::<0x88>(r[0], r[1]), _mm512_shuffle_f64x2::<0xdd>(r[0], r[1]));
        let (b02, b13) = (_mm512_shuffle_f64x2::<0x88>(r[2], r[3]), _mm512_shuffle_f64x2::<0xdd>(r[2], r[3]));
        [
            _mm512_shuffle_f64x2::<0x88>(a02, b02),
            _mm512_shuffle_f64x2::<0x88>(a13, b13),
            _mm512_shuffle_f64x2::<0xdd>(a02, b02),
            _mm512_shuffle_f64x2::<0xdd>(a13, b13),
        ]
    }
}

/// Four registers of four, transposed.
///
/// # Safety
/// The processor has AVX2.
#[inline(always)]
unsafe fn square(r: [__m256d; 4]) -> [__m256d; 4] {
    // SAFETY: the caller's.
    unsafe {
        let (a, b) = (_mm256_unpacklo_pd(r[0], r[1]), _mm256_unpackhi_pd(r[0], r[1]));
        let (c, d) = (_mm256_unpacklo_pd(r[2], r[3]), _mm256_unpackhi_pd(r[2], r[3]));
        [
            _mm256_permute2f128_pd::<0x20>(a, c),
            _mm256_permute2f128_pd::<0x20>(b, d),
            _mm256_permute2f128_pd::<0x31>(a, c),
            _mm256_permute2f128_pd::<0x31>(b, d),
        ]
    }
}

/// See [`Vector::all_in_step`]: an instruction of no bytes, of which the compiler knows only that it takes and gives these
/// registers.
#[inline]
#[target_feature(enable = "avx512f")]
fn wide_in_step(mut all: [Wide; VECTORS]) -> [Wide; VECTORS] {
    let (twos, _) = all.as_chunks_mut();
    for [a, b] in twos {
        // SAFETY: there is no instruction.
        unsafe {
            asm!("/* {0} {1} */", inout(zmm_reg) a.0, inout(zmm_reg) b.0, options(pure, nomem, nostack, preserves_flags))
        }
    }
    all
}

/// The same.
#[inline]
#[target_feature(enable = "avx2")]
fn pairs_in_step(mut all: [Pair; VECTORS]) -> [Pair; VECTORS] {
    let (twos, _) = all.as_chunks_mut();
    for [a, b] in twos {
        // SAFETY: there is no instruction.
        unsafe {
            asm!(
                "/* {0} {1} {2} {3} */",
                inout(ymm_reg) a.0, inout(ymm_reg) a.1, inout(ymm_reg) b.0, inout(ymm_reg) b.1,
                options(pure, nomem, nostack, preserves_flags),
            )
        }
    }
    all
}
