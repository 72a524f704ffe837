//! Which pieces of the trajectories are looked at one by one.

use super::view::View;
use rayon::prelude::*;

/// One step of one sample between neighbouring times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The sample.
    pub sample: usize,
    /// Index of the time it starts at.
    pub at: usize,
}

impl Interval {
    /// Its length, in the field's time.
    pub fn h(&self, view: &View) -> f64 {
        view.t[self.at + 1] - view.t[self.at]
    }
    /// The voltage at its start.
    pub fn v(&self, view: &View) -> f64 {
        view.v(self.sample)[self.at]
    }
    /// The change of the voltage over it.
    pub fn dv(&self, view: &View) -> f64 {
        let v = view.v(self.sample);
        v[self.at + 1] - v[self.at]
    }
    /// Moving inputs at its start, the stimulus as it is half way.
    pub fn x<'x>(&self, view: &View, x: &'x mut [f64; 2]) -> &'x [f64] {
        x[0] = self.v(view);
        if view.n_moving() > 1 {
            x[1] = view.u_within(self.sample, self.at, 0.5);
        }
        &x[..view.n_moving()]
    }
}

/// Share of the picks that follow time; the others follow the movement of the voltage.
const BY_TIME: f64 = 0.35;

/// `count` intervals of every sample of `samples`, in order: dense where the voltage moves, sparse where it
/// rests, by equal shares of (movement + time). Short samples repeat none: they get all they have.
pub fn pick(view: &View, samples: &[usize], count: usize) -> Vec<Interval> {
    samples.par_iter().flat_map_iter(|&sample| pick_of(view, sample, count)).collect()
}

/// Those of one sample.
fn pick_of(view: &View, sample: usize, count: usize) -> Vec<Interval> {
    let steps = view.n_times() - 1;
    let duration = view.t[steps] - view.t[0];
    if steps <= count {
        return (0..steps).map(|at| Interval { sample, at }).collect();
    }
    let v = view.v(sample);
    let way: f64 = v.windows(2).map(|v| (v[1] - v[0]).abs()).sum();
    let per_time = BY_TIME / duration;
    let per_way = if way > 0.0 { (1.0 - BY_TIME) / way } else { 0.0 };
    let all = if way > 0.0 { 1.0 } else { BY_TIME };
    let mut picks = Vec::with_capacity(count);
    let (mut passed, mut next) = (0.0, 0.5 / count as f64 * all);
    for at in 0..steps {
        passed += per_time * (view.t[at + 1] - view.t[at]) + per_way * (v[at + 1] - v[at]).abs();
        // An interval that holds several shares is taken once; later ones make up for it.
        if passed >= next || steps - at <= count - picks.len() {
            picks.push(Interval { sample, at });
            if picks.len() == count {
                break;
            }
            next = (picks.len() as f64 + 0.5) / count as f64 * all;
        }
    }
    picks
}
