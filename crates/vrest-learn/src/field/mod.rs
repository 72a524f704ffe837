//! Learned right-hand sides.
//!
//! A learned field is a function F(x; z) of the inputs that move along a trajectory, x = (v, u_1, ...): the
//! normalised voltage and stimuli, and of those that do not, z: the encoded parameters. It says how it is
//! evaluated in two ways: over any [`Real`] for solvers and derivatives, and over chunks of trajectories
//! in `f32` lanes with a reverse pass for training.
//!
//! A new model is one file that implements [`LearnedField`] and one line in [`registry`].

mod gain;
mod mlp;
mod mlp_scalar;
mod perceptron;
mod product;
pub mod registry;
mod surface;

pub use gain::Gain;
pub use perceptron::Perceptron;
pub use product::Product;
pub use surface::Surface;

use crate::kernels::{Activation, Float, Lane};
use fearless_simd::Simd;
use std::fmt::Debug;
use vrest_ode::Real;

/// What a configuration and a dataset say about a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Inputs that change along a trajectory: the voltage, then the stimuli.
    pub n_moving: usize,
    /// Inputs that stay constant along a trajectory.
    pub n_fixed: usize,
    /// Width of every hidden layer, at least one.
    pub hidden: Vec<usize>,
    /// Nonlinearity of the hidden layers.
    pub activation: Activation,
}

/// A right-hand side with weights.
///
/// Weights are one flat vector of `f64`, divided into named tensors. For the kernels they are brought into
/// a layout of their own by [`pack`](LearnedField::pack). Slices called `z` are \[LANES, n_fixed\], `x`
/// \[LANES, n_moving\], both row-major.
pub trait LearnedField: Clone + Debug + Send + Sync + 'static {
    /// Weights in the kernels' layout.
    type Weights<T: Float>: Send + Sync;
    /// A gradient under accumulation, in the kernels' layout.
    type Gradient<T: Float>: Send;

    /// The field of this shape.
    fn new(shape: &Shape) -> Self;
    /// Names and shapes of the tensors in their order in the flat vector.
    fn tensors(&self) -> Vec<(String, Vec<usize>)>;
    /// Start values from a source of uniform numbers in [0, 1).
    fn init(&self, uniform: impl FnMut() -> f64, weights: &mut [f64]);
    /// Length of the flat weight vector.
    fn n_weights(&self) -> usize {
        self.tensors().iter().map(|(_, shape)| shape.iter().product::<usize>()).sum()
    }

    /// Brings the flat vector into the kernels' layout.
    fn pack<T: Float>(&self, weights: &[f64]) -> Self::Weights<T>;
    /// A zero gradient.
    fn gradient<T: Float>(&self) -> Self::Gradient<T>;
    /// Adds an accumulated gradient to the flat vector `out`.
    fn add_gradient<T: Float>(&self, gradient: &mut Self::Gradient<T>, out: &mut [f64]);
    /// Elements of a chunk's context: what `begin` computes of the constant inputs.
    fn context_len(&self) -> usize;
    /// Elements that one evaluation leaves for its reverse.
    fn tape_len(&self) -> usize;
    /// Elements of room that `begin`, `backward` and `end` need.
    fn scratch_len(&self) -> usize;
    /// Once a chunk, before its evaluations.
    fn begin<S: Simd, T: Float>(
        &self,
        simd: S,
        w: &Self::Weights<T>,
        z: &[T],
        context: &mut [T],
        scratch: &mut [T],
    );
    /// One evaluation of a chunk: out\[l\] = F(x\[l\]; z\[l\]).
    fn forward<S: Simd, T: Float>(
        &self,
        simd: S,
        w: &Self::Weights<T>,
        context: &[T],
        x: &[T],
        tape: &mut [T],
        out: &mut Lane<T>,
    );
    /// Its reverse: from d loss / d out to the gradients of weights and context, and d loss / d v.
    #[allow(clippy::too_many_arguments)]
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
    );
    /// Once a chunk, after its evaluations: the context's gradient becomes the weights'.
    fn end<S: Simd, T: Float>(
        &self,
        simd: S,
        z: &[T],
        d_context: &[T],
        gradient: &mut Self::Gradient<T>,
        scratch: &mut [T],
    );

    /// Numbers that `prepare` and `eval` work with for one trajectory.
    fn work_len(&self) -> usize;
    /// [`begin`](LearnedField::begin) for one trajectory over any kind of number.
    fn prepare<R: Real>(&self, weights: &[f64], z: &[R], work: &mut [R]);
    /// F(x; z) for one trajectory over any kind of number, after `prepare`.
    fn eval<R: Real>(&self, weights: &[f64], x: &[R], work: &mut [R]) -> R;

    /// The first so many weights are those in which F is linear or nearly so: a least-squares solve finds them.
    fn n_solved(&self) -> usize;
    /// Writes dF/dw for those weights to `row`, the regressors that the solve sees, and returns F(x; z); after `prepare`.
    fn regressors<R: Real>(&self, weights: &[f64], x: &[R], work: &mut [R], row: &mut [R]) -> R;
}
