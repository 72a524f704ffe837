//! Pictures and reports of vrest.
//!
//! A [`Figure`] says what is shown: panels, axes with units, curves, bars, heat maps. [`Figure::to_svg`] and
//! [`Figure::to_png`] draw it, and nobody outside this crate sees how. [`charts`] holds the figures that the program makes
//! again and again; [`report`] binds figures, tables and text into one HTML file.
//!
//! ```
//! use vrest_figures::{Axis, Figure, Panel, Reference};
//! let t_ms = [0.0, 1.0, 2.0, 3.0];
//! let v_mv = [-70.0, -66.0, -64.5, -64.0];
//! let figure = Figure::new("A step of current").panel(
//!     Panel::new(Axis::new("time", "ms"), Axis::new("V", "mV"))
//!         .line("V", &t_ms, &v_mv)
//!         .mark(Reference::horizontal(-70.0, "V_{rest}")),
//! );
//! assert!(figure.to_svg().starts_with("<svg"));
//! # Ok::<(), vrest_figures::FigureError>(())
//! ```

pub mod charts;
mod clip;
mod decimate;
mod describe;
mod error;
mod figure;
mod font;
mod layout;
mod palette;
mod png;
pub mod report;
mod scene;
mod svg;
mod text;
mod ticks;

pub use error::FigureError;
pub use figure::{
    Axis, Band, Bar, Bars, Color, ColorMap, Dash, Figure, Heat, Interpolation, Legend, Line, Mark,
    Orientation, Panel, Points, Reference, Scale,
};
pub use text::{number, pretty_unit};

impl Figure {
    /// The figure as SVG text, the same bytes for the same figure. Letters are text, in the reader's own sans-serif font.
    pub fn to_svg(&self) -> String {
        svg::write(&layout::scene(self))
    }

    /// The figure as a PNG file with `scale` pixels for each CSS pixel (2 is sharp on dense screens, 4 prints well).
    ///
    /// # Errors
    /// [`FigureError::Size`] when a side would have no pixels or more than 16384.
    pub fn to_png(&self, scale: f64) -> Result<Vec<u8>, FigureError> {
        png::write(&layout::scene(self), scale)
    }
}
