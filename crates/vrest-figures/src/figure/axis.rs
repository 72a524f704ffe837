//! Axes: what is measured, in which unit, on which scale.

/// How an axis maps numbers to places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Scale {
    /// Equal differences are equally far apart.
    #[default]
    Linear,
    /// Equal ratios are equally far apart; values that are not positive are left out.
    Log,
}

/// One axis of a panel.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Axis {
    /// The quantity, such as `V` or `time`.
    pub label: String,
    /// Its unit as written in files (`uA/cm2`) or for readers; empty for pure numbers.
    pub unit: String,
    /// Linear or logarithmic.
    pub scale: Scale,
    /// Lowest and highest value shown; `None` fits the data.
    pub range: Option<(f64, f64)>,
    /// Names at the places 0, 1, 2, ... instead of numbers; a vertical axis then runs downwards.
    pub categories: Vec<String>,
}

impl Axis {
    /// A linear axis that fits its data.
    pub fn new(label: impl Into<String>, unit: impl Into<String>) -> Self {
        Axis { label: label.into(), unit: unit.into(), ..Axis::default() }
    }

    /// A logarithmic axis that fits its data.
    pub fn log(label: impl Into<String>, unit: impl Into<String>) -> Self {
        Axis { scale: Scale::Log, ..Axis::new(label, unit) }
    }

    /// An axis of names.
    pub fn categories(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Axis { categories: names.into_iter().map(Into::into).collect(), ..Axis::default() }
    }

    /// Fixes the range that is shown.
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// Whether the axis shows names in place of numbers.
    pub fn is_categorical(&self) -> bool {
        !self.categories.is_empty()
    }
}
