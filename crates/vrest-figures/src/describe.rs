//! A figure in words, for readers who cannot see it and for search.

use crate::figure::{Axis, Figure, Mark, Panel};
use crate::text::{number, plain, pretty_unit};

/// The figure's own description, or one made up from its marks.
pub fn figure(figure: &Figure) -> String {
    if !figure.description.is_empty() {
        return figure.description.clone();
    }
    figure.panels.iter().map(panel).collect::<Vec<_>>().join(" ")
}

fn panel(panel: &Panel) -> String {
    let axes = match (panel.x.is_categorical(), panel.y.is_categorical()) {
        (false, false) => format!("{} against {}", quantity(&panel.y), quantity(&panel.x)),
        (true, _) => quantity(&panel.y),
        (_, true) => quantity(&panel.x),
    };
    let marks: Vec<String> = panel.marks.iter().filter_map(mark).collect();
    let title = if panel.title.is_empty() { String::new() } else { format!("{}: ", plain(&panel.title)) };
    format!("{title}{axes}. {}", marks.join("; ")).trim_end().to_owned()
        + if marks.is_empty() { "" } else { "." }
}

fn quantity(axis: &Axis) -> String {
    let unit = pretty_unit(&axis.unit);
    let label = if axis.label.is_empty() { "value".to_owned() } else { plain(&axis.label) };
    if unit.is_empty() { label } else { format!("{label} in {unit}") }
}

fn mark(mark: &Mark) -> Option<String> {
    let name = plain(mark.name());
    let named = |what: &str| if name.is_empty() { what.to_owned() } else { name.clone() };
    match mark {
        Mark::Line(line) => Some(span(&named("curve"), &line.y)),
        Mark::Points(points) => {
            Some(format!("{} at {} points", span(&named("values"), &points.y), points.x.len()))
        }
        Mark::Band(band) => Some(span(&named("band"), &[band.low.as_slice(), &band.high].concat())),
        Mark::Reference(line) => {
            (!name.is_empty()).then(|| format!("{name} marked at {}", number(line.at, 4)))
        }
        Mark::Bars(bars) => Some(format!(
            "{} from {}",
            match bars.bars.len() {
                1 => "1 bar".to_owned(),
                count => format!("{count} bars"),
            },
            limits(bars.bars.iter().flat_map(|bar| [bar.from, bar.to]))
        )),
        Mark::Heat(heat) => Some(span(&named("colour"), &heat.values)),
    }
}

fn span(name: &str, values: &[f64]) -> String {
    format!("{name} from {}", limits(values.iter().copied()))
}

fn limits(values: impl Iterator<Item = f64>) -> String {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high { "no values".to_owned() } else { format!("{} to {}", number(low, 4), number(high, 4)) }
}
