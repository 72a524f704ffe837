//! The data of one panel as shapes.

use super::{FONT_PX, Placed, names};
use crate::clip::{self, Place, Rect};
use crate::decimate;
use crate::figure::{Band, Bars, Heat, Interpolation, Line, Mark, Orientation, Points, Reference};
use crate::layout::projection::Projection;
use crate::palette::{self, AXIS, INK, MUTED, Rgb};
use crate::scene::{Anchor, Pen, Scene, Shape, Text};
use crate::ticks::ticks;

/// Opacity of the area between two curves.
pub const BAND_OPACITY: f64 = 0.22;

/// Bars are at least this long, in pixels.
const THINNEST_BAR: f64 = 2.0;

/// Draws all marks of a panel in their order.
pub fn draw(scene: &mut Scene, placed: &Placed) {
    for (mark, color) in names::colored(placed.panel) {
        match mark {
            Mark::Line(line) => draw_line(scene, placed, line, color),
            Mark::Points(points) => draw_points(scene, placed, points, color),
            Mark::Band(band) => draw_band(scene, placed, band, color),
            Mark::Reference(line) => draw_reference(scene, placed, line, color),
            Mark::Bars(bars) => draw_bars(scene, placed, bars, color),
            Mark::Heat(heat) => draw_heat(scene, placed, heat),
        }
    }
}

/// Places of the samples, cut into runs where a value is missing.
fn runs(x: &[f64], y: &[f64], to_x: Projection, to_y: Projection) -> Vec<Vec<Place>> {
    let places: Vec<Place> = x.iter().zip(y).map(|(&x, &y)| [to_x.pixel(x), to_y.pixel(y)]).collect();
    places
        .split(|place| !place.iter().all(|c| c.is_finite()))
        .filter(|run| !run.is_empty())
        .map(<[_]>::to_vec)
        .collect()
}

/// The samples worth drawing.
fn thinned(x: &[f64], y: &[f64], placed: &Placed) -> (Vec<f64>, Vec<f64>) {
    // Two columns a pixel: pictures are looked at on dense screens and enlarged.
    let columns = (placed.area.width() * 2.0) as usize;
    let kept = decimate::indices(x, y, placed.x_range.0, placed.x_range.1, columns);
    kept.into_iter().map(|i| (x[i], y[i])).unzip()
}

fn draw_line(scene: &mut Scene, placed: &Placed, line: &Line, color: Rgb) {
    let (x, y) = thinned(&line.x, &line.y, placed);
    let mut parts = Vec::new();
    for mut run in runs(&x, &y, placed.x(), placed.y()) {
        if let [only] = run[..] {
            // A sample between two gaps is a dot, not nothing.
            if placed.area.contains(only) {
                scene.shapes.push(Shape::Dots {
                    centers: vec![only],
                    radius: line.width_px,
                    color,
                    opacity: 1.0,
                });
            }
            continue;
        }
        if line.interpolation == Interpolation::Step {
            run = run[..1]
                .iter()
                .copied()
                .chain(run.windows(2).flat_map(|pair| [[pair[1][0], pair[0][1]], pair[1]]))
                .collect();
        }
        parts.extend(clip::polyline(&run, placed.area));
    }
    scene.stroke(parts, Pen { dash: names::dash(line.dash), ..Pen::solid(color, line.width_px) });
}

fn draw_points(scene: &mut Scene, placed: &Placed, points: &Points, color: Rgb) {
    let mut centers: Vec<Place> =
        runs(&points.x, &points.y, placed.x(), placed.y()).into_iter().flatten().collect();
    centers.retain(|&place| placed.area.contains(place));
    let opacity = if centers.len() > 300 { 0.45 } else { 0.85 };
    if !centers.is_empty() {
        scene.shapes.push(Shape::Dots { centers, radius: points.radius_px, color, opacity });
    }
}

fn draw_band(scene: &mut Scene, placed: &Placed, band: &Band, color: Rgb) {
    let (to_x, to_y) = (placed.x(), placed.y());
    let columns: Vec<[f64; 3]> = band
        .x
        .iter()
        .zip(band.low.iter().zip(&band.high))
        .map(|(&x, (&low, &high))| [to_x.pixel(x), to_y.pixel(low), to_y.pixel(high)])
        .collect();
    let parts = columns
        .split(|column| !column.iter().all(|c| c.is_finite()))
        .map(|run| {
            let upper = run.iter().map(|&[x, _, high]| [x, high]);
            let lower = run.iter().rev().map(|&[x, low, _]| [x, low]);
            clip::polygon(&upper.chain(lower).collect::<Vec<_>>(), placed.area)
        })
        .filter(|part| part.len() > 2)
        .collect();
    scene.shapes.push(Shape::Fill { parts, color, opacity: BAND_OPACITY });
}

fn draw_reference(scene: &mut Scene, placed: &Placed, line: &Reference, color: Rgb) {
    let area = placed.area;
    let ends = match line.orientation {
        Orientation::Horizontal => {
            let y = placed.y().pixel(line.at);
            [[area.left, y], [area.right, y]]
        }
        Orientation::Vertical => {
            let x = placed.x().pixel(line.at);
            [[x, area.top], [x, area.bottom]]
        }
    };
    if !ends.iter().all(|&end| area.contains(end)) {
        return;
    }
    scene.stroke(vec![ends.to_vec()], Pen { dash: names::dash(line.dash), ..Pen::solid(color, 1.0) });
    // Labels of horizontal lines stand beside the panel, together with those of the curves.
    if line.orientation == Orientation::Vertical && !line.label.is_empty() {
        let room = area.right - ends[0][0];
        let width = crate::font::width(&line.label, FONT_PX);
        let (offset, anchor) = if room > width + 8.0 { (4.0, Anchor::Start) } else { (-4.0, Anchor::End) };
        scene.shapes.push(Shape::Text(Text {
            at: [ends[0][0] + offset, area.top + FONT_PX],
            content: line.label.clone(),
            size: FONT_PX,
            color,
            anchor,
            upwards: false,
            halo: true,
        }));
    }
}

fn draw_bars(scene: &mut Scene, placed: &Placed, bars: &Bars, fallback: Rgb) {
    let (to_x, to_y) = (placed.x(), placed.y());
    let horizontal = bars.orientation == Orientation::Horizontal;
    let place = |along: f64, across: f64| {
        if horizontal {
            [to_x.pixel(along), to_y.pixel(across)]
        } else {
            [to_x.pixel(across), to_y.pixel(along)]
        }
    };
    for (i, bar) in bars.bars.iter().enumerate() {
        let half = bar.thickness / 2.0;
        let corners = [place(bar.from, bar.center - half), place(bar.to, bar.center + half)];
        if !corners.iter().flatten().all(|c| c.is_finite()) {
            continue;
        }
        let [[mut x0, mut y0], [mut x1, mut y1]] = corners;
        // A bar without length, such as the start of a waterfall, is still a place to be seen.
        let (start, end) = if horizontal { (&mut x0, &mut x1) } else { (&mut y0, &mut y1) };
        if (*start - *end).abs() < THINNEST_BAR {
            (*start, *end) = (*end - THINNEST_BAR / 2.0, *end + THINNEST_BAR / 2.0);
        }
        let outline = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
        let color = names::bar_color(bars, i, fallback);
        let part = clip::polygon(&outline, placed.area);
        scene.shapes.push(Shape::Fill { parts: vec![part], color, opacity: 1.0 });
        if let (true, Some(next)) = (bars.connected, bars.bars.get(i + 1)) {
            let joint = [place(bar.to, bar.center + half), place(bar.to, next.center - next.thickness / 2.0)];
            scene.stroke(clip::polyline(&joint, placed.area), Pen::solid(MUTED, 1.0));
        }
        label_bar(scene, placed.area, place(bar.to, bar.center), bar.to < bar.from, horizontal, &bar.label);
    }
}

fn label_bar(scene: &mut Scene, area: Rect, end: Place, falls: bool, horizontal: bool, label: &str) {
    if !area.contains(end) {
        return;
    }
    let middle = FONT_PX * 0.35;
    match (horizontal, falls) {
        (true, false) => scene.text([end[0] + 5.0, end[1] + middle], label, FONT_PX, INK, Anchor::Start),
        (true, true) => scene.text([end[0] - 5.0, end[1] + middle], label, FONT_PX, INK, Anchor::End),
        (false, false) => scene.text([end[0], end[1] - 4.0], label, FONT_PX, INK, Anchor::Middle),
        (false, true) => scene.text([end[0], end[1] + FONT_PX + 2.0], label, FONT_PX, INK, Anchor::Middle),
    }
}

fn draw_heat(scene: &mut Scene, placed: &Placed, heat: &Heat) {
    let (columns, rows) = (heat.x_edges.len().saturating_sub(1), heat.y_edges.len().saturating_sub(1));
    let finite = || heat.values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if columns == 0 || rows == 0 || low > high {
        return;
    }
    let (low, high) = palette::color_range(heat.map, low, high);
    let (to_x, to_y) = (placed.x(), placed.y());
    let edges =
        |edges: &[f64], to: Projection| -> Vec<f64> { edges.iter().map(|&edge| to.pixel(edge)).collect() };
    let (x_edges, y_edges) = (edges(&heat.x_edges, to_x), edges(&heat.y_edges, to_y));
    let extent = Rect {
        left: x_edges[0].min(x_edges[columns]),
        right: x_edges[0].max(x_edges[columns]),
        top: y_edges[0].min(y_edges[rows]),
        bottom: y_edges[0].max(y_edges[rows]),
    };
    let Some(area) = placed.area.intersect(extent) else { return };
    // Sampled at every pixel: cells may differ in width, and borders must not show seams.
    let (wide, tall) = (area.width().round().max(1.0) as usize, area.height().round().max(1.0) as usize);
    let of_column: Vec<Option<usize>> =
        (0..wide).map(|i| cell(&x_edges, area.left + i as f64 + 0.5)).collect();
    let pixels = (0..tall)
        .flat_map(|j| {
            let row = cell(&y_edges, area.top + j as f64 + 0.5);
            of_column.iter().map(move |&column| (row, column))
        })
        .map(|(row, column)| {
            let value = *heat.values.get(row? * columns + column?)?;
            value.is_finite().then(|| palette::sample(heat.map, (value - low) / (high - low)))
        })
        .collect();
    scene.shapes.push(Shape::Raster { area, columns: wide, pixels });
    color_bar(scene, placed.area, heat, low, high);
}

/// Which cell a pixel falls into; borders may ascend or descend.
fn cell(edges: &[f64], pixel: f64) -> Option<usize> {
    edges.windows(2).position(|pair| pixel >= pair[0].min(pair[1]) && pixel <= pair[0].max(pair[1]))
}

fn color_bar(scene: &mut Scene, plot: Rect, heat: &Heat, low: f64, high: f64) {
    let bar = Rect { left: plot.right + 16.0, right: plot.right + 28.0, ..plot };
    let steps = 128;
    let pixels = (0..steps)
        .map(|i| Some(palette::sample(heat.map, 1.0 - (f64::from(i) + 0.5) / f64::from(steps))))
        .collect();
    scene.shapes.push(Shape::Raster { area: bar, columns: 1, pixels });
    let to_y = Projection::new(crate::figure::Scale::Linear, (low, high), bar.bottom, bar.top);
    let ticks =
        ticks(crate::figure::Scale::Linear, low, high, (bar.height() / 45.0).clamp(2.0, 8.0) as usize);
    for (value, name) in &ticks.major {
        let y = to_y.pixel(*value);
        scene.stroke(vec![vec![[bar.right, y], [bar.right + 3.0, y]]], Pen::solid(AXIS, 1.0));
        scene.text([bar.right + 6.0, y + FONT_PX * 0.35], name.as_str(), FONT_PX, AXIS, Anchor::Start);
    }
    let axis = crate::figure::Axis::new(heat.label.as_str(), heat.unit.as_str());
    scene.shapes.push(Shape::Text(Text {
        at: [plot.right + 84.0, (bar.top + bar.bottom) / 2.0],
        content: super::axes::label(&axis, ticks.power),
        size: super::LABEL_PX,
        color: INK,
        anchor: Anchor::Middle,
        upwards: true,
        halo: false,
    }));
}
