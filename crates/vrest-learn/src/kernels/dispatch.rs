//! Runs a kernel compiled for the vector extension in use.
//!
//! The choice is [`vrest_ode::simd::level`]'s, so that `VREST_SIMD` governs solvers and networks alike.
//! `fearless_simd` turns it into a token that proves the instructions exist; no `unsafe` is needed here.

use fearless_simd::{Level, Simd};
use vrest_ode::simd;

/// A piece of work written once for every vector extension. Implementations mark `run`
/// `#[inline(always)]`, else they keep the instructions of the portable build.
pub trait Kernel {
    /// What the work returns.
    type Output;
    /// Does the work with the vectors of `S`.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// Runs `kernel` at the level in use.
#[inline]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    dispatch_at(simd::level(), kernel)
}

/// Runs `kernel` at `wanted`, or at the best lower level that the machine has.
#[cfg(target_arch = "x86_64")]
pub fn dispatch_at<K: Kernel>(wanted: simd::Level, kernel: K) -> K::Output {
    let level = Level::new();
    if wanted >= simd::Level::Avx512
        && let Some(token) = level.as_avx512()
    {
        return token.vectorize(
            #[inline(always)]
            || kernel.run(token),
        );
    }
    if wanted >= simd::Level::Avx2
        && let Some(token) = level.as_avx2()
    {
        return token.vectorize(
            #[inline(always)]
            || kernel.run(token),
        );
    }
    let token = level.as_sse2().expect("every x86-64 processor has SSE2");
    token.vectorize(
        #[inline(always)]
        || kernel.run(token),
    )
}

/// Runs `kernel` with the vectors of the architecture.
#[cfg(not(target_arch = "x86_64"))]
pub fn dispatch_at<K: Kernel>(_wanted: simd::Level, kernel: K) -> K::Output {
    fearless_simd::dispatch!(Level::new(), token => kernel.run(token))
}
