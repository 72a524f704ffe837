//! What the textbook formulas would say of this cell, beside the solved value.

use crate::equilibrium::{GhkIon, chord_potential, ghk_potential, permeability_from_slope};
use crate::mechanism::Class;
use crate::membrane::{CurrentPart, Membrane};

/// The passive conductance of one ion.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passive {
    /// Slope at the ion's equilibrium potential with gates as at rest, mS/cm2.
    pub g: f64,
    /// The permeability with that slope, cm/s; none where concentrations are not known.
    pub p: Option<f64>,
}

fn is_passive(part: &CurrentPart) -> bool {
    matches!(part.class, Class::Leak | Class::Channel)
}

/// The passive conductance of ion number `ion`, at the gates of the state `y`.
pub(super) fn passive(membrane: &Membrane, p: &[f64], y: &[f64], ion: usize) -> Passive {
    let level = membrane.ion_level(p, ion);
    let mut there = y.to_vec();
    there[0] = level.nernst;
    let parts = membrane.currents(p, &there);
    let g = parts.iter().filter(|c| is_passive(c) && c.ion == Some(ion)).map(|c| c.slope).sum();
    let p = level
        .concentrations
        .filter(|_| level.z != 0.0)
        .map(|[inside, outside]| permeability_from_slope(g, level.z, inside, outside, level.rt_f));
    Passive { g, p }
}

/// The GHK voltage, where the permeable ions are monovalent with known concentrations; without any pump.
pub(super) fn ghk(membrane: &Membrane, p: &[f64], passives: &[Passive]) -> Option<f64> {
    let mut ions = Vec::new();
    for (i, passive) in passives.iter().enumerate().filter(|(_, x)| x.g > 0.0) {
        let level = membrane.ion_level(p, i);
        let [inside, outside] = level.concentrations?;
        if level.z.abs() != 1.0 {
            return None;
        }
        ions.push(GhkIon { permeability: passive.p?, z: level.z, inside, outside });
    }
    let rt_f = membrane.ion_level(p, 0).rt_f;
    (!ions.is_empty()).then(|| ghk_potential(&ions, rt_f))
}

/// The chord-conductance voltage: each ion's slope at its own equilibrium, pumps and other currents as at rest.
pub(super) fn chord(
    membrane: &Membrane,
    p: &[f64],
    v: f64,
    parts: &[CurrentPart],
    passives: &[Passive],
) -> Option<f64> {
    let mut conductances: Vec<(f64, f64)> = passives
        .iter()
        .enumerate()
        .filter(|(_, x)| x.g > 0.0)
        .map(|(i, x)| (x.g, membrane.ion_level(p, i).nernst))
        .collect();
    let mut constant = 0.0;
    for part in parts.iter().filter(|c| !is_passive(c) || c.ion.is_none()) {
        if is_passive(part) && part.slope > 0.0 {
            // A leak without an ion has its own reversal potential.
            conductances.push((part.slope, v - part.current / part.slope));
        } else {
            constant += part.current;
        }
    }
    (!conductances.is_empty()).then(|| chord_potential(&conductances, constant))
}
