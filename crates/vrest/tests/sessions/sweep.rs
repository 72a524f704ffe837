//! `vrest sweep`: curves and maps of rest and of features, in files and on standard output.

use crate::harness::Session;

fn table(text: &str) -> vrest_data::Table {
    vrest_data::Table::parse_csv(text.as_bytes(), "stdout".as_ref()).unwrap()
}

#[test]
fn a_sweep_of_potassium_follows_the_chord_equation_and_draws_the_nernst_line() {
    let session = Session::new();
    let arguments =
        ["sweep", "seed_neuron", "--param", "ions.K.outside=3:50:log:30", "-o", "k.csv", "-f", "k.svg"];
    let outcome = session.run(&arguments);
    assert_eq!(outcome.code, 0, "{}", outcome.transcript());
    insta::assert_snapshot!(outcome.transcript());
    let points = vrest_data::Table::read_csv(&session.path("k.csv")).unwrap();
    let (k, v, e) = ["ions.K.outside", "v_rest", "e_K"].map(|n| points.numbers(n).unwrap()).into();
    assert_eq!(points.rows(), 30);
    for i in 0..30 {
        let e_k = 26.726659 * (k[i] / 140.0).ln();
        assert!((e[i] - e_k).abs() < 1e-5);
        // The pump follows K outside (V21).
        let pump = 2.0 * 0.5 * k[i] / (k[i] + 1.0);
        let chord = (0.36 * e_k + 0.03 * 71.471059 - 0.03 * 88.577120 - pump) / 0.42;
        assert!((v[i] - chord).abs() < 1e-5, "{} {chord}", v[i]);
    }
    let svg = std::fs::read_to_string(session.path("k.svg")).unwrap();
    for word in ["stable", "Nernst", "GHK", "(mM)", "(mV)"] {
        assert!(svg.contains(word), "no {word}");
    }
    assert_eq!(session.files(), ["k.csv", "k.manifest.json", "k.svg"]);
}

#[test]
fn a_map_of_two_parameters_is_the_same_with_any_number_of_threads() {
    let session = Session::new();
    let sweep = |threads: &str| {
        let typed = [
            "sweep",
            "squid_hh52",
            "--param",
            "hh_na.g=60:180:7",
            "--param",
            "hh_k.g=20:50:5",
            "--format",
            "csv",
            "--threads",
            threads,
            "-f",
            "map.png",
        ];
        let outcome = session.run(&typed);
        assert_eq!(outcome.code, 0, "{}", outcome.transcript());
        outcome.stdout
    };
    let one = sweep("1");
    assert_eq!(one, sweep("3"));
    assert!(table(&one).rows() >= 35);
    assert!(std::fs::read(session.path("map.png")).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn features_of_a_response() {
    let session = Session::new();
    session.file(
        "kick.toml",
        "name = \"kick\"\nduration = \"100 ms\"\nstart = \"rest\"\n\
         [stimulus]\nkind = \"step\"\namplitude = \"10 uA/cm2\"\nstart = \"0 ms\"\nduration = \"200 ms\"\n",
    );
    let sweep = |cell: &str, param: &str, feature: &str, more: &[&str]| {
        let typed =
            ["sweep", cell, "--param", param, "--feature", feature, "-p", "kick.toml", "--format", "csv"];
        let outcome = session.run(&[&typed[..], more].concat());
        assert_eq!(outcome.code, 0, "{}", outcome.transcript());
        let name = feature.replace('-', "_");
        table(&outcome.stdout).numbers(&name).unwrap().to_vec()
    };
    // V46: 68.39 Hz at 10 uA/cm2; here the first, shorter interval counts too.
    let rates = sweep("squid_hh52", "stimulus.amplitude=0:10:2", "rate", &[]);
    assert!(rates[0] == 0.0 && (rates[1] / 68.39 - 1.0).abs() < 0.01, "{rates:?}");
    // A passive membrane: V(t) = V_0 + I/G (1 - exp(-t/tau)), G = .42 mS/cm2, tau = 1/.42 ms.
    let peaks = sweep("seed_neuron", "stimulus.amplitude=1:10:2", "peak", &[]);
    for (i, peak) in [1.0, 10.0].into_iter().zip(peaks) {
        assert!((peak - (-79.542012 + i / 0.42)).abs() < 1e-4, "{peak}");
    }
    let times = sweep("seed_neuron", "stimulus.amplitude=1:10:2", "time-to", &["--level", "-70 mV"]);
    let want = -(1.0f64 - 9.542012 * 0.42 / 10.0).ln() / 0.42;
    assert!(times[0].is_nan() && (times[1] - want).abs() < 1e-3, "{times:?} {want}");
}

#[test]
fn what_makes_no_sense_is_refused_before_any_work() {
    let session = Session::new();
    for (name, more) in [
        ("path", &["--param", "ions.K.outsid=1:2"][..]),
        ("protocol", &["--param", "ions.K.outside=1:2", "--protocol", "current_step"]),
        ("no_protocol", &["--param", "ions.K.outside=1:2", "--feature", "peak"]),
        ("twice", &["--param", "ions.K.outside=1:2", "--param", "ions.K.outside=1:2"]),
        ("form", &["--param", "ions.K.outside=1:2", "--figure", "x.pdf"]),
    ] {
        let outcome = session.run(&[&["sweep", "seed_neuron"][..], more].concat());
        assert_eq!(outcome.code, 2, "{}", outcome.transcript());
        insta::assert_snapshot!(format!("refused_{name}"), outcome.transcript());
    }
    assert!(session.files().is_empty());
}
