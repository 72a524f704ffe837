//! Numbers that a cell file writes as `"balance"`: solved so that every ion's net current vanishes at the stated
//! voltage. Concentrations then stay where they are, which no hand-picked pump strength achieves.

use crate::cell::{Balance, Cell, Draft, Level, Unsolved};
use crate::membrane::Membrane;
use crate::problem::{Fault, Problem};
use nalgebra::{DMatrix, DVector};
use vrest_ode::Dual;

type D = Dual<f64, 1>;

/// Net currents count as zero below this fraction of the currents that cancel.
const CLOSED: f64 = 1e-13;

/// Solves the numbers that are still open.
pub(crate) fn solve(draft: Draft) -> Result<Cell, Vec<Problem>> {
    let Draft { mut cell, unsolved, balance } = draft;
    let Some(balance) = balance.filter(|_| !unsolved.is_empty()) else { return Ok(cell) };
    let rt_f = cell.rt_over_f.unwrap_or(crate::constants::rt_over_f(cell.temperature));
    for u in &unsolved {
        let start = starting_guess(&cell, &u.path, balance.v_rest, rt_f);
        cell.set(&u.path, start);
    }
    let membrane = Membrane::compile(&cell);
    let balanced = balanced_ions(&membrane, &balance);
    let names: Vec<&str> = balanced.iter().map(|&i| cell.ions[i].name.as_str()).collect();
    if balanced.len() != unsolved.len() {
        let message = format!(
            "{} ion{} ({}) must be in balance, but {} number{} written `balance`",
            balanced.len(),
            if balanced.len() == 1 { "" } else { "s" },
            names.join(", "),
            unsolved.len(),
            if unsolved.len() == 1 { " is" } else { "s are" },
        );
        let hint = Some("write as many numbers `balance` as ions carry current, or list the ions to balance: `ions = [\"K\", \"Na\"]`".into());
        return Err(vec![Problem::error(balance.span.clone(), Fault::Inconsistent { message, hint })]);
    }
    let indices: Vec<usize> = unsolved.iter().filter_map(|u| membrane.index(&u.path)).collect();
    let Some(solution) = newton(&membrane, &balanced, &indices, balance.v_rest) else {
        return Err(vec![no_solution(&balance, &unsolved, None)]);
    };
    for (u, (&index, value)) in unsolved.iter().zip(indices.iter().zip(solution)) {
        let info = &membrane.params()[index];
        if !info.spec.allows(value) {
            return Err(vec![no_solution(&balance, std::slice::from_ref(u), Some((value, info.unit())))]);
        }
        cell.set(&u.path, value);
        cell.balanced.push(u.path.clone());
    }
    Ok(cell)
}

fn no_solution(balance: &Balance, unsolved: &[Unsolved], would_be: Option<(f64, &str)>) -> Problem {
    let paths: Vec<String> = unsolved.iter().map(|u| format!("`{}`", u.path)).collect();
    let why = match would_be {
        Some((value, unit)) => format!(": it would have to be {value:.6} {unit}"),
        None => String::new(),
    };
    let message = format!("no value of {} balances the ions at {} mV{why}", paths.join(", "), balance.v_rest);
    let hint = Some("is `v_rest` between the equilibrium potentials of the leaks?".into());
    let span = unsolved.first().map_or(balance.span.clone(), |u| u.span.clone());
    Problem::error(span, Fault::Inconsistent { message, hint })
}

/// A concentration starts in passive equilibrium (exact for an ion with leaks only); anything else at its default.
fn starting_guess(cell: &Cell, path: &str, v: f64, rt_f: f64) -> f64 {
    for ion in &cell.ions {
        let Level::Concentrations { inside, outside, .. } = ion.level else { continue };
        let factor = (ion.valence * v / rt_f).exp();
        if path == format!("ions.{}.inside", ion.name) {
            return outside / factor;
        }
        if path == format!("ions.{}.outside", ion.name) {
            return inside * factor;
        }
    }
    let number = cell.numbers().into_iter().find(|n| n.path == path);
    number.map(|n| n.value).filter(|x| x.is_finite() && *x != 0.0).unwrap_or(1.0)
}

/// The ions named in the table, or all that some mechanism carries.
fn balanced_ions(membrane: &Membrane, balance: &Balance) -> Vec<usize> {
    if let Some(ions) = &balance.ions {
        return ions.clone();
    }
    let mut carried: Vec<usize> = membrane.carried_ions().collect();
    carried.sort_unstable();
    carried.dedup();
    carried
}

/// Net current of each balanced ion and the sum of the magnitudes that cancel in it.
fn residual(membrane: &Membrane, ions: &[usize], v: f64, p: &[D]) -> (Vec<D>, f64) {
    let mut y = vec![D::constant(0.0); membrane.states().len()];
    membrane.state_at(D::constant(v), p, &mut y);
    let mut net = vec![D::constant(0.0); ions.len()];
    let mut scale: f64 = 0.0;
    membrane.each_current(p, &y, |ion, current| {
        if let Some(row) = ions.iter().position(|i| Some(*i) == ion) {
            net[row] += current;
            scale = scale.max(current.re.abs());
        }
    });
    (net, scale)
}

/// Newton with exact derivatives, one column at a time; a step is halved until it reduces the residual.
fn newton(membrane: &Membrane, ions: &[usize], unknown: &[usize], v: f64) -> Option<Vec<f64>> {
    const MOST: usize = 100;
    let n = unknown.len();
    let mut p = membrane.defaults();
    let at = |p: &[f64], seed: Option<usize>| {
        let lift = |(i, &x): (usize, &f64)| if Some(i) == seed { D::variable(x, 0) } else { D::constant(x) };
        residual(membrane, ions, v, &p.iter().enumerate().map(lift).collect::<Vec<_>>())
    };
    let norm = |r: &[D]| r.iter().map(|x| x.re.abs()).fold(0.0, f64::max);
    for _ in 0..MOST {
        let (now, scale) = at(&p, None);
        let size = norm(&now);
        if size <= CLOSED * scale {
            break;
        }
        let mut jacobian = DMatrix::zeros(n, n);
        for (j, &seed) in unknown.iter().enumerate() {
            let (column, _) = at(&p, Some(seed));
            for i in 0..n {
                jacobian[(i, j)] = column[i].eps[0];
            }
        }
        let step = jacobian.lu().solve(&DVector::from_iterator(n, now.iter().map(|x| x.re)))?;
        let halvings = (0..40).map(|i| 0.5f64.powi(i));
        let better = halvings.into_iter().find_map(|fraction| {
            let mut tried = p.clone();
            for (j, &i) in unknown.iter().enumerate() {
                tried[i] -= fraction * step[j];
            }
            (norm(&at(&tried, None).0) < size).then_some(tried)
        });
        match better {
            Some(tried) => p = tried,
            // Nothing reduces the residual further: it is rounding, or there is no solution.
            None if size <= 1e3 * CLOSED * scale => break,
            None => return None,
        }
    }
    let (end, scale) = at(&p, None);
    (norm(&end) <= 1e3 * CLOSED * scale).then(|| unknown.iter().map(|&i| p[i]).collect())
}
