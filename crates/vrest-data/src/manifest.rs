//! What produced an artifact, written beside it: enough to make it again and to notice when it changed.
//!
//! No time of day and no host name stand in a manifest, so the same work gives the same bytes.

use crate::atomic::{self, WriteError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A file could not be read for its hash.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`: {source}", path.display())]
pub struct HashError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl HashError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        crate::error::read_hint(&self.source)
    }
}

/// A file as it was: its path as the user named it, its length and its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHash {
    /// The path as the user named it.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of the content, 64 hexadecimal digits.
    pub sha256: String,
}

impl FileHash {
    /// Reads and hashes a file.
    pub fn of(path: &Path) -> Result<FileHash, HashError> {
        let refused = |source| HashError { path: path.into(), source };
        let mut file = File::open(path).map_err(refused)?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 18];
        let mut bytes = 0;
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => {
                    hasher.update(&buffer[..n]);
                    bytes += n as u64;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(refused(e)),
            }
        }
        Ok(FileHash { path: path.display().to_string(), bytes, sha256: hexadecimal(&hasher.finalize()) })
    }

    /// The hash of something that came from no file, such as a preset inside the program.
    pub fn of_bytes(name: &str, content: &[u8]) -> FileHash {
        let sha256 = hexadecimal(&Sha256::digest(content));
        FileHash { path: name.into(), bytes: content.len() as u64, sha256 }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut s, b| {
        // Writing to a string cannot fail.
        let _ = write!(s, "{b:02x}");
        s
    })
}

/// The record of one run of one command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the program.
    pub version: String,
    /// The command, such as `generate`.
    pub command: String,
    /// The full configuration after defaults: what would have to be written to get the same run.
    pub configuration: Value,
    /// Every seed by what it seeds.
    pub seeds: BTreeMap<String, u64>,
    /// Files and presets that were read.
    pub inputs: Vec<FileHash>,
    /// Statistics of the solver or the optimiser: method, steps, rejections, evaluations.
    pub solver: Value,
    /// Files that were written.
    pub outputs: Vec<FileHash>,
    /// Everything the user was warned of.
    pub warnings: Vec<String>,
}

impl Manifest {
    /// A manifest that knows the command and the configuration; the rest is filled in during the run.
    pub fn new(version: &str, command: &str, configuration: Value) -> Manifest {
        Manifest {
            version: version.into(),
            command: command.into(),
            configuration,
            seeds: BTreeMap::new(),
            inputs: Vec::new(),
            solver: Value::Null,
            outputs: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Notes a file that was read.
    pub fn add_input(&mut self, path: &Path) -> Result<(), HashError> {
        self.inputs.push(FileHash::of(path)?);
        Ok(())
    }

    /// Notes a file that was written (after it was written).
    pub fn add_output(&mut self, path: &Path) -> Result<(), HashError> {
        self.outputs.push(FileHash::of(path)?);
        Ok(())
    }

    /// Where the manifest of an output stands: `data/a.npz` has `data/a.manifest.json`, a folder `run` has
    /// `run/manifest.json`.
    pub fn path_beside(output: &Path) -> PathBuf {
        if output.is_dir() {
            return output.join("manifest.json");
        }
        let mut name = output.file_stem().unwrap_or_default().to_os_string();
        name.push(".manifest.json");
        output.with_file_name(name)
    }

    /// Writes the manifest as indented JSON beside `output` and tells where.
    pub fn write_beside(&self, output: &Path) -> Result<PathBuf, WriteError> {
        let path = Manifest::path_beside(output);
        let refused = |e: serde_json::Error| WriteError::System {
            path: path.clone(),
            step: atomic::Step::Write,
            source: e.into(),
        };
        let mut text = serde_json::to_vec_pretty(self).map_err(refused)?;
        text.push(b'\n');
        atomic::write(&path, &text)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// FIPS 180-2, appendix B.1.
    const SHA256_OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn hashes_as_the_standard_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        let hash = FileHash::of(&path).unwrap();
        assert_eq!((hash.bytes, hash.sha256.as_str()), (3, SHA256_OF_ABC));
        assert_eq!(FileHash::of_bytes("preset", b"abc").sha256, SHA256_OF_ABC);
        let e = FileHash::of(&folder.path().join("nothing")).unwrap_err();
        assert!(e.to_string().contains("nothing") && e.hint().contains("check the path"));
    }

    #[test]
    fn is_written_beside_its_output_and_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("a.npz");
        std::fs::write(&output, "abc").unwrap();
        let mut manifest = Manifest::new("0.1.0", "generate", json!({"rtol": 1e-8, "n": 1000}));
        manifest.seeds.insert("parameters".into(), u64::MAX);
        manifest.add_output(&output).unwrap();
        manifest.warnings.push("37 K is cold".into());
        let path = manifest.write_beside(&output).unwrap();
        assert_eq!(path, folder.path().join("a.manifest.json"));
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(serde_json::from_str::<Manifest>(&text).unwrap(), manifest);
        assert_eq!(Manifest::path_beside(folder.path()), folder.path().join("manifest.json"));
    }
}
