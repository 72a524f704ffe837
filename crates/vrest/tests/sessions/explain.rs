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
    session.run(&["explain", "neuron_balanced", "--figure", "why.svg"]);
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

/// `neuron_balanced` with moving concentrations.
fn free_neuron(session: &Session) {
    let text = vrest_membrane::presets::cell("neuron_balanced").unwrap().text;
    let mut out = String::new();
    for line in text.lines() {
        out += line;
        out += "\n";
        if line.starts_with("[ions.") {
            out += "dynamic = \"inside\"\n";
        }
    }
    session.file("free.toml", out);
}

#[test]
fn the_clock_of_a_dying_cell() {
    let session = Session::new();
    free_neuron(&session);
    let outcome = session.run(&["explain", "free.toml", "--pump-off", "--figure", "clock.svg"]);
    assert_eq!(outcome.code, 0, "{}", outcome.transcript());
    insta::assert_snapshot!(outcome.transcript());
    let svg = std::fs::read_to_string(session.path("clock.svg")).unwrap();
    assert!(svg.contains("time after the block (s)") && svg.contains("concentration (mM)"));
    let json = session.run(&["explain", "free.toml", "--pump-off", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let end = told["after"]["fate"]["state"].as_u64().unwrap() as usize;
    let v = told["after"]["states"][end]["v"].as_f64().unwrap();
    assert!((v - told["donnan"]["v"].as_f64().unwrap()).abs() < 1e-6);
}

#[test]
fn a_clamped_cell_has_no_clock_and_says_what_to_write() {
    let outcome = Session::new().run(&["explain", "neuron_balanced", "--pump-off"]);
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!(outcome.transcript());
}

#[test]
fn rest_names_the_steady_states_of_a_cell_whose_concentrations_move() {
    let session = Session::new();
    free_neuron(&session);
    let set = ["--set", "ions.Na.inside=11 mM"];
    let outcome = session.run(&[&["rest", "free.toml", "--format", "json"][..], &set].concat());
    let told: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let whole = &told["whole_cell"];
    assert_eq!(whole["fate"]["kind"], "settles");
    let state = &whole["states"][0];
    // V25b.
    assert!((state["v"].as_f64().unwrap() + 70.162).abs() < 0.01);
    assert!(state["residual"].as_f64().unwrap() < 1e-12 && state["condition"].as_f64().unwrap() > 1.0);
    assert!(whole["search"]["method"].as_str().unwrap().contains("Newton"));
    let text = session.run(&[&["rest", "free.toml"][..], &set].concat()).stdout;
    assert!(text.contains("conserved: ") && text.contains("From its start the cell goes to -70.1"), "{text}");
}
