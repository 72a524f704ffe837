//! Progress of long work: a bar with rate and time left on a terminal, a plain line now and then elsewhere.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

/// How long a log file goes without a line about work that is going on.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Where progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressStyle {
    /// On a terminal.
    Bar,
    /// In a log.
    Lines,
    /// Nowhere.
    Hidden,
}

/// The progress of one piece of long work; the bar goes away when it is dropped.
pub struct Progress {
    shown: Shown,
}

enum Shown {
    Bar(ProgressBar),
    Lines { what: String, unit: String, total: u64, next: Mutex<Instant> },
    Hidden,
}

impl Progress {
    pub(crate) fn new(style: ProgressStyle, what: &str, unit: &str, total: u64) -> Self {
        let shown = match style {
            ProgressStyle::Hidden => Shown::Hidden,
            ProgressStyle::Lines => Shown::Lines {
                what: what.into(),
                unit: unit.into(),
                total,
                next: Mutex::new(Instant::now() + LINE_EVERY),
            },
            ProgressStyle::Bar => {
                let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
                let template = format!(
                    "{{prefix}} [{{bar:30}}] {{pos}}/{{len}} {unit}, {{per_sec}}, {{eta}} left {{msg}}"
                );
                if let Ok(style) = indicatif::ProgressStyle::with_template(&template) {
                    bar.set_style(style.progress_chars("=> "));
                }
                bar.set_prefix(what.to_string());
                Shown::Bar(bar)
            }
        };
        Self { shown }
    }

    /// `done` pieces are finished; `note` is shown beside (a loss, say).
    pub fn set(&self, done: u64, note: &str) {
        match &self.shown {
            Shown::Hidden => {}
            Shown::Bar(bar) => {
                bar.set_message(note.to_string());
                bar.set_position(done);
            }
            Shown::Lines { what, unit, total, next } => {
                let Ok(mut next) = next.lock() else { return };
                let now = Instant::now();
                if now >= *next {
                    *next = now + LINE_EVERY;
                    let note = if note.is_empty() { String::new() } else { format!(", {note}") };
                    eprintln!("{what}: {done} of {total} {unit}{note}");
                }
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}
