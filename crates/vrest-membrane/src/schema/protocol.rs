//! The schema of protocol files.

use super::{document, named, object, parameter, properties, quantity, text};
use crate::mechanism::{ParamSpec, param};
use crate::protocol::{Shape, level_key};
use crate::units::Dimension;
use serde_json::{Map, Value, json};

/// The JSON schema of a protocol file.
pub fn protocol() -> Value {
    let start = json!({
        "description": "Where the trajectory starts.",
        "anyOf": [{ "const": "rest" }, quantity(Dimension::Voltage, "the starting voltage")],
    });
    let stimulus = waveforms(Some(Dimension::CurrentDensity));
    let all = properties([
        ("name", text("Short name.")),
        ("description", text("One or two sentences.")),
        ("duration", quantity(Dimension::Time, "how long it lasts")),
        ("start", start),
        ("clamp", clamp()),
        ("stimulus", stimulus.clone()),
        ("stimuli", named("Further injected currents, by name.", stimulus)),
        ("changes", named("Parameters that change, by a name of your choice.", waveforms(None))),
    ]);
    document("vrest protocol", object("What is done to a cell.", all, &["duration"]))
}

/// A voltage clamp; the command changes under the path `clamp.v`.
fn clamp() -> Value {
    let all = properties([
        ("v", quantity(Dimension::Voltage, "the holding voltage; changes of clamp.v are the command")),
        (
            "series_resistance",
            text(
                "Times area, as in \"0.1 kohm*cm2\", or of a cell with a geometry, \"10 Mohm\"; ideal where left out.",
            ),
        ),
    ]);
    object("A voltage clamp: V is imposed, and the clamp current recorded.", all, &["v"])
}

/// All kinds of waveforms: of a current, or of a parameter whose unit depends on its path.
fn waveforms(dimension: Option<Dimension>) -> Value {
    json!({ "oneOf": Shape::KINDS.iter().map(|kind| waveform(kind, dimension)).collect::<Vec<_>>() })
}

fn waveform(kind: &str, dimension: Option<Dimension>) -> Value {
    let mut all = properties([("kind", json!({ "const": kind }))]);
    let mut required = vec!["kind"];
    if dimension.is_none() {
        all.insert("parameter".into(), text("The path of the parameter, as in ions.K.outside."));
        required.push("parameter");
    }
    let (level, doc, _) = level_key(kind, dimension.is_none());
    let measured = |doc: &str| match dimension {
        Some(d) => quantity(d, doc),
        None => {
            json!({ "type": ["string", "number"], "description": format!("{doc}, in a unit of the parameter") })
        }
    };
    all.insert(level.into(), measured(doc));
    required.push(level);
    if kind == "noise" {
        all.insert("mean".into(), measured("mean"));
    }
    let numbers = Shape::numbers(kind, 0.0);
    // The duration defaults to that of the protocol, which is not a number of the schema.
    let plain = |p: &ParamSpec| parameter(&ParamSpec { default: None, ..p.clone() }, false);
    all.extend(numbers.iter().map(|p| (p.name.to_string(), plain(p))));
    required.extend(numbers.iter().filter(|p| p.default.is_none()).map(|p| p.name.as_ref()));
    let more = own_keys(kind, &mut required);
    all.extend(more);
    object(&format!("A {}.", kind.replace('_', " ")), all, &required)
}

/// The keys that belong to the shape itself.
fn own_keys(kind: &str, required: &mut Vec<&str>) -> Map<String, Value> {
    let interval = |doc| parameter(&param("interval", Dimension::Time, doc), false);
    match kind {
        "pulse_train" => {
            required.push("count");
            properties([(
                "count",
                json!({ "type": "integer", "minimum": 1, "description": "How many pulses." }),
            )])
        }
        "ramp" => properties([(
            "after",
            json!({ "enum": ["hold", "return"], "description": "What follows the ramp (default hold)." }),
        )]),
        "noise" => properties([
            (
                "seed",
                json!({ "type": "integer", "minimum": 0, "description": "The same seed gives the same noise." }),
            ),
            ("tau", parameter(&param("tau", Dimension::Time, "correlation time").default(5.0), false)),
            ("interval", interval("time between knots (default 0.1 ms)")),
        ]),
        "recorded" => {
            required.extend(["values", "interval"]);
            properties([
                (
                    "values",
                    json!({ "type": "array", "items": { "type": "number" }, "minItems": 1, "description": "The recorded values, times `scale`." }),
                ),
                ("interval", interval("time between values")),
                (
                    "interpolation",
                    json!({ "enum": ["linear", "previous"], "description": "Between the values (default linear)." }),
                ),
            ])
        }
        _ => Map::new(),
    }
}
