//! Tsit5: the explicit Runge-Kutta pair of order 5(4) by Ch. Tsitouras (Computers & Mathematics with
//! Applications 62, 2011, 770-775), with its free interpolant of order 4.
//!
//! Seven stages, the last being the first of the next step. The arithmetic is generic: scalar, lanes with a
//! step each, and derivatives use the same lines.

use crate::field::VectorField;
use crate::options::Options;
use crate::real::Real;
use crate::solution::{MethodsUsed, Stats};
use crate::stepper::Stepper;

/// Number of stages.
pub(crate) const STAGES: usize = 7;
/// The error estimate shrinks like h^5.
pub(crate) const ORDER: f64 = 5.0;
/// On the negative real axis the method is stable while h |lambda| stays below this.
pub(crate) const STABLE_H_LAMBDA: f64 = 3.3;

/// Nodes.
const C: [f64; STAGES] = [0.0, 0.161, 0.327, 0.9, 0.9800255409045097, 1.0, 1.0];
/// Weights of the stages; the last row is the solution of order 5.
const A: [[f64; STAGES - 1]; STAGES] = [
    [0.0; 6],
    [0.161, 0.0, 0.0, 0.0, 0.0, 0.0],
    [-0.008480655492356989, 0.335480655492357, 0.0, 0.0, 0.0, 0.0],
    [2.8971530571054935, -6.359448489975075, 4.3622954328695815, 0.0, 0.0, 0.0],
    [5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525, 0.0, 0.0],
    [5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383, 0.0],
    [0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774],
];
/// Weights of order 5 less those of order 4.
const E: [f64; STAGES] = [
    -0.00178001105222577714,
    -0.0008164344596567469,
    0.007880878010261995,
    -0.1447110071732629,
    0.5823571654525552,
    -0.45808210592918697,
    0.015151515151515152,
];
/// Interpolant: the weight of stage i is the polynomial in theta with these coefficients of theta^1..4.
const P: [[f64; 4]; STAGES] = [
    [1.0, -2.763706197274826, 2.9132554618219126, -1.0530884977290216],
    [0.0, 0.1317, -0.2234, 0.1017],
    [0.0, 3.9302962368947516, -5.941033872131505, 2.490627285651253],
    [0.0, -12.411077166933676, 30.33818863028232, -16.548102889244902],
    [0.0, 37.50931341651104, -88.1789048947664, 47.37952196281928],
    [0.0, -27.896526289197286, 65.09189467479366, -34.87065786149661],
    [0.0, 1.5, -4.0, 2.5],
];

/// The weights of the stages at `theta`, for y(t + theta h) = y + h sum_i w_i k_i.
#[inline(always)]
pub(crate) fn interpolation_weights<R: Real>(theta: R) -> [R; STAGES] {
    let mut weights = [theta; STAGES];
    // A loop: `array::map` of dual numbers becomes a call, compiled without vectors.
    for (weight, [a, b, c, d]) in weights.iter_mut().zip(P) {
        *weight = theta * (theta * (theta * (theta * d + c) + b) + a);
    }
    weights
}

/// The interpolant of state `i` after [`stages`] as the coefficients of theta^0..4.
#[inline(always)]
pub(crate) fn polynomial<R: Real>(y: R, k: &[R], n: usize, h: R, i: usize) -> [R; 5] {
    let mut c = [y, R::zero(), R::zero(), R::zero(), R::zero()];
    for power in 0..4 {
        let mut sum = k[i] * P[0][power];
        for s in 1..STAGES {
            if P[s][power] != 0.0 {
                sum = k[s * n + i].times_plus(P[s][power], sum);
            }
        }
        c[power + 1] = h * sum;
    }
    c
}

/// One step from (t, y) of length h. `k[..n]` holds dy/dt at the start; on return `k` holds all stages (n
/// values each), `last_stage` the state at which the sixth was taken, and `y_new` the state at t + h.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "inputs and outputs of a kernel, one by one")]
pub(crate) fn stages<F: VectorField, R: Real>(
    field: &F,
    t: R,
    h: R,
    y: &[R],
    work: &mut [R],
    k: &mut [R],
    last_stage: &mut [R],
    y_new: &mut [R],
) {
    let n = y.len();
    for s in 1..STAGES {
        let (done, rest) = k.split_at_mut(s * n);
        match s {
            1 => combine::<1, R>(h, y, done, y_new),
            2 => combine::<2, R>(h, y, done, y_new),
            3 => combine::<3, R>(h, y, done, y_new),
            4 => combine::<4, R>(h, y, done, y_new),
            5 => combine::<5, R>(h, y, done, y_new),
            _ => combine::<6, R>(h, y, done, y_new),
        }
        if s == STAGES - 2 {
            last_stage.copy_from_slice(y_new);
        }
        field.eval(t + h * C[s], y_new, work, &mut rest[..n]);
    }
}

/// y + h (a_S0 k_0 + ... ), where stage S is taken: S is known to the compiler, which unrolls the sum.
#[inline(always)]
fn combine<const S: usize, R: Real>(h: R, y: &[R], k: &[R], out: &mut [R]) {
    let n = y.len();
    let out = &mut out[..n];
    // Slices of length n, so that the loop checks no bounds.
    let k: [&[R]; S] = std::array::from_fn(|j| &k[j * n..][..n]);
    for i in 0..n {
        let mut sum = k[0][i] * A[S][0];
        for j in 1..S {
            sum = k[j][i].times_plus(A[S][j], sum);
        }
        out[i] = h.mul_plus(sum, y[i]);
    }
}

/// The error estimate of state `i` after [`stages`].
#[inline(always)]
pub(crate) fn error_of<R: Real>(k: &[R], n: usize, h: R, i: usize) -> R {
    let mut sum = k[i] * E[0];
    for s in 1..STAGES {
        sum = k[s * n + i].times_plus(E[s], sum);
    }
    h * sum
}

/// The stepper for one system.
pub(crate) struct Tsit5<R> {
    k: Vec<R>,
    last_stage: Vec<R>,
    y_new: Vec<R>,
    error: Vec<R>,
}

impl<R: Real> Tsit5<R> {
    pub(crate) fn new(n: usize) -> Self {
        let zeros = || vec![R::zero(); n];
        Tsit5 { k: vec![R::zero(); STAGES * n], last_stage: zeros(), y_new: zeros(), error: zeros() }
    }
}

impl<R: Real> Stepper<R> for Tsit5<R> {
    const ORDER: f64 = ORDER;
    const STIFF: bool = false;

    /// |f(y7) - f(y6)| / |y7 - y6| * h: both states belong to t + h, so the quotient sees df/dy alone, and
    /// in the direction in which an unstable step would blow up (Hairer & Wanner II, section IV.2). Each
    /// state counts in units of its tolerance, else the rounding of a large one hides a small stiff one.
    fn h_lambda(&self, h: f64, options: &Options) -> Option<f64> {
        let n = self.y_new.len();
        let (mut df, mut dy) = (0.0, 0.0);
        for i in 0..n {
            let per_tolerance = 1.0 / (options.atol.of(i) + options.rtol * self.y_new[i].first().abs());
            df += ((self.k[6 * n + i].first() - self.k[5 * n + i].first()) * per_tolerance).powi(2);
            dy += ((self.y_new[i].first() - self.last_stage[i].first()) * per_tolerance).powi(2);
        }
        (dy > 0.0).then(|| h * (df / dy).sqrt() / STABLE_H_LAMBDA)
    }

    fn name(used: &mut MethodsUsed) {
        used.tsit5 = true;
    }

    fn restart<F: VectorField>(&mut self, field: &F, t: R, y: &[R], work: &mut [R], stats: &mut Stats) {
        field.eval(t, y, work, &mut self.k[..y.len()]);
        stats.evals += 1;
    }

    fn slope(&self) -> &[R] {
        &self.k[..self.y_new.len()]
    }

    #[inline(always)]
    fn attempt<F: VectorField>(
        &mut self,
        field: &F,
        t: R,
        h: R,
        y: &[R],
        work: &mut [R],
        stats: &mut Stats,
    ) -> bool {
        stages(field, t, h, y, work, &mut self.k, &mut self.last_stage, &mut self.y_new);
        for i in 0..y.len() {
            self.error[i] = error_of(&self.k, y.len(), h, i);
        }
        stats.evals += STAGES - 1;
        true
    }

    fn y_new(&self) -> &[R] {
        &self.y_new
    }

    fn error(&self) -> &[R] {
        &self.error
    }

    #[inline(always)]
    fn interpolate(&mut self, y: &[R], h: R, theta: R, out: &mut [R]) {
        let n = y.len();
        let w = interpolation_weights(theta);
        for i in 0..n {
            let mut sum = self.k[i] * w[0];
            for s in 1..STAGES {
                sum += self.k[s * n + i] * w[s];
            }
            out[i] = y[i] + h * sum;
        }
    }

    fn advance<F: VectorField>(&mut self, _: &F, _: R, _: &mut [R], _: &mut Stats) {
        let n = self.y_new.len();
        self.k.copy_within(6 * n.., 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn b(i: usize) -> f64 {
        if i < 6 { A[6][i] } else { 0.0 }
    }

    /// The 17 conditions for order 5 of a Runge-Kutta method, as sum over stages = 1/gamma(tree).
    #[test]
    fn the_weights_satisfy_every_order_condition_up_to_five() {
        let a = |i: usize, j: usize| if j < 6 { A[i][j] } else { 0.0 };
        let mul = |v: [f64; 7]| -> [f64; 7] { std::array::from_fn(|i| (0..7).map(|j| a(i, j) * v[j]).sum()) };
        let dot = |v: [f64; 7]| -> f64 { (0..7).map(|i| b(i) * v[i]).sum() };
        let had = |u: [f64; 7], v: [f64; 7]| -> [f64; 7] { std::array::from_fn(|i| u[i] * v[i]) };
        let one = [1.0; 7];
        let c = mul(one);
        for i in 0..7 {
            assert!((c[i] - C[i]).abs() < 1e-14, "row sum {i}");
        }
        let (c2, c3) = (had(c, c), had(c, had(c, c)));
        let (ac, ac2) = (mul(c), mul(c2));
        let conditions = [
            (dot(one), 1.0),
            (dot(c), 2.0),
            (dot(c2), 3.0),
            (dot(ac), 6.0),
            (dot(c3), 4.0),
            (dot(had(c, ac)), 8.0),
            (dot(ac2), 12.0),
            (dot(mul(ac)), 24.0),
            (dot(had(c, c3)), 5.0),
            (dot(had(c2, ac)), 10.0),
            (dot(had(c, ac2)), 15.0),
            (dot(had(c, mul(ac))), 30.0),
            (dot(had(ac, ac)), 20.0),
            (dot(mul(c3)), 20.0),
            (dot(mul(had(c, ac))), 40.0),
            (dot(mul(ac2)), 60.0),
            (dot(mul(mul(ac))), 120.0),
        ];
        for (k, (sum, gamma)) in conditions.iter().enumerate() {
            assert!((sum - 1.0 / gamma).abs() < 1e-13, "condition {k}: {sum} against 1/{gamma}");
        }
    }

    #[test]
    fn the_interpolant_meets_the_step_at_both_ends() {
        let (at_zero, at_one) = (interpolation_weights(0.0), interpolation_weights(1.0));
        for i in 0..7 {
            assert_eq!(at_zero[i], 0.0);
            assert!((at_one[i] - b(i)).abs() < 2e-14, "stage {i}: {} against {}", at_one[i], b(i));
        }
    }
}
