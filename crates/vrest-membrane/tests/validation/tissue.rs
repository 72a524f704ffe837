//! Glia, and neurons with little space around them.

use crate::common::Bench;
use crate::table::Table;
use vrest_membrane::living::{Settings, living};
use vrest_membrane::rest;
use vrest_ode::{Options, Output, solve};

pub fn rows(t: &mut Table) {
    astrocyte(t);
    edneg(t);
    anoxia(t);
}

fn nernst(b: &Bench, ion: &str) -> f64 {
    let i = b.membrane.ion_names().position(|n| n == ion).unwrap();
    b.membrane.ion_level(&b.p, i).nernst
}

fn astrocyte(t: &mut Table) {
    const SOURCE: &str = "Halnes et al 2013";
    let b = Bench::of("astrocyte");
    for (ion, want) in [("K", -89.336), ("Na", 57.872), ("Cl", -83.648)] {
        t.row("V39", format!("astrocyte, E_{ion}"), "mV", want, 1e-2, nernst(&b, ion), SOURCE);
    }
    t.row("V39", "astrocyte, rest (published)", "mV", -83.6, 0.1, b.rest(), SOURCE);
    t.row("V39", "astrocyte, rest", "mV", -83.542, 1e-2, b.rest(), "derived");
    let blocked = Bench::of("astrocyte").with("nak_pump.block", 1.0);
    t.row("V39", "astrocyte, rest with the pump blocked", "mV", -80.699, 1e-2, blocked.rest(), "derived");
    for (k, want) in [(5.0, -73.744), (8.0, -63.198), (12.0, -53.596), (20.0, -41.092)] {
        let got = Bench::of("astrocyte").with("ions.K.outside", k).rest();
        t.row("V39", format!("astrocyte, rest at {k} mM K outside"), "mV", want, 1e-2, got, "derived");
    }
}

fn edneg(t: &mut Table) {
    const SOURCE: &str = "Saetra et al 2021";
    for (preset, wanted) in [
        ("edneg_neuron", [("K", -97.60), ("Na", 54.06), ("Cl", -77.65)]),
        ("edneg_glia", [("K", -89.32), ("Na", 60.84), ("Cl", -83.93)]),
    ] {
        let b = Bench::of(preset);
        for (ion, want) in wanted {
            t.row("V42", format!("{preset}, E_{ion}"), "mV", want, 0.02, nernst(&b, ion), SOURCE);
        }
    }
    let b = Bench::of("edneg_neuron");
    let pump = rest(&b.membrane, &b.p).unwrap().pump.unwrap().current;
    t.row("V42", "edneg_neuron, leaks and pump, rest", "mV", -65.93, 0.01, b.rest(), "derived");
    t.row("V42", "edneg_neuron, pump current", "uA/cm2", 1.0038, 2e-4, pump, "derived");
    let blocked = Bench::of("edneg_neuron").with("nak_pump.block", 1.0).rest();
    t.row("V42", "edneg_neuron, rest with the pump blocked", "mV", -59.20, 0.01, blocked, "derived");
}

/// The published rest is one of the code's equations, which leave the pump out of dV/dt but not out of dc/dt.
fn anoxia(t: &mut Table) {
    const SOURCE: &str = "Zandt et al 2011";
    let name = "anoxia_neuron";
    let b = Bench::of(name);
    let y = b.state(-67.7966);
    let states: Vec<String> = b.membrane.states().iter().map(|s| s.name.clone()).collect();
    let at = |name: &str| states.iter().position(|s| s == name).unwrap();
    t.row("V40", format!("{name}, n at the published rest"), "", 0.0661, 1e-4, y[at("k.n")], SOURCE);
    t.row("V40", format!("{name}, h at the published rest"), "", 0.9804, 1e-4, y[at("na.h")], SOURCE);
    let without_pump = Bench::of(name).with("nak_pump.block", 1.0);
    let dv = without_pump.slope(&y)[0];
    let claim = format!("{name}, dV/dt at the published rest, pump left out as in its code");
    t.row("V40", claim, "mV/ms", 0.0, 1e-4, dv, SOURCE);
    let dy = b.slope(&y);
    for state in ["ions.K.inside", "ions.K.outside", "ions.Na.inside", "ions.Na.outside"] {
        let claim = format!("{name}, rate of {state} at the published rest");
        t.row("V40", claim, "mM/ms", 0.0, 1e-7, dy[at(state)], SOURCE);
    }

    // With its pump in dV/dt and free chloride, against SciPy (Radau, LSODA; tolerance 1e-10).
    let found = living(&b.membrane, &b.p, &Settings::default()).unwrap().expect("ions move");
    let settled = found.reached().expect("it settles");
    let value = |name: &str| settled.values.iter().find(|v| v.name == name).unwrap();
    for (state, want, tolerance) in [
        ("V", -68.3088, 1e-3),
        ("ions.K.inside", 142.2562, 1e-3),
        ("ions.K.outside", 3.82799, 1e-4),
        ("ions.Na.inside", 20.0103, 1e-3),
        ("ions.Cl.inside", 9.4733, 1e-3),
    ] {
        let (unit, got) = (value(state).unit, value(state).value);
        t.row("V41", format!("{name}, steady {state}"), unit, want, tolerance, got, "SciPy");
    }
    let anoxia = Bench::of(name).with("nak_pump.block", 1.0).with("glia.block", 1.0).with("bath.block", 1.0);
    let y: Vec<f64> = settled.values.iter().map(|v| v.value).collect();
    let options = Options::with_tolerance(1e-9, 1e-9);
    let after = solve(&anoxia.membrane, &anoxia.p, &y, 0.0, 6e4, Output::At(&[2e4, 6e4]), &options).unwrap();
    for (i, seconds, v, k) in [(0, 20, -15.0500, 54.1149), (1, 60, -5.9350, 82.5336)] {
        let row = after.row(i);
        let when = format!("{seconds} s after the oxygen is gone");
        t.row("V41", format!("{name}, V {when}"), "mV", v, 5e-3, row[0], "SciPy");
        t.row("V41", format!("{name}, K outside {when}"), "mM", k, 5e-3, row[at("ions.K.outside")], "SciPy");
    }
}
