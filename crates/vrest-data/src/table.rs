//! Columns with names and units: what commands print, and what spreadsheets and scripts read.
//!
//! A column's heading carries its unit in round brackets, `V (mV)`, in every format, so that a number never
//! travels without its unit. CSV numbers are the shortest text that reads back to the same f64.

use crate::atomic::{AtomicFile, WriteError};
use crate::memory::{available_bytes, human_bytes};
use crate::npz::NpzWriter;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The cells of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Numbers in the column's unit; a missing one is NaN.
    Numbers(Vec<f64>),
    /// Words, such as the names of ions.
    Text(Vec<String>),
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Cells::Numbers(v) => v.len(),
            Cells::Text(v) => v.len(),
        }
    }
}

/// One named column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The name alone: `V`.
    pub name: String,
    /// The unit, or nothing for words and pure numbers.
    pub unit: String,
    /// The cells from first row to last.
    pub cells: Cells,
}

impl Column {
    /// Name and unit as they stand in a file: `V (mV)`, or `sample` without a unit.
    pub fn heading(&self) -> String {
        if self.unit.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.unit) }
    }

    /// Name and unit out of a heading: the last group in round or square brackets at the end is the unit.
    pub fn parse_heading(heading: &str) -> (String, String) {
        let heading = heading.trim();
        for (open, close) in [('(', ')'), ('[', ']')] {
            if let Some((name, unit)) = heading.strip_suffix(close).and_then(|h| h.rsplit_once(open)) {
                return (name.trim().into(), unit.trim().into());
            }
        }
        (heading.into(), String::new())
    }
}

/// Columns of equal length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    columns: Vec<Column>,
}

/// A table could not be read or formed.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The system refused to read the file.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is larger than a table of text may be.
    #[error("`{}` has {}, more than the {} of text that there is memory for", path.display(),
        human_bytes(*bytes), human_bytes(*allowed))]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// What is allowed.
        allowed: u64,
    },
    /// The text is no table: a row of another length, or bytes that are not UTF-8.
    #[error("`{}` is not a table: {source}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What the reader of CSV said, with the line.
        source: csv::Error,
    },
    /// There is no heading, or there are no rows.
    #[error("`{}` holds no {missing}", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// `heading` or `rows`.
        missing: &'static str,
    },
    /// A column's length differs from that of the others.
    #[error("column `{name}` has {rows} rows where the others have {expected}")]
    Length {
        /// The column.
        name: String,
        /// Its rows.
        rows: usize,
        /// The rows of the others.
        expected: usize,
    },
    /// Two columns have one name.
    #[error("there are two columns `{name}`")]
    Duplicate {
        /// The name.
        name: String,
    },
}

impl TableError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            TableError::Read { source, .. } => crate::error::read_hint(source),
            TableError::TooLarge { .. } => "give the data as NPZ instead".into(),
            TableError::Malformed { .. } => {
                "write one heading line, then rows with as many cells as it, in UTF-8".into()
            }
            TableError::Empty { .. } => {
                "the first line names the columns, as in `t (ms),V (mV)`; the rows follow".into()
            }
            TableError::Length { .. } => "give every column the same number of rows".into(),
            TableError::Duplicate { .. } => "give every column a name of its own".into(),
        }
    }
}

/// Bytes of memory that a byte of text needs at most while it is read: a word of one letter and its comma are
/// 2 bytes, as a `String` of its own they are 32.
const TEXT_EXPANSION: u64 = 16;

impl Table {
    /// A table without columns.
    pub fn new() -> Table {
        Table::default()
    }

    /// Adds a column; all have the same length and different names.
    pub fn push(&mut self, column: Column) -> Result<(), TableError> {
        if let Some(first) = self.columns.first() {
            let (rows, expected) = (column.cells.len(), first.cells.len());
            if rows != expected {
                return Err(TableError::Length { name: column.name, rows, expected });
            }
        }
        if self.column(&column.name).is_some() {
            return Err(TableError::Duplicate { name: column.name });
        }
        self.columns.push(column);
        Ok(())
    }

    /// Adds a column of numbers and returns the table, for building one in a chain.
    pub fn with_numbers(mut self, name: &str, unit: &str, values: Vec<f64>) -> Result<Table, TableError> {
        let cells = Cells::Numbers(values);
        self.push(Column { name: name.into(), unit: unit.into(), cells })?;
        Ok(self)
    }

    /// Adds a column of words and returns the table.
    pub fn with_text(mut self, name: &str, values: Vec<String>) -> Result<Table, TableError> {
        let cells = Cells::Text(values);
        self.push(Column { name: name.into(), unit: String::new(), cells })?;
        Ok(self)
    }

    /// The columns in their order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The numbers of the column of this name.
    pub fn numbers(&self, name: &str) -> Option<&[f64]> {
        match &self.column(name)?.cells {
            Cells::Numbers(v) => Some(v),
            Cells::Text(_) => None,
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |c| c.cells.len())
    }

    /// Writes CSV text to any sink: one heading line, then the rows.
    pub fn to_csv(&self, sink: impl io::Write) -> io::Result<()> {
        let mut csv = csv::WriterBuilder::new().from_writer(sink);
        csv.write_record(self.columns.iter().map(Column::heading))?;
        for row in 0..self.rows() {
            for column in &self.columns {
                match &column.cells {
                    Cells::Numbers(v) => csv.write_field(number_text(v[row]))?,
                    Cells::Text(v) => csv.write_field(&v[row])?,
                }
            }
            csv.write_record(None::<&[u8]>)?;
        }
        csv.flush()
    }

    /// Writes a CSV file, whole or not at all.
    pub fn write_csv(&self, path: &Path) -> Result<(), WriteError> {
        let mut file = AtomicFile::create(path)?;
        self.to_csv(&mut file).map_err(|e| file.refused(e))?;
        file.commit()
    }

    /// Writes an NPZ file: one array a column under its name, and `column_names` and `column_units` in their
    /// order. A column may not have one of these two names.
    pub fn write_npz(&self, path: &Path) -> Result<(), WriteError> {
        let mut npz = NpzWriter::create(path)?;
        for column in &self.columns {
            match &column.cells {
                Cells::Numbers(v) => npz.numbers(&column.name, &[v.len()], v)?,
                Cells::Text(v) => npz.words(&column.name, &[v.len()], v)?,
            }
        }
        let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        let units: Vec<&str> = self.columns.iter().map(|c| c.unit.as_str()).collect();
        npz.words("column_names", &[names.len()], &names)?;
        npz.words("column_units", &[units.len()], &units)?;
        npz.finish()
    }

    /// Reads a CSV or TSV file (what separates the cells is seen in the heading: comma, tab or semicolon).
    ///
    /// A column in which every cell is a number or empty holds numbers, empty ones NaN; any other is text.
    pub fn read_csv(path: &Path) -> Result<Table, TableError> {
        let refused = |source| TableError::Read { path: path.into(), source };
        let bytes = fs::metadata(path).map_err(refused)?.len();
        let allowed = available_bytes() / TEXT_EXPANSION;
        if bytes > allowed {
            return Err(TableError::TooLarge { path: path.into(), bytes, allowed });
        }
        Table::parse_csv(&fs::read(path).map_err(refused)?, path)
    }

    /// Reads CSV text that is already in memory; `path` is what errors name.
    pub fn parse_csv(text: &[u8], path: &Path) -> Result<Table, TableError> {
        let malformed = |source| TableError::Malformed { path: path.into(), source };
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let reader = || {
            let mut builder = csv::ReaderBuilder::new();
            builder.delimiter(delimiter(text)).comment(Some(b'#')).trim(csv::Trim::All).from_reader(text)
        };
        let mut csv = reader();
        let headings = csv.headers().map_err(malformed)?.clone();
        if headings.iter().all(str::is_empty) {
            return Err(TableError::Empty { path: path.into(), missing: "heading" });
        }
        // Row by row, as a row kept whole takes far more memory than its text. What is no number is gone by
        // the time that this shows, so columns of words are read in a second pass.
        let mut cells: Vec<Cells> = headings.iter().map(|_| Cells::Numbers(Vec::new())).collect();
        let mut row = csv::StringRecord::new();
        let mut rows = 0;
        while csv.read_record(&mut row).map_err(malformed)? {
            rows += 1;
            for (cell, cells) in row.iter().zip(&mut cells) {
                if let Cells::Numbers(numbers) = cells {
                    match parse_number(cell) {
                        Some(number) => numbers.push(number),
                        None => *cells = Cells::Text(Vec::new()),
                    }
                }
            }
        }
        if rows == 0 {
            return Err(TableError::Empty { path: path.into(), missing: "rows" });
        }
        if cells.iter().any(|c| matches!(c, Cells::Text(_))) {
            let mut csv = reader();
            while csv.read_record(&mut row).map_err(malformed)? {
                for (cell, cells) in row.iter().zip(&mut cells) {
                    if let Cells::Text(words) = cells {
                        words.push(cell.to_string());
                    }
                }
            }
        }
        let mut table = Table::new();
        for (heading, cells) in headings.iter().zip(cells) {
            let (name, unit) = Column::parse_heading(heading);
            table.push(Column { name, unit, cells })?;
        }
        Ok(table)
    }
}

/// The separator that occurs most in the first line that is no comment; a comma where there is none.
fn delimiter(text: &[u8]) -> u8 {
    let heading = text.split(|&b| b == b'\n').find(|l| !l.starts_with(b"#")).unwrap_or_default();
    let count = |d: u8| heading.iter().filter(|&&b| b == d).count();
    // The last of equals wins, and that is the comma.
    b"\t;,".iter().copied().max_by_key(|&d| count(d)).unwrap_or(b',')
}

fn parse_number(cell: &str) -> Option<f64> {
    if cell.is_empty() { Some(f64::NAN) } else { cell.parse().ok() }
}

/// The shortest text that reads back to the same number, with an exponent where it would have many zeros.
pub fn number_text(x: f64) -> String {
    let size = x.abs();
    if x == 0.0 || (1e-5..1e16).contains(&size) || !x.is_finite() { format!("{x}") } else { format!("{x:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Table, TableError> {
        Table::parse_csv(text.as_bytes(), Path::new("a.csv"))
    }

    #[test]
    fn headings_carry_units() {
        let table = parse("t (ms),V (mV),note\n0,-70,a\n0.1,-6.95e1,\"b, c\"\n").unwrap();
        assert_eq!(table.columns()[1].unit, "mV");
        assert_eq!(table.numbers("V").unwrap(), [-70.0, -69.5]);
        assert_eq!(table.numbers("note"), None);
        let mut text = Vec::new();
        table.to_csv(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text, "t (ms),V (mV),note\n0,-70,a\n0.1,-69.5,\"b, c\"\n");
    }

    #[test]
    fn brackets_inside_a_name_stay() {
        assert_eq!(Column::parse_heading("I(Na) (uA/cm2)"), ("I(Na)".into(), "uA/cm2".into()));
        assert_eq!(Column::parse_heading("V [mV]"), ("V".into(), "mV".into()));
        assert_eq!(Column::parse_heading("sample"), ("sample".into(), String::new()));
    }

    #[test]
    fn separators_comments_and_gaps() {
        let table = parse("\u{feff}# from a rig\nt (s);V (V)\n0;\n1;-0.07\n").unwrap();
        assert!(table.numbers("V").unwrap()[0].is_nan());
        let table = parse("t (s)\tV (V)\n0\t1\n").unwrap();
        assert_eq!((table.rows(), table.columns().len()), (1, 2));
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(matches!(parse(""), Err(TableError::Empty { missing: "heading", .. })));
        assert!(matches!(parse("a,b\n"), Err(TableError::Empty { missing: "rows", .. })));
        let e = parse("a,b\n1,2\n3\n").unwrap_err();
        assert!(e.to_string().contains("line: 3"), "{e}");
        assert!(matches!(parse("a,a\n1,2\n"), Err(TableError::Duplicate { .. })));
        let e = Table::new().with_numbers("a", "", vec![1.0]).unwrap().with_text("b", vec![]);
        assert!(matches!(e, Err(TableError::Length { rows: 0, expected: 1, .. })));
    }

    proptest! {
        #[test]
        fn numbers_survive_the_text(bits in any::<u64>()) {
            let x = f64::from_bits(bits);
            let back: f64 = number_text(x).parse().unwrap();
            prop_assert!(back == x || (back.is_nan() && x.is_nan()));
        }

        #[test]
        fn any_bytes_give_a_table_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Table::parse_csv(&bytes, Path::new("a.csv"));
        }
    }
}
