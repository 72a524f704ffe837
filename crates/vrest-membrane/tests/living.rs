//! Steady states of the whole cell: conservation laws, known end points, stability, and cells that have none.

mod common;

use common::{Bench, cell};
use vrest_membrane::living::{Fate, LivingState, Settings, living};
use vrest_membrane::{Cell, LivingStates};
use vrest_ode::{Options, Output, solve};

/// `neuron_balanced` with its three ions moving inside.
fn free_neuron() -> Cell {
    let text = vrest_membrane::presets::cell("neuron_balanced").unwrap().text;
    let mut out = String::new();
    for line in text.lines() {
        out += line;
        out += "\n";
        if line.starts_with("[ions.") {
            out += "dynamic = \"inside\"\n";
        }
    }
    cell(&out)
}

fn of(bench: &Bench) -> LivingStates {
    living(&bench.membrane, &bench.p, &Settings::default()).unwrap().expect("concentrations move")
}

fn value(state: &LivingState, name: &str) -> f64 {
    state.values.iter().find(|s| s.name == name).unwrap().value
}

#[test]
fn clamped_cells_have_no_such_states() {
    let bench = Bench::of("neuron_balanced");
    assert!(living(&bench.membrane, &bench.p, &Settings::default()).unwrap().is_none());
}

#[test]
fn the_balanced_neuron_lives_where_it_starts_and_conserves_its_charge() {
    let found = of(&Bench::new(&free_neuron()));
    assert_eq!(found.states.len(), 1, "{found:#?}");
    let state = &found.states[0];
    assert!((state.v + 70.0).abs() < 1e-6 && state.stable && !state.equilibrium, "{state:#?}");
    assert_eq!(found.fate, Fate::Settles { state: 0, after: 0.0 });
    // Na + K - Cl less the charge on the membrane: C/(F w/A), in mM per mV. A sphere of 20 um has A/w = 0.3 /um.
    assert_eq!(found.conserved.len(), 1, "{:#?}", found.conserved);
    let law = |name: &str| found.conserved[0].terms.iter().find(|t| t.0 == name).unwrap().1;
    let sign = law("ions.Na.inside");
    assert!((law("ions.K.inside") / sign - 1.0).abs() < 1e-9);
    assert!((law("ions.Cl.inside") / sign + 1.0).abs() < 1e-9);
    let per_mv = -10.0 * 0.3 / 96485.33212331001;
    assert!((law("V") / sign / per_mv - 1.0).abs() < 1e-6, "{}", law("V"));
}

/// V25b.
#[test]
fn after_a_push_it_finds_the_state_with_the_same_charge() {
    let found = of(&Bench::new(&free_neuron()).with("ions.Na.inside", 11.0));
    assert_eq!(found.states.len(), 1);
    let state = found.reached().expect("it settles");
    for (name, want) in
        [("V", -70.162), ("ions.Na.inside", 10.017), ("ions.K.inside", 140.935), ("ions.Cl.inside", 7.967)]
    {
        assert!((value(state, name) - want).abs() < 0.01, "{name}: {}", value(state, name));
    }
    assert!(state.residual < 1e-12 && state.correction < 1e-9 && state.condition.is_finite(), "{state:#?}");
}

#[test]
fn the_slowest_time_constant_is_that_of_the_last_approach() {
    let bench = Bench::new(&free_neuron()).with("ions.Na.inside", 10.5);
    let found = of(&bench);
    let state = found.reached().unwrap();
    let tau = state.slowest.unwrap();
    // Two late times of a long integration: the distance falls by e in one time constant.
    let y0 = bench.state(bench.rest());
    let times = [10.0 * tau, 11.0 * tau];
    let options = Options::with_tolerance(1e-12, 1e-14);
    let solution =
        solve(&bench.membrane, &bench.p, &y0, 0.0, times[1], Output::At(&times), &options).unwrap();
    let k = bench.membrane.states().iter().position(|s| s.name == "ions.K.inside").unwrap();
    let away = |row: usize| solution.row(row)[k] - value(state, "ions.K.inside");
    let ratio = away(0) / away(1);
    assert!((ratio.ln() - 1.0).abs() < 0.02, "{ratio}");
}

/// Without the pump a cell of fixed volume ends in the Donnan equilibrium, whose voltage has a closed form.
#[test]
fn a_blocked_pump_leaves_the_donnan_equilibrium() {
    let bench = Bench::new(&free_neuron()).with("nak_pump.block", 1.0);
    let found = of(&bench);
    let state = found.reached().expect("it settles");
    assert!(state.equilibrium && state.stable);
    for (ion, e) in &state.nernst {
        assert!((e - state.v).abs() < 1e-6, "{ion} {e} {}", state.v);
    }
    // Fixed charge q = -(Na + K - Cl) inside at the start, less what the membrane holds. With r = exp(-V/(RT/F)):
    // (Na_o + K_o) r - Cl_o/r + q = 0.
    let rt_f = 26.726659;
    let charge_of_membrane = |v: f64| v * 10.0 * 0.3 / 96485.33212331001;
    let q = -(10.0 + 140.0 - 8.015463522675) + charge_of_membrane(bench.rest());
    let mut v = state.v;
    for _ in 0..20 {
        let q = q - charge_of_membrane(v);
        let (plus, minus) = (150.0, 110.0);
        let r = (-q + f64::sqrt(q * q + 4.0 * plus * minus)) / (2.0 * plus);
        v = -rt_f * r.ln();
    }
    assert!((state.v - v).abs() < 1e-5, "{} instead of {v}", state.v);
}

#[test]
fn a_closed_space_conserves_every_ion_too() {
    let text = vrest_membrane::presets::cell("neuron_balanced").unwrap().text;
    let mut out = String::new();
    for line in text.lines() {
        out += line;
        out += "\n";
        if line.starts_with("[ions.") {
            out += "dynamic = \"both\"\n";
        }
    }
    let bench = Bench::new(&cell(&out)).with("ions.Na.inside", 12.0);
    let found = of(&bench);
    assert_eq!(found.conserved.len(), 4, "{:#?}", found.conserved);
    let state = found.reached().unwrap_or_else(|| panic!("{found:#?}"));
    // Volumes inside and outside are equal by default.
    for (ion, total) in [("Na", 157.0), ("K", 145.0)] {
        let sum = value(state, &format!("ions.{ion}.inside")) + value(state, &format!("ions.{ion}.outside"));
        assert!((sum - total).abs() < 1e-6, "{ion} {sum}");
    }
}

#[test]
fn a_pump_that_never_stops_empties_the_cell() {
    let found = of(&Bench::new(&cell(
        "name = 'drained'\ntemperature = '37 degC'\ncapacitance = '1 uF/cm2'
        geometry = { shape = 'sphere', diameter = '20 um' }
        [ions]
        K = { inside = '140 mM', outside = '5 mM' }
        Na = { inside = '10 mM', outside = '145 mM', dynamic = 'inside' }
        [mechanisms]
        leak = { kind = 'leak', ion = 'K', g = '0.1 mS/cm2' }
        pump = { kind = 'nak_pump_constant', i_pump = '0.5 uA/cm2' }",
    )));
    assert!(found.states.is_empty(), "{found:#?}");
    // 10 mM at 3 * 0.5 uA/cm2 and 0.0310928 mM/s per uA/cm2.
    let Fate::Empties { state, after } = &found.fate else { panic!("{:?}", found.fate) };
    assert_eq!(state, "ions.Na.inside");
    assert!((after / (10.0 / (1.5 * 0.0310928) * 1e3) - 1.0).abs() < 1e-4, "{after}");
}

#[test]
fn a_membrane_that_fires_for_hours_is_not_said_to_settle_at_an_unstable_rest() {
    // Squid axon with concentrations that move, held depolarised by a constant leak: no stable rest.
    let spiking = cell(
        "name = 'spiking'\ntemperature = '6.3 degC'\ncapacitance = '1 uF/cm2'
        geometry = { shape = 'cylinder', diameter = '500 um', length = '1000 um' }
        [ions]
        K = { inside = '400 mM', outside = '20 mM', dynamic = 'inside' }
        Na = { inside = '50 mM', outside = '440 mM', dynamic = 'inside' }
        [mechanisms]
        hh_na = { kind = 'hh_na', g = '120 mS/cm2' }
        hh_k = { kind = 'hh_k', g = '36 mS/cm2' }
        leak = { kind = 'leak_fixed', g = '0.3 mS/cm2', e = '-15 mV' }",
    );
    let found = of(&Bench::new(&spiking));
    match &found.fate {
        // Its gradients run down in the end: no pump.
        Fate::Settles { state, .. } => assert!(found.states[*state].stable, "{found:#?}"),
        Fate::Unsettled { after, .. } => assert!(*after > 1.0, "{found:#?}"),
        other => panic!("{other:?}"),
    }
}

/// V33 and V37: cells whose volume moves.
#[test]
fn cells_with_water_live_where_the_closed_forms_say() {
    for (preset, expected) in [
        (
            "pump_leak_kcc2",
            [
                ("V", -72.588),
                ("ions.Na.inside", 14.002),
                ("ions.K.inside", 122.873),
                ("ions.Cl.inside", 5.165),
            ],
        ),
        (
            "pump_leak_kay",
            [
                ("V", -97.302),
                ("ions.Na.inside", 20.464),
                ("ions.K.inside", 129.536),
                ("ions.Cl.inside", 3.935),
            ],
        ),
    ] {
        let found = of(&Bench::of(preset));
        let state = found.reached().unwrap_or_else(|| panic!("{preset}: {found:#?}"));
        assert!(state.stable && !state.equilibrium, "{preset}: {state:#?}");
        for (name, want) in expected {
            assert!((value(state, name) - want).abs() < 5e-3, "{preset} {name}: {}", value(state, name));
        }
    }
}

#[test]
fn every_preset_whose_concentrations_move_has_a_verdict() {
    for preset in vrest_membrane::presets::cells() {
        let bench = Bench::of(preset.name);
        let Some(found) = living(&bench.membrane, &bench.p, &Settings::default()).unwrap() else { continue };
        for state in &found.states {
            assert!(state.residual < 1e-9 && state.condition.is_finite(), "{}: {state:#?}", preset.name);
            assert!(state.values.iter().all(|v| v.value.is_finite()), "{}: {state:#?}", preset.name);
        }
    }
}

mod pump_off {
    use super::*;
    use vrest_membrane::rundown::{RundownError, rundown};

    #[test]
    fn the_clock_of_the_balanced_neuron() {
        let bench = Bench::new(&free_neuron());
        let run = rundown(&bench.membrane, &bench.p, &Settings::default()).unwrap();
        assert!(run.from_living_state && (run.v_before + 70.0).abs() < 1e-6);
        // V26: the jump, and the first rates in mM/s.
        assert!((run.v_blocked - run.v_before - 5.5987).abs() < 1e-3, "{}", run.v_blocked);
        let column = |name: &str| &run.states.iter().find(|c| c.name == name).unwrap().values;
        let k = run.t.iter().position(|t| *t > 1e3).unwrap();
        for (ion, start, rate) in [("Na", 10.0, 0.042685), ("K", 140.0, -0.038333)] {
            let gone = column(&format!("ions.{ion}.inside"))[k] - start;
            let want = rate * run.t[k] * 1e-3;
            assert!((gone / want - 1.0).abs() < 0.02, "{ion} {gone} {want}");
        }
        // In order, and at the voltages that were asked for.
        let [first, second] = run.crossings[..] else { panic!() };
        let (a, b) = (first.after.unwrap(), second.after.unwrap());
        assert!(a > 60e3 && b > a && b < *run.t.last().unwrap(), "{a} {b}");
        let at = |t: f64| {
            let y0: Vec<f64> = run.states.iter().map(|c| c.values[0]).collect();
            let blocked = bench.membrane.with_pumps_blocked(&bench.p);
            let options = Options::with_tolerance(1e-10, 1e-10);
            solve(&bench.membrane, &blocked, &y0, run.t[0], t, Output::At(&[t]), &options).unwrap().row(0)[0]
        };
        assert!((at(a) + 50.0).abs() < 1e-3 && (at(b) + 20.0).abs() < 1e-3, "{} {}", at(a), at(b));
        // The end is the closed form.
        let (end, donnan) = (run.end().unwrap(), run.donnan.as_ref().unwrap());
        assert!(end.equilibrium && (end.v - donnan.v).abs() < 1e-6, "{} {}", end.v, donnan.v);
        for (ion, inside) in &donnan.inside {
            assert!((value(end, &format!("ions.{ion}.inside")) / inside - 1.0).abs() < 1e-7);
        }
    }

    /// V32: KCl 100 mM outside, 50 mM of a trapped monovalent anion inside, fixed volume.
    #[test]
    fn donnan_in_the_textbook_case() {
        let bench = Bench::new(&cell(
            "name = 'donnan'\ntemperature = '37 degC'\ncapacitance = '1 uF/cm2'
            geometry = { shape = 'sphere', diameter = '20 um' }
            [ions]
            K = { inside = '130 mM', outside = '100 mM', dynamic = 'inside' }
            Na = { inside = '1e-3 mM', outside = '1e-3 mM' }
            Cl = { inside = '80 mM', outside = '100 mM', dynamic = 'inside' }
            [mechanisms]
            leak_K = { kind = 'ghk_leak', ion = 'K', p = '1e-6 cm/s' }
            leak_Cl = { kind = 'ghk_leak', ion = 'Cl', p = '1e-6 cm/s' }
            pump = { kind = 'nak_pump_mm', i_max = '0 uA/cm2' }",
        ));
        let run = rundown(&bench.membrane, &bench.p, &Settings::default()).unwrap();
        let end = run.end().unwrap();
        // The charge on the membrane is 2e-4 mM here.
        assert!((end.v + 6.613952).abs() < 1e-3, "{}", end.v);
        assert!((value(end, "ions.Cl.inside") - 78.077641).abs() < 1e-3);
    }

    #[test]
    fn clamped_cells_and_cells_without_a_pump_say_so() {
        let bench = Bench::of("neuron_balanced");
        let error = rundown(&bench.membrane, &bench.p, &Settings::default()).unwrap_err();
        assert!(matches!(error, RundownError::Clamped { .. }));
        assert!(error.hint().unwrap().contains("dynamic"));
        let bench = Bench::new(&free_neuron()).with("nak_pump.block", 1.0);
        let error = rundown(&bench.membrane, &bench.p, &Settings::default()).unwrap_err();
        assert!(matches!(error, RundownError::NoPump { .. }));
    }

    /// V36.
    #[test]
    fn the_pump_leak_cell_depolarises_and_swells_on_time() {
        let bench = Bench::of("pump_leak_kcc2");
        let run = rundown(&bench.membrane, &bench.p, &Settings::default()).unwrap();
        assert!((run.v_blocked + 64.41).abs() < 0.02, "{}", run.v_blocked);
        let column = |name: &str| &run.states.iter().find(|c| c.name == name).unwrap().values;
        let at = |name: &str, t: f64| {
            let k = run.t.iter().position(|x| *x >= t).unwrap();
            let share = (t - run.t[k - 1]) / (run.t[k] - run.t[k - 1]);
            column(name)[k - 1] + share * (column(name)[k] - column(name)[k - 1])
        };
        for (minutes, v, swelling) in [(10.0, -61.34, 1.016), (20.0, -51.40, 1.042), (60.0, -17.99, 1.323)] {
            let t = minutes * 6e4;
            assert!((at("V", t) - v).abs() < 0.1, "{minutes} min: {}", at("V", t));
            let w = at("volume", t) / column("volume")[0];
            assert!((w - swelling).abs() < 2e-3, "{minutes} min: {w}");
        }
        assert!(run.swelling.unwrap() > 1.323);
        assert!(run.crossings.iter().all(|c| c.after.is_some()));
    }
}
