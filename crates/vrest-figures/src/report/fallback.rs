//! A chart as a small table, for readers without eyes for it, without scripts, or in a hurry.

use super::table::{Cell, Column, Table};
use crate::figure::{Figure, Mark, Panel};
use crate::text::{number, plain};

/// Bars beyond this many are a distribution; their list would not be read.
const LONGEST_LIST: usize = 24;

/// What each mark starts and ends with and reaches, as HTML.
pub fn table(figure: &Figure) -> String {
    let words = |name: &str| Column::new(name, "");
    let columns = ["", "first", "lowest", "highest", "last"].map(words).to_vec();
    let mut table = Table::new("", columns);
    for panel in &figure.panels {
        for mark in &panel.marks {
            for row in rows(mark, panel, figure.panels.len() > 1) {
                table = table.row(row);
            }
        }
    }
    if table.rows.is_empty() { String::new() } else { table.write() }
}

fn rows(mark: &Mark, panel: &Panel, is_one_of_many: bool) -> Vec<Vec<Cell>> {
    let quantity = panel.y.label.as_str();
    let name = match mark.name() {
        "" => quantity.to_owned(),
        name if is_one_of_many && name != quantity => format!("{name}, {quantity}"),
        name => name.to_owned(),
    };
    let name = name.as_str();
    match mark {
        Mark::Line(line) => summary(name, &line.y),
        Mark::Points(points) => summary(name, &points.y),
        Mark::Band(band) => {
            let bound = |which: &str, values| summary(&format!("{name}, {which}"), values);
            [bound("lower", &band.low), bound("upper", &band.high)].concat()
        }
        Mark::Heat(heat) => summary(name, &heat.values),
        Mark::Reference(line) => {
            if line.label.is_empty() {
                Vec::new()
            } else {
                vec![vec![Cell::Text(name.into()), Cell::Number(line.at)]]
            }
        }
        Mark::Bars(bars) if bars.bars.len() <= LONGEST_LIST => bars
            .bars
            .iter()
            .map(|bar| {
                let names = if panel.y.is_categorical() { &panel.y.categories } else { &panel.x.categories };
                let listed = names.get(bar.center.max(0.0).round() as usize).map(|name| plain(name));
                let name = listed.unwrap_or_else(|| number(bar.center, 4));
                vec![Cell::Text(name), Cell::Number(bar.from), Cell::Empty, Cell::Empty, Cell::Number(bar.to)]
            })
            .collect(),
        Mark::Bars(bars) => summary(name, &bars.bars.iter().map(|bar| bar.to).collect::<Vec<_>>()),
    }
}

fn summary(name: &str, values: &[f64]) -> Vec<Vec<Cell>> {
    let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let cell = |value: Option<f64>| value.map_or(Cell::Empty, Cell::Number);
    vec![vec![
        Cell::Text(name.to_owned()),
        cell(finite.first().copied()),
        cell(finite.iter().copied().min_by(f64::total_cmp)),
        cell(finite.iter().copied().max_by(f64::total_cmp)),
        cell(finite.last().copied()),
    ]]
}
