//! Everything about the rest of a cell in one structure, ready for tables and JSON.

use super::roots::{Certificate, Root, SteadyCurrent};
use super::{RestError, chosen, estimates, nearest_rest, stability};
use crate::constants::MM_PER_MS;
use crate::mechanism::Class;
use crate::membrane::{CurrentPart, Membrane};
use serde::Serialize;

/// One ion at rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IonAtRest {
    /// The name.
    pub name: String,
    /// Signed charge number.
    pub valence: f64,
    /// mM; none for an ion that gives only its equilibrium potential.
    pub inside: Option<f64>,
    /// mM.
    pub outside: Option<f64>,
    /// Equilibrium potential, mV; none for a neutral solute.
    pub nernst: Option<f64>,
    /// Passive conductance (slope at the equilibrium potential, gates as at rest), mS/cm2.
    pub conductance: f64,
    /// The permeability with that slope, cm/s.
    pub permeability: Option<f64>,
    /// Net current of all mechanisms, uA/cm2, outward positive: zero where the ion is in balance.
    pub net_current: f64,
    /// What the net current does to the concentration inside, mM/s; needs the shape of the cell.
    pub drift: Option<f64>,
}

/// One current at rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CurrentAtRest {
    /// The mechanism's name in the cell.
    pub mechanism: String,
    /// Its kind.
    pub kind: &'static str,
    /// Its family.
    pub class: &'static str,
    /// The ion, none where non-specific.
    pub ion: Option<String>,
    /// uA/cm2, outward positive.
    pub current: f64,
}

/// One gate at rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GateAtRest {
    /// Mechanism and gate, as in `hh_na.m`.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Its time constant, ms.
    pub tau: f64,
}

/// What the pumps do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PumpAtRest {
    /// Net pump current, uA/cm2.
    pub current: f64,
    /// V_rest minus the rest with all pumps blocked (same concentrations, gates at their new steady state), mV.
    pub contribution: f64,
    /// The immediate change of voltage when all pumps are blocked (same concentrations, same gates), mV.
    pub jump: f64,
}

/// The rest of a cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RestReport {
    /// The cell's name.
    pub cell: String,
    /// K.
    pub temperature: f64,
    /// RT/F, mV.
    pub rt_over_f: f64,
    /// Resting potential, mV.
    pub v_rest: f64,
    /// Net current left there, uA/cm2.
    pub residual: f64,
    /// The rest lies between these, mV.
    pub bracket: [f64; 2],
    /// Whether a small displacement of voltage and gates dies out.
    pub stable: bool,
    /// Eigenvalues (real, imaginary) of voltage and gates, 1/ms, slowest first.
    pub eigenvalues: Vec<[f64; 2]>,
    /// All rests, from hyperpolarised to depolarised; `v_rest` is one of them.
    pub roots: Vec<Root>,
    /// What has been proved about their number.
    pub certificate: Certificate,
    /// What the GHK equation gives for the passive permeabilities, mV; without pumps.
    pub ghk: Option<f64>,
    /// What the chord-conductance equation gives, mV.
    pub chord: Option<f64>,
    /// Membrane time constant C / (dI/dV at fixed gates), ms.
    pub tau_m: Option<f64>,
    /// dI/dV at fixed gates, mS/cm2.
    pub conductance: f64,
    /// dI/dV with gates at their steady state, mS/cm2: what a long, small step meets.
    pub steady_conductance: f64,
    /// Input resistance per area, 1/`steady_conductance`, kohm cm2.
    pub input_resistance: f64,
    /// Input resistance of the whole cell, Mohm; needs its shape.
    pub input_resistance_cell: Option<f64>,
    /// Capacitance of the whole cell, pF; needs its shape.
    pub capacitance_cell: Option<f64>,
    /// Membrane area, um2; needs the cell's shape.
    pub area: Option<f64>,
    /// The ions.
    pub ions: Vec<IonAtRest>,
    /// The gates.
    pub gates: Vec<GateAtRest>,
    /// Every current.
    pub currents: Vec<CurrentAtRest>,
    /// The pumps, where the cell has any.
    pub pump: Option<PumpAtRest>,
}

impl RestReport {
    /// The quantity that cell files call `key` under `[expected]`.
    pub fn quantity(&self, key: &str) -> Option<f64> {
        match key {
            "v_rest" => Some(self.v_rest),
            "ghk" => self.ghk,
            "chord" => self.chord,
            "tau_m" => self.tau_m,
            "pump" => self.pump.as_ref().map(|p| p.contribution),
            "pump_jump" => self.pump.as_ref().map(|p| p.jump),
            _ => self.ions.iter().find(|i| key.strip_prefix("e_") == Some(&i.name))?.nernst,
        }
    }
}

/// Solves the rest of `membrane` for the parameters `p`, and reports on it.
///
/// # Errors
/// Where a current is not finite, or the net current vanishes nowhere.
pub fn rest(membrane: &Membrane, p: &[f64]) -> Result<RestReport, RestError> {
    let current = SteadyCurrent::new(membrane, p);
    current.check_finite()?;
    let (roots, certificate) = current.roots();
    let root = roots[chosen(&current, &roots)?].clone();
    let v = root.v;
    let mut y = vec![0.0; membrane.states().len()];
    membrane.state_at(v, p, &mut y);
    let parts = membrane.currents(p, &y);
    let names: Vec<&str> = membrane.ion_names().collect();
    let passives: Vec<_> = (0..names.len()).map(|i| estimates::passive(membrane, p, &y, i)).collect();
    let conductance: f64 = parts.iter().map(|c| c.slope).sum();
    let size = membrane.size(p);
    let eigenvalues = stability::eigenvalues(membrane, p, &y);
    let (temperature, rt_over_f, capacitance) = membrane.surroundings(p);
    let ions = names.iter().enumerate().map(|(i, name)| {
        let level = membrane.ion_level(p, i);
        let net_current: f64 = parts.iter().filter(|c| c.ion == Some(i)).map(|c| c.current).sum();
        IonAtRest {
            name: name.to_string(),
            valence: level.z,
            inside: level.concentrations.map(|c| c[0]),
            outside: level.concentrations.map(|c| c[1]),
            nernst: (level.z != 0.0).then_some(level.nernst),
            conductance: passives[i].g,
            permeability: passives[i].p,
            net_current,
            drift: size
                .filter(|_| level.z != 0.0 && level.concentrations.is_some())
                .map(|s| -1e3 * MM_PER_MS * s.area_over_volume * net_current / level.z),
        }
    });
    Ok(RestReport {
        cell: membrane.name().to_string(),
        temperature,
        rt_over_f,
        v_rest: v,
        residual: root.residual,
        bracket: root.bracket,
        stable: eigenvalues.iter().all(|l| l[0] < 0.0),
        eigenvalues,
        certificate,
        ghk: estimates::ghk(membrane, p, &passives),
        chord: estimates::chord(membrane, p, v, &parts, &passives),
        tau_m: (conductance > 0.0).then(|| capacitance / conductance),
        conductance,
        steady_conductance: root.slope,
        input_resistance: 1.0 / root.slope,
        // 1 mS/cm2 over 1 um2 is 1e-11 S.
        input_resistance_cell: size.map(|s| 1e5 / (root.slope * s.area)),
        capacitance_cell: size.map(|s| 1e-2 * capacitance * s.area),
        area: size.map(|s| s.area),
        ions: ions.collect(),
        gates: gates(membrane, p, &y),
        currents: parts.iter().map(|c| named(c, &names)).collect(),
        pump: pump(membrane, p, v, &y, &parts)?,
        roots,
    })
}

fn gates(membrane: &Membrane, p: &[f64], y: &[f64]) -> Vec<GateAtRest> {
    let kinetics = membrane.gate_kinetics(y[0], p);
    let names = membrane.states().iter().skip(1).map(|s| s.name.clone());
    let each = names.zip(y[1..].iter().zip(kinetics));
    each.map(|(name, (&value, g))| GateAtRest { name, value, tau: 1.0 / g.rate }).collect()
}

fn named(part: &CurrentPart, names: &[&str]) -> CurrentAtRest {
    CurrentAtRest {
        mechanism: part.mechanism.clone(),
        kind: part.kind,
        class: part.class.name(),
        ion: part.ion.map(|i| names[i].to_string()),
        current: part.current,
    }
}

/// Blocks all pumps and looks what happens, at once and after the gates have settled.
fn pump(
    membrane: &Membrane,
    p: &[f64],
    v: f64,
    y: &[f64],
    parts: &[CurrentPart],
) -> Result<Option<PumpAtRest>, RestError> {
    if parts.iter().all(|c| c.class != Class::Pump) {
        return Ok(None);
    }
    let blocked = membrane.with_pumps_blocked(p);
    // Of several, the one nearest to where the cell is.
    let contribution = v - nearest_rest(membrane, &blocked, v)?;
    let jump = frozen_root(membrane, &blocked, y) - v;
    let current = parts.iter().filter(|c| c.class == Class::Pump).map(|c| c.current).sum();
    Ok(Some(PumpAtRest { current, contribution, jump }))
}

/// The voltage at which the net current vanishes with gates as in `y`: Newton from there.
fn frozen_root(membrane: &Membrane, p: &[f64], y: &[f64]) -> f64 {
    const MOST: usize = 50;
    let mut y = y.to_vec();
    for _ in 0..MOST {
        let parts = membrane.currents(p, &y);
        let (i, g) = parts.iter().fold((0.0, 0.0), |(i, g), c| (i + c.current, g + c.slope));
        let step = i / g;
        y[0] -= step;
        if step.abs() <= 1e-13 * y[0].abs() || !step.is_finite() {
            break;
        }
    }
    y[0]
}
