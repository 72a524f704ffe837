//! Small dense LU factorisation with row pivoting, in place and generic: n is the number of states of one
//! membrane, and with derivatives as entries the solution carries its derivatives.

use crate::real::Real;

/// Factors of an n x n matrix.
#[derive(Debug, Clone)]
pub struct Lu<R> {
    n: usize,
    /// Row-major: L below the diagonal (its own diagonal is 1), U above; the diagonal holds 1/U_ii.
    a: Vec<R>,
    /// Row swapped with row k at elimination k.
    pivot: Vec<usize>,
}

impl<R: Real> Lu<R> {
    /// Room for an n x n matrix, all zero.
    pub fn new(n: usize) -> Self {
        Lu { n, a: vec![R::zero(); n * n], pivot: vec![0; n] }
    }

    /// The entries, row-major: write the matrix here, then [`Lu::factor`].
    pub fn matrix(&mut self) -> &mut [R] {
        &mut self.a
    }

    /// Replaces the matrix by its factors; false when it is singular or not finite.
    pub fn factor(&mut self) -> bool {
        let n = self.n;
        for k in 0..n {
            let mut best = k;
            let mut size = self.a[k * n + k].first().abs();
            for i in k + 1..n {
                let s = self.a[i * n + k].first().abs();
                if s > size {
                    (best, size) = (i, s);
                }
            }
            // Also refuses NaN.
            if !(size > 0.0 && size < f64::INFINITY) {
                return false;
            }
            self.pivot[k] = best;
            let (upper, lower) = self.a.split_at_mut((k + 1) * n);
            let row_k = &mut upper[k * n..];
            if best != k {
                row_k.swap_with_slice(&mut lower[(best - k - 1) * n..(best - k) * n]);
            }
            let inverse = R::one() / row_k[k];
            row_k[k] = inverse;
            for row in lower.chunks_exact_mut(n) {
                let l = row[k] * inverse;
                row[k] = l;
                for j in k + 1..n {
                    row[j] -= l * row_k[j];
                }
            }
        }
        true
    }

    /// Replaces `b` by the solution of A x = b.
    pub fn solve(&self, b: &mut [R]) {
        let n = self.n;
        for k in 0..n {
            b.swap(k, self.pivot[k]);
        }
        for i in 1..n {
            let row = &self.a[i * n..i * n + i];
            let mut sum = b[i];
            for (l, x) in row.iter().zip(&b[..i]) {
                sum -= *l * *x;
            }
            b[i] = sum;
        }
        for i in (0..n).rev() {
            let row = &self.a[i * n..(i + 1) * n];
            let mut sum = b[i];
            for (u, x) in row[i + 1..].iter().zip(&b[i + 1..n]) {
                sum -= *u * *x;
            }
            b[i] = sum * row[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dual::Dual;

    fn lu_of<R: Real>(n: usize, entries: &[R]) -> Lu<R> {
        let mut lu = Lu::new(n);
        lu.matrix().copy_from_slice(entries);
        assert!(lu.factor());
        lu
    }

    #[test]
    fn solves_a_system_that_needs_pivoting() {
        let a = [0.0, 2.0, 1.0, 1e-20, 1.0, 1.0, 3.0, -1.0, 0.5];
        let x = [1.0, -2.0, 3.0];
        let mut b: Vec<f64> = (0..3).map(|i| (0..3).map(|j| a[i * 3 + j] * x[j]).sum()).collect();
        lu_of(3, &a).solve(&mut b);
        for i in 0..3 {
            assert!((b[i] - x[i]).abs() < 1e-14, "{b:?}");
        }
    }

    #[test]
    fn thirty_unknowns_to_rounding() {
        let n = 30;
        let a: Vec<f64> = (0..n * n).map(|k| ((k * k + 7 * k) % 101) as f64 / 50.0 - 1.0).collect();
        let x: Vec<f64> = (0..n).map(|i| (i as f64).sin()).collect();
        let mut b: Vec<f64> = (0..n).map(|i| (0..n).map(|j| a[i * n + j] * x[j]).sum()).collect();
        lu_of(n, &a).solve(&mut b);
        assert!(b.iter().zip(&x).all(|(p, q)| (p - q).abs() < 1e-11), "{b:?}");
    }

    #[test]
    fn the_solution_carries_the_derivative_of_the_matrix() {
        // d(A^-1 b)/dp = -A^-1 dA A^-1 b, with A = [[p, 1], [1, 3]], b = (1, 2), p = 2: x = (1/5, 3/5).
        let p = Dual::<f64, 1>::variable(2.0, 0);
        let c = Dual::constant;
        let mut b = [c(1.0), c(2.0)];
        lu_of(2, &[p, c(1.0), c(1.0), c(3.0)]).solve(&mut b);
        assert!((b[0].re - 0.2).abs() < 1e-15 && (b[1].re - 0.6).abs() < 1e-15);
        assert!((b[0].eps[0] + 3.0 / 25.0).abs() < 1e-15 && (b[1].eps[0] - 1.0 / 25.0).abs() < 1e-15);
    }

    #[test]
    fn a_singular_or_infinite_matrix_is_refused() {
        for a in [[1.0, 2.0, 2.0, 4.0], [f64::NAN, 1.0, 1.0, 1.0], [f64::INFINITY, 1.0, 1.0, 1.0]] {
            let mut lu = Lu::new(2);
            lu.matrix().copy_from_slice(&a);
            assert!(!lu.factor(), "{a:?}");
        }
    }
}
