//! The explanation of a rest: the waterfall adds up, derivatives agree with solving anew, energy is conserved.

mod common;

use common::{Bench, cell, preset};
use vrest_membrane::{explain, presets, resting_potential};

/// Cells of every kind: all presets, and one with a current of no ion, two K currents and a voltage-dependent pump.
fn cells() -> Vec<vrest_membrane::Cell> {
    let mixed = "
        name = 'mixed'
        temperature = '34 degC'
        capacitance = '1 uF/cm2'
        [geometry]
        shape = 'cylinder'
        diameter = '2 um'
        length = '100 um'
        [ions]
        K = { inside = '140 mM', outside = '4 mM' }
        Na = { inside = '12 mM', outside = '145 mM' }
        Ca = { inside = '1e-4 mM', outside = '2 mM' }
        [mechanisms]
        leak_K = { kind = 'ghk_leak', ion = 'K', p = '4e-7 cm/s' }
        more_K = { kind = 'hh_k', g = '0.2 mS/cm2' }
        leak_Na = { kind = 'ghk_leak', ion = 'Na', p = '2e-8 cm/s' }
        leak_Ca = { kind = 'ghk_leak', ion = 'Ca', p = '1e-8 cm/s' }
        shunt = { kind = 'leak_fixed', g = '0.005 mS/cm2', e = '-10 mV' }
        pump = { kind = 'nak_pump_luo_rudy', i_max = '1 uA/cm2' }";
    presets::cells().map(|p| preset(p.name)).chain([cell(mixed)]).collect()
}

#[test]
fn the_waterfall_adds_up_to_the_rest_for_every_cell() {
    for cell in cells() {
        let e = explain(&cell).unwrap();
        let (sum, v) = (e.attribution.sum, e.rest.v_rest);
        assert!((sum - v).abs() < 1e-9, "{}: {sum} instead of {v}", cell.name);
        let weights: f64 = e.attribution.shares.iter().filter_map(|s| s.weight).sum();
        assert!((weights - 1.0).abs() < 1e-12, "{}: weights sum to {weights}", cell.name);
    }
}

#[test]
fn ohmic_shares_are_those_of_the_chord_equation() {
    // g .36, .03, .03; E as in V2 to V4; pump 2 * 10/(10+10) * 5/(5+1).
    let e = explain(&preset("seed_neuron")).unwrap();
    assert_eq!(e.attribution.reference, "K");
    let change = |name: &str| e.attribution.shares.iter().find(|s| s.mechanism == name).unwrap().change;
    let e_k = -89.058694;
    for (name, want) in [
        ("leak_K", 0.0),
        ("leak_Na", 0.03 / 0.42 * (71.471059 - e_k)),
        ("leak_Cl", 0.03 / 0.42 * (-88.577120 - e_k)),
        ("nak_pump", -2.0 * 0.5 * 5.0 / 6.0 / 0.42),
    ] {
        assert!((change(name) - want).abs() < 1e-5, "{name}: {} instead of {want}", change(name));
    }
}

#[test]
fn derivatives_agree_with_solving_anew() {
    for cell in cells() {
        let e = explain(&cell).unwrap();
        for s in &e.sensitivities {
            let info =
                Bench::new(&cell).membrane.params().iter().find(|p| p.path == s.parameter).unwrap().clone();
            let h = if s.value == 0.0 { 1e-6 } else { 1e-5 * s.value.abs() };
            let solve = |by: f64| {
                let bench = Bench::new(&cell).with(&s.parameter, s.value + by);
                resting_potential(&bench.membrane, &bench.p).unwrap()
            };
            // At a bound only one side can be solved; three points there, so that the error is of second order too.
            let one_sided = |h: f64| (4.0 * solve(h) - solve(2.0 * h) - 3.0 * solve(0.0)) / (2.0 * h);
            let by = match (info.spec.allows(s.value + h), info.spec.allows(s.value - h)) {
                (true, true) => (solve(h) - solve(-h)) / (2.0 * h),
                (true, false) => one_sided(h),
                _ => one_sided(-h),
            };
            // Voltages are solved to about 1e-13 mV.
            assert!(
                (s.derivative - by).abs() <= 2e-5 * s.derivative.abs() + 1e-12 / h,
                "{} {}: {} instead of {by}",
                cell.name,
                s.parameter,
                s.derivative
            );
        }
    }
}

#[test]
fn the_step_is_ten_percent_except_where_that_means_nothing() {
    let e = explain(&preset("neuron_balanced")).unwrap();
    let of = |path: &str| e.sensitivities.iter().find(|s| s.parameter == path).unwrap();
    let k = of("ions.K.outside");
    assert!(k.step.relative && (k.effect - 0.5 * k.derivative).abs() < 1e-12 && k.effect > 0.0);
    assert_eq!((of("temperature").step.by, of("nak_pump.block").step.by), (1.0, 0.1));
    // The size of the cell and its capacitance say how fast, not where.
    assert_eq!((of("capacitance").effect, of("geometry.diameter").effect), (0.0, 0.0));
    assert!(e.sensitivities.windows(2).all(|w| w[0].effect.abs() >= w[1].effect.abs()));
}

#[test]
fn in_balance_the_pump_works_as_much_as_the_leaks_dissipate() {
    let e = explain(&preset("neuron_balanced")).unwrap();
    let bill = e.bill.as_ref().unwrap();
    // Mullins and Noda: I_p = g_K (V - E_K)/2; 1 uA/cm2 is 10.364 pmol/(cm2 s) of cycles.
    let i_p = 0.05 * (-70.0 + 89.058694) / 2.0;
    assert!((bill.current - i_p).abs() < 1e-6);
    assert!((bill.atp_pmol - i_p * 10.364_269).abs() < 1e-5, "{}", bill.atp_pmol);
    // A sphere of 20 um: 1256.637 um2, 4188.79 um3.
    assert!((bill.atp_cell.unwrap() / (bill.atp * 1256.637) - 1.0).abs() < 1e-6);
    let millimolar = bill.atp_cell.unwrap() / 6.02214076e23 / 4188.790e-15 * 1e3;
    assert!((bill.atp_inside.unwrap() / millimolar - 1.0).abs() < 1e-6);

    let v = e.rest.v_rest;
    let leaks = e.attribution.shares.iter().filter(|s| s.class == "leak");
    let dissipated: f64 = leaks.map(|s| s.current * (v - s.reversal.unwrap())).sum();
    // uA/cm2 mV is 1e-9 W/cm2; kJ/mol times pmol/(cm2 s) is 1e-9 W/cm2 too.
    let done = bill.pumps[0].work * bill.atp_pmol;
    assert!((done / dissipated - 1.0).abs() < 1e-9, "{done} {dissipated}");
    // ATP yields 50 to 60 kJ/mol: the pump is possible.
    assert!((40.0..50.0).contains(&bill.pumps[0].work), "{}", bill.pumps[0].work);
}

#[test]
fn a_knock_out_is_the_rest_of_the_cell_without_it() {
    let e = explain(&preset("seed_neuron")).unwrap();
    let pump = e.knock_outs.iter().find(|k| k.mechanism == "nak_pump").unwrap();
    // V18.
    assert!((pump.v_rest.unwrap() + 77.557885).abs() < 1e-5);
    let only_pump = cell(
        "temperature = '37 degC'\ncapacitance = '1 uF/cm2'
        [ions]\nK = { inside = '140 mM', outside = '5 mM' }\nNa = { inside = '10 mM', outside = '145 mM' }
        [mechanisms]\nleak = { kind = 'leak', ion = 'K', g = '0.1 mS/cm2' }
        pump = { kind = 'nak_pump_constant', i_pump = '1 uA/cm2' }",
    );
    let leak = &explain(&only_pump).unwrap().knock_outs[0];
    assert_eq!((leak.mechanism.as_str(), leak.v_rest, leak.effect), ("leak", None, None));
}
