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
    }
}
