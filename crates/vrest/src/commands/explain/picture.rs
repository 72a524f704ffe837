//! The explanation as a picture: the waterfall above, the sensitivities below.

use vrest_figures::Figure;
use vrest_figures::charts::{Contribution, Sensitivity, contributions, sensitivities};
use vrest_membrane::explain::Explanation;

use super::{NOTHING, SHOWN, label, movers, step};

pub fn figure(e: &Explanation) -> Figure {
    let a = &e.attribution;
    let steps: Vec<Contribution> = a
        .shares
        .iter()
        // The reference is where the waterfall starts.
        .filter(|s| s.change.abs() > NOTHING || s.ion.as_deref() != Some(&a.reference))
        .map(|s| Contribution { name: label(s), change_mv: s.change })
        .collect();
    let start = format!("E_{{{}}}", a.reference);
    let above = contributions("", (&start, a.start), &steps, "V_{rest}");
    let shown: Vec<Sensitivity> = movers(e)
        .take(SHOWN)
        .map(|s| {
            let name =
                if s.step.relative { s.parameter.clone() } else { format!("{} {}", s.parameter, step(s)) };
            Sensitivity { parameter: name, effect: s.effect }
        })
        .collect();
    let below = sensitivities("", "change of V_{rest} for +10 %, or as stated", "mV", &shown);
    let heights = [above.height_px, below.height_px];
    let title = format!("What holds {} at {:.2} mV", e.rest.cell, e.rest.v_rest).replace('-', "\u{2212}");
    let panels = above.panels.into_iter().chain(below.panels);
    let names = ["From equilibrium to rest", "What would move it"];
    panels.zip(names).zip(heights).fold(
        Figure::new(title).size(760.0, heights.iter().sum::<f64>() + 20.0),
        |figure, ((panel, name), height)| figure.panel(panel.titled(name).height(height)),
    )
}
