//! `vrest explain --pump-off`: the clock of a dying cell.

use std::fmt::Write as _;

use serde::Serialize;
use vrest_figures::{Axis, Color, Figure, Line, Panel, Points, Reference};
use vrest_membrane::Membrane;
use vrest_membrane::living::{Fate, Settings};
use vrest_membrane::rundown::{Column, Rundown, rundown};

use crate::commands::rest::fate;
use crate::failure::{Failure, Kind};
use crate::numbers::{fixed, model_time, significant};
use crate::session::{Answer, Paint};
use crate::table::{Align, Table};

/// The answer.
#[derive(Serialize)]
pub struct PumpOff {
    cell: String,
    #[serde(flatten)]
    run: Rundown,
}

/// Blocks the pumps of `membrane` and follows it.
///
/// # Errors
/// A cell whose concentrations are clamped, or without pump or rest.
pub fn follow(membrane: &Membrane) -> Result<PumpOff, Failure> {
    let run = rundown(membrane, &membrane.defaults(), &Settings::default())
        .map_err(|error| Failure::of(Kind::Unacceptable, &error, error.hint()))?;
    Ok(PumpOff { cell: membrane.name().to_string(), run })
}

impl PumpOff {
    fn voltage(&self) -> &Column {
        &self.run.states[0]
    }

    /// Everything but voltage, gates and the amounts behind concentrations.
    fn slow(&self) -> impl Iterator<Item = &Column> {
        self.run.states.iter().skip(1).filter(|c| !c.unit.is_empty() && !c.name.contains(".amount_"))
    }

    /// V and concentrations over the logarithm of time.
    pub fn figure(&self) -> Figure {
        // Milliseconds to days in one picture.
        let seconds: Vec<f64> = self.run.t.iter().map(|t| t * 1e-3).collect();
        let time = Axis::log("time after the block", "s");
        let mut above = Panel::new(time.clone(), Axis::new("V", "mV"))
            .height(1.4)
            .line("", &seconds, &self.voltage().values)
            .mark(Reference::horizontal(self.run.v_before, "before"));
        if let Some(end) = self.run.end() {
            let name = if end.equilibrium { "equilibrium" } else { "new steady state" };
            above = above.mark(Reference::horizontal(end.v, name));
        }
        for (i, crossing) in self.run.crossings.iter().enumerate() {
            if let Some(after) = crossing.after {
                let name = format!("{} mV after {}", fixed(crossing.v, 0), model_time(after));
                let point = Points::new(name.replace('-', "\u{2212}"), &[after * 1e-3], &[crossing.v]);
                above = above.mark(Points { radius_px: 4.0, ..point.color(Color::Series(i + 1)) });
            }
        }
        let title = format!("{} without its pump", self.cell);
        let mut figure = Figure::new(title).shared_x().panel(above);
        let mut units: Vec<&str> = Vec::new();
        for column in self.slow() {
            if !units.contains(&column.unit) {
                units.push(column.unit);
            }
        }
        // Concentrations stand below the voltage that they make.
        units.sort_by_key(|unit| *unit != "mM");
        for unit in &units {
            let columns: Vec<&Column> = self.slow().filter(|c| c.unit == *unit).collect();
            let label = if *unit == "mM" { "concentration" } else { columns[0].name.as_str() };
            let mut panel = Panel::new(time.clone(), Axis::new(label, *unit));
            for column in &columns {
                let name = column.name.trim_start_matches("ions.").replace('.', " ");
                panel = panel.mark(Line::new(name, &seconds, &column.values));
            }
            figure = figure.panel(panel);
        }
        figure.size(760.0, 320.0 + 220.0 * units.len() as f64)
    }

    fn in_words(&self) -> String {
        let r = &self.run;
        let begin = if r.from_living_state { "From its living steady state at" } else { "From" };
        let jump = r.v_blocked - r.v_before;
        let mut said = format!(
            "{begin} {} mV the block alone moves the cell by {} mV within milliseconds; what follows is the rundown of the gradients.",
            fixed(r.v_before, 2),
            super::signed(jump, 2)
        );
        for crossing in &r.crossings {
            let _ = match crossing.after {
                Some(after) => {
                    write!(said, " It passes {} mV after {}.", fixed(crossing.v, 0), model_time(after))
                }
                None => write!(said, " It never passes {} mV.", fixed(crossing.v, 0)),
            };
        }
        match (r.end(), &r.after.fate) {
            (Some(end), Fate::Settles { after, .. }) => {
                let what = if end.equilibrium {
                    "the Donnan equilibrium, in which no current flows"
                } else {
                    "another steady state"
                };
                let _ = write!(
                    said,
                    " It ends in {what}, at {} mV, and is within 1 % of it after {}.",
                    fixed(end.v, 2),
                    model_time(*after)
                );
            }
            _ => {
                let _ = write!(said, " {}", fate(&r.after));
            }
        }
        if let (Some(donnan), Some(end)) = (&r.donnan, r.end()) {
            let _ = write!(
                said,
                " Electroneutrality in closed form gives {} mV for a cell of fixed volume: {}.",
                fixed(donnan.v, 4),
                match (donnan.v - end.v).abs() {
                    gap if gap < 1e-6 => "the same to 1e-6 mV".to_string(),
                    gap => format!("{} mV away", significant(gap, 2)),
                }
            );
        }
        if let Some(swelling) = r.swelling {
            let times = significant(swelling, 4);
            let _ = match (r.end(), r.t.last()) {
                (None, Some(last)) => {
                    write!(said, " After {} its volume is {times} times what it was.", model_time(*last))
                }
                _ => write!(said, " Its volume ends at {times} times what it was."),
            };
        }
        said
    }
}

impl Answer for PumpOff {
    fn text(&self, paint: Paint) -> String {
        let title = format!("{} without its pump", self.cell);
        let mut table = Table::with_columns(
            [("", Align::Left), ("before", Align::Right)]
                .into_iter()
                .chain(["1 min", "10 min", "1 h", "1 d"].map(|name| (name, Align::Right)))
                .chain([("end", Align::Right)])
                .map(|(name, align)| (name.to_string(), align))
                .collect(),
        );
        let end = self.run.end();
        for column in std::iter::once(self.voltage()).chain(self.slow()) {
            let before = if column.name == "V" { self.run.v_before } else { column.values[0] };
            let mut row = vec![format!("{} ({})", column.name, column.unit), fixed(before, 3)];
            row.extend(
                [6e4, 6e5, 3.6e6, 8.64e7].map(|t| self.at(column, t).map_or("-".into(), |x| fixed(x, 3))),
            );
            let last = end.and_then(|e| e.values.iter().find(|v| v.name == column.name));
            row.push(last.map_or("-".into(), |v| fixed(v.value, 3)));
            table.push(row);
        }
        format!("{}\n{}\n\n{}", paint.bold(&title), super::wrapped(&self.in_words(), 100), table.text(paint))
    }

    fn csv(&self) -> Table {
        let heading = |c: &Column| match c.unit {
            "" => c.name.clone(),
            unit => format!("{} ({unit})", c.name),
        };
        let columns = std::iter::once("t (ms)".to_string()).chain(self.run.states.iter().map(heading));
        let mut table = Table::with_columns(columns.map(|name| (name, Align::Right)).collect());
        for (k, t) in self.run.t.iter().enumerate() {
            let row = std::iter::once(*t).chain(self.run.states.iter().map(|c| c.values[k]));
            table.push(row.map(|x| format!("{x}")).collect());
        }
        table
    }
}

impl PumpOff {
    /// The value of a column at `t`, between its neighbours in the logarithm of time; none beyond the end.
    fn at(&self, column: &Column, t: f64) -> Option<f64> {
        let times = &self.run.t;
        let k = times.iter().position(|x| *x >= t)?.max(1);
        let share = (t / times[k - 1]).ln() / (times[k] / times[k - 1]).ln();
        Some(column.values[k - 1] + share * (column.values[k] - column.values[k - 1]))
    }
}
