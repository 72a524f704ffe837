//! Steady states over a parameter, stable and unstable ones told apart.

use crate::figure::{Axis, Color, Dash, Figure, Line, Panel};

/// One steady state on a branch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BranchPoint {
    /// Value of the parameter.
    pub parameter: f64,
    /// Value of the state, such as V in mV.
    pub state: f64,
    /// Whether the cell returns to it after a small push.
    pub stable: bool,
}

/// Each branch is a curve in the order of its points; stable stretches are solid, unstable ones dashed.
pub fn branches(title: &str, x: Axis, y: Axis, branches: &[Vec<BranchPoint>]) -> Figure {
    let mut panel = Panel::new(x, y);
    let mut named = [false; 2];
    for branch in branches {
        for stretch in stretches(branch) {
            let stable = stretch[0].stable;
            let (x, y): (Vec<f64>, Vec<f64>) =
                stretch.iter().map(|point| (point.parameter, point.state)).unzip();
            // One legend entry for all stretches of a kind.
            let first = !std::mem::replace(&mut named[usize::from(stable)], true);
            let (name, color, dash) =
                if stable { ("stable", 0, Dash::Solid) } else { ("unstable", 1, Dash::Dashed) };
            let line =
                Line::new(if first { name } else { "" }, &x, &y).color(Color::Series(color)).dash(dash);
            panel = panel.mark(line.width(2.0));
        }
    }
    Figure::new(title).panel(panel)
}

/// Runs of equal stability. Each but the last also holds the first point of the next one, so that the curve stays closed.
fn stretches(branch: &[BranchPoint]) -> Vec<&[BranchPoint]> {
    let mut out = Vec::new();
    let mut start = 0;
    for i in 1..=branch.len() {
        if i == branch.len() || branch[i].stable != branch[start].stable {
            out.push(&branch[start..(i + 1).min(branch.len())]);
            start = i;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_meet_and_cover_the_branch() {
        let point = |parameter: f64, stable| BranchPoint { parameter, state: 0.0, stable };
        let branch = [point(0.0, true), point(1.0, true), point(2.0, false), point(3.0, true)];
        let lengths: Vec<usize> = stretches(&branch).iter().map(|s| s.len()).collect();
        assert_eq!(lengths, [3, 2, 1]);
        assert!(stretches(&[]).is_empty());
    }
}
