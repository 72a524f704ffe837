use super::*;
use crate::ranges::Ranges;
use vrest_membrane::constants::rt_over_f;
use vrest_membrane::{Cell, Membrane, Protocol};

fn experiment(start: Start) -> Experiment {
    let cell = Cell::parse(include_str!("../../../../cells/seed_neuron.toml")).expect("a valid cell").cell;
    let mut protocol = Protocol::parse(include_str!("../../../../protocols/dataset_step.toml"))
        .expect("a valid protocol")
        .protocol;
    protocol.start = start;
    Experiment::new(Membrane::compile(&cell), protocol).expect("they fit")
}

fn run(e: &Experiment, ranges: &str, samples: usize, threads: usize) -> Generated {
    let sampler = Ranges::parse(ranges).unwrap().resolve(e).unwrap();
    let times: Vec<f64> = (0..1000).map(|k| 0.5 * k as f64).collect();
    let plan = Plan {
        experiment: e,
        sampler: &sampler,
        samples,
        seed: 42,
        times: &times,
        options: Options::default(),
        state: 0,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| generate(&plan, &|_| {})).unwrap()
}

const SEED_RANGES: &str = include_str!("../../../../params/seed_ranges.toml");

/// Section 2.4 of any textbook: with constant g, E and pump current V relaxes exponentially to V_ss.
#[test]
fn trajectories_are_the_exact_relaxations_of_their_parameters() {
    let g = run(&experiment(Start::Voltage(-70.0)), SEED_RANGES, 50, 2);
    let d = &g.dataset;
    assert!(g.failures.is_empty() && !g.cancelled && d.samples() == 50 && d.params() == 11);
    let rtf = rt_over_f(310.15);
    for i in 0..50 {
        let p = |name: &str| d.x[[i, d.param_index(name).unwrap()]];
        let e = |ion: &str| rtf * (p(&format!("ions.{ion}.outside")) / p(&format!("ions.{ion}.inside"))).ln();
        let total = p("leak_K.g") + p("leak_Na.g") + p("leak_Cl.g");
        let (na_i, k_o) = (p("ions.Na.inside"), p("ions.K.outside"));
        let pump = 2.0 * na_i / (na_i + 10.0) * k_o / (k_o + 1.0);
        let source = p("leak_K.g") * e("K") + p("leak_Na.g") * e("Na") - p("leak_Cl.g") * e("Cl") - pump;
        let (mut v, mut t) = (d.y[[i, 0]], 0.0);
        for k in 1..1000 {
            // The step stands between 100 and 300 ms, both multiples of the interval.
            let current = if (100.0..300.0).contains(&t) { p("stimulus.amplitude") } else { 0.0 };
            let v_ss = (source + current) / total;
            v = v_ss + (v - v_ss) * (-0.5 * total).exp();
            t = 0.5 * k as f64;
            assert!((v - d.y[[i, k]]).abs() < 1e-9, "sample {i} at {t} ms: {v} {}", d.y[[i, k]]);
            let on = (100.0..300.0).contains(&t);
            assert_eq!(
                d.stimulus.as_ref().unwrap().values[[i, k]],
                if on { p("stimulus.amplitude") } else { 0.0 }
            );
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_dataset() {
    let e = experiment(Start::Voltage(-70.0));
    assert_eq!(run(&e, SEED_RANGES, 33, 1), run(&e, SEED_RANGES, 33, 3));
}

#[test]
fn a_start_at_rest_stays_at_rest_until_the_step() {
    let ranges = r#"[ranges]
"leak_K.g" = { distribution = "log_uniform", low = "0.05 mS/cm2", high = "0.5 mS/cm2" }"#;
    let d = run(&experiment(Start::Rest), ranges, 20, 2).dataset;
    for i in 0..20 {
        assert!((0..=200).all(|k| (d.y[[i, k]] - d.y[[i, 0]]).abs() < 1e-9));
        assert!((d.y[[i, 500]] - d.y[[i, 0]]).abs() > 0.5, "the step moves it");
    }
}

#[test]
fn failures_are_listed_with_their_parameters() {
    let e = experiment(Start::Voltage(-70.0));
    let sampler = Ranges::parse(SEED_RANGES).unwrap().resolve(&e).unwrap();
    let options = Options { max_steps: 0, method: vrest_ode::Method::Explicit, ..Options::default() };
    let plan = Plan {
        experiment: &e,
        sampler: &sampler,
        samples: 3,
        seed: 1,
        times: &[0.0, 1.0],
        options,
        state: 0,
    };
    match generate(&plan, &|_| {}) {
        Err(GenerateError::NothingLeft { first }) => {
            assert_eq!((first.sample, first.parameters.len()), (0, 12));
            assert_eq!(first.parameters[0].0, "leak_K.g");
        }
        other => panic!("{other:?}"),
    }
}
