//! From the tables of a cell file to a draft of the cell.

use super::numbers::{self, Unsolved};
use super::{
    Balance, Cell, Draft, Geometry, Instance, Ion, Level, Shape, expected, known_valence, plausible, specs,
    water,
};
use crate::constants;
use crate::mechanism::{Role, Slot, SlotRef, Surroundings};
use crate::mechanisms::{self, AnyMechanism};
use crate::problem::Fault;
use crate::reader::{Located, Section};
use crate::units::Dimension;

/// Names that a mechanism may not have, because paths begin with them.
const RESERVED: &[&str] = &[
    "ions",
    "impermeants",
    "water",
    "volume",
    "geometry",
    "temperature",
    "capacitance",
    "rt_over_f",
    "stimulus",
    "v_start",
    "clamp",
    "v",
    "t",
];

/// Reads the root table.
pub(super) fn cell(root: &mut Section<'_>) -> Option<Draft> {
    let mut unsolved = Vec::new();
    let mut cell = Cell {
        name: root.text_or_empty("name"),
        description: root.text_or_empty("description"),
        source: root.text_or_empty("source"),
        notes: root.text_or_empty("notes"),
        temperature: numbers::read(root, "temperature", &specs::temperature(), &mut unsolved)
            .unwrap_or(f64::NAN),
        rt_over_f: None,
        capacitance: numbers::read(root, "capacitance", &specs::capacitance(), &mut unsolved)
            .unwrap_or(f64::NAN),
        geometry: None,
        ions: Vec::new(),
        impermeants: Vec::new(),
        water: None,
        mechanisms: Vec::new(),
        expected: Vec::new(),
        balanced: Vec::new(),
    };
    root.allow("rt_over_f");
    if root.has("rt_over_f") {
        cell.rt_over_f = numbers::read(root, "rt_over_f", &specs::rt_over_f(), &mut unsolved);
    }
    cell.geometry = root.section("geometry").and_then(|s| geometry(s, &mut unsolved));
    match root.section("ions") {
        Some(section) => cell.ions = ions(section, cell.geometry.is_some(), &mut unsolved),
        None if !root.has("ions") => root.missing("ions.K", "{ inside = \"140 mM\", outside = \"5 mM\" }"),
        None => {}
    }
    if let Some(section) = root.section("impermeants") {
        cell.impermeants = water::impermeants(section, &mut unsolved);
    }
    cell.water = root.section("water").and_then(|s| water::water(s, &cell, &mut unsolved));
    match root.section("mechanisms") {
        Some(section) => cell.mechanisms = mechanisms(section, &cell, &mut unsolved),
        None if !root.has("mechanisms") => {
            root.missing("mechanisms.leak_K", "{ kind = \"leak\", ion = \"K\", g = \"0.05 mS/cm2\" }");
        }
        None => {}
    }
    let balance = root.section("balance").and_then(|s| balance(s, &cell));
    if let (None, Some(first)) = (&balance, unsolved.first())
        && !root.has("balance")
    {
        let message = format!("`{}` is to be balanced, but at which voltage?", first.path);
        let hint = Some("add a table `[balance]` with `v_rest = \"-70 mV\"`".into());
        root.error(first.span.clone(), Fault::Inconsistent { message, hint });
    }
    if let Some(mut section) = root.section("expected") {
        cell.expected = expected::read(&mut section, &cell);
        section.finish();
    }
    Some(Draft { cell, unsolved, balance })
}

fn geometry(mut section: Section<'_>, unsolved: &mut Vec<Unsolved>) -> Option<Geometry> {
    let shape = match section.choice("shape", "shape", &Shape::ALL.map(Shape::name)) {
        Some(name) => Shape::named(&name.value),
        None => {
            if !section.has("shape") {
                section.missing("shape", "\"sphere\"");
            }
            // Without the shape its numbers are not known: nothing more can be said about this table.
            return None;
        }
    }?;
    let params = shape.params();
    let values = params
        .iter()
        .map(|spec| numbers::read(&mut section, &format!("geometry.{}", spec.name), spec, unsolved))
        .collect::<Vec<_>>();
    section.finish();
    Some(Geometry { shape, params: values.into_iter().collect::<Option<_>>()? })
}

fn ions(mut section: Section<'_>, has_geometry: bool, unsolved: &mut Vec<Unsolved>) -> Vec<Ion> {
    let named = section.named_sections();
    let ions = named.into_iter().map(|(name, s)| ion(name.value, s, has_geometry, unsolved)).collect();
    section.finish();
    ions
}

fn ion(name: String, mut section: Section<'_>, has_geometry: bool, unsolved: &mut Vec<Unsolved>) -> Ion {
    let valence = section.quantity("valence", Dimension::Dimensionless);
    if let (Some(known), Some(given)) = (known_valence(&name), &valence)
        && known != given.value
    {
        let rule = format!("{name} has valence {known}");
        let written = given.value.to_string();
        let fault = Fault::Impossible { path: format!("ions.{name}.valence"), written, rule, hint: None };
        section.error(given.span.clone(), fault);
    }
    if known_valence(&name).is_none() && !section.has("valence") {
        section.missing("valence", "-1");
    }
    let valence = known_valence(&name).or(valence.map(|v| v.value)).unwrap_or(0.0);

    let level = if section.has("e") {
        let e = numbers::read(&mut section, &format!("ions.{name}.e"), &specs::equilibrium(), unsolved);
        Level::Fixed { e: e.unwrap_or(f64::NAN) }
    } else {
        section.allow("e");
        let mut side = |key, doc| {
            numbers::read(
                &mut section,
                &format!("ions.{name}.{key}"),
                &specs::concentration(key, doc),
                unsolved,
            )
            .unwrap_or(f64::NAN)
        };
        let (inside, outside) =
            (side("inside", "concentration inside"), side("outside", "concentration outside"));
        let pool = section.section("pool").and_then(|s| water::pool(s, &name, unsolved));
        let moves = section.choice("dynamic", "side", &["none", "inside", "outside", "both"]);
        let moves_inside = moves.as_ref().is_some_and(|m| m.value == "inside" || m.value == "both");
        let moves_outside = moves.as_ref().is_some_and(|m| m.value == "outside" || m.value == "both");
        let needs_volume = (moves_inside && pool.is_none()) || moves_outside;
        if let Some(Located { span, .. }) = moves.filter(|_| needs_volume && !has_geometry) {
            let message = format!("{name} is to move, but the volume of the cell is not known");
            let hint =
                Some("add a table `[geometry]` with `shape = \"sphere\"` and `diameter = \"20 um\"`".into());
            section.error(span, Fault::Inconsistent { message, hint });
        }
        if pool.is_some() && !moves_inside {
            let message = format!("{name} has a shell, but does not move inside");
            let hint = Some("add `dynamic = \"inside\"`".into());
            section.error(section.span(), Fault::Inconsistent { message, hint });
        }
        Level::Concentrations { inside, outside, moves_inside, moves_outside, pool }
    };
    let ion = Ion { name, valence, level };
    plausible::gradient(&section, &ion);
    section.finish();
    ion
}

fn mechanisms(mut section: Section<'_>, cell: &Cell, unsolved: &mut Vec<Unsolved>) -> Vec<Instance> {
    let named = section.named_sections();
    let mut all = Vec::new();
    for (name, s) in named {
        if RESERVED.contains(&name.value.as_str()) || name.value.contains('.') {
            let message = format!("a mechanism may not be called `{}`", name.value);
            let hint =
                Some("paths such as `ions.K.outside` begin with that word; choose another name".into());
            s.error(name.span.clone(), Fault::Inconsistent { message, hint });
        }
        all.extend(mechanism(name.value, s, cell, unsolved));
    }
    section.finish();
    all
}

fn mechanism(
    name: String,
    mut section: Section<'_>,
    cell: &Cell,
    unsolved: &mut Vec<Unsolved>,
) -> Option<Instance> {
    let Some(kind) = section.text("kind") else {
        if !section.has("kind") {
            section.missing("kind", "\"leak\"");
        }
        return None;
    };
    let around = Surroundings {
        ions: &cell.ions,
        kelvin: cell.temperature,
        rt_f: cell.rt_over_f.unwrap_or(constants::rt_over_f(cell.temperature)),
    };
    let Some(mechanism) = AnyMechanism::build(&kind.value, &mut section, &around) else {
        let specs = mechanisms::specs();
        let kinds: Vec<&str> = specs.iter().map(|s| s.kind).collect();
        section.unknown_name("mechanism kind", kind, &kinds);
        return None;
    };
    let spec = mechanism.spec();
    let ions: Vec<&str> = cell.ions.iter().map(|i| i.name.as_str()).collect();
    let slots: Vec<Option<Option<usize>>> = spec
        .slots
        .iter()
        .map(|slot| match slot {
            Slot::Nonspecific => Some(None),
            Slot::Ion(ion) | Slot::Senses(ion) | Slot::Outside(ion) => {
                let found = cell.ion(ion);
                if found.is_none() {
                    let message = format!("`{}` moves {ion}, which the cell does not have", kind.value);
                    let hint = Some(format!("add a table `[ions.{ion}]` with `inside` and `outside`"));
                    section.error(kind.span.clone(), Fault::Inconsistent { message, hint });
                }
                found.map(Some)
            }
            Slot::Chosen | Slot::OutsideChosen => {
                let Some(chosen) = section.text("ion") else {
                    if !section.has("ion") {
                        section.missing("ion", &format!("\"{}\"", ions.first().unwrap_or(&"K")));
                    }
                    return None;
                };
                let found = cell.ion(&chosen.value);
                match found {
                    None => section.unknown_name("ion", chosen, &ions),
                    Some(i) if cell.ions[i].valence == 0.0 => {
                        let message = format!("{} carries no charge, so no current", chosen.value);
                        section.error(chosen.span, Fault::Inconsistent { message, hint: None });
                    }
                    Some(_) => {}
                }
                found.map(Some)
            }
        })
        .collect();
    let params: Vec<Option<f64>> = spec
        .params
        .iter()
        .map(|p| numbers::read(&mut section, &format!("{name}.{}", p.name), p, unsolved))
        .collect();
    let slots: Option<Vec<Option<usize>>> = slots.into_iter().collect();
    if let Some(slots) = &slots {
        check_concentrations(&section, &name, &mechanism, slots, cell);
        let outside = spec.slots.iter().zip(slots).filter(|(s, _)| s.role() == Role::Outside);
        for ion in outside.filter_map(|(_, ion)| *ion) {
            without_effect(&section, &name, &cell.ions[ion]);
        }
    }
    section.finish();
    Some(Instance { name, mechanism, slots: slots?, params: params.into_iter().collect::<Option<_>>()? })
}

/// Warns of a mechanism that acts on a clamped space outside.
fn without_effect(section: &Section<'_>, name: &str, ion: &Ion) {
    if !matches!(ion.level, Level::Concentrations { moves_outside: true, .. }) {
        let message = format!("`{name}` changes {} outside, which is clamped: it has no effect", ion.name);
        let hint = Some(format!("write `dynamic = \"outside\"` or `\"both\"` in `[ions.{}]`", ion.name));
        section.warn(section.span(), Fault::Inconsistent { message, hint });
    }
}

/// A mechanism that reads concentrations cannot use an ion that gives only its equilibrium potential.
fn check_concentrations(
    section: &Section<'_>,
    name: &str,
    mechanism: &AnyMechanism,
    slots: &[Option<usize>],
    cell: &Cell,
) {
    let fixed = |ion: &usize| matches!(cell.ions[*ion].level, Level::Fixed { .. });
    let Some(ion) = slots.iter().flatten().find(|i| fixed(i)) else { return };
    let z = |ion: Option<usize>| ion.map_or(0.0, |i| cell.ions[i].valence);
    let slots: Vec<SlotRef> =
        slots.iter().map(|&ion| SlotRef { ion, z: z(ion), role: Role::Current }).collect();
    if mechanism.needs_concentrations(&slots, cell.ions.len()) {
        let ion = &cell.ions[*ion].name;
        let message = format!("`{name}` needs the concentrations of {ion}, which gives only `e`");
        let hint = Some(format!("write `inside` and `outside` in `[ions.{ion}]` instead of `e`"));
        section.error(section.span(), Fault::Inconsistent { message, hint });
    }
}

fn balance(mut section: Section<'_>, cell: &Cell) -> Option<Balance> {
    let v_rest = section.quantity("v_rest", Dimension::Voltage);
    if v_rest.is_none() && !section.has("v_rest") {
        section.missing("v_rest", "\"-70 mV\"");
    }
    let names: Vec<&str> = cell.ions.iter().map(|i| i.name.as_str()).collect();
    let ions = section.texts("ions").map(|list| {
        list.into_iter()
            .filter_map(|ion| {
                let found = cell.ion(&ion.value);
                if found.is_none() {
                    section.unknown_name("ion", ion, &names);
                }
                found
            })
            .collect()
    });
    let span = section.span();
    section.finish();
    Some(Balance { v_rest: v_rest?.value, ions, span })
}
