//! Files that are written whole or not at all.
//!
//! The bytes go to a temporary file in the same folder, are forced to the disk, and only then take the
//! name of the target by a rename, which the file system does at once. A full disk, an unwritable folder,
//! a failing producer or a kill in between leave the earlier file as it was.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What was being done when the system refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The folder that is to hold the file.
    MakeFolder,
    /// The temporary file beside the target.
    Create,
    /// Bytes on their way to the disk.
    Write,
    /// The temporary file takes the target's name.
    Rename,
}

/// A file could not be written. What stood at `path` before is untouched.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The system refused.
    #[error("cannot {} `{}`: {source}", what(*step), path.display())]
    System {
        /// The file or folder asked for.
        path: PathBuf,
        /// What was being done.
        step: Step,
        /// What the system said.
        source: io::Error,
    },
    /// A folder stands where the file should go.
    #[error("cannot write `{}`: it is a folder", path.display())]
    IsFolder {
        /// The file asked for.
        path: PathBuf,
    },
    /// The target exists and is marked read-only: a rename would replace it all the same.
    #[error("cannot replace `{}`: it is read-only", path.display())]
    ReadOnly {
        /// The file asked for.
        path: PathBuf,
    },
}

fn what(step: Step) -> &'static str {
    match step {
        Step::MakeFolder => "make the folder",
        Step::Create | Step::Write | Step::Rename => "write",
    }
}

impl WriteError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        let source = match self {
            WriteError::IsFolder { .. } => return "name a file inside this folder".into(),
            WriteError::ReadOnly { .. } => {
                return "choose another name, or make the file writable".into();
            }
            WriteError::System { source, .. } => source,
        };
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                "free space on this disk or write to another; an earlier file of this name is unharmed"
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                "choose a folder that you may write to"
            }
            ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
                "a part of the path is a file, not a folder: choose another path"
            }
            ErrorKind::InvalidFilename => "choose a shorter name without special characters",
            _ => "check the path and the disk; an earlier file of this name is unharmed",
        }
        .into()
    }
}

/// Writes `bytes` to `path`, whole or not at all, making missing folders.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes).map_err(|e| file.refused(e))?;
    file.commit()
}

/// Makes `path` a folder, with all folders above it.
pub fn make_folder(path: &Path) -> Result<(), WriteError> {
    let step = Step::MakeFolder;
    fs::create_dir_all(path).map_err(|source| WriteError::System { path: path.into(), step, source })
}

/// A file under construction. It becomes visible under its name at [`commit`](Self::commit); dropped
/// before, it leaves nothing.
#[derive(Debug)]
pub struct AtomicFile {
    /// `None` only after the file was committed.
    file: Option<BufWriter<File>>,
    path: PathBuf,
    /// `None` where the target is a pipe or a device: there is nothing to rename then.
    temporary: Option<PathBuf>,
}

impl AtomicFile {
    /// Begins a file that will stand at `path`. Missing folders are made, a symbolic link is followed.
    pub fn create(path: &Path) -> Result<AtomicFile, WriteError> {
        let refused = |source| WriteError::System { path: path.into(), step: Step::Create, source };
        let earlier = fs::metadata(path).ok();
        let (file, temporary) = match &earlier {
            Some(m) if m.is_dir() => return Err(WriteError::IsFolder { path: path.into() }),
            Some(m) if m.is_file() && m.permissions().readonly() => {
                return Err(WriteError::ReadOnly { path: path.into() });
            }
            Some(m) if !m.is_file() => (OpenOptions::new().write(true).open(path).map_err(refused)?, None),
            _ => {
                let target = if earlier.is_some() {
                    fs::canonicalize(path).map_err(refused)?
                } else {
                    path.to_path_buf()
                };
                if let Some(parent) = target.parent().filter(|p| !p.as_os_str().is_empty()) {
                    make_folder(parent)?;
                }
                let temporary = temporary_name(&target);
                let file =
                    OpenOptions::new().write(true).create_new(true).open(&temporary).map_err(refused)?;
                let begun = AtomicFile {
                    file: Some(BufWriter::with_capacity(1 << 18, file)),
                    path: target,
                    temporary: Some(temporary),
                };
                if let (Some(m), Some(t)) = (&earlier, &begun.temporary) {
                    fs::set_permissions(t, m.permissions()).map_err(refused)?;
                }
                return Ok(begun);
            }
        };
        let file = Some(BufWriter::with_capacity(1 << 18, file));
        Ok(AtomicFile { file, path: path.into(), temporary })
    }

    /// An error of writing, with the name of this file.
    pub fn refused(&self, source: io::Error) -> WriteError {
        WriteError::System { path: self.path.clone(), step: Step::Write, source }
    }

    /// Forces the bytes to the disk and gives the file its name.
    pub fn commit(mut self) -> Result<(), WriteError> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        file.flush().map_err(|e| self.refused(e))?;
        let Some(temporary) = self.temporary.clone() else { return Ok(()) };
        file.get_ref().sync_all().map_err(|e| self.refused(e))?;
        drop(file);
        fs::rename(&temporary, &self.path).map_err(|source| WriteError::System {
            path: self.path.clone(),
            step: Step::Rename,
            source,
        })?;
        self.temporary = None;
        // The rename itself survives a power cut only once the folder is on the disk too. The file is
        // whole either way, so a file system that cannot do this is no error.
        let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty());
        if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
            let _ = folder.sync_all();
        }
        Ok(())
    }

    fn writer(&mut self) -> io::Result<&mut BufWriter<File>> {
        self.file.as_mut().ok_or_else(|| io::Error::other("the file is already finished"))
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer()?.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.writer()?.flush()
    }
}

impl Seek for AtomicFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.writer()?.seek(to)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(temporary) = self.temporary.take() {
            if let Some(file) = self.file.take() {
                // Not flushed: the bytes are about to be thrown away.
                let _ = file.into_parts();
            }
            let _ = fs::remove_file(temporary);
        }
    }
}

/// A hidden name beside the target that no other writer uses: the process and a counter are in it.
fn temporary_name(target: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".{}-{count}.tmp", std::process::id()));
    target.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn makes_folders_and_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c.txt");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(path.parent().unwrap()), ["c.txt"]);
    }

    #[test]
    fn an_abandoned_file_leaves_the_earlier_one_and_no_litter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.txt");
        write(&path, b"one").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"half of t").unwrap();
        assert_eq!(names(folder.path()).len(), 2);
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(names(folder.path()), ["c.txt"]);
    }

    #[test]
    fn says_what_stands_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let e = write(folder.path(), b"x").unwrap_err();
        assert!(matches!(e, WriteError::IsFolder { .. }), "{e}");

        let file = folder.path().join("file");
        write(&file, b"x").unwrap();
        let e = write(&file.join("inside"), b"x").unwrap_err();
        assert!(e.hint().contains("not a folder"), "{e}: {}", e.hint());

        let mut permissions = fs::metadata(&file).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&file, permissions).unwrap();
        let e = write(&file, b"y").unwrap_err();
        assert!(matches!(e, WriteError::ReadOnly { .. }), "{e}");
        assert_eq!(fs::read(&file).unwrap(), b"x");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_named() {
        let e = write(Path::new("/dev/full"), b"x").unwrap_err();
        let WriteError::System { source, step, .. } = &e else { panic!("{e}") };
        assert_eq!((source.kind(), *step), (ErrorKind::StorageFull, Step::Write));
        assert!(e.hint().contains("free space"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_is_written_to_and_not_replaced() {
        write(Path::new("/dev/null"), b"x").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write(&file, b"one").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, b"two").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"two");
    }
}
