//! V(t) with what was done to the cell below it.

use crate::figure::{Axis, Color, Figure, Interpolation, Legend, Line, Panel};

/// What the experimenter did over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Stimulus {
    /// The quantity, such as `I` or `ions.K.outside`.
    pub label: String,
    /// Its unit, such as `uA/cm2` or `mM`.
    pub unit: String,
    /// Times in ms.
    pub t_ms: Vec<f64>,
    /// Values at these times, in `unit`.
    pub values: Vec<f64>,
    /// Whether a value holds until the next one or moves towards it.
    pub interpolation: Interpolation,
}

/// Voltage traces `(name, mV)` over common times in ms, and one panel of a quarter of their height for each stimulus.
pub fn trace(title: &str, t_ms: &[f64], voltages: &[(&str, &[f64])], stimuli: &[Stimulus]) -> Figure {
    let time = Axis::new("time", "ms");
    let mut voltage = Panel::new(time.clone(), Axis::new("V", "mV")).height(4.0).legend(Legend::Auto);
    for (name, v_mv) in voltages {
        voltage = voltage.line(*name, t_ms, v_mv);
    }
    let mut figure =
        Figure::new(title).size(720.0, 340.0 + 90.0 * stimuli.len() as f64).shared_x().panel(voltage);
    for stimulus in stimuli {
        let line = Line {
            interpolation: stimulus.interpolation,
            ..Line::new("", &stimulus.t_ms, &stimulus.values).color(Color::Ink).width(1.3)
        };
        figure =
            figure.panel(Panel::new(time.clone(), Axis::new(&stimulus.label, &stimulus.unit)).mark(line));
    }
    figure
}
