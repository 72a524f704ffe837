//! The files through which the bench and a side speak, so that all sides do the same work.
//!
//! A task's folder holds `task.json` (settings, and the shape of every array) and one raw little-endian f64
//! file an array; a side answers with `reply.json` and the arrays to check. `peers/protocol.py` is the other
//! half.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::BenchError;

/// An array in C order.
#[derive(Debug, Clone, Default)]
pub struct Array {
    /// Length along each axis.
    pub shape: Vec<usize>,
    /// The values, last axis fastest.
    pub data: Vec<f64>,
}

impl Array {
    /// An array of the given shape; panics where the lengths disagree, which is a mistake in a task.
    pub fn new(shape: &[usize], data: Vec<f64>) -> Array {
        assert_eq!(shape.iter().product::<usize>(), data.len(), "shape and data disagree");
        Array { shape: shape.to_vec(), data }
    }

    /// The rows of a two-dimensional array.
    pub fn rows(&self) -> std::slice::Chunks<'_, f64> {
        self.data.chunks(self.shape[1..].iter().product::<usize>().max(1))
    }
}

/// Named arrays.
pub type Arrays = BTreeMap<String, Array>;

/// What a side is given.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Numbers and names, as JSON.
    pub settings: Map<String, Value>,
    /// Parameters, times, weights, targets.
    pub arrays: Arrays,
}

impl Inputs {
    /// Adds a setting.
    pub fn set(mut self, name: &str, value: impl Into<Value>) -> Inputs {
        self.settings.insert(name.to_string(), value.into());
        self
    }

    /// Adds an array.
    pub fn array(mut self, name: &str, shape: &[usize], data: Vec<f64>) -> Inputs {
        self.arrays.insert(name.to_string(), Array::new(shape, data));
        self
    }

    /// A numeric setting; panics where it is absent, which is a mistake in a task.
    pub fn number(&self, name: &str) -> f64 {
        self.settings[name].as_f64().expect("a numeric setting")
    }

    /// The list of tolerances to run through.
    pub fn rtols(&self) -> Vec<f64> {
        self.numbers("rtols")
    }

    /// A list of numbers; empty where it is none.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        let list = self.settings[name].as_array();
        list.map(|l| l.iter().filter_map(Value::as_f64).collect()).unwrap_or_default()
    }

    /// Writes `task.json` and the arrays into `folder`, which is created.
    pub fn write(&self, folder: &Path) -> Result<(), BenchError> {
        let task = TaskFile { settings: self.settings.clone(), arrays: shapes(&self.arrays) };
        write_json(&folder.join("task.json"), &task)?;
        write_arrays(folder, "", &self.arrays)
    }

    /// Reads what `write` wrote.
    pub fn read(folder: &Path) -> Result<Inputs, BenchError> {
        let task: TaskFile = read_json(&folder.join("task.json"))?;
        Ok(Inputs { settings: task.settings, arrays: read_arrays(folder, "", task.arrays)? })
    }
}

/// One finished run of a side: its times and what it computed.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Wall seconds of each repetition.
    pub seconds: Vec<f64>,
    /// Pieces of work in a repetition (trajectories, steps).
    pub items: usize,
    /// The tolerance asked for, where the side has one.
    pub rtol: Option<f64>,
    /// Seconds of the first, untimed repetition (compilers included).
    pub warm_up_s: f64,
    /// The results to check.
    pub arrays: Arrays,
}

/// A side's answer.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// One run, or one for every tolerance.
    pub runs: Vec<Run>,
    /// Package names and versions behind the result.
    pub versions: BTreeMap<String, String>,
}

impl Reply {
    /// Writes `reply.json` and the arrays into `folder`.
    pub fn write(&self, folder: &Path) -> Result<(), BenchError> {
        let mut runs = Vec::new();
        for (i, run) in self.runs.iter().enumerate() {
            write_arrays(folder, &format!("{i}."), &run.arrays)?;
            runs.push(RunFile {
                seconds: run.seconds.clone(),
                items: run.items,
                rtol: run.rtol,
                warm_up_s: run.warm_up_s,
                arrays: shapes(&run.arrays),
            });
        }
        write_json(&folder.join("reply.json"), &ReplyFile { runs, versions: self.versions.clone() })
    }

    /// Reads a side's answer.
    pub fn read(folder: &Path) -> Result<Reply, BenchError> {
        let file: ReplyFile = read_json(&folder.join("reply.json"))?;
        let mut runs = Vec::new();
        for (i, run) in file.runs.into_iter().enumerate() {
            let arrays = read_arrays(folder, &format!("{i}."), run.arrays)?;
            let RunFile { seconds, items, rtol, warm_up_s, .. } = run;
            runs.push(Run { seconds, items, rtol, warm_up_s, arrays });
        }
        Ok(Reply { runs, versions: file.versions })
    }
}

type Shapes = BTreeMap<String, Vec<usize>>;

#[derive(Serialize, Deserialize)]
struct TaskFile {
    settings: Map<String, Value>,
    arrays: Shapes,
}

#[derive(Serialize, Deserialize)]
struct RunFile {
    seconds: Vec<f64>,
    items: usize,
    rtol: Option<f64>,
    warm_up_s: f64,
    arrays: Shapes,
}

#[derive(Serialize, Deserialize)]
struct ReplyFile {
    runs: Vec<RunFile>,
    versions: BTreeMap<String, String>,
}

fn shapes(arrays: &Arrays) -> Shapes {
    arrays.iter().map(|(name, array)| (name.clone(), array.shape.clone())).collect()
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), BenchError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(BenchError::file("create", folder))?;
    let text = serde_json::to_string(value)
        .map_err(|e| BenchError::Exchange { path: path.to_path_buf(), reason: e.to_string() })?;
    std::fs::write(path, text).map_err(BenchError::file("write", path))
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, BenchError> {
    let text = std::fs::read_to_string(path).map_err(BenchError::file("read", path))?;
    serde_json::from_str(&text)
        .map_err(|e| BenchError::Exchange { path: path.to_path_buf(), reason: e.to_string() })
}

fn array_path(folder: &Path, prefix: &str, name: &str) -> PathBuf {
    folder.join(format!("{prefix}{name}.bin"))
}

fn write_arrays(folder: &Path, prefix: &str, arrays: &Arrays) -> Result<(), BenchError> {
    for (name, array) in arrays {
        let path = array_path(folder, prefix, name);
        let bytes: Vec<u8> = array.data.iter().flat_map(|x| x.to_le_bytes()).collect();
        std::fs::write(&path, bytes).map_err(BenchError::file("write", &path))?;
    }
    Ok(())
}

fn read_arrays(folder: &Path, prefix: &str, shapes: Shapes) -> Result<Arrays, BenchError> {
    let mut arrays = Arrays::new();
    for (name, shape) in shapes {
        let path = array_path(folder, prefix, &name);
        let bytes = std::fs::read(&path).map_err(BenchError::file("read", &path))?;
        if bytes.len() != 8 * shape.iter().product::<usize>() {
            let reason = format!("{} bytes do not make an array of shape {shape:?}", bytes.len());
            return Err(BenchError::Exchange { path, reason });
        }
        let value = |b: &[u8]| f64::from_le_bytes(b.try_into().expect("eight bytes"));
        let data = bytes.chunks_exact(8).map(value).collect();
        arrays.insert(name, Array { shape, data });
    }
    Ok(arrays)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_and_replies_survive_the_files() {
        let folder = std::env::temp_dir().join(format!("vrest-bench-{}", std::process::id()));
        let inputs = Inputs::default().set("rtols", vec![1e-6]).array("p", &[2, 2], vec![1.0, 2.0, 3.0, 4.5]);
        inputs.write(&folder).unwrap();
        let back = Inputs::read(&folder).unwrap();
        assert_eq!((back.rtols(), back.arrays["p"].data.clone()), (vec![1e-6], vec![1.0, 2.0, 3.0, 4.5]));

        let run = Run { seconds: vec![0.5], items: 2, arrays: inputs.arrays, ..Run::default() };
        Reply { runs: vec![run], ..Reply::default() }.write(&folder).unwrap();
        let back = Reply::read(&folder).unwrap();
        assert_eq!((back.runs[0].items, back.runs[0].arrays["p"].shape.clone()), (2, vec![2, 2]));

        std::fs::write(folder.join("0.p.bin"), [0u8; 9]).unwrap();
        assert!(matches!(Reply::read(&folder), Err(BenchError::Exchange { .. })));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
