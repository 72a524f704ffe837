//! From the tables of a protocol file to a protocol.

use super::waveform::{Level, Shape, Target, Waveform};
use super::{ClampSpec, Protocol, Start, noise};
use crate::bounds;
use crate::mechanism::{ParamSpec, param};
use crate::problem::Fault;
use crate::reader::{Located, Section};
use crate::units::{Dimension, Quantity};

/// The most knots of a table: a day at 0.1 ms is a mistake, not a protocol.
const MOST_KNOTS: f64 = 1e7;

/// Reads the root table.
pub(super) fn protocol(root: &mut Section<'_>) -> Option<Protocol> {
    let (name, description) = (root.text_or_empty("name"), root.text_or_empty("description"));
    let duration_spec = param("duration", Dimension::Time, "duration").above(0.0);
    let duration = bounds::read(root, "duration", &duration_spec).unwrap_or(f64::NAN);
    let start = start(root);
    let clamp = root.section("clamp").and_then(clamp);
    if clamp.is_some() {
        for key in ["start", "stimulus", "stimuli"].into_iter().filter(|k| root.has(k)) {
            let message = format!("`{key}` means nothing under a voltage clamp");
            let hint = if key == "start" { "it starts at `v`" } else { "change `clamp.v` instead" };
            root.error(root.span(), Fault::Inconsistent { message, hint: Some(hint.into()) });
        }
    }
    let mut waveforms = Vec::new();
    if let Some(section) = root.section("stimulus") {
        waveforms.extend(waveform("stimulus".into(), section, None, duration));
    }
    if let Some(mut section) = root.section("stimuli") {
        for (name, s) in section.named_sections() {
            waveforms.extend(waveform(name.value, s, None, duration));
        }
        section.finish();
    }
    if let Some(mut section) = root.section("changes") {
        for (name, mut s) in section.named_sections() {
            let Some(parameter) = s.text("parameter") else {
                if !s.has("parameter") {
                    s.missing("parameter", "\"ions.K.outside\"");
                }
                continue;
            };
            waveforms.extend(waveform(name.value, s, Some(parameter), duration));
        }
        section.finish();
    }
    Some(Protocol { name, description, duration, start, clamp, waveforms })
}

fn clamp(mut section: Section<'_>) -> Option<ClampSpec> {
    let v = bounds::read(&mut section, "clamp.v", &param("v", Dimension::Voltage, "holding voltage"));
    let series_resistance = section.any_quantity("series_resistance");
    section.finish();
    Some(ClampSpec { v: v?, series_resistance })
}

fn start(root: &mut Section<'_>) -> Start {
    if root.as_written("start") == "rest" || !root.has("start") {
        root.allow("start");
        if root.has("start") {
            root.text("start");
        }
        return Start::Rest;
    }
    root.quantity("start", Dimension::Voltage).map_or(Start::Rest, |v| Start::Voltage(v.value))
}

fn waveform(
    name: String,
    mut section: Section<'_>,
    parameter: Option<Located<String>>,
    protocol_duration: f64,
) -> Option<Waveform> {
    let Some(kind) = section.choice("kind", "kind", &Shape::KINDS) else {
        if !section.has("kind") {
            section.missing("kind", "\"step\"");
        }
        return None;
    };
    let kind = kind.value.as_str();
    let shape = shape(kind, &mut section, protocol_duration);
    let numbers: Vec<_> = Shape::numbers(kind, protocol_duration)
        .into_iter()
        .map(|spec| {
            let value = bounds::read(&mut section, &format!("{name}.{}", spec.name), &spec);
            Some((spec, value?))
        })
        .collect();

    let (target, dimension) = match parameter {
        Some(path) => (Target::Parameter(path), None),
        None => (Target::Current, Some(Dimension::CurrentDensity)),
    };
    let (level_key, doc, absolute) = level_key(kind, dimension.is_none());
    let mut measured = vec![level(&mut section, level_key, doc, dimension, None)];
    if kind == "noise" {
        measured.push(level(&mut section, "mean", "mean", dimension, Some(0.0)));
    }
    section.finish();
    Some(Waveform {
        name,
        target,
        shape: shape?,
        level: if absolute { Level::To } else { Level::By },
        measured: measured.into_iter().collect::<Option<_>>()?,
        numbers: numbers.into_iter().collect::<Option<_>>()?,
    })
}

/// The key of a waveform's level, what it says, and whether it is the value to reach rather than an amplitude.
pub(crate) fn level_key(kind: &str, of_parameter: bool) -> (&'static str, &'static str, bool) {
    match kind {
        "step" | "pulse_train" | "ramp" if of_parameter => ("to", "the value it takes", true),
        "noise" => ("sd", "standard deviation", false),
        "recorded" => ("scale", "what a recorded value of 1 stands for", false),
        _ => ("amplitude", "amplitude", false),
    }
}

/// Reads a number that measures what the waveform drives: at once for a current, later for a parameter.
fn level(
    section: &mut Section<'_>,
    key: &'static str,
    doc: &'static str,
    dimension: Option<Dimension>,
    default: Option<f64>,
) -> Option<(ParamSpec, Option<Located<Quantity>>)> {
    let mut spec = param(key, dimension.unwrap_or(Dimension::Dimensionless), doc);
    spec.default = default;
    let Some(quantity) = section.any_quantity(key) else {
        if !section.has(key) && default.is_none() {
            section.missing(key, &format!("\"... {}\"", dimension.map_or("", Dimension::unit)));
        }
        // Left out, it takes its default; unreadable, it has been reported.
        return (!section.has(key) && default.is_some()).then_some((spec, None));
    };
    if let Some(d) = dimension
        && let Err(e) = quantity.value.to(d)
    {
        section.error(quantity.span, Fault::Unit(e));
        return None;
    }
    Some((spec, Some(quantity)))
}

/// Reads what belongs to the shape itself.
fn shape(kind: &str, section: &mut Section<'_>, protocol_duration: f64) -> Option<Shape> {
    Some(match kind {
        "step" => Shape::Step,
        "pulse_train" => {
            let count = section.whole("count", 1);
            if count.is_none() && !section.has("count") {
                section.missing("count", "10");
            }
            Shape::PulseTrain { count: count?.value.min(100_000) as usize }
        }
        "ramp" => {
            let after = section.choice("after", "word", &["hold", "return"]);
            Shape::Ramp { returns: after.is_some_and(|a| a.value == "return") }
        }
        "sine" => Shape::Sine,
        "chirp" => Shape::Chirp,
        "noise" => {
            let seed = section.whole("seed", 0).map_or(0, |s| s.value);
            let tau = bounds::read(section, "tau", &time("tau", "correlation time").default(5.0));
            let interval =
                bounds::read(section, "interval", &time("interval", "time between knots").default(0.1))?;
            let n = knots(section, protocol_duration / interval)?;
            let values = noise::ornstein_uhlenbeck(seed, n + 2, interval, tau?);
            Shape::Table { values, interval, linear: true, noise: true }
        }
        _ => {
            let values = section.numbers("values");
            if values.is_none() && !section.has("values") {
                section.missing("values", "[0, 1, 0]");
            }
            let interval = bounds::read(section, "interval", &time("interval", "time between values"));
            let steps = section.choice("interpolation", "word", &["linear", "previous"]);
            let values = values?;
            if values.value.is_empty() {
                let message = "`values` is empty".to_string();
                section.error(values.span, Fault::Inconsistent { message, hint: None });
                return None;
            }
            let linear = steps.is_none_or(|s| s.value == "linear");
            Shape::Table { values: values.value, interval: interval?, linear, noise: false }
        }
    })
}

fn time(name: &'static str, doc: &'static str) -> ParamSpec {
    param(name, Dimension::Time, doc).above(0.0)
}

/// The number of knots, unless there are absurdly many.
fn knots(section: &Section<'_>, n: f64) -> Option<usize> {
    if !n.is_finite() {
        return None;
    }
    if n > MOST_KNOTS {
        let message = format!("{n:.0} knots are too many (at most {MOST_KNOTS:.0})");
        let hint = Some("give a longer `interval`".into());
        section.error(section.span(), Fault::Inconsistent { message, hint });
        return None;
    }
    Some(n.ceil() as usize)
}
