//! `vrest rest`: the answer in its three forms, and cells that have none.

use crate::harness::Session;

#[test]
fn the_seed_neuron_rests_below_its_fame() {
    insta::assert_snapshot!(Session::new().run(&["rest", "seed_neuron"]).transcript());
}

#[test]
fn the_balanced_neuron_rests_at_minus_seventy() {
    let outcome = Session::new().run(&["rest", "neuron_balanced", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert!((json["v_rest"].as_f64().unwrap() + 70.0).abs() < 1e-9, "{json:#}");
    assert_eq!(json["units"]["voltage"], "mV");
}

#[test]
fn csv_has_one_quantity_a_line() {
    let outcome = Session::new().run(&["rest", "seed_neuron", "--format", "csv"]);
    assert_eq!(outcome.code, 0);
    let table = vrest_data::Table::parse_csv(outcome.stdout.as_bytes(), "stdout".as_ref()).unwrap();
    let value = |name: &str| {
        let Some(vrest_data::table::Cells::Text(names)) = table.column("quantity").map(|c| &c.cells) else {
            panic!("{}", outcome.stdout)
        };
        table.numbers("value").unwrap()[names.iter().position(|n| n == name).unwrap()]
    };
    assert!((value("v_rest") + 79.542012).abs() < 1e-5);
    assert!((value("e_K") + 89.058694).abs() < 1e-5);
}

#[test]
fn numbers_change_with_set() {
    let outcome =
        Session::new().run(&["rest", "seed_neuron", "--set", "nak_pump.block=1", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    // The chord equation without the pump (V4): the resting potential is the leaks' weighted mean.
    let expected = (0.36 * -89.058694 + 0.03 * 71.471059 + 0.03 * -88.577120) / 0.42;
    assert!((json["v_rest"].as_f64().unwrap() - expected).abs() < 1e-5, "{json:#}");
}

#[test]
fn a_cell_without_rest_says_why() {
    let session = Session::new();
    session.file(
        "pump.toml",
        "name = \"pump\"\ntemperature = \"37 degC\"\ncapacitance = \"1 uF/cm2\"\n\
         [ions.K]\ninside = \"140 mM\"\noutside = \"5 mM\"\n[ions.Na]\ninside = \"10 mM\"\noutside = \"145 mM\"\n\
         [mechanisms.nak_pump]\nkind = \"nak_pump_constant\"\ni_pump = \"1 uA/cm2\"\n",
    );
    let outcome = session.run(&["rest", "pump.toml"]);
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!(outcome.transcript());
}

#[test]
fn an_inverted_gradient_is_remarked_on() {
    let session = Session::new();
    session.file(
        "inverted.toml",
        "name = \"inverted\"\ntemperature = \"37 degC\"\ncapacitance = \"1 uF/cm2\"\n\
         [ions.K]\ninside = \"5 mM\"\noutside = \"140 mM\"\n\
         [mechanisms.leak_K]\nkind = \"leak\"\nion = \"K\"\ng = \"0.36 mS/cm2\"\n",
    );
    let outcome = session.run(&["rest", "inverted.toml"]);
    assert_eq!(outcome.code, 0);
    insta::assert_snapshot!(outcome.stderr);
}
