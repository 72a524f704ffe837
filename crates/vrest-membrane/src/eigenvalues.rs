//! Eigenvalues of small matrices whose entries differ by many orders of magnitude.

use nalgebra::linalg::Schur;
use nalgebra::linalg::balancing::balance_parlett_reinsch;
use nalgebra::{DMatrix, Dyn};

/// Iterations of the Schur decomposition; without a limit it may go on for ever.
const MOST: usize = 1000;

/// Eigenvalues (real, imaginary) of `m`, largest real part first. One that is not a number, where an entry is not
/// finite or the decomposition does not converge: nothing is then known, and nothing is stable.
pub(crate) fn eigenvalues(mut m: DMatrix<f64>) -> Vec<[f64; 2]> {
    if m.is_empty() {
        return Vec::new();
    }
    let unknown = vec![[f64::NAN; 2]];
    if m.iter().any(|x| !x.is_finite()) {
        return unknown;
    }
    balance_parlett_reinsch(&mut m);
    // Rounding first; a coarser zero only where that is never reached.
    let schur: Option<Schur<f64, Dyn>> =
        [1.0, 1e2, 1e4, 1e6].iter().find_map(|x| Schur::try_new(m.clone(), x * f64::EPSILON, MOST));
    let Some(schur) = schur else { return unknown };
    let mut all: Vec<[f64; 2]> = schur.complex_eigenvalues().iter().map(|l| [l.re, l.im]).collect();
    all.sort_by(|a, b| b[0].total_cmp(&a[0]).then(b[1].total_cmp(&a[1])));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_companion_matrix_has_the_roots_of_its_polynomial() {
        // (x + 2)(x + 1e-9)(x^2 + 2 x + 5): real -2 and -1e-9, and -1 +- 2i.
        let product = |a: &[f64], b: &[f64]| {
            let mut out = vec![0.0; a.len() + b.len() - 1];
            for (i, x) in a.iter().enumerate() {
                b.iter().enumerate().for_each(|(j, y)| out[i + j] += x * y);
            }
            out
        };
        let c = product(&product(&[2.0, 1.0], &[1e-9, 1.0]), &[5.0, 2.0, 1.0]);
        let m = DMatrix::from_fn(4, 4, |i, j| if i == 3 { -c[j] } else { f64::from(i + 1 == j) });
        let got = eigenvalues(m);
        for (got, want) in got.iter().zip([[-1e-9, 0.0], [-1.0, 2.0], [-1.0, -2.0], [-2.0, 0.0]]) {
            assert!((got[0] - want[0]).abs() < 1e-14 && (got[1] - want[1]).abs() < 1e-13, "{got:?} {want:?}");
        }
    }

    #[test]
    fn what_is_not_finite_has_unknown_eigenvalues_and_does_not_hang() {
        let got = eigenvalues(DMatrix::from_row_slice(2, 2, &[f64::NAN, 1.0, 0.0, -1.0]));
        assert!(got.len() == 1 && got[0][0].is_nan());
    }
}
