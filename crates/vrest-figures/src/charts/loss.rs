//! How a training went.

use crate::figure::{Axis, Color, Figure, Line, Panel, Reference};

/// Errors of one epoch after another.
#[derive(Clone, Debug)]
pub struct Stage<'a> {
    /// What was done in these epochs.
    pub name: &'a str,
    /// The training loss of each, mV.
    pub loss_mv: Vec<f64>,
    /// The validation RMSE of each, mV.
    pub validation_mv: Vec<f64>,
}

/// Training loss and validation error over the epochs of all stages, one after another, on a logarithmic axis. Losses of
/// different stages measure different things, so their line is broken between stages; the validation error is one line.
pub fn loss_curves(title: &str, stages: &[Stage]) -> Figure {
    let mut panel = Panel::new(Axis::new("epoch", ""), Axis::log("error", "mV"));
    let mut first = 1.0;
    let (mut x, mut validation) = (Vec::new(), Vec::new());
    let (mut loss_x, mut loss) = (Vec::new(), Vec::new());
    for (i, stage) in stages.iter().enumerate() {
        let own: Vec<f64> = (0..stage.loss_mv.len()).map(|k| first + k as f64).collect();
        if i > 0 {
            panel = panel.mark(Reference::vertical(first - 0.5, stage.name));
            loss_x.push(first - 0.5);
            loss.push(f64::NAN);
        }
        loss_x.extend(&own);
        loss.extend(&stage.loss_mv);
        first += own.len() as f64;
        x.extend(own);
        validation.extend(&stage.validation_mv);
    }
    panel = panel
        .mark(Line::new("training loss", &loss_x, &loss).color(Color::Series(1)))
        .mark(Line::new("validation RMSE", &x, &validation).color(Color::Series(0)));
    Figure::new(title).panel(panel)
}
