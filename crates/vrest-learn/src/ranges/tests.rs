use super::*;
use vrest_membrane::{Cell, Membrane, Protocol};

fn experiment(v_start: bool) -> Experiment {
    let cell = Cell::parse(include_str!("../../../../cells/seed_neuron.toml")).expect("a valid cell").cell;
    let mut protocol = Protocol::parse(include_str!("../../../../protocols/dataset_step.toml"))
        .expect("a valid protocol")
        .protocol;
    if v_start {
        protocol.start = vrest_membrane::protocol::Start::Voltage(-70.0);
    }
    Experiment::new(Membrane::compile(&cell), protocol).expect("they fit")
}

fn seed_ranges() -> Ranges {
    Ranges::parse(include_str!("../../../../params/seed_ranges.toml")).expect("a valid file")
}

#[test]
fn the_shipped_ranges_fit_the_seed_neuron() {
    let ranges = seed_ranges();
    assert!(ranges.draws_start());
    let sampler = ranges.resolve(&experiment(true)).unwrap();
    assert_eq!(sampler.drawn.len(), 12);
    let k_o = sampler.drawn.iter().find(|d| d.info.path == "ions.K.outside").unwrap();
    assert_eq!(k_o.distribution, Distribution::Uniform { low: 3.0, high: 6.0 });
}

#[test]
fn a_sample_depends_on_the_seed_and_its_number_alone() {
    let sampler = seed_ranges().resolve(&experiment(true)).unwrap();
    for sampling in [Sampling::Independent, Sampling::Sobol] {
        let s = Sampler { sampling, ..sampler.clone() };
        assert_eq!(s.draw(7, 123), s.draw(7, 123));
        assert_ne!(s.draw(7, 123), s.draw(7, 124));
        assert_ne!(s.draw(7, 123), s.draw(8, 123));
    }
}

/// Moments of a uniform distribution: mean (a + b)/2, variance (b - a)^2/12; columns are uncorrelated.
#[test]
fn draws_have_the_moments_of_their_distribution() {
    let sampler = seed_ranges().resolve(&experiment(true)).unwrap();
    for sampling in [Sampling::Independent, Sampling::Sobol] {
        let s = Sampler { sampling, ..sampler.clone() };
        let draws: Vec<Vec<f64>> = (0..4096).map(|i| s.draw(1, i)).collect();
        let column = |c: usize| draws.iter().map(move |d| d[c]);
        let mean = |c: usize| column(c).sum::<f64>() / 4096.0;
        let cov = |a: usize, b: usize| {
            column(a).zip(column(b)).map(|(x, y)| (x - mean(a)) * (y - mean(b))).sum::<f64>() / 4096.0
        };
        // leak_K.g in 0.05..0.5, ions.K.outside in 3..6.
        assert!((mean(0) - 0.275).abs() < 0.01 && (mean(3) - 4.5).abs() < 0.07);
        assert!((cov(0, 0) / (0.45f64.powi(2) / 12.0) - 1.0).abs() < 0.06);
        assert!((cov(0, 3) / (cov(0, 0) * cov(3, 3)).sqrt()).abs() < 0.06);
    }
}

#[test]
fn a_gaussian_stays_where_the_parameter_can_go() {
    let text = r#"[ranges]
"leak_Na.g" = { distribution = "normal", mean = "0.01 mS/cm2", sd = "0.02 mS/cm2" }"#;
    let sampler = Ranges::parse(text).unwrap().resolve(&experiment(false)).unwrap();
    let draws: Vec<f64> = (0..5000).map(|i| sampler.draw(3, i)[0]).collect();
    assert!(draws.iter().all(|g| *g >= 0.0));
    // A Gaussian of mean 1/2 and sd 1 (in sd) cut at 0 has the mean 1/2 + phi(1/2)/Phi(1/2) = 1.0091 sd.
    let mean = draws.iter().sum::<f64>() / 5000.0;
    assert!((mean / 0.02 - 1.0092).abs() < 0.03, "{mean}");
}

#[test]
fn widening_goes_a_fifth_of_the_width_beyond_both_ends_but_never_below_zero() {
    let wide = seed_ranges().resolve(&experiment(true)).unwrap().widened(0.2);
    let of = |path: &str| wide.drawn.iter().find(|d| d.info.path == path).unwrap().distribution;
    let Distribution::Uniform { low, high } = of("ions.K.outside") else { panic!() };
    assert!((low - 2.4).abs() < 1e-12 && (high - 6.6).abs() < 1e-12);
    // 0.05 - 0.2 * 0.45 would be negative.
    let Distribution::Uniform { low, .. } = of("leak_K.g") else { panic!() };
    assert_eq!(low, 0.05);
    assert_eq!(of("capacitance"), Distribution::Fixed(1.0));
}

#[test]
fn wrong_ranges_are_named() {
    let problem = |line: &str| {
        let text = format!("[ranges]\n{line}\n");
        match Ranges::parse(&text) {
            Err(p) => p[0].fault.to_string(),
            Ok(r) => r.resolve(&experiment(false)).unwrap_err()[0].fault.to_string(),
        }
    };
    let expect = |line: &str, part: &str| {
        let message = problem(line);
        assert!(message.contains(part), "{line}: {message}");
    };
    expect(r#""leak_K.g" = { distribution = "uniform", low = "0.5 mS/cm2", high = "0.05 mS/cm2" }"#, "empty");
    expect(r#""leak_K.gg" = { distribution = "fixed", value = "1 mS/cm2" }"#, "leak_K.gg");
    expect(r#""leak_K.g" = { distribution = "fixed", value = "1 mM" }"#, "mM");
    expect(r#""leak_K.g" = { distribution = "fixed", value = "-1 mS/cm2" }"#, "cannot be -1");
    expect(r#""leak_K.g" = { distribution = "unifrom", low = 1, high = 2 }"#, "unifrom");
    expect(
        r#""stimulus.amplitude" = { distribution = "log_uniform", low = "0 uA/cm2", high = "1 uA/cm2" }"#,
        "above 0",
    );
    expect(r#""leak_K.g" = { distribution = "uniform", low = "1 mS/cm2" }"#, "high");
}
