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
use super::view::View;
use rayon::prelude::*;

/// What the field looks like at many intervals near the weights w_0: F = F_0 + row . (w - w_0), and likewise
/// dF/dv with `slope`. Exact where the field is linear in its weights.
#[derive(Debug)]
pub struct Regressors {
    n: usize,
    /// w_0.
    base: Vec<f64>,
    /// F and dF/dv at w_0 less row . w_0 and slope . w_0.
    constants: Vec<(f64, f64)>,
    rows: Vec<f64>,
    slopes: Vec<f64>,
    /// Length of each step.
    h: Vec<f64>,
    /// Change of v over each step.
    dv: Vec<f64>,
    /// Smallest divisor of the residual: a field slower than the recording is not asked for its rest.
    floor: Vec<f64>,
}

impl Regressors {
    /// `fill` writes F's and dF/dv's regressors of an interval at the weights `base` into two rows of their length,
    /// and returns F and dF/dv there.
    pub fn new(
        view: &View,
        intervals: &[Interval],
        base: &[f64],
        fill: impl Fn(&Interval, &mut [f64], &mut [f64]) -> (f64, f64) + Sync,
    ) -> Regressors {
        let n = base.len();
        let (mut rows, mut slopes) = (vec![0.0; intervals.len() * n], vec![0.0; intervals.len() * n]);
        let constants = rows
            .par_chunks_mut(n)
            .zip(slopes.par_chunks_mut(n))
            .zip(intervals)
            .with_min_len(64)
            .map(|((row, slope), interval)| {
                let (f, b) = fill(interval, row, slope);
                (f - dot(row, base), b - dot(slope, base))
            })
            .collect();
        let duration = view.t[view.n_times() - 1] - view.t[0];
        let h: Vec<f64> = intervals.iter().map(|i| i.h(view)).collect();
        Regressors {
            n,
            base: base.to_vec(),
            constants,
            rows,
            slopes,
            dv: intervals.iter().map(|i| i.dv(view)).collect(),
            floor: h.iter().map(|h| h / duration).collect(),
            h,
        }
    }

    fn len(&self) -> usize {
        self.h.len()
    }

    /// f of every interval, and its step.
    fn steps(&self, w: &[f64]) -> Vec<(f64, Step)> {
        let at = |i: usize| {
            let range = i * self.n..(i + 1) * self.n;
            let (f, b) = self.constants[i];
            let b = b + dot(&self.slopes[range.clone()], w);
            (f + dot(&self.rows[range], w), Step::new(b, self.h[i], self.floor[i]))
        };
        (0..self.len()).into_par_iter().with_min_len(64).map(at).collect()
    }

    /// Root mean square of the residuals: the error of the steady state that each step implies, in v.
    pub fn error(&self, w: &[f64]) -> f64 {
        self.error_of(&self.steps(w))
    }

    fn error_of(&self, steps: &[(f64, Step)]) -> f64 {
        let square = |((f, step), dv): (&(f64, Step), &f64)| (step.scale * (dv - step.gain * f)).powi(2);
        (steps.iter().zip(&self.dv).map(square).sum::<f64>() / self.len().max(1) as f64).sqrt()
    }

    /// Fits the weights: at most `iterations` Gauss-Newton steps from the weights w_0, or from zero and the plain
    /// difference quotient. None if no finite weights come out.
    pub fn fit(&self, from_zero: bool, ridge: f64, iterations: usize) -> Option<Vec<f64>> {
        let mut best: Option<(f64, Vec<f64>)> = None;
        let mut w = if from_zero { vec![0.0; self.n] } else { self.base.clone() };
        let plain = |(&(f, _), &h): (&(f64, f64), &f64)| (f, Step { gain: h, gain_slope: 0.0, scale: 1.0 });
        let mut steps =
            if from_zero { self.constants.iter().zip(&self.h).map(plain).collect() } else { self.steps(&w) };
        for iteration in 0..iterations {
            let equations = NormalEquations::new(self.n, self.len(), |i, row| {
                let (f, step) = &steps[i];
                let range = i * self.n..(i + 1) * self.n;
                let (gain, slope) = (step.scale * step.gain, step.scale * step.gain_slope * f);
                for ((out, &r), &s) in row.iter_mut().zip(&self.rows[range.clone()]).zip(&self.slopes[range])
                {
                    *out = gain * r + slope * s;
                }
                // Solved for the weights themselves, not their change, so that the ridge holds them.
                step.scale * (self.dv[i] - step.gain * f) + dot(row, &w)
            });
            w = equations.solve(ridge)?.iter().copied().collect();
            steps = self.steps(&w);
            let error = self.error_of(&steps);
            let before = best.as_ref().map_or(f64::INFINITY, |b| b.0);
            if error < before {
                best = Some((error, w.clone()));
            }
            if iteration > 1 && error > before * (1.0 - 1e-3) {
                break;
            }
        }
        best.map(|b| b.1)
    }
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

/// How a step depends on f and b: dv = gain f, with d gain / d b; and what its residual is scaled by.
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
    use super::*;

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
}
