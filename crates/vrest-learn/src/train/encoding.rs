//! How a dataset becomes numbers of order one: which parameters go in through a logarithm, and what one unit of
//! voltage, stimulus and time is.

use super::exponential::{Regressors, Steps};
use super::intervals::{Interval, pick};
use super::split::Split;
use super::tangents::Outputs;
use super::view::View;
use crate::field::Surface;
use crate::scaling::{Column, Encoding, Scaling};
use ndarray::Array2;
use rayon::prelude::*;
use vrest_data::Dataset;
use vrest_ode::Real;

/// Intervals a sample that an encoding is judged by.
const JUDGED: usize = 6;
/// An encoding must be better by this much to be preferred to the plain value.
const BETTER: f64 = 0.98;

/// The scaling of the training samples of `data`. Each parameter that could go in through its logarithm does so
/// where a response surface fitted to the training samples then predicts the validation samples better.
/// Also the data under that scaling.
pub fn choose(data: &Dataset, split: &Split, ridge: f64) -> (Scaling, View) {
    let mut encodings = vec![Encoding::Linear; data.params()];
    let plain = scaling(data, &split.train);
    // Voltages, and with them the intervals that matter, are the same under every encoding.
    let mut view = View::new(data, &plain);
    let (fitted, judged) = (pick(&view, &split.train, JUDGED), pick(&view, &split.validation, JUDGED));
    let (fitted_steps, judged_steps) = (Steps::new(&view, &fitted), Steps::new(&view, &judged));
    let logs = columns(data, &split.train, Encoding::Log);
    let under = |encodings: &[Encoding]| {
        let either = encodings.iter().zip(plain.columns.iter().zip(&logs));
        let columns =
            either.map(|(encoding, (plain, log))| if *encoding == Encoding::Log { log } else { plain });
        Scaling { columns: columns.cloned().collect(), ..plain.clone() }
    };
    let error = |view: &View, weights: &Option<Vec<f64>>| {
        let of = |weights| Weighted { surface: Surface::of(view), weights };
        weights.as_ref().map_or(f64::INFINITY, |weights| judged_steps.error(&of(weights), view, &judged))
    };
    // The rates of the steps hardly depend on the encodings: those found with the best so far serve the next, which then
    // takes a single linear solve.
    let (mut best, mut known) = {
        let regressors = surface(&view, &fitted, &fitted_steps);
        let plain = regressors.plain();
        let fit = regressors.fit(plain.clone(), ridge, 5);
        let (weights, points) = fit.map_or((None, plain), |fit| (Some(fit.weights), fit.points));
        (error(&view, &weights), points)
    };
    // A second sweep, because the worth of one logarithm depends on the others.
    for _ in 0..2 {
        let mut changed = false;
        for j in (0..encodings.len()).filter(|&j| plain.columns[j].may_be_log()) {
            let mut trial = encodings.clone();
            trial[j] = if trial[j] == Encoding::Log { Encoding::Linear } else { Encoding::Log };
            view.encode(data, &under(&trial));
            let regressors = surface(&view, &fitted, &fitted_steps);
            let weights = regressors.step(&known, ridge);
            let tried = error(&view, &weights);
            if let Some(weights) = weights
                && tried < BETTER * best
            {
                known = regressors.points(&weights);
                (best, encodings, changed) = (tried, trial, true);
            }
        }
        if !changed {
            break;
        }
    }
    let mut chosen = under(&encodings);
    // One unit of time: the mean time in which v moves by one unit, over the intervals that matter.
    let square: f64 = fitted.iter().map(|i| (i.dv(&view) / i.h(&view)).powi(2)).sum();
    let speed = (square / fitted.len() as f64).sqrt();
    if speed > 0.0 && speed.is_finite() {
        chosen.t_scale_ms = 1.0 / speed;
    }
    view.encode(data, &chosen);
    (chosen, view)
}

/// The parameters, all under one encoding. Numbers that only describe the recorded stimulus are left out: the stimulus
/// itself is an input, and a waveform never seen has other numbers.
fn columns(data: &Dataset, train: &[usize], encoding: Encoding) -> Vec<Column> {
    let column = |j: usize| {
        let values: Vec<f64> = train.iter().map(|&i| data.x[[i, j]]).collect();
        let name = &data.param_names[j];
        let described = data.stimulus.is_some() && name.starts_with("stimulus.");
        let mut column = Column::of(name, &data.param_units[j], &values, encoding);
        if described {
            column.encoding = Encoding::Constant;
        }
        column
    };
    (0..data.params()).map(column).collect()
}

/// The scaling with every parameter as it is and time in ms.
fn scaling(data: &Dataset, train: &[usize]) -> Scaling {
    let [mean, sd, low, high] = spread(&data.y, train);
    let u_scale = data.stimulus.as_ref().map(|s| spread(&s.values, train)[1]);
    Scaling {
        columns: columns(data, train, Encoding::Linear),
        v_mean_mv: mean,
        v_scale_mv: sd,
        v_low_mv: low,
        v_high_mv: high,
        u_scale,
        t_scale_ms: 1.0,
    }
}

/// Mean, standard deviation (one where nothing varies), least and largest of the rows `of` of `values`. Rows are summed on
/// all threads and added in order.
pub(super) fn spread(values: &Array2<f64>, of: &[usize]) -> [f64; 4] {
    // Sums of differences from one of the values, which lose no digits where all are far from zero.
    let centre = of.first().and_then(|&i| values.row(i).first().copied()).unwrap_or(0.0);
    let of_row = |&i: &usize| {
        let start = [0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY];
        values.row(i).iter().fold(start, |[sum, square, low, high], &v| {
            let d = v - centre;
            [sum + d, square + d * d, low.min(v), high.max(v)]
        })
    };
    let rows: Vec<[f64; 4]> = of.par_iter().map(of_row).collect();
    let [sum, square, low, high] = rows
        .into_iter()
        .reduce(|a, b| [a[0] + b[0], a[1] + b[1], a[2].min(b[2]), a[3].max(b[3])])
        .unwrap_or([0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY]);
    let n = (of.len() * values.ncols()) as f64;
    let sd = (square / n - (sum / n) * (sum / n)).max(0.0).sqrt();
    [centre + sum / n, if sd > 1e-12 { sd } else { 1.0 }, low, high]
}

/// The regressors of a plain response surface.
fn surface<'a>(view: &'a View, intervals: &'a [Interval], steps: &'a Steps) -> Regressors<'a, Surface> {
    let surface = Surface::of(view);
    Regressors::new(surface, view, intervals, steps, &vec![0.0; surface.n_weights()])
}

impl Surface {
    /// That in the inputs of `view`.
    fn of(view: &View) -> Surface {
        Surface { n_moving: view.n_moving(), n_fixed: view.n_fixed() }
    }
}

/// The value of a response surface.
struct Weighted<'a> {
    surface: Surface,
    weights: &'a [f64],
}

impl Outputs for Weighted<'_> {
    fn len(&self) -> usize {
        1
    }
    fn work_len(&self) -> usize {
        self.surface.work_len()
    }
    #[inline(always)]
    fn eval<R: Real>(&self, z: &[R], x: &[R], work: &mut [R], out: &mut [R]) {
        self.surface.prepare(self.weights, z, work);
        out[0] = self.surface.eval(self.weights, x, work);
    }
}

/// dS/dw, then the value without weights: zero.
impl Outputs for Surface {
    fn len(&self) -> usize {
        self.n_weights() + 1
    }
    fn work_len(&self) -> usize {
        self.work_len()
    }
    #[inline(always)]
    fn eval<R: Real>(&self, z: &[R], x: &[R], work: &mut [R], out: &mut [R]) {
        let (row, value) = out.split_at_mut(self.n_weights());
        self.prepare_terms(z, work);
        self.regressors(x, work, row);
        value[0] = R::zero();
    }
}
