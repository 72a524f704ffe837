//! `--set PATH=VALUE`: changes of single numbers, read with the same rules as the files.

use std::sync::Arc;

use vrest_membrane::nearest::nearest;
use vrest_membrane::units::UnitError;
use vrest_membrane::{Fault, ParamInfo, Problem as Found};

use crate::failure::{Failure, Kind};
use crate::problem::{Problem, Source};

/// One change, understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The number's path.
    pub path: String,
    /// The new value, in the unit of the number's dimension.
    pub value: f64,
}

/// Reads all changes of numbers among `numbers`; remarks on odd values come second.
///
/// # Errors
/// Every wrong change at once.
pub fn read(typed: &[String], numbers: &[ParamInfo]) -> Result<(Vec<Change>, Vec<Problem>), Failure> {
    let (mut changes, mut odd, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for text in typed {
        let source = Arc::new(Source { name: "--set".into(), text: text.clone() });
        match one(text, numbers) {
            Ok((change, remark)) => {
                changes.push(change);
                odd.extend(remark.map(|found| Problem::in_file(&found, &source)));
            }
            Err(found) => wrong.push(Problem::in_file(&found, &source)),
        }
    }
    if wrong.is_empty() {
        Ok((changes, odd))
    } else {
        Err(Failure { kind: Kind::Configuration, problems: wrong })
    }
}

fn one(text: &str, numbers: &[ParamInfo]) -> Result<(Change, Option<Found>), Found> {
    let Some((path, written)) = text.split_once('=') else {
        let hint = Some("write a path and a value, as in `--set \"leak_K.g=0.4 mS/cm2\"`".into());
        let message = format!("`{text}` has no `=`");
        return Err(Found::error(0..text.len(), Fault::Inconsistent { message, hint }));
    };
    let (span_of_path, start) = (0..path.len(), path.len() + 1);
    let (path, written) = (path.trim(), written.trim());
    let Some(number) = numbers.iter().find(|n| n.path == path) else {
        let allowed: Vec<String> = numbers.iter().map(|n| n.path.clone()).collect();
        let near = nearest(path, allowed.iter().map(String::as_str)).map(String::from);
        let fault = Fault::UnknownName { what: "parameter", name: path.into(), allowed, nearest: near };
        return Err(Found::error(span_of_path, fault));
    };
    match number.read(written) {
        Ok((value, odd)) => {
            let remark = odd.map(|fault| Found::warning(start..text.len(), fault));
            Ok((Change { path: path.into(), value }, remark))
        }
        Err(fault) => {
            let inner = match &fault {
                Fault::Unit(error) => UnitError::span(error, written),
                _ => 0..written.len(),
            };
            let lead = text.len() - text[start..].trim_start().len();
            Err(Found::error(lead + inner.start..lead + inner.end, fault))
        }
    }
}
