//! From the tables of a ranges file to distributions.

use super::{Distribution, Drawn, Entry, Kind, Ranges, Sampling, V_START, inconsistent};
use vrest_membrane::nearest::nearest;
use vrest_membrane::reader::Section;
use vrest_membrane::units::Dimension;
use vrest_membrane::{Experiment, Fault, Problem};

/// Reads the root table.
pub(super) fn ranges(root: &mut Section<'_>) -> Option<Ranges> {
    let (name, description) = (root.text_or_empty("name"), root.text_or_empty("description"));
    let sampling = match root.choice("sampling", "kind of sampling", &["independent", "sobol"]) {
        Some(word) if word.value == "sobol" => Sampling::Sobol,
        _ => Sampling::Independent,
    };
    let mut entries = Vec::new();
    match root.section("ranges") {
        Some(mut section) => {
            for (path, s) in section.named_sections() {
                entries.extend(entry(path.value, path.span, s));
            }
            section.finish();
        }
        None if !root.has("ranges") => root.missing("ranges", "{ \"leak_K.g\" = { ... } }"),
        None => {}
    }
    Some(Ranges { name, description, sampling, entries })
}

fn entry(path: String, span: std::ops::Range<usize>, mut section: Section<'_>) -> Option<Entry> {
    const KINDS: [&str; 4] = ["uniform", "log_uniform", "normal", "fixed"];
    let Some(word) = section.choice("distribution", "distribution", &KINDS) else {
        if !section.has("distribution") {
            section.missing("distribution", "\"uniform\"");
        }
        return None;
    };
    let (kind, keys): (Kind, &[&str]) = match word.value.as_str() {
        "uniform" => (Kind::Uniform, &["low", "high"]),
        "log_uniform" => (Kind::LogUniform, &["low", "high"]),
        "normal" => (Kind::Normal, &["mean", "sd"]),
        _ => (Kind::Fixed, &["value"]),
    };
    let quantities: Vec<_> = keys
        .iter()
        .map(|key| {
            if !section.has(key) {
                section.missing(key, "\"... unit\"");
            }
            section.any_quantity(key).map(|q| (q.value, q.span))
        })
        .collect();
    section.finish();
    Some(Entry { path, span, kind, quantities: quantities.into_iter().collect::<Option<_>>()? })
}

/// Finds the parameter of an entry and gives its numbers their dimension.
pub(super) fn resolve(e: &Entry, experiment: &Experiment) -> Result<Drawn, Problem> {
    let Some(index) = experiment.index(&e.path) else {
        let allowed: Vec<String> = experiment.params().iter().map(|p| p.path.clone()).collect();
        let near = nearest(&e.path, allowed.iter().map(String::as_str)).map(String::from);
        let fault = Fault::UnknownName { what: "parameter", name: e.path.clone(), allowed, nearest: near };
        return Err(Problem::error(e.span.clone(), fault));
    };
    let info = experiment.params()[index].clone();
    let mut numbers = Vec::new();
    for (quantity, span) in &e.quantities {
        let value =
            quantity.to(info.spec.dimension).map_err(|u| Problem::error(span.clone(), Fault::Unit(u)))?;
        numbers.push((value, span.clone()));
    }
    let reachable = if e.kind == Kind::Normal { &numbers[..1] } else { &numbers[..] };
    if let Some((value, span)) = reachable.iter().find(|(v, _)| !info.spec.allows(*v)) {
        let unit = info.spec.dimension.unit();
        let message = format!("`{}` cannot be {value} {unit}", e.path).trim_end().to_string();
        let hint = "give a range inside what the parameter can take (see `vrest list mechanisms`)";
        return Err(inconsistent(span.clone(), message, Some(hint.into())));
    }
    let distribution = match (e.kind, &numbers[..]) {
        (Kind::Fixed, [(value, _)]) => Distribution::Fixed(*value),
        (Kind::Normal, [(mean, _), (sd, span)]) => {
            if *sd < 0.0 {
                let message = format!("the standard deviation of `{}` is negative", e.path);
                return Err(inconsistent(span.clone(), message, None));
            }
            let low = if info.spec.above_min { info.spec.min.next_up() } else { info.spec.min };
            Distribution::Normal { mean: *mean, sd: *sd, low, high: info.spec.max }
        }
        (kind, [(low, span), (high, _)]) => {
            if low > high {
                let message = format!("the range of `{}` is empty: low {low} is above high {high}", e.path);
                return Err(inconsistent(span.clone(), message, Some("swap `low` and `high`".into())));
            }
            if kind == Kind::LogUniform && *low <= 0.0 {
                let message = format!("a logarithmic range of `{}` must lie above 0", e.path);
                return Err(inconsistent(
                    span.clone(),
                    message,
                    Some("use `uniform`, or a positive `low`".into()),
                ));
            }
            match kind {
                Kind::LogUniform => Distribution::LogUniform { low: *low, high: *high },
                _ => Distribution::Uniform { low: *low, high: *high },
            }
        }
        _ => unreachable!("as many numbers are read as a distribution has"),
    };
    if e.path == V_START && info.spec.dimension != Dimension::Voltage {
        return Err(inconsistent(e.span.clone(), format!("`{V_START}` is the starting voltage"), None));
    }
    Ok(Drawn { info, index, distribution })
}
