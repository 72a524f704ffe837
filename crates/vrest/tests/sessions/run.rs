//! `vrest run`: trajectories as tables and figures, and everything that stands in the way of writing them.

use crate::harness::Session;

#[test]
fn a_current_step_moves_the_voltage_and_comes_back() {
    let session = Session::new();
    let outcome =
        session.run(&["run", "neuron_balanced", "-p", "current_step", "-o", "out/v.csv", "-f", "out/v.svg"]);
    assert_eq!(outcome.code, 0);
    insta::assert_snapshot!(outcome.transcript());
    assert_eq!(session.files(), ["out/v.csv", "out/v.manifest.json", "out/v.svg"]);
    let table = vrest_data::Table::read_csv(&session.path("out/v.csv")).unwrap();
    assert_eq!((table.rows(), table.numbers("stimulus").unwrap()[300]), (1001, 0.1));
    let svg = std::fs::read_to_string(session.path("out/v.svg")).unwrap();
    assert!(svg.contains("time (ms)") && svg.contains("V (mV)"));
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(session.path("out/v.manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["solver"]["method"], "exponential");
    assert_eq!(manifest["outputs"].as_array().unwrap().len(), 2);
    assert_eq!(manifest["inputs"][1]["path"], "protocol current_step");
}

#[test]
fn the_three_protocols_run_on_every_preset() {
    let session = Session::new();
    for cell in ["neuron_balanced", "seed_neuron", "squid_textbook"] {
        for protocol in ["baseline", "current_step", "k_out_ramp"] {
            let outcome = session.run(&["run", cell, "--protocol", protocol]);
            assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{}", outcome.transcript());
        }
    }
}

#[test]
fn a_protocol_of_ones_own_and_set_reach_the_same_numbers() {
    let session = Session::new();
    session.file(
        "mine.toml",
        "name = \"mine\"\nduration = \"50 ms\"\nstart = \"rest\"\n\
         [stimulus]\nkind = \"step\"\namplitude = \"0.2 uA/cm2\"\nstart = \"10 ms\"\nduration = \"20 ms\"\n",
    );
    let set = ["--set", "stimulus.duration=100 ms", "--set", "stimulus.start=100 ms"];
    let own = session.run(&["run", "seed_neuron", "-p", "mine.toml", "-i", "10 ms", "--format", "csv"]);
    let far = session.run(
        &[&["run", "seed_neuron", "-p", "mine.toml", "-i", "10 ms", "--format", "csv"], &set[..]].concat(),
    );
    assert_eq!(own.stdout.lines().count(), 7);
    assert!(own.stdout.contains(",0.2\n") && !far.stdout.contains(",0.2\n"), "{}{}", own.stdout, far.stdout);
}

#[test]
fn unknown_forms_intervals_and_names_are_refused_before_any_work() {
    let session = Session::new();
    let run = ["run", "seed_neuron", "-p", "baseline"];
    for (name, more) in [
        ("output", &["-o", "v.txt"][..]),
        ("figure", &["-f", "v.jpg"]),
        ("interval", &["-i", "3"]),
        ("memory", &["-i", "1e-12 ms"]),
        ("path", &["--set", "stimulus.amplitude=1 uA/cm2"]),
    ] {
        let outcome = session.run(&[&run[..], more].concat());
        assert_eq!(outcome.code, 2, "{}", outcome.transcript());
        if name != "memory" {
            insta::assert_snapshot!(format!("refused_{name}"), outcome.transcript());
        } else {
            assert!(
                outcome.stderr.contains("rows need") && outcome.stderr.contains("PiB"),
                "{}",
                outcome.stderr
            );
        }
    }
    assert!(session.files().is_empty());
}

#[test]
fn a_parameter_that_the_cell_does_not_have_is_found_in_the_protocol() {
    let session = Session::new();
    session.file(
        "mine.toml",
        "name = \"mine\"\nduration = \"50 ms\"\nstart = \"rest\"\n\
         [changes.k]\nparameter = \"ions.K.outsid\"\nkind = \"step\"\nto = \"9 mM\"\nstart = \"10 ms\"\n",
    );
    let outcome = session.run(&["run", "seed_neuron", "-p", "mine.toml"]);
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!(outcome.transcript());
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_leaves_what_was_there() {
    let session = Session::new();
    session.file("folder/inside", "").file("plain", "precious");
    std::os::unix::fs::symlink("/dev/full", session.path("full.csv")).unwrap();
    let mut readonly = std::fs::metadata(session.path("plain")).unwrap().permissions();
    readonly.set_readonly(true);
    std::fs::copy(session.path("plain"), session.path("old.csv")).unwrap();
    std::fs::set_permissions(session.path("old.csv"), readonly).unwrap();
    let before = session.files();
    for (name, target) in [
        ("disk_full", "full.csv"),
        ("file_as_folder", "plain/v.csv"),
        ("read_only", "old.csv"),
        ("no_folder", "/proc/v.csv"),
    ] {
        let outcome = session.run(&["run", "seed_neuron", "-p", "baseline", "-o", target]);
        assert_eq!(outcome.code, 3, "{}", outcome.transcript());
        insta::assert_snapshot!(format!("unwritable_{name}"), outcome.transcript());
    }
    assert_eq!(session.files(), before);
    assert_eq!(std::fs::read_to_string(session.path("old.csv")).unwrap(), "precious");
}

/// The peak of the sodium current of the squid axon at 0 mV is inward and its potassium current outward; the command is recorded.
#[test]
fn a_voltage_clamp_records_its_current() {
    let session = Session::new();
    let clamped = session.run(&[
        "run",
        "squid_hh52",
        "--protocol",
        "clamp_steps",
        "--format",
        "csv",
        "--interval",
        "1 ms",
    ]);
    assert_eq!(clamped.code, 0, "{}", clamped.stderr);
    let mut lines = clamped.stdout.lines();
    let header = "t (ms),V (mV),hh_na.m,hh_na.h,hh_k.n,clamp.current (uA/cm2),clamp.v (mV)";
    assert_eq!(lines.next(), Some(header));
    let rows: Vec<Vec<f64>> = lines.map(|l| l.split(',').map(|x| x.parse().unwrap()).collect()).collect();
    let at = |t: usize| (rows[t][1], rows[t][5], rows[t][6]);
    assert_eq!((at(4).0, at(4).2, at(10).0, at(10).2), (-80.0, -80.0, 0.0, 0.0));
    assert!(at(6).1 < -1000.0 && at(24).1 > 1000.0, "{:?} {:?}", at(6), at(24));

    let refused = session.run(&["generate", "squid_hh52", "--protocol", "clamp_steps", "--n-samples", "2"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("clamps the voltage"), "{}", refused.stderr);
}

/// Amounts are what is integrated; the concentrations beside them are amounts over volume.
#[test]
fn a_cell_whose_volume_moves_shows_amounts_and_concentrations() {
    let session = Session::new();
    session.file(
        "block.toml",
        "name = \"block\"\nduration = \"20 min\"\nstart = \"rest\"\n\
         [changes.stop]\nparameter = \"nak_pump.block\"\nkind = \"step\"\nto = 1\nstart = \"1 s\"\n",
    );
    let outcome = session.run(&["run", "pump_leak_kcc2", "-p", "block.toml", "-i", "5 min", "-o", "v.csv"]);
    assert_eq!((outcome.code, outcome.stderr.contains("warning")), (0, false), "{}", outcome.transcript());
    let table = vrest_data::Table::read_csv(&session.path("v.csv")).unwrap();
    let column = |name: &str| table.numbers(name).unwrap();
    let volume = column("volume");
    assert!(volume[4] > 1.03 * volume[0], "{volume:?}");
    for ion in ["Na", "K", "Cl"] {
        let amounts = column(&format!("ions.{ion}.amount_inside"));
        let concentrations = column(&format!("ions.{ion}.inside"));
        for ((n, c), w) in amounts.iter().zip(concentrations).zip(volume) {
            assert!((n / w - c).abs() < 1e-12 * c, "{ion}: {n} amol in {w} um3 and {c} mM");
        }
    }
}
