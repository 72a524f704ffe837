//! Which parameters of an experiment are drawn for a dataset, and from where.
//!
//! A ranges file names parameters by path and knows no cell; [`Ranges::resolve`] brings it to an experiment, and
//! only then is it known what each parameter measures and which values it may take. Sample `i` of a seed is a
//! function of (seed, i) alone, so any number of threads or shards draws the same dataset.

mod distribution;
mod read;
mod schema;

pub use distribution::Distribution;
pub use schema::schema;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use std::ops::Range;
use vrest_membrane::units::Quantity;
use vrest_membrane::{Experiment, Fault, ParamInfo, Problem, reader};

/// The path of the starting voltage, which is drawn like a parameter and stands in the first column of Y.
pub const V_START: &str = "v_start";

/// The longest Sobol sequence there is.
const MOST_SOBOL: usize = 1 << 16;

/// How points are spread over the ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sampling {
    /// Every number drawn for itself.
    #[default]
    Independent,
    /// An Owen-scrambled Sobol sequence: even coverage, at most 65,536 samples.
    Sobol,
}

/// A ranges file.
#[derive(Debug, Clone)]
pub struct Ranges {
    /// Short name.
    pub name: String,
    /// One or two sentences.
    pub description: String,
    /// How points are spread.
    pub sampling: Sampling,
    entries: Vec<Entry>,
}

/// One line of the file: a path, and its distribution in quantities whose dimension is not yet known.
#[derive(Debug, Clone)]
struct Entry {
    path: String,
    span: Range<usize>,
    kind: Kind,
    quantities: Vec<(Quantity, Range<usize>)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Uniform,
    LogUniform,
    Normal,
    Fixed,
}

/// One drawn parameter of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Its path and meaning.
    pub info: ParamInfo,
    /// Its place in the experiment's parameter vector.
    pub index: usize,
    /// Where it is drawn from, in the unit of `info`.
    pub distribution: Distribution,
}

/// Ranges resolved against an experiment: a sampler.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampler {
    /// The drawn parameters, in the order of the file.
    pub drawn: Vec<Drawn>,
    /// How points are spread.
    pub sampling: Sampling,
}

impl Ranges {
    /// Reads a ranges file.
    ///
    /// # Errors
    /// All problems of the file at once.
    pub fn parse(text: &str) -> Result<Ranges, Vec<Problem>> {
        reader::read(text, read::ranges).map(|(ranges, _)| ranges)
    }

    /// Whether the starting voltage is drawn, so that the protocol must start at a voltage.
    pub fn draws_start(&self) -> bool {
        self.entries.iter().any(|e| e.path == V_START)
    }

    /// Finds every path in `experiment`.
    ///
    /// # Errors
    /// All problems at once, with spans in the ranges file: unknown paths, wrong units, a low end above the high
    /// one, values that the parameter cannot take.
    pub fn resolve(&self, experiment: &Experiment) -> Result<Sampler, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut drawn: Vec<Drawn> = Vec::new();
        for e in &self.entries {
            match read::resolve(e, experiment) {
                Ok(d) => drawn.push(d),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(Sampler { drawn, sampling: self.sampling }) } else { Err(problems) }
    }
}

impl Sampler {
    /// The values of sample `i`, one for each of [`drawn`](Self::drawn).
    pub fn draw(&self, seed: u64, i: usize) -> Vec<f64> {
        let uniform: Vec<f64> = match self.sampling {
            Sampling::Independent => {
                let mut stream = ChaCha8Rng::seed_from_u64(seed);
                stream.set_stream(i as u64);
                // The upper 53 bits, moved off 0 so that quantiles stay finite.
                self.drawn.iter().map(|_| ((stream.next_u64() >> 11) as f64 + 0.5) * 2f64.powi(-53)).collect()
            }
            Sampling::Sobol => (0..self.drawn.len() as u32)
                .map(|d| {
                    // 256 dimensions a seed; the fraction is f32, moved to the middle of its step.
                    let u = sobol_burley::sample(i as u32, d % 256, seed as u32 ^ (d / 256));
                    (f64::from(u) + 2f64.powi(-25)).min(1.0 - 2f64.powi(-25))
                })
                .collect(),
        };
        self.drawn.iter().zip(uniform).map(|(d, u)| d.distribution.quantile(u)).collect()
    }

    /// The same ranges, each wider by `fraction` of its width on both sides, kept to what a parameter can take:
    /// where a learned model has never been.
    pub fn widened(&self, fraction: f64) -> Sampler {
        let mut wider = self.clone();
        for d in &mut wider.drawn {
            d.distribution = d.distribution.widened(fraction, &d.info.spec);
        }
        wider
    }

    /// Whether `samples` points can be drawn.
    pub fn can_draw(&self, samples: usize) -> bool {
        self.sampling == Sampling::Independent || samples <= MOST_SOBOL
    }
}

/// A problem of a range itself.
fn inconsistent(span: Range<usize>, message: String, hint: Option<String>) -> Problem {
    Problem::error(span, Fault::Inconsistent { message, hint })
}

#[cfg(test)]
mod tests;
