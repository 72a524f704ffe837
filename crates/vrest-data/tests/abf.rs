//! Axon files: built here after the documentation, and read by pyABF as the independent judge.

mod common;

use common::abf::{Spec, abf1, abf2};
use common::{python_with, run_python, skipped};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use vrest_data::recording::{self, Clamp, CommandSource, Quantity, Recording, RecordingError};

fn read_bytes(bytes: &[u8]) -> Result<Recording, RecordingError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.abf");
    std::fs::write(&path, bytes).unwrap();
    recording::read(&path)
}

/// Both generations of a file.
fn both(spec: &Spec) -> [Recording; 2] {
    [abf1(spec), abf2(spec)].map(|bytes| read_bytes(&bytes).unwrap())
}

#[test]
fn samples_are_scaled_by_every_gain() {
    for r in both(&Spec::steps()) {
        // 10 V over 32768 counts, 0.01 V/mV, telegraphed gain 5.
        let per_count = 10.0 / 32768.0 / f64::from(0.01f32) / 5.0;
        let expected = -1000.0 * per_count;
        assert!((r.response(0)[0] - expected).abs() < 1e-12, "{} {expected}", r.response(0)[0]);
        assert_eq!((r.sweeps.len(), r.sweeps[1].len()), (2, 640));
        assert!((r.rate_hz() - 20_000.0).abs() < 1e-6);
        assert_eq!((r.clamp, r.recorded_command), (Some(Clamp::Current), None));
        let gain = r.channels[0].gain.unwrap();
        assert_eq!(gain.telegraphed, Some(5.0));
        assert!((gain.per_count - per_count).abs() < 1e-15);
        assert_eq!(r.provenance.creator, "clampex");
        assert_eq!(r.provenance.created, "2026-01-02T01:02:03.000");
    }
}

#[test]
fn units_are_turned_into_millivolts_and_picoamperes() {
    let spec = Spec {
        channels: vec![("Vm", "V", 1.0, None), ("Im", "nA", 0.5, None)],
        counts: vec![16384; 1280],
        output: ("nA", 0.5),
        epochs: vec![(1, 2.0, 0.0, 50, 0, 0, 0)],
        ..Spec::steps()
    };
    for r in both(&spec) {
        assert!((r.response(0)[0] - 5000.0).abs() < 1e-9);
        assert!((r.recorded_command(1).unwrap()[0] - 10_000.0).abs() < 1e-9);
        let command = r.stated_command(0).unwrap();
        assert_eq!((command[0], command[10]), (500.0, 2000.0));
        assert_eq!((r.channels[0].quantity, r.channels[0].file_unit.as_str()), (Quantity::Voltage, "V"));
    }
}

#[test]
fn floating_point_samples_are_not_scaled() {
    let spec = Spec { float: true, ..Spec::steps() };
    for r in both(&spec) {
        assert_eq!(r.response(0)[..2], [-250.0, -240.75]);
        assert_eq!(r.channels[0].gain, None);
    }
}

#[test]
fn epochs_begin_after_a_64th_of_the_sweep_and_grow() {
    for r in both(&Spec::steps()) {
        let c = r.stated_command(1).unwrap();
        // 10 samples of holding, 100 at 0, then 200 + 20 at -100 + 50.
        assert_eq!((c[9], c[10], c[109], c[110], c[329], c[330]), (-10.0, 0.0, 0.0, -50.0, -50.0, -10.0));
        assert_eq!(r.commands[0].waveforms[1].edges(), [0, 10, 110, 330]);
        assert_eq!(r.commands[0].source, CommandSource::EpochTable);
    }
}

#[test]
fn ramps_and_trains_start_from_the_level_before() {
    let epochs = vec![(2, 90.0, 0.0, 101, 0, 0, 0), (3, 200.0, 0.0, 100, 0, 30, 5)];
    for r in both(&Spec { epochs, hold_last: true, ..Spec::steps() }) {
        let c = r.stated_command(0).unwrap();
        assert!((c[10] + 10.0).abs() < 1e-9 && (c[60] - 40.0).abs() < 1e-9 && (c[110] - 90.0).abs() < 1e-9);
        let pulses: Vec<usize> = (0..640).filter(|&i| c[i] == 200.0 && c[i - 1] != 200.0).collect();
        // Three whole periods; then the last epoch's level is held, and into the next sweep.
        assert_eq!(pulses, [111, 141, 171, 211]);
        assert_eq!((c[115], c[116], c[639]), (200.0, 90.0, 200.0));
        assert_eq!(r.stated_command(1).unwrap()[0], 200.0);
    }
}

#[test]
fn a_user_list_replaces_one_number_of_one_epoch() {
    // The second epoch's level: 11 + epochs + 1, with 10 epochs in the first generation and 50 in the second.
    for (write, level, duration) in [(abf1 as fn(&Spec) -> Vec<u8>, 22, 32), (abf2, 62, 112)] {
        let list = |enabled, parameter, repeat, entries| {
            read_bytes(&write(&Spec {
                user_list: Some((enabled, parameter, repeat, entries)),
                sweeps: 4,
                counts: vec![0; 2560],
                ..Spec::steps()
            }))
            .unwrap()
        };
        let levels = |r: &Recording| (0..4).map(|k| r.stated_command(k).unwrap()[150]).collect::<Vec<_>>();
        let r = list(true, level, false, "-25, 75,");
        assert_eq!(levels(&r), [-25.0, 75.0, 75.0, 75.0]);
        assert_eq!((r.commands.len(), r.commands[0].source), (1, CommandSource::UserList));
        assert_eq!(levels(&list(true, level, true, "-25,75")), [-25.0, 75.0, -25.0, 75.0]);
        let r = list(true, duration, false, "10,20,30,40");
        assert_eq!(r.commands[0].waveforms[3].edges(), [0, 10, 110, 150]);
        // Declared unused, yet there: both are given, the table first.
        let r = list(false, level, false, "-25,75");
        assert_eq!(levels(&r), [-100.0, -50.0, 0.0, 50.0]);
        assert_eq!(r.commands[1].source, CommandSource::UserList);
        assert!(r.notes.iter().any(|n| n.contains("user list")), "{:?}", r.notes);
        assert_eq!(list(true, level, false, "a,b").commands[0].source, CommandSource::EpochTable);
    }
}

#[test]
fn gap_free_files_are_one_sweep_with_tags() {
    let spec = Spec { gap_free: true, epochs: vec![], tags: vec![(200, "drug on")], ..Spec::steps() };
    for r in both(&spec) {
        assert_eq!((r.sweeps.len(), r.sweeps[0].len()), (1, 1280));
        assert_eq!(r.commands[0].source, CommandSource::Holding);
        assert_eq!(r.stated_command(0).unwrap(), [-10.0; 1280]);
        assert_eq!((r.tags[0].comment.as_str(), r.tags[0].time_ms), ("drug on", 10.0));
    }
}

#[test]
fn sizes_that_cannot_be_are_refused() {
    for write in [abf1, abf2] {
        let whole = write(&Spec::steps());
        let e = read_bytes(&whole[..whole.len() - 1024]).unwrap_err();
        assert!(e.to_string().contains("claims 1280 samples"), "{e}");
        assert!(e.hint().contains("copy the file again"));
        for cut in [4, 60, 300] {
            let e = read_bytes(&whole[..cut]).unwrap_err();
            assert!(matches!(e, RecordingError::Damaged { .. }), "{e}");
        }
    }
    // 2^32 - 1 sweeps of 2^62 samples.
    let mut absurd = abf2(&Spec::steps());
    absurd[12..16].fill(0xff);
    assert!(read_bytes(&absurd).unwrap_err().to_string().contains("sweeps"));
    absurd[244..252].copy_from_slice(&(1i64 << 62).to_le_bytes());
    assert!(read_bytes(&absurd).unwrap_err().to_string().contains("has room for"));
    let e = recording::read(Path::new("nowhere.abf")).unwrap_err();
    assert!(e.hint().contains("check the path"), "{e}");
    let unknown = tempfile::NamedTempFile::new().unwrap();
    assert!(matches!(recording::read(unknown.path()), Err(RecordingError::Unknown { found: "empty", .. })));
}

#[test]
fn odd_numbers_in_a_header_are_survived() {
    for epochs in [
        vec![(1, 5.0, 0.0, i32::MAX, i32::MAX, 0, 0)],
        vec![(2, f32::NAN, 0.0, i32::MAX, 0, 0, 0)],
        vec![(3, 5.0, 0.0, i32::MAX, 0, 0, -1), (3, 5.0, 0.0, 200, 0, i32::MAX, i32::MAX)],
        vec![(1, 5.0, 0.0, -5, -5, 0, 0)],
    ] {
        for r in both(&Spec { epochs, ..Spec::steps() }) {
            assert_eq!(r.stated_command(1).unwrap().len(), 640);
        }
    }
    let r = read_bytes(&abf2(&Spec { epochs: vec![(7, 5.0, 0.0, 9, 0, 0, 0)], ..Spec::steps() })).unwrap();
    assert!(r.commands.is_empty() && r.notes[0].contains("Biphasic"), "{:?}", r.notes);
    let silent = Spec { channels: vec![("Vm", "mV", 0.0, None)], ..Spec::steps() };
    assert!(read_bytes(&abf2(&silent)).unwrap_err().to_string().contains("gain of channel `Vm`"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_maltreated_file_panics(
        first: bool,
        keep in 0.5..1.2f64,
        // Mostly header: that is where counts and offsets stand.
        flips in prop::collection::vec((0usize..6144, any::<u8>()), 0..6),
        words in prop::collection::vec((0usize..1500, any::<i32>()), 0..3),
    ) {
        let list = Some((true, 62, false, "1,2"));
        let spec = Spec { user_list: list, tags: vec![(7, "tag")], ..Spec::steps() };
        let mut bytes = if first { abf1(&spec) } else { abf2(&spec) };
        for (at, value) in flips {
            let n = bytes.len();
            bytes[at % n] = value;
        }
        for (at, value) in words {
            bytes[4 * at..4 * at + 4].copy_from_slice(&value.to_le_bytes());
        }
        bytes.truncate((bytes.len() as f64 * keep) as usize);
        if let Ok(r) = read_bytes(&bytes) {
            for k in 0..r.sweeps.len().min(5) {
                let _ = (r.response(k), r.recorded_command(k), r.stated_command(k));
            }
        }
    }
}

/// What pyABF reads from files, as files of f64 beside them.
const PYABF: &str = r#"
import sys, glob, numpy as np, pyabf
for path in sorted(glob.glob("*.abf")):
    abf = pyabf.ABF(path)
    y, c = [], []
    for s in abf.sweepList:
        for ch in range(abf.channelCount):
            abf.setSweep(s, channel=ch)
            y.append(abf.sweepY)
        abf.setSweep(s, channel=0)
        c.append(abf.sweepC)
    np.concatenate(y).astype("<f8").tofile(path + ".y")
    np.concatenate(c).astype("<f8").tofile(path + ".c")
    print(path, abf.sweepCount, abf.channelCount, abf.sampleRate, *abf.adcUnits)
"#;

fn numbers(path: PathBuf) -> Vec<f64> {
    std::fs::read(path).unwrap().as_chunks().0.iter().map(|&b| f64::from_le_bytes(b)).collect()
}

/// Compares every file of a folder with pyABF: every sample to 1e-6 of its size (or of one count, near
/// nought), and the commands of the second generation (of the first, pyABF takes the first epoch's level for
/// the holding level).
fn compare_with_pyabf(python: &PathBuf, folder: &Path) {
    let said = run_python(python, folder, PYABF);
    assert!(!said.is_empty());
    for line in said.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let name = words[0];
        let r = recording::read(&folder.join(name)).unwrap();
        let shape = [r.sweeps.len(), r.channels.len(), r.rate_hz().round() as usize];
        assert_eq!(shape.map(|n| n.to_string()), words[1..4], "{name}");
        let theirs = numbers(folder.join(format!("{name}.y")));
        let mut theirs = theirs.iter();
        for (k, sweep) in r.sweeps.iter().enumerate() {
            for (channel, values) in r.channels.iter().zip(&sweep.channels) {
                let factor = recording::unit::quantity(&channel.file_unit).1;
                let count = channel.gain.map_or(0.0, |g| g.per_count.abs()) * factor;
                for (i, ours) in values.iter().enumerate() {
                    let theirs = theirs.next().unwrap() * factor;
                    let tolerance = 1e-6 * theirs.abs().max(count);
                    assert!((ours - theirs).abs() <= tolerance, "{name} sweep {k} {i}: {ours} {theirs}");
                }
            }
        }
        assert!(theirs.next().is_none(), "{name}");
        if r.provenance.format.starts_with("ABF2") {
            let ours: Vec<f64> = (0..r.sweeps.len()).flat_map(|k| r.stated_command(k).unwrap()).collect();
            let theirs = numbers(folder.join(format!("{name}.c")));
            assert_eq!(ours.len(), theirs.len(), "{name}");
            for (i, (a, b)) in ours.iter().zip(&theirs).enumerate() {
                assert!((a - b).abs() <= 1e-4 * b.abs().max(1.0), "{name} command {i}: {a} {b}");
            }
        }
    }
}

#[test]
fn pyabf_reads_the_same_from_files_made_here() {
    let Some(python) = python_with("pyabf") else { return };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, spec: &Spec| {
        // pyABF reads no floating point numbers from the first generation.
        if !spec.float {
            std::fs::write(folder.path().join(format!("{name}_1.abf")), abf1(spec)).unwrap();
        }
        std::fs::write(folder.path().join(format!("{name}_2.abf")), abf2(spec)).unwrap();
    };
    write("steps", &Spec::steps());
    let two = vec![("Vm", "mV", 0.01, Some(2.0)), ("Im", "pA", 0.0005, None)];
    let short = vec![(1, 5.0, 0.0, 60, 10, 0, 0), (1, -50.0, 25.0, 70, 0, 0, 0)];
    write("channels", &Spec { channels: two, epochs: short, ..Spec::steps() });
    write("float", &Spec { float: true, ..Spec::steps() });
    let epochs = vec![(2, 90.0, 10.0, 101, 0, 0, 0), (3, 200.0, 0.0, 100, 0, 30, 5)];
    write("shapes", &Spec { epochs: epochs.clone(), ..Spec::steps() });
    write("last", &Spec { epochs, hold_last: true, ..Spec::steps() });
    write("gapfree", &Spec { gap_free: true, epochs: vec![], tags: vec![(3, "tag")], ..Spec::steps() });
    compare_with_pyabf(&python, folder.path());
}

/// The folder of real recordings: `VREST_RECORDINGS`, or `shared/recordings` beside the workspace.
fn recordings() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings");
    let folder = std::env::var_os("VREST_RECORDINGS").map_or(beside, PathBuf::from);
    if folder.join("File_axon_5.abf").exists() {
        return Some(folder);
    }
    skipped("no real recordings: set VREST_RECORDINGS to the folder of File_axon_5.abf");
    None
}

#[test]
fn pyabf_reads_the_same_from_real_recordings() {
    let (Some(python), Some(recordings)) = (python_with("pyabf"), recordings()) else { return };
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(recordings).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "abf") {
            std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    compare_with_pyabf(&python, folder.path());
}

#[test]
fn a_wrong_step_list_is_seen_against_the_recorded_command() {
    let Some(folder) = recordings() else { return };
    let r = recording::read(&folder.join("2020_03_02_0000.abf")).unwrap();
    let mean = |v: &[f64]| v[2000..6000].iter().sum::<f64>() / 4000.0;
    // Sweep, recorded current, what the table says, what the user list says: the list is what was played.
    for (sweep, recorded, table, list) in [(8, 148.7, 200.0, 150.0), (15, 598.4, 550.0, 600.0)] {
        assert!((mean(r.recorded_command(sweep).unwrap()) - recorded).abs() < 0.2);
        assert_eq!(mean(&r.commands[0].waveforms[sweep].sample(20_000)), table);
        assert_eq!(mean(&r.commands[1].waveforms[sweep].sample(20_000)), list);
    }
    assert_eq!((r.clamp, r.channels[1].name.as_str()), (Some(Clamp::Current), "I_Com"));
    let r = recording::read(&folder.join("171116sh_0011.abf")).unwrap();
    assert_eq!((r.clamp, r.commands[0].quantity), (Some(Clamp::Voltage), Quantity::Voltage));
}
