//! Resting potentials of passive cells with a pump.

use crate::common::{Bench, experiment, preset, trajectory};
use crate::table::Table;
use vrest_membrane::rest;

pub fn rows(t: &mut Table) {
    let no_pump = || Bench::of("seed_neuron").with("nak_pump.block", 1.0);
    t.row("V18", "seed_neuron, pump blocked", "mV", -77.557885, 1e-5, no_pump().rest(), "derived");
    t.row("V18", "seed_neuron", "mV", -79.542012, 1e-5, Bench::of("seed_neuron").rest(), "derived");

    let seed = Bench::of("seed_neuron");
    let report = rest(&seed.membrane, &seed.p).unwrap();
    let tau = report.tau_m.unwrap();
    t.row("V19", "seed_neuron, time constant", "ms", 2.380952, 1e-5, tau, "derived");
    let step = experiment(
        &preset("seed_neuron"),
        "duration = '100 ms'\n[stimulus]\nkind = 'step'\namplitude = '0.5 uA/cm2'\nstart = '10 ms'",
    );
    let solved = trajectory(&step, &[11.0, 15.0, 100.0]);
    for (k, (ms, want)) in [(1, 0.408278), (5, 1.044695), (90, 1.190476)].into_iter().enumerate() {
        let got = solved.row(k)[0] - report.v_rest;
        t.row("V19", format!("seed_neuron, 0.5 uA/cm2, after {ms} ms"), "mV", want, 1e-5, got, "derived");
    }

    // One step of each textbook method from -70 mV, made of our right-hand side and our time constant.
    let (v0, dt) = (-70.0, 0.1);
    let f = seed.slope(&[v0])[0];
    let relaxed = |share: f64| v0 + share * (report.v_rest - v0);
    for (method, want, got) in [
        ("exact", -70.392465, relaxed(1.0 - (-dt / tau).exp())),
        ("forward Euler", -70.400765, v0 + dt * f),
        ("backward Euler", -70.384611, v0 + dt * f / (1.0 + dt / tau)),
        ("Crank-Nicolson", -70.392522, v0 + dt * f / (1.0 + 0.5 * dt / tau)),
    ] {
        t.row(
            "V20",
            format!("seed_neuron, one step of 0.1 ms from -70 mV, {method}"),
            "mV",
            want,
            1e-5,
            got,
            "derived",
        );
    }

    for (k_out, want) in [(3.0, -91.0459), (10.0, -63.8434), (50.0, -27.1432)] {
        let got = Bench::of("seed_neuron").with("ions.K.outside", k_out).rest();
        t.row("V21", format!("seed_neuron, K outside {k_out} mM"), "mV", want, 1e-3, got, "derived");
    }

    let balanced = Bench::of("neuron_balanced");
    let report = rest(&balanced.membrane, &balanced.p).unwrap();
    t.row("V25", "neuron_balanced, rest", "mV", -70.0, 1e-9, report.v_rest, "derived");
    for ion in &report.ions {
        t.row(
            "V25",
            format!("neuron_balanced, net current of {}", ion.name),
            "uA/cm2",
            0.0,
            1e-12,
            ion.net_current,
            "derived",
        );
    }
    let jump = report.pump.as_ref().unwrap().jump;
    t.row("V26", "neuron_balanced, jump on pump block", "mV", 5.5987, 1e-3, jump, "derived");
    let blocked = Bench::of("neuron_balanced").with("nak_pump.block", 1.0);
    let parts = blocked.membrane.currents(&blocked.p, &[report.v_rest + jump]);
    let per_current = 1e3 * vrest_membrane::constants::MM_PER_MS * 0.3;
    let (names, drift): (Vec<_>, Vec<f64>) = blocked
        .membrane
        .ion_names()
        .enumerate()
        .map(|(i, n)| {
            (n, -per_current * parts.iter().filter(|c| c.ion == Some(i)).map(|c| c.current).sum::<f64>())
        })
        .unzip();
    for (ion, want) in [("Na", 0.042685), ("K", -0.038333)] {
        let got = drift[names.iter().position(|n| *n == ion).unwrap()];
        t.row(
            "V26",
            format!("neuron_balanced after pump block, d[{ion}]/dt"),
            "mM/s",
            want,
            0.01 * want.abs(),
            got,
            "derived",
        );
    }

    let cell = preset("neuron_balanced");
    let pump = report.currents.iter().filter(|c| c.mechanism == "nak_pump");
    let (na, k) = pump.fold((0.0, 0.0), |(na, k), c| match c.ion.as_deref() {
        Some("Na") => (c.current, k),
        _ => (na, c.current),
    });
    let i_max = cell.numbers().iter().find(|n| n.path == "nak_pump.i_max").unwrap().value;
    let i_p = i_max * (10.0 / 20.0) * (5.0 / 6.0);
    t.row(
        "V28",
        "sum of the pump's ion currents over the pump current",
        "",
        1.0,
        1e-12,
        (na + k) / i_p,
        "derived",
    );
    t.row("V28", "Na current over K current of the pump", "", -1.5, 1e-12, na / k, "derived");

    t.row("V63", "rbc_human, GHK 1 : 1 : 100", "mV", -9.0408, 1e-3, Bench::of("rbc_human").rest(), "derived");
    t.row("V63", "immature_neuron", "mV", -63.597, 1e-3, Bench::of("immature_neuron").rest(), "derived");
}
