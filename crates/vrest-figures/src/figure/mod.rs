//! What a picture says, without saying how it is drawn.
//!
//! A [`Figure`] is a stack of [`Panel`]s; a panel has two axes and a list of [`Mark`]s in data units. The same
//! description becomes an SVG, a PNG or an interactive chart of the HTML report, so that a figure in a paper and the one in
//! the report cannot differ. Colours are roles ([`Color`]), never numbers: every renderer maps them to a palette that
//! colour-blind readers can tell apart, on light and on dark ground.
//!
//! Texts may hold subscripts and superscripts as `V_{rest}` and `cm^{2}`; everything else is shown as written.

mod axis;
mod marks;
mod style;

pub use axis::{Axis, Scale};
pub use marks::{Band, Bar, Bars, Heat, Line, Mark, Points, Reference};
pub use style::{Color, ColorMap, Dash, Interpolation, Orientation};

/// A whole picture: a title and panels from top to bottom.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Shown above the panels; empty for none.
    pub title: String,
    /// What a reader who cannot see the picture should know; a summary is made up from the marks when this is empty.
    pub description: String,
    /// Width in CSS pixels (1/96 inch).
    pub width_px: f64,
    /// Height in CSS pixels.
    pub height_px: f64,
    /// Panels from top to bottom.
    pub panels: Vec<Panel>,
    /// All panels show the same range of x, and only the lowest one labels it.
    pub shared_x: bool,
}

/// One pair of axes and what is drawn between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Shown above this panel; empty for none.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Drawn in this order, later ones on top.
    pub marks: Vec<Mark>,
    /// Height relative to the other panels.
    pub height: f64,
    /// Where the names of the marks stand.
    pub legend: Legend,
}

/// Where the names of a panel's marks stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Legend {
    /// A row above the panel when at least two marks have names, nothing otherwise.
    #[default]
    Auto,
    /// At the right end of each line, in its colour; best where the lines end apart from each other.
    Direct,
    /// No names.
    Hidden,
}

impl Figure {
    /// An empty figure of 720 x 420 pixels.
    pub fn new(title: impl Into<String>) -> Self {
        Figure {
            title: title.into(),
            description: String::new(),
            width_px: 720.0,
            height_px: 420.0,
            panels: Vec::new(),
            shared_x: false,
        }
    }

    /// Sets width and height in CSS pixels.
    pub fn size(mut self, width_px: f64, height_px: f64) -> Self {
        self.width_px = width_px;
        self.height_px = height_px;
        self
    }

    /// Width and height in CSS pixels as they are drawn: sizes that nothing legible fits into, or that no screen and no paper
    /// has, are moved into 120..=20000 and 80..=20000.
    pub(crate) fn drawn_size(&self) -> (f64, f64) {
        let side =
            |length: f64, least: f64| if length.is_nan() { least } else { length.clamp(least, 20_000.0) };
        (side(self.width_px, 120.0), side(self.height_px, 80.0))
    }

    /// Sets the description for readers who cannot see the picture.
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Adds a panel below the others.
    pub fn panel(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }

    /// Lets all panels share the range of x.
    pub fn shared_x(mut self) -> Self {
        self.shared_x = true;
        self
    }
}

impl Panel {
    /// An empty panel between two axes.
    pub fn new(x: Axis, y: Axis) -> Self {
        Panel { title: String::new(), x, y, marks: Vec::new(), height: 1.0, legend: Legend::Auto }
    }

    /// Sets the panel's own title.
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Sets the height relative to the other panels.
    pub fn height(mut self, height: f64) -> Self {
        self.height = height;
        self
    }

    /// Sets where names stand.
    pub fn legend(mut self, legend: Legend) -> Self {
        self.legend = legend;
        self
    }

    /// Adds any mark.
    pub fn mark(mut self, mark: impl Into<Mark>) -> Self {
        self.marks.push(mark.into());
        self
    }

    /// Adds a line with straight segments between its points.
    pub fn line(self, name: impl Into<String>, x: &[f64], y: &[f64]) -> Self {
        self.mark(Line::new(name, x, y))
    }
}
