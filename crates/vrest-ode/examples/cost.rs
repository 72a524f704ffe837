//! What solves cost on this machine: `cargo run --release -p vrest-ode --example cost`.

#[path = "../tests/problems/mod.rs"]
mod problems;

use problems::{hodgkin_huxley, leak, pump_leak};
use std::time::Instant;
use vrest_ode::{Options, Output, sensitivities, solve};

/// Shortest time of `f` in microseconds, tried for half a second: the machine may be busy with other things.
fn shortest_us<T>(mut f: impl FnMut() -> T) -> f64 {
    let begin = Instant::now();
    let mut shortest = f64::INFINITY;
    while begin.elapsed().as_secs_f64() < 0.5 {
        let start = Instant::now();
        std::hint::black_box(f());
        shortest = shortest.min(start.elapsed().as_secs_f64() * 1e6);
    }
    shortest
}

fn main() {
    let options = Options::default();
    let grid = |n: usize, end: f64| (0..n).map(|k| end * k as f64 / n as f64).collect::<Vec<_>>();

    let at = grid(1000, 500.0);
    let run = || solve(&leak::Leak, &leak::P, &[-70.0], 0.0, 500.0, Output::At(&at), &options).unwrap();
    println!("leak with a step, 1000 outputs: {:.1} us ({})", shortest_us(run), run().stats.method);

    let at = grid(1000, 100.0);
    let (hh, p, y0) = (hodgkin_huxley::HodgkinHuxley, hodgkin_huxley::P, hodgkin_huxley::Y0);
    let run = || solve(&hh, &p, &y0, 0.0, 100.0, Output::At(&at), &options).unwrap();
    let plain = shortest_us(run);
    println!("Hodgkin-Huxley, 100 ms, 1000 outputs: {plain:.0} us, {:?}", run().stats);
    for n in [1, 4, 8] {
        let wrt: Vec<usize> = (0..n).collect();
        let at = Output::At(&at);
        let with = shortest_us(|| sensitivities(&hh, &p, &wrt, &y0, None, 0.0, 100.0, at, &options).unwrap());
        println!("  with derivatives by {n} parameters: {with:.0} us, {:.1} times", with / plain);
    }

    let case = pump_leak::case();
    let at = grid(361, 3.6e6);
    let run = || solve(&case.field, &case.p, &case.y0, 0.0, 3.6e6, Output::At(&at), &options).unwrap();
    let plain = shortest_us(run);
    println!("pump-leak, 1 h, 361 outputs: {plain:.0} us, {:?}", run().stats);
    let with = shortest_us(|| {
        sensitivities(&case.field, &case.p, &[0], &case.y0, None, 0.0, 3.6e6, Output::At(&at), &options)
    });
    println!("  with derivatives by 1 parameter: {with:.0} us, {:.1} times", with / plain);
}
