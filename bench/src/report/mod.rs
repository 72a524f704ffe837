//! What was measured, as data; `markdown` renders it for people, serde for programs.

mod markdown;
mod picture;

pub use markdown::render;
pub use picture::draw;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::exchange::Run;
use crate::machine::Machine;
use crate::measure::median;
use crate::task::{About, Side, Target, Unit, Who};

/// One session of the bench.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// True for figures that only show that all runs.
    pub quick: bool,
    /// How often each side was started anew.
    pub rounds: usize,
    /// The tasks that ran.
    pub tasks: Vec<TaskReport>,
}

impl Report {
    /// True when a side failed or disagreed.
    pub fn failed(&self) -> bool {
        self.tasks.iter().any(|t| t.failed)
    }

    /// Versions of all packages that took part.
    pub fn versions(&self) -> BTreeMap<&str, &str> {
        let all = self.tasks.iter().flat_map(|t| &t.versions);
        all.map(|(name, version)| (name.as_str(), version.as_str())).collect()
    }
}

/// One task.
#[derive(Debug, Serialize)]
pub struct TaskReport {
    /// `B1` to `B8`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// The work in a sentence.
    pub work: String,
    /// What a piece of work is.
    pub item: String,
    /// The unit in which times are shown (they are stored in seconds).
    pub unit: Unit,
    /// What the error is.
    pub error: String,
    /// One row a side.
    pub rows: Vec<Row>,
    /// The ratios to reach.
    pub targets: Vec<TargetRow>,
    /// Error against time over tolerances.
    pub curves: Vec<Curve>,
    /// Package versions behind the peers' rows.
    pub versions: BTreeMap<String, String>,
    /// True when a side failed or disagreed.
    pub failed: bool,
}

impl TaskReport {
    /// Gathers the parts.
    pub fn new(
        about: &About,
        rows: Vec<Row>,
        targets: Vec<TargetRow>,
        curves: Vec<Curve>,
        versions: BTreeMap<String, String>,
    ) -> TaskReport {
        TaskReport {
            id: about.id.into(),
            title: about.title.into(),
            work: about.work.into(),
            item: about.item.into(),
            unit: about.unit,
            error: about.error.into(),
            failed: rows.iter().any(|row| !row.agrees),
            rows,
            targets,
            curves,
            versions,
        }
    }

    /// How much faster we are on two cores than on one.
    pub fn second_core(&self) -> Option<f64> {
        let median = |threads| self.rows.iter().find(|r| r.threads == Some(threads)).and_then(|r| r.median_s);
        Some(median(1)? / median(2)?)
    }
}

/// One side's result.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The side's identifier.
    pub id: String,
    /// The row's name.
    pub name: String,
    /// Our threads; absent for others.
    pub threads: Option<usize>,
    /// Median seconds a piece of work.
    pub median_s: Option<f64>,
    /// Least and most seconds a piece of work.
    pub range_s: Option<(f64, f64)>,
    /// Its time over ours on one core.
    pub ratio: Option<f64>,
    /// The worst error over the rounds.
    pub error: Option<f64>,
    /// The error up to which it agrees.
    pub tolerance: f64,
    /// True when it finished and agrees.
    pub agrees: bool,
    /// Seconds of the first, untimed repetition.
    pub warm_up_s: Option<f64>,
    /// Why it gave no result.
    pub failure: Option<String>,
}

impl Row {
    /// A side's row; `base` is our own time for a piece of work on one core.
    pub fn new(side: &Side, run: Option<(&Run, f64)>, failure: Option<&String>, base: Option<f64>) -> Row {
        let (run, error) = run.unzip();
        let item = |s: f64, run: &Run| s / run.items as f64;
        let median_s = run.map(|r| item(median(&r.seconds), r)).filter(|m| m.is_finite());
        let range = |run: &Run| {
            let low = run.seconds.iter().copied().fold(f64::INFINITY, f64::min);
            let high = run.seconds.iter().copied().fold(0.0, f64::max);
            (item(low, run), item(high, run))
        };
        Row {
            id: side.id.into(),
            name: side.name.into(),
            threads: if let Who::Ours { threads } = side.who { Some(threads) } else { None },
            median_s,
            range_s: run.map(range),
            ratio: median_s.zip(base).map(|(peer, ours)| peer / ours),
            error,
            tolerance: side.tolerance,
            agrees: failure.is_none() && error.is_some_and(|e| e <= side.tolerance),
            warm_up_s: run.map(|r| r.warm_up_s),
            failure: failure.cloned(),
        }
    }

    /// Makes it the row of the side's `k`-th milestone, which an error up to `tolerance` reaches.
    pub fn reaches(&mut self, milestone: &str, k: usize, tolerance: f64) {
        self.name += &format!(" {milestone}");
        if k > 0 {
            self.id += &format!(" {milestone}");
        }
        self.tolerance = tolerance;
        self.agrees = self.failure.is_none() && self.error.is_some_and(|e| e <= tolerance);
    }
}

/// A ratio to reach, and what was reached.
#[derive(Debug, Serialize)]
pub struct TargetRow {
    /// The peer's row name, and ours where it is not the first.
    pub against: String,
    /// What it must be.
    pub at_least: f64,
    /// What it should be.
    pub aim: f64,
    /// What it is; absent when the peer did not run.
    pub ratio: Option<f64>,
}

impl TargetRow {
    /// Looks the peer up among the rows.
    pub fn new(target: &Target, rows: &[Row]) -> TargetRow {
        let find = |id: &str| rows.iter().find(|r| r.id == id);
        let (row, ours) = (find(target.against), find(target.ours));
        let mut against = row.map_or(target.against, |r| &r.name).to_string();
        if target.ours != "vrest" {
            against += &format!(" by {}", target.ours);
        }
        TargetRow {
            against,
            at_least: target.at_least,
            aim: target.aim,
            ratio: row
                .and_then(|r| r.median_s)
                .zip(ours.and_then(|r| r.median_s))
                .map(|(peer, ours)| peer / ours),
        }
    }

    /// A word for the table.
    pub fn verdict(&self) -> &'static str {
        match self.ratio {
            None => "not measured",
            Some(r) if r >= self.aim => "aim reached",
            Some(r) if r >= self.at_least => "reached",
            Some(_) => "**short**",
        }
    }
}

/// Error against seconds a piece of work, over tolerances.
#[derive(Debug, Serialize)]
pub struct Curve {
    /// The side's name.
    pub name: String,
    /// (error, seconds).
    pub points: Vec<(f64, f64)>,
}
