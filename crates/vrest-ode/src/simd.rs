//! Which vector extension the machine has, chosen once.
//!
//! The build stays portable: no code here or elsewhere needs `target-cpu=native`. A hot region is entered
//! through [`enter`], whose body is compiled once for each level and picked at run time.
//! `VREST_SIMD=portable|avx2|avx512` forces a level that the machine has.
//!
//! A multiply-add in lanes is fused where it is written so, at every level: all give the same bits.

use crate::lanes::{Vector, Work, dispatch};
use std::sync::OnceLock;

/// A vector extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every machine of the architecture has.
    Portable,
    /// 256-bit vectors (x86-64 with AVX2 and FMA).
    Avx2,
    /// 512-bit vectors (x86-64 with AVX-512 F, DQ, VL, BW).
    Avx512,
}

impl Level {
    /// The best level of this machine.
    pub fn detect() -> Level {
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("bmi2");
            if avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw")
            {
                return Level::Avx512;
            }
            if avx2 {
                return Level::Avx2;
            }
        }
        Level::Portable
    }

    /// The name used by `VREST_SIMD`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Portable => "portable",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
        }
    }
}

/// The level in use: the machine's best, or the lower one that `VREST_SIMD` asks for.
///
/// A level that the machine does not have cannot be forced, and an unknown name is ignored; the binary
/// checks the variable and reports both.
pub fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| {
        let best = Level::detect();
        let asked = match std::env::var("VREST_SIMD").as_deref() {
            Ok("portable") => Level::Portable,
            Ok("avx2") => Level::Avx2,
            _ => Level::Avx512,
        };
        asked.min(best)
    })
}

/// Runs `f` as a function of its own compiled for the level in use. Mark the closure `#[inline(always)]`, else it keeps the
/// instructions of the place where it was written.
#[inline(always)]
pub fn enter<T>(f: impl FnOnce() -> T) -> T {
    dispatch(Plain(f))
}

/// Work that names no vectors.
struct Plain<F>(F);

impl<T, F: FnOnce() -> T> Work for Plain<F> {
    type Output = T;
    #[inline(always)]
    fn run<V: Vector>(self) -> T {
        self.0()
    }
}

/// Not inlined, like the others: the whole library of mechanisms in one function takes many minutes to build.
#[inline(never)]
pub(crate) fn enter_portable<T>(f: impl FnOnce() -> T) -> T {
    f()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi2")]
#[inline(never)]
pub(crate) fn enter_avx2<T>(f: impl FnOnce() -> T) -> T {
    f()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi2,avx512f,avx512dq,avx512vl,avx512bw")]
#[inline(never)]
pub(crate) fn enter_avx512<T>(f: impl FnOnce() -> T) -> T {
    f()
}
