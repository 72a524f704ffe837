//! What is computed at each point.

use serde::Serialize;
use vrest_membrane::Experiment;
use vrest_ode::{Options, Output, VectorField};

use super::Feature;

/// Times looked at in a trajectory.
const MOST_TIMES: usize = 200_000;
const FEWEST_TIMES: usize = 2_000;
/// The time between them where that is enough, ms.
const INTERVAL: f64 = 0.05;

/// One resting state.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rest {
    /// mV.
    pub v: f64,
    /// Whether a small displacement dies out.
    pub stable: bool,
}

/// The result at one point.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Point {
    /// Every rest, and which of them a cell at the usual start goes to.
    Rests {
        /// From hyperpolarised to depolarised.
        rests: Vec<Rest>,
        /// Number of the rest that a cell at -70 mV goes to.
        chosen: Option<usize>,
    },
    /// A feature; none where it does not occur.
    Value {
        /// In the unit of the feature.
        value: Option<f64>,
    },
    /// No answer.
    Failed {
        /// Why.
        reason: String,
    },
}

impl Point {
    /// The one number that a map shows.
    pub fn value(&self) -> Option<f64> {
        match self {
            Point::Rests { rests, chosen } => chosen.map(|i| rests[i].v),
            Point::Value { value } => *value,
            Point::Failed { .. } => None,
        }
    }
}

/// The feature of the response of `experiment` with the parameters `p`.
pub fn at(experiment: &Experiment, p: &[f64], feature: Feature, level: f64, options: &Options<'_>) -> Point {
    match voltage(experiment, p, options) {
        Ok((t, v)) => Point::Value {
            value: match feature {
                Feature::Rest => v.first().copied(),
                Feature::Peak => peak(&v),
                Feature::Rate => Some(rate(&crossings(&t, &v, level, true))),
                Feature::TimeTo => {
                    let rises = v.first().is_some_and(|v| *v < level);
                    crossings(&t, &v, level, rises).first().copied()
                }
            },
        },
        Err(reason) => Point::Failed { reason },
    }
}

fn voltage(
    experiment: &Experiment,
    p: &[f64],
    options: &Options<'_>,
) -> Result<(Vec<f64>, Vec<f64>), String> {
    let y0 = experiment.initial_state(p).map_err(|e| e.to_string())?;
    let end = experiment.protocol().duration;
    let count = ((end / INTERVAL) as usize).clamp(FEWEST_TIMES, MOST_TIMES);
    let mut times: Vec<f64> = (0..=count).map(|k| end * k as f64 / count as f64).collect();
    let mut edges = Vec::new();
    experiment.breakpoints(p, &mut edges);
    // The voltage turns sharply where the stimulus does.
    times.extend(edges.into_iter().filter(|t| *t > 0.0 && *t < end));
    times.sort_by(f64::total_cmp);
    times.dedup();
    let solution =
        experiment.solve(p, &y0, 0.0, end, Output::At(&times), options).map_err(|e| e.to_string())?;
    let v = solution.state(0).collect();
    Ok((times, v))
}

fn peak(v: &[f64]) -> Option<f64> {
    v.iter().copied().max_by(f64::total_cmp)
}

/// The times at which the voltage passes `level`, upwards or downwards, between the samples by a straight line.
fn crossings(t: &[f64], v: &[f64], level: f64, upwards: bool) -> Vec<f64> {
    let beyond = |x: f64| if upwards { x >= level } else { x <= level };
    (1..v.len())
        .filter(|&k| !beyond(v[k - 1]) && beyond(v[k]))
        .map(|k| t[k - 1] + (t[k] - t[k - 1]) * (level - v[k - 1]) / (v[k] - v[k - 1]))
        .collect()
}

/// Events a second, from the first to the last; 0 where there are not two.
fn rate(times: &[f64]) -> f64 {
    match times {
        [first, .., last] => 1e3 * (times.len() - 1) as f64 / (last - first),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_of_a_triangle_wave() {
        let t: Vec<f64> = (0..=1000).map(|k| f64::from(k) * 0.1).collect();
        // From -60 up to 40 and back every 20 ms.
        let v: Vec<f64> = t.iter().map(|t| -60.0 + 10.0 * (10.0 - ((t % 20.0) - 10.0).abs())).collect();
        let up = crossings(&t, &v, -20.0, true);
        assert_eq!(up.len(), 5);
        assert!((up[0] - 4.0).abs() < 1e-9 && (rate(&up) - 50.0).abs() < 1e-9);
        assert_eq!(peak(&v), Some(40.0));
        assert_eq!((rate(&[1.0]), rate(&[])), (0.0, 0.0));
    }
}
