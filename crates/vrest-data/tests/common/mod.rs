//! What several tests need: archives built byte by byte, and a Python to compare with.
#![allow(dead_code)]

pub mod abf;
pub mod ibw;
pub mod nwb;

use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::process::Command;
use zip::write::SimpleFileOptions;

/// An NPY array with a header of any text.
pub fn npy(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let fortran = if fortran { "True" } else { "False" };
    let text = format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend(data);
    bytes
}

/// An NPY array of little-endian f64.
pub fn npy_f8(shape: &str, values: &[f64]) -> Vec<u8> {
    npy("'<f8'", false, shape, &values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>())
}

/// An archive of these entries.
pub fn archive(deflate: bool, entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let method = if deflate { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default().compression_method(method);
        zip.start_file(format!("{name}.npy"), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A Python that can import `module`: what `VREST_PYTHON` names, or `python3`.
pub fn python_with(module: &str) -> Option<PathBuf> {
    let python = std::env::var_os("VREST_PYTHON").map_or_else(|| "python3".into(), PathBuf::from);
    let import = Command::new(&python).args(["-c", &format!("import {module}")]).output();
    if import.is_ok_and(|o| o.status.success()) {
        return Some(python);
    }
    skipped(&format!("`{}` cannot import {module}: set VREST_PYTHON to a Python that can", python.display()));
    None
}

/// Says on the terminal that a test did not run. Not by `eprintln!`, which the test harness swallows.
pub fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "\nSKIPPED: {why}");
}

/// Runs a Python program in a folder and returns what it prints.
pub fn run_python(python: &PathBuf, folder: &std::path::Path, program: &str) -> String {
    let output = Command::new(python).args(["-c", program]).current_dir(folder).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}
