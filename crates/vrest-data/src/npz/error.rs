//! Why an NPZ file was not accepted.

use crate::dataset::DatasetError;
use crate::memory::human_bytes;
use std::io;
use std::path::PathBuf;

/// An NPZ file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum NpzError {
    /// The system refused to read the file.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is something else.
    #[error("`{}` is not an NPZ file: it is {found}", path.display())]
    NotNpz {
        /// The file.
        path: PathBuf,
        /// What it seems to be.
        found: &'static str,
    },
    /// The archive's table of contents, which stands at its end, is missing or broken.
    #[error("`{}` is a damaged or truncated NPZ file: {reason}", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// What the reader of the archive said.
        reason: String,
    },
    /// A key that must be there is not.
    #[error("`{}` has no array `{array}`; it has {}", path.display(), list(found))]
    Missing {
        /// The file.
        path: PathBuf,
        /// The missing key.
        array: String,
        /// The keys that are there.
        found: Vec<String>,
        /// The key that was probably meant.
        nearest: Option<String>,
    },
    /// An array's header or data are broken.
    #[error("array `{array}` of `{}` is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The key.
        array: String,
        /// What is wrong.
        reason: String,
    },
    /// An array of Python objects: reading one would run whatever program is inside.
    #[error("array `{array}` of `{}` holds pickled Python objects, which are never loaded: \
        they can run any program", path.display())]
    Pickled {
        /// The file.
        path: PathBuf,
        /// The key.
        array: String,
    },
    /// The elements are of a kind that does not serve.
    #[error("array `{array}` of `{}` has elements of type `{found}` where {wanted} are needed",
        path.display())]
    DType {
        /// The file.
        path: PathBuf,
        /// The key.
        array: String,
        /// The type in NumPy's notation.
        found: String,
        /// What is needed.
        wanted: &'static str,
    },
    /// The number of dimensions is wrong.
    #[error("array `{array}` of `{}` has shape {shape:?} where {wanted} is needed", path.display())]
    Dimension {
        /// The file.
        path: PathBuf,
        /// The key.
        array: String,
        /// Its shape.
        shape: Vec<usize>,
        /// The axes that are needed.
        wanted: &'static str,
    },
    /// More memory would be needed than there is.
    #[error("array `{array}` of `{}` has shape {shape} and needs {} of memory where {} are free",
        path.display(), human_bytes(*needed), human_bytes(*available))]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The key.
        array: String,
        /// Its shape as the header states it.
        shape: String,
        /// Bytes needed for it.
        needed: u64,
        /// Bytes left.
        available: u64,
    },
    /// The arrays are sound, but not a dataset.
    #[error("`{}` is not a dataset: {source}", path.display())]
    Dataset {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: DatasetError,
    },
}

fn list(keys: &[String]) -> String {
    const SHOWN: usize = 12;
    if keys.is_empty() {
        return "none".into();
    }
    let mut text = keys.iter().take(SHOWN).map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ");
    if keys.len() > SHOWN {
        text.push_str(&format!(" and {} more", keys.len() - SHOWN));
    }
    text
}

impl NpzError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            NpzError::Read { source, .. } => return crate::error::read_hint(source),
            NpzError::Dataset { source, .. } => return source.hint(),
            NpzError::Missing { nearest: Some(nearest), array, .. } => {
                return format!("rename `{nearest}` to `{array}` if that is what it holds");
            }
            NpzError::Missing { .. } | NpzError::NotNpz { .. } => {
                "write it with `numpy.savez(file, X=..., Y=..., t=..., param_names=...)`"
            }
            NpzError::Truncated { .. } | NpzError::Damaged { .. } => "write or copy the file again",
            NpzError::Pickled { .. } => {
                "save words as `numpy.array(names, dtype=\"U\")` and numbers as `dtype=float`"
            }
            NpzError::DType { .. } => {
                "convert it before saving, as in `.astype(\"f8\")` for numbers or `.astype(\"U\")` for words"
            }
            NpzError::Dimension { .. } => "reshape the array before saving",
            NpzError::TooLarge { .. } => "use fewer samples or times, or a machine with more memory",
        }
        .into()
    }
}
