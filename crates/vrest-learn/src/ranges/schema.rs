//! The JSON schema of ranges files.

use serde_json::{Value, json};

/// The JSON schema of a ranges file.
pub fn schema() -> Value {
    let quantity = |doc: &str| json!({ "type": ["string", "number"], "description": format!("{doc}, in a unit of the parameter") });
    let entry = |names: &[&str], about: &str, numbers: [(&str, &str); 2], count: usize| {
        let numbers = &numbers[..count];
        let mut properties = serde_json::Map::new();
        properties.insert("distribution".into(), json!({ "enum": names }));
        properties.extend(numbers.iter().map(|(key, doc)| (key.to_string(), quantity(doc))));
        let required: Vec<&str> =
            std::iter::once("distribution").chain(numbers.iter().map(|(key, _)| *key)).collect();
        json!({
            "type": "object", "description": about, "properties": properties, "required": required,
            "additionalProperties": false,
        })
    };
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "vrest ranges",
        "description": "What a dataset's parameters are drawn from.",
        "type": "object",
        "properties": {
            "name": { "type": "string", "description": "Short name." },
            "description": { "type": "string", "description": "One or two sentences." },
            "sampling": {
                "enum": ["independent", "sobol"], "default": "independent",
                "description": "Independent draws, or a scrambled Sobol sequence that covers the ranges evenly.",
            },
            "ranges": {
                "type": "object",
                "description": "A distribution for each parameter, by its path; v_start is the starting voltage.",
                "additionalProperties": { "oneOf": [
                    entry(&["uniform", "log_uniform"], "Evenly between two ends, or evenly in the logarithm.",
                        [("low", "lower end"), ("high", "upper end")], 2),
                    entry(&["normal"], "A normal distribution, within what the parameter can be.",
                        [("mean", "mean"), ("sd", "standard deviation")], 2),
                    entry(&["fixed"], "The same for every sample.", [("value", "value"), ("", "")], 1),
                ] },
            },
        },
        "required": ["ranges"],
        "additionalProperties": false,
    })
}
