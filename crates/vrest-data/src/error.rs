//! All errors of the crate in one type, for callers that do not act on them but show them.
//!
//! Every error says where and what in its message, and what to do about it in its hint. Nothing is rendered
//! here: the message is one sentence without a trailing period, the hint another.

use crate::{
    atomic::WriteError, dataset::DatasetError, manifest::HashError, npz::NpzError, recording::RecordingError,
    table::TableError,
};

/// Whatever went wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file could not be hashed for a manifest.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// A table could not be read or formed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// An NPZ file could not be read.
    #[error(transparent)]
    Npz(#[from] NpzError),
    /// Arrays in memory are no dataset.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A recording could not be read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Error::Write(e) => e.hint(),
            Error::Hash(e) => e.hint(),
            Error::Table(e) => e.hint(),
            Error::Npz(e) => e.hint(),
            Error::Dataset(e) => e.hint(),
            Error::Recording(e) => e.hint(),
        }
    }
}

/// What to do when the system refuses to open a file for reading.
pub(crate) fn read_hint(source: &std::io::Error) -> String {
    use std::io::ErrorKind::*;
    match source.kind() {
        NotFound => "check the path, relative to the folder the program runs in",
        PermissionDenied => "make the file readable for this user",
        IsADirectory => "name a file inside this folder",
        UnexpectedEof => "the file ends early: copy or write it again",
        _ => "check that the disk or network folder that holds it is reachable",
    }
    .to_string()
}

/// The candidate nearest to `name` by edit distance, if it is near enough to be a likely slip of the pen.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |a: &str, b: &str| {
        let b: Vec<char> = b.to_lowercase().chars().collect();
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, ca) in a.to_lowercase().chars().enumerate() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            for (j, &cb) in b.iter().enumerate() {
                let cost = diagonal + usize::from(ca != cb);
                diagonal = row[j + 1];
                row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
            }
        }
        row[b.len()]
    };
    candidates
        .into_iter()
        .map(|c| (distance(name, c), c))
        .min()
        .filter(|(d, c)| *d <= 1 + c.chars().count() / 4)
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn nearest_finds_slips_and_not_strangers() {
        assert_eq!(nearest("y", ["X", "Y", "t"]), Some("Y"));
        assert_eq!(nearest("parm_names", ["param_names", "t"]), Some("param_names"));
        assert_eq!(nearest("voltage", ["X", "t"]), None);
    }
}
