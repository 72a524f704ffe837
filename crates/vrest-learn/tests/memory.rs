//! What training holds in memory. Alone in its binary: the peak is that of the whole process.

use peak_alloc::PeakAlloc;
use vrest_learn::field::{LearnedField, Perceptron, Shape};
use vrest_learn::kernels::{Activation, LANES};
use vrest_learn::rollout::{Engine, Guard, Windows};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes in use at most while a chunk of `steps` steps is integrated and differentiated, beyond the data themselves, with
/// polynomials to `tolerance`.
fn peak(steps: usize, tolerance: f64) -> usize {
    let shape = Shape { n_moving: 1, n_fixed: 3, hidden: vec![64; 2], activation: Activation::Tanh };
    let field = Perceptron::new(&shape);
    let weights: Vec<f64> = (0..field.n_weights()).map(|i| 0.1 * (i as f64).sin()).collect();
    let mut windows = Windows::<f32>::zeros(steps, shape.n_moving, shape.n_fixed);
    for step in 0..steps {
        windows.h[step] = [1.0 / steps as f32; LANES];
        windows.weight[step] = [1.0; LANES];
    }
    let guard = Guard { low: -2.0, high: 2.0, pull: 1.0 };
    let mut gradient = vec![0.0; weights.len()];
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let mut engine = Engine::<_, f32>::new(&field, steps).with_tolerance(tolerance);
    let loss = engine.rollout(&weights, &[windows], guard, Some(&mut gradient));
    assert!(loss > 0.0 && gradient.iter().any(|g| *g != 0.0));
    MEMORY.peak_usage() - before
}

/// The tape of all steps would be 64 kB a step, 268 MB for the longest here; what grows is the states and the voltages that
/// the stages ask for, from which the tape is written again.
#[test]
fn memory_does_not_grow_with_the_steps_but_for_their_states() {
    let state = LANES * size_of::<f32>();
    // The state after a step, the voltages of its four stages, those of its evaluations, and a vector's room to grow.
    let a_step = 2 * (1 + 4 + 4) * state + 128;
    for tolerance in [0.0, 1e-5] {
        let [short, long, longest] = [512, 2048, 4096].map(|steps| peak(steps, tolerance));
        // A tape of 8 MB a thread.
        assert!(short < (10 << 20) * rayon::current_num_threads(), "{short}");
        assert!(long.saturating_sub(short) <= (2048 - 512) * a_step, "{short} {long}");
        assert!(longest.saturating_sub(short) <= (4096 - 512) * a_step, "{short} {longest}");
    }
}
