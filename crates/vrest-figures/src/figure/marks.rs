//! What can stand between two axes. All places are in data units; a value that is not finite is a gap.
//!
//! Where two slices belong together and differ in length, the surplus of the longer one is left out.

use super::style::{Color, ColorMap, Dash, Interpolation, Orientation};

/// One thing drawn in a panel.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A curve.
    Line(Line),
    /// Separate dots.
    Points(Points),
    /// An area between two curves.
    Band(Band),
    /// A labelled straight line across the panel.
    Reference(Reference),
    /// Rectangles from one value to another: histograms, contributions, sensitivities.
    Bars(Bars),
    /// A grid of coloured cells with its colour bar.
    Heat(Heat),
}

/// A curve through its points in the order given.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// For legend and hover text.
    pub name: String,
    /// Horizontal places.
    pub x: Vec<f64>,
    /// Vertical places.
    pub y: Vec<f64>,
    /// Between the samples.
    pub interpolation: Interpolation,
    /// Colour role.
    pub color: Color,
    /// Stroke pattern.
    pub dash: Dash,
    /// Stroke width in CSS pixels.
    pub width_px: f64,
}

impl Line {
    /// A solid line of the next colour with straight segments.
    pub fn new(name: impl Into<String>, x: &[f64], y: &[f64]) -> Self {
        Line {
            name: name.into(),
            x: x.to_vec(),
            y: y.to_vec(),
            interpolation: Interpolation::Linear,
            color: Color::Auto,
            dash: Dash::Solid,
            width_px: 1.6,
        }
    }

    /// Holds each value until the next sample.
    pub fn step(mut self) -> Self {
        self.interpolation = Interpolation::Step;
        self
    }

    /// Sets the colour role.
    pub fn color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }

    /// Sets the stroke pattern.
    pub fn dash(mut self, dash: Dash) -> Self {
        self.dash = dash;
        self
    }

    /// Sets the stroke width in CSS pixels.
    pub fn width(mut self, width_px: f64) -> Self {
        self.width_px = width_px;
        self
    }
}

/// Dots at pairs of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    /// For legend and hover text.
    pub name: String,
    /// Horizontal places.
    pub x: Vec<f64>,
    /// Vertical places.
    pub y: Vec<f64>,
    /// Colour role.
    pub color: Color,
    /// Radius in CSS pixels.
    pub radius_px: f64,
}

impl Points {
    /// Dots of the next colour.
    pub fn new(name: impl Into<String>, x: &[f64], y: &[f64]) -> Self {
        Points { name: name.into(), x: x.to_vec(), y: y.to_vec(), color: Color::Auto, radius_px: 2.5 }
    }

    /// Sets the colour role.
    pub fn color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }
}

/// The area between two curves over the same places: quantiles, uncertainty.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// For legend and hover text.
    pub name: String,
    /// Horizontal places.
    pub x: Vec<f64>,
    /// Lower curve.
    pub low: Vec<f64>,
    /// Upper curve.
    pub high: Vec<f64>,
    /// Colour role; drawn translucent.
    pub color: Color,
}

impl Band {
    /// A band of the next colour.
    pub fn new(name: impl Into<String>, x: &[f64], low: &[f64], high: &[f64]) -> Self {
        Band { name: name.into(), x: x.to_vec(), low: low.to_vec(), high: high.to_vec(), color: Color::Auto }
    }

    /// Sets the colour role.
    pub fn color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }
}

/// A straight line across the panel, such as an equilibrium potential.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// `Horizontal` stands at a value of y, `Vertical` at one of x.
    pub orientation: Orientation,
    /// The value.
    pub at: f64,
    /// Written at its end.
    pub label: String,
    /// Colour role.
    pub color: Color,
    /// Stroke pattern.
    pub dash: Dash,
    /// Whether the axis is stretched to show the line; otherwise a line outside the data's range is left out.
    pub stretch: bool,
}

impl Reference {
    /// A dashed, receding line at a value of y that stretches the axis.
    pub fn horizontal(at: f64, label: impl Into<String>) -> Self {
        Reference {
            orientation: Orientation::Horizontal,
            at,
            label: label.into(),
            color: Color::Muted,
            dash: Dash::Dashed,
            stretch: true,
        }
    }

    /// A dashed, receding line at a value of x that stretches the axis.
    pub fn vertical(at: f64, label: impl Into<String>) -> Self {
        Reference { orientation: Orientation::Vertical, ..Reference::horizontal(at, label) }
    }

    /// Sets the colour role.
    pub fn color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }

    /// Shows the line only where the data reach.
    pub fn within_data(mut self) -> Self {
        self.stretch = false;
        self
    }
}

/// Rectangles that extend along one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// For legend and hover text.
    pub name: String,
    /// Along which axis the bars extend.
    pub orientation: Orientation,
    /// The rectangles.
    pub bars: Vec<Bar>,
    /// Joins the end of each bar to the start of the next one, as in a waterfall.
    pub connected: bool,
}

/// One rectangle of [`Bars`].
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Its middle on the axis across; the place of its name on an axis of names.
    pub center: f64,
    /// Its extent on the axis across, in the same unit.
    pub thickness: f64,
    /// Where it starts.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Written at its end; empty for none.
    pub label: String,
    /// Colour role.
    pub color: Color,
}

/// A grid of coloured cells. Cell (row, column) spans `y_edges[row..=row + 1]` x `x_edges[column..=column + 1]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Heat {
    /// The quantity shown by colour.
    pub label: String,
    /// Its unit.
    pub unit: String,
    /// Borders of the columns, ascending: one more than there are columns.
    pub x_edges: Vec<f64>,
    /// Borders of the rows, ascending: one more than there are rows.
    pub y_edges: Vec<f64>,
    /// Row by row, `rows * columns` values; a value that is not finite leaves its cell empty.
    pub values: Vec<f64>,
    /// From value to colour.
    pub map: ColorMap,
}

macro_rules! into_mark {
    ($($kind:ident),*) => {$(
        impl From<$kind> for Mark {
            fn from(mark: $kind) -> Mark {
                Mark::$kind(mark)
            }
        }
    )*};
}
into_mark!(Line, Points, Band, Reference, Bars, Heat);

impl Mark {
    /// The name that legends and hover texts show.
    pub fn name(&self) -> &str {
        match self {
            Mark::Line(mark) => &mark.name,
            Mark::Points(mark) => &mark.name,
            Mark::Band(mark) => &mark.name,
            Mark::Reference(mark) => &mark.label,
            Mark::Bars(mark) => &mark.name,
            Mark::Heat(mark) => &mark.label,
        }
    }

    /// The role that decides its colour; bars may each have their own.
    pub fn color(&self) -> Color {
        match self {
            Mark::Line(mark) => mark.color,
            Mark::Points(mark) => mark.color,
            Mark::Band(mark) => mark.color,
            Mark::Reference(mark) => mark.color,
            Mark::Bars(_) => Color::Auto,
            Mark::Heat(_) => Color::Muted,
        }
    }
}
