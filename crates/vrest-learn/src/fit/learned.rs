//! What is learned: a current beside the physics, a whole neuron without any, or two exponentials as the baseline.
//!
//! A network of one hidden layer sees the voltage, its own latent states and (without physics) the current through
//! the electrode, and gives a rate and the goals of the latent states:
//!
//!   h = tanh(W1 x + b1),  (o, g) = W2 h + A x + b,  dz_k/dt = (tanh g_k - z_k)/tau_k
//!
//! In a hybrid `o` is a current, dV/dt = [I_physics + I_e + S o]/C with S pA; alone it is dV/dt = S o with S mV/ms.
//! Latent states make it remember: they are relaxations whose goals and time constants are learned too.

use super::transform::{Free, Transform};
use crate::random::Stream;
use vrest_ode::Real;

/// What is learned, if anything. Parameters of a network: W1, b1, W2, A, b row by row, then ln tau (ms).
#[derive(Debug, Clone, PartialEq)]
pub enum Learned {
    /// Nothing.
    Nothing,
    /// A network.
    Network(Network),
    /// V = rest + x1 + x2 with dx_k/dt = (R_k I - x_k)/tau_k. Parameters: rest (mV), R_1, R_2 (Mohm), ln tau_1,
    /// ln tau_2. With R_2 held at 0 it is one exponential.
    Exponentials,
}

/// The shape and scales of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Hidden units.
    pub hidden: usize,
    /// Latent states.
    pub latents: usize,
    /// Whether the current through the electrode is an input.
    pub sees_current: bool,
    /// The middle of the voltages (mV) ...
    pub v_middle: f64,
    /// ... and a usual distance from it.
    pub v_scale: f64,
    /// A usual current (pA).
    pub i_scale: f64,
    /// What an output of 1 stands for: pA in a membrane, mV/ms alone.
    pub out_scale: f64,
}

/// The most inputs and units: room on the stack.
const MOST: usize = 16;

impl Network {
    fn inputs(&self) -> usize {
        1 + self.latents + usize::from(self.sees_current)
    }
    fn outputs(&self) -> usize {
        1 + self.latents
    }
    fn n_params(&self) -> usize {
        let (i, h, o) = (self.inputs(), self.hidden, self.outputs());
        h * i + h + o * h + o * i + o + self.latents
    }

    /// The rate, and the derivatives of the latent states.
    #[inline(always)]
    fn eval<R: Real>(&self, v: R, current: R, z: &[R], w: &[R], dz: &mut [R]) -> R {
        let (n_in, n_hidden, n_out) = (self.inputs(), self.hidden, self.outputs());
        let mut x = [R::zero(); MOST];
        x[0] = (v - self.v_middle) / self.v_scale;
        x[1..1 + self.latents].copy_from_slice(z);
        if self.sees_current {
            x[n_in - 1] = current / self.i_scale;
        }
        let (w1, rest) = w.split_at(n_hidden * n_in);
        let (b1, rest) = rest.split_at(n_hidden);
        let (w2, rest) = rest.split_at(n_out * n_hidden);
        let (a, rest) = rest.split_at(n_out * n_in);
        let (b, ln_tau) = rest.split_at(n_out);
        let mut h = [R::zero(); MOST];
        for j in 0..n_hidden {
            let mut sum = b1[j];
            for i in 0..n_in {
                sum += w1[j * n_in + i] * x[i];
            }
            h[j] = sum.tanh();
        }
        let mut rate = R::zero();
        for k in 0..n_out {
            let mut sum = b[k];
            for j in 0..n_hidden {
                sum += w2[k * n_hidden + j] * h[j];
            }
            for i in 0..n_in {
                sum += a[k * n_in + i] * x[i];
            }
            if k == 0 {
                rate = sum * self.out_scale;
            } else {
                dz[k - 1] = (sum.tanh() - z[k - 1]) * (-ln_tau[k - 1]).exp();
            }
        }
        rate
    }

    /// Weights to begin with: small, of a random stream, time constants from 20 ms to 200 ms.
    fn initial(&self, seed: u64, member: u64) -> Vec<f64> {
        let mut stream = Stream::new(seed, 1 + member);
        let (i, h, o) = (self.inputs(), self.hidden, self.outputs());
        let first = h * i + h;
        let mut w: Vec<f64> = (0..self.n_params())
            .map(|k| {
                let u = 2.0 * stream.uniform() - 1.0;
                if k < first { 1.5 * u } else { 0.05 * u }
            })
            .collect();
        let n = w.len();
        for k in 0..self.latents {
            w[n - self.latents + k] =
                20f64.ln() + 10f64.ln() * (k as f64 + stream.uniform()) / self.latents as f64;
            // A latent state that follows the voltage is a start; one that follows nothing learns slowly.
            w[first + o * h + (k + 1) * i] = 0.5;
        }
        if self.sees_current {
            // A leak and a capacitor to begin with: -V and +I.
            w[first + o * h] = -0.5;
            w[first + o * h + i - 1] = 0.5;
        }
        w
    }
}

impl Learned {
    /// Length of its parameters.
    pub fn n_params(&self) -> usize {
        match self {
            Learned::Nothing => 0,
            Learned::Network(n) => n.n_params(),
            Learned::Exponentials => 5,
        }
    }

    /// How many states it adds.
    pub fn n_states(&self) -> usize {
        match self {
            Learned::Nothing => 0,
            Learned::Network(n) => n.latents,
            Learned::Exponentials => 1,
        }
    }

    /// The current (pA) in a membrane, dV/dt (mV/ms) alone; writes the derivatives of its own states.
    #[inline(always)]
    pub fn current<R: Real>(&self, v: R, current: R, z: &[R], w: &[R], dz: &mut [R]) -> R {
        match self {
            Learned::Nothing => R::zero(),
            Learned::Network(n) => n.eval(v, current, z, w, dz),
            Learned::Exponentials => {
                // Mohm pA = uV.
                let i = current * 1e-3;
                let x2 = z[0];
                let x1 = v - w[0] - x2;
                dz[0] = (w[2] * i - x2) * (-w[4]).exp();
                (w[1] * i - x1) * (-w[3]).exp() + dz[0]
            }
        }
    }

    /// Parameters to begin with; member `member` of an ensemble.
    pub fn initial(&self, seed: u64, member: u64, rest: f64) -> Vec<f64> {
        match self {
            Learned::Nothing => vec![],
            Learned::Network(n) => n.initial(seed, member),
            Learned::Exponentials => vec![rest, 100.0, 1.0, 20f64.ln(), 5f64.ln()],
        }
    }

    /// Its parameters, the first at `first`, as the optimiser sees them.
    pub fn free(&self, first: usize) -> Vec<Free> {
        let names = ["rest", "r_1", "r_2", "ln_tau_1", "ln_tau_2"];
        (0..self.n_params())
            .map(|k| {
                let (path, scale) = match self {
                    Learned::Exponentials => (names[k].to_string(), [10.0, 100.0, 100.0, 1.0, 1.0][k]),
                    _ => (format!("w{k}"), 1.0),
                };
                Free { path, unit: String::new(), index: first + k, transform: Transform::Linear { scale } }
            })
            .collect()
    }

    /// The steady learned current at `v` mV (pA): latent states at their goals.
    pub fn steady_current(&self, v: f64, w: &[f64]) -> f64 {
        let mut z = vec![0.0; self.n_states()];
        let mut dz = z.clone();
        let mut out = 0.0;
        // A damped fixed point; the goals are bounded by tanh.
        for _ in 0..400 {
            out = self.current(v, 0.0, &z, w, &mut dz);
            if let Learned::Network(n) = self {
                let ln_tau = &w[w.len() - n.latents..];
                for k in 0..z.len() {
                    z[k] += 0.5 * dz[k] * ln_tau[k].exp();
                }
            }
        }
        out
    }
}
