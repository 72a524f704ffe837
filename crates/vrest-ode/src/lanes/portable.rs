//! Vectors for any processor: plain loops, which the compiler turns into what the architecture has at least.
//!
//! A copy of each loop at each place where model code has an operation would be large and slow to build, so that there
//! each is called. An elementary function is called as a whole, and inside it nothing is.

use super::vector::{Arithmetic, EIGHT, Vector, masks_are_bits};
use super::{Lanes, VECTORS, functions};
use crate::simd;

/// What every processor can do, at the compiler's discretion.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub struct Portable([f64; EIGHT]);

/// The same in loops that are inlined.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Inlined([f64; EIGHT]);

/// Calls of what is inlined elsewhere. By reference: a vector handed over as a value is copied for each call.
macro_rules! called {
    ($($name:ident($($arg:ident),*))*) => {
        $(#[inline(always)]
        fn $name(self $(, $arg: Self)*) -> Self {
            #[inline(never)]
            fn called(a: &Portable $(, $arg: &Portable)*) -> Portable {
                Portable(Inlined(a.0).$name($(Inlined($arg.0)),*).0)
            }
            called(&self $(, &$arg)*)
        })*
    };
}

/// Calls of elementary functions.
macro_rules! elementary {
    ($($name:ident)*) => {
        $(#[inline(always)]
        fn $name(x: Lanes<Self>) -> Lanes<Self> {
            #[inline(never)]
            fn called(x: &Portable) -> Portable {
                Portable(functions::$name(Inlined(x.0)).0)
            }
            let mut out = x.0;
            for i in 0..VECTORS {
                out[i] = called(&x.0[i]);
            }
            Lanes(out)
        })*
    };
}

impl Arithmetic for Portable {
    type Mask = Self;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Portable([x; EIGHT])
    }
    called! {
        add(b) sub(b) mul(b) div(b) mul_add(b, c) min(b) max(b) and(b) and_not(b) xor(b) add_bits(b) sub_bits(b) lt(b)
    }
    #[inline(never)]
    fn up<const N: u32>(self) -> Self {
        Portable(Inlined(self.0).up::<N>().0)
    }
    #[inline(never)]
    fn down<const N: u32>(self) -> Self {
        Portable(Inlined(self.0).down::<N>().0)
    }
    #[inline(always)]
    fn select(mask: Self, yes: Self, no: Self) -> Self {
        #[inline(never)]
        fn called(mask: &Portable, yes: &Portable, no: &Portable) -> Portable {
            Portable(Inlined::select(Inlined(mask.0), Inlined(yes.0), Inlined(no.0)).0)
        }
        called(&mask, &yes, &no)
    }
}

impl Vector for Portable {
    masks_are_bits!();
    called!(sqrt() floor());
    elementary!(exp exp_m1 ln tanh sin log2_estimate exp2_estimate reciprocal_estimate);

    #[inline(always)]
    fn enter<T>(f: impl FnOnce() -> T) -> T {
        simd::enter_portable(f)
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
    #[inline(always)]
    fn transpose(rows: [Self; EIGHT]) -> [Self; EIGHT] {
        let mut out = rows;
        for (i, out) in out.iter_mut().enumerate() {
            for (out, row) in out.0.iter_mut().zip(&rows) {
                *out = row.0[i];
            }
        }
        out
    }
    #[inline(never)]
    fn mask_bits(a: Self) -> u32 {
        (0..EIGHT).fold(0, |bits, i| bits | ((a.0[i].to_bits() & 1) as u32) << i)
    }
}

impl Inlined {
    #[inline(always)]
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let mut out = self.0;
        for x in &mut out {
            *x = f(*x);
        }
        Inlined(out)
    }
    #[inline(always)]
    fn zip(self, b: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut out = self.0;
        for i in 0..EIGHT {
            out[i] = f(self.0[i], b.0[i]);
        }
        Inlined(out)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.map(f64::sqrt)
    }
    #[inline(always)]
    fn floor(self) -> Self {
        self.map(f64::floor)
    }
}

macro_rules! loops {
    ($($name:ident = $f:expr;)*) => {
        $(#[inline(always)]
        fn $name(self, b: Self) -> Self {
            self.zip(b, $f)
        })*
    };
}

macro_rules! loops_of_bits {
    ($($name:ident = $f:expr;)*) => {
        $(#[inline(always)]
        fn $name(self, b: Self) -> Self {
            let f: fn(u64, u64) -> u64 = $f;
            self.zip(b, |a, b| f64::from_bits(f(a.to_bits(), b.to_bits())))
        })*
    };
}

impl Arithmetic for Inlined {
    type Mask = Self;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Inlined([x; EIGHT])
    }
    loops! {
        add = |a, b| a + b;
        sub = |a, b| a - b;
        mul = |a, b| a * b;
        div = |a, b| a / b;
        min = |a, b| if a < b { a } else { b };
        max = |a, b| if a > b { a } else { b };
        lt = |a, b| f64::from_bits(u64::from(a < b).wrapping_neg());
    }
    loops_of_bits! {
        and = |a, b| a & b;
        and_not = |a, b| !a & b;
        xor = |a, b| a ^ b;
        add_bits = u64::wrapping_add;
        sub_bits = u64::wrapping_sub;
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Inlined(std::array::from_fn(|i| self.0[i].mul_add(b.0[i], c.0[i])))
    }
    #[inline(always)]
    fn up<const N: u32>(self) -> Self {
        self.map(|a| f64::from_bits(a.to_bits() << N))
    }
    #[inline(always)]
    fn down<const N: u32>(self) -> Self {
        self.map(|a| f64::from_bits(a.to_bits() >> N))
    }
    #[inline(always)]
    fn select(mask: Self, yes: Self, no: Self) -> Self {
        mask.and(yes).xor(mask.and_not(no))
    }
}
