//! Simulated datasets: many draws of one experiment's parameters, all recorded at the same times.

use crate::ranges::{Sampler, V_START};
use ndarray::{Array1, Array2};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use vrest_data::Dataset;
use vrest_data::dataset::{Interpolation, Stimulus};
use vrest_membrane::rest::{RestError, resting_potential};
use vrest_membrane::{Experiment, protocol::Start};
use vrest_ode::{Member, Options, SolveError, Trajectory, VectorField};

/// What to simulate.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The membrane under its protocol.
    pub experiment: &'a Experiment,
    /// What is drawn; resolved against that experiment.
    pub sampler: &'a Sampler,
    /// How many samples.
    pub samples: usize,
    /// Sample `i` depends on this seed and on `i` alone.
    pub seed: u64,
    /// Recording times in ms, ascending from 0.
    pub times: &'a [f64],
    /// Tolerances and method; its `cancel` flag stops the generation.
    pub options: Options<'a>,
    /// The state that is recorded, 0 for V.
    pub state: usize,
}

impl<'a> Plan<'a> {
    /// What its samples have in common, for the solver.
    fn span(&'a self, options: &'a Options<'a>) -> vrest_ode::Plan<'a> {
        let (t0, t1) = (self.times[0], self.times[self.times.len() - 1]);
        vrest_ode::Plan { t0, t1, times: self.times, record: std::slice::from_ref(&self.state), options }
    }
}

/// A sample that could not be simulated: reported with its parameters, and left out of the dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Its number.
    pub sample: usize,
    /// The drawn parameters by path.
    pub parameters: Vec<(String, f64)>,
    /// Why.
    pub reason: FailureReason,
}

/// Why a sample has no trajectory.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FailureReason {
    /// It has no resting potential to start from.
    #[error(transparent)]
    Rest(#[from] RestError),
    /// The integration failed.
    #[error(transparent)]
    Solve(#[from] SolveError),
}

/// A dataset and what was left out of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    /// The samples that succeeded, in order. `v_start` is no column of X: it is the first column of Y.
    pub dataset: Dataset,
    /// The samples that failed, in order.
    pub failures: Vec<Failure>,
    /// Steps of all solves together.
    pub steps: usize,
    /// Whether it was stopped before all samples were done; the finished ones are kept.
    pub cancelled: bool,
}

/// Why nothing was generated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GenerateError {
    /// More samples than the sequence has.
    #[error("a Sobol sequence has at most 65536 samples, not {samples}")]
    TooManySobol {
        /// How many were asked for.
        samples: usize,
    },
    /// Not one sample succeeded.
    #[error("no sample could be simulated; the first failed because {}", first.reason)]
    NothingLeft {
        /// The first failure.
        first: Box<Failure>,
    },
    /// Stopped before the first sample was done.
    #[error("stopped before the first sample was done")]
    Cancelled,
}

/// Simulates every sample, on the threads of the current rayon pool. `progress` is called after each with the
/// number done so far. The result does not depend on the number of threads.
///
/// # Errors
/// Only where there is nothing to return; single failures are listed in [`Generated::failures`].
pub fn generate(plan: &Plan<'_>, progress: &(dyn Fn(usize) + Sync)) -> Result<Generated, GenerateError> {
    if !plan.sampler.can_draw(plan.samples) {
        return Err(GenerateError::TooManySobol { samples: plan.samples });
    }
    let finished = AtomicUsize::new(0);
    let rows: Vec<OnceLock<Row>> = (0..plan.samples).map(|_| OnceLock::new()).collect();
    let keep = |i: usize, result| {
        if rows[i].set(Row { sample: i, drawn: plan.sampler.draw(plan.seed, i), result }).is_ok() {
            progress(finished.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    let stopped = || plan.options.cancel.is_some_and(|flag| flag.load(Ordering::Relaxed));
    let begin = |i: usize| {
        if stopped() {
            return None;
        }
        match start(plan, i) {
            Ok(member) => Some(member),
            Err(e) => {
                keep(i, Err(e.into()));
                None
            }
        }
    };
    let end = |i: usize, result: Result<Trajectory, SolveError>| match result {
        Ok(course) => {
            let stimulus = plan.experiment.stimulus(&parameters(plan, i), plan.times);
            keep(i, Ok((course.values, stimulus, course.stats.steps)));
        }
        Err(SolveError::Cancelled { .. }) => {}
        Err(e) => keep(i, Err(e.into())),
    };
    let span = plan.span(&plan.options);
    plan.experiment.ensemble(&span, plan.samples, &begin, &end);
    collect(plan, rows.into_iter().map(OnceLock::into_inner).collect())
}

/// The samples of a plan with parameters drawn and starts found: all that is left is to solve them.
#[derive(Debug)]
pub struct Ready<'a> {
    plan: &'a Plan<'a>,
    members: Vec<Member>,
}

impl<'a> Ready<'a> {
    /// Makes all samples ready.
    ///
    /// # Errors
    /// The first that has no rest to start from.
    pub fn new(plan: &'a Plan<'a>) -> Result<Self, RestError> {
        Ok(Ready { plan, members: (0..plan.samples).map(|i| start(plan, i)).collect::<Result<_, _>>()? })
    }

    /// The recorded state of all samples, row by row, under `options`. On the threads of the current rayon pool.
    ///
    /// # Errors
    /// The first sample that cannot be solved.
    pub fn trajectories(&self, options: &Options<'_>) -> Result<Vec<f64>, (usize, SolveError)> {
        let span = self.plan.span(options);
        let begin = |i: usize| Some(self.members[i].clone());
        in_rows(self.members.len(), self.plan.times.len(), |end| {
            self.plan.experiment.ensemble(&span, self.members.len(), &begin, end);
        })
    }
}

/// One recorded state of `n` members at `times` times, row by row, as `solve` hands them in.
///
/// # Errors
/// The first member that failed.
pub(crate) fn in_rows(
    n: usize,
    times: usize,
    solve: impl FnOnce(&(dyn Fn(usize, Result<Trajectory, SolveError>) + Sync)),
) -> Result<Vec<f64>, (usize, SolveError)> {
    let rows = Mutex::new((vec![0.0; n * times], None::<(usize, SolveError)>));
    solve(&|id, result| {
        let mut rows = rows.lock().expect("no thread panics");
        match result {
            Ok(course) => rows.0[id * times..(id + 1) * times].copy_from_slice(&course.values),
            Err(e) if rows.1.as_ref().is_none_or(|first| id < first.0) => rows.1 = Some((id, e)),
            Err(_) => {}
        }
    });
    let (rows, failure) = rows.into_inner().expect("no thread panics");
    failure.map_or(Ok(rows), Err)
}

/// A simulated sample: what was drawn, and V and the stimulus at the recording times.
struct Row {
    sample: usize,
    drawn: Vec<f64>,
    result: Result<(Vec<f64>, Vec<f64>, usize), FailureReason>,
}

/// All parameters of sample `i`.
fn parameters(plan: &Plan<'_>, i: usize) -> Vec<f64> {
    let mut p = plan.experiment.defaults();
    for (d, value) in plan.sampler.drawn.iter().zip(plan.sampler.draw(plan.seed, i)) {
        p[d.index] = value;
    }
    p
}

/// Sample `i` as it begins.
fn start(plan: &Plan<'_>, i: usize) -> Result<Member, RestError> {
    let (e, p) = (plan.experiment, parameters(plan, i));
    let start = match (e.v_start(), e.protocol().start) {
        (Some(at), _) => p[at],
        (None, Start::Voltage(v)) => v,
        (None, Start::Rest) => resting_potential(e.membrane(), &p[..e.membrane().params().len()])?,
    };
    let mut y0 = vec![0.0; e.n_states()];
    e.state_at(start, &p, &mut y0);
    Ok(Member { id: i, p, y0 })
}

fn collect(plan: &Plan<'_>, rows: Vec<Option<Row>>) -> Result<Generated, GenerateError> {
    let cancelled = rows.iter().any(Option::is_none);
    // The starting voltage is an initial condition, not a parameter of the dynamics.
    let columns: Vec<usize> =
        (0..plan.sampler.drawn.len()).filter(|&c| plan.sampler.drawn[c].info.path != V_START).collect();
    let (mut x, mut y, mut s) = (Vec::new(), Vec::new(), Vec::new());
    let (mut failures, mut steps, mut samples) = (Vec::new(), 0, 0);
    for row in rows.into_iter().flatten() {
        match row.result {
            Ok((v, stimulus, n)) => {
                x.extend(columns.iter().map(|&c| row.drawn[c]));
                y.extend(v);
                s.extend(stimulus);
                steps += n;
                samples += 1;
            }
            Err(reason) => {
                let names = plan.sampler.drawn.iter().map(|d| d.info.path.clone());
                failures.push(Failure {
                    sample: row.sample,
                    parameters: names.zip(row.drawn).collect(),
                    reason,
                });
            }
        }
    }
    if samples == 0 {
        return Err(match failures.into_iter().next() {
            Some(first) => GenerateError::NothingLeft { first: Box::new(first) },
            None => GenerateError::Cancelled,
        });
    }
    let times = plan.times.len();
    let array = |width: usize, values| {
        Array2::from_shape_vec((samples, width), values).expect("rows of equal length")
    };
    let info = |c: &usize| &plan.sampler.drawn[*c].info;
    let dataset = Dataset {
        x: array(columns.len(), x),
        y: array(times, y),
        t: Array1::from(plan.times.to_vec()),
        param_names: columns.iter().map(|c| info(c).path.clone()).collect(),
        param_units: columns.iter().map(|c| info(c).unit().to_string()).collect(),
        stimulus: plan.experiment.has_stimulus().then(|| Stimulus {
            values: array(times, s),
            interpolation: if plan.experiment.stimulus_is_stepped() {
                Interpolation::Previous
            } else {
                Interpolation::Linear
            },
        }),
    };
    Ok(Generated { dataset, failures, steps, cancelled })
}

#[cfg(test)]
mod tests;
