//! Long traces in few points: what a screen cannot show is left out, but never a spike.

/// Indices of the samples to draw of a trace over ascending `x`, for a plot of `columns` pixels over `x_low..=x_high`.
///
/// Each pixel column keeps its first, lowest, highest and last sample, so that the drawn line covers the same pixels as the
/// full one. Samples outside the range are dropped but for one on each side, which carries the line to the border. Samples
/// where y is not finite are kept once per gap. When `x` does not ascend, all samples are kept.
pub fn indices(x: &[f64], y: &[f64], x_low: f64, x_high: f64, columns: usize) -> Vec<usize> {
    let n = x.len().min(y.len());
    let ascending = x[..n].windows(2).all(|pair| pair[0] <= pair[1]);
    if !ascending || n <= 4 * columns.max(1) {
        return (0..n).collect();
    }
    let first = x[..n].partition_point(|&v| v < x_low).saturating_sub(1);
    let end = (x[..n].partition_point(|&v| v <= x_high) + 1).min(n);
    let column_of = |i: usize| ((x[i] - x_low) / (x_high - x_low) * columns as f64).floor() as i64;
    let mut kept = Vec::with_capacity(4 * columns);
    let mut start = first;
    while start < end {
        let column = column_of(start);
        let stop = (start..end).find(|&i| column_of(i) != column).unwrap_or(end);
        keep_extremes(y, start, stop, &mut kept);
        start = stop;
    }
    kept
}

/// Appends the first, lowest, highest and last index of `start..stop`, and one index of each gap, in order and once each.
fn keep_extremes(y: &[f64], start: usize, stop: usize, kept: &mut Vec<usize>) {
    let finite = || (start..stop).filter(|&i| y[i].is_finite());
    let mut chosen = vec![start, stop - 1];
    chosen.extend(finite().min_by(|&a, &b| y[a].total_cmp(&y[b])));
    chosen.extend(finite().max_by(|&a, &b| y[a].total_cmp(&y[b])));
    for i in (start..stop).filter(|&i| !y[i].is_finite()) {
        if i == start || y[i - 1].is_finite() {
            chosen.push(i);
            // The gap's neighbours end and begin the parts of the line.
            chosen.extend([i.saturating_sub(1).max(start)]);
        }
        if i + 1 < stop && y[i + 1].is_finite() {
            chosen.push(i + 1);
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    kept.extend(chosen);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_single_sample_spike_survives() {
        let n = 200_000;
        let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let mut y = vec![-70.0; n];
        y[123_457] = 30.0;
        let kept = indices(&x, &y, 0.0, (n - 1) as f64, 600);
        assert!(kept.contains(&123_457));
        assert!(kept.len() <= 4 * 601, "{}", kept.len());
    }

    #[test]
    fn gaps_survive() {
        let n = 10_000;
        let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let mut y = vec![1.0; n];
        y[5_001] = f64::NAN;
        let kept = indices(&x, &y, 0.0, (n - 1) as f64, 100);
        for i in [5_000, 5_001, 5_002] {
            assert!(kept.contains(&i), "{i}");
        }
    }

    #[test]
    fn loops_and_short_traces_are_left_alone() {
        let x: Vec<f64> = (0..1000).map(|i| f64::from(i).sin()).collect();
        assert_eq!(indices(&x, &x, -1.0, 1.0, 10).len(), 1000);
        assert_eq!(indices(&[0.0, 1.0], &[0.0, 1.0], 0.0, 1.0, 100), [0, 1]);
        assert!(indices(&[], &[], 0.0, 1.0, 100).is_empty());
    }

    proptest! {
        #[test]
        fn every_column_keeps_its_extremes(y in prop::collection::vec(-100f64..100.0, 500..2000), columns in 1usize..50) {
            let x: Vec<f64> = (0..y.len()).map(|i| i as f64).collect();
            let high = (y.len() - 1) as f64;
            let kept = indices(&x, &y, 0.0, high, columns);
            prop_assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
            let column = |i: usize| (x[i] / high * columns as f64).floor() as usize;
            for wanted in 0..columns {
                let of = |all: &[usize]| -> Vec<f64> {
                    all.iter().filter(|&&i| column(i) == wanted).map(|&i| y[i]).collect()
                };
                let (full, few) = (of(&(0..y.len()).collect::<Vec<_>>()), of(&kept));
                let extremes = |v: &[f64]| (v.iter().copied().fold(f64::MAX, f64::min), v.iter().copied().fold(f64::MIN, f64::max));
                prop_assert_eq!(extremes(&full), extremes(&few));
            }
        }
    }
}
