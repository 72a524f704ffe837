//! The columns of a table over its first one: what a simulation or a recording wrote, drawn without further words.

use crate::error::FigureError;
use crate::figure::{Axis, Color, Figure, Interpolation, Line, Panel};
use vrest_data::table::{Cells, Column, Table};

/// Every column of numbers over the first one, which is usually time. Columns of one unit share a panel, in the order in which
/// the units first appear; `steps` names the columns that hold each value until the next row, such as a stimulus. The first
/// panel is the highest: four times as high as one that holds nothing but steps, twice as high as any other.
///
/// # Errors
/// [`FigureError::Column`] when the first column does not hold numbers, or a name in `steps` is no column of numbers.
pub fn time_courses(title: &str, table: &Table, steps: &[&str]) -> Result<Figure, FigureError> {
    let numbers = |column: &'_ Column| matches!(column.cells, Cells::Numbers(_));
    for name in steps {
        table.column(name).filter(|column| numbers(column)).ok_or_else(|| missing(name))?;
    }
    let (first, rest) = table.columns().split_first().ok_or_else(|| missing(""))?;
    let Cells::Numbers(x) = &first.cells else { return Err(missing(&first.name)) };
    let mut groups: Vec<Group> = Vec::new();
    for column in rest {
        let Cells::Numbers(values) = &column.cells else { continue };
        match groups.iter_mut().find(|group| group.unit == column.unit) {
            Some(group) => group.columns.push((column, values)),
            None => groups.push(Group { unit: &column.unit, columns: vec![(column, values)] }),
        }
    }
    let mut figure = Figure::new(title).shared_x();
    let mut height = 90.0;
    for (i, Group { unit, columns }) in groups.into_iter().enumerate() {
        let is_step = |column: &Column| steps.contains(&column.name.as_str());
        let share = match i {
            0 => 4.0,
            _ if columns.iter().all(|(column, _)| is_step(column)) => 1.0,
            _ => 2.0,
        };
        let label = if let [(only, _)] = columns[..] { only.name.as_str() } else { "" };
        let mut panel = Panel::new(Axis::new(&first.name, &first.unit), Axis::new(label, unit)).height(share);
        for (column, values) in &columns {
            let mut line = Line::new(&column.name, x, values);
            if is_step(column) {
                line.interpolation = Interpolation::Step;
                line.color = if columns.len() == 1 { Color::Ink } else { Color::Auto };
            }
            panel = panel.mark(line);
        }
        height += 65.0 * share + 20.0;
        figure = figure.panel(panel);
    }
    Ok(figure.size(720.0, height))
}

/// What one panel shows.
struct Group<'a> {
    unit: &'a str,
    columns: Vec<(&'a Column, &'a [f64])>,
}

fn missing(name: &str) -> FigureError {
    FigureError::Column { name: name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table::new()
            .with_numbers("t", "ms", vec![0.0, 1.0, 2.0])
            .and_then(|table| table.with_numbers("V", "mV", vec![-70.0, -69.0, -68.0]))
            .and_then(|table| table.with_numbers("I", "uA/cm2", vec![0.0, 0.5, 0.5]))
            .and_then(|table| table.with_numbers("E_{K}", "mV", vec![-90.0; 3]))
            .and_then(|table| table.with_text("note", vec!["a".into(); 3]))
            .expect("columns of one length")
    }

    #[test]
    fn columns_of_one_unit_share_a_panel() {
        let figure = time_courses("run", &table(), &["I"]).expect("a figure");
        let names: Vec<Vec<&str>> =
            figure.panels.iter().map(|panel| panel.marks.iter().map(|mark| mark.name()).collect()).collect();
        assert_eq!(names, [vec!["V", "E_{K}"], vec!["I"]]);
        assert_eq!(figure.panels.iter().map(|panel| panel.height).collect::<Vec<_>>(), [4.0, 1.0]);
        assert_eq!(figure.panels[1].y.label, "I");
    }

    #[test]
    fn a_wrong_name_is_named() {
        let words = Table::new().with_text("t", vec!["x".into()]).expect("a table");
        assert!(
            matches!(time_courses("", &table(), &["J"]), Err(FigureError::Column { name }) if name == "J")
        );
        assert!(matches!(time_courses("", &words, &[]), Err(FigureError::Column { name }) if name == "t"));
        assert!(time_courses("", &Table::new(), &[]).is_err());
    }
}
