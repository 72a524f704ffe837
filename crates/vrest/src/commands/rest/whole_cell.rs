//! The steady states of a cell whose concentrations move, for people.

use std::fmt::Write as _;

use vrest_membrane::living::{Fate, Law, LivingStates, StateValue};

use crate::numbers::{fixed, model_time, significant};
use crate::session::Paint;
use crate::table::{Align, Table};

/// Heading, table, what is conserved and where the cell goes.
pub fn text(whole: &LivingStates, paint: Paint) -> String {
    let mut out = format!("\n{}\n", paint.bold("Steady states of the whole cell, concentrations included"));
    if whole.states.is_empty() {
        out += "  none was found\n";
    } else {
        out += &table(whole).text(paint);
    }
    for law in &whole.conserved {
        let _ = writeln!(out, "  conserved: {} = {}", combination(law), significant(law.value, 6));
    }
    let _ = writeln!(out, "  {}", fate(whole));
    let s = &whole.search;
    let searched =
        format!("  {} of {} starts converged; more states cannot be ruled out", s.converged, s.starts);
    out + &paint.dim(&searched) + "\n"
}

fn table(whole: &LivingStates) -> Table {
    // Gates follow the voltage, and amounts the concentrations that stand beside them.
    let is_shown = |v: &&StateValue| !v.unit.is_empty() && !v.name.contains(".amount_");
    let mut columns = vec![("".to_string(), Align::Left)];
    let first = &whole.states[0];
    columns.extend(
        first.values.iter().filter(is_shown).map(|v| (format!("{} ({})", v.name, v.unit), Align::Right)),
    );
    for name in ["slowest time constant", "residual (1/ms)", "condition"] {
        columns.push((name.into(), Align::Right));
    }
    let mut table = Table::with_columns(columns);
    for state in &whole.states {
        let kind = match (state.equilibrium, state.stable) {
            (true, _) => "equilibrium",
            (false, true) => "stable",
            (false, false) => "unstable",
        };
        let mut row = vec![kind.to_string()];
        row.extend(state.values.iter().filter(is_shown).map(|v| fixed(v.value, 4)));
        row.push(state.slowest.map_or("-".into(), model_time));
        // Below this it is rounding, and differs from one processor to the next.
        row.push(if state.residual < 1e-13 { "below 1e-13".into() } else { significant(state.residual, 2) });
        row.push(significant(state.condition, 2));
        table.push(row);
    }
    table
}

/// `ions.Na.inside + ions.K.inside - ions.Cl.inside - 3.1e-5 V`.
fn combination(law: &Law) -> String {
    let mut out = String::new();
    let leads = |term: &&(String, f64)| (term.1 - 1.0).abs() < 1e-6;
    let (first, others): (Vec<_>, Vec<_>) = law.terms.iter().partition(leads);
    for (name, coefficient) in first.into_iter().chain(others) {
        let sign = if *coefficient < 0.0 { "-" } else { "+" };
        match (out.is_empty(), sign) {
            (true, "-") => out += "-",
            (true, _) => {}
            (false, _) => {
                let _ = write!(out, " {sign} ");
            }
        }
        let size = coefficient.abs();
        if (size - 1.0).abs() > 1e-9 {
            let _ = write!(out, "{} ", significant(size, 4));
        }
        out += name;
    }
    out
}

/// Where the cell goes, in a sentence.
pub fn fate(whole: &LivingStates) -> String {
    match &whole.fate {
        Fate::Settles { state, after } => {
            let there = &whole.states[*state];
            let place = format!("{} mV", fixed(there.v, 4));
            let kind = if there.equilibrium { ", an equilibrium: no current flows any more" } else { "" };
            match *after {
                0.0 => format!("The cell stays where it starts, at {place}{kind}."),
                ms => format!(
                    "From its start the cell goes to {place}{kind}; it is within 1 % after {}.",
                    model_time(ms)
                ),
            }
        }
        Fate::Empties { state, after } => {
            format!(
                "`{state}` is used up after {}: nothing in this cell stops what drains it.",
                model_time(*after)
            )
        }
        Fate::Drifts { state, rate, after } => format!(
            "The cell does not settle: after {} `{state}` still changes by {} % an hour.",
            model_time(*after),
            significant(rate * 3.6e8, 2)
        ),
        Fate::Unsettled { reason, after } => {
            format!("The cell does not settle: it was followed for {} ({reason}).", model_time(*after))
        }
    }
}
