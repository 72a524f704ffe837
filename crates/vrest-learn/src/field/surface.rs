//! The response surface: all products of two inputs but v^2, linear in its weights.
//!
//! S(x; z) = a(z) + sum_k b_k(z) x_k + sum_{j<=k, k>=1} e_jk x_j x_k,  a quadratic and b_k affine in z
//!
//! so that it is affine in the voltage x_0 and cannot run away in finite time. Flat weights: a \[n_terms\],
//! b \[n_moving, n_affine\], e \[n_pairs\].

use super::mlp_scalar::dot;
use crate::kernels::gemm::{Init, add_at_b, gemm, padded};
use crate::kernels::{Aligned, Float, LANES, Lane};
use fearless_simd::Simd;
use vrest_ode::Real;

/// Most parameters for which a(z) holds the products of two of them; with more, the surface would have
/// more coefficients than a dataset has samples.
pub const MAX_SQUARED: usize = 24;

/// The shape of a surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surface {
    /// Inputs that change along a trajectory, the voltage first.
    pub n_moving: usize,
    /// Inputs that stay constant along a trajectory.
    pub n_fixed: usize,
}

/// Weights (or their gradient) in the kernels' layout: `table` is \[n_terms, padded(1 + n_moving)\], its
/// columns a, b_0, b_1, ...; rows beyond the affine terms are zero in all columns but the first.
#[derive(Debug)]
pub struct SurfaceBuffers<T> {
    table: Aligned<T>,
    pairs: Vec<T>,
}

impl Surface {
    /// Terms of b_k: 1 and z_i.
    fn n_affine(&self) -> usize {
        1 + self.n_fixed
    }
    /// Terms of a: 1, z_i, and z_i z_j with i <= j.
    pub fn n_terms(&self) -> usize {
        let n = self.n_fixed;
        self.n_affine() + if n <= MAX_SQUARED { n * (n + 1) / 2 } else { 0 }
    }
    /// Products of two moving inputs of which one is a stimulus.
    fn n_pairs(&self) -> usize {
        self.n_moving * (self.n_moving + 1) / 2 - 1
    }
    /// Length of the flat weight vector.
    pub fn n_weights(&self) -> usize {
        self.n_terms() + self.n_moving * self.n_affine() + self.n_pairs()
    }
    /// Numbers a trajectory: a, b_0, b_1, ...
    fn n_coefficients(&self) -> usize {
        1 + self.n_moving
    }
    fn columns(&self) -> usize {
        padded(self.n_coefficients())
    }

    /// Names and shapes of the weights.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        vec![
            ("surface.constant".to_string(), vec![self.n_terms()]),
            ("surface.moving".to_string(), vec![self.n_moving, self.n_affine()]),
            ("surface.pairs".to_string(), vec![self.n_pairs()]),
        ]
    }

    /// Zeroed buffers.
    pub fn buffers<T: Float>(&self) -> SurfaceBuffers<T> {
        SurfaceBuffers {
            table: Aligned::zeros(self.n_terms() * self.columns()),
            pairs: vec![T::default(); self.n_pairs()],
        }
    }

    /// Pairs every weight of the flat vector with its place in the kernels' layout.
    fn each<T: Float>(&self, to: &mut SurfaceBuffers<T>, mut f: impl FnMut(usize, &mut T)) {
        let columns = self.columns();
        for term in 0..self.n_terms() {
            f(term, &mut to.table[term * columns]);
        }
        let mut at = self.n_terms();
        for input in 0..self.n_moving {
            for term in 0..self.n_affine() {
                f(at, &mut to.table[term * columns + 1 + input]);
                at += 1;
            }
        }
        for place in &mut to.pairs {
            f(at, place);
            at += 1;
        }
    }

    /// Brings the flat vector into the kernels' layout.
    pub fn pack<T: Float>(&self, weights: &[f64]) -> SurfaceBuffers<T> {
        let mut buffers = self.buffers();
        self.each(&mut buffers, |at, place| *place = T::from_f64(weights[at]));
        buffers
    }

    /// Adds an accumulated gradient to the flat vector `out`.
    pub fn add_gradient<T: Float>(&self, gradient: &mut SurfaceBuffers<T>, out: &mut [f64]) {
        self.each(gradient, |at, place| out[at] += place.to_f64());
    }

    /// Elements of a chunk's context: the coefficients of its trajectories.
    pub fn context_len(&self) -> usize {
        LANES * self.columns()
    }

    /// Elements of room that `begin` and `end` need.
    pub fn scratch_len(&self) -> usize {
        LANES * self.n_terms()
    }

    /// The terms of a for one trajectory.
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
        let n = self.n_fixed;
        for (l, terms) in terms.chunks_exact_mut(self.n_terms()).enumerate() {
            self.terms(T::from_f64(1.0), &z[l * n..(l + 1) * n], terms);
        }
    }

    /// Once a chunk: the coefficients of its trajectories.
    #[inline(always)]
    pub fn begin<S: Simd, T: Float>(
        &self,
        simd: S,
        w: &SurfaceBuffers<T>,
        z: &[T],
        context: &mut [T],
        scratch: &mut [T],
    ) {
        let terms = &mut scratch[..self.scratch_len()];
        self.chunk_terms(z, terms);
        gemm(simd, [LANES, self.n_terms(), self.columns()], terms, &w.table, Init::Zero, context);
    }

    /// Adds S(x\[l\]; z\[l\]) to `out`.
    #[inline(always)]
    pub fn forward<T: Float>(&self, w: &SurfaceBuffers<T>, context: &[T], x: &[T], out: &mut Lane<T>) {
        let (m, columns) = (self.n_moving, self.columns());
        for l in 0..LANES {
            let (c, x) = (&context[l * columns..][..1 + m], &x[l * m..][..m]);
            let mut sum = c[0] + c[1] * x[0];
            let mut at = 0;
            for k in 1..m {
                let mut slope = c[1 + k];
                for j in 0..=k {
                    slope += w.pairs[at] * x[j];
                    at += 1;
                }
                sum += slope * x[k];
            }
            out[l] += sum;
        }
    }

    /// The reverse of [`Surface::forward`]; adds d loss / d x[.., 0] to `dv`.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    pub fn backward<T: Float>(
        &self,
        w: &SurfaceBuffers<T>,
        context: &[T],
        x: &[T],
        d_out: &Lane<T>,
        gradient: &mut SurfaceBuffers<T>,
        d_context: &mut [T],
        dv: &mut Lane<T>,
    ) {
        let (m, columns) = (self.n_moving, self.columns());
        for l in 0..LANES {
            let (d, x) = (d_out[l], &x[l * m..][..m]);
            let dc = &mut d_context[l * columns..][..1 + m];
            dc[0] += d;
            let mut slope = context[l * columns + 1];
            let mut at = 0;
            for k in 0..m {
                dc[1 + k] += d * x[k];
                if k > 0 {
                    slope += w.pairs[at] * x[k];
                    for j in 0..=k {
                        gradient.pairs[at] += d * x[j] * x[k];
                        at += 1;
                    }
                }
            }
            dv[l] += d * slope;
        }
    }

    /// Once a chunk, after its evaluations: the coefficients' gradient becomes the weights'. The columns of
    /// b are filled beyond their affine rows as well; nothing reads those.
    #[inline(always)]
    pub fn end<S: Simd, T: Float>(
        &self,
        simd: S,
        z: &[T],
        d_context: &[T],
        gradient: &mut SurfaceBuffers<T>,
        scratch: &mut [T],
    ) {
        let terms = &mut scratch[..self.scratch_len()];
        self.chunk_terms(z, terms);
        add_at_b(simd, [self.n_terms(), LANES, self.columns()], terms, d_context, &mut gradient.table);
    }

    /// Numbers that `prepare`, `eval` and `regressors` work with.
    pub fn work_len(&self) -> usize {
        self.n_coefficients() + self.n_terms()
    }

    /// The coefficients and the terms of one trajectory.
    #[inline(always)]
    pub fn prepare<R: Real>(&self, weights: &[f64], z: &[R], work: &mut [R]) {
        self.prepare_terms(z, work);
        let (own, terms) = work[..self.work_len()].split_at_mut(self.n_coefficients());
        own[0] = dot(terms, weights, 0.0);
        for k in 0..self.n_moving {
            let affine = &weights[self.n_terms() + k * self.n_affine()..];
            own[1 + k] = dot(&terms[..self.n_affine()], affine, 0.0);
        }
    }

    /// The terms alone, which are all that `regressors` needs.
    #[inline(always)]
    pub fn prepare_terms<R: Real>(&self, z: &[R], work: &mut [R]) {
        self.terms(R::one(), z, &mut work[self.n_coefficients()..self.work_len()]);
    }

    /// S(x; z) after `prepare`.
    #[inline(always)]
    pub fn eval<R: Real>(&self, weights: &[f64], x: &[R], work: &[R]) -> R {
        let mut sum = work[0] + work[1] * x[0];
        let mut at = self.n_weights() - self.n_pairs();
        for k in 1..self.n_moving {
            let mut slope = work[1 + k];
            for &x in &x[..=k] {
                slope = x.times_plus(weights[at], slope);
                at += 1;
            }
            sum += slope * x[k];
        }
        sum
    }

    /// dS/dw for all weights, after `prepare` or `prepare_terms`.
    #[inline(always)]
    pub fn regressors<R: Real>(&self, x: &[R], work: &[R], row: &mut [R]) {
        let terms = &work[self.n_coefficients()..self.work_len()];
        let (constant, rest) = row.split_at_mut(self.n_terms());
        constant.copy_from_slice(terms);
        let (moving, pairs) = rest.split_at_mut(self.n_moving * self.n_affine());
        for (row, &x) in moving.chunks_exact_mut(self.n_affine()).zip(x) {
            for (place, &term) in row.iter_mut().zip(terms) {
                *place = term * x;
            }
        }
        let mut at = 0;
        for k in 1..self.n_moving {
            for j in 0..=k {
                pairs[at] = x[j] * x[k];
                at += 1;
            }
        }
    }
}
