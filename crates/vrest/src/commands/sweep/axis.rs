//! What `--param PATH=FROM:TO[:lin|log][:COUNT]` means.

use std::sync::Arc;

use serde::Serialize;
use vrest_membrane::nearest::nearest;
use vrest_membrane::units::Dimension;
use vrest_membrane::{Fault, ParamInfo, Problem as Found};

use crate::failure::{Failure, Kind};
use crate::problem::{Problem, Source};

/// Values where no count is given.
const COUNT: usize = 50;

/// One swept parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// Its path.
    pub path: String,
    /// Its unit.
    pub unit: &'static str,
    /// Whether the values stand in equal ratios.
    pub logarithmic: bool,
    /// Its values, ascending or descending as typed.
    pub values: Vec<f64>,
    /// Its place among the parameters.
    #[serde(skip)]
    pub index: usize,
}

/// Reads all ranges of numbers among `numbers`.
///
/// # Errors
/// Every wrong range at once.
pub fn read(typed: &[String], numbers: &[ParamInfo]) -> Result<Vec<Axis>, Failure> {
    let (mut axes, mut wrong) = (Vec::new(), Vec::new());
    for text in typed {
        match one(text, numbers) {
            Ok(axis) => axes.push(axis),
            Err(found) => {
                let source = Arc::new(Source { name: "--param".into(), text: text.clone() });
                wrong.push(Problem::in_file(&found, &source));
            }
        }
    }
    if wrong.is_empty() { Ok(axes) } else { Err(Failure { kind: Kind::Configuration, problems: wrong }) }
}

fn one(text: &str, numbers: &[ParamInfo]) -> Result<Axis, Found> {
    let whole = 0..text.len();
    let inconsistent = |message: String, hint: &str| {
        Found::error(whole.clone(), Fault::Inconsistent { message, hint: Some(hint.into()) })
    };
    let example = "write a path and a range, as in `--param ions.K.outside=1:100:log:50`";
    let Some((path, range)) = text.split_once('=') else {
        return Err(inconsistent(format!("`{text}` has no `=`"), example));
    };
    let start = path.len() + 1;
    let path = path.trim();
    let Some(index) = numbers.iter().position(|n| n.path == path) else {
        let allowed: Vec<String> = numbers.iter().map(|n| n.path.clone()).collect();
        let near = nearest(path, allowed.iter().map(String::as_str)).map(String::from);
        let fault = Fault::UnknownName { what: "parameter", name: path.into(), allowed, nearest: near };
        return Err(Found::error(0..start - 1, fault));
    };
    let info = &numbers[index];
    let parts: Vec<&str> = range.split(':').map(str::trim).collect();
    let (ends, rest) = match &parts[..] {
        [from, to, rest @ ..] => ([*from, *to], rest),
        _ => return Err(inconsistent(format!("`{range}` has no end"), example)),
    };
    let (logarithmic, count) = match rest {
        [] => (false, COUNT),
        ["lin"] => (false, COUNT),
        ["log"] => (true, COUNT),
        ["lin", n] => (
            false,
            many(n).ok_or_else(|| inconsistent(format!("`{n}` is no number of values"), "2 or more"))?,
        ),
        ["log", n] => {
            (true, many(n).ok_or_else(|| inconsistent(format!("`{n}` is no number of values"), "2 or more"))?)
        }
        [n] => match many(n) {
            Some(n) => (false, n),
            None => {
                return Err(inconsistent(
                    format!("`{n}` is neither `lin`, `log` nor a number of values"),
                    example,
                ));
            }
        },
        _ => return Err(inconsistent(format!("`{range}` has too many parts"), example)),
    };
    let mut limits = [0.0; 2];
    for (limit, written) in limits.iter_mut().zip(ends) {
        // A plain number is in the parameter's own unit, which for temperatures nobody would guess.
        let plain = written.parse::<f64>().is_ok() && info.spec.dimension != Dimension::Temperature;
        let complete =
            if plain { format!("{written} {}", info.unit()).trim().to_string() } else { written.to_string() };
        *limit = info.read(&complete).map_err(|fault| Found::error(start..text.len(), fault))?.0;
    }
    let [from, to] = limits;
    if from == to {
        return Err(inconsistent("the range begins where it ends".into(), "leave it out, or use `--set`"));
    }
    if logarithmic && (from <= 0.0 || to <= 0.0) {
        return Err(inconsistent(
            "a logarithmic range must stay above 0".into(),
            "write `lin` in place of `log`",
        ));
    }
    let value = |k: usize| {
        let share = k as f64 / (count - 1) as f64;
        match k {
            0 => from,
            _ if k == count - 1 => to,
            _ if logarithmic => from * (to / from).powf(share),
            _ => from + share * (to - from),
        }
    };
    Ok(Axis {
        path: path.into(),
        unit: info.unit(),
        logarithmic,
        values: (0..count).map(value).collect(),
        index,
    })
}

fn many(text: &str) -> Option<usize> {
    text.parse().ok().filter(|n| (2..=1_000_000).contains(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use vrest_membrane::{Cell, presets};

    fn numbers() -> Vec<ParamInfo> {
        Cell::parse(presets::cell("seed_neuron").unwrap().text).unwrap().cell.numbers()
    }

    #[test]
    fn a_range_may_leave_out_scale_and_count_and_carry_units() {
        let numbers = numbers();
        let one = |text: &str| one(text, &numbers).unwrap();
        let full = one("ions.K.outside=1:100:log:3");
        assert_eq!((full.values, full.unit, full.logarithmic), (vec![1.0, 10.0, 100.0], "mM", true));
        assert_eq!(one("ions.K.outside=1:2").values.len(), COUNT);
        assert_eq!(one("leak_K.g = 0.1 mS/cm2 : 0.3 mS/cm2 : 2").values, [0.1, 0.3]);
        assert_eq!(one("temperature=0 degC:10 degC:lin:2").values, [273.15, 283.15]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let numbers = numbers();
        for text in [
            "ions.K.outside",
            "ions.K.outsid=1:2",
            "ions.K.outside=1",
            "ions.K.outside=-1:2",
            "ions.K.outside=1:2:cubic",
            "ions.K.outside=1:1",
            "leak_K.g=0:1:log",
            "temperature=1:30",
            "ions.K.outside=1:2:log:1",
            "ions.K.outside=1 mV:2",
        ] {
            assert!(one(text, &numbers).is_err(), "{text}");
        }
    }
}
