//! NPZ files of our own, of strangers, and of nobody's making.

mod common;

use common::{archive, npy, npy_f8};
use ndarray::{Array1, Array2, array};
use proptest::prelude::*;
use std::io::Cursor;
use std::path::Path;
use vrest_data::npz::{self, NpzError, NpzReader};
use vrest_data::{Dataset, Interpolation, Stimulus};

const BUDGET: u64 = 1 << 20;

fn read_bytes(bytes: &[u8]) -> Result<Dataset, NpzError> {
    let path = Path::new("a.npz");
    npz::read_dataset(&mut NpzReader::new(Cursor::new(bytes), path, BUDGET)?, path)
}

fn minimal(change: impl FnOnce(&mut Vec<(&str, Vec<u8>)>)) -> Result<Dataset, NpzError> {
    let mut entries = vec![
        ("X", npy_f8("(2, 1)", &[1.0, 2.0])),
        ("Y", npy_f8("(2, 3)", &[-70.0, -69.0, -68.0, -71.0, -70.0, -69.0])),
        ("t", npy_f8("(3,)", &[0.0, 1.0, 2.0])),
    ];
    change(&mut entries);
    read_bytes(&archive(false, &entries))
}

/// The same with one array replaced or added.
fn with(name: &'static str, array: Vec<u8>) -> Result<Dataset, NpzError> {
    minimal(|e| {
        e.retain(|(n, _)| *n != name);
        e.push((name, array));
    })
}

#[test]
fn a_file_without_names_gets_some() {
    let data = minimal(|_| ()).unwrap();
    assert_eq!(data.param_names, ["p0"]);
    assert_eq!(data.y[[1, 0]], -71.0);
}

#[test]
fn names_may_be_unicode_or_bytes_of_any_order() {
    let ucs4 = |order: fn(u32) -> [u8; 4]| -> Vec<u8> {
        "g_K é".chars().flat_map(|c| order(u32::from(c))).chain([0; 8]).collect()
    };
    for (descr, data) in [("'<U7'", ucs4(u32::to_le_bytes)), ("'>U7'", ucs4(u32::to_be_bytes))] {
        let data = with("param_names", npy(descr, false, "(1,)", &data)).unwrap();
        assert_eq!(data.param_names, ["g_K é"]);
    }
    assert_eq!(with("param_names", npy("'|S5'", false, "(1,)", b"g_K\0\0")).unwrap().param_names, ["g_K"]);
    // Latin-1, as Python 2 programs wrote it.
    assert_eq!(with("param_names", npy("'|S2'", false, "(1,)", b"\xb5A")).unwrap().param_names, ["µA"]);
    let e = with("param_names", npy("'<U1'", false, "(1,)", &u32::MAX.to_le_bytes())).unwrap_err();
    assert!(matches!(e, NpzError::Damaged { .. }), "{e}");
}

#[test]
fn numbers_may_be_of_any_width_and_order() {
    let le = |v: [i32; 3]| v.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>();
    let f4 = |v: [f32; 3]| v.iter().flat_map(|x| x.to_be_bytes()).collect::<Vec<_>>();
    let i8s = |v: [i64; 3]| v.iter().flat_map(|x| x.to_be_bytes()).collect::<Vec<_>>();
    for t in [
        npy("'<i4'", false, "(3,)", &le([-1, 0, 2])),
        npy("'>f4'", false, "(3,)", &f4([-1.0, 0.0, 2.0])),
        npy("'>i8'", false, "(3,)", &i8s([-1, 0, 2])),
        npy("'|i1'", false, "(3,)", &[0xff, 0, 2]),
    ] {
        assert_eq!(with("t", t).unwrap().t, array![-1.0, 0.0, 2.0]);
    }
}

#[test]
fn column_major_arrays_are_turned() {
    let columns: Vec<u8> =
        [-70.0f64, -71.0, -69.0, -70.0, -68.0, -69.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let data = with("Y", npy("'<f8'", true, "(2, 3)", &columns)).unwrap();
    assert_eq!(data, minimal(|_| ()).unwrap());
}

#[test]
fn what_is_no_archive_is_named() {
    for (bytes, what) in [
        (&b""[..], "empty"),
        (b"\x93NUMPY\x01\x00", "a single NPY array"),
        (b"X,Y\n1,2\n", "text"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 or NWB file"),
    ] {
        let e = read_bytes(bytes).unwrap_err();
        assert_eq!(e.to_string(), format!("`a.npz` is not an NPZ file: it is {what}"));
    }
    let whole = archive(false, &[("X", npy_f8("(1,)", &[1.0]))]);
    let e = read_bytes(&whole[..whole.len() / 2]).unwrap_err();
    assert!(matches!(e, NpzError::Truncated { .. }), "{e}");
    let e = npz::read(Path::new("nowhere.npz")).unwrap_err();
    assert!(e.hint().contains("check the path"), "{e}");
    let e = npz::read(Path::new(".")).unwrap_err();
    assert!(e.hint().contains("inside this folder"), "{e}");
}

#[test]
fn missing_keys_are_named_with_what_is_there() {
    let e = minimal(|e| e[1].0 = "y").unwrap_err();
    assert_eq!(e.to_string(), "`a.npz` has no array `Y`; it has `X`, `y`, `t`");
    assert_eq!(e.hint(), "rename `y` to `Y` if that is what it holds");
    let e = read_bytes(&archive(false, &[])).unwrap_err();
    assert!(e.to_string().ends_with("no array `X`; it has none"), "{e}");
}

#[test]
fn pickled_and_complex_arrays_are_refused_with_the_reason() {
    let e = with("param_names", npy("'|O'", false, "(1,)", b"\x80\x04")).unwrap_err();
    assert!(e.to_string().contains("pickled") && e.hint().contains("dtype=\"U\""), "{e}");
    let e = with("Y", npy("'<c16'", false, "(1, 1)", &[0; 16])).unwrap_err();
    assert!(e.to_string().contains("type `<c16` where real numbers are needed"), "{e}");
    let e = with("Y", npy("'<U1'", false, "(1, 1)", &[65, 0, 0, 0])).unwrap_err();
    assert!(matches!(e, NpzError::DType { .. }), "{e}");
    let e = with("param_names", npy_f8("(1,)", &[1.0])).unwrap_err();
    assert!(matches!(e, NpzError::DType { .. }), "{e}");
}

#[test]
fn wrong_shapes_say_which_and_what_is_needed() {
    let e = with("Y", npy_f8("(2, 3, 1)", &[0.0; 6])).unwrap_err();
    assert!(e.to_string().contains("shape [2, 3, 1] where [samples, times] is needed"), "{e}");
    let e = with("t", npy_f8("(1, 3)", &[0.0, 1.0, 2.0])).unwrap_err();
    assert!(matches!(e, NpzError::Dimension { .. }), "{e}");
    let e = with("X", npy_f8("(3, 1)", &[0.0; 3])).unwrap_err();
    assert!(e.to_string().contains("`X` has 3 samples where `Y` has 2"), "{e}");
    let two = npy("'<U1'", false, "(2,)", &[65, 0, 0, 0, 66, 0, 0, 0]);
    let e = with("param_names", two).unwrap_err();
    assert!(e.to_string().contains("`param_names` has 2 parameters where `X` has 1"), "{e}");
    let e = with("t", npy_f8("(3,)", &[0.0, 1.0, 1.0])).unwrap_err();
    assert!(e.to_string().contains("times must increase"), "{e}");
    let e = with("Y", npy_f8("(2, 3)", &[0.0, 0.0, f64::NAN, 0.0, 0.0, 0.0])).unwrap_err();
    assert!(e.to_string().contains("`Y` is NaN at sample 0, time 2 ms"), "{e}");
}

#[test]
fn sizes_are_checked_before_memory_is_taken() {
    // More than the budget, honestly stored: deflate packs zeros well, so a small file can ask for much.
    let zeros = vec![0.0; 400_000];
    let bytes = archive(true, &[("X", npy_f8("(400, 1000)", &zeros))]);
    assert!(bytes.len() < 20_000);
    let e = read_bytes(&bytes).unwrap_err();
    let said = "shape [400, 1000] and needs 3.1 MiB of memory where 1.0 MiB are free";
    assert!(e.to_string().contains(said), "{e}");
    // A header that claims what is not there.
    let e = with("X", npy_f8("(1000000000, 1000000)", &[1.0])).unwrap_err();
    assert!(matches!(e, NpzError::Damaged { .. }), "{e}");
    let e = with("X", npy_f8("(4294967296, 4294967296)", &[1.0])).unwrap_err();
    assert!(matches!(e, NpzError::TooLarge { needed: u64::MAX, .. }), "{e}");
    let e = with("X", npy_f8("(2, 1)", &[1.0, 2.0, 3.0])).unwrap_err();
    assert!(e.to_string().contains("needs 16 bytes of data, the archive holds 24"), "{e}");
}

#[test]
fn a_stimulus_says_how_it_goes_on() {
    let current = npy_f8("(2, 3)", &[0.5; 6]);
    let data = with("stimulus", current.clone()).unwrap();
    assert_eq!(data.stimulus.unwrap().interpolation, Interpolation::Previous);
    let word = |w: &str| {
        let codes: Vec<u8> = w.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        npy(&format!("'<U{}'", w.len()), false, "()", &codes)
    };
    let with_word =
        |w: &str| minimal(|e| e.extend([("stimulus", current.clone()), ("stimulus_interpolation", word(w))]));
    assert_eq!(with_word("linear").unwrap().stimulus.unwrap().interpolation, Interpolation::Linear);
    assert!(with_word("cubic").unwrap_err().hint().contains("previous"));
}

fn datasets() -> impl Strategy<Value = Dataset> {
    (1usize..5, 0usize..4, 2usize..6, any::<bool>(), any::<bool>()).prop_flat_map(
        |(n, p, times, stimulated, linear)| {
            let finite = prop::num::f64::NORMAL | prop::num::f64::ZERO | prop::num::f64::SUBNORMAL;
            let values = prop::collection::vec(finite, n * (p + 2 * times));
            let names = prop::collection::hash_set("[a-zµ0-9_.]{1,8}", p);
            let units = prop::collection::vec("[a-zA-Z/0-9]{0,6}", p);
            (values, names, units).prop_map(move |(values, names, units)| {
                let (x, rest) = values.split_at(n * p);
                let (y, s) = rest.split_at(n * times);
                let matrix = |columns, v: &[f64]| Array2::from_shape_vec((n, columns), v.to_vec()).unwrap();
                let interpolation = if linear { Interpolation::Linear } else { Interpolation::Previous };
                Dataset {
                    x: matrix(p, x),
                    y: matrix(times, y),
                    t: Array1::from_iter((0..times).map(|i| i as f64 * 0.1)),
                    param_names: names.into_iter().collect(),
                    param_units: units,
                    stimulus: stimulated.then(|| Stimulus { values: matrix(times, s), interpolation }),
                }
            })
        },
    )
}

/// A small sound file to be maltreated, deflated or not.
fn sound_file(deflate: bool) -> Vec<u8> {
    let names = npy("'<U2'", false, "(1,)", &[65, 0, 0, 0, 66, 0, 0, 0]);
    let t: Vec<f64> = (0..40).map(f64::from).collect();
    archive(
        deflate,
        &[
            ("X", npy_f8("(2, 1)", &[1.0, 2.0])),
            ("Y", npy_f8("(2, 40)", &[-70.0; 80])),
            ("t", npy_f8("(40,)", &t)),
            ("param_names", names),
        ],
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_and_written_the_same(data in datasets()) {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a.npz"), folder.path().join("b.npz"));
        npz::write(&a, &data).unwrap();
        npz::write(&b, &data).unwrap();
        prop_assert_eq!(npz::read(&a).unwrap(), data);
        prop_assert_eq!(std::fs::read(a).unwrap(), std::fs::read(b).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_cut_file_is_refused(deflate: bool, keep in 0.0..1.0f64) {
        let whole = sound_file(deflate);
        let cut = (whole.len() as f64 * keep) as usize;
        prop_assert!(read_bytes(&whole[..cut]).is_err());
    }

    #[test]
    fn a_maltreated_file_never_panics(
        deflate: bool,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = sound_file(deflate);
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        // Whatever still reads has passed every checksum, so it is a dataset.
        if let Ok(data) = read_bytes(&bytes) {
            prop_assert_eq!(data.check(), Ok(()));
        }
    }

    #[test]
    fn bytes_behind_an_archives_start_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_bytes(&[b"PK\x03\x04", &bytes[..]].concat());
    }
}
