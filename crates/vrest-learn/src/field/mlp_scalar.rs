//! The perceptron for one trajectory over any kind of number: what solvers and derivatives use.

use super::mlp::Mlp;
use vrest_ode::Real;

/// Units whose sums are added up side by side: each multiply-add of one sum waits for the one before it.
const TOGETHER: usize = 4;

impl Mlp {
    /// Numbers that [`Mlp::prepare`] and [`Mlp::eval`] work with: the constant inputs' share of the first
    /// layer, and room for two layers.
    pub fn work_len(&self) -> usize {
        self.hidden[0] + 2 * self.widest()
    }

    fn widest(&self) -> usize {
        self.hidden.iter().max().copied().unwrap_or(0)
    }

    /// Output weights and bias: the first of the flat vector.
    pub fn n_linear(&self) -> usize {
        self.hidden[self.hidden.len() - 1] + 1
    }

    /// [`Mlp::begin`] for one trajectory.
    #[inline(always)]
    pub fn prepare<R: Real>(&self, weights: &[f64], z: &[R], work: &mut [R]) {
        let inputs = self.n_moving + self.n_fixed;
        let (matrix, bias) = weights[self.n_linear()..].split_at(self.hidden[0] * inputs);
        for (unit, sum) in work[..self.hidden[0]].iter_mut().enumerate() {
            *sum = dot(z, &matrix[unit * inputs + self.n_moving..], bias[unit]);
        }
    }

    /// The values of the last hidden layer.
    #[inline(always)]
    pub fn hidden_values<'w, R: Real>(&self, weights: &[f64], x: &[R], work: &'w mut [R]) -> &'w [R] {
        let inputs = self.n_moving + self.n_fixed;
        let (start, room) = work.split_at_mut(self.hidden[0]);
        let (mut below, mut above) = room.split_at_mut(self.widest());
        let mut at = self.n_linear();
        for unit in 0..self.hidden[0] {
            let mut z = start[unit];
            for (&x, &w) in x.iter().zip(&weights[at + unit * inputs..]) {
                z = x.times_plus(w, z);
            }
            below[unit] = self.activation.real(z);
        }
        at += self.hidden[0] * (inputs + 1);
        for pair in self.hidden.windows(2) {
            let (matrix, bias) = weights[at..].split_at(pair[0] * pair[1]);
            let mut units =
                bias[..pair[1]].chunks_exact(TOGETHER).zip(matrix.chunks_exact(TOGETHER * pair[0]));
            let mut unit = 0;
            for (bias, matrix) in &mut units {
                let rows: [&[f64]; TOGETHER] = std::array::from_fn(|k| &matrix[k * pair[0]..][..pair[0]]);
                let mut sums = [R::zero(); TOGETHER];
                for k in 0..TOGETHER {
                    sums[k] = R::from_f64(bias[k]);
                }
                for (j, &x) in below[..pair[0]].iter().enumerate() {
                    for k in 0..TOGETHER {
                        sums[k] = x.times_plus(rows[k][j], sums[k]);
                    }
                }
                for sum in sums {
                    above[unit] = self.activation.real(sum);
                    unit += 1;
                }
            }
            for unit in unit..pair[1] {
                let z = dot(&below[..pair[0]], &matrix[unit * pair[0]..], bias[unit]);
                above[unit] = self.activation.real(z);
            }
            at += pair[1] * (pair[0] + 1);
            (below, above) = (above, below);
        }
        &below[..self.hidden[self.hidden.len() - 1]]
    }

    /// [`Mlp::forward`] for one trajectory, after [`Mlp::prepare`].
    #[inline(always)]
    pub fn eval<R: Real>(&self, weights: &[f64], x: &[R], work: &mut [R]) -> R {
        let bias = weights[self.n_linear() - 1];
        dot(self.hidden_values(weights, x, work), weights, bias)
    }

    /// Writes dF/dw for the output weights and bias, the last hidden values and one; returns F.
    #[inline(always)]
    pub fn regressors<R: Real>(&self, weights: &[f64], x: &[R], work: &mut [R], row: &mut [R]) -> R {
        let values = self.hidden_values(weights, x, work);
        row[..values.len()].copy_from_slice(values);
        row[values.len()] = R::one();
        dot(values, weights, weights[self.n_linear() - 1])
    }
}

/// bias + x . w, over the length of x.
#[inline(always)]
pub(super) fn dot<R: Real>(x: &[R], w: &[f64], bias: f64) -> R {
    let mut sum = R::from_f64(bias);
    for (&x, &w) in x.iter().zip(w) {
        sum = x.times_plus(w, sum);
    }
    sum
}
