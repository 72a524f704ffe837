//! NWB files: built here, and by PyNWB as the independent judge.

mod common;

use common::nwb::{Series, file, sound};
use common::{python_with, run_python};
use hdf5_pure::FileBuilder;
use proptest::prelude::*;
use vrest_data::recording::{self, Clamp, Recording, RecordingError};

fn read_bytes(bytes: &[u8]) -> Result<Recording, RecordingError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.nwb");
    std::fs::write(&path, bytes).unwrap();
    recording::read(&path)
}

#[test]
fn sweeps_come_in_order_with_their_stimuli() {
    let r = read_bytes(&sound()).unwrap();
    let near =
        |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
    assert!(near(r.response(0), &[-71.0, -71.5]) && near(r.response(1), &[-70.0, -69.0, -68.0]));
    assert!(near(&r.stated_command(1).unwrap(), &[0.0, 100.0, 100.0]));
    assert_eq!((r.dt_ms, r.sweeps[1].start_ms, r.clamp), (0.1, 2000.0, Some(Clamp::Current)));
    assert_eq!((r.provenance.format.as_str(), r.provenance.comment.as_str()), ("NWB 2.5.0", "a test"));
}

#[test]
fn conversion_then_offset() {
    let s = Series { offset: -0.01, ..Series::voltage("a", 0, vec![-60.0; 3]) };
    assert!((read_bytes(&file("2.0", &[s], &[])).unwrap().response(0)[0] + 70.0).abs() < 1e-9);
}

#[test]
fn names_or_order_assign_stimuli_where_numbers_are_missing() {
    let bare = |s: Series| Series { sweep: None, start: 0.0, ..s };
    let v = |name| bare(Series::voltage(name, 0, vec![-70.0; 2]));
    let i = |name, x| bare(Series::current(name, 0, vec![x; 2]));
    let r = read_bytes(&file("2.1", &[v("r_2"), v("r_10")], &[i("s_10", 10.0), i("s_2", 2.0)])).unwrap();
    assert_eq!((r.channels[0].name.as_str(), r.stated_command(0).unwrap()[0].round()), ("r_2", 2.0));
    let r = read_bytes(&file("2.1", &[v("a"), v("b")], &[i("x", 1.0), i("y", 2.0)])).unwrap();
    assert_eq!(r.stated_command(1).unwrap()[0].round(), 2.0);
    let r = read_bytes(&file("2.1", &[v("a"), v("b")], &[i("x", 1.0)])).unwrap();
    assert!(r.commands.is_empty() && r.notes[0].contains("could not be assigned"), "{:?}", r.notes);
}

#[test]
fn the_other_clamp_is_left_out_and_named() {
    let vc = Series { kind: "VoltageClampSeries", unit: "amperes", ..Series::voltage("vc", 3, vec![0.0; 9]) };
    let r = read_bytes(&file(
        "2.1",
        &[Series::voltage("a", 1, vec![0.0; 9]), vc, Series::voltage("b", 2, vec![0.0; 9])],
        &[],
    ))
    .unwrap();
    assert_eq!(r.sweeps.len(), 2);
    assert!(r.notes[0].contains("vc"), "{:?}", r.notes);
}

#[test]
fn what_is_wrong_is_said() {
    let one = || Series::voltage("a", 0, vec![-70.0; 4]);
    for (bytes, said) in [
        (file("1.0.6", &[one()], &[]), "NWB version 1.0.6"),
        (file("2.0", &[], &[]), "no patch-clamp series"),
        (
            file("2.0", &[Series { rate: 0.0, ..one() }], &[]),
            "series `a`: `starting_time` has no valid `rate`",
        ),
        (file("2.0", &[Series { data: vec![0.0, f32::NAN], ..one() }], &[]), "is NaN in sweep 0 at sample 1"),
        (FileBuilder::new().finish().unwrap(), "without `nwb_version`"),
        (b"\x89HDF\r\n\x1a\n".to_vec(), "damaged NWB"),
    ] {
        let e = read_bytes(&bytes).unwrap_err();
        assert!(e.to_string().contains(said), "{e}");
    }
    let whole = sound();
    assert!(read_bytes(&whole[..whole.len() / 2]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_maltreated_file_panics(
        keep in 0.3..1.0f64,
        cut: bool,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        words in prop::collection::vec((any::<prop::sample::Index>(), any::<i64>()), 0..2),
    ) {
        let mut bytes = sound();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        for (at, value) in words {
            let at = at.index(bytes.len() / 8 - 1) * 8;
            bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
        }
        if cut {
            bytes.truncate((bytes.len() as f64 * keep) as usize);
        }
        if let Ok(r) = read_bytes(&bytes) {
            let _ = (r.response(0), r.stated_command(0));
        }
    }
}

#[test]
fn what_pynwb_writes_is_read() {
    let Some(python) = python_with("pynwb") else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = r#"
import numpy as np, datetime
from pynwb import NWBFile, NWBHDF5IO
from pynwb.icephys import CurrentClampSeries, CurrentClampStimulusSeries
f = NWBFile("session", "id", datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc))
e = f.create_icephys_electrode(name="e", description="d", device=f.create_device(name="rig"))
for k in range(3):
    i = np.where(np.arange(500) < 100, 0.0, 50e-12 * k)
    f.add_acquisition(CurrentClampSeries(name=f"v{k}", data=(-70 + k + np.arange(500) / 100).astype("i2"),
        conversion=1e-3, offset=0.005, rate=20000.0, starting_time=float(k), electrode=e, gain=1.0,
        sweep_number=np.uint32(k)))
    f.add_stimulus(CurrentClampStimulusSeries(name=f"i{k}", data=i, rate=20000.0, starting_time=float(k),
        electrode=e, gain=1.0, sweep_number=np.uint32(k)))
with NWBHDF5IO("a.nwb", "w") as io:
    io.write(f)
"#;
    run_python(&python, folder.path(), program);
    let r = recording::read(&folder.path().join("a.nwb")).unwrap();
    assert_eq!((r.sweeps.len(), r.dt_ms, r.sweeps[2].start_ms), (3, 0.05, 2000.0));
    // -70 + 2 + 4.99, cut to an integer by the file, plus 5 mV of offset.
    assert!((r.response(2)[499] + 58.0).abs() < 1e-9, "{}", r.response(2)[499]);
    let command = r.stated_command(2).unwrap();
    assert!(command[99] == 0.0 && (command[100] - 100.0).abs() < 1e-9);
    assert!(r.provenance.created.starts_with("2026-01-02"), "{:?}", r.provenance);
}
