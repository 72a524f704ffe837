//! `vrest generate`: the dataset as NumPy sees it, reproducible bytes, and everything that can go wrong.

use std::process::{Command, Stdio};

use vrest_data::npz;

use crate::harness::Session;

#[test]
fn the_default_dataset_in_small() {
    let session = Session::new();
    let outcome = session.run(&["generate", "-n", "20", "-t", "50"]);
    assert_eq!(outcome.code, 0);
    insta::assert_snapshot!(outcome.transcript());
    assert_eq!(session.files(), ["data/dataset.manifest.json", "data/dataset.npz"]);
    let data = npz::read(&session.path("data/dataset.npz")).unwrap();
    assert_eq!((data.samples(), data.times(), data.params()), (20, 50, 11));
    assert!(data.stimulus.is_some());
}

#[test]
fn one_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let session = Session::new();
    let bytes = |threads: &str, seed: &str| {
        let outcome = session.run(&[
            "generate",
            "-n",
            "50",
            "-t",
            "20",
            "-o",
            "d.npz",
            "--threads",
            threads,
            "--seed",
            seed,
        ]);
        assert_eq!(outcome.code, 0, "{}", outcome.transcript());
        ["d.npz", "d.manifest.json"].map(|name| std::fs::read(session.path(name)).unwrap())
    };
    assert_eq!(bytes("1", "7"), bytes("3", "7"));
    assert_ne!(bytes("2", "7"), bytes("2", "8"));
}

#[test]
fn own_cell_protocol_and_ranges() {
    let session = Session::new();
    session.file(
        "ranges.toml",
        "name = \"mine\"\nsampling = \"sobol\"\n[ranges]\n\
         \"leak_K.g\" = { distribution = \"log_uniform\", low = \"0.05 mS/cm2\", high = \"0.5 mS/cm2\" }\n\
         \"stimulus.amplitude\" = { distribution = \"normal\", mean = \"0.1 uA/cm2\", sd = \"0.02 uA/cm2\" }\n",
    );
    let run =
        ["generate", "neuron_balanced", "-p", "current_step", "-r", "ranges.toml", "-n", "8", "-t", "100"];
    let at_rest = session.run(&[&run[..], &["--start", "rest"]].concat());
    assert_eq!(at_rest.code, 0, "{}", at_rest.transcript());
    let data = npz::read(&session.path("data/dataset.npz")).unwrap();
    assert_eq!(data.param_names, ["leak_K.g", "stimulus.amplitude"]);
    assert!((0..8).all(|i| (data.y[[i, 0]] - data.y[[i, 19]]).abs() < 1e-9), "at rest until the step");
    let at_forty = session.run(&[&run[..], &["--start", "-40 mV"]].concat());
    assert_eq!(at_forty.code, 0, "{}", at_forty.transcript());
    let data = npz::read(&session.path("data/dataset.npz")).unwrap();
    assert!(data.y.column(0).iter().all(|v| *v == -40.0));
}

#[test]
fn broken_ranges_are_answered_with_all_their_errors() {
    let session = Session::new();
    session.file(
        "ranges.toml",
        "name = \"mine\"\n[ranges]\n\
         \"leak_K.g\" = { distribution = \"uniform\", low = \"0.5 mS/cm2\", high = \"0.05 mS/cm2\" }\n\
         \"leak_Na.gg\" = { distribution = \"uniform\", low = \"0.01 mS/cm2\", high = \"0.1 mS/cm2\" }\n\
         \"ions.K.outside\" = { distribution = \"uniform\", low = \"-3 mM\", high = \"6 mM\" }\n\
         \"ions.Na.outside\" = { distribution = \"fixed\", value = \"3 mV\" }\n\
         \"leak_Cl.g\" = { distribution = \"log_uniform\", low = \"0 mS/cm2\", high = \"1 mS/cm2\" }\n",
    );
    let outcome = session.run(&["generate", "-r", "ranges.toml"]);
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!(outcome.transcript());
    session.file(
        "ranges.toml",
        "[ranges]\n\"leak_K.g\" = { distribution = \"unifrom\", low = \"1 mS/cm2\" }\nx = 3\n",
    );
    let outcome = session.run(&["check", "ranges.toml"]);
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!("broken_ranges_file", outcome.transcript());
    assert_eq!(session.files(), ["ranges.toml"]);
}

#[test]
fn more_memory_than_there_is_is_refused_with_the_amount() {
    let session = Session::new();
    let outcome = session.run(&["generate", "-n", "1000000000", "-t", "100000"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("need 2.8 PiB of memory"), "{}", outcome.stderr);
    assert!(session.files().is_empty());
}

#[test]
fn failed_samples_are_named_and_a_dataset_without_samples_is_none() {
    let session = Session::new();
    session.file("old.npz", "precious");
    let outcome =
        session.run(&["generate", "-n", "3", "--method", "explicit", "--max-steps", "1", "-o", "old.npz"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains("no sample could be simulated"), "{}", outcome.stderr);
    assert_eq!(std::fs::read(session.path("old.npz")).unwrap(), b"precious");
    assert_eq!(session.files(), ["old.npz"]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_known_before_the_work() {
    let session = Session::new();
    session.file("plain", "precious");
    for target in ["plain/d.npz", "/proc/d.npz", "."] {
        let outcome = session.run(&["generate", "-n", "1000000", "-t", "100", "-o", target]);
        assert_eq!(outcome.code, 3, "{}", outcome.transcript());
    }
    assert_eq!(session.files(), ["plain"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_is_finished_beside_what_was_there() {
    let session = Session::new();
    session.file("d.npz", "precious");
    // Far more work than half a second, in a dataset that is small.
    let arguments = [
        "generate", "-n", "100000", "-t", "10", "--method", "stiff", "--rtol", "1e-13", "-o", "d.npz",
        "--quiet",
    ];
    let mut command = session.command(&arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let outcome = session.outcome(&arguments, child.wait_with_output().unwrap());
    assert_eq!(outcome.code, 130, "{}", outcome.transcript());
    assert!(outcome.stderr.contains("finished samples are in `d.partial.npz`"), "{}", outcome.stderr);
    assert_eq!(session.files(), ["d.npz", "d.partial.manifest.json", "d.partial.npz"]);
    assert_eq!(std::fs::read(session.path("d.npz")).unwrap(), b"precious");
    assert!(npz::read(&session.path("d.partial.npz")).unwrap().samples() > 0);
}

#[test]
fn numpy_reads_every_array_without_pickle() {
    let python = std::env::var("VREST_PYTHON").unwrap_or_else(|_| "python3".into());
    let has_numpy =
        Command::new(&python).args(["-c", "import numpy"]).output().is_ok_and(|o| o.status.success());
    if !has_numpy {
        eprintln!("SKIPPED: `{python}` has no NumPy; set VREST_PYTHON to one that has");
        return;
    }
    let session = Session::new();
    assert_eq!(session.run(&["generate", "-n", "5", "-t", "7", "-o", "d.npz"]).code, 0);
    let script = "import numpy as np\n\
        d = np.load('d.npz', allow_pickle=False)\n\
        print({k: (d[k].shape, d[k].dtype.kind) for k in sorted(d.files)})\n\
        print(d['param_names'][0], d['stimulus_interpolation'], d['t'][1])";
    let output = Command::new(&python).args(["-c", script]).current_dir(session.path("")).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        printed.replace(['\n'], "; "),
        "{'X': ((5, 11), 'f'), 'Y': ((5, 7), 'f'), 'param_names': ((11,), 'U'), 'param_units': ((11,), 'U'), \
         'stimulus': ((5, 7), 'f'), 'stimulus_interpolation': ((), 'U'), 't': ((7,), 'f')}; \
         leak_K.g previous 71.42857142857143; ",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn any_state_of_any_cell_is_recorded() {
    let session = Session::new();
    let ranges = "[ranges]\n\"nak_pump.block\" = { distribution = \"uniform\", low = \"0\", high = \"1\" }\n";
    let make =
        ["generate", "pump_leak_kcc2", "-p", "baseline", "-r", "r.toml", "-n", "3", "-t", "5", "-o", "d.npz"];
    session.file("r.toml", ranges);
    let outcome = session.run(&[&make[..], &["--record", "volume", "--format", "json"]].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.transcript());
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json["recorded"]["unit"], "um3");
    let wrong = session.run(&[&make[..], &["--record", "volum"]].concat());
    assert!(wrong.code == 2 && wrong.stderr.contains("did you mean `volume`?"), "{}", wrong.transcript());
}
