//! A perceptron beside a response surface of second degree.
//!
//! F(x; z) = a(z) + b(z) v + sum_k c_k(z) u_k + sum_jk e_jk x_j u_k + perceptron(x, z)
//!
//! with a quadratic and b, c_k affine in the encoded parameters z: all products of two inputs, but for
//! v^2, so that the surface alone is affine in the voltage and cannot run away in finite time. Products of
//! inputs are the form that conductances times driving forces take, and, unlike hidden units, they carry
//! on beyond the range of training. What is not of this form is left to the perceptron, whose output
//! weights start at zero.
//!
//! With more than [`MAX_SQUARED`] parameters a is affine too: the surface would have more coefficients
//! than a dataset has samples.

use super::mlp::{Mlp, MlpBuffers, MlpWeights};
use super::mlp_scalar::dot;
use super::{LearnedField, Shape};
use crate::kernels::gemm::{Init, add_at_b, gemm, padded};
use crate::kernels::{Aligned, Float, LANES, Lane};
use fearless_simd::Simd;
use vrest_ode::Real;

/// Most parameters for which a(z) holds the products of two of them.
pub const MAX_SQUARED: usize = 24;

/// The field. Flat weights: a [n_terms], (b, c_1, ...) [n_moving, 1 + n_fixed], e [n_pairs], perceptron.
#[derive(Debug, Clone)]
pub struct Product {
    mlp: Mlp,
}

/// Weights of the surface in the kernels' layout: `surface` is [n_terms, padded(1 + n_moving)], its columns
/// a, b, c_1, ...; rows beyond the affine terms are zero in all columns but the first.
#[derive(Debug)]
pub struct Surface<T> {
    surface: Aligned<T>,
    pairs: Vec<T>,
}

impl Product {
    fn n_moving(&self) -> usize {
        self.mlp.n_moving
    }
    fn n_affine(&self) -> usize {
        1 + self.mlp.n_fixed
    }
    /// Terms of a: 1, z_i, and z_i z_j with i <= j.
    fn n_terms(&self) -> usize {
        let n = self.mlp.n_fixed;
        self.n_affine() + if n <= MAX_SQUARED { n * (n + 1) / 2 } else { 0 }
    }
    /// Pairs x_j u_k with j <= k: every product of two moving inputs that holds a stimulus.
    fn n_pairs(&self) -> usize {
        let m = self.n_moving();
        m * (m + 1) / 2 - 1
    }
    fn n_surface(&self) -> usize {
        self.n_terms() + self.n_moving() * self.n_affine() + self.n_pairs()
    }
    fn columns(&self) -> usize {
        padded(1 + self.n_moving())
    }

    fn surface<T: Float>(&self) -> Surface<T> {
        Surface {
            surface: Aligned::zeros(self.n_terms() * self.columns()),
            pairs: vec![T::default(); self.n_pairs()],
        }
    }

    /// Pairs every weight of the surface with its place in the kernels' layout.
    fn each<T: Float>(&self, to: &mut Surface<T>, mut f: impl FnMut(usize, &mut T)) {
        let columns = self.columns();
        for term in 0..self.n_terms() {
            f(term, &mut to.surface[term * columns]);
        }
        let mut at = self.n_terms();
        for input in 0..self.n_moving() {
            for term in 0..self.n_affine() {
                f(at, &mut to.surface[term * columns + 1 + input]);
                at += 1;
            }
        }
        for place in &mut to.pairs {
            f(at, place);
            at += 1;
        }
    }

    /// Writes the terms of a for one trajectory.
    #[inline(always)]
    fn terms<N: Copy + std::ops::Mul<Output = N>>(&self, one: N, z: &[N], terms: &mut [N]) {
        terms[0] = one;
        terms[1..=z.len()].copy_from_slice(z);
        if self.n_terms() > self.n_affine() {
            let mut at = self.n_affine();
            for i in 0..z.len() {
                for j in i..z.len() {
                    terms[at] = z[i] * z[j];
                    at += 1;
                }
            }
        }
    }

    fn chunk_terms<T: Float>(&self, z: &[T], terms: &mut [T]) {
        let n = self.mlp.n_fixed;
        for (l, terms) in terms.chunks_exact_mut(self.n_terms()).enumerate() {
            self.terms(T::from_f64(1.0), &z[l * n..(l + 1) * n], terms);
        }
    }
}

impl LearnedField for Product {
    type Weights<T: Float> = (Surface<T>, MlpWeights<T>);
    type Gradient<T: Float> = (Surface<T>, MlpBuffers<T>);

    fn new(shape: &Shape) -> Self {
        Product { mlp: Mlp::new(shape) }
    }

    fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let mut list = vec![
            ("surface.constant".to_string(), vec![self.n_terms()]),
            ("surface.moving".to_string(), vec![self.n_moving(), self.n_affine()]),
            ("surface.pairs".to_string(), vec![self.n_pairs()]),
        ];
        list.extend(self.mlp.tensors());
        list
    }

    fn init(&self, uniform: impl FnMut() -> f64, weights: &mut [f64]) {
        let (surface, mlp) = weights.split_at_mut(self.n_surface());
        surface.fill(0.0);
        self.mlp.init(uniform, mlp);
        mlp[..self.mlp.n_linear()].fill(0.0);
    }

    fn pack<T: Float>(&self, weights: &[f64]) -> Self::Weights<T> {
        let mut surface = self.surface();
        self.each(&mut surface, |at, place| *place = T::from_f64(weights[at]));
        (surface, self.mlp.pack(&weights[self.n_surface()..]))
    }

    fn gradient<T: Float>(&self) -> Self::Gradient<T> {
        (self.surface(), self.mlp.buffers())
    }

    fn add_gradient<T: Float>(&self, gradient: &mut Self::Gradient<T>, out: &mut [f64]) {
        self.each(&mut gradient.0, |at, place| out[at] += place.to_f64());
        self.mlp.add_gradient(&mut gradient.1, &mut out[self.n_surface()..]);
    }

    fn context_len(&self) -> usize {
        LANES * self.columns() + self.mlp.context_len()
    }
    fn tape_len(&self) -> usize {
        self.mlp.tape_len()
    }
    fn scratch_len(&self) -> usize {
        self.mlp.scratch_len().max(LANES * self.n_terms())
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
        let (own, mlp) = context.split_at_mut(LANES * self.columns());
        let terms = &mut scratch[..LANES * self.n_terms()];
        self.chunk_terms(z, terms);
        let shape = [LANES, self.n_terms(), self.columns()];
        gemm(simd, shape, terms, &w.0.surface, Init::Zero, own);
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
        let (m, columns) = (self.n_moving(), self.columns());
        let (own, mlp) = context.split_at(LANES * columns);
        self.mlp.forward(simd, &w.1, mlp, x, tape, out);
        for l in 0..LANES {
            let (c, x) = (&own[l * columns..][..columns], &x[l * m..][..m]);
            let mut sum = c[0];
            let mut pair = w.0.pairs.iter();
            for k in 0..m {
                let mut slope = c[1 + k];
                for j in 0..=k {
                    if k > 0 {
                        slope += *pair.next().expect("one weight a pair") * x[j];
                    }
                }
                sum += slope * x[k];
            }
            out[l] += sum;
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
        let (m, columns) = (self.n_moving(), self.columns());
        let (d_own, d_mlp) = d_context.split_at_mut(LANES * columns);
        self.mlp.backward(simd, &w.1, x, tape, d_out, &mut gradient.1, d_mlp, scratch, dv);
        for l in 0..LANES {
            let (d, x) = (d_out[l], &x[l * m..][..m]);
            let dc = &mut d_own[l * columns..][..columns];
            dc[0] += d;
            let mut slope = context[l * columns + 1];
            for k in 0..m {
                dc[1 + k] += d * x[k];
            }
            let mut at = 0;
            for k in 1..m {
                for j in 0..=k {
                    gradient.0.pairs[at] += d * x[j] * x[k];
                    if j == 0 {
                        slope += w.0.pairs[at] * x[k];
                    }
                    at += 1;
                }
            }
            dv[l] += d * slope;
        }
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
        let (d_own, d_mlp) = d_context.split_at(LANES * self.columns());
        let terms = &mut scratch[..LANES * self.n_terms()];
        self.chunk_terms(z, terms);
        // Fills the columns of the moving inputs beyond their affine rows as well; nothing reads those.
        let shape = [self.n_terms(), LANES, self.columns()];
        add_at_b(simd, shape, terms, d_own, &mut gradient.0.surface);
        self.mlp.end(simd, z, d_mlp, &mut gradient.1);
    }

    fn work_len(&self) -> usize {
        1 + self.n_moving() + self.n_terms() + self.mlp.work_len()
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, weights: &[f64], z: &[R], work: &mut [R]) {
        let (own, rest) = work.split_at_mut(1 + self.n_moving());
        let (terms, mlp) = rest.split_at_mut(self.n_terms());
        self.terms(R::one(), z, terms);
        own[0] = dot(terms, weights, 0.0);
        for k in 0..self.n_moving() {
            let affine = &weights[self.n_terms() + k * self.n_affine()..];
            own[1 + k] = dot(&terms[..self.n_affine()], affine, 0.0);
        }
        self.mlp.prepare(&weights[self.n_surface()..], z, mlp);
    }

    #[inline(always)]
    fn eval<R: Real>(&self, weights: &[f64], x: &[R], work: &mut [R]) -> R {
        let (own, rest) = work.split_at_mut(1 + self.n_moving());
        let (_, mlp) = rest.split_at_mut(self.n_terms());
        let mut sum = own[0];
        let mut at = self.n_surface() - self.n_pairs();
        for k in 0..self.n_moving() {
            let mut slope = own[1 + k];
            if k > 0 {
                for &x in &x[..=k] {
                    slope += x * weights[at];
                    at += 1;
                }
            }
            sum += slope * x[k];
        }
        sum + self.mlp.eval(&weights[self.n_surface()..], x, mlp)
    }

    fn n_linear(&self) -> usize {
        self.n_surface() + self.mlp.n_linear()
    }

    #[inline(always)]
    fn regressors<R: Real>(&self, weights: &[f64], x: &[R], work: &mut [R], row: &mut [R]) {
        let (_, rest) = work.split_at_mut(1 + self.n_moving());
        let (terms, mlp) = rest.split_at_mut(self.n_terms());
        let (constant, rest) = row.split_at_mut(self.n_terms());
        constant.copy_from_slice(terms);
        let (moving, rest) = rest.split_at_mut(self.n_moving() * self.n_affine());
        for (row, &x) in moving.chunks_exact_mut(self.n_affine()).zip(x) {
            for (place, &term) in row.iter_mut().zip(&*terms) {
                *place = term * x;
            }
        }
        let (pairs, rest) = rest.split_at_mut(self.n_pairs());
        let mut at = 0;
        for k in 1..self.n_moving() {
            for j in 0..=k {
                pairs[at] = x[j] * x[k];
                at += 1;
            }
        }
        self.mlp.regressors(&weights[self.n_surface()..], x, mlp, rest);
    }
}
