//! What a command writes: files whole or not at all, and beside them the manifest that says how they came to be.

use std::path::{Path, PathBuf};

use serde_json::Value;
use vrest_data::atomic::{self, AtomicFile};
use vrest_data::manifest::FileHash;
use vrest_data::{Manifest, Table};
use vrest_figures::Figure;

use crate::failure::{Failure, Kind};
use crate::problem::Problem;
use crate::session::Session;

/// The forms that a table is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableForm {
    /// Comma-separated text.
    Csv,
    /// One array a column, for NumPy.
    Npz,
}

/// The forms that a figure is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureForm {
    /// Vector graphics.
    Svg,
    /// Pixels.
    Png,
}

/// Pixels of a PNG for each CSS pixel: sharp on dense screens and in print.
const PNG_SCALE: f64 = 2.0;

/// The form that a file name asks for.
pub fn table_form(path: &Path) -> Result<TableForm, Failure> {
    by_extension(path, &[("csv", TableForm::Csv), ("npz", TableForm::Npz)])
}

/// The form that a file name asks for.
pub fn figure_form(path: &Path) -> Result<FigureForm, Failure> {
    by_extension(path, &[("svg", FigureForm::Svg), ("png", FigureForm::Png)])
}

fn by_extension<T: Copy>(path: &Path, forms: &[(&str, T)]) -> Result<T, Failure> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    forms.iter().find(|(name, _)| *name == extension).map(|(_, form)| *form).ok_or_else(|| {
        let names: Vec<String> = forms.iter().map(|(name, _)| format!("`.{name}`")).collect();
        Failure::configuration(format!("`{}` has no form that can be written", path.display()))
            .with_hint(format!("end its name in {}", names.join(" or ")))
    })
}

/// Makes sure that `path` can be written before long work begins; leaves no trace.
pub fn probe(path: &Path) -> Result<(), Failure> {
    AtomicFile::create(path)?;
    Ok(())
}

/// The files of one command and their manifest.
#[derive(Debug)]
pub struct Outputs {
    /// Inputs, seeds, solver statistics and warnings go here.
    pub manifest: Manifest,
    written: Vec<PathBuf>,
}

impl Outputs {
    /// For `command` with its full configuration after defaults.
    pub fn new(command: &str, configuration: Value) -> Self {
        Self {
            manifest: Manifest::new(env!("CARGO_PKG_VERSION"), command, configuration),
            written: Vec::new(),
        }
    }

    /// Notes what was read.
    pub fn input(&mut self, origin: &FileHash) -> &mut Self {
        self.manifest.inputs.push(origin.clone());
        self
    }

    /// Notes what the user was warned of.
    pub fn warnings(&mut self, warnings: &[Problem]) -> &mut Self {
        self.manifest.warnings.extend(warnings.iter().map(|w| w.message.clone()));
        self
    }

    /// Writes a table in the form of its name.
    pub fn table(&mut self, path: &Path, table: &Table) -> Result<(), Failure> {
        match table_form(path)? {
            TableForm::Csv => table.write_csv(path)?,
            TableForm::Npz => table.write_npz(path)?,
        }
        self.note(path)
    }

    /// Writes a figure in the form of its name.
    pub fn figure(&mut self, path: &Path, figure: &Figure) -> Result<(), Failure> {
        let bytes = match figure_form(path)? {
            FigureForm::Svg => figure.to_svg().into_bytes(),
            FigureForm::Png => figure
                .to_png(PNG_SCALE)
                .map_err(|error| Failure::of(Kind::Configuration, &error, None::<String>))?,
        };
        self.bytes(path, &bytes)
    }

    /// Writes any other file.
    pub fn bytes(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        atomic::write(path, bytes)?;
        self.note(path)
    }

    /// Notes a file that a library wrote.
    pub fn note(&mut self, path: &Path) -> Result<(), Failure> {
        self.manifest.add_output(path)?;
        self.written.push(path.to_path_buf());
        Ok(())
    }

    /// Writes the manifest beside `main` (into it, where it is a folder) and tells what was written.
    pub fn finish(mut self, main: &Path, session: &Session) -> Result<(), Failure> {
        let manifest = self.manifest.write_beside(main)?;
        self.written.push(manifest);
        for path in &self.written {
            session.say(&format!("wrote {}", path.display()));
        }
        Ok(())
    }

    /// Writes the manifest, and leaves it to the command to tell what was written.
    pub fn finish_quietly(self, main: &Path) -> Result<(), Failure> {
        self.manifest.write_beside(main)?;
        Ok(())
    }
}
