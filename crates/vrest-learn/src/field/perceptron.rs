//! The plain perceptron: F(x; z) = w_out . h_n + b_out.

use super::mlp::{Mlp, MlpBuffers, MlpWeights};
use super::{LearnedField, Shape};
use crate::kernels::{Float, Lane};
use fearless_simd::Simd;
use vrest_ode::Real;

/// The field. Flat weights: output layer, then the hidden layers.
#[derive(Debug, Clone)]
pub struct Perceptron(Mlp);

impl LearnedField for Perceptron {
    type Weights<T: Float> = MlpWeights<T>;
    type Gradient<T: Float> = MlpBuffers<T>;

    fn new(shape: &Shape) -> Self {
        Perceptron(Mlp::new(shape))
    }
    fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        self.0.tensors()
    }
    fn init(&self, uniform: impl FnMut() -> f64, weights: &mut [f64]) {
        self.0.init(uniform, weights);
    }
    fn pack<T: Float>(&self, weights: &[f64]) -> MlpWeights<T> {
        self.0.pack(weights)
    }
    fn gradient<T: Float>(&self) -> MlpBuffers<T> {
        self.0.buffers()
    }
    fn add_gradient<T: Float>(&self, gradient: &mut MlpBuffers<T>, out: &mut [f64]) {
        self.0.add_gradient(gradient, out);
    }
    fn context_len(&self) -> usize {
        self.0.context_len()
    }
    fn tape_len(&self) -> usize {
        self.0.tape_len()
    }
    fn scratch_len(&self) -> usize {
        self.0.scratch_len()
    }

    #[inline(always)]
    fn begin<S: Simd, T: Float>(
        &self,
        simd: S,
        w: &MlpWeights<T>,
        z: &[T],
        context: &mut [T],
        _scratch: &mut [T],
    ) {
        self.0.begin(simd, w, z, context);
    }

    #[inline(always)]
    fn forward<S: Simd, T: Float>(
        &self,
        simd: S,
        w: &MlpWeights<T>,
        context: &[T],
        x: &[T],
        tape: &mut [T],
        out: &mut Lane<T>,
    ) {
        self.0.forward(simd, w, context, x, tape, out);
    }

    #[inline(always)]
    fn backward<S: Simd, T: Float>(
        &self,
        simd: S,
        w: &MlpWeights<T>,
        _context: &[T],
        x: &[T],
        tape: &[T],
        d_out: &Lane<T>,
        gradient: &mut MlpBuffers<T>,
        d_context: &mut [T],
        scratch: &mut [T],
        dv: &mut Lane<T>,
    ) {
        self.0.backward(simd, w, x, tape, d_out, gradient, d_context, scratch, dv);
    }

    #[inline(always)]
    fn end<S: Simd, T: Float>(
        &self,
        simd: S,
        z: &[T],
        d_context: &[T],
        gradient: &mut MlpBuffers<T>,
        _scratch: &mut [T],
    ) {
        self.0.end(simd, z, d_context, gradient);
    }

    fn work_len(&self) -> usize {
        self.0.work_len()
    }
    #[inline(always)]
    fn prepare<R: Real>(&self, weights: &[f64], z: &[R], work: &mut [R]) {
        self.0.prepare(weights, z, work);
    }
    #[inline(always)]
    fn eval<R: Real>(&self, weights: &[f64], x: &[R], work: &mut [R]) -> R {
        self.0.eval(weights, x, work)
    }
    fn n_solved(&self) -> usize {
        self.0.n_linear()
    }
    #[inline(always)]
    fn regressors<R: Real>(&self, weights: &[f64], x: &[R], work: &mut [R], row: &mut [R]) -> R {
        self.0.regressors(weights, x, work, row)
    }
}
