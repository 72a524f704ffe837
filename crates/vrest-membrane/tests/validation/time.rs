//! What happens over time: spikes of the squid axon, cells left alone or disturbed for hours.

use crate::common::{Bench, experiment, preset, trajectory};
use crate::table::Table;
use vrest_membrane::constants::ZERO_CELSIUS;
use vrest_ode::{Options, Output, VectorField, solve};

const HH: &str = "Hodgkin & Huxley 1952";

/// V of the squid axon every 0.01 ms, from rest, under `amplitude` uA/cm2 for `width` ms, at `celsius`.
fn voltage(amplitude: f64, width: f64, duration: f64, celsius: f64) -> Vec<f64> {
    let text = format!(
        "duration = '{duration} ms'\n[stimulus]\nkind = 'step'\namplitude = '{amplitude} uA/cm2'\nduration = '{width} ms'"
    );
    let mut e = experiment(&preset("squid_hh52"), &text);
    e.set("temperature", celsius + ZERO_CELSIUS);
    let times: Vec<f64> = (0..=(duration * 100.0) as usize).map(|i| 0.01 * i as f64).collect();
    trajectory(&e, &times).state(0).collect()
}

/// The times at which V rises through 0 mV, ms.
fn spikes(v: &[f64]) -> Vec<f64> {
    let rising = |(i, w): (usize, &[f64])| {
        (w[0] < 0.0 && w[1] >= 0.0).then(|| 0.01 * (i as f64 - w[0] / (w[1] - w[0])))
    };
    v.windows(2).enumerate().filter_map(rising).collect()
}

/// The rate of the last interval between spikes, Hz.
fn rate(v: &[f64]) -> f64 {
    let at = spikes(v);
    1e3 / (at[at.len() - 1] - at[at.len() - 2])
}

/// The smallest `x` between the ends for which `fires`.
fn threshold(mut low: f64, mut high: f64, fires: impl Fn(f64) -> bool) -> f64 {
    assert!(!fires(low) && fires(high));
    while high - low > 1e-4 * high {
        let middle = 0.5 * (low + high);
        if fires(middle) { high = middle } else { low = middle }
    }
    0.5 * (low + high)
}

pub fn rows(t: &mut Table) {
    let one = voltage(20.0, 0.5, 30.0, 6.3);
    let ends = one.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
    t.row("V45", "squid_hh52, peak after 20 uA/cm2 for 0.5 ms", "mV", 39.293, 0.1, ends.1, HH);
    t.row("V45", "squid_hh52, lowest voltage after that spike", "mV", -76.171, 0.1, ends.0, HH);

    let sustained = |i: f64| voltage(i, 500.0, 500.0, 6.3);
    for (i, want) in [(7.0, 58.46), (10.0, 68.39), (20.0, 86.51)] {
        let claim = format!("squid_hh52, firing at {i} uA/cm2, 6.3 degC");
        t.row("V46", claim, "Hz", want, 0.005 * want, rate(&sustained(i)), HH);
    }
    t.row(
        "V46",
        "squid_hh52, spikes in 500 ms at 6.2 uA/cm2",
        "",
        4.0,
        0.5,
        spikes(&sustained(6.2)).len() as f64,
        HH,
    );
    let last = spikes(&sustained(6.3)).last().copied().unwrap_or(0.0);
    let persists = f64::from(u8::from(last > 450.0));
    t.row("V46", "squid_hh52 still fires after 450 ms at 6.3 uA/cm2 (1 is yes)", "", 1.0, 0.1, persists, HH);
    t.row(
        "V48",
        "squid_hh52, firing at 10 uA/cm2, 16.3 degC",
        "Hz",
        162.6,
        0.8,
        rate(&voltage(10.0, 300.0, 300.0, 16.3)),
        HH,
    );

    let rheobase = threshold(1.0, 4.0, |i| !spikes(&voltage(i, 100.0, 100.0, 6.3)).is_empty());
    t.row("V47", "squid_hh52, rheobase of a long step", "uA/cm2", 2.236, 0.02236, rheobase, HH);
    let displaced = threshold(3.0, 12.0, |dv| {
        let squid = Bench::of("squid_hh52");
        let mut y = squid.state(squid.rest());
        y[0] += dv;
        let s =
            solve(&squid.membrane, &squid.p, &y, 0.0, 30.0, Output::EveryStep, &Options::default()).unwrap();
        s.state(0).any(|v| v > 0.0)
    });
    t.row("V47", "squid_hh52, threshold of an instantaneous displacement", "mV", 6.49, 0.0649, displaced, HH);

    let squid = Bench::of("squid_hh52");
    for (what, gate, v, want) in [("alpha_m", 0, -40.0, 1.0), ("alpha_n", 2, -55.0, 0.1)] {
        let at = |v: f64| squid.membrane.gate_kinetics(v, &squid.p)[gate].source;
        t.row(
            "V49",
            format!("squid_hh52, {what} at its removable singularity, {v} mV"),
            "1/ms",
            want,
            1e-9,
            at(v),
            HH,
        );
        let bend = at(v - 1e-6) + at(v + 1e-6) - 2.0 * at(v);
        t.row("V49", format!("squid_hh52, {what}: second difference across it"), "1/ms", 0.0, 1e-9, bend, HH);
    }

    left_alone(t);
    disturbed(t);
    frog(t);
}

/// The balanced neuron keeps its voltage and its concentrations for an hour.
fn left_alone(t: &mut Table) {
    let e = experiment(&preset("neuron_dynamic"), "duration = '1 h'");
    let s = trajectory(&e, &[0.0, 3.6e6]);
    for i in 0..e.n_states() {
        let name = e.state_name(i);
        let unit = if i == 0 { "mV" } else { "mM" };
        t.row(
            "V25",
            format!("neuron_dynamic, drift of {name} within 1 h"),
            unit,
            0.0,
            1e-6,
            s.row(1)[i] - s.row(0)[i],
            "derived",
        );
    }
}

/// With 1 mM more sodium inside it comes to another rest: Na + K - Cl is conserved.
fn disturbed(t: &mut Table) {
    let mut e = experiment(&preset("neuron_dynamic"), "duration = '2 h'");
    assert!(e.set("ions.Na.inside", 11.0));
    let s = trajectory(&e, &[7.2e6]);
    for (name, want) in
        [("V", -70.162), ("ions.Na.inside", 10.017), ("ions.K.inside", 140.935), ("ions.Cl.inside", 7.967)]
    {
        let i = (0..e.n_states()).find(|&i| e.state_name(i) == name).unwrap();
        let unit = if i == 0 { "mV" } else { "mM" };
        t.row(
            "V25b",
            format!("neuron_dynamic 2 h after 1 mM more Na inside, {name}"),
            unit,
            want,
            0.01,
            s.row(0)[i],
            "derived",
        );
    }
}

/// Frog muscle in potassium outside: 58 log10((K + 0.01 Na)/140), Na 120 mM.
fn frog(t: &mut Table) {
    for (k, want) in [
        (1.0, -104.61),
        (2.5, -91.52),
        (5.0, -78.52),
        (10.0, -63.62),
        (20.0, -47.55),
        (50.0, -25.34),
        (100.0, -8.17),
    ] {
        let text = format!(
            "temperature = '20 degC'\nrt_over_f = '25.189079 mV'\ncapacitance = '1 uF/cm2'\n\
             [ions.K]\ninside = '140 mM'\noutside = '{k} mM'\n[ions.Na]\ninside = '1e-6 mM'\noutside = '120 mM'\n\
             [mechanisms.k]\nkind = 'ghk_leak'\nion = 'K'\np = '1e-6 cm/s'\n[mechanisms.na]\nkind = 'ghk_leak'\nion = 'Na'\np = '1e-8 cm/s'"
        );
        let got = Bench::new(&crate::common::cell(&text)).rest();
        t.row(
            "V62",
            format!("frog muscle, 58 log10((K + 1.2)/140), K outside {k} mM"),
            "mV",
            want,
            0.01,
            got,
            "Hodgkin & Horowicz 1959",
        );
    }
}
