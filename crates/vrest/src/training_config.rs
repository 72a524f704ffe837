//! The training configuration as the user gives it: a YAML file, options, single changes.

use std::path::Path;

use serde_json::Value;
use vrest_learn::train::TrainingConfig;

use crate::failure::{Failure, Kind};
use crate::problem::Problem;

/// Reads `path`, then lets `changes` (`key=value`, keys with dots, values in YAML) override it.
///
/// # Errors
/// An unreadable file, a syntax or type error with its place, unknown keys, values that cannot work: all of them.
pub fn load(path: Option<&Path>, changes: &[String]) -> Result<TrainingConfig, Failure> {
    let mut config = match path {
        None => TrainingConfig::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|e| Failure::io("read", path, &e))?;
            serde_saphyr::from_str(&text).map_err(|e| {
                let text = e.to_string();
                Failure::configuration(format!("`{}` cannot be read: {}", path.display(), text.trim_end()))
                    .with_hint("`params/training_config.yml` has every key with its default")
            })?
        }
    };
    if !changes.is_empty() {
        config = changed(&config, changes)?;
    }
    let problems: Vec<Problem> = config.problems().iter().map(|p| Problem::error(p.to_string())).collect();
    if problems.is_empty() { Ok(config) } else { Err(Failure { kind: Kind::Configuration, problems }) }
}

fn changed(config: &TrainingConfig, changes: &[String]) -> Result<TrainingConfig, Failure> {
    let wrong = |e: &dyn std::fmt::Display| Failure::configuration(format!("`--set`: {e}"));
    let mut tree = serde_json::to_value(config).map_err(|e| wrong(&e))?;
    for change in changes {
        let Some((key, text)) = change.split_once('=') else {
            return Err(Failure::configuration(format!("`--set {change}` has no `=`"))
                .with_hint("write `--set trajectory.epochs=20`"));
        };
        let value: Value = serde_saphyr::from_str(text)
            .map_err(|e| Failure::configuration(format!("`--set {change}`: {}", e.to_string().trim_end())))?;
        let mut place = &mut tree;
        for part in key.trim().split('.') {
            let known: Vec<String> =
                place.as_object().map(|o| o.keys().cloned().collect()).unwrap_or_default();
            place = match place.get_mut(part) {
                Some(inner) => inner,
                None => {
                    let failure = Failure::configuration(format!("`{part}` in `--set {change}` is no key"));
                    let near = vrest_membrane::nearest::nearest(part, known.iter().map(String::as_str));
                    return Err(failure.with_hint(match near {
                        Some(name) => format!("did you mean `{name}`?"),
                        None => format!("keys here are {}", known.join(", ")),
                    }));
                }
            };
        }
        *place = value;
    }
    serde_json::from_value(tree).map_err(|e| wrong(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_is_the_defaults() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../params/training_config.yml");
        assert_eq!(load(Some(Path::new(path)), &[]).expect("it is valid"), TrainingConfig::default());
    }

    #[test]
    fn single_keys_are_changed_and_misspelt_ones_refused() {
        let ok =
            load(None, &["trajectory.epochs=9".into(), "network.hidden=[8]".into()]).expect("both exist");
        assert_eq!((ok.trajectory.epochs, ok.network.hidden), (9, vec![8]));
        let message = |change: &str| {
            let failure = load(None, &[change.into()]).expect_err("it is wrong");
            let p = &failure.problems[0];
            format!("{} {}", p.message, p.hint.clone().unwrap_or_default())
        };
        assert!(message("trajectory.epoch=9").contains("did you mean `epochs`?"));
        assert!(message("trajectory.epochs=many").contains("--set"));
        assert!(message("split.train=2").contains("`split.train` is 2"));
    }
}
