//! JSON schemas of cell and protocol files, written from the same specifications that the readers use, so that an
//! editor completes and checks what the program accepts.

mod cell;
mod protocol;

pub use cell::cell;
pub use protocol::protocol;

use crate::mechanism::ParamSpec;
use crate::units::Dimension;
use serde_json::{Map, Value, json};

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

/// A number with its unit; plain where it has none.
fn quantity(dimension: Dimension, description: &str) -> Value {
    let number = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?";
    match dimension {
        Dimension::Dimensionless => json!({
            "description": description,
            "anyOf": [{ "type": "number" }, { "type": "string", "pattern": format!("^{number}( ?%)?$") }],
        }),
        d => json!({
            "type": "string",
            "description": format!("{description}, as {} with its unit: \"1 {}\"", d.noun(), d.example_unit()),
            "pattern": format!("^{number} *\\S.*$"),
            "examples": [format!("1 {}", d.example_unit())],
        }),
    }
}

/// A parameter by its specification; `balance` tells whether it may be left to be solved.
fn parameter(spec: &ParamSpec, balance: bool) -> Value {
    let mut description = spec.doc.to_string();
    if let Some(default) = spec.default {
        let unit = spec.dimension.unit();
        let space = if unit.is_empty() { "" } else { " " };
        description += &format!(" (default {default}{space}{unit})");
    }
    let value = quantity(spec.dimension, &description);
    if balance {
        json!({ "anyOf": [value, { "const": "balance", "description": "solved from the `[balance]` table" }] })
    } else {
        value
    }
}

/// An object with these properties and no others.
fn object(description: &str, properties: Map<String, Value>, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// An object whose keys are names of the user's choice.
fn named(description: &str, each: Value) -> Value {
    json!({ "type": "object", "description": description, "additionalProperties": each })
}

fn properties<const N: usize>(all: [(&str, Value); N]) -> Map<String, Value> {
    all.into_iter().map(|(k, v)| (k.to_string(), v)).collect()
}

fn document(title: &str, body: Value) -> Value {
    let mut document = properties([("$schema", json!(DRAFT)), ("title", json!(title))]);
    if let Value::Object(body) = body {
        document.extend(body);
    }
    Value::Object(document)
}
