//! Rodas5P: the L-stable, stiffly accurate Rosenbrock method of order 5(4) by G. Steinebach (BIT Numerical
//! Mathematics 63, 2023, article 27), with its interpolant of order 4.
//!
//! Eight stages, each a linear system with the same matrix I/(h gamma) - df/dy; no iteration that could
//! fail to converge, and order 4 however stiff the problem (Prothero-Robinson test). In the transformed form of Hairer
//! & Wanner II, section IV.7, no product with the Jacobian is needed. The Jacobian must be exact, which dual
//! numbers give.

use crate::field::VectorField;
use crate::jacobian::JacobianBuffers;
use crate::lu::Lu;
use crate::options::Options;
use crate::real::Real;
use crate::solution::{MethodsUsed, Stats};
use crate::stepper::Stepper;
use crate::tsit5::STABLE_H_LAMBDA;

const STAGES: usize = 8;
const GAMMA: f64 = 0.21193756319429014;
/// Nodes; the last three stages are at the end of the step.
const C: [f64; STAGES] =
    [0.0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1.0, 1.0, 1.0];
/// Weights of df/dt.
const D: [f64; STAGES] = [
    0.21193756319429014,
    -0.42387512638858027,
    -0.3384627126235924,
    1.8046452872882734,
    2.325825639765069,
    0.0,
    0.0,
    0.0,
];
/// Weights of the stages in the states at which f is taken. Stages 7 and 8 add to the state of stage 6 the
/// stages 6 and 7 with weight 1, and the result adds stage 8 to the state of stage 8.
const A: [[f64; 5]; 6] = [
    [0.0; 5],
    [3.0, 0.0, 0.0, 0.0, 0.0],
    [2.849394379747939, 0.45842242204463923, 0.0, 0.0, 0.0],
    [-6.954028509809101, 2.489845061869568, -10.358996098473584, 0.0, 0.0],
    [2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641, 0.0],
    [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946],
];
/// Weights of earlier stages on the right-hand sides, over h.
const G: [[f64; 7]; STAGES] = [
    [0.0; 7],
    [-14.155112264123755, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [-17.97296035885952, -2.859693295451294, 0.0, 0.0, 0.0, 0.0, 0.0],
    [147.12150275711716, -1.41221402718213, 71.68940251302358, 0.0, 0.0, 0.0, 0.0],
    [165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306, 0.0, 0.0, 0.0],
    [
        24.854864614690072,
        -3.0009227002832186,
        47.4931110020768,
        5.5814197821558125,
        -0.6610691825249471,
        0.0,
        0.0,
    ],
    [
        30.91273214028599,
        -3.1208243349937974,
        77.79954646070892,
        34.28646028294783,
        -19.097331116725623,
        -28.087943162872662,
        0.0,
    ],
    [
        37.80277123390563,
        -3.2571969029072276,
        112.26918849496327,
        66.9347231244047,
        -40.06618937091002,
        -54.66780262877968,
        -9.48861652309627,
    ],
];
/// Interpolant: y(theta) = (1-theta) y0 + theta (y1 + (1-theta) (d1 + theta (d2 + theta d3))) with
/// `d_j = sum_i H[j][i] k_i`.
const H: [[f64; STAGES]; 3] = [
    [
        25.948786856663858,
        -2.5579724845846235,
        10.433815404888879,
        -2.3679251022685204,
        0.524948541321073,
        1.1241088310450404,
        0.4272876194431874,
        -0.17202221070155493,
    ],
    [
        -9.91568850695171,
        -0.9689944594115154,
        3.0438037242978453,
        -24.495224566215796,
        20.176138334709044,
        15.98066361424651,
        -6.789040303419874,
        -6.710236069923372,
    ],
    [
        11.419903575922262,
        2.8879645146136994,
        72.92137995996029,
        80.12511834622643,
        -52.072871366152654,
        -59.78993625266729,
        -0.15582684282751913,
        4.883087185713722,
    ],
];

/// The stepper for one system.
pub(crate) struct Rodas5P<R: Real> {
    buffers: JacobianBuffers<R>,
    f: Vec<R>,
    jacobian: Vec<R>,
    dfdt: Option<Vec<R>>,
    lu: Lu<R>,
    k: Vec<R>,
    stage: Vec<R>,
    y_new: Vec<R>,
    dense: Vec<R>,
    inside: Vec<R>,
    /// Direction that grows under the Jacobian: carried from step to step, one product each.
    growing: Vec<f64>,
    lambda: f64,
}

impl<R: Real> Rodas5P<R> {
    pub(crate) fn new<F: VectorField>(field: &F) -> Self {
        let n = field.n_states();
        let zeros = |len| vec![R::zero(); len];
        Rodas5P {
            buffers: JacobianBuffers::new(field),
            f: zeros(n),
            jacobian: zeros(n * n),
            dfdt: field.depends_on_time().then(|| zeros(n)),
            lu: Lu::new(n),
            k: zeros(STAGES * n),
            stage: zeros(n),
            y_new: zeros(n),
            dense: zeros(3 * n),
            inside: zeros(n),
            growing: (0..n).map(|i| 1.0 + 0.1 * i as f64).collect(),
            lambda: 0.0,
        }
    }

    fn linearise<F: VectorField>(&mut self, field: &F, t: R, y: &[R], work: &[R], stats: &mut Stats) {
        let dfdt = self.dfdt.as_deref_mut();
        self.buffers.evaluate(field, t, y, work, &mut self.f, &mut self.jacobian, dfdt);
        stats.jacobians += 1;
        self.follow_growing_direction();
    }

    /// Prepares the interpolant and estimates its error half way, where it is largest: the residual
    /// f(u) - u', mapped back to a state by the matrix of the step. Where the problem is stiff the embedded
    /// solution sees the end of the step alone, and would let the interpolant go astray between.
    fn extend<F: VectorField>(&mut self, field: &F, t: R, h: R, y: &[R], work: &mut [R], stats: &mut Stats) {
        let n = y.len();
        for j in 0..3 {
            for i in 0..n {
                let mut sum = self.k[i] * H[j][0];
                for s in 1..STAGES {
                    sum += self.k[s * n + i] * H[j][s];
                }
                self.dense[j * n + i] = sum;
            }
        }
        for i in 0..n {
            let (d1, d2, d3) = (self.dense[i], self.dense[n + i], self.dense[2 * n + i]);
            self.stage[i] = (y[i] + self.y_new[i]) * 0.5 + d1 * 0.25 + d2 * 0.125 + d3 * 0.0625;
        }
        field.eval(t + h * 0.5, &self.stage, work, &mut self.inside);
        stats.evals += 1;
        let over_h = R::one() / h;
        for i in 0..n {
            // u'(1/2): d1 does not enter, d2 with 1/4, d3 with 1/4 as well.
            let (d2, d3) = (self.dense[n + i], self.dense[2 * n + i]);
            self.inside[i] -= (self.y_new[i] - y[i] + d2 * 0.25 + d3 * 0.25) * over_h;
        }
        self.lu.solve(&mut self.inside);
    }

    /// One step of power iteration, with `stage` as room for the product.
    fn follow_growing_direction(&mut self) {
        let n = self.f.len();
        let mut squares = 0.0;
        for i in 0..n {
            let row = &self.jacobian[i * n..(i + 1) * n];
            let product: f64 = row.iter().zip(&self.growing).map(|(a, v)| a.first() * v).sum();
            squares += product * product;
            self.stage[i] = R::from_f64(product);
        }
        let length: f64 = self.growing.iter().map(|v| v * v).sum::<f64>().sqrt();
        self.lambda = squares.sqrt() / length;
        if squares.is_finite() && squares > 0.0 {
            for i in 0..n {
                self.growing[i] = self.stage[i].first() / squares.sqrt();
            }
        }
    }
}

impl<R: Real> Stepper<R> for Rodas5P<R> {
    const ORDER: f64 = 5.0;
    const STIFF: bool = true;

    fn h_lambda(&self, h: f64, _: &Options) -> Option<f64> {
        Some(h * self.lambda / STABLE_H_LAMBDA)
    }

    fn name(used: &mut MethodsUsed) {
        used.rodas5p = true;
    }

    fn restart<F: VectorField>(&mut self, field: &F, t: R, y: &[R], work: &mut [R], stats: &mut Stats) {
        self.linearise(field, t, y, work, stats);
    }

    fn slope(&self) -> &[R] {
        &self.f
    }

    fn attempt<F: VectorField>(
        &mut self,
        field: &F,
        t: R,
        h: R,
        y: &[R],
        work: &mut [R],
        stats: &mut Stats,
    ) -> bool {
        let n = y.len();
        let over_h = R::one() / h;
        for (w, &j) in self.lu.matrix().iter_mut().zip(&self.jacobian) {
            *w = -j;
        }
        for i in 0..n {
            self.lu.matrix()[i * n + i] += over_h * (1.0 / GAMMA);
        }
        stats.factorisations += 1;
        if !self.lu.factor() {
            return false;
        }
        for s in 0..STAGES {
            let (done, rest) = self.k.split_at_mut(s * n);
            let k = &mut rest[..n];
            if s == 0 {
                k.copy_from_slice(&self.f);
            } else {
                if s < A.len() {
                    for i in 0..n {
                        let mut sum = done[i] * A[s][0];
                        for j in 1..s {
                            sum += done[j * n + i] * A[s][j];
                        }
                        self.stage[i] = y[i] + sum;
                    }
                } else {
                    for i in 0..n {
                        self.stage[i] += done[(s - 1) * n + i];
                    }
                }
                field.eval(t + h * C[s], &self.stage, work, k);
                stats.evals += 1;
                for i in 0..n {
                    let mut sum = done[i] * G[s][0];
                    for j in 1..s {
                        sum += done[j * n + i] * G[s][j];
                    }
                    k[i] += over_h * sum;
                }
            }
            if let (Some(dfdt), true) = (&self.dfdt, s < 5) {
                for i in 0..n {
                    k[i] += h * D[s] * dfdt[i];
                }
            }
            self.lu.solve(k);
        }
        for i in 0..n {
            self.y_new[i] = self.stage[i] + self.k[(STAGES - 1) * n + i];
        }
        self.extend(field, t, h, y, work, stats);
        true
    }

    fn y_new(&self) -> &[R] {
        &self.y_new
    }

    /// The last stage is the difference to the embedded solution of order 4.
    fn error(&self) -> &[R] {
        &self.k[(STAGES - 1) * self.f.len()..]
    }

    fn error_inside(&self) -> Option<&[R]> {
        Some(&self.inside)
    }

    fn interpolate(&mut self, y: &[R], _: R, theta: R, out: &mut [R]) {
        let n = y.len();
        let rest = R::one() - theta;
        for i in 0..n {
            let (d1, d2, d3) = (self.dense[i], self.dense[n + i], self.dense[2 * n + i]);
            out[i] = rest * y[i] + theta * (self.y_new[i] + rest * (d1 + theta * (d2 + theta * d3)));
        }
    }

    fn advance<F: VectorField>(&mut self, field: &F, t_new: R, work: &mut [R], stats: &mut Stats) {
        // Taken out for the call: the state is an input, the Jacobian an output of `self`.
        let y_new = std::mem::take(&mut self.y_new);
        self.linearise(field, t_new, &y_new, work, stats);
        self.y_new = y_new;
    }
}
