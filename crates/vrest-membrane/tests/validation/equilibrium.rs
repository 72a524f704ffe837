//! Closed forms: constants, Nernst, GHK, Mullins-Noda.

use crate::table::Table;
use vrest_membrane::constants::{MM_PER_MS, rt_over_f};
use vrest_membrane::equilibrium::*;

fn at(celsius: f64) -> f64 {
    rt_over_f(celsius + 273.15)
}

fn usual(p_na: f64, p_cl: f64) -> [GhkIon<f64>; 3] {
    ghk_ions([1.0, p_na, p_cl], [140.0, 10.0, 4.0], [5.0, 145.0, 110.0])
}

fn ghk_ions(p: [f64; 3], inside: [f64; 3], outside: [f64; 3]) -> [GhkIon<f64>; 3] {
    std::array::from_fn(|i| GhkIon {
        permeability: p[i],
        z: [1.0, 1.0, -1.0][i],
        inside: inside[i],
        outside: outside[i],
    })
}

pub fn rows(t: &mut Table) {
    for (celsius, want) in [(37.0, 26.726659), (20.0, 25.261712), (6.3, 24.081138)] {
        t.row("V1", format!("RT/F at {celsius} degC"), "mV", want, 1e-6, at(celsius), "derived");
    }
    for (id, ion, z, inside, outside, celsius, want, tolerance, source) in [
        ("V2", "K 140/5 mM", 1.0, 140.0, 5.0, 37.0, -89.058694, 1e-5, "derived"),
        ("V3", "Na 10/145 mM", 1.0, 10.0, 145.0, 37.0, 71.471059, 1e-5, "derived"),
        ("V4", "Cl 4/110 mM", -1.0, 4.0, 110.0, 37.0, -88.577120, 1e-5, "derived"),
        ("V5", "Ca 1e-4/2 mM", 2.0, 1e-4, 2.0, 37.0, 132.343568, 1e-4, "derived"),
        ("V5", "Ca 5e-5/2 mM", 2.0, 5e-5, 2.0, 37.0, 141.6063, 1e-4, "derived"),
        ("V6", "K 400/20 mM", 1.0, 400.0, 20.0, 20.0, -75.677, 1e-3, "derived"),
        ("V6", "Na 50/440 mM", 1.0, 50.0, 440.0, 20.0, 54.938, 1e-3, "derived"),
        ("V7", "K 54.4/2.5 mM", 1.0, 54.4, 2.5, 6.3, -74.17167, 1e-4, "Arbor, HHChannels.jl"),
        ("V7", "Na 10/140 mM", 1.0, 10.0, 140.0, 6.3, 63.55150, 1e-4, "Arbor, HHChannels.jl"),
    ] {
        let got = nernst(z, outside, inside, at(celsius));
        t.row(
            id,
            format!("Nernst potential, {ion} in/out, {celsius} degC"),
            "mV",
            want,
            tolerance,
            got,
            source,
        );
    }
    for (p_na, what, want) in [(0.04, "at rest", -59.6200), (20.0, "at the peak", 42.1643)] {
        let ions = ghk_ions([1.0, p_na, 0.45], [400.0, 50.0, 52.0], [20.0, 440.0, 560.0]);
        let claim = format!("GHK, squid axon {what} (1 : {p_na} : 0.45), 18.5 degC");
        t.row("V8", claim, "mV", want, 1e-3, ghk_potential(&ions, at(18.5)), "derived");
    }
    for (p_na, p_cl, want) in [(0.04, 0.45, -72.5041), (0.05, 0.45, -69.6070), (0.0, 0.0, -89.0587)] {
        let claim = format!("GHK, neuron concentrations, 1 : {p_na} : {p_cl}, 37 degC");
        t.row("V9", claim, "mV", want, 1e-3, ghk_potential(&usual(p_na, p_cl), at(37.0)), "derived");
    }
    for (ratio, want) in [(0.01, -72.3455), (0.1, -70.9639), (1.0, -60.3659)] {
        let ca = Divalents { permeability: ratio, inside: 1e-4, outside: 2.0 };
        let got = ghk_potential_with_divalents(&usual(0.04, 0.45), ca, at(37.0));
        t.row("V10", format!("GHK with calcium, P_Ca/P_K = {ratio}"), "mV", want, 1e-3, got, "derived");
    }
    let i = |z, v, inside, outside| ghk_current(1e-6, z, v, inside, outside, at(37.0));
    for (v, want) in [(-70.0, 1.417756), (0.0, 13.025520), (40.0, 25.839898)] {
        t.row(
            "V11",
            format!("GHK current of K at {v} mV, P 1e-6 cm/s"),
            "uA/cm2",
            want,
            1e-5,
            i(1.0, v, 140.0, 5.0),
            "derived",
        );
    }
    for (v, want) in [(1e-7, 13.025519863), (-1e-7, 13.025519810)] {
        t.row(
            "V12",
            format!("GHK current of K at {v:e} mV (smooth through 0)"),
            "uA/cm2",
            want,
            1e-8,
            i(1.0, v, 140.0, 5.0),
            "derived",
        );
    }
    for (v, want) in [(-70.0, 1.094482), (0.0, 10.227445)] {
        t.row(
            "V13",
            format!("GHK current of Cl at {v} mV"),
            "uA/cm2",
            want,
            1e-5,
            i(-1.0, v, 4.0, 110.0),
            "derived",
        );
    }
    let e_cl = nernst(-1.0, 110.0, 4.0, at(37.0));
    t.row("V13", "GHK current of Cl at E_Cl", "uA/cm2", 0.0, 1e-12, i(-1.0, e_cl, 4.0, 110.0), "derived");
    for (v, want) in [(-70.0, -2.032435), (0.0, -0.385922)] {
        t.row(
            "V14",
            format!("GHK current of Ca at {v} mV"),
            "uA/cm2",
            want,
            1e-5,
            i(2.0, v, 1e-4, 2.0),
            "derived",
        );
    }
    for (name, g, z, inside, outside, want) in [
        ("K", 0.36, 1.0, 140.0, 5.0, 5.771517e-6),
        ("Na", 0.03, 1.0, 10.0, 145.0, 2.893243e-7),
        ("Cl", 0.03, -1.0, 4.0, 110.0, 6.040612e-7),
    ] {
        let got = permeability_from_slope(g, z, inside, outside, at(37.0));
        t.row(
            "V16",
            format!("permeability with the slope of g_{name} = {g} mS/cm2"),
            "cm/s",
            want,
            1e-6 * want,
            got,
            "derived",
        );
    }
    for (r, want) in [(1.0, -68.5525), (PUMP_RATIO, -73.7989)] {
        let got = mullins_noda_potential([1.0, 140.0, 5.0], [0.04, 10.0, 145.0], r, at(37.0));
        t.row("V22", format!("Mullins-Noda, P_Na/P_K 0.04, r = {r}"), "mV", want, 1e-3, got, "derived");
    }
    t.row(
        "V23",
        "bound of the pump's steady contribution, (RT/F) ln 1.5, 37 degC",
        "mV",
        10.8367,
        1e-4,
        at(37.0) * 1.5f64.ln(),
        "derived",
    );
    t.row(
        "V31",
        "1 uA/cm2, z = 1, sphere of radius 10 um",
        "mM/s",
        0.0310928,
        1e-6,
        1e3 * MM_PER_MS * 0.3,
        "derived",
    );
}
