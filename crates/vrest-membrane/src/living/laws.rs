//! Conserved quantities: linear combinations of states that no trajectory changes.
//!
//! l is conserved if l f(y) = 0 for all y. The left null space of f sampled at many states (more than twice as many as
//! there are states) holds exactly these: a combination that vanishes at so many unrelated states does so everywhere.
//! A pump-leak membrane whose ions all move inside conserves its charge: sum z \[X\]_i minus V times the capacitance
//! of the membrane per volume. Where the area follows the volume, what is linear is V A/A_start, which then stands in the
//! place of V. Where an ion moves on both sides, its amount is conserved.

use super::coordinates::{Coordinates, uniform};
use crate::membrane::{Membrane, StateInfo};
use crate::units::Dimension;
use nalgebra::DMatrix;
use serde::Serialize;
use vrest_ode::VectorField;

/// Singular values below this part of the largest are zero: above rounding, far below any real dependence.
const ZERO: f64 = 1e-10;
/// Iterations of the singular value decomposition.
const MOST: usize = 10_000;
/// Coefficients below this part of the largest (in scaled states) are rounding.
const ROUNDING: f64 = 1e-7;

/// One conserved quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Law {
    /// State and coefficient, in the units of the states; the largest coefficient is 1.
    pub terms: Vec<(String, f64)>,
    /// Its value, which the start decides.
    pub value: f64,
    /// The coefficients of all states.
    #[serde(skip)]
    pub(super) coefficients: Vec<f64>,
    /// The state whose equation it makes redundant.
    #[serde(skip)]
    pub(super) redundant: usize,
}

/// Every linear conserved quantity of `membrane`, with its value at `y0`.
pub(super) fn find(membrane: &Membrane, p: &[f64], y0: &[f64], coordinates: &Coordinates) -> Vec<Law> {
    let n = membrane.n_states();
    let rates = sample(membrane, p, y0, coordinates, 2 * n + 8);
    // Rates differ by many orders of magnitude between voltage and concentrations: each in its own unit.
    let largest: Vec<f64> =
        rates.row_iter().map(|r| r.amax()).map(|a| if a > 0.0 { a } else { 1.0 }).collect();
    let scaled = DMatrix::from_fn(n, rates.ncols(), |i, k| rates[(i, k)] / largest[i]);
    // Without a limit the decomposition may go on for ever.
    let Some(svd) = scaled.try_svd(true, false, f64::EPSILON, MOST) else { return Vec::new() };
    let Some(u) = svd.u else { return Vec::new() };
    let most = svd.singular_values.max();
    let null: Vec<Vec<f64>> = (0..svd.singular_values.len())
        .filter(|&k| svd.singular_values[k] <= ZERO * most)
        .map(|k| u.column(k).iter().copied().collect())
        .collect();
    let reduced = reduce(null);
    let follows = membrane.area_ratio(p, y0).is_some();
    let name = |s: &StateInfo| match s.dimension {
        Dimension::Voltage if follows => format!("{} A/A_start", s.name),
        _ => s.name.clone(),
    };
    let law = |(scaled, redundant): (Vec<f64>, usize)| {
        let mut l: Vec<f64> = scaled.iter().zip(&largest).map(|(c, r)| c / r).collect();
        // The first of the largest is 1.
        let most = l.iter().fold(0.0, |most: f64, c| most.max(c.abs()));
        let first = l.iter().copied().find(|c| c.abs() > (1.0 - ROUNDING) * most).unwrap_or(1.0);
        l.iter_mut().for_each(|c| *c /= first);
        let named = membrane.states().iter().zip(&l).filter(|(_, c)| **c != 0.0);
        Law {
            terms: named.map(|(s, &c)| (name(s), c)).collect(),
            value: dot(&l, &conserving(membrane, p, y0)),
            coefficients: l,
            redundant,
        }
    };
    reduced.into_iter().map(law).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The state with V A/A_start in the place of V.
fn conserving(membrane: &Membrane, p: &[f64], y: &[f64]) -> Vec<f64> {
    let mut y = y.to_vec();
    if let Some((area, ..)) = membrane.area_ratio(p, &y) {
        y[0] *= area;
    }
    y
}

impl Law {
    /// Its value at the state `y`.
    pub(super) fn at(&self, membrane: &Membrane, p: &[f64], y: &[f64]) -> f64 {
        dot(&self.coefficients, &conserving(membrane, p, y))
    }

    /// The derivative of its value by every state.
    pub(super) fn gradient(&self, membrane: &Membrane, p: &[f64], y: &[f64]) -> Vec<f64> {
        let mut gradient = self.coefficients.clone();
        if let Some((area, slope, volume)) = membrane.area_ratio(p, y) {
            gradient[volume] += gradient[0] * slope * y[0];
            gradient[0] *= area;
        }
        gradient
    }
}

/// f at `count` states around `y0`, one a column.
fn sample(
    membrane: &Membrane,
    p: &[f64],
    y0: &[f64],
    coordinates: &Coordinates,
    count: usize,
) -> DMatrix<f64> {
    let n = membrane.n_states();
    let mut work = vec![0.0; membrane.work_len()];
    membrane.prepare(0.0, p, &mut work);
    let mut rates = DMatrix::zeros(n, count);
    let u0 = coordinates.measure(y0);
    for k in 0..count {
        let shift = |(i, &u): (usize, &f64)| {
            let x = uniform((k * n + i) as u64);
            // Voltage by 40 mV, concentrations by a factor 2 either way, gates anywhere.
            if i == 0 {
                u + 3.2 * (x - 0.5)
            } else if coordinates.is_logarithm(i) {
                u + 1.4 * (x - 0.5)
            } else {
                x
            }
        };
        let u: Vec<f64> = u0.iter().enumerate().map(shift).collect();
        let mut f = vec![0.0; n];
        let y = coordinates.state(&u);
        membrane.eval(0.0, &y, &mut work, &mut f);
        if let Some((area, slope, volume)) = membrane.area_ratio(p, &y) {
            f[0] = area * f[0] + y[0] * slope * f[volume];
        }
        // Where a rate is no number nothing is learned: the column stays zero.
        if f.iter().all(|x| x.is_finite()) {
            rates.column_mut(k).copy_from_slice(&f);
        }
    }
    rates
}

/// Gauss-Jordan elimination with full pivoting: each row alone in its pivot column, and few terms a row.
fn reduce(mut rows: Vec<Vec<f64>>) -> Vec<(Vec<f64>, usize)> {
    let mut pivots: Vec<usize> = Vec::new();
    for k in 0..rows.len() {
        let candidates = (k..rows.len()).flat_map(|r| (0..rows[r].len()).map(move |c| (r, c)));
        let largest = candidates.max_by(|a, b| rows[a.0][a.1].abs().total_cmp(&rows[b.0][b.1].abs()));
        let Some((r, c)) = largest else { break };
        rows.swap(k, r);
        let pivot = rows[k][c];
        rows[k].iter_mut().for_each(|x| *x /= pivot);
        let own = rows[k].clone();
        for (i, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != k) {
            debug_assert!(i != k);
            let factor = row[c];
            row.iter_mut().zip(&own).for_each(|(x, o)| *x -= factor * o);
        }
        pivots.push(c);
    }
    for row in &mut rows {
        row.iter_mut().filter(|x| x.abs() < ROUNDING).for_each(|x| *x = 0.0);
    }
    rows.into_iter().zip(pivots).collect()
}
