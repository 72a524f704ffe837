//! What happens after a small displacement that keeps what is conserved.

use super::newton::Problem;
use nalgebra::DMatrix;
use vrest_ode::jacobian;

/// Eigenvalues (real, imaginary), 1/ms, at the steady state `y`, slowest first. Along a conserved quantity there is
/// nothing to return to: those directions are left out.
pub(super) fn eigenvalues(problem: &Problem<'_>, y: &[f64]) -> Vec<[f64; 2]> {
    let n = y.len();
    let slopes = problem.coordinates.slopes(y);
    let raw = jacobian(problem.membrane, 0.0, y, problem.p);
    let j = DMatrix::from_fn(n, n, |i, k| raw[i * n + k] * slopes[k] / slopes[i]);
    let tangent = tangent(problem, y, &slopes);
    // f never leaves the tangent space, so that this is the whole Jacobian there.
    let reduced = tangent.transpose() * j * &tangent;
    crate::eigenvalues::eigenvalues(reduced)
}

/// An orthonormal basis of the displacements that keep every conserved quantity, in coordinates.
fn tangent(problem: &Problem<'_>, y: &[f64], slopes: &[f64]) -> DMatrix<f64> {
    let (n, c) = (slopes.len(), problem.laws.len());
    let mut basis: Vec<nalgebra::DVector<f64>> = Vec::with_capacity(n);
    let normals = problem.laws.iter().map(|law| {
        let gradient = law.gradient(problem.membrane, problem.p, y);
        nalgebra::DVector::from_fn(n, |i, _| gradient[i] * slopes[i])
    });
    let units = (0..n).map(|k| nalgebra::DVector::from_fn(n, |i, _| f64::from(i == k)));
    // Gram-Schmidt, twice for orthogonality to rounding: the normals first, then what is left of the axes.
    for v in normals.chain(units) {
        let length = v.norm();
        let mut v = v / length;
        for _ in 0..2 {
            for b in &basis {
                let along = b.dot(&v);
                v.axpy(-along, b, 1.0);
            }
        }
        let left = v.norm();
        if left > 1e-6 && basis.len() < n {
            basis.push(v / left);
        }
    }
    DMatrix::from_columns(&basis[c..])
}
