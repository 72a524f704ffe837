//! What spiking membranes cost: the squid axon at 10 uA/cm2 for 100 ms, from rest, with built-in channels and with
//! channels by formulas; alone, and many of them in lanes. `cargo run --release -p vrest-membrane --example spike_cost`

use std::time::Instant;
use vrest_membrane::{Cell, Experiment, Membrane, Protocol, presets};
use vrest_ode::{Member, Method, Options, Output, Plan, solve};

fn main() {
    let text = "duration = '100 ms'\n[stimulus]\nkind = 'step'\namplitude = '10 uA/cm2'";
    let times: Vec<f64> = (0..=1000).map(|i| 0.1 * f64::from(i)).collect();
    for name in ["squid_hh52", "hh_as_data"] {
        let cell = presets::cell(name).expect("a preset").text;
        let cell = Cell::parse(cell).expect("presets are right").cell;
        let protocol = Protocol::parse(text).expect("a right protocol").protocol;
        let e = Experiment::new(Membrane::compile(&cell), protocol).expect("it fits every cell");
        let p = e.defaults();
        let y0 = e.initial_state(&p).expect("it rests");
        for (method, rtol) in [(Method::Auto, 1e-6), (Method::Explicit, 1e-6), (Method::Auto, 1e-4)] {
            let options = Options { method, ..Options::with_tolerance(rtol, 1e-2 * rtol) };
            let run = || solve(&e, &p, &y0, 0.0, 100.0, Output::At(&times), &options).expect("it solves");
            let stats = run().stats;
            let mut best = f64::INFINITY;
            for _ in 0..100 {
                let begun = Instant::now();
                std::hint::black_box(run());
                best = best.min(begun.elapsed().as_secs_f64());
            }
            println!(
                "{name}: {method:?}, rtol {rtol:.0e}: {:.3} ms, {} steps, {} rejected, {} evaluations, {:.0} ns each, by {}",
                1e3 * best,
                stats.steps,
                stats.rejected,
                stats.evals,
                1e9 * best / stats.evals as f64,
                stats.method
            );
        }
        let options = Options::default();
        let plan = Plan { t0: 0.0, t1: 100.0, times: &times, record: &[0], options: &options };
        let member = |id| {
            Some(Member { id, p: p.clone(), y0: y0.iter().map(|y| y * (1.0 + 1e-3 * id as f64)).collect() })
        };
        let n = 128;
        let mut best = f64::INFINITY;
        for _ in 0..20 {
            let begun = Instant::now();
            e.ensemble(&plan, n, &member, &|_, result| {
                std::hint::black_box(result.expect("it solves"));
            });
            best = best.min(begun.elapsed().as_secs_f64());
        }
        println!("{name}: {n} in lanes, rtol 1e-6: {:.1} us each", 1e6 * best / n as f64);
    }
}
