//! Tables of a report, with the best number of a column made visible.

use super::markup;
use crate::svg::escape;
use crate::text::{number, pretty_unit};

/// Rows and columns with a caption.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Table {
    /// What the table shows.
    pub caption: String,
    /// Its columns; the first one usually names the rows.
    pub columns: Vec<Column>,
    /// Its rows; a row that is too short is filled with empty cells, and what is too much is left out.
    pub rows: Vec<Vec<Cell>>,
}

/// A column's heading and how its numbers are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The heading.
    pub name: String,
    /// Unit of its numbers, shown once in the heading.
    pub unit: String,
    /// Which number is the best one and is emphasised.
    pub best: Best,
    /// Significant digits.
    pub digits: usize,
}

/// Which number of a column is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Best {
    /// They are not compared.
    #[default]
    None,
    /// Errors, times.
    Lowest,
    /// Scores.
    Highest,
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words, with the emphasis that report texts may have.
    Text(String),
    /// A number in the column's unit; not-a-number is shown as `n/a`.
    Number(f64),
    /// Nothing.
    Empty,
}

impl Column {
    /// A column of numbers with four significant digits that are not compared, or of words.
    pub fn new(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Column { name: name.into(), unit: unit.into(), best: Best::None, digits: 4 }
    }

    /// Says which number is the best.
    pub fn best(mut self, best: Best) -> Self {
        self.best = best;
        self
    }

    /// Sets the significant digits.
    pub fn digits(mut self, digits: usize) -> Self {
        self.digits = digits;
        self
    }
}

impl Table {
    /// A table without rows.
    pub fn new(caption: impl Into<String>, columns: Vec<Column>) -> Self {
        Table { caption: caption.into(), columns, rows: Vec::new() }
    }

    /// Adds a row below the others.
    pub fn row(mut self, cells: Vec<Cell>) -> Self {
        self.rows.push(cells);
        self
    }

    /// The best number of a column as it is printed: what prints the same is equally good.
    fn best(&self, index: usize) -> Option<String> {
        let column = &self.columns[index];
        let numbers = self.rows.iter().filter_map(|row| match row.get(index) {
            Some(Cell::Number(value)) if value.is_finite() => Some(*value),
            _ => None,
        });
        let best = match column.best {
            Best::None => None,
            Best::Lowest => numbers.min_by(f64::total_cmp),
            Best::Highest => numbers.max_by(f64::total_cmp),
        };
        best.map(|value| number(value, column.digits))
    }

    /// The table as HTML.
    pub(super) fn write(&self) -> String {
        let mut out = String::from("<div class=\"scroll\"><table>\n");
        if !self.caption.is_empty() {
            out.push_str(&format!("<caption>{}</caption>\n", markup::inline(&self.caption)));
        }
        out.push_str("<thead><tr>");
        for (i, column) in self.columns.iter().enumerate() {
            let unit = pretty_unit(&column.unit);
            let unit = if unit.is_empty() {
                unit
            } else {
                format!(" <span class=\"unit\">({})</span>", escape(&unit))
            };
            let class = if self.is_numeric(i) { " class=\"number\"" } else { "" };
            out.push_str(&format!("<th scope=\"col\"{class}>{}{unit}</th>", markup::inline(&column.name)));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        let best: Vec<Option<String>> = (0..self.columns.len()).map(|i| self.best(i)).collect();
        for row in &self.rows {
            let cells = self.columns.iter().enumerate().map(|(i, column)| {
                cell(row.get(i).unwrap_or(&Cell::Empty), column, i == 0, best[i].as_deref())
            });
            out.push_str(&format!("<tr>{}</tr>\n", cells.collect::<String>()));
        }
        out.push_str("</tbody></table></div>\n");
        out
    }

    fn is_numeric(&self, index: usize) -> bool {
        self.rows.iter().any(|row| matches!(row.get(index), Some(Cell::Number(_))))
    }
}

fn cell(cell: &Cell, column: &Column, heads_row: bool, best: Option<&str>) -> String {
    match cell {
        Cell::Text(text) if heads_row => format!("<th scope=\"row\">{}</th>", markup::inline(text)),
        Cell::Text(text) => format!("<td>{}</td>", markup::inline(text)),
        Cell::Empty => "<td></td>".to_owned(),
        Cell::Number(value) => {
            let text = number(*value, column.digits);
            if best == Some(text.as_str()) {
                format!("<td class=\"number\"><strong class=\"best\" title=\"best\">{text}</strong></td>")
            } else {
                format!("<td class=\"number\">{text}</td>")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_finite_number_is_emphasised_and_ties_share_it() {
        let columns = vec![Column::new("model", ""), Column::new("RMSE", "mV").best(Best::Lowest).digits(2)];
        let row = |name: &str, value| vec![Cell::Text(name.into()), Cell::Number(value)];
        let table = Table::new("", columns)
            .row(row("a", 0.0512))
            .row(row("b", 0.0508))
            .row(row("c", f64::NAN))
            .row(row("d", 0.2))
            .row(vec![]);
        let html = table.write();
        assert_eq!(html.matches("class=\"best\"").count(), 2);
        assert!(html.contains("RMSE <span class=\"unit\">(mV)</span>") && html.contains("n/a"));
    }
}
