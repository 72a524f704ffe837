//! Linear least squares through the normal equations.
//!
//! Sums of squares and products are accumulated over fixed blocks of rows by the kernels in `f64`, blocks
//! added in order, so that any number of threads gives the same bits.

use super::tangents::BLOCK;
use crate::kernels::gemm::{add_at_a, padded};
use crate::kernels::{Aligned, Kernel, dispatch};
use fearless_simd::Simd;
use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;
use std::ops::Range;
use std::slice::ChunksExactMut;

/// Sums that blocks are added up in: enough for threads to end together, few enough to add up cheaply.
const GROUPS: usize = 16;

/// J^T J and J^T r of a least-squares problem min |J x - r|^2.
#[derive(Debug, Clone)]
pub struct NormalEquations {
    /// J^T J.
    pub matrix: DMatrix<f64>,
    /// J^T r.
    pub rhs: DVector<f64>,
}

struct Accumulate<'a> {
    rows: &'a [f64],
    width: usize,
    sum: &'a mut [f64],
}

impl Kernel for Accumulate<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let rows = self.rows.len() / self.width;
        add_at_a(simd, [rows, self.width], self.rows, self.sum);
    }
}

impl NormalEquations {
    /// Accumulates `count` rows of `unknowns` coefficients; `fill(range, rows)` writes those of `range`, each followed by
    /// its right-hand side. A row may have room for more.
    pub fn new(
        unknowns: usize,
        count: usize,
        fill: impl Fn(Range<usize>, ChunksExactMut<f64>) + Sync,
    ) -> Self {
        // The right-hand side is one more column: its products with the others come with the same sweep.
        let width = padded(unknowns + 1);
        let blocks: Vec<usize> = (0..count).step_by(BLOCK).collect();
        let group = blocks.len().div_ceil(GROUPS).max(1);
        let sums: Vec<Aligned<f64>> = blocks
            .par_chunks(group)
            .map(|blocks| {
                let mut sum = Aligned::zeros(width * width);
                let mut rows = Aligned::zeros(BLOCK * width);
                for &start in blocks {
                    let rows = &mut rows[..BLOCK.min(count - start) * width];
                    fill(start..start + rows.len() / width, rows.chunks_exact_mut(width));
                    dispatch(Accumulate { rows, width, sum: &mut sum });
                }
                sum
            })
            .collect();
        let mut total = vec![0.0; width * width];
        total.par_chunks_mut(width).with_min_len(16).enumerate().for_each(|(i, row)| {
            for sum in &sums {
                row.iter_mut().zip(&sum[i * width..]).for_each(|(total, part)| *total += part);
            }
        });
        let entry = |i: usize, j: usize| total[i * width + j];
        NormalEquations {
            matrix: DMatrix::from_fn(unknowns, unknowns, |i, j| entry(i.min(j), i.max(j))),
            rhs: DVector::from_fn(unknowns, |i, _| entry(i, unknowns)),
        }
    }

    /// The minimiser of |J x - r|^2 + ridge sum_i (J^T J)_ii x_i^2: scaled to a unit diagonal first, so
    /// that `ridge` has no unit. Unknowns that no row touches stay zero. None if the equations are not
    /// finite.
    pub fn solve(&self, ridge: f64) -> Option<DVector<f64>> {
        let scale = DVector::from_iterator(
            self.rhs.len(),
            self.matrix.diagonal().iter().map(|&d| if d > 0.0 { d.sqrt().recip() } else { 0.0 }),
        );
        let n = self.rhs.len();
        let mut ridge = ridge.max(1e-15);
        let rhs = self.rhs.component_mul(&scale);
        if !rhs.iter().all(|x| x.is_finite()) {
            return None;
        }
        // Nearly dependent columns can defeat the factorisation; more ridge settles them.
        while ridge < 1.0 {
            let scaled = DMatrix::from_fn(n, n, |i, j| {
                let diagonal = if i == j { ridge + f64::from(scale[i] == 0.0) } else { 0.0 };
                self.matrix[(i, j)] * scale[i] * scale[j] + diagonal
            });
            if let Some(factor) = scaled.cholesky() {
                let x = factor.solve(&rhs).component_mul(&scale);
                if x.iter().all(|x| x.is_finite()) {
                    return Some(x);
                }
            }
            ridge *= 10.0;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovers_the_coefficients_of_a_line_and_ignores_an_empty_column() {
        let at = |i: usize| (i as f64 * 0.37).sin();
        let equations = NormalEquations::new(4, 1000, |range, rows| {
            for (i, row) in range.zip(rows) {
                let last = 1e-6 * (i as f64 * 0.11).cos();
                row[..5].copy_from_slice(&[1.0, at(i), 0.0, last, 3.0 - 2.0 * at(i) + 5.0 * last]);
            }
        });
        let x = equations.solve(0.0).unwrap();
        for (got, want) in x.iter().zip([3.0, -2.0, 0.0, 5.0]) {
            assert!((got - want).abs() < 1e-6, "{x}");
        }
    }

    #[test]
    fn says_so_when_the_equations_are_not_finite() {
        let equations = NormalEquations::new(1, 3, |_, rows| {
            rows.for_each(|row| row[..2].copy_from_slice(&[1.0, f64::NAN]));
        });
        assert!(equations.solve(0.0).is_none());
    }
}
