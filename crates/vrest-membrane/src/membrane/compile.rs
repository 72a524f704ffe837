//! From the description to flat indices.

use super::{
    Compiled, CompiledIon, CompiledLevel, CompiledWater, Layout, Membrane, Moving, ParamsAt, Place,
    StateInfo, slot,
};
use crate::cell::{Cell, Level};
use crate::mechanism::{ION_STRIDE, Role, SlotRef};
use crate::units::Dimension;

/// Numbers of a shell in the parameter vector.
const POOL_PARAMS: usize = 4;
/// Numbers of a shell in the work vector.
const POOL_STRIDE: usize = 3;

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
                Level::Concentrations { pool, .. } => take(2 + pool.map_or(0, |_| POOL_PARAMS)),
                Level::Fixed { .. } => take(1),
            })
            .collect();

        let impermeant_params = {
            let n = 2 * cell.impermeants.len();
            let start = take(n);
            start..start + n
        };
        let water_params = cell.water.map(|_| take(1));

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
                    .zip(&spec.slots)
                    .map(|(&ion, slot)| SlotRef {
                        ion,
                        z: ion.map_or(0.0, |i| cell.ions[i].valence),
                        role: slot.role(),
                    })
                    .collect(),
                totals: Vec::new(),
                params: start..start + m.params.len(),
                gates,
                k,
                folded: spec.affine,
                rebinds: false,
                tabulated: false,
            });
        }

        let volume = cell.water.map(|_| states.len());
        states.extend(volume.map(|_| StateInfo { name: "volume".into(), dimension: Dimension::Volume }));
        let pools = k_next;
        let (ions, moving) = moving_ions(cell, &ion_params, pools, &mut states);
        let n_pools = moving.iter().filter(|m| matches!(m.place, Place::Pool { .. })).count();
        let totals = pools + POOL_STRIDE * n_pools;
        let total_of = |slot: &SlotRef| {
            let mut of_ion = moving.iter().filter(|m| Some(m.ion) == slot.ion);
            match slot.role {
                Role::Current => of_ion.next().map(|m| m.total),
                Role::Senses => None,
                Role::Outside => of_ion.find_map(|m| match m.place {
                    Place::Outside { removed } => Some(removed),
                    _ => None,
                }),
            }
        };
        for m in &mut mechanisms {
            m.totals = m.slots.iter().map(total_of).collect();
            m.rebinds = m.slots.iter().filter_map(|s| s.ion).any(|i| ions[i].moves);
            m.folded &= !m.rebinds;
        }
        let n_totals = moving.iter().map(Moving::last_total).max().map_or(0, |last| last + 1);
        let water = cell.water.zip(volume).zip(water_params).map(|((water, volume), permeability)| {
            let exponent = cell.geometry.as_ref().map(|g| g.shape.area_exponent());
            CompiledWater {
                volume,
                permeability,
                area_exponent: exponent.filter(|_| water.area_follows),
                closed: moving.iter().any(|m| matches!(m.place, Place::Outside { .. })),
                impermeants: impermeant_params,
                valences: cell.impermeants.iter().map(|x| x.valence).collect(),
            }
        });
        let seconds = totals + n_totals;
        let end = seconds + states.len();
        let positive = volume.into_iter().chain(moving.iter().map(|m| m.state)).collect();
        Membrane {
            name: cell.name.clone(),
            affine: water.is_none() && moving.is_empty() && mechanisms.iter().all(|m| m.folded),
            params,
            ions,
            mechanisms,
            at,
            shape: cell.geometry.as_ref().map(|g| g.shape),
            positive,
            moving,
            water,
            states,
            layout: Layout { ions: layout_ions, totals, seconds, end },
            rates: None,
        }
    }
}

/// Gives each moving concentration or amount a state, and each ion that moves its running totals.
fn moving_ions(
    cell: &Cell,
    ion_params: &[usize],
    pools: usize,
    states: &mut Vec<StateInfo>,
) -> (Vec<CompiledIon>, Vec<Moving>) {
    let (mut moving, mut totals, mut pool_work) = (Vec::new(), 0, pools);
    let mut ions = Vec::new();
    for (i, ion) in cell.ions.iter().enumerate() {
        let name = ion.name.clone();
        let Level::Concentrations { moves_inside, moves_outside, pool, .. } = ion.level else {
            let level = CompiledLevel::Fixed { e: ion_params[i] };
            ions.push(CompiledIon { name, z: ion.valence, level, moves: false });
            continue;
        };
        let share = if ion.valence == 0.0 { 0.0 } else { 1.0 / ion.valence };
        let total = totals;
        totals += usize::from(moves_inside || moves_outside);
        let mut moves = |place: Place, share: f64| {
            let side = if matches!(place, Place::Outside { .. }) { "outside" } else { "inside" };
            let amount = cell.water.is_some() && !matches!(place, Place::Pool { .. });
            let (key, dimension) = match amount {
                true => (format!("amount_{side}"), Dimension::Amount),
                false => (side.to_string(), Dimension::Concentration),
            };
            moving.push(Moving { ion: i, state: states.len(), total, place, share });
            states.push(StateInfo { name: format!("ions.{}.{key}", ion.name), dimension });
        };
        if moves_inside {
            let place = match pool {
                None => Place::Inside,
                Some(_) => Place::Pool { params: ion_params[i] + 2, work: pool_work },
            };
            pool_work += pool.map_or(0, |_| POOL_STRIDE);
            moves(place, -share);
        }
        if moves_outside {
            moves(Place::Outside { removed: totals }, share);
            totals += 1;
        }
        let level = CompiledLevel::Concentrations { inside: ion_params[i], outside: ion_params[i] + 1 };
        ions.push(CompiledIon { name, z: ion.valence, level, moves: moves_inside || moves_outside });
    }
    (ions, moving)
}

impl Moving {
    /// The last running total that it needs.
    fn last_total(&self) -> usize {
        match self.place {
            Place::Outside { removed } => removed.max(self.total),
            _ => self.total,
        }
    }
}
