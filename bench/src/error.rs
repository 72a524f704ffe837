//! What can go wrong while measuring.

use std::path::{Path, PathBuf};

/// Why the bench, or one of its tasks, could not run.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A file or folder of the exchange.
    #[error("cannot {action} `{}`: {source}", path.display())]
    File {
        /// What was tried: "read", "write", "create".
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file of the exchange holds something else than agreed.
    #[error("`{}` is not what was agreed: {reason}", path.display())]
    Exchange {
        /// Where.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The peers' environment could not be built.
    #[error("cannot set up the peers' Python environment: {reason}")]
    Environment {
        /// The failing step and what it printed.
        reason: String,
    },
    /// A side of a task ended without a result.
    #[error("{side} gave no result: {reason}")]
    Side {
        /// The row's name.
        side: String,
        /// What it printed last.
        reason: String,
    },
    /// Our own library refused the work.
    #[error("vrest refused the work: {0}")]
    Ours(String),
}

impl BenchError {
    /// For `map_err` on file operations.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> BenchError {
        let path = path.to_path_buf();
        move |source| BenchError::File { action, path, source }
    }

    /// For `map_err` on the library's own errors.
    pub fn ours(error: impl std::fmt::Display) -> BenchError {
        BenchError::Ours(error.to_string())
    }
}
