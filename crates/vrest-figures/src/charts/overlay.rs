//! A reference and what should equal it, with the difference below.

use crate::figure::{Axis, Color, Dash, Figure, Legend, Line, Panel, Reference};

/// `reference` and `candidates` (name, mV) over common times in ms; the lower panel shows candidate minus reference.
pub fn overlay(
    title: &str,
    t_ms: &[f64],
    reference: (&str, &[f64]),
    candidates: &[(&str, &[f64])],
) -> Figure {
    let time = Axis::new("time", "ms");
    let (name, truth) = reference;
    // The reference is wide and faint behind the thin candidates: both stay visible where they agree.
    let mut above = Panel::new(time.clone(), Axis::new("V", "mV"))
        .height(2.6)
        .mark(Line::new(name, t_ms, truth).color(Color::Faint).width(4.0));
    let zero = Reference { dash: Dash::Solid, ..Reference::horizontal(0.0, "") };
    let mut below = Panel::new(time, Axis::new("error", "mV")).legend(Legend::Hidden).mark(zero);
    for (i, (name, values)) in candidates.iter().enumerate() {
        let difference: Vec<f64> = values.iter().zip(truth).map(|(value, truth)| value - truth).collect();
        above = above.mark(Line::new(*name, t_ms, values).color(Color::Series(i)).width(1.4));
        below = below.mark(Line::new(*name, t_ms, &difference).color(Color::Series(i)).width(1.2));
    }
    Figure::new(title).size(720.0, 440.0).shared_x().panel(above).panel(below)
}
