//! Where an axis carries marks and what they say.
//!
//! Linear axes are marked at multiples of 1, 2 or 5 times a power of ten, all with the same number of decimals; very large or
//! small numbers share one power of ten, which belongs into the axis label. Logarithmic axes are marked at powers of ten,
//! with 2 and 5 between them where there are few.

use crate::figure::Scale;
use crate::text;

/// Marks of one axis.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Ticks {
    /// Labelled places in data units, ascending, inside the range.
    pub major: Vec<(f64, String)>,
    /// Places without a label.
    pub minor: Vec<f64>,
    /// The labels are to be multiplied by ten to this power.
    pub power: i32,
}

/// Ticks for `low..=high`, about `target` of them. A range that is empty or not finite has none.
pub fn ticks(scale: Scale, low: f64, high: f64, target: usize) -> Ticks {
    if !low.is_finite() || !high.is_finite() || low >= high {
        return Ticks::default();
    }
    // One label alone does not tell the scale, so that a small panel may get more than it asked for.
    (0..4)
        .map(|more| some_ticks(scale, low, high, target + more))
        .find(|ticks| ticks.major.len() >= 2)
        .unwrap_or_default()
}

fn some_ticks(scale: Scale, low: f64, high: f64, target: usize) -> Ticks {
    match scale {
        Scale::Log if low > 0.0 && (high / low).log10() >= 1.0 => logarithmic(low, high, target),
        Scale::Log if low <= 0.0 => Ticks::default(),
        _ => linear(low, high, target),
    }
}

fn linear(low: f64, high: f64, target: usize) -> Ticks {
    let Some((mantissa, exponent)) = nice_step((high - low) / target.max(1) as f64) else {
        return Ticks::default();
    };
    let step = mantissa * pow10(exponent);
    let slack = 1e-9;
    let first = (low / step - slack).ceil();
    let count = ((high / step + slack).floor() - first).max(-1.0) + 1.0;
    // Beyond 2^53 neighbouring multiples are the same number.
    if first.abs() > 9e15 || count > 1000.0 {
        return Ticks::default();
    }
    let largest = low.abs().max(high.abs()).log10().floor() as i32;
    let power = if largest >= 5 || exponent < -4 { largest } else { 0 };
    let decimals = (power - exponent).max(0) as usize;
    let major = (0..count as i64)
        .map(|i| {
            // In tenths of powers, so that 3 * 0.1 prints as 0.3 and compares as 0.3.
            let multiple = (first as i64 + i) as f64 * mantissa;
            let value = if exponent < 0 { multiple / pow10(-exponent) } else { multiple * pow10(exponent) };
            (value, text::fixed(value / pow10(power), decimals))
        })
        .collect();
    Ticks { major, minor: Vec::new(), power }
}

/// The smallest of 1, 2 or 5 x 10^k that is not below `rough`, as mantissa and exponent.
fn nice_step(rough: f64) -> Option<(f64, i32)> {
    if !(rough.is_finite() && rough > 1e-290) {
        return None;
    }
    let exponent = rough.log10().floor() as i32;
    let ratio = rough / pow10(exponent);
    let nice = [(1.0, 0), (2.0, 0), (5.0, 0), (1.0, 1)];
    let (mantissa, carry) =
        nice.into_iter().find(|&(m, c)| ratio <= m * pow10(c) * (1.0 + 1e-9)).unwrap_or((1.0, 1));
    Some((mantissa, exponent + carry))
}

fn logarithmic(low: f64, high: f64, target: usize) -> Ticks {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let inside = |value: f64| value >= low * (1.0 - 1e-9) && value <= high * (1.0 + 1e-9);
    let decades = (last - first).max(1) as usize;
    let stride = decades.div_ceil(target.max(1)) as i32;
    let factors: &[i32] = if decades <= 2 { &[1, 2, 5] } else { &[1] };
    let mut ticks = Ticks::default();
    for exponent in first..=last {
        for factor in 1..=9 {
            let value = f64::from(factor) * pow10(exponent);
            if !inside(value) {
                continue;
            }
            if factors.contains(&factor) && exponent.rem_euclid(stride) == 0 {
                ticks.major.push((value, log_label(factor, exponent)));
            } else if stride == 1 || factor == 1 {
                ticks.minor.push(value);
            }
        }
    }
    ticks
}

fn log_label(factor: i32, exponent: i32) -> String {
    match exponent {
        -3..=4 => text::fixed(f64::from(factor) * pow10(exponent), (-exponent).max(0) as usize),
        _ if factor == 1 => text::power_of_ten(exponent),
        _ => format!("{factor}×{}", text::power_of_ten(exponent)),
    }
}

fn pow10(exponent: i32) -> f64 {
    // Parsing is exact where powi accumulates rounding.
    format!("1e{exponent}").parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(scale: Scale, low: f64, high: f64, target: usize) -> Vec<String> {
        ticks(scale, low, high, target).major.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn linear_labels_are_nice() {
        assert_eq!(labels(Scale::Linear, 0.0, 500.0, 5), ["0", "100", "200", "300", "400", "500"]);
        assert_eq!(labels(Scale::Linear, -0.1, 0.55, 6), ["0.0", "0.2", "0.4"]);
        assert_eq!(
            labels(Scale::Linear, -79.6, -79.1, 5),
            ["−79.6", "−79.5", "−79.4", "−79.3", "−79.2", "−79.1"]
        );
        assert_eq!(labels(Scale::Linear, -1.0, 1.0, 4), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
    }

    #[test]
    fn extreme_numbers_share_a_power() {
        let small = ticks(Scale::Linear, 0.0, 4e-7, 4);
        assert_eq!(small.power, -7);
        assert_eq!(small.major[1].1, "1");
        let large = ticks(Scale::Linear, 0.0, 3.6e6, 4);
        assert_eq!((large.power, large.major.last().unwrap().1.as_str()), (6, "3"));
    }

    #[test]
    fn logarithmic_labels_are_powers() {
        assert_eq!(labels(Scale::Log, 1.0, 100.0, 6), ["1", "2", "5", "10", "20", "50", "100"]);
        assert_eq!(labels(Scale::Log, 1e-6, 1e-2, 6), ["10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001", "0.01"]);
        assert_eq!(labels(Scale::Log, 1e-12, 1e12, 5), ["10⁻¹⁰", "10⁻⁵", "1", "10⁵", "10¹⁰"]);
    }

    #[test]
    fn impossible_ranges_have_no_ticks() {
        for (low, high) in
            [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (1e300, 1e300 + 1.0)]
        {
            assert!(ticks(Scale::Linear, low, high, 5).major.is_empty());
        }
        assert!(ticks(Scale::Log, -1.0, 1.0, 5).major.is_empty());
    }

    proptest! {
        #[test]
        fn linear_ticks_are_inside_even_and_told_apart(low in -1e9f64..1e9, exponent in -9i32..9, target in 2usize..12) {
            let high = low + pow10(exponent);
            // A range too narrow for its magnitude cannot be labelled in full digits.
            prop_assume!(low.abs() / (high - low) < 1e8);
            let ticks = ticks(Scale::Linear, low, high, target);
            let step_slack = (high - low) * 1e-6;
            prop_assert!(ticks.major.iter().all(|(v, _)| *v >= low - step_slack && *v <= high + step_slack));
            prop_assert!(ticks.major.len() <= target + 2);
            let steps: Vec<f64> = ticks.major.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
            prop_assert!(steps.iter().all(|s| (s / steps[0] - 1.0).abs() < 1e-6));
            prop_assert!(ticks.major.windows(2).all(|pair| pair[0].1 != pair[1].1));
        }

        #[test]
        fn labels_say_the_value(low in -1e4f64..1e4, span in 1e-3f64..1e4, target in 2usize..10) {
            for (value, label) in ticks(Scale::Linear, low, low + span, target).major {
                let read: f64 = label.replace('−', "-").parse().unwrap();
                prop_assert!((read - value).abs() <= 1e-9 * value.abs().max(1.0), "{label} for {value}");
            }
        }

        #[test]
        fn logarithmic_ticks_are_inside(low in -12f64..10.0, decades in 0.2f64..20.0, target in 2usize..10) {
            let (low, high) = (10f64.powf(low), 10f64.powf(low + decades));
            let ticks = ticks(Scale::Log, low, high, target);
            prop_assert!(!ticks.major.is_empty());
            prop_assert!(ticks.major.iter().all(|(v, _)| *v >= low * 0.999999 && *v <= high * 1.000001));
            prop_assert!(ticks.major.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
    }
}
