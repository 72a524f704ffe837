//! `vrest inspect`: recordings written here, so that the truth is known.

use crate::harness::Session;

/// A cell of 200 MOhm and 100 pF at -70 mV under steps of current, as exact exponentials.
pub fn recording(steps: &[f64], unit: &str) -> String {
    let (r, tau, dt) = (0.2, 20.0, 0.2);
    let mut text = format!("sweep,t (ms),V ({unit}),I (pA)\n");
    for (k, i) in steps.iter().enumerate() {
        for j in 0..3000 {
            let t = f64::from(j) * dt;
            let rise = |since: f64| if since > 0.0 { 1.0 - (-since / tau).exp() } else { 0.0 };
            let v = -70.0 + r * i * (rise(t - 100.0) - rise(t - 500.0));
            let on = if (500..2500).contains(&j) { *i } else { 0.0 };
            // A dither of 0.02 mV: real digitisers never stand still.
            let dither = 0.02 * f64::from((j * 7919 + 13 * k as i32) % 101 - 50) / 50.0;
            text += &format!("{k},{t},{},{on}\n", v + dither);
        }
    }
    text
}

#[test]
fn the_numbers_of_a_known_cell_come_back() {
    let session = Session::new();
    session.file("cell.csv", recording(&[-50.0, -25.0, 25.0], "mV"));
    let outcome = session.run(&["inspect", "cell.csv", "--format", "json", "-f", "cell.svg"]);
    assert_eq!(outcome.code, 0, "{}", outcome.transcript());
    let answer: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let value = |what: &str| answer["current_clamp"]["together"][what]["value"].as_f64().unwrap();
    for (what, want) in
        [("v_rest", -70.0), ("r_in", 200.0), ("tau", 20.0), ("c_m", 100.0), ("rectification", 1.0)]
    {
        assert!((value(what) / want - 1.0).abs() < 0.005, "{what} {}", value(what));
    }
    assert_eq!(session.files(), ["cell.csv", "cell.manifest.json", "cell.svg"]);
    let csv = session.run(&["inspect", "cell.csv", "--sweeps", "0,2", "--format", "csv"]);
    assert_eq!(csv.stdout.lines().count(), 3);
    assert!(csv.stdout.starts_with("sweep,I step (pA),V_rest (mV),V_rest se (mV),"), "{}", csv.stdout);
}

#[test]
fn millivolts_labelled_volts_are_put_right_and_said() {
    let session = Session::new();
    session.file("cell.csv", recording(&[-50.0, 25.0, 50.0], "V"));
    let outcome = session.run(&["inspect", "cell.csv"]);
    assert!(outcome.stdout.contains("corrected: `V` lies around"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("-70.0"), "{}", outcome.stdout);
    let trusting = session.run(&["inspect", "cell.csv", "--trust-header"]);
    assert!(trusting.stdout.contains("would be multiplied by 0.001"), "{}", trusting.stdout);
}

#[test]
fn what_is_no_recording_is_refused_in_words() {
    let session = Session::new();
    let mut abf = b"ABF2".to_vec();
    abf.resize(200, 0);
    session
        .file("empty.abf", "")
        .file("short.abf", abf)
        .file("words.csv", "a,b\nx,y\n")
        .file("x.wcp", "VER=9");
    session.file("cell.csv", recording(&[10.0], "mV"));
    for (arguments, code) in [
        (&["inspect", "empty.abf"][..], 3),
        (&["inspect", "short.abf"], 3),
        (&["inspect", "words.csv"], 3),
        (&["inspect", "x.wcp"], 3),
        (&["inspect", "nowhere.abf"], 3),
        (&["inspect", "cell.csv", "words.csv"], 2),
        (&["inspect", "cell.csv", "--sweeps", "0-7"], 2),
        (&["inspect", "cell.csv", "-f", "cell.jpg"], 2),
    ] {
        let outcome = session.run(arguments);
        assert_eq!(outcome.code, code, "{}", outcome.transcript());
        assert!(
            outcome.stdout.is_empty() && !outcome.stderr.contains("panicked"),
            "{}",
            outcome.transcript()
        );
        // Every message says what to do.
        assert!(outcome.stderr.contains("hint"), "{}", outcome.transcript());
    }
}
