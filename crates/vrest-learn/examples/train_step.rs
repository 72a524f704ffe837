//! Times one training step and one prediction of f(V; 9 parameters), tanh 10-64-64-1, 256 trajectories,
//! 100 Runge-Kutta steps: `cargo run --release -p vrest-learn --example train_step`.

use std::time::Instant;
use vrest_learn::field::{LearnedField, Shape, registry::Kind, registry::Visitor};
use vrest_learn::kernels::{Activation, LANES};
use vrest_learn::rollout::{Engine, Guard, Windows};

struct Bench;

impl Visitor for Bench {
    type Output = ();
    fn visit<F: LearnedField>(self) {
        let shape = Shape { n_moving: 1, n_fixed: 9, hidden: vec![64, 64], activation: Activation::Tanh };
        let field = F::new(&shape);
        let mut state = 1u64;
        let mut uniform = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let mut weights = vec![0.0; field.n_weights()];
        field.init(&mut uniform, &mut weights);
        let (steps, batch) = (100, 256);
        let windows: Vec<Windows<f32>> = (0..batch / LANES)
            .map(|_| {
                let mut w = Windows::zeros(steps, 1, 9);
                w.z.fill_with(|| 2.0 * uniform() as f32 - 1.0);
                w.v0.fill_with(|| uniform() as f32);
                w.h.fill([0.01; LANES]);
                w.weight.fill([1.0 / (batch * steps) as f32; LANES]);
                w
            })
            .collect();
        let guard = Guard { low: -10.0, high: 10.0, pull: 1.0 };
        let mut engine = Engine::<F, f32>::new(&field, steps);
        let mut gradient = vec![0.0; weights.len()];
        let median = |f: &mut dyn FnMut()| {
            let mut times: Vec<f64> = (0..25)
                .map(|_| {
                    let start = Instant::now();
                    f();
                    start.elapsed().as_secs_f64() * 1e3
                })
                .collect();
            times.sort_by(f64::total_cmp);
            (times[times.len() / 2], times[0])
        };
        let train = median(&mut || {
            gradient.fill(0.0);
            engine.rollout(&weights, &windows, guard, Some(&mut gradient));
        });
        let forward = median(&mut || {
            engine.rollout(&weights, &windows, guard, None);
        });
        println!(
            "{:60} train {:6.2} ms (best {:6.2})   predict {:6.2} ms (best {:6.2})",
            std::any::type_name::<F>(),
            train.0,
            train.1,
            forward.0,
            forward.1
        );
    }
}

fn main() {
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        println!("{threads} thread(s), {}", vrest_ode::simd::level().name());
        pool.install(|| {
            Kind::Perceptron.visit(Bench);
            Kind::Product.visit(Bench);
        });
    }
}
