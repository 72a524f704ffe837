//! Igor waves, built after the format's technical note.

mod common;

use common::ibw::Wave;
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use vrest_data::recording::{Clamp, RecordingError, ibw};

fn read(files: &[Vec<u8>]) -> Result<vrest_data::Recording, RecordingError> {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..files.len()).map(|k| folder.path().join(format!("{k}.ibw"))).collect();
    for (path, bytes) in paths.iter().zip(files) {
        std::fs::write(path, bytes).unwrap();
    }
    ibw::read(&paths.iter().map(PathBuf::as_path).collect::<Vec<&Path>>())
}

#[test]
fn a_pair_of_current_and_voltage() {
    for big_endian in [false, true] {
        let current = Wave::f32("A", &[0.0, 5e-11, 5e-11, 0.0, 0.0], big_endian);
        let voltage = Wave::f32("V", &[-0.07, -0.0625, -0.055, -0.0625, -0.07], big_endian);
        for files in [
            [current.version_5(), voltage.version_5()],
            [current.version_2(), voltage.version_2()],
            [voltage.version_5(), current.version_2()],
        ] {
            let r = read(&files).unwrap();
            assert_eq!((r.clamp, r.sweeps.len()), (Some(Clamp::Current), 1));
            assert!((r.dt_ms - 0.1).abs() < 1e-15);
            assert_eq!(r.response(0)[1], -62.5);
            assert!((r.recorded_command(0).unwrap()[1] - 50.0).abs() < 1e-5);
            assert_eq!(r.provenance.comment, "from a rig\nsecond line");
        }
    }
}

#[test]
fn columns_and_further_waves_are_sweeps() {
    let two = Wave { axes: [2, 2, 0, 0], ..Wave::f32("mV", &[1.0, 2.0, 3.0, 4.0], false) };
    let third = Wave::f32("mV", &[5.0, 6.0], false);
    let r = read(&[two.version_5(), third.version_5()]).unwrap();
    assert_eq!(r.sweeps.iter().map(|s| s.channels[0][0]).collect::<Vec<_>>(), [1.0, 3.0, 5.0]);
}

#[test]
fn integers_of_either_sign() {
    let bytes =
        |kind, data| Wave { kind, axes: [2, 0, 0, 0], data, ..Wave::f32("mV", &[], true) }.version_5();
    for (kind, data, expected) in [
        (0x10, vec![0xff, 0xfe, 0, 1], [-2.0, 1.0]),
        (0x50, vec![0xff, 0xfe, 0, 1], [65534.0, 1.0]),
        (0x08, vec![0xfe, 1], [-2.0, 1.0]),
        (0x20, vec![0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 1], [-2.0, 1.0]),
    ] {
        assert_eq!(read(&[bytes(kind, data)]).unwrap().response(0), expected);
    }
}

#[test]
fn what_is_wrong_is_said() {
    let sound = || Wave::f32("mV", &[1.0, 2.0, 3.0], false);
    let mut broken = sound().version_5();
    broken[200] ^= 1;
    for (bytes, said) in [
        (broken, "checksum"),
        (sound().version_5()[..390].to_vec(), "claims 3 points, the file has room for 1"),
        (Wave { axes: [i32::MAX, 0, 0, 0], ..sound() }.version_2(), "claims 2147483647 points"),
        (Wave { axes: [-3, 0, 0, 0], ..sound() }.version_2(), "a length of -3"),
        (Wave { kind: 3, ..sound() }.version_5(), "complex"),
        (Wave { kind: 0, ..sound() }.version_5(), "wave of text"),
        (Wave { x_unit: "m", ..sound() }.version_5(), "its axis is in `m`"),
        (Wave { axes: [1, 1, 3, 0], ..sound() }.version_5(), "more than two axes"),
        (Wave { step: 0.0, ..sound() }.version_5(), "no valid sampling rate"),
        (vec![], "ends within its header"),
        (vec![7, 0], "version 7"),
    ] {
        let e = read(&[bytes]).unwrap_err();
        assert!(e.to_string().contains(said), "{e}");
    }
    let short = Wave::f32("pA", &[1.0], false);
    let e = read(&[sound().version_5(), short.version_5()]).unwrap_err();
    assert!(e.to_string().contains("do not belong together"), "{e}");
    let e = read(&[sound().version_5(), sound().version_5(), Wave::f32("pA", &[1.0; 3], false).version_5()]);
    assert!(matches!(e, Err(RecordingError::Mismatch { .. })));
}

proptest! {
    #[test]
    fn no_maltreated_file_panics(
        five: bool,
        keep in 0.0..1.1f64,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..5),
    ) {
        let wave = Wave::f32("mV", &[1.0, 2.0, 3.0], five);
        let mut bytes = if five { wave.version_5() } else { wave.version_2() };
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        // A true checksum, so that what lies behind it is reached.
        let (end, at) = if five { (384, 2) } else { (142, 14) };
        bytes[at..at + 2].fill(0);
        wave.seal(&mut bytes[..end], at);
        bytes.truncate((bytes.len() as f64 * keep) as usize);
        let _ = read(&[bytes]);
    }
}
