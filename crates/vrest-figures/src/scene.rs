//! A laid-out picture: shapes in pixels, bottom to top, ready for any renderer.

use crate::clip::{Place, Rect};
use crate::palette::Rgb;

/// Everything a renderer needs.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Width in CSS pixels.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    /// Name of the picture, for screen readers.
    pub title: String,
    /// What it shows in words, for screen readers.
    pub description: String,
    /// Later shapes lie on top.
    pub shapes: Vec<Shape>,
    /// The area between the axes of each panel.
    pub plot_areas: Vec<Rect>,
}

/// One thing to draw.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Open polylines with one stroke.
    Stroke {
        /// Unconnected parts.
        parts: Vec<Vec<Place>>,
        /// How the stroke looks.
        pen: Pen,
    },
    /// Filled polygons.
    Fill {
        /// Unconnected polygons.
        parts: Vec<Vec<Place>>,
        /// Colour of the area.
        color: Rgb,
        /// 0 invisible, 1 opaque.
        opacity: f64,
    },
    /// Filled circles of one size.
    Dots {
        /// Middles.
        centers: Vec<Place>,
        /// Radius in pixels.
        radius: f64,
        /// Colour of the area.
        color: Rgb,
        /// 0 invisible, 1 opaque.
        opacity: f64,
    },
    /// A line of text.
    Text(Text),
    /// A grid of pixels stretched over an area without smoothing.
    Raster {
        /// Where it lies.
        area: Rect,
        /// Pixels from left to right.
        columns: usize,
        /// Row by row from the top; `None` shows the ground.
        pixels: Vec<Option<Rgb>>,
    },
}

/// How a stroke looks.
#[derive(Clone, Debug)]
pub struct Pen {
    /// Colour.
    pub color: Rgb,
    /// Width in pixels.
    pub width: f64,
    /// Lengths of stroke and gap in turn; empty for an unbroken one.
    pub dash: Vec<f64>,
    /// Whether the middle of the line lies on a pixel border and must look crisp: axes and grids.
    pub crisp: bool,
}

/// One line of text.
#[derive(Clone, Debug)]
pub struct Text {
    /// The place that `anchor` refers to, on the base line.
    pub at: Place,
    /// May hold scripts.
    pub content: String,
    /// Font size in pixels.
    pub size: f64,
    /// Colour.
    pub color: Rgb,
    /// Which part of the text is at `at`.
    pub anchor: Anchor,
    /// Turned by a quarter, to be read from below.
    pub upwards: bool,
    /// Surrounded by the ground's colour, to stay readable on lines.
    pub halo: bool,
}

/// Which part of a text its place refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl Pen {
    /// An unbroken stroke.
    pub fn solid(color: Rgb, width: f64) -> Self {
        Pen { color, width, dash: Vec::new(), crisp: false }
    }

    /// A stroke for axes and grids.
    pub fn crisp(color: Rgb, width: f64) -> Self {
        Pen { crisp: true, ..Pen::solid(color, width) }
    }
}

impl Scene {
    /// Adds an unbroken or dashed line of straight segments.
    pub fn stroke(&mut self, parts: Vec<Vec<Place>>, pen: Pen) {
        if !parts.is_empty() {
            self.shapes.push(Shape::Stroke { parts, pen });
        }
    }

    /// Adds one line of text on the ground.
    pub fn text(&mut self, at: Place, content: impl Into<String>, size: f64, color: Rgb, anchor: Anchor) {
        let content = content.into();
        if !content.is_empty() {
            self.shapes.push(Shape::Text(Text {
                at,
                content,
                size,
                color,
                anchor,
                upwards: false,
                halo: false,
            }));
        }
    }
}
