//! A cell made ready for integration: flat parameters in, dy/dt out.
//!
//! State vector: V (mV); then the gates of each mechanism; then the volume (um3), where water moves; then what moves of
//! each ion, inside before outside, in the order of the ions: concentrations (mM, `ions.K.inside`), or, where water
//! moves, amounts (amol, `ions.K.amount_inside`), because a change of volume changes every concentration. The parameter vector is [`crate::Cell::numbers`], so every entry has a path.
//!
//! What can be computed before the inner loop is: temperature factors and clamped equilibria once for every segment,
//! and all mechanisms whose current is a straight line in V at clamped concentrations become one slope and one
//! intercept.

mod compile;
mod eval;
mod inspect;
mod rates;
mod second;
mod volume;

use crate::cell::{ParamInfo, Shape};
use crate::mechanism::{Class, Role, SlotRef};
use crate::mechanisms::AnyMechanism;
use crate::units::Dimension;
use rates::Rates;
use std::ops::Range;
use std::sync::Arc;

pub use volume::Charge;

/// One state of a membrane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateInfo {
    /// `V`, `hh_na.m`, `ions.K.inside`, ...
    pub name: String,
    /// What it measures.
    pub dimension: Dimension,
}

/// A cell compiled for integration. See the [module](self).
#[derive(Debug, Clone)]
pub struct Membrane {
    name: String,
    params: Vec<ParamInfo>,
    states: Vec<StateInfo>,
    ions: Vec<CompiledIon>,
    mechanisms: Vec<Compiled>,
    at: ParamsAt,
    shape: Option<Shape>,
    moving: Vec<Moving>,
    water: Option<CompiledWater>,
    positive: Vec<usize>,
    layout: Layout,
    affine: bool,
    rates: Option<Arc<Rates>>,
}

/// Where the numbers that no ion or mechanism owns stand in the parameter vector.
#[derive(Debug, Clone)]
struct ParamsAt {
    temperature: usize,
    rt_over_f: Option<usize>,
    capacitance: usize,
    geometry: Range<usize>,
}

#[derive(Debug, Clone)]
struct CompiledIon {
    name: String,
    z: f64,
    level: CompiledLevel,
    /// Whether it moves on either side.
    moves: bool,
}

#[derive(Debug, Clone, Copy)]
enum CompiledLevel {
    /// Parameter indices.
    Concentrations {
        inside: usize,
        outside: usize,
    },
    Fixed {
        e: usize,
    },
}

/// A concentration or amount that moves.
#[derive(Debug, Clone, Copy)]
struct Moving {
    ion: usize,
    state: usize,
    /// The running total of its ion's current.
    total: usize,
    place: Place,
    /// Moles over charges, with the sign of an outward current: -1/z inside, 1/z outside, 0 for a neutral solute.
    share: f64,
}

/// Where something moves.
#[derive(Debug, Clone, Copy)]
enum Place {
    Inside,
    /// With the running total of what others than the cell remove.
    Outside {
        removed: usize,
    },
    /// In a shell, whose numbers stand at this parameter and, prepared, at this place in the work vector.
    Pool {
        params: usize,
        work: usize,
    },
}

/// Water that moves.
#[derive(Debug, Clone)]
struct CompiledWater {
    /// State of the volume.
    volume: usize,
    /// Parameter.
    permeability: usize,
    /// d ln A/d ln w, none where the area stays.
    area_exponent: Option<f64>,
    /// Whether what enters the cell leaves the space outside, because something moves there.
    closed: bool,
    /// Parameters of the impermeant solutes: inside, outside of each.
    impermeants: Range<usize>,
    /// Their charge numbers.
    valences: Vec<f64>,
}

#[derive(Debug, Clone)]
struct Compiled {
    name: String,
    class: Class,
    kind: &'static str,
    mechanism: AnyMechanism,
    slots: Vec<SlotRef>,
    /// For each slot the running total that it adds to, where its ion moves.
    totals: Vec<Option<usize>>,
    params: Range<usize>,
    gates: Range<usize>,
    k: Range<usize>,
    /// Whether it is part of the straight line.
    folded: bool,
    /// Whether its concentrations move, so that it is bound at every evaluation.
    rebinds: bool,
    /// Whether the membrane's table has the rates of its gates.
    tabulated: bool,
}

/// Offsets in the work vector.
#[derive(Debug, Clone)]
struct Layout {
    ions: usize,
    totals: usize,
    /// One number a state: what second derivatives need on the way.
    seconds: usize,
    end: usize,
}

/// Fixed places at the start of the work vector.
mod slot {
    pub const KELVIN: usize = 0;
    pub const RT_F: usize = 1;
    /// 1/C, cm2/uF.
    pub const INVERSE_C: usize = 2;
    /// Slope of the straight line, mS/cm2.
    pub const LINE_G: usize = 3;
    /// Its current at 0 mV, uA/cm2.
    pub const LINE_I: usize = 4;
    /// mM/ms inside per uA/cm2 of a monovalent ion.
    pub const PER_CURRENT_INSIDE: usize = 5;
    /// The same outside.
    pub const PER_CURRENT_OUTSIDE: usize = 6;
    /// Volume inside at the start, um3.
    pub const VOLUME_START: usize = 7;
    /// Volume inside and outside together, um3.
    pub const VOLUME_TOTAL: usize = 8;
    /// Volume outside now, um3.
    pub const VOLUME_OUTSIDE: usize = 9;
    /// Area at the start, um2.
    pub const AREA_START: usize = 10;
    /// Area now, um2.
    pub const AREA: usize = 11;
    /// um/ms per mM of osmolarity: P_f v_w.
    pub const WATER: usize = 12;
    /// Impermeant solutes inside, amol.
    pub const IMPERMEANT_INSIDE: usize = 13;
    /// The same outside, amol where the space outside is closed, else mM.
    pub const IMPERMEANT_OUTSIDE: usize = 14;
    /// Whether the table of rates is for these parameters: zero or not a number.
    pub const KEY: usize = 15;
    pub const END: usize = 16;
}

/// One ion under given parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IonLevel {
    /// Valence.
    pub z: f64,
    /// Inside and outside, mM, where given.
    pub concentrations: Option<[f64; 2]>,
    /// Equilibrium potential, mV (0 for a neutral solute).
    pub nernst: f64,
    /// RT/F, mV.
    pub rt_f: f64,
}

/// The size of a cell under given parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// um2.
    pub area: f64,
    /// 1/um.
    pub area_over_volume: f64,
}

/// One current at a given state.
#[derive(Debug, Clone, PartialEq)]
pub struct CurrentPart {
    /// The mechanism's name in the cell.
    pub mechanism: String,
    /// Its kind.
    pub kind: &'static str,
    /// Its family.
    pub class: Class,
    /// Index of the ion, none where non-specific.
    pub ion: Option<usize>,
    /// uA/cm2, outward positive.
    pub current: f64,
    /// Slope with respect to V at these gates, mS/cm2.
    pub slope: f64,
}

impl Membrane {
    /// The cell's name.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The parameter vector: path, meaning, value in the cell file, bounds.
    pub fn params(&self) -> &[ParamInfo] {
        &self.params
    }
    /// The values of the cell file.
    pub fn defaults(&self) -> Vec<f64> {
        self.params.iter().map(|p| p.value).collect()
    }
    /// The place of the parameter at `path`.
    pub fn index(&self, path: &str) -> Option<usize> {
        self.params.iter().position(|p| p.path == path)
    }
    /// The state vector: names and what they measure.
    pub fn states(&self) -> &[StateInfo] {
        &self.states
    }
    /// True if what moves is counted in amounts, because the volume moves.
    pub fn moves_water(&self) -> bool {
        self.water.is_some()
    }
    /// The names of the ions, in the order that [`CurrentPart::ion`] counts.
    pub fn ion_names(&self) -> impl Iterator<Item = &str> {
        self.ions.iter().map(|i| i.name.as_str())
    }
    /// The indices of the ions that some mechanism carries, with repetitions.
    pub(crate) fn carried_ions(&self) -> impl Iterator<Item = usize> {
        let slots = self.mechanisms.iter().flat_map(|m| &m.slots);
        slots.filter(|s| s.role == Role::Current).filter_map(|s| s.ion)
    }
    /// True if dV/dt is a straight line in V for any parameters: no gates, nothing moves, all currents ohmic or
    /// constant. Then V(t) is exactly exponential between the edges of a protocol.
    pub fn is_affine(&self) -> bool {
        self.affine
    }
    /// True if parameter number `index` only says where a state starts.
    pub fn is_starting_value(&self, index: usize) -> bool {
        let of_volume = |w: &CompiledWater| {
            self.at.geometry.contains(&index) || (w.impermeants.contains(&index) && w.is_amount(index))
        };
        self.water.as_ref().is_some_and(of_volume) || {
            let of = |m: &Moving| match (self.ions[m.ion].level, m.place) {
                (CompiledLevel::Concentrations { outside, .. }, Place::Outside { .. }) => index == outside,
                (CompiledLevel::Concentrations { inside, .. }, _) => index == inside,
                (CompiledLevel::Fixed { .. }, _) => false,
            };
            self.moving.iter().any(of)
        }
    }
}
