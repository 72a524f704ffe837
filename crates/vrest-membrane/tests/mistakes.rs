//! The classical mistakes of membrane programs: for each, the wrong answer it gives, and that ours is another, right one.

mod common;

use common::{Bench, preset};
use vrest_membrane::constants::rt_over_f;
use vrest_membrane::equilibrium::{GhkIon, ghk_potential, nernst};
use vrest_membrane::rest;

const BODY: f64 = 310.15;

#[track_caller]
fn right_and_not_wrong(got: f64, right: f64, wrong: f64, tolerance: f64) {
    assert!((got - right).abs() < tolerance, "{got} instead of {right}");
    assert!((right - wrong).abs() > 100.0 * tolerance, "{right} and {wrong} cannot be told apart");
}

/// Mistake 1: the valence of chloride forgotten.
#[test]
fn chloride_is_an_anion() {
    let seed = Bench::of("seed_neuron");
    let report = rest(&seed.membrane, &seed.p).unwrap();
    let as_cation = nernst(1.0, 110.0, 4.0, rt_over_f(BODY));
    assert!((as_cation - 88.577).abs() < 1e-3);
    right_and_not_wrong(report.quantity("e_Cl").unwrap(), -88.577120, as_cation, 1e-5);
}

/// Mistake 2: a slope of 61 mV a decade at every temperature.
#[test]
fn the_slope_of_the_nernst_potential_is_the_temperatures() {
    let fixed = 61.0 * (5.0f64 / 140.0).log10();
    assert!((fixed + 88.28).abs() < 1e-2);
    right_and_not_wrong(nernst(1.0, 5.0, 140.0, rt_over_f(BODY)), -89.058694, fixed, 1e-5);
    let cold = 61.0 * (2.5f64 / 54.4).log10();
    right_and_not_wrong(nernst(1.0, 2.5, 54.4, rt_over_f(6.3 + 273.15)), -74.17167, cold, 1e-4);
}

/// Mistake 3: the pump fed with potassium inside and sodium outside.
#[test]
fn the_pump_senses_sodium_inside_and_potassium_outside() {
    let pump = |b: &Bench| rest(&b.membrane, &b.p).unwrap().pump.unwrap().current;
    let swapped: f64 = 2.0 * (140.0 / 150.0) * (145.0 / 146.0);
    assert!((swapped - 1.854).abs() < 1e-3);
    right_and_not_wrong(pump(&Bench::of("seed_neuron")), 2.0 * 0.5 * 5.0 / 6.0, swapped, 1e-9);
    for path in ["ions.Na.inside", "ions.K.outside"] {
        assert!(pump(&Bench::of("seed_neuron").with(path, 20.0)) > 0.85, "{path} is not sensed");
    }
    for path in ["ions.Na.outside", "ions.K.inside"] {
        assert_eq!(
            pump(&Bench::of("seed_neuron").with(path, 100.0)),
            pump(&Bench::of("seed_neuron")),
            "{path}"
        );
    }
}

/// Mistake 4: the fraction of the GHK equation without its brackets, and sums where products belong.
#[test]
fn ghk_is_a_quotient_of_sums_of_products() {
    let (p_na, p_cl) = (0.04, 0.45);
    // Together with the fixed slope of mistake 2, as found.
    let terms: f64 = 5.0 + p_na * 145.0 + p_cl * 4.0 / (1.0 + 140.0) + p_na * 10.0 + p_cl + 110.0;
    let unbracketed = 61.0 * terms.log10();
    assert!((unbracketed - 127.19).abs() < 0.01, "{unbracketed}");
    let ion = |permeability, z, inside, outside| GhkIon { permeability, z, inside, outside };
    let ions = [ion(1.0, 1.0, 140.0, 5.0), ion(p_na, 1.0, 10.0, 145.0), ion(p_cl, -1.0, 4.0, 110.0)];
    right_and_not_wrong(ghk_potential(&ions, rt_over_f(BODY)), -72.5041, unbracketed, 1e-3);
}

/// Mistake 5: a parameter vector written in one order and read in another.
#[test]
fn every_number_arrives_where_its_path_says() {
    let cell = preset("seed_neuron");
    let wanted = [
        ("ions.K.inside", 140.0),
        ("ions.K.outside", 5.0),
        ("ions.Na.inside", 10.0),
        ("ions.Na.outside", 145.0),
        ("ions.Cl.inside", 4.0),
        ("ions.Cl.outside", 110.0),
        ("leak_K.g", 0.36),
        ("leak_Na.g", 0.03),
        ("leak_Cl.g", 0.03),
        ("nak_pump.i_max", 2.0),
        ("capacitance", 1.0),
        ("temperature", BODY),
    ];
    let bench = Bench::new(&cell);
    for (path, value) in wanted {
        let i = bench.membrane.index(path).unwrap();
        assert_eq!((bench.p[i], bench.membrane.params()[i].path.as_str()), (value, path));
    }
    // Read back from what the membrane does with it, not only from where it stands.
    let report = rest(&bench.membrane, &bench.p).unwrap();
    let shuffled_e_na = nernst(1.0, 110.0, 140.0, rt_over_f(BODY));
    assert!((shuffled_e_na + 6.0).abs() < 1.0);
    right_and_not_wrong(report.quantity("e_Na").unwrap(), 71.471059, shuffled_e_na, 1e-5);
    right_and_not_wrong(report.v_rest, -79.542012, -75.06, 1e-5);
}

/// Mistake 6: numbers that are drawn and stored, and never used.
#[test]
fn every_number_of_a_cell_has_an_effect() {
    for name in ["seed_neuron", "neuron_balanced", "squid_textbook", "squid_hh52", "immature_neuron"] {
        let bench = Bench::of(name);
        for (i, info) in bench.membrane.params().iter().enumerate() {
            // Shape and unused constants act on absolute values and moving ions only; no ouabain, no affinity.
            if info.path.starts_with("geometry.") || info.path.ends_with("k_ouabain") {
                continue;
            }
            let mut other = Bench::of(name);
            other.p[i] = if info.value == 0.0 { 0.5 } else { info.value * 1.1 };
            let y = bench.state(-50.0);
            let mut displaced = y.clone();
            displaced.iter_mut().skip(1).for_each(|x| *x *= 0.9);
            assert_ne!(
                bench.slope(&displaced),
                other.slope(&displaced),
                "{name}: `{}` has no effect",
                info.path
            );
        }
    }
}

/// Mistake 7: a resting potential of -70 mV that comes from the mistakes above.
#[test]
fn the_advertised_minus_70_is_an_artefact() {
    let seed = Bench::of("seed_neuron");
    let (e_k, e_na, e_cl) = (-89.058694, 71.471059, -88.577120);
    let chord = |e_cl: f64, i_p: f64| (0.36 * e_k + 0.03 * e_na + 0.03 * e_cl - i_p) / 0.42;
    right_and_not_wrong(seed.rest(), chord(e_cl, 2.0 * 5.0 / 12.0), chord(-e_cl, 2.0 * 5.0 / 12.0), 1e-5);
    assert!((chord(-e_cl, 2.0 * 5.0 / 12.0) + 66.888).abs() < 1e-3);
    // With the swapped pump of mistake 3 alone.
    right_and_not_wrong(seed.rest(), -79.542012, -81.972, 1e-5);
    assert!((chord(e_cl, 2.0 * (140.0 / 150.0) * (145.0 / 146.0)) + 81.972).abs() < 1e-3);
    // And a neuron that does rest at -70 mV is another one.
    assert!((Bench::of("neuron_balanced").rest() + 70.0).abs() < 1e-9);
    assert!(preset("seed_neuron").notes.contains("-79.54"));
}

/// A cell whose ions move inside, in water, with one mechanism.
fn living(mechanism: &str) -> Bench {
    let mut text = String::from(
        "temperature = '37 degC'\ncapacitance = '1 uF/cm2'\ngeometry = { shape = 'sphere', diameter = '20 um' }\n\
         [water]\npermeability = '0.01 cm/s'\n[impermeants.X]\nvalence = -1\ninside = '142 mM'\n",
    );
    for (name, inside, outside) in [("K", 140.0, 5.0), ("Na", 10.0, 145.0), ("Cl", 8.0, 150.0)] {
        text +=
            &format!("[ions.{name}]\ninside = '{inside} mM'\noutside = '{outside} mM'\ndynamic = 'inside'\n");
    }
    Bench::new(&common::cell(&format!("{text}[mechanisms.m]\n{mechanism}\n")))
}

fn rate(b: &Bench, y: &[f64], state: &str) -> f64 {
    b.slope(y)[b.membrane.states().iter().position(|s| s.name == state).unwrap()]
}

/// Mistake 12: electroneutral cotransport in dV/dt.
#[test]
fn cotransport_moves_chloride_and_no_voltage() {
    let b = living("kind = 'kcc2'\ng = '0.1 mS/cm2'");
    let y = b.state(-70.0);
    let as_current = -b.membrane.currents(&b.p, &y)[0].current;
    right_and_not_wrong(rate(&b, &y, "V"), 0.0, as_current, 1e-9);
    assert!(rate(&b, &y, "ions.Cl.amount_inside") < 0.0);
}

/// Mistake 13: the sign of the chloride current in d\[Cl\]/dt. Above E_Cl chloride enters.
#[test]
fn chloride_enters_above_its_equilibrium() {
    let b = living("kind = 'leak'\nion = 'Cl'\ng = '0.1 mS/cm2'");
    let y = b.state(-40.0);
    let e_cl = nernst(-1.0, 150.0, 8.0, rt_over_f(BODY));
    // 10/F times area, current and time, amol/ms.
    let entering = 10.0 / 96485.33212331001 * std::f64::consts::PI * 400.0 * 0.1 * (-40.0 - e_cl);
    right_and_not_wrong(rate(&b, &y, "ions.Cl.amount_inside"), entering, -entering, 1e-9);
}

/// Mistake 16: concentrations integrated where the volume changes. Water that enters dilutes what is inside.
#[test]
fn water_dilutes_what_is_inside() {
    let b = living("kind = 'kcc2'\ng = '0 mS/cm2'").with("ions.Na.outside", 45.0);
    let y = b.state(-70.0);
    let swollen = vrest_ode::solve(
        &b.membrane,
        &b.p,
        &y,
        0.0,
        600e3,
        vrest_ode::Output::At(&[600e3]),
        &vrest_ode::Options::with_tolerance(1e-10, 1e-10),
    )
    .unwrap();
    let end = swollen.row(0);
    let k = b.membrane.observe(&b.p, end)[0];
    // 300 mM inside and 200 mM outside: half as large again.
    right_and_not_wrong(k, 140.0 / 1.5, 140.0, 1e-3);
}
