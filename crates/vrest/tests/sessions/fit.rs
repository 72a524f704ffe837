//! `vrest fit`: a cell is made from a recording and used like any other.

use crate::harness::Session;
use crate::inspect::recording;

#[test]
fn the_fitted_cell_rests_where_the_recorded_one_did() {
    let session = Session::new();
    session.file("cell.csv", recording(&[-50.0, -25.0, 25.0, 50.0], "mV"));
    let fit = ["fit", "cell.csv", "-c", "passive", "-f", "geometry.diameter,leak.g,leak.e", "--starts", "2"];
    let outcome = session.run(&[&fit[..], &["--hold-out", "1", "-o", "out", "--format", "json"]].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.transcript());
    let answer: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let derived = answer["derived"].as_array().unwrap();
    for (name, want) in [("V_rest", -70.0), ("R_in", 200.0), ("C_m", 100.0), ("tau", 20.0)] {
        let d = derived.iter().find(|d| d["name"] == name).unwrap();
        assert!((d["value"].as_f64().unwrap() / want - 1.0).abs() < 2e-3, "{d}");
    }
    assert!(answer["held_out"][0]["rms"].as_f64().unwrap() < 0.02);
    assert_eq!(
        session.files(),
        [
            "cell.csv",
            "out/cell.toml",
            "out/fit.json",
            "out/manifest.json",
            "out/overlay.svg",
            "out/profiles.svg",
            "out/residuals.svg"
        ]
    );
    let rest = session.run(&["rest", "out/cell.toml", "--format", "json"]);
    let rest: serde_json::Value = serde_json::from_str(&rest.stdout).unwrap();
    assert!((rest["v_rest"].as_f64().unwrap() + 70.0).abs() < 0.01);
    assert!((rest["input_resistance_cell"].as_f64().unwrap() / 200.0 - 1.0).abs() < 2e-3);
}

/// The recorded cell is a resistor and a capacitor: an M current is driven to nothing, a bound is run into, and both are
/// said instead of being given an interval of no width or keeping the program busy for ever.
#[test]
fn what_ends_at_nothing_or_at_a_bound_is_said() {
    let session = Session::new();
    session.file("cell.csv", recording(&[-50.0, -25.0, 25.0, 50.0], "mV"));
    let m_current = ["-c", "subthreshold", "--set", "h.g=0 mS/cm2", "-f"];
    let m_current =
        [&m_current[..], &["geometry.diameter,leak.g,leak.e,k_m.g,temperature=30 degC..38 degC"]].concat();
    let held = ["-c", "passive", "--set", "leak.e=-60 mV", "-f", "geometry.diameter,leak.g,leak.e=-68..-50"];
    for (rest, said) in [
        (&m_current[..], "`k_m.g`: these sweeps want none of it"),
        (&held, "`leak.e` stopped at its lower bound"),
    ] {
        let outcome = session.run(&[&["fit", "cell.csv", "--starts", "2"], rest].concat());
        assert_eq!(outcome.code, 0, "{}", outcome.transcript());
        assert!(outcome.stdout.contains(said), "{}", outcome.transcript());
        assert!(!outcome.stdout.contains("inf times"), "{}", outcome.transcript());
    }
}

#[test]
fn what_cannot_be_fitted_is_refused_with_advice() {
    let session = Session::new();
    session.file("cell.csv", recording(&[-50.0, 25.0], "mV"));
    for (more, said) in [
        (&["-c", "passive", "-f", "leak.gg"][..], "did you mean `leak.g`"),
        (&["-c", "passive", "-f", "leak.e=-50..-90"], "write bounds as two numbers"),
        (&["-c", "passive", "-f", "leak.e=-60..-50"], "outside -60 .. -50"),
        (&["-c", "passive", "-f", "rest"], "no parameter is free"),
        (&["-c", "passive", "-f", "temperature=10..38"], "write both ends with their unit"),
        (&["-c", "passive", "-f", "leak.g", "--hold-out", "0,1"], "no sweep is left"),
        (&["-c", "squid_textbook", "-f", "leak_K.p"], "the cell has no size"),
    ] {
        let outcome = session.run(&[&["fit", "cell.csv"], more].concat());
        assert_eq!(outcome.code, 2, "{}", outcome.transcript());
        assert!(outcome.stderr.contains(said), "{}", outcome.transcript());
    }
    assert_eq!(session.files(), ["cell.csv"]);
}
