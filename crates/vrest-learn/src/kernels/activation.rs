//! Nonlinearities of hidden layers, each with its derivative written in terms of its value.

use super::float::Float;
use fearless_simd::{Simd, prelude::*};
use serde::{Deserialize, Serialize};
use vrest_ode::Real;

/// A nonlinearity. Both have derivatives that follow from their value, so the tape keeps values only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// tanh z.
    #[default]
    Tanh,
    /// ln(1 + e^z).
    Softplus,
}

impl Activation {
    /// The value at `z`.
    #[inline(always)]
    pub fn value<S: Simd, T: Float>(self, simd: S, z: T::Native<S>) -> T::Native<S> {
        match self {
            Activation::Tanh => T::tanh(simd, z),
            Activation::Softplus => T::softplus(simd, z),
        }
    }

    /// The derivative where the value is `y`: 1 - y^2 for tanh, 1 - e^-y for softplus.
    #[inline(always)]
    pub fn slope<S: Simd, T: Float>(self, simd: S, y: T::Native<S>) -> T::Native<S> {
        match self {
            Activation::Tanh => T::Native::<S>::splat(simd, T::from_f64(1.0)) - y * y,
            Activation::Softplus => T::softplus_slope(simd, y),
        }
    }

    /// The value for any kind of number, without lanes of its own.
    #[inline(always)]
    pub fn real<R: Real>(self, z: R) -> R {
        match self {
            Activation::Tanh => z.tanh(),
            // max(z, 0) + ln(1 + e^-|z|), which overflows nowhere.
            Activation::Softplus => z.max(R::zero()) + ((-z.abs()).exp() + 1.0).ln(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{Kernel, dispatch_at};
    use vrest_ode::simd::Level;

    /// Largest absolute errors of value and slope of `activation` in f32 lanes over [-20, 20].
    struct Worst(Activation);
    impl Kernel for Worst {
        type Output = (f64, f64);
        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> (f64, f64) {
            let (mut value, mut slope) = (0.0f64, 0.0f64);
            for i in 0..400_001 {
                let z = -20.0 + i as f32 * 1e-4;
                let y = self.0.value::<S, f32>(simd, S::f32s::splat(simd, z));
                let s = self.0.slope::<S, f32>(simd, y).as_slice()[0] as f64;
                let (z, y) = (z as f64, y.as_slice()[0] as f64);
                let (want, want_slope) = match self.0 {
                    Activation::Tanh => (z.tanh(), 1.0 / z.cosh().powi(2)),
                    Activation::Softplus => (z.max(0.0) + (-z.abs()).exp().ln_1p(), 1.0 / (1.0 + (-z).exp())),
                };
                value = value.max((y - want).abs() / want.abs().max(1.0));
                slope = slope.max((s - want_slope).abs());
            }
            (value, slope)
        }
    }

    #[test]
    fn lanes_of_f32_follow_the_exact_functions_at_every_level() {
        for level in [Level::Portable, Level::Avx2, Level::Avx512] {
            let (value, slope) = dispatch_at(level, Worst(Activation::Tanh));
            assert!(value < 1.8e-6 && slope < 4e-6, "tanh {level:?}: {value:e} {slope:e}");
            let (value, slope) = dispatch_at(level, Worst(Activation::Softplus));
            assert!(value < 2e-6 && slope < 2e-6, "softplus {level:?}: {value:e} {slope:e}");
        }
    }
}
