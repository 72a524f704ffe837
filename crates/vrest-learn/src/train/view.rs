//! A dataset in the field's own units.

use crate::scaling::Scaling;
use ndarray::Array2;
use rayon::prelude::*;
use vrest_data::{Dataset, Interpolation};

/// Encoded parameters, normalised voltages and stimuli of all samples, row-major.
#[derive(Debug)]
pub struct View {
    /// Number of samples.
    pub n_samples: usize,
    /// Times, in units of the field's time scale.
    pub t: Vec<f64>,
    /// Encoded parameters \[samples, n_fixed\].
    pub z: Vec<f64>,
    /// Voltages \[samples, times\].
    pub v: Vec<f64>,
    /// Stimuli \[samples, times\]; empty without a stimulus.
    pub u: Vec<f64>,
    /// Whether the stimulus holds its value until the next time.
    pub holds: bool,
    n_fixed: usize,
}

impl View {
    /// `data` under `scaling`.
    pub fn new(data: &Dataset, scaling: &Scaling) -> View {
        let stimulus = data.stimulus.as_ref().filter(|_| scaling.u_scale.is_some());
        let mut view = View {
            n_samples: data.samples(),
            t: Vec::new(),
            z: Vec::new(),
            v: rows(&data.y, |mv| scaling.v(mv)),
            u: stimulus.map_or(Vec::new(), |s| rows(&s.values, |i| scaling.u(i))),
            holds: stimulus.is_none_or(|s| s.interpolation == Interpolation::Previous),
            n_fixed: 0,
        };
        view.encode(data, scaling);
        view
    }

    /// Measures the times and encodes the parameters of `data` as `scaling` says, whatever was there before. On all threads.
    pub fn encode(&mut self, data: &Dataset, scaling: &Scaling) {
        self.t.clear();
        self.t.extend(data.t.iter().map(|&t| t / scaling.t_scale_ms));
        self.n_fixed = scaling.n_fixed();
        self.z.clear();
        self.z.resize(self.n_samples * self.n_fixed, 0.0);
        let samples = self.z.par_chunks_mut(self.n_fixed.max(1)).with_min_len(64).enumerate();
        samples.for_each(|(sample, z)| scaling.encode(&data.x.row(sample).to_vec(), z));
    }

    /// Number of times.
    pub fn n_times(&self) -> usize {
        self.t.len()
    }
    /// Inputs that move: the voltage, and the stimulus where there is one.
    pub fn n_moving(&self) -> usize {
        if self.u.is_empty() { 1 } else { 2 }
    }
    /// Encoded parameters of a sample.
    pub fn z(&self, sample: usize) -> &[f64] {
        &self.z[sample * self.n_fixed..(sample + 1) * self.n_fixed]
    }
    /// Number of encoded parameters.
    pub fn n_fixed(&self) -> usize {
        self.n_fixed
    }
    /// Voltages of a sample.
    pub fn v(&self, sample: usize) -> &[f64] {
        &self.v[sample * self.n_times()..(sample + 1) * self.n_times()]
    }
    /// Stimuli of a sample; empty without a stimulus.
    pub fn u(&self, sample: usize) -> &[f64] {
        if self.u.is_empty() { &[] } else { &self.u[sample * self.n_times()..(sample + 1) * self.n_times()] }
    }

    /// The stimulus of a sample the fraction `part` into the interval from time `k` to `k + 1`.
    pub fn u_within(&self, sample: usize, k: usize, part: f64) -> f64 {
        let u = self.u(sample);
        if self.holds || k + 1 >= u.len() { u[k] } else { u[k] + part * (u[k + 1] - u[k]) }
    }

    /// Whether the stimulus of a sample is the same all the way from time `from` to time `to`.
    pub fn is_steady(&self, sample: usize, from: usize, to: usize) -> bool {
        let u = self.u(sample);
        let last = if self.holds { to } else { to + 1 };
        u.is_empty() || u[from..last].iter().all(|&x| x == u[from])
    }
}

/// `f` of every value, row-major, on all threads.
fn rows(values: &Array2<f64>, f: impl Fn(f64) -> f64 + Sync) -> Vec<f64> {
    let mut out = vec![0.0; values.len()];
    out.par_chunks_mut(values.ncols().max(1)).enumerate().for_each(|(i, row)| {
        for (to, from) in row.iter_mut().zip(values.row(i)) {
            *to = f(*from);
        }
    });
    out
}
