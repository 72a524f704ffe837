//! The rollout against an independent one: scalar evaluation, a textbook Runge-Kutta loop, and differences
//! of its loss.

use super::*;
use crate::field::registry::{Kind, Visitor};
use crate::field::{LearnedField, Shape};
use crate::kernels::{Activation, Float, LANES, Lane, dispatch};

const STEPS: usize = 7;

fn numbers(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Windows with uneven steps, stimuli, lanes that end early and lanes that start outside the guard.
fn windows(n_moving: usize, n_fixed: usize) -> Windows<f64> {
    let mut uniform = numbers(3);
    let mut w = Windows::zeros(STEPS, n_moving, n_fixed);
    w.z.fill_with(|| 2.0 * uniform() - 1.0);
    w.v0.fill_with(|| 3.0 * uniform() - 1.5);
    w.u.fill_with(&mut uniform);
    for step in 0..STEPS {
        for l in 0..LANES {
            if step < STEPS - l % 3 {
                w.h[step][l] = 0.1 + 0.3 * uniform();
                w.target[step][l] = uniform();
                w.weight[step][l] = if (step + l) % 4 == 0 { 0.0 } else { uniform() };
            }
        }
    }
    w
}

fn narrow(w: &Windows<f64>) -> Windows<f32> {
    let lane = |x: &Lane<f64>| x.map(|x| x as f32);
    let mut out = Windows::zeros(w.steps(), w.n_moving(), w.z.len() / LANES);
    out.z.iter_mut().zip(w.z.iter()).for_each(|(a, b)| *a = *b as f32);
    out.v0 = lane(&w.v0);
    out.u = w.u.iter().map(|&u| u as f32).collect();
    out.h = w.h.iter().map(lane).collect();
    out.target = w.target.iter().map(lane).collect();
    out.weight = w.weight.iter().map(lane).collect();
    out
}

const GUARD: Guard<f64> = Guard { low: -1.2, high: 1.3, pull: 0.8 };

/// The loss by one trajectory after the other.
fn reference<F: LearnedField>(field: &F, weights: &[f64], w: &Windows<f64>, n_moving: usize) -> f64 {
    let (n_fixed, n_u) = (w.z.len() / LANES, n_moving - 1);
    let mut work = vec![0.0; field.work_len()];
    let mut loss = 0.0;
    for l in 0..LANES {
        field.prepare(weights, &w.z[l * n_fixed..(l + 1) * n_fixed], &mut work);
        let mut v = w.v0[l];
        for step in 0..w.steps() {
            let mut rate = |v: f64, sample: usize| {
                let mut x = vec![v.clamp(GUARD.low, GUARD.high)];
                x.extend_from_slice(&w.u[((step * 3 + sample) * LANES + l) * n_u..][..n_u]);
                field.eval(weights, &x, &mut work) - GUARD.pull * (v - x[0])
            };
            let h = w.h[step][l];
            let k1 = rate(v, 0);
            let k2 = rate(v + h / 2.0 * k1, 1);
            let k3 = rate(v + h / 2.0 * k2, 1);
            let k4 = rate(v + h * k3, 2);
            v += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
            loss += w.weight[step][l] * (v - w.target[step][l]).powi(2);
        }
    }
    loss
}

struct Setup<F> {
    field: F,
    weights: Vec<f64>,
    windows: Windows<f64>,
    n_moving: usize,
}

fn setup<F: LearnedField>(n_moving: usize, n_fixed: usize, activation: Activation) -> Setup<F> {
    let shape = Shape { n_moving, n_fixed, hidden: vec![11, 18, 5], activation };
    let field = F::new(&shape);
    let mut uniform = numbers(17);
    let mut weights = vec![0.0; field.n_weights()];
    field.init(&mut uniform, &mut weights);
    // Nothing may hide behind zeros.
    weights.iter_mut().for_each(|w| *w += 0.4 * (uniform() - 0.5));
    Setup { field, weights, windows: windows(n_moving, n_fixed), n_moving }
}

impl<F: LearnedField> Setup<F> {
    /// Loss and gradient with a tape of `places`.
    fn run<T: Float>(&self, windows: &Windows<T>, places: usize) -> (f64, Vec<f64>) {
        let (loss, gradient, _) = self.run_to(windows, places, T::POLYNOMIAL);
        (loss, gradient)
    }

    /// Loss, gradient and evaluations with polynomials to `tolerance`.
    fn run_to<T: Float>(
        &self,
        windows: &Windows<T>,
        places: usize,
        tolerance: f64,
    ) -> (f64, Vec<f64>, usize) {
        let mut room = Room::<F, T>::with_places(&self.field, places);
        room.tolerance = tolerance;
        let loss = dispatch(RolloutKernel {
            field: &self.field,
            weights: &self.field.pack::<T>(&self.weights),
            windows,
            guard: GUARD.cast(),
            room: &mut room,
            want: Want::Gradient,
        });
        let mut gradient = vec![0.0; self.weights.len()];
        self.field.add_gradient(&mut room.take_gradient(&self.field), &mut gradient);
        (loss, gradient, room.evaluations)
    }
}

struct GradientIsExact(usize, usize, Activation);
impl Visitor for GradientIsExact {
    type Output = ();
    fn visit<F: LearnedField>(self) {
        let s = setup::<F>(self.0, self.1, self.2);
        let (loss, gradient) = s.run::<f64>(&s.windows, 4 * STEPS);
        let want = reference(&s.field, &s.weights, &s.windows, s.n_moving);
        assert!((loss - want).abs() < 1e-12 * want, "{loss} {want}");
        let scale = gradient.iter().fold(0.0f64, |a, g| a.max(g.abs()));
        for at in (0..s.weights.len()).step_by(7) {
            // A central difference of sixth order: its error is far below the bound.
            let at_offset = |offset: f64| {
                let mut weights = s.weights.clone();
                weights[at] += offset;
                reference(&s.field, &weights, &s.windows, s.n_moving)
            };
            let difference: f64 = [(1.0, 0.75), (2.0, -0.15), (3.0, 1.0 / 60.0)]
                .iter()
                .map(|(k, c)| c * (at_offset(k * 1e-5) - at_offset(-k * 1e-5)) / 1e-5)
                .sum();
            let error = (gradient[at] - difference).abs();
            assert!(
                error < 1e-6 * (gradient[at].abs() + 1e-3 * scale),
                "{at}: {} {difference}",
                gradient[at]
            );
        }
        // Single precision runs the same code.
        let (loss32, gradient32) = s.run::<f32>(&narrow(&s.windows), 4 * STEPS);
        assert!((loss32 - loss).abs() < 2e-5 * loss, "{loss32} {loss}");
        for (a, b) in gradient32.iter().zip(&gradient) {
            assert!((a - b).abs() < 5e-5 * scale, "{a} {b}");
        }
        // Of long rollouts the tape holds the last evaluations, and the others are repeated: the same numbers.
        for places in [1, 4, 7, 20] {
            assert_eq!(s.run::<f64>(&s.windows, places), (loss, gradient.clone()), "{places}");
        }
    }
}

#[test]
fn gradients_are_those_of_the_discrete_loss() {
    for &(kind, ..) in Kind::ALL {
        for activation in [Activation::Tanh, Activation::Softplus] {
            kind.visit(GradientIsExact(2, 3, activation));
            kind.visit(GradientIsExact(1, 2, activation));
        }
        kind.visit(GradientIsExact(3, 0, Activation::Tanh));
    }
}

struct SameForAnyThreads;
impl Visitor for SameForAnyThreads {
    type Output = ();
    fn visit<F: LearnedField>(self) {
        let s = setup::<F>(2, 3, Activation::Tanh);
        let many: Vec<Windows<f32>> = (0..40).map(|_| narrow(&s.windows)).collect();
        let results: Vec<(f64, Vec<f64>, usize)> = [1, 2, 5]
            .iter()
            .map(|&threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| {
                    let mut engine = Engine::<F, f32>::new(&s.field, STEPS);
                    let mut gradient = vec![0.0; s.weights.len()];
                    let loss = engine.rollout(&s.weights, &many, GUARD.cast(), Some(&mut gradient));
                    (loss, gradient, engine.states(&s.weights, &many, GUARD.cast()).len())
                })
            })
            .collect();
        assert_eq!(results[0], results[1]);
        assert_eq!(results[0], results[2]);
        assert_eq!(results[0].2, 40);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    Kind::Product.visit(SameForAnyThreads);
}

struct OrderFour;
impl Visitor for OrderFour {
    type Output = ();
    fn visit<F: LearnedField>(self) {
        let s = setup::<F>(1, 2, Activation::Tanh);
        let end = |steps: usize| {
            let mut w = Windows::<f64>::zeros(steps, 1, 2);
            w.z.copy_from_slice(&s.windows.z);
            w.v0 = [0.4; LANES];
            w.h.fill([1.0 / steps as f64; LANES]);
            let mut engine = Engine::<F, f64>::new(&s.field, steps);
            let guard = Guard { low: -9.0, high: 9.0, pull: 1.0 };
            engine.states(&s.weights, &[w], guard)[0][steps][0]
        };
        let exact = end(512);
        let slope = ((end(8) - exact) / (end(16) - exact)).log2();
        assert!((slope - 4.0).abs() < 0.15, "{slope}");
    }
}

#[test]
fn steps_converge_with_order_four() {
    Kind::Perceptron.visit(OrderFour);
}

/// Windows of 80 steps whose stimuli change once, early in some lanes and late in others, the last of them all at half.
fn long_windows(n_moving: usize, n_fixed: usize) -> Windows<f64> {
    const STEPS: usize = 80;
    let mut uniform = numbers(5);
    let mut w = Windows::zeros(STEPS, n_moving, n_fixed);
    w.z.fill_with(|| 2.0 * uniform() - 1.0);
    w.v0.fill_with(|| 2.0 * uniform() - 1.0);
    for l in 0..LANES {
        let (edge, heights) = (15 + l % 2 * 25, [uniform(), uniform()]);
        for step in 0..STEPS {
            w.h[step][l] = 0.04;
            w.target[step][l] = uniform();
            w.weight[step][l] = uniform();
            for sample in 0..3 {
                for u in &mut w.u[((step * 3 + sample) * LANES + l) * (n_moving - 1)..][..n_moving - 1] {
                    *u = heights[usize::from(2 * step + sample >= 2 * edge)];
                }
            }
        }
    }
    w
}

struct PolynomialsStandForTheField(usize);
impl Visitor for PolynomialsStandForTheField {
    type Output = ();
    fn visit<F: LearnedField>(self) {
        let mut s = setup::<F>(self.0, 2, Activation::Tanh);
        s.windows = long_windows(self.0, 2);
        let stages = 4 * s.windows.steps();
        let distance = |a: &[f64], b: &[f64]| {
            let largest = b.iter().fold(0.0f64, |m, b| m.max(b.abs()));
            a.iter().zip(b).fold(0.0f64, |m, (a, b)| m.max((a - b).abs())) / largest
        };
        // With zero every stage is an evaluation of the field, which the other tests hold against a reference.
        let (loss, gradient, evaluations) = s.run_to::<f64>(&s.windows, stages, 0.0);
        assert_eq!(evaluations, stages);
        for tolerance in [1e-5, 1e-8] {
            let (near, near_gradient, evaluations) = s.run_to::<f64>(&s.windows, stages, tolerance);
            assert!(evaluations < stages / 2, "{tolerance:e}: {evaluations} of {stages}");
            let error = (near / loss - 1.0).abs().max(distance(&near_gradient, &gradient));
            assert!(error > 0.0 && error < 20.0 * tolerance, "{tolerance:e}: {error:e}");
            // A shorter tape repeats evaluations: the same numbers.
            for places in [1, 23] {
                let (again, again_gradient, _) = s.run_to::<f64>(&s.windows, places, tolerance);
                assert_eq!((again, again_gradient), (near, near_gradient.clone()), "{places}");
            }
        }
        let (near, near_gradient, evaluations) = s.run_to(&narrow(&s.windows), stages, f32::POLYNOMIAL);
        assert!(evaluations < stages / 2, "single precision: {evaluations} of {stages}");
        assert!((near / loss - 1.0).abs() < 2e-5 && distance(&near_gradient, &gradient) < 5e-5);
    }
}

#[test]
fn polynomials_of_the_voltage_stand_for_a_field_to_their_tolerance() {
    for &(kind, ..) in Kind::ALL {
        kind.visit(PolynomialsStandForTheField(1));
        kind.visit(PolynomialsStandForTheField(2));
    }
}

struct RoughFields;
impl Visitor for RoughFields {
    type Output = ();
    fn visit<F: LearnedField>(self) {
        let mut s = setup::<F>(1, 2, Activation::Tanh);
        s.windows = long_windows(1, 2);
        // Far steeper than any interval of the voltage can be wide.
        s.weights.iter_mut().for_each(|w| *w *= 40.0);
        s.windows.h.iter_mut().flatten().for_each(|h| *h *= 1e-5);
        let stages = 4 * s.windows.steps();
        let (loss, gradient, _) = s.run_to::<f64>(&s.windows, stages, 0.0);
        let (near, near_gradient, evaluations) = s.run_to::<f64>(&s.windows, stages, 1e-13);
        assert!(evaluations <= stages + 4 * 16, "{evaluations} of {stages}");
        assert!((near / loss - 1.0).abs() < 1e-12);
        let largest = gradient.iter().fold(0.0f64, |m, g| m.max(g.abs()));
        assert!(near_gradient.iter().zip(&gradient).all(|(a, b)| (a - b).abs() < 1e-11 * largest));
    }
}

#[test]
fn a_field_too_rough_for_polynomials_costs_few_evaluations_more() {
    Kind::Perceptron.visit(RoughFields);
}
