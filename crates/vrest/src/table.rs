//! Tables: aligned for people, comma-separated for programs.

/// How a column is aligned on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table of text; every row has as many cells as the header.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these columns.
    pub fn new<const N: usize>(columns: [(&str, Align); N]) -> Self {
        Self { columns: columns.map(|(name, align)| (name.to_string(), align)).to_vec(), rows: Vec::new() }
    }

    /// An empty table with columns that are known only now.
    pub fn with_columns(columns: Vec<(String, Align)>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row to a table of [`with_columns`](Self::with_columns).
    pub fn push(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(cells);
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        debug_assert_eq!(N, self.columns.len());
        self.rows.push(cells.to_vec());
    }

    /// The table for a terminal: two spaces before each column, every line with a newline, no trailing
    /// blanks.
    pub fn text(&self, paint: crate::session::Paint) -> String {
        let width = |text: &str| text.chars().count();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|c| {
                self.rows
                    .iter()
                    .map(|row| width(&row[c]))
                    .chain([width(&self.columns[c].0)])
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let mut out = String::new();
            for (c, cell) in cells.enumerate() {
                let blanks = " ".repeat(widths[c] - width(cell));
                match self.columns[c].1 {
                    Align::Left => out += &format!("  {cell}{blanks}"),
                    Align::Right => out += &format!("  {blanks}{cell}"),
                }
            }
            out.trim_end().to_string()
        };
        let mut out = paint.dim(&line(&mut self.columns.iter().map(|(name, _)| name.as_str()))) + "\n";
        for row in &self.rows {
            out += &line(&mut row.iter().map(String::as_str));
            out.push('\n');
        }
        out
    }

    /// The table as CSV with a header line.
    pub fn csv(&self) -> String {
        let line =
            |cells: &mut dyn Iterator<Item = &str>| cells.map(quoted).collect::<Vec<_>>().join(",") + "\n";
        let mut out = line(&mut self.columns.iter().map(|(name, _)| name.as_str()));
        for row in &self.rows {
            out += &line(&mut row.iter().map(String::as_str));
        }
        out
    }
}

/// A CSV field, quoted where RFC 4180 wants it.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Paint;

    fn table() -> Table {
        let mut table = Table::new([("ion", Align::Left), ("E (mV)", Align::Right)]);
        table.row(["K".into(), "-89.1".into()]);
        table.row(["Na, out".into(), "61".into()]);
        table
    }

    #[test]
    fn columns_line_up() {
        assert_eq!(
            table().text(Paint { on: false }),
            "  ion      E (mV)\n  K         -89.1\n  Na, out      61\n"
        );
    }

    #[test]
    fn csv_quotes_only_what_needs_it() {
        assert_eq!(table().csv(), "ion,E (mV)\nK,-89.1\n\"Na, out\",61\n");
    }
}
