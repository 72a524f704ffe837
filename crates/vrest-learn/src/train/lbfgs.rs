//! Limited-memory BFGS with a line search for the strong Wolfe conditions (Nocedal & Wright 2006,
//! algorithms 7.4, 3.5 and 3.6).

use std::collections::VecDeque;

/// Pairs of steps and gradient changes that shape the next direction.
const MEMORY: usize = 20;
/// Sufficient decrease.
const C1: f64 = 1e-4;
/// Curvature.
const C2: f64 = 0.9;
/// Most evaluations of one line search.
const MAX_TRIALS: usize = 20;

/// A minimisation under way.
#[derive(Debug, Clone)]
pub struct Lbfgs {
    /// Where it is.
    pub x: Vec<f64>,
    /// The value there.
    pub value: f64,
    gradient: Vec<f64>,
    pairs: VecDeque<Pair>,
}

#[derive(Debug, Clone)]
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    /// 1 / (step . change).
    rho: f64,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A trial point of the line search: place on the line, value, slope along it.
#[derive(Clone, Copy)]
struct Trial {
    a: f64,
    value: f64,
    slope: f64,
}

impl Lbfgs {
    /// Starts at `x`. `f` returns the value and writes the gradient.
    pub fn new(x: Vec<f64>, f: &mut impl FnMut(&[f64], &mut [f64]) -> f64) -> Lbfgs {
        let mut gradient = vec![0.0; x.len()];
        let value = f(&x, &mut gradient);
        Lbfgs { x, value, gradient, pairs: VecDeque::new() }
    }

    /// Length of the gradient.
    pub fn gradient_norm(&self) -> f64 {
        dot(&self.gradient, &self.gradient).sqrt()
    }

    /// Forgets the curvature seen so far and evaluates again: for when `f` itself has changed.
    pub fn restart(&mut self, f: &mut impl FnMut(&[f64], &mut [f64]) -> f64) {
        self.pairs.clear();
        self.value = f(&self.x, &mut self.gradient);
    }

    fn direction(&self) -> Vec<f64> {
        let mut q: Vec<f64> = self.gradient.iter().map(|g| -g).collect();
        let mut alphas = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let alpha = pair.rho * dot(&pair.step, &q);
            q.iter_mut().zip(&pair.change).for_each(|(q, y)| *q -= alpha * y);
            alphas.push(alpha);
        }
        if let Some(last) = self.pairs.back() {
            let gamma = 1.0 / (last.rho * dot(&last.change, &last.change));
            q.iter_mut().for_each(|q| *q *= gamma);
        }
        for (pair, alpha) in self.pairs.iter().zip(alphas.iter().rev()) {
            let beta = pair.rho * dot(&pair.change, &q);
            q.iter_mut().zip(&pair.step).for_each(|(q, s)| *q += (alpha - beta) * s);
        }
        q
    }

    /// One step. False when the line search finds no better point: the end, or the precision of `f`.
    pub fn step(&mut self, f: &mut impl FnMut(&[f64], &mut [f64]) -> f64) -> bool {
        let mut direction = self.direction();
        if dot(&direction, &self.gradient) >= 0.0 {
            self.pairs.clear();
            direction = self.gradient.iter().map(|g| -g).collect();
        }
        let slope = dot(&direction, &self.gradient);
        if slope.is_nan() || slope >= 0.0 {
            return false;
        }
        let first =
            if self.pairs.is_empty() { (1.0 / dot(&direction, &direction).sqrt()).min(1.0) } else { 1.0 };
        let mut x = self.x.clone();
        let mut gradient = vec![0.0; x.len()];
        let mut best: Option<(Trial, Vec<f64>, Vec<f64>)> = None;
        let mut trial = |a: f64| {
            x.iter_mut().zip(&self.x).zip(&direction).for_each(|((x, x0), d)| *x = x0 + a * d);
            let value = f(&x, &mut gradient);
            let value = if value.is_finite() { value } else { f64::INFINITY };
            let t = Trial { a, value, slope: dot(&gradient, &direction) };
            if value < best.as_ref().map_or(f64::INFINITY, |b| b.0.value) {
                best = Some((t, x.clone(), gradient.clone()));
            }
            t
        };
        search(Trial { a: 0.0, value: self.value, slope }, first, &mut trial);
        let Some((found, x, gradient)) = best.filter(|b| b.0.value < self.value) else {
            return false;
        };
        let step: Vec<f64> = direction.iter().map(|d| found.a * d).collect();
        let change: Vec<f64> = gradient.iter().zip(&self.gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&step, &change);
        if curvature > 1e-12 * dot(&change, &change).sqrt() * dot(&step, &step).sqrt() {
            if self.pairs.len() == MEMORY {
                self.pairs.pop_front();
            }
            self.pairs.push_back(Pair { step, change, rho: 1.0 / curvature });
        }
        (self.x, self.value, self.gradient) = (x, found.value, gradient);
        true
    }
}

/// Tries points on the line until one satisfies the strong Wolfe conditions or the trials are used up.
fn search(start: Trial, first: f64, trial: &mut impl FnMut(f64) -> Trial) {
    let good = |t: &Trial| t.value <= start.value + C1 * t.a * start.slope;
    let flat = |t: &Trial| t.slope.abs() <= -C2 * start.slope;
    let (mut low, mut a) = (start, first);
    let mut high: Option<Trial> = None;
    for _ in 0..MAX_TRIALS {
        let t = trial(a);
        if !good(&t) || t.value >= low.value && low.a > 0.0 {
            high = Some(t);
        } else if flat(&t) {
            return;
        } else {
            // Beyond the minimum of the line, or the other side of it seen from the best point.
            if t.slope * high.map_or(1.0, |h| (h.a - low.a).signum()) >= 0.0 {
                high = Some(low);
            }
            low = t;
        }
        a = match high {
            None => 4.0 * t.a,
            Some(high) => between(low, high),
        };
        if high.is_some_and(|h| (h.a - low.a).abs() < 1e-12 * (1.0 + low.a)) {
            return;
        }
    }
}

/// A point between two trials: the minimum of the parabola through value and slope of `low` and the value
/// of `high`, kept off both ends.
fn between(low: Trial, high: Trial) -> f64 {
    let width = high.a - low.a;
    let curvature = (high.value - low.value - low.slope * width) / (width * width);
    let part =
        if curvature > 0.0 && high.value.is_finite() { -low.slope / (2.0 * curvature * width) } else { 0.25 };
    low.a + width * part.clamp(0.1, 0.9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_bottom_of_the_banana_valley() {
        // Rosenbrock's function in six dimensions, minimum 0 at (1, ..., 1).
        let mut f = |x: &[f64], g: &mut [f64]| {
            g.fill(0.0);
            let mut sum = 0.0;
            for i in 0..x.len() - 1 {
                let (a, b) = (1.0 - x[i], x[i + 1] - x[i] * x[i]);
                sum += a * a + 100.0 * b * b;
                g[i] += -2.0 * a - 400.0 * b * x[i];
                g[i + 1] += 200.0 * b;
            }
            sum
        };
        let mut m = Lbfgs::new(vec![-1.2, 1.0, -0.5, 2.0, 0.3, 0.9], &mut f);
        let mut steps = 0;
        while m.value > 1e-16 && m.step(&mut f) {
            steps += 1;
        }
        assert!(steps < 150, "{steps}");
        assert!(m.x.iter().all(|x| (x - 1.0).abs() < 1e-7), "{:?}", m.x);
    }

    #[test]
    fn stops_where_the_function_is_flat_or_not_a_number() {
        let mut flat = |_: &[f64], g: &mut [f64]| {
            g.fill(0.0);
            1.0
        };
        assert!(!Lbfgs::new(vec![1.0], &mut flat).step(&mut flat));
        let mut nan = |x: &[f64], g: &mut [f64]| {
            g[0] = 1.0;
            if x[0] == 0.0 { 0.0 } else { f64::NAN }
        };
        let mut m = Lbfgs::new(vec![0.0], &mut nan);
        assert!(!m.step(&mut nan));
        assert_eq!(m.x, [0.0]);
    }
}
