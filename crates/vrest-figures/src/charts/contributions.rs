//! A waterfall: from one potential to another, and what each mechanism adds on the way.

use super::signed;
use crate::figure::{Axis, Bar, Bars, Color, Figure, Orientation, Panel};
use crate::text;

/// One step of a waterfall.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// The mechanism or ion.
    pub name: String,
    /// How far it moves the potential, in mV.
    pub change_mv: f64,
}

/// Bars from `start` through every contribution to their sum, which is `end_name`. Read from top to bottom.
pub fn contributions(title: &str, start: (&str, f64), steps: &[Contribution], end_name: &str) -> Figure {
    let (start_name, start_mv) = start;
    let mut names = vec![start_name.to_owned()];
    let mut bars = vec![total(0, start_mv)];
    let mut reached = start_mv;
    for (i, step) in steps.iter().enumerate() {
        let next = reached + step.change_mv;
        names.push(step.name.clone());
        bars.push(Bar {
            center: (i + 1) as f64,
            thickness: 0.62,
            from: reached,
            to: next,
            label: signed(step.change_mv, 2),
            color: if step.change_mv < 0.0 { Color::Down } else { Color::Up },
        });
        reached = next;
    }
    names.push(end_name.to_owned());
    bars.push(total(steps.len() + 1, reached));
    let height = 96.0 + 30.0 * names.len() as f64;
    let bars = Bars { name: String::new(), orientation: Orientation::Horizontal, bars, connected: true };
    Figure::new(title)
        .size(720.0, height)
        .panel(Panel::new(Axis::new("V", "mV"), Axis::categories(names)).mark(bars))
}

/// A potential itself: no length of its own, so a thin block at its value. The axis need not reach to 0 mV.
fn total(row: usize, v_mv: f64) -> Bar {
    Bar {
        center: row as f64,
        thickness: 0.62,
        from: v_mv,
        to: v_mv,
        label: format!("{} mV", text::fixed(v_mv, 2)),
        color: Color::Ink,
    }
}
