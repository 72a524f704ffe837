//! Reading what a living volume needs: water, impermeant solutes and shells of ions.

use super::numbers::{self, Unsolved};
use super::{Cell, Impermeant, Level, Pool, Water, specs};
use crate::problem::Fault;
use crate::reader::Section;
use crate::units::Dimension;

/// Net charge inside that is worth a remark, mM: the membrane itself holds some micromolar.
const UNSTATED_CHARGE: f64 = 0.1;

/// The `[impermeants]` table.
pub(super) fn impermeants(mut section: Section<'_>, unsolved: &mut Vec<Unsolved>) -> Vec<Impermeant> {
    let named = section.named_sections();
    let all = named.into_iter().map(|(name, mut s)| {
        let name = name.value;
        let valence = s.quantity("valence", Dimension::Dimensionless);
        if valence.is_none() && !s.has("valence") {
            s.missing("valence", "-1");
        }
        let mut side = |key: &'static str| {
            let path = format!("impermeants.{name}.{key}");
            numbers::read(&mut s, &path, &specs::impermeant(key), unsolved).unwrap_or(f64::NAN)
        };
        let (inside, outside) = (side("inside"), side("outside"));
        s.finish();
        Impermeant { name, valence: valence.map_or(0.0, |v| v.value), inside, outside }
    });
    let all = all.collect();
    section.finish();
    all
}

/// The `[water]` table of a cell whose shape and ions have been read.
pub(super) fn water(mut section: Section<'_>, cell: &Cell, unsolved: &mut Vec<Unsolved>) -> Option<Water> {
    let permeability =
        numbers::read(&mut section, "water.permeability", &specs::water_permeability(), unsolved);
    let area = section.choice("area", "rule for the area", &["constant", "follows"]);
    let area_follows = area.is_some_and(|a| a.value == "follows");
    if cell.geometry.is_none() {
        let message = "water is to move, but the volume of the cell is not known".into();
        let hint =
            Some("add a table `[geometry]` with `shape = \"sphere\"` and `diameter = \"20 um\"`".into());
        section.error(section.span(), Fault::Inconsistent { message, hint });
    }
    for ion in cell.ions.iter().filter(|i| matches!(i.level, Level::Fixed { .. })) {
        let message = format!("water follows concentrations, and {} gives only `e`", ion.name);
        let hint = Some(format!("write `inside` and `outside` in `[ions.{}]` instead of `e`", ion.name));
        section.error(section.span(), Fault::Inconsistent { message, hint });
    }
    neutral(&section, cell);
    section.finish();
    Some(Water { permeability: permeability?, area_follows })
}

/// Warns where the start inside holds charge that no ion or impermeant solute accounts for: the voltage goes on as
/// if an unnamed impermeant ion held it, which osmosis does not know.
fn neutral(section: &Section<'_>, cell: &Cell) {
    let ions = cell.ions.iter().map(|i| match i.level {
        Level::Concentrations { inside, .. } => i.valence * inside,
        Level::Fixed { .. } => f64::NAN,
    });
    let charge: f64 = ions.chain(cell.impermeants.iter().map(|x| x.valence * x.inside)).sum();
    if charge.abs() > UNSTATED_CHARGE {
        let message = format!(
            "the inside holds {charge:.3} mM of net charge; a cell is neutral but for the micromolars that charge its membrane"
        );
        let hint = Some("state the charge of what cannot cross under `[impermeants.A]`".into());
        section.warn(section.span(), Fault::Inconsistent { message, hint });
    }
}

/// The `pool` table of an ion.
pub(super) fn pool(mut section: Section<'_>, ion: &str, unsolved: &mut Vec<Unsolved>) -> Option<Pool> {
    let numbers: Vec<Option<f64>> = specs::pool()
        .iter()
        .map(|spec| numbers::read(&mut section, &format!("ions.{ion}.pool.{}", spec.name), spec, unsolved))
        .collect();
    section.finish();
    let [depth, free, tau, rest] = numbers[..] else { return None };
    Some(Pool { depth: depth?, free: free?, tau: tau?, rest: rest? })
}
