//! Recordings of real cells, where they are at hand: a folder named in VREST_RECORDINGS, or `shared/recordings`
//! beside the checkout. Their figures were measured by pyABF and are independent of this program.

mod common;

use common::skipped;
use std::path::PathBuf;
use vrest_data::doubt::{About, Examined, UsedCommand, examine};
use vrest_data::features::summary::Summary;
use vrest_data::features::{membrane_test, passive};
use vrest_data::recording;

fn file(name: &str) -> Option<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut places: Vec<PathBuf> =
        std::env::var_os("VREST_RECORDINGS").into_iter().map(PathBuf::from).collect();
    places.extend(here.ancestors().map(|a| a.join("shared/recordings")));
    let found = places.iter().map(|p| p.join(name)).find(|p| p.is_file());
    if found.is_none() {
        skipped(&format!("`{name}` is not at hand: name its folder in VREST_RECORDINGS"));
    }
    found
}

fn examined(name: &str) -> Option<Examined> {
    Some(examine(recording::read(&file(name)?).unwrap(), false))
}

fn features(e: &Examined) -> Vec<passive::SweepFeatures> {
    let one = |s: usize| passive::sweep(e.recording.response(s), &e.command[s], e.recording.dt_ms).unwrap();
    (0..e.recording.sweeps.len()).map(one).collect()
}

/// An electronic model cell whose header lies about the steps.
#[test]
fn the_model_cell_is_one_resistor_and_one_capacitor() {
    let Some(e) = examined("2020_03_02_0000.abf") else { return };
    let lie =
        e.findings.iter().find(|f| f.about == About::HeaderCommand).expect("the header's steps are wrong");
    assert!(lie.corrected && lie.confidence > 0.99 && e.used == UsedCommand::Recorded, "{lie:?}");
    let f = features(&e);
    let step = |s: usize| f[s].step.as_ref().unwrap().i_step;
    assert!((step(8) - 148.7).abs() < 1.5 && (step(15) - 598.4).abs() < 3.0, "{} {}", step(8), step(15));
    let s = Summary::of(&f).unwrap();
    let r = s.r_in_hyperpolarising.unwrap().value;
    assert!((r / 502.6 - 1.0).abs() < 0.01, "{r}");
    assert!((s.tau.unwrap().value / 14.0 - 1.0).abs() < 0.015, "{:?}", s.tau);
    assert!((s.c_m.unwrap().value / 27.5 - 1.0).abs() < 0.03, "{:?}", s.c_m);
    assert!((s.v_rest.value + 3.3).abs() < 0.1 && (s.noise - 0.13).abs() < 0.02 && s.spikes == 0);
}

#[test]
fn a_neuron_has_the_passive_features_that_were_measured_elsewhere() {
    let Some(e) = examined("File_axon_5.abf") else { return };
    let f = features(&e);
    assert!(f[..6].iter().all(|f| (-73.55..=-70.75).contains(&f.v_rest.value)));
    assert!(f[..6].iter().all(|f| (0.02..0.12).contains(&f.noise)));
    // Means of 50 ms before the step and at its end, from pyABF's samples.
    for (s, reference) in [(0, 160.55), (1, 161.88), (3, 161.87), (4, 123.05), (5, 105.46)] {
        let r = f[s].step.as_ref().unwrap().r_in.unwrap().value;
        assert!((r / reference - 1.0).abs() < 0.005, "{s}: {r}");
    }
    let t = |s: usize| f[s].step.as_ref().unwrap().t_63.unwrap();
    assert!((40.0..44.0).contains(&t(0)) && (19.0..22.0).contains(&t(5)), "{} {}", t(0), t(5));
    assert!(f[..6].iter().all(|f| f.spikes_ms.is_empty()) && f[6..].iter().any(|f| !f.spikes_ms.is_empty()));
}

#[test]
fn sag_is_seen_where_it_is() {
    let Some(e) = examined("171116sh_0018.abf") else { return };
    let f = features(&e);
    assert!(f.iter().all(|f| (-63.5..-60.5).contains(&f.v_rest.value)));
    let first = f[0].step.as_ref().unwrap();
    // (-76.7 peak, -73.2 steady) from about -62.
    assert!((0.15..0.32).contains(&first.sag_ratio.unwrap().value), "{:?}", first.sag_ratio);
    assert!((95.0..150.0).contains(&first.r_in.unwrap().value), "{:?}", first.r_in);
}

#[test]
fn the_membrane_test_agrees_with_the_usual_program() {
    let Some(e) = examined("171116sh_0011.abf") else { return };
    let tests: Vec<_> = (0..e.recording.sweeps.len())
        .map(|s| membrane_test::sweep(e.recording.response(s), &e.command[s], e.recording.dt_ms).unwrap())
        .collect();
    let mean = |of: &dyn Fn(&membrane_test::MembraneTest) -> f64| {
        tests.iter().map(of).sum::<f64>() / tests.len() as f64
    };
    let (ra, rt, c) = (mean(&|t| t.r_a), mean(&|t| t.r_total.value), mean(&|t| t.c_charge));
    for (got, want) in [(ra, 16.9), (rt, 97.0), (c, 150.0)] {
        assert!((got / want - 1.0).abs() < 0.1, "{got} {want}");
    }
}
