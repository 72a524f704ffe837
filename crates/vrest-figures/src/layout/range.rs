//! Which range of numbers each axis of a panel shows.

use crate::figure::{Axis, Bars, Mark, Orientation, Panel, Scale};
use crate::font;
use crate::layout::FONT_PX;

/// Lowest and highest value that an axis shows; the first is always below the second.
pub type Range = (f64, f64);

/// Ranges of x and y for a panel that is `width_px` wide.
pub fn of_panel(panel: &Panel, width_px: f64) -> (Range, Range) {
    let mut x = Extent::new(&panel.x);
    let mut y = Extent::new(&panel.y);
    for mark in &panel.marks {
        collect(mark, &mut x, &mut y, width_px);
    }
    for mark in &panel.marks {
        if let Mark::Reference(line) = mark {
            let extent = if line.orientation == Orientation::Vertical { &mut x } else { &mut y };
            // A line without any data still needs a place to stand.
            if line.stretch || extent.is_empty() {
                extent.add(line.at);
            }
        }
    }
    (x.range(), y.range())
}

fn collect(mark: &Mark, x: &mut Extent, y: &mut Extent, width_px: f64) {
    match mark {
        Mark::Line(line) => {
            collect_pairs(&line.x, &line.y, x, y);
            y.pad(0.06, 0.06);
        }
        Mark::Points(points) => {
            collect_pairs(&points.x, &points.y, x, y);
            x.pad(0.04, 0.04);
            y.pad(0.06, 0.06);
        }
        Mark::Band(band) => {
            collect_pairs(&band.x, &band.low, x, y);
            collect_pairs(&band.x, &band.high, x, y);
            y.pad(0.06, 0.06);
        }
        Mark::Bars(bars) => collect_bars(bars, x, y, width_px),
        Mark::Heat(heat) => {
            heat.x_edges.iter().for_each(|&edge| x.add(edge));
            heat.y_edges.iter().for_each(|&edge| y.add(edge));
        }
        Mark::Reference(_) => {}
    }
}

fn collect_pairs(xs: &[f64], ys: &[f64], x: &mut Extent, y: &mut Extent) {
    for (&at, &value) in xs.iter().zip(ys) {
        // A fixed range of x zooms in: what it hides must not stretch y.
        if x.shows(at) && y.drawable(value) {
            x.add(at);
            y.add(value);
        }
    }
}

fn collect_bars(bars: &Bars, x: &mut Extent, y: &mut Extent, width_px: f64) {
    let horizontal = bars.orientation == Orientation::Horizontal;
    let (along, across) = if horizontal { (x, y) } else { (y, x) };
    let (mut room_low, mut room_high) = (0.0f64, 0.0f64);
    for bar in &bars.bars {
        along.add(bar.from);
        along.add(bar.to);
        across.add(bar.center - bar.thickness / 2.0);
        across.add(bar.center + bar.thickness / 2.0);
        let label = font::width(&bar.label, FONT_PX) + 10.0;
        let room = match (bar.label.is_empty(), horizontal) {
            (true, _) => 0.0,
            (false, true) => label / width_px.max(1.0),
            (false, false) => 0.08,
        };
        if bar.to < bar.from {
            room_low = room_low.max(room);
        } else {
            room_high = room_high.max(room);
        }
    }
    // Bars that stand on zero touch the axis there.
    let (low_is_zero, high_is_zero) = (along.low == 0.0, along.high == 0.0);
    along.pad(
        if low_is_zero { room_low } else { room_low.max(0.05) },
        if high_is_zero { room_high } else { room_high.max(0.05) },
    );
}

/// The span of the data on one axis, and how much to leave free beside it.
struct Extent {
    low: f64,
    high: f64,
    pad: (f64, f64),
    log: bool,
    fixed: Option<Range>,
}

impl Extent {
    fn new(axis: &Axis) -> Self {
        let log = axis.scale == Scale::Log;
        let fixed = match axis.range {
            _ if axis.is_categorical() => Some((-0.5, axis.categories.len() as f64 - 0.5)),
            Some((low, high))
                if low < high && low.is_finite() && high.is_finite() && !(log && low <= 0.0) =>
            {
                Some((low, high))
            }
            _ => None,
        };
        Extent { low: f64::INFINITY, high: f64::NEG_INFINITY, pad: (0.0, 0.0), log, fixed }
    }

    fn is_empty(&self) -> bool {
        self.low > self.high
    }

    fn drawable(&self, value: f64) -> bool {
        value.is_finite() && !(self.log && value <= 0.0)
    }

    fn shows(&self, value: f64) -> bool {
        self.drawable(value) && self.fixed.is_none_or(|(low, high)| value >= low && value <= high)
    }

    fn add(&mut self, value: f64) {
        if self.drawable(value) {
            self.low = self.low.min(value);
            self.high = self.high.max(value);
        }
    }

    fn pad(&mut self, low: f64, high: f64) {
        self.pad = (self.pad.0.max(low), self.pad.1.max(high));
    }

    fn range(&self) -> Range {
        if let Some(fixed) = self.fixed {
            return fixed;
        }
        if self.is_empty() {
            return if self.log { (1.0, 10.0) } else { (0.0, 1.0) };
        }
        if self.log {
            let (low, high) = widen(self.low.log10(), self.high.log10(), self.pad, 0.3);
            // Subnormal ends would turn into zero, which has no place on this axis.
            return (10f64.powf(low).max(1e-300), 10f64.powf(high).clamp(1e-299, 1e300));
        }
        let half_a_percent = (self.low.abs() * 0.005).max(1e-300);
        let (low, high) =
            widen(self.low, self.high, self.pad, if self.low == 0.0 { 1.0 } else { half_a_percent });
        (low.max(-1e300), high.min(1e300))
    }
}

/// Adds the free shares; a span of nothing becomes `2 * constant_reach` wide.
fn widen(low: f64, high: f64, pad: (f64, f64), constant_reach: f64) -> Range {
    let span = high - low;
    if span <= (low.abs().max(high.abs())) * 1e-13 {
        return (low - constant_reach, high + constant_reach);
    }
    // The shares are of the whole range: with 10 % at each end, 80 % are left for the data.
    let (share_low, share_high) = (pad.0.min(0.35), pad.1.min(0.35));
    let whole = span / (1.0 - share_low - share_high);
    (low - share_low * whole, high + share_high * whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Points, Reference};

    fn y_range(values: &[f64]) -> Range {
        let x: Vec<f64> = (0..values.len()).map(|i| i as f64).collect();
        of_panel(&Panel::new(Axis::default(), Axis::default()).line("", &x, values), 600.0).1
    }

    #[test]
    fn every_input_gives_a_range_that_can_be_drawn() {
        let inputs: [&[f64]; 7] = [
            &[],
            &[0.0],
            &[-70.0, -70.0],
            &[f64::NAN],
            &[f64::INFINITY, 1.0],
            &[1e308, -1e308],
            &[1e-320, 0.0],
        ];
        for values in inputs {
            let (low, high) = y_range(values);
            assert!(low < high && low.is_finite() && high.is_finite(), "{values:?} -> {low} {high}");
        }
    }

    #[test]
    fn a_fixed_range_of_x_zooms_y() {
        let panel = Panel::new(Axis::new("t", "ms").range(0.0, 1.0), Axis::default()).line(
            "V",
            &[0.0, 1.0, 2.0],
            &[-70.0, -69.0, 40.0],
        );
        let ((x_low, x_high), (_, y_high)) = of_panel(&panel, 600.0);
        assert_eq!((x_low, x_high), (0.0, 1.0));
        assert!(y_high < -68.0);
    }

    #[test]
    fn logarithmic_axes_ignore_what_they_cannot_show() {
        let panel = Panel::new(Axis::log("K", "mM"), Axis::default()).mark(Points::new(
            "",
            &[-1.0, 0.0, 1.0, 100.0],
            &[1.0; 4],
        ));
        let ((low, high), _) = of_panel(&panel, 600.0);
        assert!(low > 0.5 && low <= 1.0 && (100.0..200.0).contains(&high));
    }

    #[test]
    fn references_stretch_only_where_they_should() {
        let panel = |line| {
            Panel::new(Axis::default(), Axis::default()).line("", &[0.0, 1.0], &[-70.0, -60.0]).mark(line)
        };
        assert!(of_panel(&panel(Reference::horizontal(60.0, "E_{Na}")), 600.0).1.1 > 60.0);
        assert!(of_panel(&panel(Reference::horizontal(60.0, "E_{Na}").within_data()), 600.0).1.1 < -50.0);
    }
}
