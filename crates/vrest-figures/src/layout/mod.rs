//! From a [`Figure`] to a [`Scene`]: margins, ranges, and the panels one below the other.

mod axes;
mod marks;
mod names;
pub mod projection;
pub mod range;

pub use names::dash;

use crate::clip::Rect;
use crate::figure::{Figure, Mark, Panel};
use crate::palette;
use crate::scene::{Anchor, Scene};
use crate::{describe, font};
use projection::Projection;
use range::Range;

/// Size of tick labels, legends and labels in the plot.
pub const FONT_PX: f64 = 11.0;
const LABEL_PX: f64 = 12.0;
const TITLE_PX: f64 = 15.0;
const EDGE: f64 = 12.0;
const PANEL_TITLE: f64 = 20.0;
const PANEL_GAP: f64 = 12.0;

/// A panel with everything that is known before it is drawn.
struct Placed<'a> {
    panel: &'a Panel,
    x_range: Range,
    y_range: Range,
    shows_x: bool,
    area: Rect,
}

impl Placed<'_> {
    fn x(&self) -> Projection {
        Projection::new(self.panel.x.scale, self.x_range, self.area.left, self.area.right)
    }

    fn y(&self) -> Projection {
        // Names are read from top to bottom, numbers grow upwards.
        let (low, high) = match self.panel.y.is_categorical() {
            true => (self.area.top, self.area.bottom),
            false => (self.area.bottom, self.area.top),
        };
        Projection::new(self.panel.y.scale, self.y_range, low, high)
    }
}

/// Ranges of x and y of every panel, with x joined where the panels share it.
pub fn ranges(figure: &Figure) -> Vec<(Range, Range)> {
    let plot_width = figure.drawn_size().0 * 0.75;
    let mut ranges: Vec<(Range, Range)> =
        figure.panels.iter().map(|panel| range::of_panel(panel, plot_width)).collect();
    if figure.shared_x {
        let joined = ranges.iter().map(|(x, _)| *x).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        for (x, _) in &mut ranges {
            *x = joined.unwrap_or(*x);
        }
    }
    ranges
}

/// Lays out the whole picture.
pub fn scene(figure: &Figure) -> Scene {
    let (width, height) = figure.drawn_size();
    let mut scene = Scene {
        width,
        height,
        title: figure.title.clone(),
        description: describe::figure(figure),
        ..Scene::default()
    };
    if !figure.title.is_empty() {
        let title = font::fit(&figure.title, TITLE_PX, width - 2.0 * EDGE);
        scene.text([EDGE, EDGE + 12.0], title, TITLE_PX, palette::INK, Anchor::Start);
    }
    for placed in place(figure, width, height) {
        draw(&mut scene, &placed);
    }
    scene
}

fn place(figure: &Figure, width: f64, height: f64) -> Vec<Placed<'_>> {
    let ranges = ranges(figure);
    let right = width - figure.panels.iter().map(right_margin).fold(20.0, f64::max).min(width * 0.35);
    let headers: Vec<f64> = figure.panels.iter().map(|panel| header(panel, right - 90.0)).collect();
    let last = figure.panels.len().saturating_sub(1);
    let shows_x = |i: usize| !figure.shared_x || i == last;
    let footers: Vec<f64> = (0..figure.panels.len()).map(|i| footer(&figure.panels[i], shows_x(i))).collect();
    let top = if figure.title.is_empty() { EDGE } else { EDGE + 26.0 };
    let gaps = PANEL_GAP * last as f64;
    let free = height - top - 8.0 - gaps - headers.iter().sum::<f64>() - footers.iter().sum::<f64>();
    let share = |panel: &Panel| if panel.height.is_finite() { panel.height.max(0.05) } else { 1.0 };
    let shares: f64 = figure.panels.iter().map(share).sum();
    let mut cursor = top;
    let mut placed: Vec<Placed> = Vec::with_capacity(figure.panels.len());
    for (i, panel) in figure.panels.iter().enumerate() {
        let plot_height = (free * share(panel) / shares).max(20.0);
        cursor += headers[i];
        let area = Rect {
            left: 0.0,
            top: cursor.round(),
            right: right.round(),
            bottom: (cursor + plot_height).round(),
        };
        let (x_range, y_range) = ranges[i];
        placed.push(Placed { panel, x_range, y_range, shows_x: shows_x(i), area });
        cursor += plot_height + footers[i] + PANEL_GAP;
    }
    // One left border for all panels: time runs straight down the page.
    let left = placed.iter().map(axes::left_margin).fold(24.0, f64::max).min(width * 0.45);
    for panel in &mut placed {
        panel.area.left = left.round();
    }
    placed
}

fn header(panel: &Panel, width: f64) -> f64 {
    let title = if panel.title.is_empty() { 0.0 } else { PANEL_TITLE };
    title + names::legend_height(panel, width)
}

fn footer(panel: &Panel, shows_x: bool) -> f64 {
    match (shows_x, axes::label(&panel.x, 0).is_empty()) {
        (false, _) => 4.0,
        (true, true) => 22.0,
        (true, false) => 40.0,
    }
}

fn right_margin(panel: &Panel) -> f64 {
    let has_heat = panel.marks.iter().any(|mark| matches!(mark, Mark::Heat(_)));
    names::direct_width(panel).max(if has_heat { 92.0 } else { 0.0 })
}

fn draw(scene: &mut Scene, placed: &Placed) {
    scene.plot_areas.push(placed.area);
    axes::draw(scene, placed);
    marks::draw(scene, placed);
    names::draw(scene, placed);
    if !placed.panel.title.is_empty() {
        let above = names::legend_height(placed.panel, placed.area.width()) + 9.0;
        let at = [placed.area.left, placed.area.top - above];
        scene.text(at, placed.panel.title.as_str(), LABEL_PX, palette::INK, Anchor::Start);
    }
}
