//! What protocols do over time: every waveform against its plain formula, and what the solver makes of the edges.

mod common;

use common::{Bench, cell, experiment, preset, trajectory};
use std::f64::consts::TAU;
use vrest_membrane::Experiment;
use vrest_ode::{Dual, Lanes, VectorField};

fn stimulus(text: &str) -> Experiment {
    experiment(&preset("seed_neuron"), &format!("duration = '100 ms'\n[stimulus]\n{text}"))
}

/// Compares the injected current with `formula` at many times.
fn follows(text: &str, formula: impl Fn(f64) -> f64) {
    let e = stimulus(text);
    let times: Vec<f64> = (0..997).map(|i| 0.037 + 0.1003 * i as f64).collect();
    for (t, got) in times.iter().zip(e.stimulus(&e.defaults(), &times)) {
        let want = formula(*t);
        assert!((got - want).abs() < 1e-12, "{text} at {t}: {got} {want}");
    }
}

fn within(t: f64, start: f64, duration: f64) -> f64 {
    if t > start && t < start + duration { 1.0 } else { 0.0 }
}

#[test]
fn waveforms_follow_their_formulas() {
    follows("kind = 'step'\namplitude = '2 uA/cm2'\nstart = '10 ms'\nduration = '20 ms'", |t| {
        2.0 * within(t, 10.0, 20.0)
    });
    follows(
        "kind = 'pulse_train'\namplitude = '2 uA/cm2'\nstart = '10 ms'\nwidth = '1 ms'\nperiod = '7 ms'\ncount = 4",
        |t| (0..4).map(|i| 2.0 * within(t, 10.0 + 7.0 * i as f64, 1.0)).sum(),
    );
    follows("kind = 'ramp'\namplitude = '2 uA/cm2'\nstart = '10 ms'\nduration = '20 ms'", |t| {
        2.0 * ((t - 10.0) / 20.0).clamp(0.0, 1.0)
    });
    follows(
        "kind = 'ramp'\namplitude = '2 uA/cm2'\nstart = '10 ms'\nduration = '20 ms'\nafter = 'return'",
        |t| 2.0 * (t - 10.0) / 20.0 * within(t, 10.0, 20.0),
    );
    follows(
        "kind = 'sine'\namplitude = '2 uA/cm2'\nstart = '10 ms'\nduration = '50 ms'\nfrequency = '40 Hz'",
        |t| 2.0 * (TAU * 0.04 * (t - 10.0)).sin() * within(t, 10.0, 50.0),
    );
    follows(
        "kind = 'chirp'\namplitude = '2 uA/cm2'\nstart = '10 ms'\nduration = '80 ms'\nfrequency_start = '1 Hz'\nfrequency_end = '200 Hz'",
        |t| {
            let s = (t - 10.0) * 1e-3;
            2.0 * (TAU * (1.0 * s + 199.0 / (2.0 * 0.08) * s * s)).sin() * within(t, 10.0, 80.0)
        },
    );
    let values = [0.0, 1.0, -1.0, 0.5];
    let knots = "values = [0, 1, -1, 0.5]\ninterval = '10 ms'\nscale = '2 uA/cm2'\nstart = '10 ms'\nduration = '60 ms'";
    follows(&format!("kind = 'recorded'\n{knots}\ninterpolation = 'previous'"), |t| {
        2.0 * values[(((t - 10.0) / 10.0).max(0.0) as usize).min(3)] * within(t, 10.0, 60.0)
    });
    follows(&format!("kind = 'recorded'\n{knots}"), |t| {
        let x = ((t - 10.0) / 10.0).max(0.0);
        let j = (x as usize).min(3);
        let next = values[(j + 1).min(3)];
        2.0 * (values[j] + (next - values[j]) * (x - j as f64)) * within(t, 10.0, 60.0)
    });
}

#[test]
fn noise_is_continuous_and_its_seed_decides() {
    let text =
        |seed| format!("kind = 'noise'\nsd = '0.3 uA/cm2'\nmean = '0.1 uA/cm2'\nseed = {seed}\ntau = '5 ms'");
    let at = |seed, times: &[f64]| {
        let e = stimulus(&text(seed));
        e.stimulus(&e.defaults(), times)
    };
    let fine: Vec<f64> = (1..2000).map(|i| 0.05 * i as f64).collect();
    let a = at(1, &fine);
    assert!(a.windows(2).all(|w| (w[1] - w[0]).abs() < 0.3));
    assert_eq!(a, at(1, &fine));
    assert_ne!(a, at(2, &fine));
    let mean = a.iter().sum::<f64>() / a.len() as f64;
    assert!((mean - 0.1).abs() < 0.3, "{mean}");
}

#[test]
fn several_stimuli_add_up() {
    let text = "duration = '10 ms'\n[stimulus]\nkind = 'step'\namplitude = '1 uA/cm2'\nstart = '2 ms'\n\
                [stimuli.second]\nkind = 'step'\namplitude = '2 uA/cm2'\nstart = '4 ms'\nduration = '1 ms'";
    let e = experiment(&preset("seed_neuron"), text);
    assert_eq!(e.stimulus(&e.defaults(), &[0.0, 2.0, 4.0, 5.0, 10.0]), [0.0, 1.0, 3.0, 1.0, 1.0]);
    assert!(e.index("second.duration").is_some() && e.index("stimulus.amplitude").is_some());
}

#[test]
fn a_step_of_potassium_moves_the_rest_where_the_solver_of_rest_says() {
    let e = experiment(
        &preset("seed_neuron"),
        "duration = '200 ms'\n[changes.k]\nparameter = 'ions.K.outside'\nkind = 'step'\nto = '10 mM'\nstart = '50 ms'\nduration = '100 ms'",
    );
    let s = trajectory(&e, &[49.0, 149.9, 200.0]);
    let rest = Bench::of("seed_neuron").rest();
    let high = Bench::of("seed_neuron").with("ions.K.outside", 10.0).rest();
    for (k, want) in [rest, high, rest].into_iter().enumerate() {
        assert!((s.row(k)[0] - want).abs() < 1e-6, "{} {want}", s.row(k)[0]);
    }
}

#[test]
fn a_ramp_of_potassium_is_followed_within_the_segment() {
    // Slow against the 2.4 ms of the membrane: the voltage trails the rest of the moment by tau times its speed.
    let e = experiment(
        &preset("seed_neuron"),
        "duration = '400 ms'\n[changes.k]\nparameter = 'ions.K.outside'\nkind = 'ramp'\nto = '10 mM'\nstart = '100 ms'\nduration = '200 ms'",
    );
    let s = trajectory(&e, &[200.0, 400.0]);
    let rest = |k: f64| Bench::of("seed_neuron").with("ions.K.outside", k).rest();
    let speed = (rest(7.6) - rest(7.4)) / 8.0;
    let trailing = rest(7.5) - 2.380952 * speed;
    assert!((s.row(0)[0] - trailing).abs() < 2e-3, "{} {trailing}", s.row(0)[0]);
    assert!((s.row(1)[0] - rest(10.0)).abs() < 1e-6);
}

#[test]
fn each_lane_has_its_own_edges_and_duals_cross_them() {
    let e = stimulus("kind = 'step'\namplitude = '2 uA/cm2'\nstart = '10 ms'\nduration = '20 ms'");
    let start = e.index("stimulus.start").unwrap();
    let mut p: Vec<Lanes> = e.defaults().into_iter().map(Lanes::splat).collect();
    p[start] = Lanes::from_fn(|l| [5.0, 10.0, 20.0, 40.0][l % 4]);
    let (mut work, mut dy) = (vec![Lanes::splat(0.0); e.work_len()], [Lanes::splat(0.0)]);
    e.prepare(Lanes::splat(15.0), &p, &mut work);
    e.eval(Lanes::splat(15.0), &[Lanes::splat(-79.0)], &mut work, &mut dy);
    let driven = dy[0].to_array();
    assert!((driven[0] - driven[2] - 2.0).abs() < 1e-12 && driven[0] == driven[1] && driven[2] == driven[3]);

    let mut p: Vec<Dual<f64, 1>> = e.defaults().into_iter().map(Dual::constant).collect();
    p[start] = Dual::variable(10.0, 0);
    let mut edges = Vec::new();
    e.breakpoints(&p, &mut edges);
    assert!(edges.iter().all(|t| t.eps[0] == 1.0) && edges.len() == 2);
}

#[test]
fn a_protocol_may_start_at_a_voltage_that_is_a_parameter() {
    let e = experiment(&preset("squid_hh52"), "duration = '1 ms'\nstart = '-40 mV'");
    let i = e.v_start().unwrap();
    assert_eq!((e.params()[i].path.as_str(), e.params()[i].value), ("v_start", -40.0));
    assert_eq!(trajectory(&e, &[0.0]).row(0)[0], -40.0);
}

#[test]
fn parameters_of_moving_ions_are_starting_values_only() {
    let moving = presets_with_moving_k();
    let text = "duration = '1 ms'\n[changes.k]\nparameter = 'ions.K.inside'\nkind = 'step'\nto = '100 mM'";
    let protocol = vrest_membrane::Protocol::parse(text).unwrap().protocol;
    let problems = Experiment::new(vrest_membrane::Membrane::compile(&moving), protocol).unwrap_err();
    assert!(problems[0].to_string().contains("only the starting value"), "{problems:?}");
}

fn presets_with_moving_k() -> vrest_membrane::Cell {
    let text = vrest_membrane::presets::cell("neuron_balanced").unwrap().text;
    cell(&text.replace("inside = \"140 mM\"", "inside = \"140 mM\"\ndynamic = \"inside\""))
}
