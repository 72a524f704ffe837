//! A figure as the data that the page's script draws from. Ranges and palette roles are settled here, so that the script
//! and the static renderers show the same.

use super::encode;
use crate::decimate;
use crate::figure::{
    Axis, Bars, Color, Dash, Figure, Interpolation, Legend, Mark, Orientation, Panel, Scale,
};
use crate::layout;
use crate::layout::range::Range;
use crate::palette;
use crate::text::pretty_unit;
use serde_json::{Value, json};

/// Pixel columns of the widest screen a report is made for; longer traces are thinned to their extremes in each column.
const COLUMNS: usize = 1000;

/// The data of one chart.
pub fn data(figure: &Figure) -> Value {
    let panels: Vec<Value> = figure
        .panels
        .iter()
        .zip(layout::ranges(figure))
        .map(|(panel, (x, y))| panel_data(panel, x, y))
        .collect();
    json!({"height": figure.drawn_size().1.clamp(120.0, 2000.0), "shared": figure.shared_x, "panels": panels})
}

fn panel_data(panel: &Panel, x: Range, y: Range) -> Value {
    let mut next = 0;
    let marks: Vec<Value> = panel
        .marks
        .iter()
        .map(|mark| {
            let color = role(mark.color(), next);
            next += usize::from(mark.color() == Color::Auto);
            mark_data(mark, color, panel, x)
        })
        .collect();
    json!({
        "title": panel.title,
        "share": if panel.height.is_finite() { panel.height.max(0.05) } else { 1.0 },
        "x": axis(&panel.x, x),
        "y": axis(&panel.y, y),
        "legend": match panel.legend {
            Legend::Auto => "auto",
            Legend::Direct => "direct",
            Legend::Hidden => "hidden",
        },
        "marks": marks,
    })
}

fn axis(axis: &Axis, (low, high): Range) -> Value {
    json!({
        "label": axis.label,
        "unit": pretty_unit(&axis.unit),
        "log": axis.scale == Scale::Log,
        "low": low,
        "high": high,
        "names": axis.categories,
    })
}

/// A name that the style sheet knows as a colour.
fn role(color: Color, next: usize) -> String {
    match color {
        Color::Auto => format!("s{}", next % palette::SERIES.len()),
        Color::Series(number) => format!("s{}", number % palette::SERIES.len()),
        Color::Ink => "ink".into(),
        Color::Muted => "muted".into(),
        Color::Faint => "faint".into(),
        Color::Up => "s1".into(),
        Color::Down => "s0".into(),
    }
}

fn mark_data(mark: &Mark, color: String, panel: &Panel, x_range: Range) -> Value {
    let (x_log, y_log) = (panel.x.scale == Scale::Log, panel.y.scale == Scale::Log);
    match mark {
        Mark::Line(line) => {
            let kept = decimate::indices(&line.x, &line.y, x_range.0, x_range.1, COLUMNS);
            let pick = |values: &[f64]| kept.iter().map(|&i| values[i]).collect::<Vec<f64>>();
            json!({
                "kind": "line", "name": line.name, "color": color, "dash": dash(line.dash), "width": line.width_px,
                "step": line.interpolation == Interpolation::Step,
                "x": encode::array(&pick(&line.x), x_log), "y": encode::array(&pick(&line.y), y_log),
            })
        }
        Mark::Points(points) => json!({
            "kind": "points", "name": points.name, "color": color, "radius": points.radius_px,
            "x": encode::array(&points.x, x_log), "y": encode::array(&points.y, y_log),
        }),
        Mark::Band(band) => json!({
            "kind": "band", "name": band.name, "color": color, "x": encode::array(&band.x, x_log),
            "low": encode::array(&band.low, y_log), "high": encode::array(&band.high, y_log),
        }),
        Mark::Reference(line) => json!({
            "kind": "reference", "name": line.label, "color": color, "dash": dash(line.dash),
            "upright": line.orientation == Orientation::Vertical, "at": line.at,
        }),
        Mark::Bars(bars) => bars_data(bars, &color),
        Mark::Heat(heat) => {
            let finite = || heat.values.iter().copied().filter(|value| value.is_finite());
            let (low, high) =
                (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
            let (low, high) =
                if low <= high { palette::color_range(heat.map, low, high) } else { (0.0, 1.0) };
            json!({
                "kind": "heat", "name": heat.label, "unit": pretty_unit(&heat.unit), "low": low, "high": high,
                "anchors": palette::anchors(heat.map),
                "x": encode::array(&heat.x_edges, true), "y": encode::array(&heat.y_edges, true),
                "values": encode::array(&heat.values, false),
            })
        }
    }
}

fn bars_data(bars: &Bars, fallback: &str) -> Value {
    let one = |i: usize| {
        let bar = &bars.bars[i];
        let color = if bar.color == Color::Auto { fallback.to_owned() } else { role(bar.color, 0) };
        json!([bar.center, bar.thickness, bar.from, bar.to, bar.label, color])
    };
    json!({
        "kind": "bars", "name": bars.name, "color": fallback, "connected": bars.connected,
        "flat": bars.orientation == Orientation::Horizontal, "bars": (0..bars.bars.len()).map(one).collect::<Vec<_>>(),
    })
}

fn dash(dash: Dash) -> String {
    let lengths: Vec<String> = layout::dash(dash).iter().map(f64::to_string).collect();
    lengths.join(" ")
}
