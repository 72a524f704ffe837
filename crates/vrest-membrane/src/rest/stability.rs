//! What happens after a small displacement from a rest: the eigenvalues of the exact Jacobian.

use crate::membrane::Membrane;
use nalgebra::DMatrix;
use vrest_ode::jacobian;

/// Eigenvalues (real, imaginary), 1/ms, of voltage and gates together at the state `y`, slowest first.
/// Concentrations that move are held: they are so slow that they would only add numbers near zero.
pub(super) fn eigenvalues(membrane: &Membrane, p: &[f64], y: &[f64]) -> Vec<[f64; 2]> {
    let n = membrane.states().len();
    let fast = n - membrane.moving_states();
    let full = DMatrix::from_row_slice(n, n, &jacobian(membrane, 0.0, y, p));
    let block = full.view((0, 0), (fast, fast)).into_owned();
    crate::eigenvalues::eigenvalues(block)
}
