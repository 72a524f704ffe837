//! dV/dt against V: where the true and the learned field agree, and where each comes to rest.

use crate::figure::{Axis, Color, Dash, Figure, Line, Panel, Points, Reference};

/// True and learned dV/dt (mV/ms) under one condition, each with its own voltages (mV).
#[derive(Clone, Copy, Debug)]
pub struct Slopes<'a> {
    /// What is special about it, such as the injected current; empty if there is only one.
    pub condition: &'a str,
    /// The truth: V and dV/dt.
    pub truth: (&'a [f64], &'a [f64]),
    /// Whether the truth is measured, and drawn as points, or known, and drawn as a line.
    pub measured: bool,
    /// The learned field: V and dV/dt.
    pub learned: (&'a [f64], &'a [f64]),
}

/// The phase portrait of one membrane under one or more conditions. `names` are those of truth and learned field.
pub fn phase_portrait(title: &str, names: (&str, &str), conditions: &[Slopes]) -> Figure {
    let mut panel = Panel::new(Axis::new("V", "mV"), Axis::new("dV/dt", "mV/ms"))
        .mark(Reference { dash: Dash::Solid, ..Reference::horizontal(0.0, "") });
    let named = |name: &str, condition: &str| {
        if condition.is_empty() { name.to_owned() } else { format!("{name}, {condition}") }
    };
    for (i, c) in conditions.iter().enumerate() {
        let truth = named(names.0, c.condition);
        // The truth is wide and faint behind the thin candidate: both stay visible where they agree.
        panel = if c.measured {
            panel.mark(Points::new(truth, c.truth.0, c.truth.1).color(Color::Muted))
        } else {
            panel.mark(Line::new(truth, c.truth.0, c.truth.1).color(Color::Faint).width(5.0))
        };
        let learned = named(names.1, c.condition);
        panel = panel.mark(Line::new(learned, c.learned.0, c.learned.1).color(Color::Series(i)).width(1.6));
    }
    Figure::new(title).panel(panel)
}
