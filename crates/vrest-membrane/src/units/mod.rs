//! Numbers with units, as people write them in files: `"0.36 mS/cm2"`, `"37 degC"`, `"1e-6 cm/s"`.
//!
//! Everything inside is a plain `f64` in the units of the field ([`Dimension::unit`]); this module is the one
//! place where another unit is converted, and the conversion by powers of ten is correctly rounded: `"0.3 mS/cm2"`
//! is exactly 0.3 and `"5 M"` exactly 5000.

mod parser;
mod symbols;

pub use parser::Quantity;
use std::ops::Range;
use thiserror::Error;

/// What a number measures. Each has one unit inside the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the documentation; units and words are below")]
pub enum Dimension {
    Dimensionless,
    Voltage,
    Time,
    Concentration,
    CurrentDensity,
    Conductance,
    Capacitance,
    Permeability,
    Length,
    Temperature,
    Frequency,
    Rate,
    ConcentrationRate,
    VoltageRate,
    MolarEnergy,
    MassAction,
    Amount,
    Volume,
    Resistance,
    ArealResistance,
}

impl Dimension {
    /// Every dimension.
    pub const ALL: [Dimension; 20] = [
        Dimension::Dimensionless,
        Dimension::Voltage,
        Dimension::Time,
        Dimension::Concentration,
        Dimension::CurrentDensity,
        Dimension::Conductance,
        Dimension::Capacitance,
        Dimension::Permeability,
        Dimension::Length,
        Dimension::Temperature,
        Dimension::Frequency,
        Dimension::Rate,
        Dimension::ConcentrationRate,
        Dimension::VoltageRate,
        Dimension::MolarEnergy,
        Dimension::MassAction,
        Dimension::Amount,
        Dimension::Volume,
        Dimension::Resistance,
        Dimension::ArealResistance,
    ];

    /// The unit of numbers of this dimension inside the program; empty for plain numbers.
    pub const fn unit(self) -> &'static str {
        match self {
            Dimension::Dimensionless => "",
            Dimension::Voltage => "mV",
            Dimension::Time => "ms",
            Dimension::Concentration => "mM",
            Dimension::CurrentDensity => "uA/cm2",
            Dimension::Conductance => "mS/cm2",
            Dimension::Capacitance => "uF/cm2",
            Dimension::Permeability => "cm/s",
            Dimension::Length => "um",
            Dimension::Temperature => "K",
            Dimension::Frequency => "Hz",
            Dimension::Rate => "1/ms",
            Dimension::ConcentrationRate => "mM/s",
            Dimension::VoltageRate => "mV/ms",
            Dimension::MolarEnergy => "kJ/mol",
            Dimension::MassAction => "uA/cm2/mM2",
            Dimension::Amount => "amol",
            Dimension::Volume => "um3",
            Dimension::Resistance => "Mohm",
            Dimension::ArealResistance => "kohm*cm2",
        }
    }

    /// In words, with an article: "a voltage".
    pub const fn noun(self) -> &'static str {
        match self {
            Dimension::Dimensionless => "a plain number",
            Dimension::Voltage => "a voltage",
            Dimension::Time => "a time",
            Dimension::Concentration => "a concentration",
            Dimension::CurrentDensity => "a current per area",
            Dimension::Conductance => "a conductance per area",
            Dimension::Capacitance => "a capacitance per area",
            Dimension::Permeability => "a permeability",
            Dimension::Length => "a length",
            Dimension::Temperature => "a temperature",
            Dimension::Frequency => "a frequency",
            Dimension::Rate => "a rate",
            Dimension::ConcentrationRate => "a rate of concentration",
            Dimension::VoltageRate => "a rate of voltage",
            Dimension::MolarEnergy => "an energy per mole",
            Dimension::MassAction => "a current per product of concentrations",
            Dimension::Amount => "an amount",
            Dimension::Volume => "a volume",
            Dimension::Resistance => "a resistance",
            Dimension::ArealResistance => "a resistance times area",
        }
    }

    /// Exponents of metre, kilogram, second, ampere, kelvin and mole.
    pub(crate) fn exponents(self) -> [i8; 6] {
        parser::exponents(self)
    }

    /// A dimension with these exponents; of several the one whose unit the formulas of this program use.
    pub(crate) fn of_exponents(exponents: [i8; 6]) -> Option<Dimension> {
        [Dimension::Rate].into_iter().chain(Dimension::ALL).find(|d| d.exponents() == exponents)
    }

    /// The unit to suggest in a message: the one people write.
    pub const fn example_unit(self) -> &'static str {
        match self {
            Dimension::Temperature => "degC",
            other => other.unit(),
        }
    }
}

/// Why a text is not a quantity of the wanted dimension. Spans are byte ranges within that text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnitError {
    /// The text does not begin with a number.
    #[error("`{text}` does not begin with a number")]
    NotANumber {
        /// The whole text.
        text: String,
        /// What was wanted.
        expected: Option<Dimension>,
    },
    /// The number is infinite, or not a number.
    #[error("`{number}` is not finite")]
    NotFinite {
        /// The number as written.
        number: String,
    },
    /// A number without the unit it needs.
    #[error("`{number}` has no unit, and {} is needed here", .expected.noun())]
    MissingUnit {
        /// The number as written.
        number: String,
        /// What was wanted.
        expected: Dimension,
    },
    /// A unit symbol that nobody knows.
    #[error("unknown unit `{symbol}`")]
    UnknownUnit {
        /// The symbol.
        symbol: String,
        /// Where in the text.
        span: Range<usize>,
        /// The number before it.
        number: String,
        /// What was wanted.
        expected: Option<Dimension>,
    },
    /// A unit of another dimension.
    #[error("`{unit}` is {found}, and {} is needed here", .expected.noun())]
    WrongDimension {
        /// The unit as written.
        unit: String,
        /// Where in the text.
        span: Range<usize>,
        /// The number before it.
        number: String,
        /// In words, what the unit measures.
        found: String,
        /// What was wanted.
        expected: Dimension,
    },
}

impl UnitError {
    /// The part of the text that is wrong.
    pub fn span(&self, text: &str) -> Range<usize> {
        match self {
            UnitError::UnknownUnit { span, .. } | UnitError::WrongDimension { span, .. } => span.clone(),
            _ => 0..text.len(),
        }
    }

    /// What to write instead.
    pub fn hint(&self) -> Option<String> {
        let write = |number: &str, d: Dimension| match d {
            Dimension::Dimensionless => format!("write `{number}`"),
            _ => format!("write `{number} {}`", d.example_unit()),
        };
        match self {
            UnitError::MissingUnit { number, expected } => Some(write(number, *expected)),
            UnitError::WrongDimension { number, expected, unit, .. } => {
                Some(match (*expected, unit.as_str()) {
                    (Dimension::Temperature, "C") => format!("`C` is coulomb; write `{number} degC`"),
                    (Dimension::Dimensionless, _) => format!("write `{number}`, without a unit"),
                    (d, _) => {
                        format!("give it in {}, as in `{number} {}`", d.example_unit(), d.example_unit())
                    }
                })
            }
            UnitError::UnknownUnit { symbol, number, expected, .. } => {
                match (symbols::nearest(symbol), expected) {
                    (_, Some(Dimension::Dimensionless)) => Some(format!("write `{number}`, without a unit")),
                    (Some(near), _) => Some(format!("did you mean `{near}`?")),
                    (None, Some(d)) => Some(write(number, *d)),
                    (None, None) => None,
                }
            }
            UnitError::NotANumber { expected: Some(d), .. } => {
                Some(format!("give {}, as in `1 {}`", d.noun(), d.example_unit()).replace("`1 `", "`1`"))
            }
            _ => None,
        }
    }
}

/// Reads a number with its unit, and returns it in the program's unit for `dimension`.
///
/// ```
/// use vrest_membrane::units::{self, Dimension};
/// assert_eq!(units::parse("0.36 mS/cm2", Dimension::Conductance), Ok(0.36));
/// assert_eq!(units::parse("3.6 S/m^2", Dimension::Conductance), Ok(0.36));
/// assert_eq!(units::parse("37 degC", Dimension::Temperature), Ok(310.15));
/// let error = units::parse("0.36", Dimension::Conductance).unwrap_err();
/// assert_eq!(error.hint().unwrap(), "write `0.36 mS/cm2`");
/// ```
pub fn parse(text: &str, dimension: Dimension) -> Result<f64, UnitError> {
    Quantity::parse(text).map_err(|e| e.expecting(dimension))?.to(dimension)
}

impl UnitError {
    pub(crate) fn expecting(mut self, dimension: Dimension) -> Self {
        match &mut self {
            UnitError::NotANumber { expected, .. } | UnitError::UnknownUnit { expected, .. } => {
                *expected = Some(dimension);
            }
            _ => {}
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Dimension::*;

    #[test]
    fn every_dimension_reads_its_own_unit_exactly() {
        for d in Dimension::ALL {
            for number in ["0.36", "-70", "1e-6", "2.5E+3", ".5", "476.467350918"] {
                let text = format!("{number} {}", d.unit());
                assert_eq!(parse(&text, d), Ok(number.parse().unwrap()), "{text}");
            }
        }
    }

    #[test]
    fn other_units_of_the_same_dimension_convert_exactly() {
        for (text, d, want) in [
            ("-0.07 V", Voltage, -70.0),
            ("300 nA/cm^2", CurrentDensity, 0.3),
            ("0.01 A/m2", CurrentDensity, 1.0),
            ("1 S/dm2", Conductance, 10.0),
            ("0.3 mS·cm⁻²", Conductance, 0.3),
            ("1e-4 S cm-2", Conductance, 0.1),
            ("30 pS/um2", Conductance, 3.0),
            ("0.01 F/m²", Capacitance, 1.0),
            ("100 nM", Concentration, 1e-4),
            ("0.14 mol/L", Concentration, 140.0),
            ("140 mmol/l", Concentration, 140.0),
            ("140 mol/m3", Concentration, 140.0),
            ("2 min", Time, 120_000.0),
            ("1.5 h", Time, 5_400_000.0),
            ("500 µs", Time, 0.5),
            ("20 μm", Length, 20.0),
            ("1 mm", Length, 1000.0),
            ("1e-8 m/s", Permeability, 1e-6),
            ("310.15 K", Temperature, 310.15),
            ("6.3 °C", Temperature, 279.45),
            ("50 %", Dimensionless, 0.5),
            ("0.165 /ms", Rate, 0.165),
            ("165 1/s", Rate, 0.165),
            ("0.04 kHz", Frequency, 40.0),
            ("-55000 J/mol", MolarEnergy, -55.0),
            ("1.25 mM/s", ConcentrationRate, 1.25),
        ] {
            assert_eq!(parse(text, d), Ok(want), "{text}");
        }
    }

    #[test]
    fn mistakes_say_what_to_write() {
        for (text, d, message, hint) in [
            (
                "0.36",
                Conductance,
                "`0.36` has no unit, and a conductance per area is needed here",
                "write `0.36 mS/cm2`",
            ),
            (
                "0.36 mS",
                Conductance,
                "`mS` is not per area, and a conductance per area is needed here",
                "give it in mS/cm2, as in `0.36 mS/cm2`",
            ),
            (
                "5 mV",
                Concentration,
                "`mV` is a voltage, and a concentration is needed here",
                "give it in mM, as in `5 mM`",
            ),
            (
                "37 C",
                Temperature,
                "`C` is something else, and a temperature is needed here",
                "`C` is coulomb; write `37 degC`",
            ),
            ("5 mm0l", Concentration, "unknown unit `mm0l`", "did you mean `mmol`?"),
            ("1 furlong", Length, "unknown unit `furlong`", "write `1 um`"),
            (
                "0.5 mM",
                Dimensionless,
                "`mM` is a concentration, and a plain number is needed here",
                "write `0.5`, without a unit",
            ),
            (
                "five mM",
                Concentration,
                "`five mM` does not begin with a number",
                "give a concentration, as in `1 mM`",
            ),
            ("", Voltage, "`` does not begin with a number", "give a voltage, as in `1 mV`"),
        ] {
            let error = parse(text, d).unwrap_err();
            assert_eq!(
                (error.to_string().as_str(), error.hint().as_deref()),
                (message, Some(hint)),
                "{text}"
            );
        }
        assert_eq!(parse("inf mV", Voltage).unwrap_err(), UnitError::NotFinite { number: "inf".into() });
        assert_eq!(parse("1e999 mV", Voltage).unwrap_err(), UnitError::NotFinite { number: "1e999".into() });
        let text = "0.36 mS/furlong2";
        assert_eq!(&text[parse(text, Conductance).unwrap_err().span(text)], "furlong");
    }
}
