//! Files that are cut, overwritten and made to claim absurd counts, of every format and through everything that is
//! done to a recording: no panic, no hang, no allocation out of proportion, and a message with a hint.

mod common;

use common::abf::{Spec, abf1, abf2};
use common::ibw::Wave;
use common::{archive, npy_f8, skipped};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use vrest_data::doubt::examine;
use vrest_data::features::{membrane_test, passive};
use vrest_data::recording;

thread_local! {
    /// The largest allocation of this thread since it was last set to 0.
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

struct Watched;

// SAFETY: every call goes to the system's allocator unchanged; what is added touches one number of the thread.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(layout.size())));
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(size)));
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Watched = Watched;

/// Splitmix64: the same files on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// One maltreatment: a cut, flipped bits, or numbers that no file means, mostly within the first `header` bytes.
fn maltreat(bytes: &mut Vec<u8>, header: usize, r: &mut Random) {
    const ABSURD: [[u8; 8]; 8] = [
        [0xff; 8],
        [0; 8],
        i64::MAX.to_le_bytes(),
        i64::MIN.to_le_bytes(),
        [0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f],
        [0, 0, 0, 0x40, 0, 0, 0, 0x40],
        f64::NAN.to_le_bytes(),
        [0, 0, 0x80, 0x7f, 0, 0, 0x80, 0x7f],
    ];
    let place = |r: &mut Random, bytes: &[u8]| match r.below(4) {
        0 => r.below(bytes.len()),
        _ => r.below(header.min(bytes.len())),
    };
    for _ in 0..=r.below(4) {
        if bytes.is_empty() {
            return;
        }
        match r.below(8) {
            0 => bytes.truncate(r.below(bytes.len() + 1)),
            1..=3 => {
                let at = place(r, bytes);
                bytes[at] ^= 1 << r.below(8);
            }
            4 => {
                let at = place(r, bytes);
                bytes[at] = r.next() as u8;
            }
            _ => {
                let at = place(r, bytes) / 4 * 4;
                let (absurd, wide) = (ABSURD[r.below(8)], [2, 4, 8][r.below(3)]);
                let end = (at + wide).min(bytes.len());
                bytes[at..end].copy_from_slice(&absurd[..end - at]);
            }
        }
    }
}

/// Reads a file and does to it what `vrest inspect` does; whether it was accepted.
fn treat(path: &Path) -> bool {
    match recording::read(path) {
        Ok(r) => {
            for trust in [false, true] {
                let e = examine(r.clone(), trust);
                for s in (0..e.recording.sweeps.len()).take(4) {
                    let _ = passive::sweep(e.recording.response(s), &e.command[s], e.recording.dt_ms);
                    let _ = membrane_test::sweep(e.recording.response(s), &e.command[s], e.recording.dt_ms);
                }
            }
            true
        }
        Err(e) => {
            assert!(!e.hint().is_empty() && e.to_string().contains('`'), "{e}");
            false
        }
    }
}

fn survive(name: &str, whole: &[u8], header: usize, cases: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, whole).unwrap();
    assert!(treat(&path), "{name} is sound");
    let (mut slowest, mut accepted) = (Duration::ZERO, 0);
    // A sound file needs this much at once; a damaged one of its size may need a few times that.
    let room = (64 * whole.len()).max(4 << 20);
    let cases = std::env::var("VREST_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    for case in 0..cases as u64 {
        let mut bytes = whole.to_vec();
        maltreat(&mut bytes, header, &mut Random(case));
        std::fs::write(&path, &bytes).unwrap();
        LARGEST.set(0);
        let begun = Instant::now();
        let outcome = std::panic::catch_unwind(|| treat(&path));
        let (took, most) = (begun.elapsed(), LARGEST.get());
        assert!(outcome.is_ok(), "{name}, case {case} panicked");
        assert!(most <= room, "{name}, case {case} asked for {most} bytes at once");
        assert!(took < Duration::from_secs(20), "{name}, case {case} took {took:?}");
        slowest = slowest.max(took);
        accepted += usize::from(outcome.is_ok_and(|accepted| accepted));
    }
    println!("{name}: {cases} files, {accepted} accepted, slowest {slowest:?}");
}

#[test]
fn axon_files() {
    let list = Some((true, 62, false, "1,2"));
    let two = vec![("Vm", "mV", 0.01, Some(2.0)), ("Im", "pA", 0.0005, None)];
    let spec = Spec { user_list: list, tags: vec![(7, "tag")], channels: two, ..Spec::steps() };
    survive("first.abf", &abf1(&spec), 6144, 1500);
    survive("second.abf", &abf2(&spec), 6144, 1500);
}

#[test]
fn nwb_files() {
    survive("series.nwb", &common::nwb::sound(), usize::MAX, 1000);
}

#[test]
fn igor_waves() {
    let values: Vec<f32> = (0..300).map(|k| if (80..200).contains(&k) { -75.0 } else { -70.0 }).collect();
    let wave = Wave::f32("mV", &values, false);
    // A wrong checksum is refused at once, so this header is hardly reached; `ibw.rs` seals it again.
    survive("five.ibw", &wave.version_5(), 384, 500);
    survive("two.ibw", &wave.version_2(), 142, 500);
}

#[test]
fn text_tables() {
    let mut text = String::from("sweep,t (ms),V (mV),I (pA)\n");
    for k in 0..240 {
        let (sweep, t) = (k / 120, k % 120);
        let on = (40..90).contains(&t);
        let v = -70.0 - if on { 5.0 } else { 0.0 } + 0.1 * f64::from(k % 7);
        text += &format!("{sweep},{t},{v},{}\n", if on { -50 } else { 0 });
    }
    survive("table.csv", text.as_bytes(), 200, 1500);
    survive("table.tsv", text.replace(',', "\t").as_bytes(), 200, 500);
}

#[test]
fn archives_of_arrays() {
    let t: Vec<f64> = (0..200).map(f64::from).collect();
    let v: Vec<f64> = (0..400).map(|k| -70.0 + f64::from(k % 13) * 0.1).collect();
    let i: Vec<f64> = (0..400).map(|k| if (60..150).contains(&(k % 200)) { -20.0 } else { 0.0 }).collect();
    for (name, deflate) in [("stored.npz", false), ("deflated.npz", true)] {
        let entries =
            [("t", npy_f8("(200,)", &t)), ("V", npy_f8("(2, 200)", &v)), ("I", npy_f8("(2, 200)", &i))];
        survive(name, &archive(deflate, &entries), usize::MAX, 1000);
    }
}

/// Real files, where they are at hand.
#[test]
fn real_recordings() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut places: Vec<PathBuf> =
        std::env::var_os("VREST_RECORDINGS").into_iter().map(PathBuf::from).collect();
    places.extend(here.ancestors().map(|a| a.join("shared/recordings")));
    let found = places.iter().map(|p| p.join("File_axon_5.abf")).find(|p| p.is_file());
    let Some(path) = found else {
        skipped("`File_axon_5.abf` is not at hand: name its folder in VREST_RECORDINGS");
        return;
    };
    survive("real.abf", &std::fs::read(path).unwrap(), 6144, 40);
}
