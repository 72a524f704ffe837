//! Igor waves, built after the format's technical note.

use proptest::prelude::*;
use std::path::{Path, PathBuf};
use vrest_data::recording::{Clamp, RecordingError, ibw};

/// A wave to be written: unit, axis unit, step, number type, samples and columns, data, note.
struct Wave {
    big_endian: bool,
    unit: &'static str,
    x_unit: &'static str,
    step: f64,
    kind: i16,
    axes: [i32; 4],
    data: Vec<u8>,
    note: &'static str,
}

impl Wave {
    fn f32(unit: &'static str, values: &[f32], big_endian: bool) -> Wave {
        let bytes = |v: &f32| if big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
        Wave {
            big_endian,
            unit,
            x_unit: "s",
            step: 1e-4,
            kind: 2,
            axes: [values.len() as i32, 0, 0, 0],
            data: values.iter().flat_map(bytes).collect(),
            note: "from a rig\rsecond line",
        }
    }

    fn points(&self) -> i32 {
        self.axes[0].wrapping_mul(self.axes[1].max(1))
    }

    fn put(&self, bytes: &mut [u8], at: usize, mut field: Vec<u8>) {
        if self.big_endian {
            field.reverse();
        }
        bytes[at..at + field.len()].copy_from_slice(&field);
    }

    /// Makes the sum of the header's 16-bit words nought.
    fn seal(&self, header: &mut [u8], at: usize) {
        let word = |b: [u8; 2]| if self.big_endian { i16::from_be_bytes(b) } else { i16::from_le_bytes(b) };
        let sum = header.as_chunks().0.iter().fold(0i16, |s, &b| s.wrapping_add(word(b)));
        self.put(header, at, sum.wrapping_neg().to_le_bytes().to_vec());
    }

    fn version_5(&self) -> Vec<u8> {
        let mut h = vec![0; 384];
        self.put(&mut h, 0, 5i16.to_le_bytes().to_vec());
        self.put(&mut h, 4, (320 + self.data.len() as i32).to_le_bytes().to_vec());
        self.put(&mut h, 12, (self.note.len() as i32).to_le_bytes().to_vec());
        self.put(&mut h, 64 + 12, self.points().to_le_bytes().to_vec());
        self.put(&mut h, 64 + 16, self.kind.to_le_bytes().to_vec());
        h[64 + 28..64 + 32].copy_from_slice(b"wave");
        for (k, n) in self.axes.iter().enumerate() {
            self.put(&mut h, 64 + 68 + 4 * k, n.to_le_bytes().to_vec());
        }
        self.put(&mut h, 64 + 84, self.step.to_le_bytes().to_vec());
        h[64 + 148..][..self.unit.len()].copy_from_slice(self.unit.as_bytes());
        h[64 + 152..][..self.x_unit.len()].copy_from_slice(self.x_unit.as_bytes());
        self.seal(&mut h, 2);
        [h, self.data.clone(), self.note.as_bytes().to_vec()].concat()
    }

    fn version_2(&self) -> Vec<u8> {
        let mut h = vec![0; 126];
        self.put(&mut h, 0, 2i16.to_le_bytes().to_vec());
        self.put(&mut h, 2, (126 + self.data.len() as i32).to_le_bytes().to_vec());
        self.put(&mut h, 6, (self.note.len() as i32).to_le_bytes().to_vec());
        self.put(&mut h, 16, self.kind.to_le_bytes().to_vec());
        h[22..26].copy_from_slice(b"wave");
        h[50..][..self.unit.len()].copy_from_slice(self.unit.as_bytes());
        h[54..][..self.x_unit.len()].copy_from_slice(self.x_unit.as_bytes());
        self.put(&mut h, 58, self.points().to_le_bytes().to_vec());
        self.put(&mut h, 64, self.step.to_le_bytes().to_vec());
        let mut all = [h, self.data.clone(), vec![0; 16], self.note.as_bytes().to_vec()].concat();
        // The old wave header counts the first 16 bytes of data as its own.
        self.seal(&mut all[..142], 14);
        all
    }
}

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
