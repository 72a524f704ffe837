//! The work-precision picture: error against time over tolerances, both on logarithmic axes.

use std::path::Path;

use vrest_figures::{Axis, Color, Figure, Line, Panel, Points};

use super::TaskReport;
use crate::error::BenchError;

/// Draws the task's curves as `PAGE/ID.svg` beside the page `PAGE.md` and gives that name; none where the task has no
/// curves.
pub fn draw(task: &TaskReport, page: &Path) -> Result<Option<String>, BenchError> {
    if task.curves.is_empty() {
        return Ok(None);
    }
    let unit = task.unit.symbol();
    let (error, error_unit) = task.error.split_once(", ").unwrap_or((&task.error, ""));
    let mut panel =
        Panel::new(Axis::log(format!("time a {}", task.item), unit), Axis::log(error, error_unit));
    for (i, curve) in task.curves.iter().enumerate() {
        let seconds: Vec<f64> = curve.points.iter().map(|p| p.1 * task.unit.per_second()).collect();
        let errors: Vec<f64> = curve.points.iter().map(|p| p.0).collect();
        let color = Color::Series(i);
        panel = panel.mark(Line::new(&curve.name, &seconds, &errors).color(color));
        panel = panel.mark(Points::new("", &seconds, &errors).color(color));
    }
    let figure = Figure::new(format!("{}: {}", task.id, task.title))
        .size(760.0, 460.0)
        .described("Error against time for each solver over tolerances; lower left is better.")
        .panel(panel);
    let folder = page.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("{folder}/{}.svg", task.id.to_lowercase());
    let folder = page.with_file_name(&*folder);
    let path = page.with_file_name(&name);
    std::fs::create_dir_all(&folder).map_err(BenchError::file("create", &folder))?;
    std::fs::write(&path, figure.to_svg()).map_err(BenchError::file("write", &path))?;
    Ok(Some(name))
}
