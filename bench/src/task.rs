//! What a task of the bench is made of.

use serde::Serialize;

use crate::error::BenchError;
use crate::exchange::{Inputs, Reply, Run};

/// The work and its rows.
pub trait Task: Sync {
    /// What the task is called and measures.
    fn about(&self) -> About;
    /// Who does the work; the first row is ours on one core, which the ratios refer to.
    fn sides(&self) -> Vec<Side>;
    /// The work itself, smaller when `quick`.
    fn inputs(&self, quick: bool) -> Result<Inputs, BenchError>;
    /// The peer whose answer is the reference, where there is no exact one: its script and variant.
    fn reference(&self) -> Option<(&'static str, &'static str)> {
        None
    }
    /// How far a run is from the reference, in the unit of [`About::error`].
    fn error(&self, inputs: &Inputs, reference: Option<&Run>, run: &Run) -> f64;
    /// Our side: library calls, on the threads of the current rayon pool.
    fn ours(&self, inputs: &Inputs) -> Result<Reply, BenchError>;
    /// The relative tolerances of the work-precision picture; empty where the task has none.
    fn sweep(&self) -> &'static [f64] {
        &[]
    }
    /// What sets the runs of one side apart, where it has several: its row's name goes on with it, and the run agrees
    /// up to [`Run::rtol`].
    fn milestone(&self, _run: &Run) -> Option<String> {
        None
    }
}

/// A task's texts and targets.
#[derive(Debug, Clone)]
pub struct About {
    /// `B1` to `B8`.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// The work in a sentence.
    pub work: &'static str,
    /// What one piece of work is: "trajectory".
    pub item: &'static str,
    /// The unit of time that suits a piece of work.
    pub unit: Unit,
    /// What the error column shows, with its unit.
    pub error: &'static str,
    /// The ratios to reach.
    pub targets: Vec<Target>,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, Serialize)]
pub enum Unit {
    /// Microseconds.
    #[serde(rename = "us")]
    Microseconds,
    /// Milliseconds.
    #[serde(rename = "ms")]
    Milliseconds,
    /// Seconds.
    #[serde(rename = "s")]
    Seconds,
}

impl Unit {
    /// How many make a second.
    pub fn per_second(self) -> f64 {
        match self {
            Unit::Microseconds => 1e6,
            Unit::Milliseconds => 1e3,
            Unit::Seconds => 1.0,
        }
    }

    /// Its symbol.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::Microseconds => "us",
            Unit::Milliseconds => "ms",
            Unit::Seconds => "s",
        }
    }
}

/// One row of a task.
#[derive(Debug, Clone)]
pub struct Side {
    /// The folder's name, unique within the task.
    pub id: &'static str,
    /// The row's name.
    pub name: &'static str,
    /// Who.
    pub who: Who,
    /// The largest error with which this side still agrees.
    pub tolerance: f64,
}

/// Who does the work.
#[derive(Debug, Clone)]
pub enum Who {
    /// Our library with so many threads, on as many cores.
    Ours {
        /// Number of threads and cores.
        threads: usize,
    },
    /// A script of `peers/` with a variant.
    Peer {
        /// File name.
        script: &'static str,
        /// Passed on to the script.
        variant: &'static str,
    },
    /// A whole process whose wall time is the measurement.
    Process(Vec<String>),
}

/// A ratio to reach: the peer's time over ours.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The side's identifier.
    pub against: &'static str,
    /// The identifier of our row.
    pub ours: &'static str,
    /// What it must reach.
    pub at_least: f64,
    /// What it should reach.
    pub aim: f64,
}

impl Target {
    /// A target against the side `against`.
    pub fn new(against: &'static str, at_least: f64, aim: f64) -> Target {
        Target { against, ours: "vrest", at_least, aim }
    }

    /// The same for another row of ours.
    pub fn of(self, ours: &'static str) -> Target {
        Target { ours, ..self }
    }
}

/// The two rows of ours that every solver task has: one core, and two.
pub fn ours(tolerance: f64) -> [Side; 2] {
    [
        Side { id: "vrest", name: "**vrest**", who: Who::Ours { threads: 1 }, tolerance },
        Side { id: "vrest2", name: "vrest, two cores", who: Who::Ours { threads: 2 }, tolerance },
    ]
}

/// The same with a third row, of another way to do the work on one core.
pub fn ours_and(id: &'static str, name: &'static str, tolerance: f64) -> Vec<Side> {
    let mut sides = ours(tolerance).to_vec();
    sides.push(Side { id, name, who: Who::Ours { threads: 1 }, tolerance });
    sides
}

/// A row of a peer.
pub fn peer(
    id: &'static str,
    name: &'static str,
    (script, variant): (&'static str, &'static str),
    tolerance: f64,
) -> Side {
    Side { id, name, who: Who::Peer { script, variant }, tolerance }
}

/// The largest distance between the leading rows that two runs share, element by element; infinite where a
/// value is not finite or a run lacks the array.
pub fn largest_difference(reference: &Run, run: &Run, name: &str) -> f64 {
    let (Some(a), Some(b)) = (reference.arrays.get(name), run.arrays.get(name)) else {
        return f64::INFINITY;
    };
    if a.shape[1..] != b.shape[1..] {
        return f64::INFINITY;
    }
    let distance = |(x, y): (&f64, &f64)| if y.is_finite() { (x - y).abs() } else { f64::INFINITY };
    a.data.iter().zip(&b.data).map(distance).fold(0.0, f64::max)
}
