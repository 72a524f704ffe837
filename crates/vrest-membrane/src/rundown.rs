//! The clock of a dying cell: what happens after its pumps stop.
//!
//! The block itself moves the voltage at once, by what the pump current held (milliseconds); then the gradients run
//! down, over minutes and hours, towards an equilibrium in which no current flows: the one that Donnan described,
//! where something inside cannot leave. With a fixed volume its voltage follows from electroneutrality alone,
//! and the run is compared with that.

use crate::living::{self, LivingState, LivingStates, Settings, living_from, parameters_at};
use crate::membrane::Membrane;
use crate::rest::{RestError, resting_potential};
use serde::Serialize;
use thiserror::Error;
use vrest_ode::{Method, Options, Output, SolveError, VectorField, solve};

/// Times in a run.
const TIMES: usize = 600;
/// The first of them, ms.
const FIRST: f64 = 0.1;
/// A run that settles is followed for this many times the time it takes.
const BEYOND: f64 = 3.0;
/// A run that does not is followed for a week, ms.
const WEEK: f64 = 6.048e8;

/// Why there is no rundown.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RundownError {
    /// No concentration moves.
    #[error("the concentrations of `{cell}` are clamped: nothing can run down")]
    Clamped {
        /// The cell.
        cell: String,
    },
    /// There is nothing to block.
    #[error("`{cell}` has no pump to block")]
    NoPump {
        /// The cell.
        cell: String,
    },
    /// There is no rest to begin with.
    #[error(transparent)]
    Rest(#[from] RestError),
    /// The run ended early.
    #[error("the run without pumps ended early: {0}")]
    Solve(#[from] SolveError),
}

impl RundownError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            RundownError::Clamped { .. } => Some(
                "let them move: a table `[geometry]` with `shape = \"sphere\"` and `diameter = \"20 um\"`, and `dynamic = \"inside\"` in each table of an ion",
            ),
            RundownError::NoPump { .. } => Some("`vrest list mechanisms` shows the pumps"),
            RundownError::Rest(error) => Some(error.hint()),
            RundownError::Solve(error) => error.hint(),
        }
    }
}

/// When a voltage is crossed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Crossing {
    /// mV.
    pub v: f64,
    /// ms after the block; none where it never is.
    pub after: Option<f64>,
}

/// The equilibrium that electroneutrality and a fixed volume demand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Donnan {
    /// mV.
    pub v: f64,
    /// Concentrations inside, mM.
    pub inside: Vec<(String, f64)>,
}

/// What a cell does without its pumps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rundown {
    /// Whether it begins in the living steady state that the cell settles in; else as the cell file says.
    pub from_living_state: bool,
    /// The voltage before the block, mV.
    pub v_before: f64,
    /// The voltage that the block itself leads to, before any gradient has run down, mV.
    pub v_blocked: f64,
    /// When -50 and -20 mV are crossed.
    pub crossings: Vec<Crossing>,
    /// Volume at the end over volume before, where the volume moves.
    pub swelling: Option<f64>,
    /// Steady states without the pumps, and where the cell goes.
    pub after: LivingStates,
    /// The closed form, where it applies.
    pub donnan: Option<Donnan>,
    /// Times, ms after the block, evenly spaced in their logarithm.
    pub t: Vec<f64>,
    /// Every state at these times, then the concentrations behind amounts.
    pub states: Vec<Column>,
}

/// One state over the times of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// The state.
    pub name: String,
    /// Its unit.
    pub unit: &'static str,
    /// One value a time.
    pub values: Vec<f64>,
}

impl Rundown {
    /// The steady state that the cell ends in.
    pub fn end(&self) -> Option<&LivingState> {
        self.after.reached()
    }
}

/// Blocks every pump of `membrane` and follows it to the end.
///
/// # Errors
/// See [`RundownError`].
pub fn rundown(membrane: &Membrane, p: &[f64], settings: &Settings) -> Result<Rundown, RundownError> {
    let cell = || membrane.name().to_string();
    if membrane.moving_states() == 0 {
        return Err(RundownError::Clamped { cell: cell() });
    }
    let blocked = membrane.with_pumps_blocked(p);
    if blocked == p {
        return Err(RundownError::NoPump { cell: cell() });
    }
    let mut start = vec![0.0; membrane.n_states()];
    membrane.state_at(resting_potential(membrane, p)?, p, &mut start);
    let alive = living_from(membrane, p, &start, settings);
    let home = alive.reached().filter(|s| !s.equilibrium);
    if let Some(state) = home {
        start = state.values.iter().take(start.len()).map(|v| v.value).collect();
    }
    let after = living_from(membrane, &blocked, &start, settings);
    let end = match after.fate {
        living::Fate::Settles { after, .. } => (BEYOND * after).max(1e3),
        living::Fate::Empties { after, .. } => 0.999 * after,
        living::Fate::Drifts { .. } | living::Fate::Unsettled { .. } => WEEK,
    };
    let run = Run { membrane, p: &blocked };
    let growth = (end / FIRST).powf(1.0 / (TIMES - 1) as f64);
    let mut t: Vec<f64> = (0..TIMES).map(|k| FIRST * growth.powi(k as i32)).collect();
    t[TIMES - 1] = end;
    let y = run.at(&start, 0.0, &t)?;
    let crossings = [-50.0, -20.0].map(|v| Crossing { v, after: run.crossing(&t, &y, &start, v) });
    let rows: Vec<Vec<f64>> =
        y.iter().map(|row| row.iter().copied().chain(membrane.observe(&blocked, row)).collect()).collect();
    let named = membrane.states().iter().cloned().chain(membrane.observed());
    let states = named.enumerate().map(|(i, s)| Column {
        unit: s.dimension.unit(),
        values: rows.iter().map(|row| row[i]).collect(),
        name: s.name,
    });
    let volume = membrane.states().iter().position(|s| s.name.contains("volume"));
    let last = after.reached().map(|s| s.values.iter().map(|v| v.value).collect());
    let last = last.unwrap_or_else(|| y[TIMES - 1].clone());
    Ok(Rundown {
        from_living_state: home.is_some(),
        v_before: start[0],
        v_blocked: blocked_at_once(membrane, &blocked, &start),
        crossings: crossings.to_vec(),
        swelling: volume.map(|i| last[i] / start[i]),
        donnan: donnan(membrane, &blocked, &start, &after),
        after,
        t,
        states: states.collect(),
    })
}

/// The stable voltage at the concentrations of `start`, pumps blocked.
fn blocked_at_once(membrane: &Membrane, blocked: &[f64], start: &[f64]) -> f64 {
    let there = parameters_at(membrane, blocked, start);
    crate::rest::nearest_rest(membrane, &there, start[0]).unwrap_or(start[0])
}

struct Run<'a> {
    membrane: &'a Membrane,
    p: &'a [f64],
}

impl Run<'_> {
    /// The states at `times`, from `start` at time `t0`.
    fn at(&self, start: &[f64], t0: f64, times: &[f64]) -> Result<Vec<Vec<f64>>, SolveError> {
        let options =
            Options { method: Method::Stiff, max_steps: 200_000, ..Options::with_tolerance(1e-7, 1e-9) };
        let end = times.last().copied().unwrap_or(t0);
        let solution = solve(self.membrane, self.p, start, t0, end, Output::At(times), &options)?;
        Ok((0..times.len()).map(|k| solution.row(k).to_vec()).collect())
    }

    /// When the voltage first passes `v`: the interval found is looked at more and more closely.
    fn crossing(&self, t: &[f64], y: &[Vec<f64>], start: &[f64], v: f64) -> Option<f64> {
        const CLOSER: usize = 32;
        let (mut t0, mut from) = (0.0, start.to_vec());
        let (mut t, mut y) = (t.to_vec(), y.to_vec());
        for _ in 0..3 {
            let side = |x: f64| x > v;
            let k = y.iter().position(|row| side(row[0]) != side(from[0]))?;
            let (begin, state) = if k == 0 { (t0, from.clone()) } else { (t[k - 1], y[k - 1].clone()) };
            let end = t[k];
            (t0, from) = (begin, state);
            t = (1..=CLOSER).map(|i| t0 + (end - t0) * i as f64 / CLOSER as f64).collect();
            y = self.at(&from, t0, &t).ok()?;
        }
        let k = y.iter().position(|row| (row[0] > v) != (from[0] > v))?;
        let (before, v0) = if k == 0 { (t0, from[0]) } else { (t[k - 1], y[k - 1][0]) };
        Some(before + (t[k] - before) * (v - v0) / (y[k][0] - v0))
    }
}

/// The equilibrium in closed form: every moving ion at its Nernst equilibrium, the charge inside unchanged.
/// It applies where charge is all that is conserved (clamped outside, fixed volume, every current moves its ion).
fn donnan(membrane: &Membrane, p: &[f64], start: &[f64], after: &LivingStates) -> Option<Donnan> {
    let [law] = &after.conserved[..] else { return None };
    let names: Vec<&str> = membrane.ion_names().collect();
    let (_, rt_f, _) = membrane.surroundings(p);
    let state = |name: &str| membrane.states().iter().position(|s| s.name == name);
    let coefficient = |name: &str| law.terms.iter().find(|t| t.0 == name).map(|t| t.1);
    let capacity = coefficient("V")?;
    let mut ions = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let inside = format!("ions.{name}.inside");
        let Some(at) = state(&inside) else { continue };
        let level = membrane.ion_level(p, i);
        let [_, outside] = level.concentrations?;
        ions.push((*name, coefficient(&inside)?, level.z, outside, start[at]));
    }
    // Nothing else may take part: a volume, a concentration outside, a gate.
    if law.terms.len() != ions.len() + 1 || membrane.moving_states() != ions.len() {
        return None;
    }
    let inside = |z: f64, outside: f64, v: f64| outside * (-z * v / rt_f).exp();
    let law_at =
        |v: f64| capacity * v + ions.iter().map(|(_, c, z, out, _)| c * inside(*z, *out, v)).sum::<f64>();
    let target = capacity * start[0] + ions.iter().map(|(_, c, _, _, now)| c * now).sum::<f64>();
    // The sum is monotone in V, because coefficients are in proportion to valences: bisection cannot fail.
    let (mut low, mut high) = (-500.0, 500.0);
    let rises = law_at(high) > law_at(low);
    if (law_at(low) - target).signum() == (law_at(high) - target).signum() {
        return None;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if (law_at(middle) > target) == rises { high = middle } else { low = middle }
    }
    let v = 0.5 * (low + high);
    let inside = ions.iter().map(|(name, _, z, out, _)| (name.to_string(), inside(*z, *out, v)));
    Some(Donnan { v, inside: inside.collect() })
}
