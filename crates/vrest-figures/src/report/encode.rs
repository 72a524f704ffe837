//! Arrays of a chart as short JSON: a thousand samples in a few kilobytes instead of twenty.
//!
//! Three forms, all decoded by `numbers.js`:
//! `{"from": a, "step": s, "count": n}` for evenly spaced values; `{"unit": q, "deltas": [k0, k1, ...]}` for the running sum
//! of whole multiples of a power of ten `q` that is below 1/100,000 of the span, with `null` for missing values; and a plain
//! list with `null` for the rest.

use serde_json::{Value, json};

/// The shortest faithful form. `relative` keeps six digits of every value, for logarithmic axes.
pub fn array(values: &[f64], relative: bool) -> Value {
    even(values).or_else(|| if relative { None } else { deltas(values) }).unwrap_or_else(|| plain(values))
}

/// Evenly spaced values, if they all are within a millionth of a step.
fn even(values: &[f64]) -> Option<Value> {
    let [first, .., last] = *values else { return None };
    let step = (last - first) / (values.len() - 1) as f64;
    let is_even =
        values.iter().enumerate().all(|(i, v)| (v - (first + step * i as f64)).abs() <= step.abs() * 1e-6);
    (is_even && step.is_finite() && step != 0.0)
        .then(|| json!({"from": first, "step": step, "count": values.len()}))
}

/// Differences in units of a power of ten, if doubles can hold the multiples exactly.
fn deltas(values: &[f64]) -> Option<Value> {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let reach = low.abs().max(high.abs());
    let span = high - low;
    if !(span > 1e-290 && span.is_finite()) || reach / span > 1e9 {
        return None;
    }
    let exponent = span.log10().floor() as i32 - 5;
    // As text, so that the unit is the double nearest to the power of ten.
    let unit: f64 = format!("1e{exponent}").parse().ok()?;
    let mut before = 0i64;
    let deltas: Vec<Value> = values
        .iter()
        .map(|value| {
            if !value.is_finite() {
                return Value::Null;
            }
            let multiple = (value / unit).round() as i64;
            let delta = multiple - before;
            before = multiple;
            json!(delta)
        })
        .collect();
    Some(json!({"unit": unit, "deltas": deltas}))
}

/// Six significant digits.
fn plain(values: &[f64]) -> Value {
    let short = |value: f64| format!("{value:.5e}").parse::<f64>().unwrap_or(value);
    values.iter().map(|&value| if value.is_finite() { json!(short(value)) } else { Value::Null }).collect()
}

#[cfg(test)]
pub(crate) fn decode(value: &Value) -> Vec<f64> {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    if let Some(list) = value.as_array() {
        return list.iter().map(number).collect();
    }
    if let Some(count) = value["count"].as_u64() {
        return (0..count).map(|i| number(&value["from"]) + number(&value["step"]) * i as f64).collect();
    }
    let mut sum = 0.0;
    let deltas = value["deltas"].as_array().expect("one of the three forms");
    deltas
        .iter()
        .map(|delta| delta.as_f64().map_or(f64::NAN, |d| (sum += d, sum * number(&value["unit"])).1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn even_times_are_three_numbers() {
        let t: Vec<f64> = (0..1000).map(|i| f64::from(i) * 0.5).collect();
        assert_eq!(array(&t, false), json!({"from": 0.0, "step": 0.5, "count": 1000}));
    }

    #[test]
    fn missing_values_stay_missing() {
        let back = decode(&array(&[1.0, f64::NAN, 3.0, f64::INFINITY, 2.5], false));
        assert!(back[1].is_nan() && back[3].is_nan() && (back[4] - 2.5).abs() < 1e-4);
        assert!(decode(&array(&[], false)).is_empty());
        assert_eq!(decode(&array(&[7.0; 3], false)), [7.0; 3]);
    }

    #[test]
    fn a_smooth_trace_takes_less_than_six_bytes_a_sample() {
        let v: Vec<f64> = (0..1000).map(|i| -70.0 + 20.0 * (f64::from(i) / 60.0).sin()).collect();
        assert!(array(&v, false).to_string().len() < 6000);
    }

    proptest! {
        #[test]
        fn values_come_back(values in prop::collection::vec(-1e4f64..1e4, 0..60), relative: bool) {
            let back = decode(&array(&values, relative));
            let low = values.iter().copied().fold(f64::MAX, f64::min);
            let high = values.iter().copied().fold(f64::MIN, f64::max);
            prop_assert_eq!(back.len(), values.len());
            for (a, b) in values.iter().zip(&back) {
                // Six digits, or a hundred-thousandth of the span; even spacing is exacter than both.
                let allowed = (a.abs() * 1e-5).max(if relative { 0.0 } else { (high - low) * 1e-5 });
                prop_assert!((a - b).abs() <= allowed + 1e-12, "{} became {}", a, b);
            }
        }
    }
}
