//! What an electrophysiologist calls the cell by: rest, resistance, capacitance and time constant of the whole
//! cell, with errors by the delta method and exact derivatives.

use super::Model;
use super::report::{Fit, Z};
use serde::Serialize;
use vrest_membrane::{Membrane, resting_potential};
use vrest_ode::{Dual, Real, VectorField, steady_sensitivity};

/// A number that follows from the parameters.
#[derive(Debug, Clone, Serialize)]
pub struct Derived {
    /// What.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Its value.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// 95 % interval.
    pub interval: [f64; 2],
}

type D = Dual<f64, 1>;

/// Rest, input resistance at rest, capacitance and their product; nothing where the fitted cell has no rest.
pub fn of(model: &Model, fit: &Fit) -> Vec<Derived> {
    let Some(membrane) = model.body.membrane() else { return vec![] };
    let n_own = membrane.n_params();
    let p = &fit.p[..n_own];
    let Ok(v) = resting_potential(membrane, p) else { return vec![] };
    let own: Vec<(usize, usize)> =
        fit.free.iter().enumerate().filter(|(_, f)| f.index < n_own).map(|(j, f)| (j, f.index)).collect();
    let indices: Vec<usize> = own.iter().map(|o| o.1).collect();
    let y = {
        let mut y = vec![0.0; membrane.n_states()];
        membrane.state_at(v, p, &mut y);
        y
    };
    let Ok(dy) = steady_sensitivity(membrane, 0.0, &y, p, &indices) else { return vec![] };
    // Gradients by the optimiser's numbers.
    let names = [("V_rest", "mV"), ("R_in", "Mohm"), ("C_m", "pF"), ("tau", "ms")];
    let mut values = [0.0; 4];
    let mut gradients = vec![vec![0.0; fit.free.len()]; 4];
    let at = |seed: Option<usize>, slope: f64| {
        let mut dual: Vec<D> = p.iter().map(|&x| D::constant(x)).collect();
        seed.iter().for_each(|&index| dual[index].eps[0] = 1.0);
        quantities(membrane, &dual, Dual { re: v, eps: [slope] })
    };
    for (k, x) in at(None, 0.0).into_iter().enumerate() {
        values[k] = x.re;
    }
    for ((j, index), &slope) in own.iter().zip(&dy) {
        for (k, x) in at(Some(*index), slope).into_iter().enumerate() {
            gradients[k][*j] = x.eps[0] * fit.free[*j].transform.slope(p[*index]);
        }
    }
    names
        .into_iter()
        .enumerate()
        .map(|(k, (name, unit))| {
            let g = nalgebra::DVector::from_vec(gradients[k].clone());
            let se = (g.transpose() * &fit.covariance * &g)[(0, 0)].max(0.0).sqrt();
            let value = values[k];
            Derived { name, unit, value, se, interval: [value - Z * se, value + Z * se] }
        })
        .collect()
}

/// Rest (mV), input resistance (Mohm), capacitance (pF) and time constant (ms).
fn quantities(membrane: &Membrane, p: &[D], rest: D) -> [D; 4] {
    type Outer = Dual<D, 1>;
    let outer: Vec<Outer> = p.iter().map(|&x| Outer::constant(x)).collect();
    let mut work = vec![Outer::constant(D::zero()); membrane.work_len()];
    membrane.prepare_from(&outer, &mut work);
    // dI/dV with all gates at their steady state, mS/cm2.
    let slope = membrane.steady_current(Outer::variable(rest, 0), &work).eps[0];
    let area = membrane.area(p).unwrap_or(D::constant(f64::NAN));
    let capacitance = p[membrane.index("capacitance").unwrap_or(0)];
    // mS/cm2 um2 = 1e-8 mS = 1e-5 uS; 1/uS = Mohm. uF/cm2 um2 = 1e-8 uF = 0.01 pF.
    let r = D::constant(1e5) / (slope * area);
    let c = capacitance * area * 0.01;
    [rest, r, c, r * c * 1e-3]
}
