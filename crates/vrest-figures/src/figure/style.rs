//! How marks look, as roles that every renderer maps to its own colours and strokes.

/// A role that the renderer's palette turns into a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Color {
    /// The next colour of the panel's palette.
    #[default]
    Auto,
    /// The palette's colour of this number, for marks that belong together; numbers past the end start over.
    Series(usize),
    /// The colour of text.
    Ink,
    /// Recedes behind the data, but can be read.
    Muted,
    /// A wide line that others are laid over.
    Faint,
    /// Towards higher values.
    Up,
    /// Towards lower values.
    Down,
}

/// How a stroke is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Dash {
    /// Unbroken.
    #[default]
    Solid,
    /// Long strokes.
    Dashed,
    /// Dots.
    Dotted,
}

/// What lies between two samples of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Interpolation {
    /// A straight segment.
    #[default]
    Linear,
    /// The earlier value, until the next sample.
    Step,
}

/// Along which axis something extends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orientation {
    /// From left to right.
    Horizontal,
    /// From bottom to top.
    Vertical,
}

/// How the values of a [`Heat`](super::Heat) become colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ColorMap {
    /// Dark to bright with even steps of lightness, for amounts.
    #[default]
    Sequential,
    /// Blue through light grey to orange around zero, for signed values.
    Diverging,
}
