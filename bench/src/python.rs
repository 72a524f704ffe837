//! The peers' Python environment: given by `VREST_BENCH_PYTHON`, or built once from `requirements.txt`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::BenchError;

/// A Python that has the peers, and the folder of their scripts.
#[derive(Debug, Clone)]
pub struct Python {
    /// The interpreter.
    pub interpreter: PathBuf,
    /// The folder of the peers' scripts.
    pub scripts: PathBuf,
}

impl Python {
    /// Finds or builds the environment; `cache` is a folder outside version control.
    ///
    /// Building downloads a few GB of packages (PyTorch brings its GPU libraries along) and is repeated only
    /// when `requirements.txt` changes.
    pub fn ready(cache: &Path) -> Result<Python, BenchError> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        let scripts = home.join("peers");
        if let Some(given) = std::env::var_os("VREST_BENCH_PYTHON") {
            return Ok(Python { interpreter: given.into(), scripts });
        }
        let requirements = home.join("requirements.txt");
        let wanted =
            std::fs::read_to_string(&requirements).map_err(BenchError::file("read", &requirements))?;
        let folder = cache.join("bench-venv");
        let interpreter = folder.join("bin/python");
        let stamp = folder.join("requirements.installed");
        if std::fs::read_to_string(&stamp).ok().as_deref() != Some(&wanted) {
            eprintln!("setting up the peers in {} (once; a few GB)", folder.display());
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
            let pip = ["-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--requirement"];
            run(Command::new(&interpreter).args(pip).arg(&requirements))?;
            std::fs::write(&stamp, &wanted).map_err(BenchError::file("write", &stamp))?;
        }
        Ok(Python { interpreter, scripts })
    }
}

fn run(command: &mut Command) -> Result<(), BenchError> {
    let what = format!("{command:?}");
    let failed = |why: String| BenchError::Environment { reason: format!("{what} {why}") };
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(format!("ended with {status}"))),
        Err(e) => Err(failed(format!("did not start: {e}"))),
    }
}
