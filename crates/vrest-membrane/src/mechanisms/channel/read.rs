//! From the table of a cell file to a channel.

use super::{Channel, Kinetics, MOST_VARIABLES, Meaning, OwnGate, domain};
use crate::cell::Level;
use crate::expression::{Expression, ExpressionError, Measure, Variable, functions};
use crate::mechanism::{MAX_GATES, Surroundings, param};
use crate::problem::Fault;
use crate::reader::{Located, Section};
use crate::units::{Dimension, Quantity};
use std::ops::Range;

/// Keys that are no constants.
const KEYS: &[&str] = &["kind", "ion", "e", "current", "g", "p", "q10", "q10_reference", "factor", "gates"];

/// What a constant may measure: what formulas are made of, in units that fit together.
const CONSTANTS: &[Dimension] = &[
    Dimension::Dimensionless,
    Dimension::Voltage,
    Dimension::Time,
    Dimension::Rate,
    Dimension::Concentration,
    Dimension::Temperature,
    Dimension::VoltageRate,
];

const RATE: &[Dimension] = &[Dimension::Rate, Dimension::Dimensionless];
const TIME: &[Dimension] = &[Dimension::Time, Dimension::Dimensionless];
const PLAIN: &[Dimension] = &[Dimension::Dimensionless];

/// A name that formulas may use.
pub(super) struct Known {
    pub name: String,
    pub measure: Measure,
    pub meaning: Meaning,
    /// Its value at the start, for the check of the domain; not a number where it is still to be solved.
    pub value: f64,
}

/// What a formula must be for all voltages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rule {
    NotNegative,
    Positive,
    Fraction,
}

/// Reads the table of a channel, all but the numbers that every mechanism reads by its specification.
pub(super) fn channel(section: &mut Section<'_>, around: &Surroundings<'_>) -> Channel {
    let current = section.choice("current", "current", &["ohmic", "ghk"]);
    let mut channel = Channel {
        constant_field: current.is_some_and(|c| c.value == "ghk"),
        own_reversal: section.has("e"),
        has_q10: section.has("q10") || section.has("q10_reference"),
        ..Channel::default()
    };
    if !channel.own_reversal {
        section.allow("e");
    }
    let (other, own) = if channel.constant_field { ("g", "p") } else { ("p", "g") };
    if section.has(other) && !section.has(own) {
        let current = if channel.constant_field { "ghk" } else { "ohmic" };
        let message = format!("the strength of an `{current}` current is `{own}`, not `{other}`");
        let hint = Some(format!(
            "write `{own}`, or `current = \"{}\"`",
            if channel.constant_field { "ohmic" } else { "ghk" }
        ));
        section.error(section.span(), Fault::Inconsistent { message, hint });
        // One mistake, one message: read as what it would be.
        channel.constant_field = !channel.constant_field;
    }
    if channel.own_reversal {
        let clash =
            if section.has("ion") { Some("ion") } else { channel.constant_field.then_some("current") };
        if let Some(key) = clash {
            let message = "a channel with a reversal potential `e` of its own carries no ion".to_string();
            let hint = Some(format!("remove `e`, or remove `{key}`"));
            section.error(section.span(), Fault::Inconsistent { message, hint });
            section.text("ion");
            channel.own_reversal = false;
            // Both were read: neither is an unknown key.
            section.quantity("e", Dimension::Voltage);
        }
    }
    let mut reader = Reader { known: names(section, &channel, around), used: Vec::new(), checks: Vec::new() };
    let constants = reader.constants(section, &mut channel);
    if reader.known.len() > MOST_VARIABLES {
        let message =
            format!("formulas know at most {MOST_VARIABLES} names, and here are {}", reader.known.len());
        section.error(section.span(), Fault::Inconsistent { message, hint: None });
        return Channel::default();
    }
    reader.gates(section, &mut channel, around);
    if let Some(factor) = reader.formula(section, "factor", PLAIN, Rule::NotNegative, around) {
        channel.instant.push((factor, 1));
    }
    for (i, key) in constants.iter().enumerate() {
        if !reader.used.contains(&(reader.known.len() - constants.len() + i)) {
            unused(section, key);
        }
    }
    channel.meanings = reader.known.iter().map(|k| k.meaning).collect();
    domain::check(section, &reader.known, &reader.checks);
    channel
}

/// The names that every formula knows.
fn names(section: &mut Section<'_>, channel: &Channel, around: &Surroundings<'_>) -> Vec<Known> {
    let known = |name: &str, measure: Dimension, meaning, value| Known {
        name: name.into(),
        measure: measure.into(),
        meaning,
        value,
    };
    let e = if channel.own_reversal {
        crate::units::parse(&section.as_written("e"), Dimension::Voltage).unwrap_or(f64::NAN)
    } else {
        around.nernst(&section.as_written("ion"))
    };
    let mut all = vec![
        known("V", Dimension::Voltage, Meaning::Voltage, f64::NAN),
        known("E", Dimension::Voltage, Meaning::Reversal, e),
        known("T", Dimension::Temperature, Meaning::Kelvin, around.kelvin),
        known("RT_F", Dimension::Voltage, Meaning::RtF, around.rt_f),
    ];
    for (i, ion) in around.ions.iter().enumerate() {
        let Level::Concentrations { inside, outside, .. } = ion.level else { continue };
        for (side, value, outside) in [("inside", inside, false), ("outside", outside, true)] {
            let meaning = Meaning::Concentration { ion: i, outside };
            all.push(known(&format!("{}.{side}", ion.name), Dimension::Concentration, meaning, value));
        }
    }
    all
}

/// One formula to check over all voltages, and where it stands.
pub(super) struct Check {
    pub path: String,
    pub formula: Expression,
    pub rule: Rule,
    pub span: Range<usize>,
}

struct Reader {
    known: Vec<Known>,
    /// Indices of the names that formulas use.
    used: Vec<usize>,
    checks: Vec<Check>,
}

impl Reader {
    /// Every other key is a constant. Returns their keys.
    fn constants(&mut self, section: &mut Section<'_>, channel: &mut Channel) -> Vec<Located<String>> {
        let first = channel.n_params();
        let keys: Vec<_> =
            section.unread_keys().into_iter().filter(|k| !KEYS.contains(&k.value.as_str())).collect();
        keys.into_iter()
            .filter(|key| {
                let name = key.value.as_str();
                let well_formed = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                if !well_formed || functions().chain(["V", "E", "T", "RT_F"]).any(|f| f == name) {
                    let message = format!("a constant may not be called `{name}`");
                    let hint = Some(
                        "a letter first, then letters, digits and `_`; not the name of a function".into(),
                    );
                    section.error(key.span.clone(), Fault::Inconsistent { message, hint });
                    section.any_quantity(name);
                    return false;
                }
                let quantity = section.any_quantity(name).map(|q| (q.span, q.value));
                let read = quantity.and_then(|(span, q)| constant(section, name, span, &q));
                let meaning = Meaning::Constant(first + channel.constants.len());
                let (measure, value) = match read {
                    Some((dimension, value)) => {
                        let mut spec = param("constant", dimension, "constant of its formulas");
                        spec.name = name.to_string().into();
                        channel.constants.push(spec);
                        (dimension.into(), value)
                    }
                    // It has been reported; its formulas are not wrong for it.
                    None => (Measure::Free, f64::NAN),
                };
                self.known.push(Known { name: name.into(), measure, meaning, value });
                true
            })
            .collect()
    }

    fn gates(&mut self, section: &mut Section<'_>, channel: &mut Channel, around: &Surroundings<'_>) {
        let Some(mut gates) = section.section("gates") else { return };
        for (name, mut gate) in gates.named_sections() {
            let power = gate.whole("power", 1).map_or(1, |p| p.value.min(64) as i32);
            if gate.has("alpha") || gate.has("beta") {
                let alpha = self.wanted(&mut gate, "alpha", RATE, Rule::NotNegative, around);
                let beta = self.wanted(&mut gate, "beta", RATE, Rule::NotNegative, around);
                ["inf", "tau"].iter().for_each(|key| gate.allow(key));
                if let (Some(alpha), Some(beta)) = (alpha, beta) {
                    let kinetics = Kinetics::Rates { alpha, beta };
                    channel.gates.push(OwnGate { name: name.value, power, kinetics });
                }
            } else {
                ["alpha", "beta"].iter().for_each(|key| gate.allow(key));
                let inf = self.wanted(&mut gate, "inf", PLAIN, Rule::Fraction, around);
                let tau = self.formula(&mut gate, "tau", TIME, Rule::Positive, around);
                match (inf, tau) {
                    (Some(inf), Some(tau)) => {
                        let kinetics = Kinetics::Relaxation { inf, tau };
                        channel.gates.push(OwnGate { name: name.value, power, kinetics });
                    }
                    (Some(inf), None) => channel.instant.push((inf, power)),
                    _ => {}
                }
            }
            gate.finish();
        }
        if channel.gates.len() > MAX_GATES {
            let message =
                format!("a channel has at most {MAX_GATES} gates, and here are {}", channel.gates.len());
            let hint = Some("write two channels".into());
            gates.error(gates.span(), Fault::Inconsistent { message, hint });
            channel.gates.truncate(MAX_GATES);
        }
        gates.finish();
    }

    /// A formula that has to be there.
    fn wanted(
        &mut self,
        section: &mut Section<'_>,
        key: &str,
        dimensions: &[Dimension],
        rule: Rule,
        around: &Surroundings<'_>,
    ) -> Option<Expression> {
        if !section.has(key) {
            let example = match key {
                "alpha" | "beta" => "\"0.125*exp(-(V + 65)/80)\"",
                _ => "\"1/(1 + exp(-(V + 40)/5))\"",
            };
            section.missing(key, example);
        }
        self.formula(section, key, dimensions, rule, around)
    }

    fn formula(
        &mut self,
        section: &mut Section<'_>,
        key: &str,
        dimensions: &[Dimension],
        rule: Rule,
        around: &Surroundings<'_>,
    ) -> Option<Expression> {
        let Located { value: text, span } = section.text_or_number(key)?;
        let variables: Vec<Variable<'_>> =
            self.known.iter().map(|k| Variable { name: &k.name, measure: k.measure }).collect();
        match Expression::measuring(&text, &variables, dimensions) {
            Ok(formula) => {
                self.used.extend((0..self.known.len()).filter(|&i| formula.uses(i)));
                let path = format!("{}.{key}", section.path().trim_start_matches("mechanisms."));
                self.checks.push(Check { path, formula: formula.clone(), rule, span });
                Some(formula)
            }
            Err(error) => {
                // What a faulty formula uses is not known to be unused.
                let names = |k: &Known| text.contains(&k.name);
                self.used.extend((0..self.known.len()).filter(|&i| names(&self.known[i])));
                let place = within(&span, &text, error.span());
                section.error(place, fault(error, around));
                None
            }
        }
    }
}

/// What a constant measures and its value.
fn constant(
    section: &Section<'_>,
    name: &str,
    span: Range<usize>,
    quantity: &Quantity,
) -> Option<(Dimension, f64)> {
    let found = quantity.dimension().filter(|d| CONSTANTS.contains(d));
    match found.map(|d| (d, quantity.to(d))) {
        Some((d, Ok(value))) => Some((d, value)),
        _ => {
            let units: Vec<&str> = CONSTANTS.iter().skip(1).map(|d| d.unit()).collect();
            let message = format!("`{name}` is in `{}`, which no formula can use", quantity.unit);
            let hint = Some(format!("a constant is a plain number, or measured in {}", units.join(", ")));
            section.error(span, Fault::Inconsistent { message, hint });
            None
        }
    }
}

fn unused(section: &Section<'_>, key: &Located<String>) {
    let nearest = crate::nearest::nearest(&key.value, KEYS.iter().copied()).map(String::from);
    if nearest.is_some() {
        let allowed = KEYS.iter().map(|k| k.to_string()).collect();
        let place = section.place();
        section
            .error(key.span.clone(), Fault::UnknownKey { key: key.value.clone(), place, allowed, nearest });
    } else {
        let message = format!("no formula of {} uses the constant `{}`", section.place(), key.value);
        let hint = Some("remove it, or use it".into());
        section.error(key.span.clone(), Fault::Inconsistent { message, hint });
    }
}

/// The fault of a formula; a concentration that the cell does not give is said to be so.
fn fault(error: ExpressionError, around: &Surroundings<'_>) -> Fault {
    if let ExpressionError::UnknownName { name, .. } = &error
        && let Some((ion, "inside" | "outside")) = name.split_once('.')
        && around.ions.iter().any(|i| i.name == ion)
    {
        let message = format!("`{name}` is not known: {ion} gives only `e`");
        let hint = Some(format!("write `inside` and `outside` in `[ions.{ion}]` instead of `e`"));
        return Fault::Inconsistent { message, hint };
    }
    Fault::Formula(error)
}

/// The place of a part of a text that stands at `span`.
fn within(span: &Range<usize>, text: &str, part: Range<usize>) -> Range<usize> {
    // Escapes or triple quotes would shift the text against the file: then the whole value is marked.
    if span.len() != text.len() + 2 {
        return span.clone();
    }
    span.start + 1 + part.start..span.start + 1 + part.end
}
