//! From numbers on an axis to places in the picture.

use crate::figure::Scale;
use crate::layout::range::Range;

/// Maps a range of numbers onto a stretch of pixels.
#[derive(Clone, Copy, Debug)]
pub struct Projection {
    scale: Scale,
    low: f64,
    span: f64,
    pixel_low: f64,
    pixel_span: f64,
}

impl Projection {
    /// `range.0` goes to `pixel_low`, `range.1` to `pixel_high`.
    pub fn new(scale: Scale, range: Range, pixel_low: f64, pixel_high: f64) -> Self {
        let (low, high) = match scale {
            Scale::Linear => range,
            Scale::Log => (range.0.log10(), range.1.log10()),
        };
        Projection { scale, low, span: high - low, pixel_low, pixel_span: pixel_high - pixel_low }
    }

    /// The pixel of a value; not finite where the axis has no place for it.
    pub fn pixel(&self, value: f64) -> f64 {
        let value = match self.scale {
            Scale::Linear => value,
            Scale::Log if value > 0.0 => value.log10(),
            Scale::Log => f64::NAN,
        };
        self.pixel_low + (value - self.low) / self.span * self.pixel_span
    }
}
