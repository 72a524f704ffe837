//! Cells whose volume moves, against the closed form of their steady state and published trajectories.

use crate::common::{Bench, cell, text};
use crate::table::Table;
use vrest_membrane::living::{LivingState, Settings, living};
use vrest_ode::{Method, Options, Output, Solution, solve};

const PLM: &str = "Dusterwald et al 2018";

/// The steady state that a cell goes to from its file.
fn settled(b: &Bench) -> LivingState {
    let found = living(&b.membrane, &b.p, &Settings::default()).unwrap().expect("ions move");
    found.reached().unwrap_or_else(|| panic!("{}: {:?}", b.membrane.name(), found.fate)).clone()
}

/// The state vector of a steady state.
fn vector(state: &LivingState) -> Vec<f64> {
    state.values.iter().map(|v| v.value).collect()
}

/// V, the concentrations of Na, K and Cl, that of the impermeant anions and the volume.
fn reading(b: &Bench, y: &[f64]) -> [f64; 6] {
    let at = |name: &str| b.membrane.observed().iter().position(|s| s.name == name).unwrap();
    let c = b.membrane.observe(&b.p, y);
    let start = b.state(-70.0);
    let volume = |y: &[f64]| b.membrane.volumes(&b.p, y).unwrap()[0];
    let x = b.p[b.membrane.index("impermeants.anions.inside").unwrap()] * volume(&start) / volume(y);
    [
        y[0],
        c[at("ions.Na.inside")],
        c[at("ions.K.inside")],
        c[at("ions.Cl.inside")],
        x,
        volume(y) / volume(&start),
    ]
}

fn run(b: &Bench, y0: &[f64], times: &[f64]) -> Solution {
    let options = Options { method: Method::Stiff, ..Options::with_tolerance(1e-9, 1e-9) };
    solve(&b.membrane, &b.p, y0, 0.0, times[times.len() - 1], Output::At(times), &options).unwrap()
}

/// The preset with a membrane that holds next to no charge, as the closed form has it, and `changes` to its text.
fn without_capacitance(preset: &str, changes: &[(&str, &str)]) -> Bench {
    let mut text = text(preset);
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    Bench::new(&cell(&text)).with("capacitance", 1e-3)
}

const NAMES: [(&str, &str); 5] = [
    ("V", "mV"),
    ("Na inside", "mM"),
    ("K inside", "mM"),
    ("Cl inside", "mM"),
    ("impermeant anions inside", "mM"),
];

pub fn rows(t: &mut Table) {
    closed_form(t);
    trajectories(t);
    kay(t);
    amount_of_anions(t);
}

fn closed_form(t: &mut Table) {
    let name = "pump_leak_kcc2";
    let neutral = ("122.873 mM", "122.8787 mM");
    // What changes, row, tolerance, changes of the text, V and concentrations.
    type Case<'a> = (&'a str, &'static str, f64, &'a [(&'a str, &'a str)], [f64; 5]);
    let cases: [Case<'_>; 4] = [
        ("as published", "V33", 1e-3, &[neutral], [-72.5887, 14.0017, 122.8766, 5.1647, 154.9571]),
        (
            "without KCC2",
            "V35",
            2e-3,
            &[neutral, ("kcc2\"\ng = \"0.02", "kcc2\"\ng = \"0")],
            [-69.929, 13.915, 123.249, 8.693, 151.143],
        ),
        (
            "charge -0.70",
            "V35",
            2e-3,
            // Neutral at the start: K = 0.70 X + Cl - Na.
            &[("122.873 mM", "99.6344 mM"), ("-0.85", "-0.70")],
            [-69.903, 13.914, 109.396, 5.756, 167.934],
        ),
        (
            "a tenth of the pump",
            "V35",
            2e-3,
            &[neutral, ("1000 uA/cm2", "100 uA/cm2")],
            [-72.420, 28.654, 108.253, 5.520, 154.573],
        ),
    ];
    for (case, id, tolerance, changes, want) in cases {
        // The start of the model's own code is the steady state of the published case alone.
        let source = if id == "V33" { PLM } else { "derived" };
        let b = without_capacitance(name, changes);
        let got = reading(&b, &vector(&settled(&b)));
        for ((what, unit), (want, got)) in NAMES.iter().zip(want.iter().zip(got)) {
            t.row(id, format!("{name}, {case}, steady {what}"), unit, *want, tolerance, got, source);
        }
    }
}

fn trajectories(t: &mut Table) {
    let name = "pump_leak_kcc2";
    let b = Bench::of(name);
    let rest = run(&b, &b.state(-72.588), &[2e6]);
    let y = rest.row(0);
    let [v, _, _, cl, _, volume] = reading(&b, y);
    for (what, unit, want, tolerance, got) in [
        ("V", "mV", -72.588, 0.005, v),
        ("Cl inside", "mM", 5.1648, 0.001, cl),
        ("volume", "", 1.0, 2e-5, volume),
    ] {
        t.row("V34", format!("{name}, {what} after 2000 s from its start"), unit, want, tolerance, got, PLM);
    }
    let blocked = Bench::of(name).with("nak_pump.block", 1.0);
    let minutes = [10.0, 20.0, 60.0];
    let mut times = vec![150.0];
    times.extend(minutes.map(|m| m * 6e4));
    let after = run(&blocked, y, &times);
    t.row("V36", format!("{name}, jump on pump block"), "mV", 8.185, 0.02, after.row(0)[0] - y[0], "derived");
    for (i, (v, volume)) in [(-61.34, 1.016), (-51.40, 1.042), (-17.99, 1.323)].into_iter().enumerate() {
        let got = reading(&blocked, after.row(i + 1));
        let when = format!("{} min after pump block", minutes[i]);
        t.row("V36", format!("{name}, V {when}"), "mV", v, 0.1, got[0], "derived");
        t.row("V36", format!("{name}, volume {when}"), "", volume, 0.002, got[5], "derived");
    }
}

fn kay(t: &mut Table) {
    let name = "pump_leak_kay";
    for (pump, want) in [
        ("0.5", [-97.302, 20.464, 129.536, 3.935, 146.065]),
        ("0.1", [-28.875, f64::NAN, f64::NAN, f64::NAN, 99.080]),
        ("0.05", [-14.589, f64::NAN, f64::NAN, f64::NAN, 63.098]),
    ] {
        let b = without_capacitance(name, &[("0.5 uA/cm2", &format!("{pump} uA/cm2"))]);
        let got = reading(&b, &vector(&settled(&b)));
        for ((what, unit), (want, got)) in
            NAMES.iter().zip(want.iter().zip(got)).filter(|(_, (w, _))| w.is_finite())
        {
            let claim = format!("{name}, pump {pump} uA/cm2, steady {what}");
            t.row("V37", claim, unit, *want, 1e-3, got, "derived");
        }
    }
}

/// Twice the impermeant anions, with their potassium: the same cell, twice as large.
fn amount_of_anions(t: &mut Table) {
    let name = "pump_leak_kcc2";
    let once = Bench::of(name);
    let once = reading(&once, &vector(&settled(&once)));
    let twice = Bench::of(name)
        .with("impermeants.anions.inside", 2.0 * 154.962)
        .with("ions.K.inside", 122.873 + 0.85 * 154.962);
    let twice = reading(&twice, &vector(&settled(&twice)));
    for (i, (what, unit)) in NAMES.iter().enumerate() {
        // The membrane's own charge, some micromolar, does not double with them.
        let tolerance = if i == 0 { 1e-3 } else { 2e-3 };
        t.row(
            "V38",
            format!("{name}, steady {what} with twice the impermeant anions"),
            unit,
            once[i],
            tolerance,
            twice[i],
            "derived",
        );
    }
    t.row(
        "V38",
        format!("{name}, volume with twice the impermeant anions"),
        "",
        2.0,
        1e-4,
        twice[5] / once[5],
        "derived",
    );
}
