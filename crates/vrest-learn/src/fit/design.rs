//! Which protocol would tell what this one does not: the information that one more sweep would bring.
//!
//! Ions are separable only where their equilibria differ: by changing a concentration outside, by blocking the
//! pump, by leaving the range in which everything is a straight line.

use super::model::{Samples, Trace};
use super::report::{Fit, eigen, is_weak, least};
use super::{Model, Piece};
use nalgebra::{DMatrix, DVector};
use serde::Serialize;

/// A sweep that would help.
#[derive(Debug, Clone, Serialize)]
pub struct Advice {
    /// What to do.
    pub protocol: String,
    /// Standard error now over the one with the sweep, of the weak direction that gains most.
    pub gain: f64,
}

/// Less gain than this is not worth a sweep.
const WORTH: f64 = 1.5;

/// Sweeps that would tell a weak direction of `fit` best, the best first; nothing where nothing is weak.
pub fn advice(model: &Model, traces: &[Trace], fit: &Fit) -> Vec<Advice> {
    if fit.weak.is_empty() {
        return vec![];
    }
    let strongest = traces.iter().max_by(|a, b| reach(a).total_cmp(&reach(b)));
    let Some(trace) = strongest else { return vec![] };
    let mut all = Vec::new();
    let mut consider = |protocol: String, change: Option<(usize, f64)>, factor: f64| {
        let mut p = fit.p.clone();
        if let Some((index, value)) = change {
            p[index] = value;
        }
        if let Some(gain) = gain(model, trace, fit, &p, factor).filter(|g| *g > WORTH) {
            all.push(Advice { protocol, gain });
        }
    };
    let fixed = |index: usize| fit.free.iter().all(|f| f.index != index);
    for (index, param) in model.body.params().iter().enumerate().filter(|(i, _)| fixed(*i)) {
        let value = fit.p[index];
        if let Some(ion) = param.path.strip_prefix("ions.").and_then(|p| p.strip_suffix(".outside")) {
            let other = if value < 20.0 { 2.0 * value } else { 0.5 * value };
            let protocol = format!("the same steps with {ion} outside at {other} mM instead of {value} mM");
            consider(protocol, Some((index, other)), 1.0);
        }
        if param.path.ends_with(".block") && value == 0.0 {
            let name = param.path.trim_end_matches(".block");
            consider(format!("the same steps with `{name}` blocked"), Some((index, 1.0)), 1.0);
        }
    }
    consider("steps three times as strong".into(), None, 3.0);
    consider("steps of the other sign".into(), None, -1.0);
    all.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    all
}

/// How far the command moves from where it begins.
fn reach(trace: &Trace) -> f64 {
    let first = trace.command.first().map_or(0.0, |c| c.level);
    trace.command.iter().map(|c| (c.level - first).abs()).fold(0.0, f64::max)
}

fn gain(model: &Model, trace: &Trace, fit: &Fit, p: &[f64], factor: f64) -> Option<f64> {
    let first = trace.command.first()?.level;
    let command: Vec<Piece> =
        trace.command.iter().map(|c| Piece { level: first + factor * (c.level - first), ..*c }).collect();
    let samples = trace.binned((trace.samples.values.len() / 250).max(1)).samples;
    let planned = Trace { command, samples: Samples { ..samples }, ..trace.clone() };
    let wrt: Vec<usize> = fit.free.iter().map(|f| f.index).collect();
    let simulated = model.simulate(&planned, p, &wrt).ok()?;
    let n = fit.free.len();
    let mut more = DMatrix::<f64>::zeros(n, n);
    for (k, count) in planned.samples.counts.iter().enumerate() {
        let row = DVector::from_fn(n, |j, _| {
            simulated.slopes[k * n + j] * fit.free[j].transform.slope(fit.p[fit.free[j].index])
        });
        more += &row * row.transpose() * (*count / fit.variance);
    }
    let (own, both) = (eigen(&fit.information)?, eigen(&(&fit.information + &more))?);
    let (now, then) =
        (own.eigenvalues.map(|l| l.max(least(&own))), both.eigenvalues.map(|l| l.max(least(&both))));
    // The directions of which too little is known. Where several tell nothing, their axes are an accident of rounding, so
    // that none of them may be judged by itself.
    let weak: Vec<usize> = (0..n).filter(|&k| is_weak(now[k])).collect();
    // Their covariance with the sweep, in units of that without.
    let parts = both.eigenvectors.tr_mul(&own.eigenvectors);
    let root = DMatrix::from_fn(n, weak.len(), |k, j| parts[(k, weak[j])] * (now[weak[j]] / then[k]).sqrt());
    let left = eigen(&root.tr_mul(&root))?;
    // The direction that gains most, and what is known of it then.
    let (best, variance) = left.eigenvalues.argmin();
    let direction = left.eigenvectors.column(best);
    let known = direction.iter().zip(&weak).map(|(x, &k)| x * x * now[k]).sum::<f64>() / variance;
    // Where neither the recording nor the sweep tells anything, the quotient of two floors is no gain.
    Some(variance.recip().sqrt()).filter(|gain| gain.is_finite() && known > 10.0 * least(&both))
}
