//! Steady states of the whole cell, concentrations included: where it could live, and where it goes from its start.
//!
//! A membrane whose ions move has f(y) = 0 to solve in voltage, gates and concentrations at once. Such systems conserve
//! something (charge, or the amount of an ion in a closed space), so that f = 0 alone has whole families of solutions
//! and a singular Jacobian. The conserved quantities are found first (`laws`), their values at the start replace
//! as many equations, and damped Newton iterations with exact Jacobians run from many starts, among them the end of a
//! long integration, which also says where the cell goes by itself.
//!
//! Unlike the rests at clamped concentrations the list is not proved complete: the certificate says what was tried.

mod coordinates;
mod fate;
mod laws;
mod newton;
mod stability;
mod starts;

pub use fate::Fate;
pub use laws::Law;

use crate::mechanism::Class;
use crate::membrane::Membrane;
use crate::rest::{RestError, resting_potential};
use coordinates::Coordinates;
use newton::{Found, Problem};
use serde::Serialize;
use vrest_ode::VectorField;

/// What the search may do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// A Newton correction below this ends the iteration, relative (voltage in units of 25 mV).
    pub tolerance: f64,
    /// Random starts beside the planned ones.
    pub random_starts: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { tolerance: 1e-10, random_starts: 16 }
    }
}

/// A named number of a state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StateValue {
    /// `V`, `hh_na.m`, `ions.K.inside`, ...
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
}

/// One steady state of the whole cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LivingState {
    /// Membrane potential, mV.
    pub v: f64,
    /// Every state of the cell, then the concentrations behind amounts.
    pub values: Vec<StateValue>,
    /// Equilibrium potential of every charged ion, mV.
    pub nernst: Vec<(String, f64)>,
    /// Whether no current of any kind flows: an equilibrium (of Donnan, where something cannot leave), not a life.
    pub equilibrium: bool,
    /// Whether a small displacement that keeps what is conserved dies out.
    pub stable: bool,
    /// Eigenvalues (real, imaginary) on what conservation leaves free, 1/ms, slowest first.
    pub eigenvalues: Vec<[f64; 2]>,
    /// Slowest time constant, ms; none where something grows.
    pub slowest: Option<f64>,
    /// Largest relative rate of change left, 1/ms (voltage in units of 25 mV).
    pub residual: f64,
    /// The last Newton correction, relative: the error of the state.
    pub correction: f64,
    /// Condition number of the Newton matrix, rows equilibrated.
    pub condition: f64,
    /// How many starts lead here.
    pub starts: usize,
}

/// What was done to find them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchReport {
    /// How.
    pub method: &'static str,
    /// Starts tried.
    pub starts: usize,
    /// Starts from which Newton's method converged.
    pub converged: usize,
    /// The tolerance of a correction.
    pub tolerance: f64,
    /// Always false: many starts prove nothing about their number.
    pub complete: bool,
}

/// All steady states found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LivingStates {
    /// From hyperpolarised to depolarised.
    pub states: Vec<LivingState>,
    /// What the cell cannot change.
    pub conserved: Vec<Law>,
    /// Where the cell goes from the concentrations of its file.
    pub fate: Fate,
    /// What was tried.
    pub search: SearchReport,
}

impl LivingStates {
    /// The state that the cell reaches from its start.
    pub fn reached(&self) -> Option<&LivingState> {
        match self.fate {
            Fate::Settles { state, .. } => self.states.get(state),
            _ => None,
        }
    }
}

/// Finds the steady states of `membrane` with the conserved quantities that its start has. None where no
/// concentration moves.
///
/// # Errors
/// Where the membrane has no rest to start from.
pub fn living(
    membrane: &Membrane,
    p: &[f64],
    settings: &Settings,
) -> Result<Option<LivingStates>, RestError> {
    if membrane.moving_states() == 0 {
        return Ok(None);
    }
    let v = resting_potential(membrane, p)?;
    let mut y0 = vec![0.0; membrane.n_states()];
    membrane.state_at(v, p, &mut y0);
    Ok(Some(living_from(membrane, p, &y0, settings)))
}

/// The same with what the state `y0` conserves, and from there.
pub fn living_from(membrane: &Membrane, p: &[f64], y0: &[f64], settings: &Settings) -> LivingStates {
    let coordinates = Coordinates::of(membrane);
    let conserved = laws::find(membrane, p, y0, &coordinates);
    let problem = Problem::new(membrane, p, y0, &coordinates, &conserved);
    let journey = fate::travel(membrane, p, y0, &coordinates);
    let starts = starts::all(membrane, p, y0, &journey.end, &coordinates, settings.random_starts);
    let mut found: Vec<(Found, usize)> = Vec::new();
    let mut converged = 0;
    for start in &starts {
        let Some(one) = newton::solve(&problem, start, settings.tolerance) else { continue };
        converged += 1;
        match found.iter_mut().find(|(known, _)| coordinates::distance(&known.u, &one.u) < 1e-5) {
            Some((_, count)) => *count += 1,
            None => found.push((one, 1)),
        }
    }
    found.sort_by(|a, b| a.0.u[0].total_cmp(&b.0.u[0]));
    let fate = journey.verdict(membrane, p, &coordinates, &found);
    LivingStates {
        states: found.into_iter().map(|(one, starts)| describe(&problem, one, starts)).collect(),
        conserved,
        fate,
        search: SearchReport {
            method: "damped Newton in logarithms of concentrations with exact Jacobians, conserved quantities held, \
                     from planned and random starts and the end of a long integration",
            starts: starts.len(),
            converged,
            tolerance: settings.tolerance,
            complete: false,
        },
    }
}

/// The parameters with the concentrations of the state `y` as starting values: the cell as it is there.
pub fn parameters_at(membrane: &Membrane, p: &[f64], y: &[f64]) -> Vec<f64> {
    let mut there = p.to_vec();
    let states = membrane.states().iter().zip(y.iter().copied());
    let behind_amounts = membrane.observed();
    for (state, value) in states.chain(behind_amounts.iter().zip(membrane.observe(p, y))) {
        if let Some(i) = membrane.index(&state.name) {
            there[i] = value;
        }
    }
    there
}

fn describe(problem: &Problem<'_>, found: Found, starts: usize) -> LivingState {
    let (membrane, p) = (problem.membrane, problem.p);
    let y = problem.coordinates.state(&found.u);
    let there = parameters_at(membrane, p, &y);
    let names: Vec<&str> = membrane.ion_names().collect();
    let nernst = names.iter().enumerate().filter_map(|(i, name)| {
        let level = membrane.ion_level(&there, i);
        (level.z != 0.0).then(|| (name.to_string(), level.nernst))
    });
    let eigenvalues = stability::eigenvalues(problem, &y);
    let stable = eigenvalues.iter().all(|l| l[0] < 0.0);
    LivingState {
        v: y[0],
        values: membrane
            .states()
            .iter()
            .chain(&membrane.observed())
            .zip(y.iter().copied().chain(membrane.observe(p, &y)))
            .map(|(s, value)| StateValue { name: s.name.clone(), value, unit: s.dimension.unit() })
            .collect(),
        nernst: nernst.collect(),
        equilibrium: is_equilibrium(membrane, p, &y),
        stable,
        slowest: eigenvalues.first().filter(|_| stable).map(|l| -1.0 / l[0]),
        eigenvalues,
        residual: problem.relative_rate(&y),
        correction: found.correction,
        condition: found.condition,
        starts,
    }
}

/// Whether every single current vanishes, measured by what 1 mV would drive.
fn is_equilibrium(membrane: &Membrane, p: &[f64], y: &[f64]) -> bool {
    let parts = membrane.currents(p, y);
    let conductance: f64 = parts.iter().filter(|c| c.class != Class::Pump).map(|c| c.slope.abs()).sum();
    parts.iter().all(|c| c.current.abs() <= 1e-6 * conductance)
}
