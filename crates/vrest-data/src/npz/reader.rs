//! Arrays out of an NPZ file that anything may have written.
//!
//! Nothing in the file is believed before it is checked: sizes against the entry, the entry against the
//! file and what deflate can reach at most, the sum against the memory that is free. Only then is memory
//! taken.

use super::NpzError;
use super::npy::{DType, Header, Kind, Refusal};
use crate::error::nearest;
use crate::memory::available_bytes;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// An opened NPZ file.
pub struct NpzReader<R> {
    zip: ZipArchive<R>,
    path: PathBuf,
    file_bytes: u64,
    /// Bytes of memory that may still be taken.
    budget: u64,
}

/// A whole array as f64, in row-major order whatever its order in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbers {
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// The elements, the last axis running fastest.
    pub values: Vec<f64>,
}

/// Deflate cannot expand a byte to more than this many.
const MAX_EXPANSION: u64 = 1032;

impl NpzReader<BufReader<File>> {
    /// Opens a file. Its arrays together may take the memory that is free now.
    pub fn open(path: &Path) -> Result<Self, NpzError> {
        let refused = |source| NpzError::Read { path: path.into(), source };
        let file = File::open(path).map_err(refused)?;
        if file.metadata().map_err(refused)?.is_dir() {
            return Err(refused(io::ErrorKind::IsADirectory.into()));
        }
        NpzReader::new(BufReader::with_capacity(1 << 18, file), path, available_bytes())
    }
}

impl<R: Read + Seek> NpzReader<R> {
    /// Reads the table of contents. `path` is what errors name, `budget` the bytes of memory that all arrays
    /// together may take.
    pub fn new(mut source: R, path: &Path, budget: u64) -> Result<Self, NpzError> {
        let refused = |source| NpzError::Read { path: path.into(), source };
        let mut start = Vec::new();
        source.by_ref().take(512).read_to_end(&mut start).map_err(refused)?;
        let file_bytes = source.seek(SeekFrom::End(0)).map_err(refused)?;
        source.rewind().map_err(refused)?;
        if !start.starts_with(b"PK") {
            return Err(NpzError::NotNpz { path: path.into(), found: what_starts_so(&start) });
        }
        let zip = ZipArchive::new(source)
            .map_err(|e| NpzError::Truncated { path: path.into(), reason: reason(e.into()) })?;
        Ok(NpzReader { zip, path: path.into(), file_bytes, budget })
    }

    /// The names of the arrays, in the order of the file.
    pub fn keys(&self) -> Vec<String> {
        let names = self.zip.file_names_raw().map(String::from_utf8_lossy);
        names.map(|n| n.strip_suffix(".npy").map_or(n.to_string(), str::to_string)).collect()
    }

    /// Whether there is an array of this name.
    pub fn has(&self, array: &str) -> bool {
        self.index(array).is_some()
    }

    fn index(&self, array: &str) -> Option<usize> {
        self.zip.index_for_name(&format!("{array}.npy")).or_else(|| self.zip.index_for_name(array))
    }

    /// Reads an array of numbers of any width and byte order.
    pub fn numbers(&mut self, array: &str) -> Result<Numbers, NpzError> {
        self.read(array, "real numbers", |header, data| {
            if matches!(header.dtype.kind, Kind::Unicode | Kind::Bytes) {
                return Err(Refusal::DType("text".into()));
            }
            let values = read_numbers(data, header.dtype, header.count).map_err(Refusal::Io)?;
            let values = if header.fortran_order { row_major(&header.shape, &values) } else { values };
            Ok(Numbers { shape: header.shape.clone(), values })
        })
    }

    /// Reads an array of words, Unicode or bytes, of any shape.
    pub fn words(&mut self, array: &str) -> Result<(Vec<usize>, Vec<String>), NpzError> {
        self.read(array, "words", |header, data| {
            let DType { kind, big_endian, item_bytes } = header.dtype;
            if !matches!(kind, Kind::Unicode | Kind::Bytes) {
                return Err(Refusal::DType("number".into()));
            }
            let mut item = vec![0; item_bytes];
            let mut words = Vec::new();
            for _ in 0..header.count {
                data.read_exact(&mut item).map_err(Refusal::Io)?;
                words.push(if kind == Kind::Unicode { unicode(&item, big_endian)? } else { latin(&item) });
            }
            Ok((header.shape.clone(), words))
        })
    }

    /// Checks an entry from outside to inside, then has its data read.
    fn read<T>(
        &mut self,
        array: &str,
        wanted: &'static str,
        body: impl FnOnce(&Header, &mut dyn Read) -> Result<T, Refusal>,
    ) -> Result<T, NpzError> {
        let (path, available) = (self.path.clone(), self.budget);
        let damaged = |reason: String| NpzError::Damaged { path: path.clone(), array: array.into(), reason };
        let refused = |refusal| match refusal {
            Refusal::Io(e) => damaged(reason(e)),
            Refusal::Malformed(reason) => damaged(reason),
            Refusal::DType(found) => {
                NpzError::DType { path: path.clone(), array: array.into(), found, wanted }
            }
            Refusal::Pickled => NpzError::Pickled { path: path.clone(), array: array.into() },
            Refusal::Absurd(shape) => NpzError::TooLarge {
                path: path.clone(),
                array: array.into(),
                shape,
                needed: u64::MAX,
                available,
            },
        };
        let Some(index) = self.index(array) else {
            let found = self.keys();
            let nearest = nearest(array, found.iter().map(String::as_str)).map(str::to_string);
            return Err(NpzError::Missing { path, array: array.into(), found, nearest });
        };
        let mut entry = self.zip.by_index(index).map_err(|e| damaged(reason(e.into())))?;
        let (packed, unpacked) = (entry.compressed_size(), entry.size());
        if packed > self.file_bytes || unpacked > packed.saturating_mul(MAX_EXPANSION).saturating_add(1024) {
            return Err(damaged(format!("{packed} bytes of the archive cannot hold {unpacked}")));
        }
        let header = Header::read(&mut entry).map_err(refused)?;
        if header.header_bytes.saturating_add(header.data_bytes) != unpacked {
            return Err(damaged(format!(
                "shape {:?} needs {} bytes of data, the archive holds {}",
                header.shape,
                header.data_bytes,
                unpacked.saturating_sub(header.header_bytes)
            )));
        }
        // As f64, twice while Fortran order is turned; words as text with what a `String` takes itself.
        let each = match (header.dtype.kind, header.fortran_order) {
            (Kind::Unicode | Kind::Bytes, _) => 24 + header.dtype.item_bytes as u64,
            (_, false) => 8,
            (_, true) => 16,
        };
        let needed = (header.count as u64).saturating_mul(each);
        if needed > available {
            let (shape, array) = (format!("{:?}", header.shape), array.into());
            return Err(NpzError::TooLarge { path, array, shape, needed, available });
        }
        let result = body(&header, &mut entry).map_err(refused)?;
        // The checksum is compared when the end is seen, so the end must be read.
        let rest = io::copy(&mut entry, &mut io::sink()).map_err(|e| refused(Refusal::Io(e)))?;
        if rest > 0 {
            return Err(damaged(format!("{rest} bytes follow the array")));
        }
        self.budget -= needed;
        Ok(result)
    }
}

/// The part of an archive's or system's error that means something to a user.
fn reason(e: io::Error) -> String {
    match e.kind() {
        io::ErrorKind::UnexpectedEof => "it ends early".into(),
        _ => e.to_string().trim_end_matches('.').to_string(),
    }
}

/// What a file is that is no archive, as far as its first bytes tell.
pub(crate) fn what_starts_so(start: &[u8]) -> &'static str {
    match start {
        [] => "empty",
        s if s.starts_with(b"\x93NUMPY") => "a single NPY array",
        s if s.starts_with(b"\x89HDF") => "an HDF5 or NWB file",
        s if s.starts_with(b"ABF") => "an Axon recording",
        s if s.starts_with(b"PAR1") => "a Parquet file",
        s if s.starts_with(b"\x80") => "a Python pickle",
        s if s.iter().all(|&b| b == 0) => "a run of zeros",
        s if s.iter().all(|&b| b >= 0x20 || b"\t\r\n".contains(&b)) => "text",
        _ => "of an unknown kind",
    }
}

/// Reads `count` numbers of any type, a chunk at a time, so that memory grows with what really arrives.
fn read_numbers(data: &mut dyn Read, dtype: DType, count: usize) -> io::Result<Vec<f64>> {
    let mut values = Vec::new();
    values.try_reserve_exact(count).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    let mut chunk = vec![0; 8192 * dtype.item_bytes];
    let mut left = count;
    while left > 0 {
        let n = left.min(8192);
        let bytes = &mut chunk[..n * dtype.item_bytes];
        data.read_exact(bytes)?;
        append(&mut values, bytes, dtype);
        left -= n;
    }
    Ok(values)
}

fn append(values: &mut Vec<f64>, bytes: &[u8], dtype: DType) {
    macro_rules! each {
        ($t:ty) => {{
            let (items, _) = bytes.as_chunks::<{ size_of::<$t>() }>();
            if dtype.big_endian {
                values.extend(items.iter().map(|&b| <$t>::from_be_bytes(b) as f64));
            } else {
                values.extend(items.iter().map(|&b| <$t>::from_le_bytes(b) as f64));
            }
        }};
    }
    match (dtype.kind, dtype.item_bytes) {
        (Kind::Float, 4) => each!(f32),
        (Kind::Float, _) => each!(f64),
        (Kind::Signed, 1) => each!(i8),
        (Kind::Signed, 2) => each!(i16),
        (Kind::Signed, 4) => each!(i32),
        (Kind::Signed, _) => each!(i64),
        (Kind::Unsigned, 2) => each!(u16),
        (Kind::Unsigned, 4) => each!(u32),
        (Kind::Unsigned, 8) => each!(u64),
        // Booleans and bytes; text does not come here.
        _ => each!(u8),
    }
}

/// Column-major to row-major for any number of axes.
fn row_major(shape: &[usize], values: &[f64]) -> Vec<f64> {
    let mut index = vec![0; shape.len()];
    let mut result = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        let at = index.iter().zip(shape).rev().fold(0, |at, (&i, &n)| at * n + i);
        result.push(values[at]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    result
}

fn unicode(item: &[u8], big_endian: bool) -> Result<String, Refusal> {
    let (codes, _) = item.as_chunks::<4>();
    let code = |&b: &[u8; 4]| if big_endian { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) };
    let length = codes.iter().rposition(|b| code(b) != 0).map_or(0, |last| last + 1);
    let characters = codes[..length].iter().map(|b| char::from_u32(code(b)));
    let word: Option<String> = characters.collect();
    word.ok_or_else(|| Refusal::Malformed("it holds a number that is no character".into()))
}

/// UTF-8 where it is, else Latin-1, which every byte is.
fn latin(item: &[u8]) -> String {
    let length = item.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
    let item = &item[..length];
    match std::str::from_utf8(item) {
        Ok(s) => s.into(),
        Err(_) => item.iter().map(|&b| char::from(b)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_column_major_around() {
        // numpy.arange(6).reshape(2, 3) in Fortran order lies as 0 3 1 4 2 5.
        let turned = row_major(&[2, 3], &[0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        assert_eq!(turned, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(row_major(&[], &[7.0]), [7.0]);
        assert_eq!(row_major(&[0, 3], &[]), [0.0; 0]);
    }
}
