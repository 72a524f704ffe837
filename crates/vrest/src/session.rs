//! What the global options mean: where the answer goes, how it looks, how many threads, which seed.

use std::io::{IsTerminal, Write};

use serde::Serialize;

use crate::args::{Format, GlobalArgs};
use crate::failure::Failure;
use crate::problem::Problem;
use crate::progress::{Progress, ProgressStyle};
use crate::table::Table;

/// Everything a command needs to know about its surroundings.
#[derive(Debug)]
pub struct Session {
    /// How the answer is written.
    pub format: Format,
    /// The seed, where the user gave one.
    pub seed: Option<u64>,
    /// Threads to use, at least one.
    pub threads: usize,
    /// Whether remarks (not warnings) are left out.
    pub quiet: bool,
    /// Whether standard output may be coloured.
    pub colour_out: bool,
    /// Whether standard error may be coloured and drawn on.
    pub fancy_err: bool,
    progress: ProgressStyle,
}

/// What a command answers, in the three forms of `--format`.
pub trait Answer: Serialize {
    /// For people, with a trailing newline.
    fn text(&self, paint: Paint) -> String;
    /// As one table whose header carries units.
    fn csv(&self) -> Table;
}

impl Session {
    /// The meaning of the global options on this terminal.
    pub fn new(args: &GlobalArgs) -> Self {
        let cores = || std::thread::available_parallelism().map_or(1, |n| n.get());
        let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let terminal = std::io::stderr().is_terminal();
        let progress = match (args.quiet || args.no_progress, terminal) {
            (true, _) => ProgressStyle::Hidden,
            (false, true) => ProgressStyle::Bar,
            (false, false) => ProgressStyle::Lines,
        };
        Self {
            format: args.format,
            seed: args.seed,
            threads: args.threads.map_or_else(cores, usize::from),
            quiet: args.quiet,
            colour_out: colours && std::io::stdout().is_terminal(),
            fancy_err: terminal,
            progress,
        }
    }

    /// Whether messages on standard error may be coloured.
    pub fn colour_err(&self) -> bool {
        self.fancy_err && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
    }

    /// How to paint text on standard output.
    pub fn paint(&self) -> Paint {
        Paint { on: self.colour_out }
    }

    /// The threads to compute on.
    pub fn pool(&self) -> Result<rayon::ThreadPool, Failure> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build();
        pool.map_err(|error| Failure::unacceptable(format!("cannot start {} threads: {error}", self.threads)))
    }

    /// A progress display of `total` pieces of work; `unit` names one (`samples`, `epochs`).
    pub fn progress(&self, what: &str, unit: &str, total: u64) -> Progress {
        Progress::new(self.progress, what, unit, total)
    }

    /// Writes the answer to standard output in the format that was asked for.
    pub fn answer(&self, answer: &impl Answer) -> Result<(), Failure> {
        match self.format {
            Format::Text => self.print(&answer.text(self.paint())),
            Format::Csv => self.print(&answer.csv().csv()),
            Format::Json => {
                let mut json = serde_json::to_string_pretty(answer).map_err(|error| {
                    Failure::unacceptable(format!("cannot write the answer as JSON: {error}"))
                })?;
                json.push('\n');
                self.print(&json)
            }
        }
    }

    /// Writes an answer on the way to the last one: for people only, so that JSON and CSV stay one document.
    pub fn answer_in_passing(&self, answer: &impl Answer) -> Result<(), Failure> {
        if self.format == Format::Text { self.answer(answer) } else { Ok(()) }
    }

    /// Writes `text` to standard output. A reader that went away (`vrest list | head`) is not an error.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::io("write to", "standard output".as_ref(), &error))
            }
            _ => Ok(()),
        }
    }

    /// A remark for people on standard error, left out when quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.complain(text);
        }
    }

    /// A line on standard error that is never left out.
    pub fn complain(&self, text: &str) {
        // A closed standard error leaves nobody to tell.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Shows warnings on standard error.
    pub fn warn(&self, warnings: &[Problem]) {
        crate::render::problems(warnings, self);
    }
}

/// Emphasis on standard output, or none.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    /// Whether escapes are written.
    pub on: bool,
}

impl Paint {
    /// A heading.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// Something of lesser weight.
    pub fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}
