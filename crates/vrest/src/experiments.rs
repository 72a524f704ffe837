//! Simulating datasets for the commands that need one in passing.

use vrest_data::Dataset;
use vrest_learn::generate::{self, GenerateError, Generated, Plan, Ready};
use vrest_learn::ranges::Sampler;
use vrest_membrane::Experiment;
use vrest_membrane::nearest::nearest;
use vrest_ode::Options;

use crate::failure::Failure;
use crate::interrupt;
use crate::progress::Progress;
use crate::session::Session;

/// What to simulate.
#[derive(Clone)]
pub struct Simulation {
    /// The cell under its protocol.
    pub experiment: Experiment,
    /// What is drawn.
    pub sampler: Sampler,
    /// How many samples.
    pub samples: usize,
    /// How many times, evenly over the protocol.
    pub times: usize,
    /// The state that is recorded, 0 for V.
    pub state: usize,
    /// Sample `i` depends on this and `i` alone.
    pub seed: u64,
    /// Tolerances and method.
    pub options: Options<'static>,
}

/// Tolerances of datasets made in passing: far below what a comparison can see.
pub fn options() -> Options<'static> {
    Options { cancel: Some(interrupt::flag()), ..Options::with_tolerance(1e-8, 1e-8) }
}

/// `count` times from 0, evenly, the end left out: each stands for the interval that follows it.
pub fn times(duration: f64, count: usize) -> Vec<f64> {
    (0..count).map(|k| duration * k as f64 / count as f64).collect()
}

/// The place of the state called `name`.
///
/// # Errors
/// No such state.
pub fn recorded(experiment: &Experiment, name: &str) -> Result<usize, Failure> {
    let states = experiment.membrane().states();
    states.iter().position(|s| s.name == name).ok_or_else(|| {
        let names = || states.iter().map(|s| s.name.as_str());
        let hint = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                format!("its states are {}", names().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "))
            }
        };
        let cell = experiment.membrane().name();
        Failure::configuration(format!("`{cell}` has no state `{name}`")).with_hint(hint)
    })
}

impl Simulation {
    /// Simulates on the session's threads.
    ///
    /// # Errors
    /// Where there is not a single sample.
    pub fn run(&self, session: &Session, progress: &Progress) -> Result<Generated, Failure> {
        let made = self.with_plan(|plan| {
            let run = || generate::generate(plan, &|done| progress.set(done as u64, ""));
            Ok(session.pool()?.install(run))
        })?;
        made.map_err(|error| match error {
            GenerateError::Cancelled => {
                Failure::interrupted("not one sample was finished; nothing was written")
            }
            GenerateError::NothingLeft { .. } => Failure::unacceptable(error.to_string()),
            GenerateError::TooManySobol { .. } => Failure::configuration(error.to_string())
                .with_hint("take fewer samples, or `sampling = \"independent\"` in the ranges file"),
        })
    }

    /// `work` on the samples with their parameters drawn and starts found.
    ///
    /// # Errors
    /// Where one has no rest to start from, and those of `work`.
    pub fn ready<T>(&self, work: impl FnOnce(&Ready<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        self.with_plan(|plan| work(&Ready::new(plan).map_err(|e| Failure::unacceptable(e.to_string()))?))
    }

    fn with_plan<T>(&self, work: impl FnOnce(&Plan<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        work(&Plan {
            experiment: &self.experiment,
            sampler: &self.sampler,
            samples: self.samples,
            seed: self.seed,
            times: &times(self.experiment.protocol().duration, self.times),
            options: self.options.clone(),
            state: self.state,
        })
    }

    /// Simulates in passing: every sample or none.
    ///
    /// # Errors
    /// Where a sample failed, or the user interrupted.
    pub fn all(&self, session: &Session) -> Result<Dataset, Failure> {
        let progress = session.progress("simulate", "samples", self.samples as u64);
        let made = self.run(session, &progress)?;
        if made.cancelled {
            return Err(Failure::interrupted("nothing was written"));
        }
        match made.failures.first() {
            Some(first) => {
                Err(Failure::unacceptable(format!("sample {} failed: {}", first.sample, first.reason)))
            }
            None => Ok(made.dataset),
        }
    }
}
