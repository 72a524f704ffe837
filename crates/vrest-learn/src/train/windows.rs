//! Pieces of the training trajectories that are integrated and compared: windows, in lanes.

use super::view::View;
use crate::kernels::LANES;
use crate::random::Stream;
use crate::rollout::{Guard, Windows};

/// Share of the windows that start where the voltage is about to move.
const AT_MOVEMENT: f64 = 0.7;

/// What a window is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    /// Recording intervals.
    pub length: usize,
    /// Runge-Kutta steps of an interval.
    pub substeps: usize,
}

/// Where windows start: (sample, index of the first time), in an order that depends on `stream` alone.
pub fn starts(
    view: &View,
    samples: &[usize],
    count: usize,
    length: usize,
    stream: &mut Stream,
) -> Vec<(usize, usize)> {
    let last = view.n_times().saturating_sub(1 + length.min(view.n_times() - 1));
    let mut all = Vec::with_capacity(samples.len() * count);
    for &sample in samples {
        let edges = edges(view, sample, last);
        for _ in 0..count {
            let moving = stream.uniform() < AT_MOVEMENT;
            let start = if moving { edges[stream.below(edges.len())] } else { stream.below(last + 1) };
            all.push((sample, start));
        }
    }
    stream.permutation(all.len()).into_iter().map(|i| all[i]).collect()
}

/// The start of a trajectory and every change of its stimulus.
fn edges(view: &View, sample: usize, last: usize) -> Vec<usize> {
    let u = view.u(sample);
    let mut edges = vec![0];
    edges.extend((1..u.len()).filter(|&k| k <= last && u[k] != u[k - 1]));
    edges
}

/// Chunks of windows from these starts. The weights of all targets add up to one.
pub fn chunks(view: &View, starts: &[(usize, usize)], cut: Cut) -> Vec<Windows<f32>> {
    let length = cut.length.min(view.n_times() - 1);
    let weight = 1.0 / (starts.len() * length) as f64;
    starts
        .chunks(LANES)
        .map(|starts| {
            let mut w = Windows::zeros(length * cut.substeps, view.n_moving(), view.n_fixed());
            for (lane, &(sample, from)) in starts.iter().enumerate() {
                let n = view.n_fixed();
                for (to, &z) in w.z[lane * n..(lane + 1) * n].iter_mut().zip(view.z(sample)) {
                    *to = z as f32;
                }
                let v = view.v(sample);
                w.v0[lane] = v[from] as f32;
                for step in 0..length * cut.substeps {
                    let (k, part) = (from + step / cut.substeps, step % cut.substeps);
                    w.h[step][lane] = ((view.t[k + 1] - view.t[k]) / cut.substeps as f64) as f32;
                    if view.n_moving() > 1 {
                        for (j, ahead) in [0.0, 0.5, 1.0].into_iter().enumerate() {
                            let u = view.u_within(sample, k, (part as f64 + ahead) / cut.substeps as f64);
                            w.u[(step * 3 + j) * LANES + lane] = u as f32;
                        }
                    }
                    if part + 1 == cut.substeps {
                        w.target[step][lane] = v[k + 1] as f32;
                        w.weight[step][lane] = weight as f32;
                    }
                }
            }
            w
        })
        .collect()
}

/// The guard of a view's own voltages, in the units of the field: half their range beyond each end.
pub fn guard(low: f64, high: f64) -> Guard<f32> {
    let room = 0.5 * (high - low);
    Guard { low: (low - room) as f32, high: (high + room) as f32, pull: 1.0 }
}
