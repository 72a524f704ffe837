//! A cell: temperature, capacitance, shape, ions and mechanisms, as its file gives them.
//!
//! A cell is a description. [`crate::Membrane::compile`] turns it into something that can be integrated; the
//! numbers of both carry the same paths (`ions.K.outside`, `leak_K.g`, `temperature`).

mod expected;
mod geometry;
mod ions;
mod numbers;
mod plausible;
mod read;
pub(crate) mod specs;
mod water;
mod write;

pub use expected::Expectation;
pub use geometry::{Geometry, Shape};
pub use ions::{Impermeant, Ion, Level, Pool, Water, known_valence};
pub use numbers::{ParamInfo, Unsolved};

use crate::balance;
use crate::mechanisms::AnyMechanism;
use crate::problem::Problem;
use crate::reader;

/// A mechanism of a cell under its name.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The name, first part of the paths of its parameters.
    pub name: String,
    /// What it is.
    pub mechanism: AnyMechanism,
    /// For each of its slots the index of the ion, none where non-specific.
    pub slots: Vec<Option<usize>>,
    /// Its parameters, in the order of its specification.
    pub params: Vec<f64>,
}

/// A cell as its file describes it.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Short name.
    pub name: String,
    /// One or two sentences.
    pub description: String,
    /// Where the numbers come from.
    pub source: String,
    /// What a user should know.
    pub notes: String,
    /// K.
    pub temperature: f64,
    /// RT/F in mV where the file overrides it, to reproduce a model that rounded it.
    pub rt_over_f: Option<f64>,
    /// uF/cm2.
    pub capacitance: f64,
    /// Shape, where given.
    pub geometry: Option<Geometry>,
    /// The ions, in the order of the file.
    pub ions: Vec<Ion>,
    /// What cannot cross the membrane.
    pub impermeants: Vec<Impermeant>,
    /// Water, where the volume moves.
    pub water: Option<Water>,
    /// The mechanisms, in the order of the file.
    pub mechanisms: Vec<Instance>,
    /// What the file claims about its own rest.
    pub expected: Vec<Expectation>,
    /// The paths of the numbers that were solved from the `[balance]` table.
    pub balanced: Vec<String>,
}

/// A cell and what was odd about its file.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The cell.
    pub cell: Cell,
    /// Warnings, in the order of the file.
    pub warnings: Vec<Problem>,
}

impl Cell {
    /// Reads a cell file, and solves the numbers that it writes as `"balance"`.
    ///
    /// # Errors
    /// All problems of the file at once, in its order, warnings among them.
    pub fn parse(text: &str) -> Result<Loaded, Vec<Problem>> {
        let (draft, warnings) = reader::read(text, read::cell)?;
        let cell = balance::solve(draft).map_err(|problems| {
            let mut all = warnings.clone();
            all.extend(problems);
            all
        })?;
        Ok(Loaded { cell, warnings })
    }

    /// The index of the ion called `name`.
    pub fn ion(&self, name: &str) -> Option<usize> {
        self.ions.iter().position(|i| i.name == name)
    }

    /// Sets the number at `path`, in the unit of its dimension. Returns whether there is such a number.
    pub fn set(&mut self, path: &str, value: f64) -> bool {
        numbers::place(self, path).map(|x| *x = value).is_some()
    }

    /// Every number of the cell with its path, in the order of the membrane's parameter vector.
    pub fn numbers(&self) -> Vec<ParamInfo> {
        numbers::of(self)
    }
}

/// A cell some of whose numbers are still to be solved.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub cell: Cell,
    pub unsolved: Vec<Unsolved>,
    pub balance: Option<Balance>,
}

/// The `[balance]` table.
#[derive(Debug, Clone)]
pub(crate) struct Balance {
    /// mV.
    pub v_rest: f64,
    /// The ions whose net current is to vanish; all that carry current where not given.
    pub ions: Option<Vec<usize>>,
    pub span: std::ops::Range<usize>,
}
