//! How often values occur.

use crate::figure::{Axis, Bar, Bars, Color, Figure, Orientation, Panel};

/// Counts of `values` in bins of equal width; the number of bins follows Freedman and Diaconis (1981), within 5..=60.
/// Values that are not finite are left out.
pub fn histogram(title: &str, x: Axis, values: &[f64]) -> Figure {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let bars = bins(&sorted);
    let bars = Bars { name: String::new(), orientation: Orientation::Vertical, bars, connected: false };
    Figure::new(title).size(560.0, 320.0).panel(Panel::new(x, Axis::new("count", "")).mark(bars))
}

fn bins(sorted: &[f64]) -> Vec<Bar> {
    let (Some(&low), Some(&high)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    let quantile = |share: f64| sorted[((sorted.len() - 1) as f64 * share).round() as usize];
    let width = 2.0 * (quantile(0.75) - quantile(0.25)) / (sorted.len() as f64).cbrt();
    let span = high - low;
    if span <= low.abs().max(high.abs()) * 1e-13 {
        return vec![bin(low, (low.abs() * 0.001).max(1e-3), sorted.len())];
    }
    let count = if width > 0.0 { (span / width).ceil().clamp(5.0, 60.0) as usize } else { 20 };
    let mut counts = vec![0usize; count];
    for value in sorted {
        counts[(((value - low) / span * count as f64) as usize).min(count - 1)] += 1;
    }
    let width = span / count as f64;
    counts.into_iter().enumerate().map(|(i, n)| bin(low + (i as f64 + 0.5) * width, width, n)).collect()
}

fn bin(center: f64, thickness: f64, count: usize) -> Bar {
    Bar {
        center,
        thickness: thickness * 0.94,
        from: 0.0,
        to: count as f64,
        label: String::new(),
        color: Color::Series(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_value_is_lost(mut values in prop::collection::vec(-1e3f64..1e3, 0..500)) {
            values.sort_by(f64::total_cmp);
            let total: f64 = bins(&values).iter().map(|bar| bar.to).sum();
            prop_assert_eq!(total as usize, values.len());
        }
    }

    #[test]
    fn equal_values_are_one_bin() {
        assert_eq!(bins(&[3.0; 7]).len(), 1);
    }
}
