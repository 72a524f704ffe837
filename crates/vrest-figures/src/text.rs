//! Words and numbers as readers expect them: true minus signs, units with raised exponents, scripts.

/// Whether a run of text stands on the line, below it or above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// On the line.
    Normal,
    /// A subscript.
    Sub,
    /// A superscript.
    Super,
}

/// Splits `V_{rest}` and `cm^{2}` into runs. Anything else, such as `leak_K.g`, stays one run.
pub fn runs(text: &str) -> Vec<(Script, String)> {
    let mut out: Vec<(Script, String)> = Vec::new();
    let mut rest = text;
    while let Some((start, script, length)) = next_script(rest) {
        if start > 0 {
            out.push((Script::Normal, rest[..start].to_owned()));
        }
        out.push((script, rest[start + 2..start + 2 + length].to_owned()));
        rest = &rest[start + 3 + length..];
    }
    if !rest.is_empty() {
        out.push((Script::Normal, rest.to_owned()));
    }
    out
}

/// Place of the next complete script, its kind, and the length of what is in its braces.
fn next_script(text: &str) -> Option<(usize, Script, usize)> {
    let candidates = [("_{", Script::Sub), ("^{", Script::Super)];
    candidates
        .iter()
        .filter_map(|&(opening, script)| {
            let start = text.find(opening)?;
            Some((start, script, text[start + 2..].find('}')?))
        })
        .min_by_key(|&(start, ..)| start)
}

/// The text without its script marks, for places that know only plain letters.
pub fn plain(text: &str) -> String {
    runs(text).into_iter().map(|(_, run)| run).collect()
}

/// A unit as typed in files (`uA/cm2`, `degC`, `Ohm`) the way it is printed (`µA/cm²`, `°C`, `Ω`).
pub fn pretty_unit(unit: &str) -> String {
    let mut out = String::with_capacity(unit.len());
    let mut word = String::new();
    for letter in unit.chars().chain(std::iter::once(' ')) {
        if letter.is_alphabetic() || (letter.is_ascii_digit() && !word.is_empty()) {
            word.push(letter);
        } else {
            out.push_str(&pretty_word(&word));
            word.clear();
            out.push(letter);
        }
    }
    out.pop();
    out
}

fn pretty_word(word: &str) -> String {
    let (name, power) = word.split_at(word.trim_end_matches(|c: char| c.is_ascii_digit()).len());
    let name = match name {
        "degC" => "°C".to_owned(),
        _ => name.replace("Ohm", "Ω").replace("ohm", "Ω"),
    };
    let rest =
        name.strip_prefix('u').filter(|rest| ["A", "F", "M", "m", "V", "S", "s", "L", "mol"].contains(rest));
    let name = rest.map_or(name.clone(), |rest| format!("µ{rest}"));
    name + &power.chars().map(superscript).collect::<String>()
}

/// Raised form of a digit or minus sign.
fn superscript(letter: char) -> char {
    match letter {
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '-' => '⁻',
        digit => digit.to_digit(10).and_then(|d| char::from_u32(0x2070 + d)).unwrap_or(digit),
    }
}

/// `10` raised to a power, in raised digits.
pub fn power_of_ten(power: i32) -> String {
    "10".chars().chain(power.to_string().chars().map(superscript)).collect()
}

/// A number with a fixed count of decimals, a true minus sign, and no minus before zero.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|c| c == '0' || c == '.') => digits.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

/// A number for a reader: `digits` significant digits, powers of ten beyond 1e-4..1e6.
pub fn number(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "n/a".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞".to_owned() } else { "−∞".to_owned() };
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = digits.max(1);
    // Rounding first: 9.9996 with four digits has the exponent 1, not 0.
    let scientific = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        fixed(value, (digits as i32 - 1 - exponent).max(0) as usize)
    } else {
        format!("{}×{}", mantissa.replace('-', "−"), power_of_ten(exponent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_split_and_paths_are_not() {
        let sub = |text: &str| (Script::Sub, text.to_owned());
        let normal = |text: &str| (Script::Normal, text.to_owned());
        assert_eq!(runs("V_{rest} (mV)"), [normal("V"), sub("rest"), normal(" (mV)")]);
        assert_eq!(runs("leak_K.g"), [normal("leak_K.g")]);
        assert_eq!(runs("open_{ended"), [normal("open_{ended")]);
        assert_eq!(runs("^{+}_{o}").len(), 2);
        assert!(runs("").is_empty());
        assert_eq!(plain("E_{K} = 3"), "EK = 3");
    }

    #[test]
    fn units_are_printed_as_in_papers() {
        for (typed, printed) in [
            ("uA/cm2", "µA/cm²"),
            ("mS/cm2", "mS/cm²"),
            ("degC", "°C"),
            ("MOhm", "MΩ"),
            ("um", "µm"),
            ("um3", "µm³"),
            ("1/ms", "1/ms"),
            ("mV", "mV"),
            ("", ""),
            ("unit", "unit"),
        ] {
            assert_eq!(pretty_unit(typed), printed);
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        for (value, digits, printed) in [
            (-79.542012, 4, "−79.54"),
            (9.9996, 4, "10.00"),
            (0.000123, 3, "0.000123"),
            (1.5e-7, 2, "1.5×10⁻⁷"),
            (1234567.0, 3, "1.23×10⁶"),
            (0.0, 3, "0"),
            (f64::NAN, 3, "n/a"),
            (1000.0, 2, "1000"),
        ] {
            assert_eq!(number(value, digits), printed);
        }
        assert_eq!(fixed(-0.0001, 2), "0.00");
    }
}
