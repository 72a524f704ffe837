//! The numbers of a cell: reading one, finding one by path, listing all.

use super::specs::{self, capacitance, concentration, equilibrium, rt_over_f, temperature};
use super::{Cell, Level};
use crate::bounds;
use crate::mechanism::ParamSpec;
use crate::problem::Fault;
use crate::reader::Section;
use crate::units;
use std::ops::Range;

/// The word that asks for a number to be solved.
pub(crate) const BALANCE: &str = "balance";

/// A number of a cell: its address, meaning, value and bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamInfo {
    /// The one address of it.
    pub path: String,
    /// In the unit of the specification's dimension.
    pub value: f64,
    /// Meaning and bounds.
    pub spec: ParamSpec,
}

impl ParamInfo {
    /// The unit of the value.
    pub fn unit(&self) -> &'static str {
        self.spec.dimension.unit()
    }

    /// Reads another value for this number as it would stand in a file: `"0.4 mS/cm2"`. The value comes with
    /// a remark where it is implausible.
    ///
    /// # Errors
    /// A missing or wrong unit, or a value out of bounds.
    pub fn read(&self, written: &str) -> Result<(f64, Option<Fault>), Fault> {
        let value = units::parse(written, self.spec.dimension).map_err(Fault::Unit)?;
        bounds::judge(&self.path, &self.spec, value, written).map(|odd| (value, odd))
    }
}

/// A number that the file writes as `"balance"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsolved {
    /// Its path.
    pub path: String,
    /// Where the word stands.
    pub span: Range<usize>,
}

/// Reads `spec` from `section` under its own name, or notes that it is to be solved.
pub(super) fn read(
    section: &mut Section<'_>,
    path: &str,
    spec: &ParamSpec,
    unsolved: &mut Vec<Unsolved>,
) -> Option<f64> {
    if section.as_written(&spec.name) == BALANCE {
        let text = section.text(&spec.name)?;
        unsolved.push(Unsolved { path: path.into(), span: text.span });
        return Some(spec.default.unwrap_or(f64::NAN));
    }
    bounds::read(section, path, spec)
}

/// The place of the number at `path`.
pub(super) fn place<'c>(cell: &'c mut Cell, path: &str) -> Option<&'c mut f64> {
    match path {
        "temperature" => return Some(&mut cell.temperature),
        "rt_over_f" => return cell.rt_over_f.as_mut(),
        "capacitance" => return Some(&mut cell.capacitance),
        _ => {}
    }
    let (owner, key) = path.rsplit_once('.')?;
    if owner == "geometry" {
        let g = cell.geometry.as_mut()?;
        let i = g.shape.params().iter().position(|p| p.name == key)?;
        return g.params.get_mut(i);
    }
    if owner == "water" {
        return cell.water.as_mut().filter(|_| key == "permeability").map(|w| &mut w.permeability);
    }
    if let Some(name) = owner.strip_prefix("impermeants.") {
        let x = cell.impermeants.iter_mut().find(|x| x.name == name)?;
        return match key {
            "inside" => Some(&mut x.inside),
            "outside" => Some(&mut x.outside),
            _ => None,
        };
    }
    if let Some(name) = owner.strip_prefix("ions.").and_then(|rest| rest.strip_suffix(".pool")) {
        let ion = cell.ions.iter_mut().find(|i| i.name == name)?;
        let Level::Concentrations { pool: Some(pool), .. } = &mut ion.level else { return None };
        return pool.place(key);
    }
    if let Some(name) = owner.strip_prefix("ions.") {
        let ion = cell.ions.iter_mut().find(|i| i.name == name)?;
        return match (&mut ion.level, key) {
            (Level::Concentrations { inside, .. }, "inside") => Some(inside),
            (Level::Concentrations { outside, .. }, "outside") => Some(outside),
            (Level::Fixed { e }, "e") => Some(e),
            _ => None,
        };
    }
    let m = cell.mechanisms.iter_mut().find(|m| m.name == owner)?;
    let i = m.mechanism.spec().params.iter().position(|p| p.name == key)?;
    m.params.get_mut(i)
}

/// Every number of `cell`, in the order of the parameter vector.
pub(super) fn of(cell: &Cell) -> Vec<ParamInfo> {
    let mut all =
        vec![ParamInfo { path: "temperature".into(), value: cell.temperature, spec: temperature() }];
    if let Some(value) = cell.rt_over_f {
        all.push(ParamInfo { path: "rt_over_f".into(), value, spec: rt_over_f() });
    }
    all.push(ParamInfo { path: "capacitance".into(), value: cell.capacitance, spec: capacitance() });
    if let Some(g) = &cell.geometry {
        for (spec, &value) in g.shape.params().into_iter().zip(&g.params) {
            all.push(ParamInfo { path: format!("geometry.{}", spec.name), value, spec });
        }
    }
    for ion in &cell.ions {
        let path = |spec: &ParamSpec| format!("ions.{}.{}", ion.name, spec.name);
        match ion.level {
            Level::Concentrations { inside, outside, pool, .. } => {
                for (value, spec) in [
                    (inside, concentration("inside", "concentration inside")),
                    (outside, concentration("outside", "concentration outside")),
                ] {
                    all.push(ParamInfo { path: path(&spec), value, spec });
                }
                for (value, spec) in pool.iter().flat_map(|p| p.values().into_iter().zip(specs::pool())) {
                    let path = format!("ions.{}.pool.{}", ion.name, spec.name);
                    all.push(ParamInfo { path, value, spec });
                }
            }
            Level::Fixed { e } => {
                all.push(ParamInfo { path: path(&equilibrium()), value: e, spec: equilibrium() })
            }
        }
    }
    for x in &cell.impermeants {
        for (value, key) in [(x.inside, "inside"), (x.outside, "outside")] {
            let path = format!("impermeants.{}.{key}", x.name);
            all.push(ParamInfo { path, value, spec: specs::impermeant(key) });
        }
    }
    if let Some(w) = &cell.water {
        let spec = specs::water_permeability();
        all.push(ParamInfo { path: format!("water.{}", spec.name), value: w.permeability, spec });
    }
    for m in &cell.mechanisms {
        for (spec, &value) in m.mechanism.spec().params.into_iter().zip(&m.params) {
            all.push(ParamInfo { path: format!("{}.{}", m.name, spec.name), value, spec });
        }
    }
    all
}
