//! The HTML report of a comparison: which figures and tables it has, and in what words.

use vrest_figures::charts::{self, histogram, overlay};
use vrest_figures::report::{Best, Cell, Column, Section, Table, Tile};
use vrest_figures::{Axis, Figure};
use vrest_learn::compare::{Portrait, Truth};
use vrest_learn::train::Epoch;
use vrest_membrane::{RestReport, constants};

use crate::comparison::{Comparison, Entry, Split};
use crate::numbers::{fixed, significant};

/// Where a membrane rests, as key figures and a table.
pub fn rest(report: &RestReport) -> Section {
    let celsius = report.temperature - constants::ZERO_CELSIUS;
    let mut tiles = vec![Tile::new("V_{rest}", fixed(report.v_rest, 2), "mV").note(format!(
        "{} at {} degC",
        report.cell,
        significant(celsius, 4)
    ))];
    if let Some(ghk) = report.ghk {
        tiles.push(Tile::new("GHK estimate", fixed(ghk, 2), "mV").note("passive permeabilities, no pump"));
    }
    if let Some(pump) = &report.pump {
        tiles.push(
            Tile::new("the pump holds", fixed(pump.contribution, 2), "mV").note("of the resting potential"),
        );
    }
    if let Some(tau) = report.tau_m {
        tiles.push(Tile::new("time constant", significant(tau, 4), "ms"));
    }
    let columns = vec![
        Column::new("ion", ""),
        Column::new("inside", "mM"),
        Column::new("outside", "mM"),
        Column::new("E", "mV"),
        Column::new("conductance", "mS/cm2"),
        Column::new("net current", "uA/cm2"),
    ];
    let number = |x: Option<f64>| x.map_or(Cell::Empty, Cell::Number);
    let table = report.ions.iter().fold(Table::new("Ions at rest", columns), |table, ion| {
        // Rounding that is left of a balance is shown as the balance it is.
        let net = if ion.net_current.abs() < 1e-12 { 0.0 } else { ion.net_current };
        table.row(vec![
            Cell::Text(ion.name.clone()),
            number(ion.inside),
            number(ion.outside),
            number(ion.nernst),
            Cell::Number(ion.conductance),
            Cell::Number(net),
        ])
    });
    Section::new("Where it rests").tiles(tiles).table(table)
}

/// Who won, in a sentence.
pub fn summary(comparison: &Comparison) -> String {
    let said = comparison.splits.iter().filter_map(|split| {
        let best = split.best()?;
        let rmse = best.score.as_ref()?.whole.rmse;
        let verdict = split.verdict().map_or(String::new(), |said| format!("; {said}"));
        Some(format!(
            "- **{}** ({}): nearest to the physics is the {}, RMSE {} mV{verdict}",
            split.name,
            split.about,
            best.name,
            significant(rmse, 2)
        ))
    });
    let lines: Vec<String> = said.collect();
    format!(
        "The physics is the truth here: every error is a distance from it, and no learned model can beat it.\n\n{}",
        lines.join("\n")
    )
}

/// One section for each split: table, best, median and worst trace, histogram of errors.
pub fn comparison(comparison: &Comparison, subject: &str) -> Vec<Section> {
    comparison.splits.iter().map(|s| split(s, subject)).collect()
}

fn split(split: &Split, subject: &str) -> Section {
    let mut section = Section::new(capital(split.name)).text(capital(&split.about)).table(errors(split));
    let Some(entry) = split.entry(subject) else { return section };
    for figure in traces(split, entry) {
        section = section.chart(figure);
    }
    if let Some(portrait) = &split.portrait {
        section = section.chart(phase_portrait(portrait, subject));
    }
    let errors = entry.score.as_ref().map_or(&[][..], |s| &s.trajectory_rmse);
    section.chart(histogram(
        &format!("Errors of the {subject}, one a trajectory"),
        Axis::new("RMSE", "mV"),
        errors,
    ))
}

/// True and learned dV/dt of the median trajectory's membrane.
fn phase_portrait(portrait: &Portrait, subject: &str) -> Figure {
    let named: Vec<String> = portrait
        .levels
        .iter()
        .map(|level| match portrait.levels.len() {
            1 => String::new(),
            _ => format!("{} uA/cm^{{2}}", significant(level.current, 3)),
        })
        .collect();
    let conditions: Vec<charts::Slopes> = portrait
        .levels
        .iter()
        .zip(&named)
        .map(|(level, condition)| {
            let (truth, measured) = match &level.truth {
                Truth::Field(slopes) => ((&portrait.v[..], &slopes[..]), false),
                Truth::Trace(v, slopes) => ((&v[..], &slopes[..]), true),
            };
            charts::Slopes { condition, truth, measured, learned: (&portrait.v, &level.learned) }
        })
        .collect();
    charts::phase_portrait(
        "Phase portrait of the median trajectory's membrane",
        ("physics", subject),
        &conditions,
    )
}

/// How the training went.
pub fn training(history: &[Epoch]) -> Section {
    let stages: Vec<charts::Stage> = history
        .chunk_by(|a, b| a.stage == b.stage)
        .map(|epochs| charts::Stage {
            name: epochs[0].stage.name(),
            loss_mv: epochs.iter().map(|e| e.loss_mv).collect(),
            validation_mv: epochs.iter().map(|e| e.validation_rmse_mv).collect(),
        })
        .collect();
    Section::new("How it was trained").chart(charts::loss_curves("Loss and validation error", &stages))
}

fn errors(split: &Split) -> Table {
    let column = |name: &str, unit: &str| Column::new(name, unit).best(Best::Lowest).digits(3);
    let columns = vec![
        Column::new("who", ""),
        column("RMSE", "mV"),
        column("MAE", "mV"),
        column("largest error", "mV"),
        Column::new("R^{2}", "").best(Best::Highest).digits(6),
        column("RMSE of transients", "mV"),
        column("RMSE of steady states", "mV"),
        Column::new("time a trajectory", "us").digits(3),
    ];
    let caption = format!("Errors over {} trajectories that nobody was trained on", split.samples);
    let number = |x: Option<f64>| x.map_or(Cell::Empty, Cell::Number);
    let mut table = Table::new(caption, columns);
    for entry in &split.contenders {
        let s = entry.score.as_ref();
        table = table.row(vec![
            Cell::Text(entry.name.clone()),
            number(s.map(|s| s.whole.rmse)),
            number(s.map(|s| s.whole.mae)),
            number(s.map(|s| s.whole.max)),
            number(s.and_then(|s| s.whole.r2)),
            number(s.and_then(|s| s.transients.map(|e| e.rmse))),
            number(s.and_then(|s| s.steady_state.map(|e| e.rmse))),
            Cell::Number(entry.us_per_trajectory),
        ]);
    }
    if let Some(physics) = split.physics {
        // Beside what it costs at this accuracy; its errors at tight tolerance are the zero that others are measured from.
        let mut row = vec![Cell::Empty; 8];
        row[0] = Cell::Text("the physics, as near to the truth as the model".into());
        row[1] = Cell::Number(physics.rmse_mv);
        row[7] = Cell::Number(physics.us_per_trajectory);
        table = table.row(row);
    }
    table
}

/// The best, the median and the worst trajectory of `entry`.
pub fn traces(split: &Split, entry: &Entry) -> Vec<Figure> {
    let Some(score) = &entry.score else { return Vec::new() };
    let order = score.by_error();
    let picks = [("Best", 0), ("Median", split.samples / 2), ("Worst", split.samples - 1)];
    let t = split.truth.t.to_vec();
    picks
        .into_iter()
        .map(|(name, at)| {
            let i = order[at];
            let title = format!("{name} trajectory: RMSE {} mV", significant(score.trajectory_rmse[i], 3));
            let (truth, predicted) = (split.truth.y.row(i).to_vec(), entry.predicted.row(i).to_vec());
            overlay(&title, &t, ("physics", &truth), &[(&entry.name, &predicted)])
        })
        .collect()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
