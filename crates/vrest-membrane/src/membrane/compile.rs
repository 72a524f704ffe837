//! From the description to flat indices.

use super::{Compiled, CompiledIon, CompiledLevel, Layout, Membrane, Moving, ParamsAt, StateInfo, slot};
use crate::cell::{Cell, Level};
use crate::mechanism::{ION_STRIDE, SlotRef};
use crate::units::Dimension;

impl Membrane {
    /// Compiles `cell`. What the parser accepted compiles.
    pub fn compile(cell: &Cell) -> Membrane {
        let params = cell.numbers();
        let mut states = vec![StateInfo { name: "V".into(), dimension: Dimension::Voltage }];

        // The parameter vector is laid out as `Cell::numbers` lists it; this cursor walks along.
        let mut next = 0;
        let mut take = |n: usize| {
            let at = next;
            next += n;
            at
        };
        let at = ParamsAt {
            temperature: take(1),
            rt_over_f: cell.rt_over_f.map(|_| take(1)),
            capacitance: take(1),
            geometry: {
                let n = cell.geometry.as_ref().map_or(0, |g| g.params.len());
                let start = take(n);
                start..start + n
            },
        };
        let ion_params: Vec<usize> = cell
            .ions
            .iter()
            .map(|ion| match ion.level {
                Level::Concentrations { .. } => take(2),
                Level::Fixed { .. } => take(1),
            })
            .collect();

        let layout_ions = slot::END;
        let mut k_next = layout_ions + ION_STRIDE * cell.ions.len();
        let mut mechanisms = Vec::new();
        for m in &cell.mechanisms {
            let spec = m.mechanism.spec();
            let start = take(m.params.len());
            let names = m.mechanism.gate_names();
            let gates = states.len()..states.len() + names.len();
            states.extend(names.iter().map(|gate| StateInfo {
                name: format!("{}.{gate}", m.name),
                dimension: Dimension::Dimensionless,
            }));
            let k = k_next..k_next + m.params.len() + m.mechanism.derived();
            k_next = k.end;
            mechanisms.push(Compiled {
                name: m.name.clone(),
                class: spec.class,
                kind: spec.kind,
                mechanism: m.mechanism.clone(),
                slots: m
                    .slots
                    .iter()
                    .map(|&ion| SlotRef { ion, z: ion.map_or(0.0, |i| cell.ions[i].valence) })
                    .collect(),
                totals: Vec::new(),
                params: start..start + m.params.len(),
                gates,
                k,
                folded: spec.affine,
                rebinds: false,
            });
        }

        let (ions, moving) = moving_ions(cell, &ion_params, &mut states);
        let total_of = |ion: Option<usize>| {
            let ion = ion?;
            moving.iter().find(|(i, _)| *i == ion).map(|(_, m)| m.total)
        };
        let n_totals = moving.iter().map(|(_, m)| m.total + 1).max().unwrap_or(0);
        for m in &mut mechanisms {
            m.totals = m.slots.iter().map(|s| total_of(s.ion)).collect();
            m.rebinds = m.totals.iter().any(Option::is_some);
            m.folded &= !m.rebinds;
        }
        let moving: Vec<Moving> = moving.into_iter().map(|(_, m)| m).collect();
        Membrane {
            name: cell.name.clone(),
            affine: moving.is_empty() && mechanisms.iter().all(|m| m.folded),
            params,
            ions,
            mechanisms,
            at,
            shape: cell.geometry.as_ref().map(|g| g.shape),
            positive: moving.iter().map(|m| m.state).collect(),
            moving,
            states,
            layout: Layout { ions: layout_ions, totals: k_next, end: k_next + n_totals },
        }
    }
}

/// Gives each moving concentration a state, and each ion that moves a running total of its current.
fn moving_ions(
    cell: &Cell,
    ion_params: &[usize],
    states: &mut Vec<StateInfo>,
) -> (Vec<CompiledIon>, Vec<(usize, Moving)>) {
    let mut moving = Vec::new();
    let mut totals = 0;
    let ions = cell
        .ions
        .iter()
        .enumerate()
        .map(|(i, ion)| {
            let level = match ion.level {
                Level::Fixed { .. } => CompiledLevel::Fixed { e: ion_params[i] },
                Level::Concentrations { moves_inside, moves_outside, .. } => {
                    let total = totals;
                    totals += usize::from(moves_inside || moves_outside);
                    let mut state = |moves: bool, outside: bool| {
                        moves.then(|| {
                            let side = if outside { "outside" } else { "inside" };
                            let state = states.len();
                            moving.push((i, Moving { state, total, outside, z: ion.valence }));
                            states.push(StateInfo {
                                name: format!("ions.{}.{side}", ion.name),
                                dimension: Dimension::Concentration,
                            });
                            state
                        })
                    };
                    CompiledLevel::Concentrations {
                        inside: ion_params[i],
                        outside: ion_params[i] + 1,
                        state_inside: state(moves_inside, false),
                        state_outside: state(moves_outside, true),
                    }
                }
            };
            CompiledIon { name: ion.name.clone(), z: ion.valence, level }
        })
        .collect();
    (ions, moving)
}
