//! The explanation in one paragraph for people.

use vrest_membrane::explain::{Bill, Explanation, Share};

use super::{movers, signed, step};
use crate::numbers::{fixed, significant};

pub fn paragraph(e: &Explanation) -> String {
    let mut said = vec![beginning(e)];
    said.extend(passive(e));
    said.extend(driven(e));
    said.extend(levers(e));
    said.extend(e.bill.as_ref().map(costs));
    if !e.rest.stable {
        said.push("This rest is unstable: the smallest disturbance drives the membrane away from it.".into());
    }
    said.join(" ")
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    fixed(percent, if percent < 10.0 { 1 } else { 0 })
}

fn beginning(e: &Explanation) -> String {
    let a = &e.attribution;
    let (v, reference, start) = (fixed(e.rest.v_rest, 2), &a.reference, fixed(a.start, 2));
    let of_reference = a.shares.iter().filter(|s| s.ion.as_ref() == Some(reference));
    let weight: f64 = of_reference.filter_map(|s| s.weight).sum();
    format!(
        "The cell rests at {v} mV. {reference} alone would hold it at its equilibrium of {start} mV, and {reference} carries {} % of the conductance at rest.",
        percent(weight)
    )
}

/// The passive ions that matter, from the strongest pull to the weakest.
fn passive(e: &Explanation) -> Option<String> {
    let a = &e.attribution;
    let mut pulls: Vec<(&str, f64, f64)> = Vec::new();
    for s in &a.shares {
        let (Some(weight), name) = (s.weight, s.ion.as_deref().unwrap_or(&s.mechanism)) else { continue };
        if name == a.reference {
            continue;
        }
        match pulls.iter_mut().find(|p| p.0 == name) {
            Some(pull) => (pull.1, pull.2) = (pull.1 + s.change, pull.2 + weight),
            None => pulls.push((name, s.change, weight)),
        }
    }
    pulls.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let said: Vec<String> = pulls
        .iter()
        .map(|(name, change, weight)| {
            format!("{name} ({} % of it) by {} mV", percent(*weight), signed(*change, 2))
        })
        .collect();
    (!said.is_empty()).then(|| format!("Off that, it is moved by what else leaks: {}.", listed(&said)))
}

/// Pumps and transporters.
fn driven(e: &Explanation) -> Option<String> {
    let shares: Vec<&Share> = e.attribution.shares.iter().filter(|s| s.weight.is_none()).collect();
    let (silent, loud): (Vec<&Share>, Vec<&Share>) = shares.into_iter().partition(|s| s.current == 0.0);
    let mut said = Vec::new();
    for s in loud {
        said.push(format!(
            "The current of {} ({} uA/cm2) adds {} mV directly.",
            s.mechanism,
            significant(s.current, 3),
            signed(s.change, 2)
        ));
    }
    if !silent.is_empty() {
        let names: Vec<String> = silent.iter().map(|s| s.mechanism.clone()).collect();
        let verb = if names.len() == 1 { "moves" } else { "move" };
        said.push(format!(
            "{} {verb} no net charge and acts through the concentrations alone.",
            listed(&names)
        ));
    }
    (!said.is_empty()).then(|| said.join(" "))
}

fn levers(e: &Explanation) -> Option<String> {
    let strongest: Vec<String> = movers(e)
        .take(3)
        .map(|s| format!("`{}` ({} gives {} mV)", s.parameter, step(s), signed(s.effect, 2)))
        .collect();
    (!strongest.is_empty()).then(|| format!("The strongest levers are {}.", listed(&strongest)))
}

fn costs(bill: &Bill) -> String {
    let whole = match bill.atp_cell {
        Some(atp) => format!(", {} a second for the whole cell", grouped(atp)),
        None => String::new(),
    };
    format!("Staying there costs {} molecules of ATP a second on each um2{whole}.", grouped(bill.atp))
}

/// A large count in words that can be read.
fn grouped(x: f64) -> String {
    match x.abs() {
        a if a >= 1e9 => format!("{} thousand million", significant(x / 1e9, 3)),
        a if a >= 1e6 => format!("{} million", significant(x / 1e6, 3)),
        _ => significant(x, 3),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
