//! The tasks, one file each.

mod fit_gradient;
pub mod hh_ensemble;
mod leak_pump;
pub mod network;
mod prediction;
mod start_up;
mod stiff_cell;
mod time_to_accuracy;
mod training_step;

use crate::task::Task;

/// The tasks' names, for the command line.
pub const NAMES: [&str; 8] = ["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8"];

/// The task of that name.
pub fn find(name: &str) -> Option<Box<dyn Task>> {
    match name.to_ascii_uppercase().as_str() {
        "B1" => Some(Box::new(leak_pump::LeakPump)),
        "B2" => Some(Box::new(hh_ensemble::HhEnsemble)),
        "B3" => Some(Box::new(stiff_cell::StiffCell)),
        "B4" => Some(Box::new(training_step::TrainingStep)),
        "B5" => Some(Box::new(prediction::Prediction)),
        "B6" => Some(Box::new(time_to_accuracy::TimeToAccuracy)),
        "B7" => Some(Box::new(start_up::StartUp)),
        "B8" => Some(Box::new(fit_gradient::FitGradient)),
        _ => None,
    }
}

/// The named tasks in their own order; all where none is named.
pub fn chosen(names: &[String]) -> Vec<Box<dyn Task>> {
    let wanted = |name: &&&str| names.is_empty() || names.iter().any(|n| n.eq_ignore_ascii_case(name));
    NAMES.iter().filter(wanted).filter_map(|name| find(name)).collect()
}
