//! The second derivative along the solution against its definition, and what an ensemble makes of it.

mod common;

use common::{experiment, preset};
use vrest_membrane::{Experiment, presets};
use vrest_ode::{Dual, Member, Options, Output, Plan, VectorField};

type Moving = Dual<f64, 1>;

/// The right-hand side, and its derivative along itself.
fn by_definition(e: &Experiment, t: f64, p: &[f64], y: &[f64]) -> [Vec<f64>; 2] {
    let (mut work, mut slope) = (vec![0.0; e.work_len()], vec![0.0; y.len()]);
    e.prepare(t, p, &mut work);
    e.eval(t, y, &mut work, &mut slope);
    let p: Vec<_> = p.iter().map(|&p| Moving::constant(p)).collect();
    let along: Vec<_> = y.iter().zip(&slope).map(|(&re, &slope)| Moving { re, eps: [slope] }).collect();
    let mut work = vec![Moving::constant(0.0); e.work_len()];
    let mut moving = vec![Moving::constant(0.0); y.len()];
    e.prepare(Moving::constant(t), &p, &mut work);
    e.eval(Moving::variable(t, 0), &along, &mut work, &mut moving);
    [slope, moving.iter().map(|x| x.eps[0]).collect()]
}

fn by_one_pass(e: &Experiment, t: f64, p: &[f64], y: &[f64]) -> [Vec<f64>; 2] {
    let mut work = vec![0.0; e.work_len()];
    e.prepare(t, p, &mut work);
    let mut work: Vec<_> = work.into_iter().map(Moving::constant).collect();
    let (mut dy, mut ddy) = (vec![0.0; y.len()], vec![0.0; y.len()]);
    e.eval_second(t, y, &mut work, &mut dy, &mut ddy);
    [dy, ddy]
}

/// A squid axon with an M current and an h current beside its own.
fn with_more_channels() -> String {
    let more = "\n[mechanisms.k_m]\nkind = 'k_m'\ng = '0.07 mS/cm2'\n\n[mechanisms.ih]\nkind = 'ih'\ng = '0.02 mS/cm2'\n";
    presets::cell("squid_hh52").expect("it comes with the program").text.to_string() + more
}

#[test]
fn one_pass_gives_what_the_definition_gives() {
    let cells = [preset("squid_hh52"), common::cell(&with_more_channels())];
    for cell in &cells {
        for protocol in ["baseline", "current_step", "current_ramp", "chirp", "pulse_train"] {
            let e = experiment(cell, presets::protocol(protocol).expect("it comes with the program").text);
            assert!(e.has_second_derivative(), "{protocol}");
            let p = e.defaults();
            let mut y = e.initial_state(&p).expect("there is a rest");
            for (k, t) in [1.0, 40.0, 120.0, 130.5, 171.0].into_iter().enumerate() {
                // Near both removable singularities of the rates, too.
                y[0] = [-65.0, -40.0, -55.0001, 30.0, -90.0][k];
                for (i, x) in y[1..].iter_mut().enumerate() {
                    *x = 0.05 + 0.17 * ((i + k) % 6) as f64;
                }
                let (want, got) = (by_definition(&e, t, &p, &y), by_one_pass(&e, t, &p, &y));
                for (want, got) in want.iter().flatten().zip(got.iter().flatten()) {
                    assert!((want - got).abs() <= 1e-11 * (1.0 + want.abs()), "{protocol} {t}: {want} {got}");
                }
            }
        }
    }
}

#[test]
fn a_membrane_has_it_where_it_is_cheap() {
    let has = |cell: &str, protocol: &str| {
        let protocol = presets::protocol(protocol).expect("it comes with the program").text;
        experiment(&preset(cell), protocol).has_second_derivative()
    };
    for (cell, protocol, wanted) in [
        ("squid_hh52", "current_step", true),
        // Concentrations that move, no gates, formulas, a clamp, a parameter that moves within a segment.
        ("neuron_dynamic", "current_step", false),
        ("seed_neuron", "current_step", false),
        ("hh_as_data", "current_step", false),
        ("squid_hh52", "clamp_steps", false),
        ("squid_nernst", "k_out_ramp", false),
    ] {
        assert_eq!(has(cell, protocol), wanted, "{cell} {protocol}");
    }
}

#[test]
fn members_of_an_ensemble_fire_as_they_do_alone() {
    let e = experiment(&preset("squid_hh52"), presets::protocol("current_step").expect("there").text);
    let p = e.defaults();
    let y0 = e.initial_state(&p).expect("there is a rest");
    let amplitude = e.index("stimulus.amplitude").expect("a step has one");
    let times: Vec<f64> = (0..=500).map(f64::from).collect();
    let member = |id: usize| {
        let mut p = p.clone();
        p[amplitude] = id as f64;
        Member { id, p, y0: y0.clone() }
    };
    let options = Options::with_tolerance(1e-8, 1e-10);
    let plan = Plan { t0: 0.0, t1: 500.0, times: &times, record: &[0, 1], options: &options };
    let together = std::sync::Mutex::new(vec![None; 20]);
    e.ensemble(&plan, 20, &|id| Some(member(id)), &|id, course| {
        together.lock().expect("not poisoned")[id] = Some(course.expect("it solves"));
    });
    let together = together.into_inner().expect("not poisoned");
    let exact = Options::with_tolerance(1e-12, 1e-12);
    for (id, course) in together.into_iter().enumerate() {
        let course = course.expect("every member comes back");
        assert_eq!(course.stats.method.to_string(), "tdrk6", "{id}");
        let alone = e.solve(&member(id).p, &y0, 0.0, 500.0, Output::At(&times), &exact).expect("it solves");
        for (k, values) in course.values.chunks_exact(2).enumerate() {
            let off = (values[0] - alone.row(k)[0]).abs();
            // The phase of the spikes drifts with every step's error.
            assert!(off < 0.02, "member {id} at {k} ms: {off} mV off");
            assert!((values[1] - alone.row(k)[1]).abs() < 1e-3);
        }
    }
}
