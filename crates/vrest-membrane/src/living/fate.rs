//! Where a cell goes when it is left alone: one long integration.

use super::coordinates::{Coordinates, distance};
use super::newton::Found;
use crate::membrane::Membrane;
use serde::Serialize;
use vrest_ode::{Method, Options, Output, Refusal, SolveError, VectorField, solve};

/// The journey ends here at the latest, ms: three years.
const LAST: f64 = 1e11;
/// A cell that hardly moves is believed only after this time, ms: a day.
const PATIENCE: f64 = 1e8;
/// Times looked at in each factor 10 of time.
const PER_DECADE: usize = 8;
/// Steps in each factor 10 of time.
const MOST_STEPS: usize = 2000;
/// This near, relative, the cell has arrived.
const ARRIVED: f64 = 0.01;

/// Where the cell goes from its start.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fate {
    /// To the steady state of this number.
    Settles {
        /// Its place in the list.
        state: usize,
        /// When the cell is within 1 % (0.25 mV) of it for good, ms; 0 where it starts there.
        after: f64,
    },
    /// A state is used up: the model ends there.
    Empties {
        /// Its name.
        state: String,
        /// When, ms.
        after: f64,
    },
    /// It goes on changing as long as it was followed.
    Drifts {
        /// The state that changes fastest in proportion.
        state: String,
        /// Its relative change, 1/ms.
        rate: f64,
        /// How long it was followed, ms.
        after: f64,
    },
    /// The integration did not get there: fast events that never end.
    Unsettled {
        /// Why.
        reason: String,
        /// How far it got, ms.
        after: f64,
    },
}

/// What the integration saw.
pub(super) struct Journey {
    times: Vec<f64>,
    places: Vec<Vec<f64>>,
    /// The last state.
    pub end: Vec<f64>,
    stopped: Option<SolveError>,
}

/// Follows the cell from `y0` until nothing moves, something fails, or for three years.
pub(super) fn travel(membrane: &Membrane, p: &[f64], y0: &[f64], coordinates: &Coordinates) -> Journey {
    let mut journey =
        Journey { times: vec![0.0], places: vec![coordinates.measure(y0)], end: y0.to_vec(), stopped: None };
    let options =
        Options { method: Method::Stiff, max_steps: MOST_STEPS, ..Options::with_tolerance(1e-6, 1e-9) };
    let mut t = 0.0;
    let mut next = 10.0;
    while next <= LAST {
        let times: Vec<f64> =
            (1..=PER_DECADE).map(|k| t + (next - t) * k as f64 / PER_DECADE as f64).collect();
        match solve(membrane, p, &journey.end, t, next, Output::At(&times), &options) {
            Ok(solution) => {
                for k in 0..times.len() {
                    journey.times.push(times[k]);
                    journey.places.push(coordinates.measure(solution.row(k)));
                }
                journey.end = solution.row(times.len() - 1).to_vec();
            }
            Err(error) => {
                journey.stopped = Some(error);
                break;
            }
        }
        let rate = relative_rates(membrane, p, &journey.end, coordinates).into_iter().fold(0.0, f64::max);
        if rate < 1e-14 || (next >= PATIENCE && rate * next < 1e-6) {
            break;
        }
        (t, next) = (next, 10.0 * next);
    }
    journey
}

/// |du/dt| of each state at `y`, 1/ms.
fn relative_rates(membrane: &Membrane, p: &[f64], y: &[f64], coordinates: &Coordinates) -> Vec<f64> {
    let mut work = vec![0.0; membrane.work_len()];
    membrane.prepare(0.0, p, &mut work);
    let mut f = vec![0.0; y.len()];
    membrane.eval(0.0, y, &mut work, &mut f);
    f.iter().zip(coordinates.slopes(y)).map(|(f, s)| (f / s).abs()).collect()
}

impl Journey {
    /// What it means, given the steady states that there are.
    pub fn verdict(
        &self,
        membrane: &Membrane,
        p: &[f64],
        coordinates: &Coordinates,
        found: &[(Found, usize)],
    ) -> Fate {
        let end = coordinates.measure(&self.end);
        let nearest = found
            .iter()
            .enumerate()
            .map(|(i, (state, _))| (i, distance(&state.u, &end)))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((state, _)) = nearest.filter(|(_, far)| *far < ARRIVED) {
            let target = &found[state].0.u;
            let away = self.places.iter().rposition(|place| distance(place, target) > ARRIVED);
            return Fate::Settles {
                state,
                after: away.map_or(0.0, |i| self.times[(i + 1).min(self.times.len() - 1)]),
            };
        }
        let reached = self.times.last().copied().unwrap_or(0.0);
        match &self.stopped {
            Some(SolveError::StepTooSmall { state, t, refusal: Refusal::NotPositive, .. }) => {
                Fate::Empties { state: state.clone(), after: *t }
            }
            Some(SolveError::StepTooSmall { t, .. } | SolveError::TooManySteps { t, .. }) => {
                let reason = self.stopped.as_ref().map(ToString::to_string).unwrap_or_default();
                Fate::Unsettled { reason, after: *t }
            }
            Some(other) => Fate::Unsettled { reason: other.to_string(), after: reached },
            None => {
                let rates = relative_rates(membrane, p, &self.end, coordinates);
                let fastest = rates.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
                let (i, rate) = fastest.map_or((0, 0.0), |(i, r)| (i, *r));
                Fate::Drifts { state: membrane.state_name(i), rate, after: reached }
            }
        }
    }
}
