//! What a cell file claims about its own rest; one test checks the claims of every preset.

use super::Cell;
use crate::problem::Fault;
use crate::reader::{Located, Section};
use crate::units::{Dimension, Quantity};

/// One claim: the named quantity has this value.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// `v_rest`, `ghk`, `chord`, `tau_m`, `pump`, `pump_jump`, `e_K`, ... or the path of a number.
    pub key: String,
    /// In the unit of its dimension.
    pub value: f64,
    /// Absolute, in the same unit.
    pub tolerance: f64,
}

/// The quantities of rest that can be claimed, with their dimension.
pub(crate) const CLAIMS: &[(&str, Dimension)] = &[
    ("v_rest", Dimension::Voltage),
    ("ghk", Dimension::Voltage),
    ("chord", Dimension::Voltage),
    ("pump", Dimension::Voltage),
    ("pump_jump", Dimension::Voltage),
    ("tau_m", Dimension::Time),
];

/// Reads the `[expected]` table of a cell whose other tables have been read.
pub(super) fn read(section: &mut Section<'_>, cell: &Cell) -> Vec<Expectation> {
    let mut known: Vec<(String, Dimension)> = CLAIMS.iter().map(|(k, d)| (k.to_string(), *d)).collect();
    known.extend(cell.ions.iter().map(|i| (format!("e_{}", i.name), Dimension::Voltage)));
    known.extend(cell.numbers().into_iter().map(|n| (n.path, n.spec.dimension)));
    let mut found = Vec::new();
    for (key, mut claim) in section.named_sections() {
        let Some((_, dimension)) = known.iter().find(|(k, _)| *k == key.value) else {
            let names: Vec<&str> = known.iter().map(|(k, _)| k.as_str()).collect();
            claim.unknown_name("quantity", key, &names);
            continue;
        };
        let value = claim.quantity("value", *dimension);
        if value.is_none() && !claim.has("value") {
            claim.missing("value", &format!("\"... {}\"", dimension.example_unit()));
        }
        let tolerance = tolerance(&mut claim, *dimension);
        claim.finish();
        if let (Some(value), Some(tolerance)) = (value, tolerance) {
            found.push(Expectation { key: key.value, value: value.value, tolerance });
        }
    }
    found
}

fn tolerance(claim: &mut Section<'_>, dimension: Dimension) -> Option<f64> {
    let Some(Located { value, span }) = claim.quantity("tolerance", dimension) else {
        if !claim.has("tolerance") {
            claim.missing("tolerance", &format!("\"... {}\"", dimension.unit()));
        }
        return None;
    };
    // A tolerance is a difference: in degC there is no offset to add, which would not be seen.
    let written = claim.as_written("tolerance");
    let celsius =
        dimension == Dimension::Temperature && Quantity::parse(&written).is_ok_and(|q| q.unit != "K");
    if value <= 0.0 || celsius {
        let rule = if celsius { "a difference of temperatures is given in K" } else { "must be above 0" };
        let fault = Fault::Impossible { path: "tolerance".into(), written, rule: rule.into(), hint: None };
        claim.error(span, fault);
        return None;
    }
    Some(value)
}
