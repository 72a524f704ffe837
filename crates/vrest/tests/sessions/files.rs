//! Broken cell and protocol files, and `--set`: everything that is wrong, at once, with place and hint.

use crate::harness::Session;

const BROKEN_CELL: &str = r#"name = "mine"
temperature = "37 K"
capacitance = "-1 uF/cm2"
colour = "red"

[ions.K]
inside = "140 mM"
outsid = "5 mM"

[ions.Na]
inside = "10"
outside = "145 mV"

[ions.Cl]
inside = "0 mM"
outside = "110 mM"

[mechanisms.leak_K]
kind = "leek"
ion = "K"
g = "0.36 mS/cm2"

[mechanisms.leak_Na]
kind = "leak"
ion = "Na"
g = "-0.03 mS/cm2"
"#;

#[test]
fn a_broken_cell_is_answered_with_all_its_errors() {
    let session = Session::new();
    let outcome = session.file("cell.toml", BROKEN_CELL).run(&["check", "cell.toml"]);
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!(outcome.transcript());
}

#[test]
fn what_is_not_toml_is_said_with_its_line() {
    let session = Session::new();
    let outcome =
        session.file("cell.toml", "name = \"mine\"\n[ions.K\ninside = 3\n").run(&["check", "cell.toml"]);
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!(outcome.transcript());
}

#[test]
fn a_broken_protocol_is_answered_with_all_its_errors() {
    let session = Session::new();
    let text = "name = \"p\"\nduration = \"500\"\n\n[stimulus]\nkind = \"stepp\"\namplitude = \"0.1 mV\"\n";
    let outcome = session.file("protocol.toml", text).run(&["check", "protocol.toml"]);
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!(outcome.transcript());
}

#[test]
fn problems_come_as_json_too() {
    let session = Session::new();
    let outcome = session.file("cell.toml", BROKEN_CELL).run(&["check", "--format", "json", "cell.toml"]);
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let problems = json[0]["problems"].as_array().unwrap();
    assert!(
        problems.iter().any(|p| p["line"] == 4 && p["column"] == 1 && p["severity"] == "error"),
        "{json:#}"
    );
}

#[test]
fn presets_and_protocols_of_the_repository_are_good() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    for folder in ["cells", "protocols"] {
        for entry in std::fs::read_dir(format!("{root}/{folder}")).unwrap() {
            let path = entry.unwrap().path();
            let outcome = Session::new().run(&["check", path.to_str().unwrap()]);
            assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{}", path.display());
        }
    }
}

#[test]
fn changes_obey_the_rules_of_files() {
    let outcome = Session::new().run(&[
        "list",
        "parameters",
        "seed_neuron",
        "--set",
        "leak_K.g=4 mV",
        "--set",
        "ions.K.outsde=3 mM",
        "--set",
        "temperature=37",
        "--set",
        "ions.K.outside=-1 mM",
        "--set",
        "leak_K.g",
    ]);
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!(outcome.transcript());
}

#[test]
fn thirty_seven_kelvin_is_remarked_on() {
    let outcome = Session::new().run(&["list", "parameters", "seed_neuron", "--set", "temperature=37 K"]);
    assert_eq!(outcome.code, 0);
    assert!(outcome.stderr.contains("did you mean `37 degC`?"), "{}", outcome.stderr);
}

#[test]
fn files_that_cannot_be_read() {
    let session = Session::new();
    session.file("folder/x", "").file("bytes.toml", [0x66, 0xff, 0xfe]);
    for (file, code) in [("missing.toml", 3), ("folder", 3), ("bytes.toml", 2)] {
        let outcome = session.run(&["check", file]);
        assert_eq!(outcome.code, code, "{}", outcome.transcript());
        insta::assert_snapshot!(format!("unreadable_{}", file.replace('.', "_")), outcome.transcript());
    }
}

#[test]
fn a_preset_that_does_not_exist_has_a_neighbour() {
    let outcome = Session::new().run(&["list", "parameters", "seed_neurom"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("did you mean `seed_neuron`?"), "{}", outcome.stderr);
}
