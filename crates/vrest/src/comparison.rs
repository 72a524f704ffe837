//! Everybody who predicts, on everything that is to be predicted: errors and wall time, side by side.

use std::time::{Duration, Instant};

use ndarray::Array2;
use serde::Serialize;
use vrest_data::Dataset;
use vrest_learn::compare::{Score, score};

use crate::numbers::{fixed, significant};
use crate::session::{Answer, Paint};
use crate::table::{Align, Table};

/// Predicts the voltages of a dataset from its parameters, stimuli and first voltages: \[samples, times\] in mV.
pub type Predict<'a> = dyn Fn(&Dataset) -> Array2<f64> + 'a;

/// Trajectories to predict, simulated by the physics.
pub struct Task {
    /// `test`, `outside`, `new stimulus`.
    pub name: &'static str,
    /// What is special about them.
    pub about: String,
    /// The truth.
    pub truth: Dataset,
    /// What the physics took for them, where it was there to be timed.
    pub physics: Option<Duration>,
}

/// All predictions of all tasks.
#[derive(Serialize)]
pub struct Comparison {
    /// One a task.
    pub splits: Vec<Split>,
}

/// One task and everybody's predictions.
#[derive(Serialize)]
pub struct Split {
    /// The task's name.
    pub name: &'static str,
    /// What is special about it.
    pub about: String,
    /// How many trajectories.
    pub samples: usize,
    /// Wall time of the physics, us a trajectory.
    pub physics_us_per_trajectory: Option<f64>,
    /// In the order they were named.
    pub contenders: Vec<Entry>,
    /// The truth, for pictures.
    #[serde(skip)]
    pub truth: Dataset,
}

/// One contender on one task.
#[derive(Serialize)]
pub struct Entry {
    /// Who.
    pub name: String,
    /// Wall time, us a trajectory.
    pub us_per_trajectory: f64,
    /// Errors in mV; none if not a single number came out.
    pub score: Option<Score>,
    /// The predictions, for pictures.
    #[serde(skip)]
    pub predicted: Array2<f64>,
}

impl Comparison {
    /// Lets every contender predict every task.
    pub fn run(tasks: Vec<Task>, contenders: &[(&str, &Predict)]) -> Comparison {
        let splits = tasks.into_iter().map(|task| split(task, contenders)).collect();
        Comparison { splits }
    }
}

fn split(task: Task, contenders: &[(&str, &Predict)]) -> Split {
    let samples = task.truth.samples();
    let per_trajectory = |time: Duration| 1e6 * time.as_secs_f64() / samples.max(1) as f64;
    let entries = contenders.iter().map(|(name, predict)| {
        let begun = Instant::now();
        let predicted = predict(&task.truth);
        let us_per_trajectory = per_trajectory(begun.elapsed());
        let score = score(&task.truth, predicted.view());
        Entry { name: name.to_string(), us_per_trajectory, score, predicted }
    });
    Split {
        name: task.name,
        about: task.about,
        samples,
        physics_us_per_trajectory: task.physics.map(per_trajectory),
        contenders: entries.collect(),
        truth: task.truth,
    }
}

impl Split {
    /// The entry of this name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.contenders.iter().find(|e| e.name == name)
    }

    /// Who has the smallest error over the whole trace.
    pub fn best(&self) -> Option<&Entry> {
        let rmse = |e: &&Entry| e.score.as_ref().map_or(f64::INFINITY, |s| s.whole.rmse);
        self.contenders.iter().min_by(|a, b| rmse(a).total_cmp(&rmse(b)))
    }
}

impl Answer for Comparison {
    fn text(&self, paint: Paint) -> String {
        let one = |split: &Split| {
            let title = format!("{}: {}", split.name, split.about);
            let physics = split.physics_us_per_trajectory.map_or(String::new(), |us| {
                format!("  the physics itself takes {} us a trajectory\n", significant(us, 3))
            });
            format!("{}\n{}{}", paint.bold(&title), rows(split).text(paint), paint.dim(&physics))
        };
        self.splits.iter().map(one).collect::<Vec<_>>().join("\n")
    }

    fn csv(&self) -> Table {
        let mut table = Table::new([
            ("split", Align::Left),
            ("contender", Align::Left),
            ("rmse (mV)", Align::Right),
            ("mae (mV)", Align::Right),
            ("max (mV)", Align::Right),
            ("r2", Align::Right),
            ("rmse of transients (mV)", Align::Right),
            ("rmse of steady states (mV)", Align::Right),
            ("time per trajectory (us)", Align::Right),
        ]);
        for (split, entry) in self.splits.iter().flat_map(|s| s.contenders.iter().map(move |e| (s, e))) {
            let Some(s) = &entry.score else { continue };
            let or_empty = |x: Option<f64>| x.map_or(String::new(), |x| format!("{x}"));
            table.row([
                split.name.into(),
                entry.name.clone(),
                format!("{}", s.whole.rmse),
                format!("{}", s.whole.mae),
                format!("{}", s.whole.max),
                or_empty(s.whole.r2),
                or_empty(s.transients.map(|e| e.rmse)),
                or_empty(s.steady_state.map(|e| e.rmse)),
                format!("{}", entry.us_per_trajectory),
            ]);
        }
        table
    }
}

/// One split for people: errors in mV.
fn rows(split: &Split) -> Table {
    let mut table = Table::new([
        ("errors in mV", Align::Left),
        ("RMSE", Align::Right),
        ("MAE", Align::Right),
        ("max", Align::Right),
        ("R2", Align::Right),
        ("transients", Align::Right),
        ("steady state", Align::Right),
        ("median trace", Align::Right),
        ("us a trace", Align::Right),
    ]);
    for entry in &split.contenders {
        let none = || "-".to_string();
        let Some(s) = &entry.score else {
            table.row([
                entry.name.clone(),
                "no numbers".into(),
                none(),
                none(),
                none(),
                none(),
                none(),
                none(),
                none(),
            ]);
            continue;
        };
        table.row([
            entry.name.clone(),
            fixed(s.whole.rmse, 3),
            fixed(s.whole.mae, 3),
            fixed(s.whole.max, 2),
            s.whole.r2.map_or_else(none, |r2| fixed(r2, 5)),
            s.transients.map_or_else(none, |e| fixed(e.rmse, 3)),
            s.steady_state.map_or_else(none, |e| fixed(e.rmse, 3)),
            fixed(s.per_trajectory.median, 3),
            significant(entry.us_per_trajectory, 3),
        ]);
    }
    table
}
