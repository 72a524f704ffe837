//! The JSON schema of training configurations, from their defaults.

use super::TrainingConfig;
use crate::field::registry::Kind;
use serde_json::{Value, json};

/// Every key: what it is, and the words that it takes where it takes words.
const KEYS: [(&str, &str, &[&str]); 33] = [
    ("dataset", "NPZ with X [samples, parameters], Y [samples, times] in mV, t in ms, param_names", &[]),
    ("output", "the folder of model, checkpoints and metrics", &[]),
    ("seed", "of the split, of the first weights and of the order of training", &[]),
    ("split", "how the samples are dealt, as fractions", &[]),
    ("split.train", "samples that the weights are fitted to", &[]),
    ("split.validation", "samples that choose encodings and the best weights, and end the training", &[]),
    ("split.test", "samples that choose nothing", &[]),
    ("network", "the learned field", &[]),
    ("network.kind", "which field", &[]),
    ("network.hidden", "width of every hidden layer", &[]),
    ("network.activation", "nonlinearity of the hidden layers", &["tanh", "softplus"]),
    ("solver", "adaptive integration of the trained field", &[]),
    ("solver.rtol", "relative tolerance", &[]),
    ("solver.atol", "absolute tolerance, mV", &[]),
    ("warm_start", "derivative matching: no trajectory is integrated", &[]),
    ("warm_start.enabled", "whether it is done at all", &[]),
    ("warm_start.intervals", "of every trajectory, dense where the voltage moves", &[]),
    ("warm_start.rounds", "of L-BFGS; after each the slopes are taken anew", &[]),
    ("warm_start.iterations", "of a round", &[]),
    ("warm_start.ridge", "of the linear least-squares solve, relative to its diagonal", &[]),
    ("trajectory", "training through integrated windows (RK4), with exact gradients", &[]),
    ("trajectory.epochs", "passes over the training trajectories; 0 for none", &[]),
    ("trajectory.windows", "of every trajectory in an epoch", &[]),
    ("trajectory.length", "recording intervals of a window", &[]),
    ("trajectory.batch", "windows of an update", &[]),
    ("trajectory.loss", "what is minimised", &["mean_square"]),
    ("trajectory.optimiser", "how updates are made from gradients", &["adamw", "adam"]),
    ("trajectory.learning_rate", "the first learning rate", &[]),
    ("trajectory.schedule", "how the learning rate changes over the epochs", &["constant", "cosine"]),
    ("trajectory.weight_decay", "decoupled weight decay", &[]),
    ("trajectory.clip_norm", "longest gradient of an update; longer ones are shortened", &[]),
    ("early_stopping.patience", "epochs of a stage without improvement after which it ends", &[]),
    ("early_stopping.min_improvement", "share by which the validation error must fall to count", &[]),
];

/// The JSON schema of a training configuration.
pub fn schema() -> Value {
    let defaults = serde_json::to_value(TrainingConfig::default()).expect("plain numbers and words");
    let mut schema = described("", &defaults);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("vrest training configuration");
    schema
}

/// The schema of the key `path`, whose default is `value`.
fn described(path: &str, value: &Value) -> Value {
    let known = KEYS.iter().find(|(key, ..)| *key == path);
    let mut schema = match value {
        Value::Object(group) => {
            let inner = |key: &str| if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
            let properties: serde_json::Map<String, Value> =
                group.iter().map(|(key, value)| (key.clone(), described(&inner(key), value))).collect();
            json!({ "type": "object", "properties": properties, "additionalProperties": false })
        }
        Value::Array(_) => {
            json!({ "type": "array", "items": { "type": "integer", "minimum": 1 }, "default": value })
        }
        Value::Bool(_) => json!({ "type": "boolean", "default": value }),
        Value::Number(n) if n.is_u64() => json!({ "type": "integer", "minimum": 0, "default": value }),
        Value::Number(_) => json!({ "type": "number", "default": value }),
        _ => json!({ "type": "string", "default": value }),
    };
    let kinds: Vec<&str> = Kind::ALL.iter().map(|(_, name, _)| *name).collect();
    let words = if path == "network.kind" { &kinds[..] } else { known.map_or(&[][..], |(.., words)| words) };
    if !words.is_empty() {
        schema["enum"] = json!(words);
    }
    if let Some((_, about, _)) = known {
        schema["description"] = json!(about);
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `f` with every key and its default.
    fn each(path: &str, value: &Value, f: &mut impl FnMut(&str, &Value)) {
        f(path, value);
        for (key, inner) in value.as_object().into_iter().flatten() {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            each(&path, inner, f);
        }
    }

    #[test]
    fn every_key_is_described_and_every_word_is_taken() {
        let defaults = serde_json::to_value(TrainingConfig::default()).unwrap();
        let mut keys = Vec::new();
        each("", &defaults, &mut |path, _| keys.push(path.to_string()));
        for (key, _, words) in KEYS {
            assert!(keys.iter().any(|k| k == key), "{key} is no key");
            for word in words {
                let mut tree = defaults.clone();
                *key.split('.').fold(&mut tree, |tree, part| &mut tree[part]) = json!(word);
                let config: Result<TrainingConfig, _> = serde_json::from_value(tree);
                assert!(config.is_ok(), "{key} = {word}: {}", config.unwrap_err());
            }
        }
        let group = |key: &str| key.is_empty() || key == "early_stopping";
        for key in keys.iter().filter(|k| !group(k)) {
            assert!(KEYS.iter().any(|(known, ..)| known == key), "{key} is not described");
        }
    }
}
