//! How strongly each parameter moves a result.

use super::signed;
use crate::figure::{Axis, Bar, Bars, Color, Figure, Orientation, Panel, Reference};

/// The effect of one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// The parameter's path, such as `leak_K.g`.
    pub parameter: String,
    /// Change of the result for the stated change of the parameter.
    pub effect: f64,
}

/// Bars to the left and right of zero, the strongest at the top. `effect` is the label of the axis, such as
/// `change of V_{rest} for +10 %`, and `unit` its unit.
pub fn sensitivities(title: &str, effect: &str, unit: &str, items: &[Sensitivity]) -> Figure {
    let mut sorted: Vec<&Sensitivity> = items.iter().collect();
    // A stable sort keeps the caller's order among equals.
    sorted.sort_by(|a, b| b.effect.abs().total_cmp(&a.effect.abs()));
    let strongest = sorted.first().map_or(1.0, |item| item.effect.abs());
    let decimals = (2.0 - strongest.max(1e-12).log10().floor()).clamp(0.0, 6.0) as usize;
    let bars = sorted
        .iter()
        .enumerate()
        .map(|(row, item)| Bar {
            center: row as f64,
            thickness: 0.62,
            from: 0.0,
            to: item.effect,
            label: signed(item.effect, decimals),
            color: if item.effect < 0.0 { Color::Down } else { Color::Up },
        })
        .collect();
    let names: Vec<&str> = sorted.iter().map(|item| item.parameter.as_str()).collect();
    let height = 96.0 + 24.0 * names.len() as f64;
    let bars = Bars { name: String::new(), orientation: Orientation::Horizontal, bars, connected: false };
    let zero =
        Reference { dash: crate::figure::Dash::Solid, ..Reference::vertical(0.0, "").color(Color::Ink) };
    Figure::new(title)
        .size(720.0, height)
        .panel(Panel::new(Axis::new(effect, unit), Axis::categories(names)).mark(bars).mark(zero))
}
