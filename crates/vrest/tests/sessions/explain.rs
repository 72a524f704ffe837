//! `vrest explain`: the answer in its three forms and the figure.

use crate::harness::Session;

#[test]
fn the_balanced_neuron_is_explained_in_words_and_tables() {
    insta::assert_snapshot!(Session::new().run(&["explain", "neuron_balanced"]).transcript());
}

#[test]
fn every_preset_is_explained_in_every_form() {
    let session = Session::new();
    for (cell, _) in vrest_membrane::presets::cells().map(|p| (p.name, p.text)) {
        let json = session.run(&["explain", cell, "--format", "json", "--figure", "why.svg"]);
        assert_eq!(json.code, 0, "{}", json.transcript());
        let told: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        let number = |path: &str| told.pointer(path).unwrap().as_f64().unwrap();
        assert!((number("/attribution/sum") - number("/rest/v_rest")).abs() < 1e-9);
        assert!(told["in_words"].as_str().unwrap().contains("rests at"));

        let csv = session.run(&["explain", cell, "--format", "csv"]);
        let table = vrest_data::Table::parse_csv(csv.stdout.as_bytes(), "stdout".as_ref()).unwrap();
        assert!(table.rows() > 10 && table.numbers("value").is_some());
    }
    let svg = std::fs::read_to_string(session.path("why.svg")).unwrap();
    assert!(svg.contains("V (mV)") && svg.contains("leak_K"));
    assert_eq!(session.files(), ["why.manifest.json", "why.svg"]);
}

#[test]
fn a_cell_without_rest_has_nothing_to_explain() {
    let session = Session::new();
    let outcome = session.run(&["explain", "seed_neuron", "--figure", "why.pdf"]);
    assert_eq!(outcome.code, 2, "{}", outcome.transcript());
    assert!(session.files().is_empty());
}
