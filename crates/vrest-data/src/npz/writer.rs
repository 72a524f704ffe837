//! An NPZ file under construction, array by array and, where wanted, row by row.
//!
//! The same arrays give the same bytes: every entry has the same date, and nothing of the machine is in it.

use super::npy::header_bytes;
use crate::atomic::{AtomicFile, WriteError};
use std::io::{self, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

/// An NPZ file that appears under its name when it is [finished](Self::finish).
pub struct NpzWriter {
    zip: ZipWriter<AtomicFile>,
    path: std::path::PathBuf,
}

impl NpzWriter {
    /// Begins a file; missing folders are made.
    pub fn create(path: &Path) -> Result<NpzWriter, WriteError> {
        Ok(NpzWriter { zip: ZipWriter::new(AtomicFile::create(path)?), path: path.into() })
    }

    /// Writes a whole array of f64 in row-major order; `values` has as many elements as the shape.
    pub fn numbers(&mut self, name: &str, shape: &[usize], values: &[f64]) -> Result<(), WriteError> {
        let mut rows = self.begin(name, shape)?;
        rows.push(values)?;
        rows.end()
    }

    /// Begins an array of f64 whose values follow in row-major order, so that they need never all be in
    /// memory.
    pub fn begin(&mut self, name: &str, shape: &[usize]) -> Result<ArrayWriter<'_>, WriteError> {
        let left = shape.iter().product();
        self.start(name, "<f8", shape, left as u64 * 8)?;
        Ok(ArrayWriter { npz: self, name: name.into(), left, buffer: Vec::new() })
    }

    /// Writes words as `<U`, as wide as the longest, which NumPy reads without pickle. The shape is `[n]`,
    /// or empty for a single word.
    pub fn words<S: AsRef<str>>(
        &mut self,
        name: &str,
        shape: &[usize],
        words: &[S],
    ) -> Result<(), WriteError> {
        let longest = words.iter().map(|w| w.as_ref().chars().count()).max().unwrap_or(0);
        // NumPy has no text of width nought.
        let width = longest.max(1);
        let mut bytes = Vec::with_capacity(words.len() * width * 4);
        for word in words {
            let before = bytes.len();
            bytes.extend(word.as_ref().chars().flat_map(|c| u32::from(c).to_le_bytes()));
            bytes.resize(before + width * 4, 0);
        }
        self.start(name, &format!("<U{width}"), shape, bytes.len() as u64)?;
        self.zip.write_all(&bytes).map_err(|e| self.refused(e))
    }

    /// Completes the file and gives it its name.
    pub fn finish(self) -> Result<(), WriteError> {
        let path = self.path;
        let file = self.zip.finish().map_err(|e| refused(&path, e.into()))?;
        file.commit()
    }

    fn start(&mut self, name: &str, descr: &str, shape: &[usize], bytes: u64) -> Result<(), WriteError> {
        // Stored, not deflated: for 1000 x 1000 voltages deflate at its fastest level costs 150 ms and saves
        // 11 % (their low bits are noise) where storing costs 11 ms. Besides, what a deflater makes of the
        // same input may depend on the processor, and the same dataset must give the same bytes.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .system(System::Unix)
            .unix_permissions(0o644)
            .large_file(bytes > u64::from(u32::MAX) - 4096);
        let started = self.zip.start_file(format!("{name}.npy"), options).map_err(io::Error::from);
        started.and_then(|()| self.zip.write_all(&header_bytes(descr, shape))).map_err(|e| self.refused(e))
    }

    fn refused(&self, source: io::Error) -> WriteError {
        refused(&self.path, source)
    }
}

fn refused(path: &Path, source: io::Error) -> WriteError {
    WriteError::System { path: path.into(), step: crate::atomic::Step::Write, source }
}

/// One array of an [`NpzWriter`], growing.
pub struct ArrayWriter<'a> {
    npz: &'a mut NpzWriter,
    name: String,
    left: usize,
    buffer: Vec<u8>,
}

impl ArrayWriter<'_> {
    /// Appends the next values in row-major order.
    pub fn push(&mut self, values: &[f64]) -> Result<(), WriteError> {
        if values.len() > self.left {
            let surplus = values.len() - self.left;
            return Err(self.miscounted(&format!("{surplus} values more than its shape holds")));
        }
        self.left -= values.len();
        for chunk in values.chunks(8192) {
            self.buffer.clear();
            self.buffer.extend(chunk.iter().flat_map(|x| x.to_le_bytes()));
            self.npz.zip.write_all(&self.buffer).map_err(|e| self.npz.refused(e))?;
        }
        Ok(())
    }

    /// Ends the array; it must be complete.
    pub fn end(self) -> Result<(), WriteError> {
        match self.left {
            0 => Ok(()),
            left => Err(self.miscounted(&format!("{left} values fewer than its shape holds"))),
        }
    }

    fn miscounted(&self, what: &str) -> WriteError {
        self.npz.refused(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("array `{}` was given {what}", self.name),
        ))
    }
}
