//! What can go wrong on the way from a description to a picture.

/// Why a picture could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// The pixel image would be empty or larger than memory allows.
    #[error("a picture of {width_px} x {height_px} pixels cannot be made; each side must be 1..={limit_px}")]
    Size {
        /// Pixels from left to right.
        width_px: f64,
        /// Pixels from top to bottom.
        height_px: f64,
        /// Largest side that is allowed.
        limit_px: u32,
    },
    /// A table has no such column of numbers.
    #[error("the table has no column of numbers named `{name}`")]
    Column {
        /// The name that was looked for; empty where the table has no columns at all.
        name: String,
    },
    /// The PNG encoder refused.
    #[error("the PNG could not be encoded: {reason}")]
    Encode {
        /// The encoder's words.
        reason: String,
    },
}
