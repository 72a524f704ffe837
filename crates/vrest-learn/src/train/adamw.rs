//! Adam with decoupled weight decay (Kingma & Ba 2015; Loshchilov & Hutter 2019).

/// The moments of the gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct AdamW {
    /// Mean.
    pub m: Vec<f64>,
    /// Mean square.
    pub v: Vec<f64>,
    /// Updates so far.
    pub step: u64,
}

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

impl AdamW {
    /// For `n` weights.
    pub fn new(n: usize) -> Self {
        AdamW { m: vec![0.0; n], v: vec![0.0; n], step: 0 }
    }

    /// One update of `weights` against `gradient`.
    pub fn update(&mut self, weights: &mut [f64], gradient: &[f64], rate: f64, decay: f64) {
        self.step += 1;
        let (c1, c2) = (1.0 - BETA_1.powi(self.step as i32), 1.0 - BETA_2.powi(self.step as i32));
        for i in 0..weights.len() {
            let g = gradient[i];
            self.m[i] = BETA_1 * self.m[i] + (1.0 - BETA_1) * g;
            self.v[i] = BETA_2 * self.v[i] + (1.0 - BETA_2) * g * g;
            let step = self.m[i] / c1 / ((self.v[i] / c2).sqrt() + EPSILON);
            weights[i] -= rate * (step + decay * weights[i]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first update of Adam has the length of the learning rate in every coordinate, whatever the gradient.
    #[test]
    fn the_first_step_is_as_long_as_the_rate() {
        let mut w = [1.0, -2.0];
        AdamW::new(2).update(&mut w, &[1e-3, -7.0], 0.1, 0.0);
        assert!((w[0] - 0.9).abs() < 1e-5 && (w[1] + 1.9).abs() < 1e-7);
    }

    #[test]
    fn a_bowl_is_descended() {
        let mut w = vec![3.0, -4.0];
        let mut adam = AdamW::new(2);
        for _ in 0..2000 {
            let g: Vec<f64> = vec![2.0 * w[0], 20.0 * w[1]];
            adam.update(&mut w, &g, 0.02, 0.0);
        }
        assert!(w.iter().all(|x| x.abs() < 1e-3), "{w:?}");
    }
}
