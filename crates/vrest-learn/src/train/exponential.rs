//! Exponential matching: the weights in which a field is linear, from single steps of the data.
//!
//! Over a step of length h an affine field F = f + b (v - v_0) moves the voltage by exactly
//!
//!   dv = h phi(b h) f,   phi(x) = (e^x - 1)/x
//!
//! where f and b = dF/dv at the start of the step are linear in the weights. Finite differences would take
//! phi = 1 and be wrong by half of h/tau; this stays right however coarse the data are. The residual is
//! divided by |1 - e^(b h)|, which makes it an error of the steady state (in units of v), and solved by
//! Gauss-Newton steps, each a linear least-squares problem.

use super::intervals::Interval;
use super::normal::NormalEquations;
use super::tangents::{BLOCK, Outputs, with_slopes, write_with_slopes};
use super::view::View;
use crate::field::LearnedField;
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;
use vrest_ode::Real;

/// A learned field at its present weights: dF/dw for those that are solved for, then F.
#[derive(Debug)]
pub struct Linearised<'a, F> {
    /// The field.
    pub field: &'a F,
    /// All its weights.
    pub weights: &'a [f64],
}

impl<F: LearnedField> Outputs for Linearised<'_, F> {
    fn len(&self) -> usize {
        self.field.n_solved() + 1
    }
    fn work_len(&self) -> usize {
        self.field.work_len()
    }
    #[inline(always)]
    fn eval<R: Real>(&self, z: &[R], x: &[R], work: &mut [R], out: &mut [R]) {
        let (row, value) = out.split_at_mut(self.field.n_solved());
        self.field.prepare(self.weights, z, work);
        value[0] = self.field.regressors(self.weights, x, work, row);
    }
}

/// Of a block of intervals: rows of dF/dw, each followed by the part of F that does not depend on w, and their
/// derivatives by v.
type Rows = [Vec<f64>; 2];

/// What a field looks like at many intervals near the weights w_0: F = F_0 + row . (w - w_0), and likewise
/// dF/dv with `slope`. Exact where the field is linear in its weights.
#[derive(Debug)]
pub struct Regressors<'a, O> {
    /// Gives dF/dw, then F.
    of: O,
    view: &'a View,
    intervals: &'a [Interval],
    /// w_0.
    base: Vec<f64>,
    /// Those of every block, where they have been kept.
    kept: Option<Vec<Rows>>,
    /// What the data say of the intervals.
    steps: &'a Steps,
}

/// What the data say of many intervals.
#[derive(Debug)]
pub struct Steps {
    /// Length of each step.
    h: Vec<f64>,
    /// Change of v over each step.
    dv: Vec<f64>,
    /// Smallest divisor of the residual: a field slower than the recording is not asked for its rest.
    floor: Vec<f64>,
}

impl Steps {
    /// Those of `intervals`.
    pub fn new(view: &View, intervals: &[Interval]) -> Steps {
        let duration = view.t[view.n_times() - 1] - view.t[0];
        let h: Vec<f64> = intervals.iter().map(|i| i.h(view)).collect();
        let dv = intervals.iter().map(|i| i.dv(view)).collect();
        Steps { floor: h.iter().map(|h| h / duration).collect(), h, dv }
    }

    fn len(&self) -> usize {
        self.h.len()
    }

    /// What step `i` is expanded about where the field and its slope in v are `f` and `b`.
    fn point(&self, i: usize, [f, b]: [f64; 2]) -> Point {
        Point { f, b, step: Step::new(b, self.h[i], self.floor[i]) }
    }

    /// Root mean square of the residuals of a field, the one number that `field` gives: the error of the steady state that
    /// each step implies, in v. `intervals` are those of these steps.
    pub fn error(&self, field: &impl Outputs, view: &View, intervals: &[Interval]) -> f64 {
        let [f, b] = with_slopes(field, view, intervals);
        let points = (0..self.len()).into_par_iter().with_min_len(64).map(|i| self.point(i, [f[i], b[i]]));
        self.error_of(&points.collect::<Vec<_>>())
    }

    fn error_of(&self, points: &[Point]) -> f64 {
        let square = |(p, dv): (&Point, &f64)| (p.step.scale * (dv - p.step.gain * p.f)).powi(2);
        (points.iter().zip(&self.dv).map(square).sum::<f64>() / self.len().max(1) as f64).sqrt()
    }
}

impl<'a, O: Outputs> Regressors<'a, O> {
    /// Those at `intervals`, of which the data say `steps`, for the weights `base`. `of` gives dF/dw for them, then F.
    pub fn new(of: O, view: &'a View, intervals: &'a [Interval], steps: &'a Steps, base: &[f64]) -> Self {
        Regressors { of, view, intervals, base: base.to_vec(), kept: None, steps }
    }

    /// The same, evaluated once and kept: for a fit of many iterations.
    pub fn keep(mut self) -> Self {
        let blocks = self.intervals.par_chunks(BLOCK).map(|intervals| self.evaluate(intervals));
        self.kept = Some(blocks.collect());
        self
    }

    /// Weights solved for.
    fn n(&self) -> usize {
        self.base.len()
    }

    fn evaluate(&self, intervals: &[Interval]) -> Rows {
        let width = self.n() + 1;
        let mut rows = [vec![0.0; intervals.len() * width], vec![0.0; intervals.len() * width]];
        write_with_slopes(&self.of, self.view, intervals, rows.each_mut().map(|rows| &mut rows[..]));
        for row in rows.iter_mut().flat_map(|rows| rows.chunks_exact_mut(width)) {
            row[self.n()] -= dot(&row[..self.n()], &self.base);
        }
        rows
    }

    /// The rows of the intervals of `range`, which is one block.
    fn rows(&self, range: Range<usize>) -> Cow<'_, Rows> {
        match &self.kept {
            Some(kept) => Cow::Borrowed(&kept[range.start / BLOCK]),
            None => Cow::Owned(self.evaluate(&self.intervals[range])),
        }
    }

    /// Row by row what [`Regressors::rows`] gives.
    fn by_row<'r>(&self, rows: &'r Rows) -> impl Iterator<Item = (&'r [f64], &'r [f64])> + use<'r, O> {
        let [rows, slopes] = rows.each_ref().map(|rows| rows.chunks_exact(self.n() + 1));
        rows.zip(slopes)
    }

    /// What every step is expanded about where the weights are `w`.
    pub fn points(&self, w: &[f64]) -> Vec<Point> {
        let mut points = vec![Point::default(); self.intervals.len()];
        points.par_chunks_mut(BLOCK).enumerate().for_each(|(block, points)| {
            let start = block * BLOCK;
            let rows = self.rows(start..start + points.len());
            for (k, (point, (row, slope))) in points.iter_mut().zip(self.by_row(&rows)).enumerate() {
                let value = |row: &[f64]| row[self.n()] + dot(&row[..self.n()], w);
                *point = self.steps.point(start + k, [value(row), value(slope)]);
            }
        });
        points
    }

    /// The field without weights, and steps of the plain difference quotient: where nothing better is known.
    pub fn plain(&self) -> Vec<Point> {
        let mut points = self.points(&vec![0.0; self.n()]);
        for (point, &h) in points.iter_mut().zip(&self.steps.h) {
            point.step = Step { gain: h, gain_slope: 0.0, scale: 1.0 };
        }
        points
    }

    /// The weights that these are the regressors of.
    pub fn here(&self) -> Vec<Point> {
        self.points(&self.base)
    }

    /// The weights after one Gauss-Newton step from `points`, which may be what a fit of other regressors at the same
    /// intervals has come to. None if they are not finite.
    pub fn step(&self, points: &[Point], ridge: f64) -> Option<Vec<f64>> {
        let n = self.n();
        let equations = NormalEquations::new(n, self.intervals.len(), |range, out| {
            let points = points[range.clone()].iter().zip(&self.steps.dv[range.clone()]);
            let rows = self.rows(range);
            for ((out, (row, slope)), (point, dv)) in out.zip(self.by_row(&rows)).zip(points) {
                let Point { f, b, step } = point;
                let (gain, gain_slope) = (step.scale * step.gain, step.scale * step.gain_slope * f);
                for ((out, r), s) in out[..n].iter_mut().zip(&row[..n]).zip(&slope[..n]) {
                    *out = gain * r + gain_slope * s;
                }
                // Solved for the weights themselves, not their change, so that the ridge holds them.
                out[n] =
                    step.scale * (dv - step.gain * f) + gain * (f - row[n]) + gain_slope * (b - slope[n]);
            }
        });
        Some(equations.solve(ridge)?.iter().copied().collect())
    }

    /// Fits the weights: at most `iterations` Gauss-Newton steps from `start`. None if no finite weights come out.
    pub fn fit(&self, start: Vec<Point>, ridge: f64, iterations: usize) -> Option<Fit> {
        let mut best: Option<Fit> = None;
        let mut points = start;
        for iteration in 0..iterations {
            let weights = self.step(&points, ridge)?;
            points = self.points(&weights);
            let error = self.steps.error_of(&points);
            let before = best.as_ref().map_or(f64::INFINITY, |b| b.error);
            if error < before {
                best = Some(Fit { weights, error, points: points.clone() });
            }
            if iteration > 1 && error > before * (1.0 - 1e-3) {
                break;
            }
        }
        best
    }
}

/// Fitted weights.
#[derive(Debug, Clone)]
pub struct Fit {
    /// The weights.
    pub weights: Vec<f64>,
    /// Root mean square of the residuals.
    pub error: f64,
    /// The field and its steps there.
    pub points: Vec<Point>,
}

/// Eight sums side by side: one alone would wait for every addition.
fn dot(x: &[f64], w: &[f64]) -> f64 {
    let ((x, x_rest), (w, w_rest)) = (x.as_chunks::<8>(), w.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (x, w) in x.iter().zip(w) {
        for k in 0..8 {
            sums[k] += x[k] * w[k];
        }
    }
    let rest: f64 = x_rest.iter().zip(w_rest).map(|(x, w)| x * w).sum();
    sums.iter().sum::<f64>() + rest
}

/// f and b of an interval, and the step that follows from b.
#[derive(Debug, Clone, Copy, Default)]
pub struct Point {
    f: f64,
    b: f64,
    step: Step,
}

/// How a step depends on f and b: dv = gain f, with d gain / d b; and what its residual is scaled by.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    gain: f64,
    gain_slope: f64,
    scale: f64,
}

impl Step {
    fn new(b: f64, h: f64, floor: f64) -> Step {
        // A bad guess of b must not overflow, nor a growing mode drown the others.
        let x = (b * h).clamp(-30.0, 0.5);
        let e = x.exp_m1();
        Step { gain: h * phi_of(x, e), gain_slope: h * h * phi_slope(x, e), scale: 1.0 / e.abs().max(floor) }
    }
}

/// (e^x - 1)/x.
pub fn phi(x: f64) -> f64 {
    phi_of(x, x.exp_m1())
}

/// [`phi`] where e = e^x - 1.
fn phi_of(x: f64, e: f64) -> f64 {
    if x.abs() < 1e-5 { 1.0 + 0.5 * x } else { e / x }
}

/// The derivative of [`phi`], where e = e^x - 1.
fn phi_slope(x: f64, e: f64) -> f64 {
    // The quotient cancels near zero; the series' error there is x^3/30.
    if x.abs() < 1e-3 { 0.5 + x / 3.0 + x * x / 8.0 } else { ((e + 1.0) * (x - 1.0) + 1.0) / (x * x) }
}

#[cfg(test)]
mod tests {
    use super::super::{Split, encoding, matching};
    use super::*;
    use crate::field::Shape;
    use crate::field::registry::{Kind, Visitor};
    use crate::kernels::Activation;
    use crate::random::Stream;
    use ndarray::{Array2, array};
    use vrest_data::Dataset;
    use vrest_data::dataset::{Interpolation, Stimulus};

    #[test]
    fn phi_is_smooth_across_the_thresholds_of_its_series() {
        for x in [1e-5, -1e-5, 1e-3, -1e-3] {
            for f in [phi, |x: f64| phi_slope(x, x.exp_m1())] {
                assert!((f(x * 0.999_999) - f(x * 1.000_001)).abs() < 1e-8);
            }
        }
        assert!(
            (phi_slope(-0.7, f64::exp_m1(-0.7)) - (phi(-0.7 + 1e-6) - phi(-0.7 - 1e-6)) / 2e-6).abs() < 1e-9
        );
    }

    /// 17 samples (lanes and a rest) of three times, with a stimulus, in the units of a field.
    fn view() -> View {
        let number = |i: usize| (i as f64 * 0.618_034).fract();
        let data = Dataset {
            x: Array2::from_shape_fn((17, 3), |(i, j)| 1.0 + number(3 * i + j)),
            y: Array2::from_shape_fn((17, 3), |(i, k)| -70.0 + 20.0 * number(7 * i + 2 * k)),
            t: array![0.0, 0.5, 1.5],
            param_names: vec!["a".into(), "b".into(), "c".into()],
            param_units: vec![String::new(); 3],
            stimulus: Some(Stimulus {
                values: Array2::from_shape_fn((17, 3), |(i, k)| number(11 * i + 5 * k)),
                interpolation: Interpolation::Linear,
            }),
        };
        let split = Split { train: (0..12).collect(), validation: (12..17).collect(), test: vec![] };
        encoding::choose(&data, &split, 1e-9).1
    }

    struct AreDerivatives(Activation);
    impl Visitor for AreDerivatives {
        type Output = ();
        fn visit<F: LearnedField>(self) {
            let mut view = view();
            // More than a block.
            let intervals: Vec<_> = (0..102).map(|i| Interval { sample: i / 2 % 17, at: i % 2 }).collect();
            let (n_moving, n_fixed) = (view.n_moving(), view.n_fixed());
            let field = F::new(&Shape { n_moving, n_fixed, hidden: vec![5, 7], activation: self.0 });
            let mut stream = Stream::new(5, 0);
            let weights: Vec<f64> = (0..field.n_weights()).map(|_| stream.uniform() - 0.5).collect();
            let n = field.n_solved();
            let steps = Steps::new(&view, &intervals);
            // The points at `weights`, and dF/dw of every interval with its derivative by v.
            let regressors = |view: &View, weights: &[f64]| {
                let of = Linearised { field: &field, weights };
                let regressors = Regressors::new(of, view, &intervals, &steps, &weights[..n]);
                let rows = regressors.evaluate(&intervals);
                let rows: Vec<_> =
                    regressors.by_row(&rows).map(|(row, slope)| [row.to_vec(), slope.to_vec()]).collect();
                let points = regressors.here();
                for (point, kept) in points.iter().zip(regressors.keep().here()) {
                    assert_eq!((point.f, point.b), (kept.f, kept.b), "evaluated anew and kept");
                }
                (points, rows)
            };
            // The field by plain numbers, one interval at a time.
            let value = |view: &View, weights: &[f64], i: usize| {
                let mut work = vec![0.0; field.work_len()];
                field.prepare(weights, view.z(intervals[i].sample), &mut work);
                field.eval(weights, intervals[i].x(view, &mut [0.0; 2]), &mut work)
            };
            let close = |a: f64, b: f64, what: &str| {
                assert!((a - b).abs() < 1e-8 * (1.0 + b.abs()), "{what}: {a} {b}")
            };
            let (points, rows) = regressors(&view, &weights);
            let slopes = matching::slopes(&field, &weights, &view, &intervals);
            for i in 0..intervals.len() {
                close(points[i].f, value(&view, &weights, i), "F");
                close(points[i].b, slopes[i], "dF/dv");
                for k in 0..n {
                    let shifted = |by: f64| {
                        let mut weights = weights.clone();
                        weights[k] += by;
                        value(&view, &weights, i)
                    };
                    close(rows[i][0][k], (shifted(1e-4) - shifted(-1e-4)) / 2e-4, "dF/dw");
                }
            }
            let mut moved = |by: f64| {
                view.v.iter_mut().for_each(|v| *v += by);
                regressors(&view, &weights)
            };
            let ((up, rows_up), (down, rows_down)) = (moved(1e-4), moved(-2e-4));
            for i in 0..intervals.len() {
                for k in 0..n {
                    let difference = (rows_up[i][0][k] - rows_down[i][0][k]) / 2e-4;
                    close(rows[i][1][k], difference, "d2F/dw dv");
                }
                close(points[i].b, (up[i].f - down[i].f) / 2e-4, "dF/dv");
            }
        }
    }

    #[test]
    fn regressors_in_lanes_are_derivatives_of_the_field() {
        for &(kind, ..) in Kind::ALL {
            kind.visit(AreDerivatives(Activation::Tanh));
            kind.visit(AreDerivatives(Activation::Softplus));
        }
    }
}
