//! Ctrl-C: the first press raises a flag that long jobs look at, the second ends the process at once.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Listens for Ctrl-C (and termination) from now on.
pub fn install() {
    // A failure to install leaves the platform's default, which ends the process: nothing to report.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// The flag, as the libraries take it.
pub fn flag() -> &'static AtomicBool {
    &INTERRUPTED
}
