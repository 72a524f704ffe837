//! Profile likelihood: one parameter held, all others fitted anew, until the data object.
//!
//! The trace at the minimum stands for the data: the deviance is what noise of the size of the residuals allows
//! another trace to differ from it. That shows what the Jacobian cannot, how the model bends away from its tangent,
//! and it has its minimum where the fit has it.

use super::model::Trace;
use super::report::{End, Fit};
use super::solver::{Problem, Settings};
use super::{FitError, Free, Model};
use serde::Serialize;

/// 95 % quantile of chi square with one degree of freedom.
pub const CHI2: f64 = 3.841458820694124;
/// Steps on each side at most.
const STEPS: usize = 14;
/// About so many means a sweep.
const MEANS: usize = 250;

/// The profile of one parameter.
#[derive(Debug, Clone, Serialize)]
pub struct Profile {
    /// Values of the parameter, ascending.
    pub values: Vec<f64>,
    /// Twice the loss of log likelihood at each.
    pub deviance: Vec<f64>,
    /// 95 % interval; none on a side where the data do not object.
    pub interval: [Option<f64>; 2],
}

/// Profiles every free parameter of a fit.
///
/// # Errors
/// Where the model cannot be simulated at the minimum itself.
pub fn profiles(problem: &Problem<'_>, fit: &Fit) -> Result<Vec<Profile>, FitError> {
    let traces = centred(problem, fit)?;
    Ok((0..problem.free.len()).map(|j| profile(problem, fit, &traces, j)).collect())
}

/// The sweeps with the model at the minimum in place of the data, at the middle of means of samples.
fn centred(problem: &Problem<'_>, fit: &Fit) -> Result<Vec<Trace>, FitError> {
    problem
        .traces
        .iter()
        .map(|trace| {
            let mut means = trace.binned((trace.samples.values.len() / MEANS).max(1));
            means.samples.values = problem.model.predict(&means, &fit.p)?;
            Ok(means)
        })
        .collect()
}

fn profile(problem: &Problem<'_>, fit: &Fit, traces: &[Trace], j: usize) -> Profile {
    // What the data drove to an end is profiled away from it only.
    let free = &fit.free[j];
    let at = free.transform.inward(fit.p[free.index]);
    let end = fit.estimates[j].at;
    let others: Vec<Free> =
        problem.free.iter().enumerate().filter(|(k, _)| *k != j).map(|(_, f)| f.clone()).collect();
    let settings = Settings { starts: 1, patience: 15, robust: None, ..problem.settings };
    let se = fit.covariance[(j, j)].sqrt().min(3.0);
    // The least sum of squares with parameter j at `theta`, from where the others are.
    let least = |theta: f64, from: Vec<f64>| -> Option<(f64, Vec<f64>)> {
        let mut model: Model = problem.model.clone();
        model.start[free.index] = free.transform.outward(theta);
        let held = Problem { model: &model, traces, free: &others, settings };
        if others.is_empty() { held.objective(&[]).map(|o| (o, vec![])) } else { held.minimise(from) }
    };
    let rest: Vec<f64> = fit.theta.iter().enumerate().filter(|(k, _)| *k != j).map(|(_, t)| *t).collect();
    let Some((lowest, at_minimum)) = least(at, rest) else {
        return Profile { values: vec![], deviance: vec![], interval: [None, None] };
    };
    let mut points = vec![(at, 0.0)];
    let mut interval = [None, None];
    for (side, sign) in [(0, -1.0), (1, 1.0)] {
        let blocked = if side == 0 { end.is_some_and(|e| e != End::High) } else { end == Some(End::High) };
        if blocked {
            interval[side] = Some(if end == Some(End::Nothing) { 0.0 } else { fit.p[free.index] });
            continue;
        }
        let mut from = at_minimum.clone();
        let mut last: (f64, f64) = points[0];
        for step in 1..=STEPS {
            let theta = at + sign * 0.5 * se * step as f64;
            let Some((objective, others)) = least(theta, from.clone()) else { break };
            from = others;
            let deviance = ((objective - lowest) / fit.variance).max(0.0);
            points.push((theta, deviance));
            if deviance > CHI2 {
                // The root of the deviance is nearly a straight line.
                let (a, b) = (last.1.sqrt(), deviance.sqrt());
                let root = last.0 + (theta - last.0) * (CHI2.sqrt() - a) / (b - a);
                interval[side] = Some(free.transform.outward(root));
                break;
            }
            last = (theta, deviance);
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    Profile {
        values: points.iter().map(|p| free.transform.outward(p.0)).collect(),
        deviance: points.iter().map(|p| p.1).collect(),
        interval,
    }
}
