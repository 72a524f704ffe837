//! The table of unit symbols and prefixes.

use crate::nearest;

/// Exponents of metre, kilogram, second, ampere, kelvin, mole.
pub(super) type Exponents = [i8; 6];

/// One unit: `symbol` = `factor` * 10^`decade` in SI base units.
pub(super) struct Unit {
    pub symbol: &'static str,
    pub exponents: Exponents,
    pub decade: i32,
    pub factor: f64,
    /// Whether milli, kilo, ... may stand before it.
    pub prefixed: bool,
}

const fn unit(symbol: &'static str, exponents: Exponents, decade: i32, prefixed: bool) -> Unit {
    Unit { symbol, exponents, decade, factor: 1.0, prefixed }
}

pub(super) const UNITS: &[Unit] = &[
    unit("m", [1, 0, 0, 0, 0, 0], 0, true),
    unit("g", [0, 1, 0, 0, 0, 0], -3, true),
    unit("s", [0, 0, 1, 0, 0, 0], 0, true),
    unit("A", [0, 0, 0, 1, 0, 0], 0, true),
    unit("K", [0, 0, 0, 0, 1, 0], 0, false),
    unit("mol", [0, 0, 0, 0, 0, 1], 0, true),
    unit("Hz", [0, 0, -1, 0, 0, 0], 0, true),
    unit("C", [0, 0, 1, 1, 0, 0], 0, true),
    unit("J", [2, 1, -2, 0, 0, 0], 0, true),
    unit("Pa", [-1, 1, -2, 0, 0, 0], 0, true),
    unit("V", [2, 1, -3, -1, 0, 0], 0, true),
    unit("S", [-2, -1, 3, 2, 0, 0], 0, true),
    unit("F", [-2, -1, 4, 2, 0, 0], 0, true),
    unit("ohm", [2, 1, -3, -2, 0, 0], 0, true),
    unit("Ohm", [2, 1, -3, -2, 0, 0], 0, true),
    unit("Ω", [2, 1, -3, -2, 0, 0], 0, true),
    unit("L", [3, 0, 0, 0, 0, 0], -3, true),
    unit("l", [3, 0, 0, 0, 0, 0], -3, true),
    unit("M", [-3, 0, 0, 0, 0, 1], 3, true),
    unit("%", [0; 6], -2, false),
    unit("1", [0; 6], 0, false),
    Unit { symbol: "min", exponents: [0, 0, 1, 0, 0, 0], decade: 0, factor: 60.0, prefixed: false },
    Unit { symbol: "h", exponents: [0, 0, 1, 0, 0, 0], decade: 0, factor: 3600.0, prefixed: false },
];

/// Ways to write degrees Celsius: an offset, so it stands alone and takes no prefix and no power.
pub(super) const CELSIUS: [&str; 3] = ["degC", "°C", "celsius"];

const PREFIXES: &[(&str, i32)] = &[
    ("a", -18),
    ("f", -15),
    ("p", -12),
    ("n", -9),
    ("u", -6),
    ("µ", -6),
    ("μ", -6),
    ("m", -3),
    ("c", -2),
    ("d", -1),
    ("k", 3),
    ("M", 6),
    ("G", 9),
];

/// The unit and the decade of its prefix. A whole symbol wins over a prefix, so that `min` is a minute.
pub(super) fn find(symbol: &str) -> Option<(&'static Unit, i32)> {
    let bare = |s: &str| UNITS.iter().find(|u| u.symbol == s);
    bare(symbol).map(|u| (u, 0)).or_else(|| {
        PREFIXES.iter().find_map(|(prefix, decade)| {
            let unit = bare(symbol.strip_prefix(prefix)?)?;
            unit.prefixed.then_some((unit, *decade))
        })
    })
}

/// The usual unit closest to a misspelt one.
pub(super) fn nearest(symbol: &str) -> Option<&'static str> {
    const USUAL: &[&str] = &[
        "mV", "V", "ms", "s", "min", "h", "mM", "uM", "nM", "M", "mmol", "mol", "uA", "nA", "pA", "mA", "mS",
        "uS", "nS", "pS", "S", "uF", "nF", "pF", "um", "mm", "cm", "cm2", "degC", "K", "Hz", "kHz", "ohm",
        "kJ", "L",
    ];
    nearest::nearest(symbol, USUAL.iter().copied())
}
