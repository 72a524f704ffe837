//! Datasets as NumPy reads them: one NPZ file, no pickle.
//!
//! | key | shape | what |
//! |---|---|---|
//! | `X` | samples, parameters | parameters, each in its unit |
//! | `Y` | samples, times | membrane potential, mV |
//! | `t` | times | times, ms |
//! | `param_names` | parameters | names of the columns of `X` (Unicode) |
//! | `param_units` | parameters | their units, where known |
//! | `stimulus` | samples, times | injected current, uA/cm2, where there was one |
//! | `stimulus_interpolation` | none | `previous` (holds until the next sample) or `linear` |
//!
//! Only `X`, `Y` and `t` must be there: files of other software are read too, with numbers of any width,
//! byte order and memory order.

mod error;
mod npy;
mod reader;
mod writer;

pub use error::NpzError;
pub(crate) use reader::what_starts_so;
pub use reader::{NpzReader, Numbers};
pub use writer::{ArrayWriter, NpzWriter};

use crate::atomic::WriteError;
use crate::dataset::{Dataset, DatasetError, Interpolation, Stimulus};
use ndarray::{Array1, Array2};
use std::io::{Read, Seek};
use std::path::Path;

/// Writes a dataset, whole or not at all. The same dataset gives the same bytes.
///
/// The dataset is not checked here: what is written is what there is, so that a dataset that went wrong can
/// be looked at.
pub fn write(path: &Path, data: &Dataset) -> Result<(), WriteError> {
    let mut npz = NpzWriter::create(path)?;
    matrix(&mut npz, "X", &data.x)?;
    matrix(&mut npz, "Y", &data.y)?;
    npz.numbers("t", &[data.t.len()], &data.t.to_vec())?;
    npz.words("param_names", &[data.param_names.len()], &data.param_names)?;
    if data.param_units.iter().any(|u| !u.is_empty()) {
        npz.words("param_units", &[data.param_units.len()], &data.param_units)?;
    }
    if let Some(stimulus) = &data.stimulus {
        matrix(&mut npz, "stimulus", &stimulus.values)?;
        npz.words("stimulus_interpolation", &[], &[stimulus.interpolation.word()])?;
    }
    npz.finish()
}

fn matrix(npz: &mut NpzWriter, name: &str, values: &Array2<f64>) -> Result<(), WriteError> {
    let mut rows = npz.begin(name, values.shape())?;
    for row in values.rows() {
        match row.as_slice() {
            Some(row) => rows.push(row)?,
            None => rows.push(&row.to_vec())?,
        }
    }
    rows.end()
}

/// Reads a dataset and checks it.
///
/// Where the file has no `param_names`, the parameters are `p0`, `p1`, ...; where it has a stimulus and does
/// not say how it goes on between its samples, each holds until the next.
pub fn read(path: &Path) -> Result<Dataset, NpzError> {
    read_dataset(&mut NpzReader::open(path)?, path)
}

/// Reads a dataset out of an opened file.
pub fn read_dataset<R: Read + Seek>(npz: &mut NpzReader<R>, path: &Path) -> Result<Dataset, NpzError> {
    let wrong = |source| NpzError::Dataset { path: path.into(), source };
    let x = two_axes(npz, path, "X", "[samples, parameters]")?;
    let y = two_axes(npz, path, "Y", "[samples, times]")?;
    let t = npz.numbers("t")?;
    if t.shape.len() != 1 {
        return Err(dimension(path, "t", t.shape, "[times]"));
    }
    let params = x.ncols();
    let param_names = match npz.has("param_names") {
        true => one_axis_of_words(npz, path, "param_names")?,
        false => (0..params).map(|i| format!("p{i}")).collect(),
    };
    let param_units = match npz.has("param_units") {
        true => one_axis_of_words(npz, path, "param_units")?,
        false => vec![String::new(); params],
    };
    let stimulus = match npz.has("stimulus") {
        true => Some(Stimulus {
            values: two_axes(npz, path, "stimulus", "[samples, times]")?,
            interpolation: interpolation(npz, path)?,
        }),
        false => None,
    };
    let data = Dataset { x, y, t: Array1::from_vec(t.values), param_names, param_units, stimulus };
    data.check().map_err(wrong)?;
    Ok(data)
}

fn dimension(path: &Path, array: &str, shape: Vec<usize>, wanted: &'static str) -> NpzError {
    NpzError::Dimension { path: path.into(), array: array.into(), shape, wanted }
}

fn two_axes<R: Read + Seek>(
    npz: &mut NpzReader<R>,
    path: &Path,
    array: &str,
    wanted: &'static str,
) -> Result<Array2<f64>, NpzError> {
    let Numbers { shape, values } = npz.numbers(array)?;
    match shape[..] {
        [rows, columns] => {
            Array2::from_shape_vec((rows, columns), values).map_err(|_| dimension(path, array, shape, wanted))
        }
        _ => Err(dimension(path, array, shape, wanted)),
    }
}

fn one_axis_of_words<R: Read + Seek>(
    npz: &mut NpzReader<R>,
    path: &Path,
    array: &str,
) -> Result<Vec<String>, NpzError> {
    let (shape, words) = npz.words(array)?;
    match shape.len() {
        1 => Ok(words),
        _ => Err(dimension(path, array, shape, "[parameters]")),
    }
}

fn interpolation<R: Read + Seek>(npz: &mut NpzReader<R>, path: &Path) -> Result<Interpolation, NpzError> {
    if !npz.has("stimulus_interpolation") {
        return Ok(Interpolation::default());
    }
    let (shape, words) = npz.words("stimulus_interpolation")?;
    let [word] = &words[..] else {
        return Err(dimension(path, "stimulus_interpolation", shape, "a single word"));
    };
    Interpolation::from_word(word).ok_or_else(|| NpzError::Dataset {
        path: path.into(),
        source: DatasetError::Interpolation { found: word.clone() },
    })
}
