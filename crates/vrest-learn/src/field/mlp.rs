//! The multilayer perceptron: weights, and its forward and backward pass over a chunk of trajectories.
//!
//! out = w_out . h_n + b_out,  h_k = act(W_k h_{k-1} + b_k),  h_0 = (x, z)
//!
//! x \[n_moving\] are the inputs that change along a trajectory (the voltage first, then stimuli), z
//! \[n_fixed\] those that do not (encoded parameters). W_1's share of z is multiplied out once a trajectory
//! ([`Mlp::begin`]) and enters every evaluation as the start value of the first layer's sums.

use super::Shape;
use crate::kernels::gemm::{Init, add_at_b, add_column_sums, gemm, load, map_in_place, padded, rows_dot};
use crate::kernels::{Activation, Aligned, Float, LANES, Lane};
use fearless_simd::{Simd, prelude::*};

/// The shape of a perceptron with at least one hidden layer and one output.
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    /// Inputs that change along a trajectory.
    pub n_moving: usize,
    /// Inputs that stay constant along a trajectory.
    pub n_fixed: usize,
    /// Width of every hidden layer.
    pub hidden: Vec<usize>,
    /// Nonlinearity of the hidden layers.
    pub activation: Activation,
}

/// Weights (or their gradient) in the layout of the kernels: inputs by rows, units by padded columns.
#[derive(Debug)]
pub struct MlpBuffers<T> {
    moving: Aligned<T>,
    fixed: Aligned<T>,
    bias: Vec<Aligned<T>>,
    inner: Vec<Aligned<T>>,
    out: Aligned<T>,
    out_bias: T,
}

/// Weights ready for use: with the inner matrices transposed as well, for the backward pass.
#[derive(Debug)]
pub struct MlpWeights<T> {
    buffers: MlpBuffers<T>,
    inner_t: Vec<Aligned<T>>,
}

impl Mlp {
    /// The perceptron of this shape.
    pub fn new(shape: &Shape) -> Self {
        let Shape { n_moving, n_fixed, ref hidden, activation } = *shape;
        Mlp { n_moving, n_fixed, hidden: hidden.clone(), activation }
    }

    fn last(&self) -> usize {
        self.hidden[self.hidden.len() - 1]
    }

    /// Names and shapes of the weights in their order in the flat vector, as PyTorch would shape them. The
    /// output layer, in which the perceptron is linear, comes first.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let mut list =
            vec![("out.weight".to_string(), vec![1, self.last()]), ("out.bias".to_string(), vec![1])];
        let mut inputs = self.n_moving + self.n_fixed;
        for (k, &width) in self.hidden.iter().enumerate() {
            list.push((format!("layers.{k}.weight"), vec![width, inputs]));
            list.push((format!("layers.{k}.bias"), vec![width]));
            inputs = width;
        }
        list
    }

    /// Glorot-uniform weights and zero biases from a source of uniform numbers in [0, 1).
    pub fn init(&self, mut uniform: impl FnMut() -> f64, weights: &mut [f64]) {
        let mut at = 0;
        for (_, shape) in self.tensors() {
            let count: usize = shape.iter().product();
            if let [rows, columns] = shape[..] {
                let limit = (6.0 / (rows + columns) as f64).sqrt();
                weights[at..at + count].fill_with(|| limit * (2.0 * uniform() - 1.0));
            } else {
                weights[at..at + count].fill(0.0);
            }
            at += count;
        }
    }

    fn padded_widths(&self) -> impl Iterator<Item = usize> + '_ {
        self.hidden.iter().map(|&w| padded(w))
    }

    /// Zeroed buffers: a gradient to be accumulated.
    pub fn buffers<T: Float>(&self) -> MlpBuffers<T> {
        let widths: Vec<usize> = self.padded_widths().collect();
        MlpBuffers {
            moving: Aligned::zeros(self.n_moving * widths[0]),
            fixed: Aligned::zeros(self.n_fixed * widths[0]),
            bias: widths.iter().map(|&w| Aligned::zeros(w)).collect(),
            inner: widths.windows(2).map(|w| Aligned::zeros(w[0] * w[1])).collect(),
            out: Aligned::zeros(widths[widths.len() - 1]),
            out_bias: T::default(),
        }
    }

    /// Pairs every weight of the flat vector with its place in `buffers`.
    fn each<T: Float>(&self, buffers: &mut MlpBuffers<T>, mut f: impl FnMut(usize, &mut T)) {
        let mut at = 0;
        let mut visit = |place: &mut T| {
            f(at, place);
            at += 1;
        };
        (0..self.last()).for_each(|unit| visit(&mut buffers.out[unit]));
        visit(&mut buffers.out_bias);
        for (k, &width) in self.hidden.iter().enumerate() {
            let stride = padded(width);
            for unit in 0..width {
                if k == 0 {
                    (0..self.n_moving).for_each(|i| visit(&mut buffers.moving[i * stride + unit]));
                    (0..self.n_fixed).for_each(|i| visit(&mut buffers.fixed[i * stride + unit]));
                } else {
                    (0..self.hidden[k - 1]).for_each(|i| visit(&mut buffers.inner[k - 1][i * stride + unit]));
                }
            }
            (0..width).for_each(|unit| visit(&mut buffers.bias[k][unit]));
        }
    }

    /// Brings the flat vector into the kernels' layout.
    pub fn pack<T: Float>(&self, weights: &[f64]) -> MlpWeights<T> {
        let mut buffers = self.buffers();
        self.each(&mut buffers, |at, place| *place = T::from_f64(weights[at]));
        let widths: Vec<usize> = self.padded_widths().collect();
        let inner_t = widths.windows(2).zip(&buffers.inner).map(|(w, inner)| {
            let mut turned = Aligned::zeros(w[0] * w[1]);
            for i in 0..w[0] {
                for j in 0..w[1] {
                    turned[j * w[0] + i] = inner[i * w[1] + j];
                }
            }
            turned
        });
        MlpWeights { inner_t: inner_t.collect(), buffers }
    }

    /// Adds an accumulated gradient to the flat vector `out`.
    pub fn add_gradient<T: Float>(&self, gradient: &mut MlpBuffers<T>, out: &mut [f64]) {
        self.each(gradient, |at, place| out[at] += place.to_f64());
    }

    /// Elements of a chunk's context.
    pub fn context_len(&self) -> usize {
        LANES * padded(self.hidden[0])
    }

    /// Elements that one evaluation of a chunk writes to the tape: the values of all hidden layers.
    pub fn tape_len(&self) -> usize {
        LANES * self.padded_widths().sum::<usize>()
    }

    /// Elements of scratch that a backward evaluation needs.
    pub fn scratch_len(&self) -> usize {
        2 * LANES * self.padded_widths().max().unwrap_or(0)
    }

    /// Once a chunk: the constant inputs' share of the first layer, `context` = b_1 + z W_1z.
    /// `z` is \[LANES, n_fixed\].
    #[inline(always)]
    pub fn begin<S: Simd, T: Float>(&self, simd: S, w: &MlpWeights<T>, z: &[T], context: &mut [T]) {
        let shape = [LANES, self.n_fixed, padded(self.hidden[0])];
        gemm(simd, shape, z, &w.buffers.fixed, Init::Row(&w.buffers.bias[0]), context);
    }

    /// One evaluation of a chunk. `x` is \[LANES, n_moving\]; `tape` receives the hidden values.
    #[inline(always)]
    pub fn forward<S: Simd, T: Float>(
        &self,
        simd: S,
        w: &MlpWeights<T>,
        context: &[T],
        x: &[T],
        tape: &mut [T],
        out: &mut Lane<T>,
    ) {
        let act = self.activation;
        let w = &w.buffers;
        let width = padded(self.hidden[0]);
        let (mut below, mut rest) = tape.split_at_mut(LANES * width);
        first_layer(simd, act, width, x, &w.moving, context, below);
        let mut inputs = width;
        for (k, inner) in w.inner.iter().enumerate() {
            let width = padded(self.hidden[k + 1]);
            let (values, after) = rest.split_at_mut(LANES * width);
            gemm(simd, [LANES, inputs, width], below, inner, Init::Row(&w.bias[k + 1]), values);
            activate(simd, act, values);
            (below, rest, inputs) = (values, after, width);
        }
        rows_dot(simd, inputs, below, &w.out, out);
        for o in out {
            *o += w.out_bias;
        }
    }

    /// The reverse of [`Mlp::forward`]: given d loss / d out, adds to the gradient of the weights and of
    /// the context, and writes d loss / d x[.., 0] (the voltage's) to `dv`.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    pub fn backward<S: Simd, T: Float>(
        &self,
        simd: S,
        w: &MlpWeights<T>,
        x: &[T],
        tape: &[T],
        d_out: &Lane<T>,
        gradient: &mut MlpBuffers<T>,
        d_context: &mut [T],
        scratch: &mut [T],
        dv: &mut Lane<T>,
    ) {
        let act = self.activation;
        let (mut d, mut d_below) = scratch.split_at_mut(scratch.len() / 2);
        let last = self.hidden.len() - 1;
        let mut end = self.tape_len();
        let mut width = padded(self.hidden[last]);
        let values = &tape[end - LANES * width..end];
        end -= LANES * width;
        for &d in d_out {
            gradient.out_bias += d;
        }
        through_output(simd, act, width, &w.buffers.out, values, d_out, &mut gradient.out, d);
        for k in (0..last).rev() {
            let below_width = padded(self.hidden[k]);
            let below = &tape[end - LANES * below_width..end];
            end -= LANES * below_width;
            add_column_sums(simd, width, &d[..LANES * width], &mut gradient.bias[k + 1]);
            add_at_b(simd, [below_width, LANES, width], below, d, &mut gradient.inner[k]);
            gemm(simd, [LANES, width, below_width], d, &w.inner_t[k], Init::Zero, d_below);
            map_in_place(
                simd,
                &mut d_below[..LANES * below_width],
                #[inline(always)]
                |d, at| d * act.slope::<S, T>(simd, load(simd, below, at)),
            );
            (d, d_below) = (d_below, d);
            width = below_width;
        }
        let d = &d[..LANES * width];
        add_at_b(simd, [self.n_moving, LANES, width], x, d, &mut gradient.moving);
        map_in_place(
            simd,
            d_context,
            #[inline(always)]
            |sum, at| sum + load(simd, d, at),
        );
        rows_dot(simd, width, d, &w.buffers.moving, dv);
    }

    /// Once a chunk, after all its evaluations: the context's gradient becomes the weights'.
    #[inline(always)]
    pub fn end<S: Simd, T: Float>(&self, simd: S, z: &[T], d_context: &[T], gradient: &mut MlpBuffers<T>) {
        let width = padded(self.hidden[0]);
        add_at_b(simd, [self.n_fixed, LANES, width], z, d_context, &mut gradient.fixed);
        add_column_sums(simd, width, d_context, &mut gradient.bias[0]);
    }
}

/// act(context + x W) row by row, the few moving inputs x of a trajectory against whole vectors of units.
#[inline(always)]
fn first_layer<S: Simd, T: Float>(
    simd: S,
    act: Activation,
    width: usize,
    x: &[T],
    w: &[T],
    context: &[T],
    values: &mut [T],
) {
    let len = T::Native::<S>::LEN;
    let rows = context.chunks_exact(width).zip(values.chunks_exact_mut(width));
    for ((context, values), x) in rows.zip(x.chunks_exact(x.len() / LANES)) {
        for col in (0..width).step_by(len) {
            let mut z = load(simd, context, col);
            for (i, &x) in x.iter().enumerate() {
                z = T::Native::<S>::splat(simd, x).mul_add(load(simd, w, i * width + col), z);
            }
            act.value::<S, T>(simd, z).store_slice(&mut values[col..col + len]);
        }
    }
}

#[inline(always)]
fn activate<S: Simd, T: Float>(simd: S, act: Activation, z: &mut [T]) {
    map_in_place(
        simd,
        z,
        #[inline(always)]
        |z, _| act.value::<S, T>(simd, z),
    );
}

/// Through the output weights and the last layer's nonlinearity: d\[l, j\] = d_out\[l\] w\[j\] act'(h\[l, j\]),
/// and the output weights' gradient sum over l of d_out\[l\] h\[l, j\].
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn through_output<S: Simd, T: Float>(
    simd: S,
    act: Activation,
    width: usize,
    w_out: &[T],
    values: &[T],
    d_out: &Lane<T>,
    g_out: &mut [T],
    d: &mut [T],
) {
    let len = T::Native::<S>::LEN;
    for col in (0..width).step_by(len) {
        let w = T::Native::<S>::from_slice(simd, &w_out[col..col + len]);
        let mut g = T::Native::<S>::from_slice(simd, &g_out[col..col + len]);
        for l in 0..LANES {
            let at = l * width + col;
            let y = T::Native::<S>::from_slice(simd, &values[at..at + len]);
            let scale = T::Native::<S>::splat(simd, d_out[l]);
            g = scale.mul_add(y, g);
            (scale * w * act.slope::<S, T>(simd, y)).store_slice(&mut d[at..at + len]);
        }
        g.store_slice(&mut g_out[col..col + len]);
    }
}
