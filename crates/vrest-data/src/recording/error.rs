//! Why a recording was not accepted.

use crate::memory::human_bytes;
use crate::npz::NpzError;
use crate::table::TableError;
use std::io;
use std::path::PathBuf;

/// A recording could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The system refused to read the file.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No reader knows the file.
    #[error("`{}` is not a recording that can be read: it is {found}", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// What it seems to be.
        found: &'static str,
    },
    /// The file contradicts its own format.
    #[error("`{}` is a damaged {format} file: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The format, such as `ABF`.
        format: &'static str,
        /// What is wrong, and where.
        reason: String,
    },
    /// The format allows it, this reader does not.
    #[error("`{}` cannot be read: {what}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What is not supported.
        what: String,
        /// What to do instead.
        hint: &'static str,
    },
    /// There is nothing to analyse in it.
    #[error("`{}` holds no {missing}", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// What is missing: sweeps, samples, voltage or current.
        missing: &'static str,
    },
    /// A value is NaN or infinite.
    #[error("channel `{channel}` of `{}` is {value} in sweep {sweep} at sample {sample}", path.display())]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// The channel's name.
        channel: String,
        /// The sweep, from 0.
        sweep: usize,
        /// The sample, from 0.
        sample: usize,
        /// The value.
        value: f64,
    },
    /// More memory would be needed than there is.
    #[error("`{}` holds {samples} samples and needs {} of memory where {} are free", path.display(),
        human_bytes(*needed), human_bytes(*available))]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Samples of all channels and sweeps.
        samples: u64,
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        available: u64,
    },
    /// Files given together do not belong together.
    #[error("`{}` and `{}` do not belong together: {reason}", first.display(), second.display())]
    Mismatch {
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The text table inside is wrong.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The NPZ file inside is wrong.
    #[error(transparent)]
    Npz(#[from] NpzError),
}

impl RecordingError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            RecordingError::Read { source, .. } => return crate::error::read_hint(source),
            RecordingError::Table(e) => return e.hint(),
            RecordingError::Npz(e) => return e.hint(),
            RecordingError::Unsupported { hint, .. } => hint,
            RecordingError::Unknown { .. } => {
                "recordings are read from ABF, NWB, Igor IBW, CSV, TSV and NPZ files"
            }
            RecordingError::Damaged { .. } => "copy the file again from where it was recorded",
            RecordingError::Empty { .. } => {
                "a recording needs a voltage or a current, with its unit, as in `V (mV)`"
            }
            RecordingError::NotFinite { .. } => "remove the sweep or repair the value, then export again",
            RecordingError::TooLarge { .. } => {
                "split the recording, or read it on a machine with more memory"
            }
            RecordingError::Mismatch { .. } => "give the files of one recording together",
        }
        .into()
    }
}
