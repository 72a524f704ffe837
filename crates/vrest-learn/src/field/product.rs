//! A perceptron beside a response surface of second degree: F(x; z) = S(x; z) + perceptron(x, z).
//!
//! Products of two inputs are the form that conductances times driving forces take, and, unlike hidden
//! units, they carry on beyond the range of training. What is not of this form is left to the perceptron,
//! whose output weights start at zero.

use super::mlp::{Mlp, MlpBuffers, MlpWeights};
use super::surface::{Surface, SurfaceBuffers};
use super::{LearnedField, Shape};
use crate::kernels::{Float, Lane};
use fearless_simd::Simd;
use vrest_ode::Real;

/// The field. Flat weights: surface, then perceptron.
#[derive(Debug, Clone)]
pub struct Product {
    surface: Surface,
    mlp: Mlp,
}

impl LearnedField for Product {
    type Weights<T: Float> = (SurfaceBuffers<T>, MlpWeights<T>);
    type Gradient<T: Float> = (SurfaceBuffers<T>, MlpBuffers<T>);

    fn new(shape: &Shape) -> Self {
        let surface = Surface { n_moving: shape.n_moving, n_fixed: shape.n_fixed };
        Product { surface, mlp: Mlp::new(shape) }
    }

    fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let mut list = self.surface.tensors();
        list.extend(self.mlp.tensors());
        list
    }

    fn init(&self, uniform: impl FnMut() -> f64, weights: &mut [f64]) {
        let (surface, mlp) = weights.split_at_mut(self.surface.n_weights());
        surface.fill(0.0);
        self.mlp.init(uniform, mlp);
        mlp[..self.mlp.n_linear()].fill(0.0);
    }

    fn pack<T: Float>(&self, weights: &[f64]) -> Self::Weights<T> {
        let (surface, mlp) = weights.split_at(self.surface.n_weights());
        (self.surface.pack(surface), self.mlp.pack(mlp))
    }

    fn gradient<T: Float>(&self) -> Self::Gradient<T> {
        (self.surface.buffers(), self.mlp.buffers())
    }

    fn add_gradient<T: Float>(&self, gradient: &mut Self::Gradient<T>, out: &mut [f64]) {
        let (surface, mlp) = out.split_at_mut(self.surface.n_weights());
        self.surface.add_gradient(&mut gradient.0, surface);
        self.mlp.add_gradient(&mut gradient.1, mlp);
    }

    fn context_len(&self) -> usize {
        self.surface.context_len() + self.mlp.context_len()
    }
    fn tape_len(&self) -> usize {
        self.mlp.tape_len()
    }
    fn scratch_len(&self) -> usize {
        self.mlp.scratch_len().max(self.surface.scratch_len())
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
        let (surface, mlp) = context.split_at_mut(self.surface.context_len());
        self.surface.begin(simd, &w.0, z, surface, scratch);
        self.mlp.begin(simd, &w.1, z, mlp);
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
        let (surface, mlp) = context.split_at(self.surface.context_len());
        self.mlp.forward(simd, &w.1, mlp, x, tape, out);
        self.surface.forward(&w.0, surface, x, out);
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
        let (d_surface, d_mlp) = d_context.split_at_mut(self.surface.context_len());
        self.mlp.backward(simd, &w.1, x, tape, d_out, &mut gradient.1, d_mlp, scratch, dv);
        self.surface.backward(&w.0, context, x, d_out, &mut gradient.0, d_surface, dv);
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
        let (d_surface, d_mlp) = d_context.split_at(self.surface.context_len());
        self.surface.end(simd, z, d_surface, &mut gradient.0, scratch);
        self.mlp.end(simd, z, d_mlp, &mut gradient.1);
    }

    fn work_len(&self) -> usize {
        self.surface.work_len() + self.mlp.work_len()
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, weights: &[f64], z: &[R], work: &mut [R]) {
        let (w_surface, w_mlp) = weights.split_at(self.surface.n_weights());
        let (surface, mlp) = work.split_at_mut(self.surface.work_len());
        self.surface.prepare(w_surface, z, surface);
        self.mlp.prepare(w_mlp, z, mlp);
    }

    #[inline(always)]
    fn eval<R: Real>(&self, weights: &[f64], x: &[R], work: &mut [R]) -> R {
        let (w_surface, w_mlp) = weights.split_at(self.surface.n_weights());
        let (surface, mlp) = work.split_at_mut(self.surface.work_len());
        self.surface.eval(w_surface, x, surface) + self.mlp.eval(w_mlp, x, mlp)
    }

    fn n_solved(&self) -> usize {
        self.surface.n_weights() + self.mlp.n_linear()
    }

    #[inline(always)]
    fn regressors<R: Real>(&self, weights: &[f64], x: &[R], work: &mut [R], row: &mut [R]) -> R {
        let (w_surface, w_mlp) = weights.split_at(self.surface.n_weights());
        let (surface, mlp) = work.split_at_mut(self.surface.work_len());
        let (of_surface, of_mlp) = row.split_at_mut(self.surface.n_weights());
        self.surface.regressors(x, surface, of_surface);
        self.surface.eval(w_surface, x, surface) + self.mlp.regressors(w_mlp, x, mlp, of_mlp)
    }
}
