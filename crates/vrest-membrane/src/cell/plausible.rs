//! Remarks on values that are possible but not what living cells have.

use super::{Ion, Level};
use crate::problem::Fault;
use crate::reader::Section;

/// Which way the gradient of an ion points in a living cell: true if it is higher inside.
fn higher_inside(name: &str) -> Option<bool> {
    match name {
        "K" => Some(true),
        "Na" | "Cl" | "Ca" => Some(false),
        _ => None,
    }
}

/// Warns where the gradient of `ion` is inverted.
pub(super) fn gradient(section: &Section<'_>, ion: &Ion) {
    let Level::Concentrations { inside, outside, .. } = ion.level else { return };
    let Some(usual) = higher_inside(&ion.name) else { return };
    // NaN where the number is still to be solved: no remark then.
    if (usual && inside < outside) || (!usual && inside > outside) {
        let (low, high) = if usual { ("outside", "inside") } else { ("inside", "outside") };
        section.warn(
            section.span(),
            Fault::Implausible {
                path: format!("ions.{}", ion.name),
                written: format!("{inside} mM inside, {outside} mM outside"),
                why: format!(
                    "the gradient is inverted; {} is higher {high} than {low} in living cells",
                    ion.name
                ),
                hint: Some("are `inside` and `outside` exchanged?".into()),
            },
        );
    }
}
