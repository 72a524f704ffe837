//! The training configuration as the user gives it: a YAML file, options, single changes.
//!
//! Every value is tried alone in place of its default, so that all that is wrong in a file is said at once, each with
//! its line and column.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use vrest_learn::train::TrainingConfig;
use vrest_membrane::nearest::nearest;

use crate::failure::{Failure, Kind};
use crate::files;
use crate::problem::{Problem, Source};
use crate::yaml::{self, Node};

/// Reads `path`, then lets `changes` (`key=value`, keys with dots, values in YAML) override it.
///
/// # Errors
/// An unreadable file; everything in it that is no YAML, no key or no possible value.
pub fn load(path: Option<&Path>, changes: &[String]) -> Result<TrainingConfig, Failure> {
    let source = path.map(files::read_text).transpose()?;
    let mut draft = Draft::default();
    if let Some(source) = &source {
        draft.file(source);
    }
    for change in changes {
        draft.change(change);
    }
    draft.finish().map_err(|problems| Failure { kind: Kind::Configuration, problems })
}

/// Everything that is wrong in a configuration file.
pub fn check(source: &Arc<Source>) -> Vec<Problem> {
    let mut draft = Draft::default();
    draft.file(source);
    draft.finish().err().unwrap_or_default()
}

/// The defaults with what was given put in place of them.
struct Draft {
    tree: Value,
    /// Where each key that was given stands.
    given: Vec<(String, Arc<Source>, Range<usize>)>,
    problems: Vec<Problem>,
}

impl Default for Draft {
    fn default() -> Self {
        let tree =
            serde_json::to_value(TrainingConfig::default()).expect("defaults are plain numbers and words");
        Draft { tree, given: Vec::new(), problems: Vec::new() }
    }
}

impl Draft {
    fn file(&mut self, source: &Arc<Source>) {
        match yaml::parse(&source.text) {
            Ok(None) => {}
            Ok(Some(node)) => self.node("", &node, source),
            Err((message, span)) => {
                let problem = Problem::error(message).at(source, span);
                self.problems
                    .push(problem.with_hint(
                        "`params/training_config.yml` shows the form, every key with its default",
                    ));
            }
        }
    }

    /// What `node`, the value of the key `path`, says.
    fn node(&mut self, path: &str, node: &Node, source: &Arc<Source>) {
        let group = lookup(&self.tree, path).and_then(Value::as_object);
        let keys: Option<Vec<String>> = group.map(|group| group.keys().cloned().collect());
        match (keys, &node.map) {
            (Some(keys), Some(entries)) => {
                for (key, span, value) in entries {
                    let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    if keys.contains(key) {
                        self.node(&inner, value, source);
                    } else {
                        let problem =
                            Problem::error(format!("unknown key `{inner}`")).at(source, span.clone());
                        self.problems.push(problem.with_hint(meant(key, &keys)));
                    }
                }
            }
            (Some(keys), None) => {
                let what = if path.is_empty() { "the file" } else { path };
                let message = format!("`{what}` is no single value but a group of keys");
                let problem = Problem::error(message).at(source, node.span.clone());
                self.problems.push(problem.with_hint(format!("its keys are {}", listed(&keys))));
            }
            (None, _) => {
                self.given.push((path.to_string(), source.clone(), node.span.clone()));
                if let Err(message) = self.put(path, node.value()) {
                    self.problems.push(Problem::error(message).at(source, node.span.clone()));
                }
            }
        }
    }

    /// One `--set`.
    fn change(&mut self, change: &str) {
        let Some((path, text)) = change.split_once('=') else {
            let problem = Problem::error(format!("`--set {change}` has no `=`"));
            self.problems.push(problem.with_hint("write `--set trajectory.epochs=20`"));
            return;
        };
        let path = path.trim();
        let mut group = &self.tree;
        for part in path.split('.') {
            let keys: Vec<String> =
                group.as_object().map(|o| o.keys().cloned().collect()).unwrap_or_default();
            let Some(inner) = group.get(part) else {
                let problem = Problem::error(format!("`{part}` in `--set {change}` is no key"));
                self.problems.push(problem.with_hint(meant(part, &keys)));
                return;
            };
            group = inner;
        }
        if let Some(keys) = group.as_object() {
            let keys: Vec<String> = keys.keys().map(|key| format!("{path}.{key}")).collect();
            let problem = Problem::error(format!("`{path}` in `--set {change}` is a group of keys"));
            self.problems.push(problem.with_hint(format!("set one of {}", listed(&keys))));
            return;
        }
        let said = match yaml::parse(text) {
            Ok(node) => self.put(path, node.map_or(Value::Null, |node| node.value())),
            Err((message, _)) => Err(message),
        };
        if let Err(message) = said {
            self.problems.push(Problem::error(format!("`--set {change}`: {message}")));
        }
    }

    /// Puts a value in place of a default if it is of the right kind.
    fn put(&mut self, path: &str, value: Value) -> Result<(), String> {
        let before = std::mem::replace(place(&mut self.tree, path), value);
        match TrainingConfig::deserialize(&self.tree) {
            Ok(_) => Ok(()),
            Err(error) => {
                *place(&mut self.tree, path) = before;
                Err(format!("`{path}`: {}", in_words(&error.to_string())))
            }
        }
    }

    fn finish(mut self) -> Result<TrainingConfig, Vec<Problem>> {
        let config = TrainingConfig::deserialize(&self.tree).expect("every value was tried");
        for wrong in config.problems() {
            let problem = Problem::error(wrong.to_string());
            let given = self.given.iter().find(|(path, ..)| path == wrong.key);
            self.problems.push(match given {
                Some((_, source, span)) => problem.at(source, span.clone()),
                None => problem,
            });
        }
        if self.problems.is_empty() { Ok(config) } else { Err(self.problems) }
    }
}

/// What a value should be, without the names of Rust's types.
fn in_words(message: &str) -> String {
    let words = [("usize", "a whole number from 0"), ("u64", "a whole number from 0"), ("f64", "a number")];
    words.iter().fold(message.to_string(), |said, (kind, word)| {
        said.replace(&format!("expected {kind}"), &format!("expected {word}"))
    })
}

fn lookup<'t>(tree: &'t Value, path: &str) -> Option<&'t Value> {
    path.split('.').filter(|part| !part.is_empty()).try_fold(tree, |tree, part| tree.get(part))
}

fn place<'t>(tree: &'t mut Value, path: &str) -> &'t mut Value {
    path.split('.').fold(tree, |tree, part| &mut tree[part])
}

fn meant(key: &str, keys: &[String]) -> String {
    match nearest(key, keys.iter().map(String::as_str)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("keys here are {}", listed(keys)),
    }
}

fn listed(keys: &[String]) -> String {
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
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
