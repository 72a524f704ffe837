//! Names of the marks: a legend row above the panel, or labels at the right end of the lines.

use super::{FONT_PX, Placed};
use crate::figure::{Bars, Dash, Legend, Mark, Orientation, Panel};
use crate::font;
use crate::palette::{self, INK, Rgb};
use crate::scene::{Anchor, Pen, Scene, Shape};

const ROW: f64 = 17.0;
const KEY: f64 = 20.0;
const LABEL_GAP: f64 = 13.0;

/// The panel's marks with the colour each one gets: `Auto` counts up over the marks that use it.
pub fn colored(panel: &Panel) -> impl Iterator<Item = (&Mark, Rgb)> {
    panel.marks.iter().scan(0, |next, mark| {
        let role = mark.color();
        let color = palette::resolve(role, *next);
        if role == crate::figure::Color::Auto {
            *next += 1;
        }
        Some((mark, color))
    })
}

/// Marks that have a place in a legend.
fn listed(panel: &Panel) -> Vec<(&Mark, Rgb)> {
    let named = colored(panel)
        .filter(|(mark, _)| !mark.name().is_empty() && !matches!(mark, Mark::Reference(_) | Mark::Heat(_)));
    let listed: Vec<_> = named.collect();
    if panel.legend == Legend::Auto && listed.len() >= 2 { listed } else { Vec::new() }
}

/// Places of the legend's entries in a panel of this width, from its upper left corner, and the height of all rows.
fn legend_places(panel: &Panel, width: f64) -> (Vec<[f64; 2]>, f64) {
    let (mut x, mut row) = (0.0, 0.0);
    let mut places = Vec::new();
    for (mark, _) in listed(panel) {
        let entry = KEY + 6.0 + font::width(mark.name(), FONT_PX) + 16.0;
        if x > 0.0 && x + entry > width {
            (x, row) = (0.0, row + 1.0);
        }
        places.push([x, row * ROW]);
        x += entry;
    }
    let height = if places.is_empty() { 0.0 } else { (row + 1.0) * ROW + 5.0 };
    (places, height)
}

/// Height of the legend's rows.
pub fn legend_height(panel: &Panel, width: f64) -> f64 {
    legend_places(panel, width).1
}

/// Labels beside the right border: reference lines always, curves with `Legend::Direct`. Each with its value of y.
fn direct(panel: &Panel) -> Vec<(f64, &str, Rgb)> {
    colored(panel)
        .filter_map(|(mark, color)| match mark {
            Mark::Reference(line) if line.orientation == Orientation::Horizontal => {
                Some((line.at, line.label.as_str(), color))
            }
            Mark::Line(line) if panel.legend == Legend::Direct => {
                Some((*line.y.iter().rfind(|value| value.is_finite())?, line.name.as_str(), color))
            }
            _ => None,
        })
        .filter(|(_, name, _)| !name.is_empty())
        .collect()
}

/// Width that the labels beside the right border need.
pub fn direct_width(panel: &Panel) -> f64 {
    direct(panel).iter().map(|(_, name, _)| font::width(name, FONT_PX) + 18.0).fold(0.0, f64::max)
}

/// Draws legend and labels.
pub fn draw(scene: &mut Scene, placed: &Placed) {
    let (places, height) = legend_places(placed.panel, placed.area.width());
    let corner = [placed.area.left, placed.area.top - height];
    for ((mark, color), [x, y]) in listed(placed.panel).into_iter().zip(places) {
        let at = [corner[0] + x, corner[1] + y + ROW / 2.0];
        key(scene, mark, color, at);
        scene.text([at[0] + KEY + 6.0, at[1] + FONT_PX * 0.35], mark.name(), FONT_PX, INK, Anchor::Start);
    }
    draw_direct(scene, placed);
}

fn key(scene: &mut Scene, mark: &Mark, color: Rgb, [x, y]: [f64; 2]) {
    let block = |opacity| {
        let (top, bottom) = (y - 5.0, y + 5.0);
        let parts = vec![vec![[x, top], [x + KEY, top], [x + KEY, bottom], [x, bottom]]];
        Shape::Fill { parts, color, opacity }
    };
    match mark {
        Mark::Line(line) => {
            let pen = Pen { dash: dash(line.dash), ..Pen::solid(color, line.width_px.max(1.6)) };
            scene.stroke(vec![vec![[x, y], [x + KEY, y]]], pen);
        }
        Mark::Points(points) => scene.shapes.push(Shape::Dots {
            centers: vec![[x + KEY / 2.0, y]],
            radius: points.radius_px.max(3.0),
            color,
            opacity: 1.0,
        }),
        Mark::Band(_) => scene.shapes.push(block(super::marks::BAND_OPACITY)),
        _ => scene.shapes.push(block(1.0)),
    }
}

fn draw_direct(scene: &mut Scene, placed: &Placed) {
    let (area, y) = (placed.area, placed.y());
    let mut labels: Vec<(f64, &str, Rgb)> = direct(placed.panel)
        .into_iter()
        .map(|(value, name, color)| (y.pixel(value), name, color))
        .filter(|(at, ..)| *at >= area.top - 1.0 && *at <= area.bottom + 1.0)
        .collect();
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut places: Vec<f64> = labels.iter().map(|label| label.0).collect();
    spread(&mut places, area.bottom);
    for ((_, name, color), at) in labels.into_iter().zip(places) {
        let name = font::fit(name, FONT_PX, scene.width - area.right - 10.0);
        scene.text([area.right + 6.0, at + FONT_PX * 0.35], name, FONT_PX, color, Anchor::Start);
    }
}

/// Moves ascending places apart so that texts do not overlap: downwards first, then up again from the lower border.
fn spread(places: &mut [f64], bottom: f64) {
    for i in 1..places.len() {
        places[i] = places[i].max(places[i - 1] + LABEL_GAP);
    }
    let mut limit = bottom + LABEL_GAP / 2.0;
    for place in places.iter_mut().rev() {
        *place = place.min(limit);
        limit = *place - LABEL_GAP;
    }
}

/// Lengths of strokes and gaps in pixels.
pub fn dash(dash: Dash) -> Vec<f64> {
    match dash {
        Dash::Solid => Vec::new(),
        Dash::Dashed => vec![6.0, 4.0],
        Dash::Dotted => vec![1.5, 3.0],
    }
}

/// The label of each bar with the colour it stands in.
pub fn bar_color(bars: &Bars, index: usize, fallback: Rgb) -> Rgb {
    match bars.bars[index].color {
        crate::figure::Color::Auto => fallback,
        role => palette::resolve(role, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_distance_and_stay_above_the_border() {
        let mut places = vec![10.0, 11.0, 12.0, 99.0, 100.0];
        spread(&mut places, 100.0);
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= LABEL_GAP - 1e-9));
        assert!(places[4] <= 100.0 + LABEL_GAP / 2.0);
        assert_eq!(places[0], 10.0);
    }
}
