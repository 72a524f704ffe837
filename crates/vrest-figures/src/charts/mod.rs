//! The figures that the program makes again and again, one file each. All of them return a plain [`Figure`](crate::Figure),
//! which a caller may change before it is drawn.

mod branches;
mod contributions;
mod heat_map;
mod histogram;
mod loss;
mod overlay;
mod portrait;
mod sensitivity;
mod time_courses;
mod trace;

pub use branches::{BranchPoint, branches};
pub use contributions::{Contribution, contributions};
pub use heat_map::{Grid, heat_map};
pub use histogram::histogram;
pub use loss::{Stage, loss_curves};
pub use overlay::overlay;
pub use portrait::{Slopes, phase_portrait};
pub use sensitivity::{Sensitivity, sensitivities};
pub use time_courses::time_courses;
pub use trace::{Stimulus, trace};

use crate::text;

/// A change with its sign always shown, for the ends of bars.
fn signed(value: f64, decimals: usize) -> String {
    let text = text::fixed(value, decimals);
    if value > 0.0 && text.chars().any(|c| ('1'..='9').contains(&c)) { format!("+{text}") } else { text }
}
