//! The schemas speak of what the readers accept: every preset's keys are in them, and every kind of mechanism.

use serde_json::Value;
use vrest_membrane::{mechanisms, presets, schema};

/// Whether every key of a TOML table is allowed by the schema (structure, not values).
fn allows(schema: &Value, value: &toml::Value) -> bool {
    for word in ["oneOf", "anyOf"] {
        if let Some(options) = schema[word].as_array() {
            return options.iter().filter(|o| allows(o, value)).count() >= 1;
        }
    }
    if let Some(constant) = schema.get("const") {
        return value.as_str() == constant.as_str();
    }
    let toml::Value::Table(table) = value else { return schema["type"] != "object" };
    let required = schema["required"].as_array().into_iter().flatten();
    required.into_iter().all(|key| table.contains_key(key.as_str().unwrap()))
        && table.iter().all(|(key, value)| {
            let own = &schema["properties"][key];
            let each = &schema["additionalProperties"];
            if own.is_object() { allows(own, value) } else { each.is_object() && allows(each, value) }
        })
}

#[test]
fn presets_obey_the_schemas() {
    for (schema, presets) in [
        (schema::cell(), presets::cells().collect::<Vec<_>>()),
        (schema::protocol(), presets::protocols().collect()),
    ] {
        for preset in presets {
            let value: toml::Value = toml::from_str(preset.text).unwrap();
            assert!(allows(&schema, &value), "{}", preset.name);
        }
    }
}

#[test]
fn a_misspelt_key_does_not() {
    let text = presets::cell("seed_neuron").unwrap().text.replace("k_na", "k_nna");
    assert!(!allows(&schema::cell(), &toml::from_str(&text).unwrap()));
}

#[test]
fn every_kind_is_in_the_schema() {
    let text = schema::cell().to_string();
    for spec in mechanisms::specs() {
        assert!(text.contains(&format!("\"const\":\"{}\"", spec.kind)), "{}", spec.kind);
    }
}
