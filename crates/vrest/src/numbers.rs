//! Numbers as people read them: enough digits to be true, no more.

/// A number as it would be typed: up to seven significant digits, no trailing zeros.
pub fn plain(x: f64) -> String {
    significant(x, 7)
}

/// `digits` significant digits without trailing zeros; an exponent where there would be many zeros.
pub fn significant(x: f64, digits: usize) -> String {
    if x == 0.0 || !x.is_finite() {
        return if x == 0.0 { "0".into() } else { format!("{x}") };
    }
    let scientific = format!("{x:.*e}", digits.saturating_sub(1));
    let rounded: f64 = scientific.parse().unwrap_or(x);
    if (1e-4..1e7).contains(&rounded.abs()) { format!("{rounded}") } else { format!("{rounded:e}") }
}

/// A fixed number of decimals, without the sign of a zero.
pub fn fixed(x: f64, decimals: usize) -> String {
    let text = format!("{x:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.bytes().all(|b| b == b'0' || b == b'.') => digits.to_string(),
        _ => text,
    }
}

/// A count of things: `1 sample`, `2 samples`.
pub fn count(n: usize, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

/// A duration: `350 ms`, `1.24 s`, `2 min 5 s`.
pub fn duration(time: std::time::Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s < 1e-3 => format!("{:.0} us", s * 1e6),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 60.0 => format!("{s:.2} s"),
        s => format!("{:.0} min {:.0} s", (s / 60.0).floor(), s % 60.0),
    }
}

/// A time of the model in the unit that people would use: `12 ms`, `3.1 min`, `2.4 d`.
pub fn model_time(ms: f64) -> String {
    const UNITS: [(f64, &str); 5] = [(1.0, "ms"), (1e3, "s"), (6e4, "min"), (3.6e6, "h"), (8.64e7, "d")];
    let (size, unit) = UNITS.into_iter().rev().find(|(size, _)| ms.abs() >= *size).unwrap_or(UNITS[0]);
    format!("{} {unit}", significant(ms / size, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_true_and_few() {
        assert_eq!(plain(0.36), "0.36");
        assert_eq!(plain(-79.54201213), "-79.54201");
        assert_eq!(plain(310.15), "310.15");
        assert_eq!(plain(1.5e-9), "1.5e-9");
        assert_eq!(plain(0.0), "0");
        assert_eq!(fixed(-0.0001, 2), "0.00");
        assert_eq!(fixed(-1.005, 1), "-1.0");
        assert_eq!(count(1, "sample"), "1 sample");
        let times: Vec<String> = [0.0, 0.5, 1234.0, 7.2e6, 1e9].map(model_time).to_vec();
        assert_eq!(times, ["0 ms", "0.5 ms", "1.23 s", "2 h", "11.6 d"]);
    }
}
