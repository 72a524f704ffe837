//! Units as recording files spell them, turned into those of the field: mV, pA, ms.

use serde::{Deserialize, Serialize};

/// What a channel measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Quantity {
    /// A potential; values are in mV.
    Voltage,
    /// A current; values are in pA.
    Current,
    /// Anything else; values are in the file's unit.
    Other,
}

impl Quantity {
    /// The unit in which this program holds such values; empty where it is the file's own.
    pub fn unit(self) -> &'static str {
        match self {
            Quantity::Voltage => "mV",
            Quantity::Current => "pA",
            Quantity::Other => "",
        }
    }
}

/// What a unit measures, and the factor from it to this program's unit of that quantity.
///
/// `mV` gives voltage and 1, `V` voltage and 1000, `nA` current and 1000. A unit that is neither gives
/// [`Quantity::Other`] and 1.
pub fn quantity(unit: &str) -> (Quantity, f64) {
    let unit = unit.trim();
    let known = |names: &[&str]| names.iter().any(|n| unit.eq_ignore_ascii_case(n));
    if known(&["volt", "volts"]) {
        return (Quantity::Voltage, 1e3);
    }
    if known(&["ampere", "amperes", "amp", "amps"]) {
        return (Quantity::Current, 1e12);
    }
    let (quantity, base) = match unit.chars().last() {
        Some('V') => (Quantity::Voltage, 1e3),
        Some('A') => (Quantity::Current, 1e12),
        _ => return (Quantity::Other, 1.0),
    };
    match prefix(&unit[..unit.len() - 1]) {
        Some(factor) => (quantity, factor_of(base, factor)),
        None => (Quantity::Other, 1.0),
    }
}

/// Milliseconds in one unit of time, or nothing when it is none.
pub fn milliseconds(unit: &str) -> Option<f64> {
    match unit.trim() {
        "s" | "sec" | "second" | "seconds" | "S" => Some(1e3),
        "min" | "minute" | "minutes" => Some(6e4),
        "h" | "hour" | "hours" => Some(3.6e6),
        other => prefix(other.strip_suffix('s')?).map(|power| factor_of(1e3, power)),
    }
}

/// Powers of ten keep the product exact where a division would not: 1e12 * 1e-12 is 1.
fn factor_of(base: f64, power: i32) -> f64 {
    10f64.powi(base.log10().round() as i32 + power)
}

/// The power of ten of an SI prefix. The three ways to write micro are u and two different mus.
fn prefix(text: &str) -> Option<i32> {
    Some(match text {
        "" => 0,
        "k" => 3,
        "m" => -3,
        "u" | "\u{b5}" | "\u{3bc}" => -6,
        "n" => -9,
        "p" => -12,
        "f" => -15,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_exact() {
        use Quantity::*;
        for (unit, expected) in [
            ("mV", (Voltage, 1.0)),
            ("V", (Voltage, 1e3)),
            ("volts", (Voltage, 1e3)),
            ("µV", (Voltage, 1e-3)),
            ("pA", (Current, 1.0)),
            ("nA", (Current, 1e3)),
            ("uA", (Current, 1e6)),
            (" A", (Current, 1e12)),
            ("amperes", (Current, 1e12)),
            ("degC", (Other, 1.0)),
            ("V/s", (Other, 1.0)),
            ("xA", (Other, 1.0)),
            ("", (Other, 1.0)),
        ] {
            assert_eq!(quantity(unit), expected, "{unit}");
        }
    }

    #[test]
    fn times_are_in_milliseconds() {
        for (unit, expected) in [("s", Some(1e3)), ("ms", Some(1.0)), ("us", Some(1e-3)), ("min", Some(6e4))]
        {
            assert_eq!(milliseconds(unit), expected, "{unit}");
        }
        assert_eq!(milliseconds("mV"), None);
        assert_eq!(milliseconds(""), None);
    }
}
