//! Axis lines, ticks, grid and labels of one panel.

use super::{FONT_PX, LABEL_PX, Placed};
use crate::figure::{Axis, Mark, Orientation};
use crate::font;
use crate::palette::{AXIS, GRID, INK};
use crate::scene::{Anchor, Pen, Scene, Shape, Text};
use crate::text;
use crate::ticks::{Ticks, ticks};

const TICK: f64 = 4.0;

/// `label (unit)`; a shared power of ten stands before the unit.
pub fn label(axis: &Axis, power: i32) -> String {
    let unit = text::pretty_unit(&axis.unit);
    let factor = if power == 0 { String::new() } else { text::power_of_ten(power) };
    let inner = [factor, unit].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    match (axis.label.is_empty(), inner.is_empty()) {
        (_, true) => axis.label.clone(),
        (true, false) => inner,
        (false, false) => format!("{} ({inner})", axis.label),
    }
}

/// Ticks of an axis of names: every name at its number.
fn category_ticks(axis: &Axis) -> Ticks {
    let major = axis.categories.iter().enumerate().map(|(i, name)| (i as f64, name.clone())).collect();
    Ticks { major, ..Ticks::default() }
}

fn x_ticks(placed: &Placed) -> Ticks {
    let axis = &placed.panel.x;
    if axis.is_categorical() {
        return category_ticks(axis);
    }
    let target = (placed.area.width() / 80.0).clamp(2.0, 12.0) as usize;
    ticks(axis.scale, placed.x_range.0, placed.x_range.1, target)
}

fn y_ticks(placed: &Placed) -> Ticks {
    let axis = &placed.panel.y;
    if axis.is_categorical() {
        return category_ticks(axis);
    }
    let target = (placed.area.height() / 40.0).clamp(2.0, 10.0) as usize;
    ticks(axis.scale, placed.y_range.0, placed.y_range.1, target)
}

/// Room that the labels of the vertical axis need.
pub fn left_margin(placed: &Placed) -> f64 {
    let ticks = y_ticks(placed);
    let widest = ticks.major.iter().map(|(_, text)| font::width(text, FONT_PX)).fold(0.0, f64::max);
    let label = if label(&placed.panel.y, ticks.power).is_empty() { 0.0 } else { LABEL_PX + 10.0 };
    12.0 + label + widest + TICK + 4.0
}

/// Draws everything but the data.
pub fn draw(scene: &mut Scene, placed: &Placed) {
    let has_heat = placed.panel.marks.iter().any(|mark| matches!(mark, Mark::Heat(_)));
    let has_rows = placed
        .panel
        .marks
        .iter()
        .any(|mark| matches!(mark, Mark::Bars(bars) if bars.orientation == Orientation::Horizontal));
    let (x_ticks, y_ticks) = (x_ticks(placed), y_ticks(placed));
    if !has_heat {
        // The grid helps to read values off, across the direction in which they extend.
        let (down, across) = if has_rows { (&x_ticks, None) } else { (&Ticks::default(), Some(&y_ticks)) };
        grid(scene, placed, down, across);
    }
    frame(scene, placed, has_heat);
    if placed.shows_x {
        draw_x(scene, placed, &x_ticks);
    }
    draw_y(scene, placed, &y_ticks);
}

fn grid(scene: &mut Scene, placed: &Placed, down: &Ticks, across: Option<&Ticks>) {
    let (area, x, y) = (placed.area, placed.x(), placed.y());
    let mut parts: Vec<_> = down
        .major
        .iter()
        .map(|(value, _)| vec![[half(x.pixel(*value)), area.top], [half(x.pixel(*value)), area.bottom]])
        .collect();
    if let Some(across) = across {
        parts.extend(
            across.major.iter().map(|(value, _)| {
                vec![[area.left, half(y.pixel(*value))], [area.right, half(y.pixel(*value))]]
            }),
        );
    }
    parts.retain(|line| line.iter().all(|&place| area.contains(place)));
    scene.stroke(parts, Pen::crisp(GRID, 1.0));
}

fn frame(scene: &mut Scene, placed: &Placed, closed: bool) {
    let area = placed.area;
    let (left, bottom) = (area.left - 0.5, area.bottom + 0.5);
    let mut line = vec![[left, area.top - 0.5], [left, bottom], [area.right + 0.5, bottom]];
    if closed {
        line.extend([[area.right + 0.5, area.top - 0.5], [left - 0.5, area.top - 0.5]]);
    }
    scene.stroke(vec![line], Pen::crisp(AXIS, 1.0));
}

fn draw_x(scene: &mut Scene, placed: &Placed, ticks: &Ticks) {
    let (area, x) = (placed.area, placed.x());
    let foot = area.bottom + 0.5;
    let mut marks = Vec::new();
    let categorical = placed.panel.x.is_categorical();
    let slot = area.width() / placed.panel.x.categories.len().max(1) as f64;
    for (value, name) in &ticks.major {
        let at = half(x.pixel(*value));
        if !categorical {
            marks.push(vec![[at, foot], [at, foot + TICK]]);
        }
        let name = if categorical { font::fit(name, FONT_PX, slot - 4.0) } else { name.clone() };
        scene.text([at, foot + TICK + FONT_PX + 2.0], name, FONT_PX, AXIS, Anchor::Middle);
    }
    marks.extend(ticks.minor.iter().map(|&value| {
        let at = half(x.pixel(value));
        vec![[at, foot], [at, foot + TICK / 2.0]]
    }));
    scene.stroke(marks, Pen::crisp(AXIS, 1.0));
    let middle = (area.left + area.right) / 2.0;
    scene.text(
        [middle, area.bottom + 36.0],
        label(&placed.panel.x, ticks.power),
        LABEL_PX,
        INK,
        Anchor::Middle,
    );
}

fn draw_y(scene: &mut Scene, placed: &Placed, ticks: &Ticks) {
    let (area, y) = (placed.area, placed.y());
    let foot = area.left - 0.5;
    let mut marks = Vec::new();
    let categorical = placed.panel.y.is_categorical();
    for (value, name) in &ticks.major {
        let at = half(y.pixel(*value));
        if !categorical {
            marks.push(vec![[foot - TICK, at], [foot, at]]);
        }
        let name = font::fit(name, FONT_PX, area.left - 16.0);
        scene.text([foot - TICK - 4.0, at + FONT_PX * 0.35], name, FONT_PX, AXIS, Anchor::End);
    }
    marks.extend(ticks.minor.iter().map(|&value| {
        let at = half(y.pixel(value));
        vec![[foot - TICK / 2.0, at], [foot, at]]
    }));
    scene.stroke(marks, Pen::crisp(AXIS, 1.0));
    let content = label(&placed.panel.y, ticks.power);
    if !content.is_empty() {
        // A label longer than its panel is high may reach beyond it, but not out of the picture.
        let half_length = font::width(&content, LABEL_PX) / 2.0;
        let middle =
            ((area.top + area.bottom) / 2.0).min(scene.height - half_length - 4.0).max(half_length + 4.0);
        scene.shapes.push(Shape::Text(Text {
            at: [12.0 + LABEL_PX * 0.35, middle],
            content,
            size: LABEL_PX,
            color: INK,
            anchor: Anchor::Middle,
            upwards: true,
            halo: false,
        }));
    }
}

/// The nearest middle of a pixel, where a line of one pixel is sharp.
fn half(pixel: f64) -> f64 {
    (pixel - 0.5).round() + 0.5
}
