//! Voltage clamp against exact solutions.

mod common;

use common::{Bench, cell, experiment, preset, trajectory};
use vrest_membrane::{Cell, Experiment, Membrane, Protocol};

/// C 1 uF/cm2, g 0.2 mS/cm2, E -70 mV.
const RC: &str = "temperature = '37 degC'\ncapacitance = '1 uF/cm2'\n[ions.K]\ne = '-70 mV'\n\
                  [mechanisms.leak]\nkind = 'leak'\nion = 'K'\ng = '0.2 mS/cm2'\n";

fn step(series: &str, from: f64, to: f64) -> String {
    format!(
        "duration = '30 ms'\n[clamp]\nv = '{from} mV'\n{series}\n[changes.s]\nparameter = 'clamp.v'\nkind = 'step'\nto = '{to} mV'\nstart = '5 ms'\nduration = '20 ms'"
    )
}

#[test]
fn gates_under_an_ideal_clamp_relax_exponentially() {
    let e = experiment(&preset("squid_hh52"), &step("", -80.0, 0.0));
    let times: Vec<f64> = (0..=40).map(|i| 5.0 + 0.5 * i as f64).collect();
    let s = trajectory(&e, &times);
    let squid = Bench::of("squid_hh52");
    let (before, kinetics) = (squid.state(-80.0), squid.membrane.gate_kinetics(0.0, &squid.p));
    let (command, current) =
        (e.command(&e.defaults(), &times).unwrap(), e.clamp_current(&e.defaults(), &s).unwrap());
    for (k, t) in times.iter().enumerate() {
        let gate = |i: usize| {
            let (inf, rate) = (kinetics[i].steady(), kinetics[i].rate);
            inf + (before[1 + i] - inf) * (-(t - 5.0) * rate).exp()
        };
        for i in 0..3 {
            assert!(
                (s.row(k)[1 + i] - gate(i)).abs() < 1e-8,
                "gate {i} at {t}: {} {}",
                s.row(k)[1 + i],
                gate(i)
            );
        }
        let v = if k == 40 { -80.0 } else { 0.0 };
        assert_eq!(command[k], v);
        let i = 120.0 * gate(0).powi(3) * gate(1) * (v - 50.0)
            + 36.0 * gate(2).powi(4) * (v + 77.0)
            + 0.3 * (v + 54.3);
        assert!((current[k] - i).abs() < 1e-4 * (1.0 + i.abs()), "at {t}: {} {i}", current[k]);
    }
    assert!(current[1..].iter().any(|i| *i < -100.0) && current[39] > 100.0, "{current:?}");
}

#[test]
fn a_series_resistance_gives_the_transient_of_two_resistors() {
    // R_s = 0.5 kohm cm2 is 2 mS/cm2 beside the leak's 0.2: tau = C/(2.2 mS/cm2).
    let e = experiment(&cell(RC), &step("series_resistance = '0.5 kohm*cm2'", -70.0, -50.0));
    let times: Vec<f64> = (0..=80).map(|i| 5.0 + 0.05 * i as f64).collect();
    let s = trajectory(&e, &times);
    let current = e.clamp_current(&e.defaults(), &s).unwrap();
    let (at_once, steady, tau) = (20.0 / 0.5, 20.0 / (0.5 + 5.0), 1.0 / 2.2);
    for (t, got) in times.iter().zip(&current) {
        let want = steady + (at_once - steady) * (-(t - 5.0) / tau).exp();
        assert!((got - want).abs() < 1e-6, "at {t}: {got} {want}");
    }
}

#[test]
fn a_ramp_adds_the_current_of_the_capacitance() {
    let text = "duration = '30 ms'\n[clamp]\nv = '-70 mV'\n[changes.r]\nparameter = 'clamp.v'\nkind = 'ramp'\nto = '-50 mV'\nstart = '10 ms'\nduration = '10 ms'";
    let e = experiment(&cell(RC), text);
    let s = trajectory(&e, &[5.0, 12.0, 19.0, 25.0]);
    let current = e.clamp_current(&e.defaults(), &s).unwrap();
    for (got, want) in current.iter().zip([0.0, 2.0 + 0.2 * 4.0, 2.0 + 0.2 * 18.0, 0.2 * 20.0]) {
        assert!((got - want).abs() < 1e-10, "{got} {want}");
    }
    let text = "duration = '100 ms'\n[clamp]\nv = '-70 mV'\n[changes.w]\nparameter = 'clamp.v'\nkind = 'sine'\namplitude = '5 mV'\nfrequency = '50 Hz'";
    let e = experiment(&cell(RC), text);
    let s = trajectory(&e, &[0.0, 3.0, 47.0]);
    let omega = 2.0 * std::f64::consts::PI * 0.05;
    for (t, got) in s.t.iter().zip(e.clamp_current(&e.defaults(), &s).unwrap()) {
        let want = 5.0 * omega * (omega * t).cos() + 0.2 * 5.0 * (omega * t).sin();
        assert!((got - want).abs() < 1e-10, "{got} {want}");
    }
}

#[test]
fn a_resistance_in_ohm_is_that_of_the_whole_cell() {
    // 20 um: 1256.637 um2, so 10 Mohm are 0.1256637 kohm cm2.
    let sphere = format!("{RC}[geometry]\nshape = 'sphere'\ndiameter = '20 um'\n");
    let e = experiment(&cell(&sphere), &step("series_resistance = '10 Mohm'", -70.0, -50.0));
    let i = e.index("clamp.series_resistance").unwrap();
    assert!((e.defaults()[i] - 0.1256637).abs() < 1e-7);
}

#[test]
fn changes_of_the_bath_act_under_a_clamp_too() {
    let text = "duration = '20 ms'\n[clamp]\nv = '-70 mV'\n[changes.k]\nparameter = 'ions.K.outside'\nkind = 'step'\nto = '10 mM'\nstart = '10 ms'";
    let e = experiment(&preset("seed_neuron"), text);
    let s = trajectory(&e, &[5.0, 15.0]);
    let current = e.clamp_current(&e.defaults(), &s).unwrap();
    for (k, bench) in
        [Bench::of("seed_neuron"), Bench::of("seed_neuron").with("ions.K.outside", 10.0)].iter().enumerate()
    {
        let want: f64 = bench.membrane.currents(&bench.p, &[-70.0]).iter().map(|c| c.current).sum();
        assert!((current[k] - want).abs() < 1e-10, "{} {want}", current[k]);
    }
}

#[test]
fn mistakes_about_clamps_are_told() {
    let told = |protocol: &str| {
        let membrane = Membrane::compile(&Cell::parse(RC).unwrap().cell);
        let problems = match Protocol::parse(protocol) {
            Err(problems) => problems,
            Ok(loaded) => Experiment::new(membrane, loaded.protocol).unwrap_err(),
        };
        problems.iter().map(|p| format!("{p}; {}", p.hint().unwrap_or_default())).collect::<Vec<_>>()
    };
    let clamp = "duration = '1 ms'\n[clamp]\nv = '-70 mV'\n";
    for (text, want) in [
        (
            format!("{clamp}series_resistance = '10 Mohm'"),
            "a resistance in ohm needs the area of the cell, which has no `[geometry]`; give resistance times area, as in `0.1 kohm*cm2`",
        ),
        (
            format!("{clamp}series_resistance = '0 kohm*cm2'"),
            "`clamp.series_resistance` is `0 kohm*cm2`, and must be above 0; leave it out for an ideal clamp",
        ),
        (
            format!("{clamp}[stimulus]\nkind = 'step'\namplitude = '1 uA/cm2'"),
            "`stimulus` means nothing under a voltage clamp; change `clamp.v` instead",
        ),
        (
            "duration = '1 ms'\n[changes.s]\nparameter = 'clamp.v'\nkind = 'step'\nto = '0 mV'".into(),
            "`clamp.v` is the command of a voltage clamp, and there is none; add a table `[clamp]` with `v = \"-70 mV\"`",
        ),
    ] {
        assert_eq!(told(&text), [want]);
    }
}
