//! Reading one number with its bounds: outside them is an error, outside what cells have is a remark.

use crate::constants::ZERO_CELSIUS;
use crate::mechanism::ParamSpec;
use crate::problem::Fault;
use crate::reader::{Located, Section};
use crate::units::Dimension;

/// Reads `spec` from `section` under its own name: unit, bounds, plausibility, default. `path` is for messages.
pub(crate) fn read(section: &mut Section<'_>, path: &str, spec: &ParamSpec) -> Option<f64> {
    let key = spec.name.as_ref();
    if !section.has(key) {
        // The key becomes known as one that may stand here.
        section.allow(key);
        if spec.default.is_none() {
            let example = match spec.dimension {
                Dimension::Dimensionless => "...".to_string(),
                d => format!("\"... {}\"", d.example_unit()),
            };
            section.missing(key, &example);
        }
        return spec.default;
    }
    let written = section.as_written(key);
    let read = section.quantity(key, spec.dimension)?;
    check(section, path, spec, &read, &written).then_some(read.value)
}

/// Reports what [`judge`] says to `section`; returns whether the value may be used.
fn check(section: &Section<'_>, path: &str, spec: &ParamSpec, read: &Located<f64>, written: &str) -> bool {
    match judge(path, spec, read.value, written) {
        Ok(odd) => {
            odd.into_iter().for_each(|fault| section.warn(read.span.clone(), fault));
            true
        }
        Err(fault) => {
            section.error(read.span.clone(), fault);
            false
        }
    }
}

/// Bounds are errors, implausible values are remarks (the `Some` of a good value).
pub(crate) fn judge(path: &str, spec: &ParamSpec, value: f64, written: &str) -> Result<Option<Fault>, Fault> {
    let (path, written) = (path.to_string(), written.to_string());
    if !spec.allows(value) {
        let hint = hint_for_impossible(spec, value);
        return Err(Fault::Impossible { path, written, rule: rule(spec), hint });
    }
    let (low, high) = spec.plausible;
    Ok((value < low || value > high).then(|| {
        let (why, hint) = remark(spec, value);
        Fault::Implausible { path, written, why, hint }
    }))
}

fn rule(spec: &ParamSpec) -> String {
    let unit = spec.dimension.unit();
    let with_unit = |x: f64| if unit.is_empty() || x == 0.0 { format!("{x}") } else { format!("{x} {unit}") };
    match (spec.min.is_finite(), spec.max.is_finite()) {
        (true, true) => format!("must lie between {} and {}", with_unit(spec.min), with_unit(spec.max)),
        (true, false) if spec.dimension == Dimension::Temperature => "there is nothing below 0 K".into(),
        (true, false) if spec.above_min => format!("must be above {}", with_unit(spec.min)),
        (true, false) => format!("must not be below {}", with_unit(spec.min)),
        _ => format!("must not be above {}", with_unit(spec.max)),
    }
}

fn hint_for_impossible(spec: &ParamSpec, value: f64) -> Option<String> {
    match spec.dimension {
        Dimension::Concentration if value == 0.0 && spec.above_min => {
            Some("an absent ion has no equilibrium; leave it out, or give a small concentration".into())
        }
        Dimension::Temperature => Some("write `37 degC` or `310.15 K`".into()),
        _ => None,
    }
}

fn remark(spec: &ParamSpec, value: f64) -> (String, Option<String>) {
    let unit = spec.dimension.unit();
    let (low, high) = spec.plausible;
    if spec.dimension == Dimension::Temperature {
        let celsius = value - ZERO_CELSIUS;
        let hint = (value < 100.0).then(|| format!("did you mean `{value} degC`?"));
        return (format!("{value} K is {celsius:.2} degC, and membranes work between -2 and 50 degC"), hint);
    }
    let range = match (low.is_finite(), high.is_finite()) {
        (true, true) => format!("between {low} and {high} {unit}"),
        (true, false) => format!("above {low} {unit}"),
        _ => format!("below {high} {unit}"),
    };
    (format!("cells have a {} {}", spec.doc, range.trim_end()), Some("check the number and its unit".into()))
}
