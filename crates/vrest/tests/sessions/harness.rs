//! Runs the program in a folder of its own and writes down what happened, without what differs between
//! machines (paths, times).

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A folder to work in and the program under test.
pub struct Session {
    folder: tempfile::TempDir,
}

/// What one command did.
pub struct Outcome {
    /// The command as typed.
    pub typed: String,
    /// The process's exit code.
    pub code: i32,
    /// Standard output, machine-dependent parts replaced.
    pub stdout: String,
    /// Standard error, machine-dependent parts replaced.
    pub stderr: String,
}

impl Session {
    /// An empty folder.
    pub fn new() -> Session {
        Session { folder: tempfile::tempdir().unwrap() }
    }

    /// The place of `name` in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Session {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// A command that is ready to run in the folder, with nothing of the caller's taste in its environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vrest"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).env_remove("NO_COLOR");
        command
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.outcome(arguments, self.command(arguments).output().unwrap())
    }

    /// What an output says, written down.
    pub fn outcome(&self, arguments: &[&str], output: Output) -> Outcome {
        let clean = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("output is UTF-8");
            without_times(&text.replace(self.folder.path().to_str().unwrap(), "[FOLDER]"))
        };
        Outcome {
            typed: arguments.join(" "),
            code: output.status.code().unwrap_or(-1),
            stdout: clean(output.stdout),
            stderr: clean(output.stderr),
        }
    }

    /// The names of all files in the folder, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(self.folder.path()).unwrap().to_str().unwrap().to_string());
                }
            }
        }
        found.sort();
        found
    }
}

impl Outcome {
    /// The session as a text for a snapshot.
    pub fn transcript(&self) -> String {
        let mut out = format!("$ vrest {}\n", self.typed);
        for (stream, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                out += &format!("--- {stream}\n{text}");
            }
        }
        out + &format!("--- exit {}\n", self.code)
    }
}

/// Replaces durations (`1.2 s`, `350 ms` after `in`) by `[TIME]`.
fn without_times(text: &str) -> String {
    let is_unit = |word: &str| ["us", "ms", "s", "min"].contains(&word.trim_end_matches([',', ')', '.']));
    let mut out = String::new();
    for line in text.lines() {
        let mut words: Vec<String> = line.split(' ').map(String::from).collect();
        let mut at = 1;
        while at + 1 < words.len() {
            let duration = words[at].parse::<f64>().is_ok() && is_unit(&words[at + 1]);
            if duration && ["in", "took"].contains(&words[at - 1].as_str()) {
                words[at] = "[TIME]".into();
                words.remove(at + 1);
            }
            at += 1;
        }
        out += &words.join(" ");
        out.push('\n');
    }
    out
}
