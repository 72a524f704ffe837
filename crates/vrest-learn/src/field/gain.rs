//! A field whose speed depends on the constant inputs: F(x; z) = e^(g.z) G(x; z).
//!
//! A capacitance divides every current, a temperature speeds all of them up: one factor for the whole right-hand side,
//! a power of a parameter where that parameter goes in through its logarithm. A sum of products can only approximate
//! such a factor; this one holds it with one weight a parameter. Flat weights: g, then those of G.

use super::mlp_scalar::dot;
use super::{LearnedField, Shape};
use crate::kernels::{Float, LANES, Lane};
use fearless_simd::Simd;
use vrest_ode::Real;

/// The field.
#[derive(Debug, Clone)]
pub struct Gain<G> {
    n_fixed: usize,
    inner: G,
}

impl<G: LearnedField> LearnedField for Gain<G> {
    type Weights<T: Float> = (Vec<f64>, G::Weights<T>);
    type Gradient<T: Float> = (Vec<f64>, G::Gradient<T>);

    fn new(shape: &Shape) -> Self {
        Gain { n_fixed: shape.n_fixed, inner: G::new(shape) }
    }

    fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let mut list = vec![("gain.log".to_string(), vec![self.n_fixed])];
        list.extend(self.inner.tensors());
        list
    }

    fn init(&self, uniform: impl FnMut() -> f64, weights: &mut [f64]) {
        let (gain, inner) = weights.split_at_mut(self.n_fixed);
        gain.fill(0.0);
        self.inner.init(uniform, inner);
    }

    fn pack<T: Float>(&self, weights: &[f64]) -> Self::Weights<T> {
        let (gain, inner) = weights.split_at(self.n_fixed);
        (gain.to_vec(), self.inner.pack(inner))
    }

    fn gradient<T: Float>(&self) -> Self::Gradient<T> {
        (vec![0.0; self.n_fixed], self.inner.gradient())
    }

    fn add_gradient<T: Float>(&self, gradient: &mut Self::Gradient<T>, out: &mut [f64]) {
        let (gain, inner) = out.split_at_mut(self.n_fixed);
        gain.iter_mut().zip(&gradient.0).for_each(|(out, g)| *out += g);
        self.inner.add_gradient(&mut gradient.1, inner);
    }

    // A chunk's context begins with the factor of each lane, its gradient with d loss / d (g.z), the tape of an
    // evaluation with G.
    fn context_len(&self) -> usize {
        LANES + self.inner.context_len()
    }
    fn tape_len(&self) -> usize {
        LANES + self.inner.tape_len()
    }
    fn scratch_len(&self) -> usize {
        self.inner.scratch_len()
    }

    #[inline(always)]
    fn begin<S: Simd, T: Float>(
        &self,
        simd: S,
        w: &Self::Weights<T>,
        z: &[T],
        context: &mut [T],
        scratch: &mut [T],
    ) {
        let (factors, inner) = context.split_at_mut(LANES);
        for (l, factor) in factors.iter_mut().enumerate() {
            let z = &z[l * self.n_fixed..(l + 1) * self.n_fixed];
            let log: f64 = z.iter().zip(&w.0).map(|(z, g)| z.to_f64() * g).sum();
            *factor = T::from_f64(log.exp());
        }
        self.inner.begin(simd, &w.1, z, inner, scratch);
    }

    #[inline(always)]
    fn forward<S: Simd, T: Float>(
        &self,
        simd: S,
        w: &Self::Weights<T>,
        context: &[T],
        x: &[T],
        tape: &mut [T],
        out: &mut Lane<T>,
    ) {
        let (factors, context) = context.split_at(LANES);
        let (plain, tape) = tape.split_at_mut(LANES);
        self.inner.forward(simd, &w.1, context, x, tape, out);
        plain.copy_from_slice(out);
        for (out, &factor) in out.iter_mut().zip(factors) {
            *out *= factor;
        }
    }

    #[inline(always)]
    fn backward<S: Simd, T: Float>(
        &self,
        simd: S,
        w: &Self::Weights<T>,
        context: &[T],
        x: &[T],
        tape: &[T],
        d_out: &Lane<T>,
        gradient: &mut Self::Gradient<T>,
        d_context: &mut [T],
        scratch: &mut [T],
        dv: &mut Lane<T>,
    ) {
        let (factors, context) = context.split_at(LANES);
        let (plain, tape) = tape.split_at(LANES);
        let (d_log, d_context) = d_context.split_at_mut(LANES);
        let mut d_plain = *d_out;
        for l in 0..LANES {
            d_plain[l] = d_out[l] * factors[l];
            d_log[l] += d_plain[l] * plain[l];
        }
        self.inner.backward(simd, &w.1, context, x, tape, &d_plain, &mut gradient.1, d_context, scratch, dv);
    }

    #[inline(always)]
    fn end<S: Simd, T: Float>(
        &self,
        simd: S,
        z: &[T],
        d_context: &[T],
        gradient: &mut Self::Gradient<T>,
        scratch: &mut [T],
    ) {
        let (d_log, d_context) = d_context.split_at(LANES);
        for (z, d) in z.chunks_exact(self.n_fixed.max(1)).zip(d_log) {
            gradient.0.iter_mut().zip(z).for_each(|(g, z)| *g += z.to_f64() * d.to_f64());
        }
        self.inner.end(simd, z, d_context, &mut gradient.1, scratch);
    }

    // The work of one trajectory begins with the factor and z.
    fn work_len(&self) -> usize {
        1 + self.n_fixed + self.inner.work_len()
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, weights: &[f64], z: &[R], work: &mut [R]) {
        let (own, inner) = work.split_at_mut(1 + self.n_fixed);
        own[0] = dot(z, weights, 0.0).exp();
        own[1..].copy_from_slice(z);
        self.inner.prepare(&weights[self.n_fixed..], z, inner);
    }

    #[inline(always)]
    fn eval<R: Real>(&self, weights: &[f64], x: &[R], work: &mut [R]) -> R {
        let (own, inner) = work.split_at_mut(1 + self.n_fixed);
        own[0] * self.inner.eval(&weights[self.n_fixed..], x, inner)
    }

    fn n_solved(&self) -> usize {
        self.n_fixed + self.inner.n_solved()
    }

    #[inline(always)]
    fn regressors<R: Real>(&self, weights: &[f64], x: &[R], work: &mut [R], row: &mut [R]) -> R {
        let (own, inner) = work.split_at_mut(1 + self.n_fixed);
        let (of_gain, of_inner) = row.split_at_mut(self.n_fixed);
        let value = own[0] * self.inner.regressors(&weights[self.n_fixed..], x, inner, of_inner);
        for (place, &z) in of_gain.iter_mut().zip(&own[1..]) {
            *place = z * value;
        }
        for place in of_inner {
            *place = *place * own[0];
        }
        value
    }
}
