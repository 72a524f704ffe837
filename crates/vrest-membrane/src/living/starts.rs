//! Where Newton's method begins.

use super::coordinates::{Coordinates, uniform};
use super::parameters_at;
use crate::membrane::Membrane;
use vrest_ode::VectorField;

/// Voltages of the planned starts, mV.
const VOLTAGES: [f64; 5] = [-100.0, -75.0, -50.0, -20.0, 20.0];
/// How far random starts lie from the given concentrations, as logarithm: a factor 10 either way.
const SPREAD: f64 = 2.3;

/// The start itself, the end of the journey from there, planned voltages with the concentrations of both, and `random`
/// places around; each in coordinates, with gates at their steady state.
pub(super) fn all(
    membrane: &Membrane,
    p: &[f64],
    y0: &[f64],
    end: &[f64],
    coordinates: &Coordinates,
    random: usize,
) -> Vec<Vec<f64>> {
    let n = membrane.n_states();
    let mut all = vec![coordinates.measure(y0), coordinates.measure(end)];
    for y in [y0, end] {
        for v in VOLTAGES {
            all.push(coordinates.measure(&settled(membrane, p, y, v)));
        }
    }
    for k in 0..random {
        // Other numbers than those of the laws.
        let x = |i: usize| uniform((1_000_000 + k * n + i) as u64) - 0.5;
        let mut u = coordinates.measure(y0);
        for i in (1..n).filter(|&i| coordinates.is_logarithm(i)) {
            u[i] += 2.0 * SPREAD * x(i);
        }
        all.push(coordinates.measure(&settled(membrane, p, &coordinates.state(&u), -40.0 + 120.0 * x(0))));
    }
    all.retain(|u| u.iter().all(|x| x.is_finite()));
    all
}

/// The concentrations of `y` at voltage `v`, gates at their steady state there.
fn settled(membrane: &Membrane, p: &[f64], y: &[f64], v: f64) -> Vec<f64> {
    let mut there = vec![0.0; y.len()];
    membrane.state_at(v, &parameters_at(membrane, p, y), &mut there);
    for &i in membrane.positive_states() {
        there[i] = y[i];
    }
    there
}
