//! Embeds every file of `cells/` and `protocols/`, so that a preset is one file and no line of code.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../..");
    let mut code = String::new();
    for (name, folder) in [("CELLS", "cells"), ("PROTOCOLS", "protocols")] {
        list(&mut code, name, &root.join(folder));
    }
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo")).join("presets.rs");
    fs::write(out, code).expect("the build folder is writable");
}

/// Writes a sorted list of (file stem, content) of the TOML files in `folder`.
fn list(code: &mut String, name: &str, folder: &Path) {
    println!("cargo:rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "toml"));
    files.sort();
    let _ = writeln!(code, "const {name}: &[(&str, &str)] = &[");
    for file in files {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let _ = writeln!(code, "    ({stem:?}, include_str!({:?})),", file.display().to_string());
    }
    let _ = writeln!(code, "];");
}
