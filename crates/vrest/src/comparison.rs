//! Everybody who predicts, on everything that is to be predicted: errors and wall time, side by side.

use std::time::{Duration, Instant};

use ndarray::Array2;
use serde::Serialize;
use vrest_data::Dataset;
use vrest_learn::Model;
use vrest_learn::compare::{Baseline, BaselineKind, Portrait, Score, portrait, score};
use vrest_ode::{Options, SolveError};

use crate::experiments::Simulation;
use crate::failure::Failure;
use crate::numbers::{fixed, significant};
use crate::session::{Answer, Paint, Session};
use crate::table::{Align, Table};

/// The learned model's name in tables.
pub const NEURAL_ODE: &str = "neural ODE";

/// Tolerances that the physics is tried with, loosest first: the first that is as near to the truth as the learned
/// model says what the physics costs at the model's accuracy.
const TOLERANCES: [f64; 5] = [1e-2, 1e-3, 1e-4, 1e-6, 1e-8];

/// Predicts the voltages of a dataset from its parameters, stimuli and first voltages: \[samples, times\] in mV.
pub type Predict<'a> = dyn Fn(&Dataset) -> Array2<f64> + 'a;

/// Trajectories to predict.
pub struct Task {
    /// `test`, `outside`, `new stimulus`.
    pub name: &'static str,
    /// What is special about them.
    pub about: String,
    /// The truth.
    pub truth: Dataset,
    /// How the physics makes them, where that is known.
    pub simulation: Option<Simulation>,
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
    /// What the physics takes to be as near to the truth as the learned model, where it can be asked.
    pub physics: Option<PhysicsCost>,
    /// In the order they were named.
    pub contenders: Vec<Entry>,
    /// The truth, for pictures.
    #[serde(skip)]
    pub truth: Dataset,
    /// The fields of the median trajectory, for a picture.
    #[serde(skip)]
    pub portrait: Option<Portrait>,
}

/// The physics at the accuracy of the learned model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PhysicsCost {
    /// Relative tolerance, and absolute in mV.
    pub tolerance: f64,
    /// RMSE at this tolerance against the truth, mV.
    pub rmse_mv: f64,
    /// Wall time, us a trajectory.
    pub us_per_trajectory: f64,
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

impl Task {
    /// Trajectories that the physics makes now.
    ///
    /// # Errors
    /// Where one cannot be simulated, or the user interrupted.
    pub fn simulated(
        name: &'static str,
        about: &str,
        simulation: Simulation,
        session: &Session,
    ) -> Result<Task, Failure> {
        let truth = simulation.all(session)?;
        Ok(Task { name, about: about.into(), truth, simulation: Some(simulation) })
    }
}

impl Comparison {
    /// Lets a model and the baselines fitted to its `training` data predict every task.
    ///
    /// # Errors
    /// Where the physics cannot be run again, or the user interrupted.
    pub fn of_model(
        tasks: Vec<Task>,
        model: &Model,
        training: &Dataset,
        session: &Session,
    ) -> Result<Comparison, Failure> {
        let pool = session.pool()?;
        // A trajectory that cannot be integrated is no number in every table.
        let predict = |data: &Dataset| {
            let predicted = pool.install(|| model.predict(data));
            predicted.unwrap_or_else(|_| Array2::from_elem(data.y.dim(), f64::NAN))
        };
        let constant = Baseline::fit(BaselineKind::ConstantSteadyState, training);
        let exponential = Baseline::fit(BaselineKind::FirstOrderExponential, training);
        let contenders: [(&str, &Predict); 3] = [
            (NEURAL_ODE, &predict),
            ("constant steady state", &|data| constant.predict(data)),
            ("first-order exponential", &|data| exponential.predict(data)),
        ];
        let splits = tasks.into_iter().map(|task| split(task, model, &contenders, session));
        Ok(Comparison { splits: splits.collect::<Result<_, _>>()? })
    }
}

fn split(
    task: Task,
    model: &Model,
    contenders: &[(&str, &Predict)],
    session: &Session,
) -> Result<Split, Failure> {
    let samples = task.truth.samples();
    let entries = contenders.iter().map(|(name, predict)| {
        let (predicted, time) = timed(|| predict(&task.truth));
        let us_per_trajectory = per_trajectory(time, samples);
        let score = score(&task.truth, predicted.view());
        Entry { name: name.to_string(), us_per_trajectory, score, predicted }
    });
    let mut split = Split {
        name: task.name,
        about: task.about,
        samples,
        physics: None,
        contenders: entries.collect(),
        truth: task.truth,
        portrait: None,
    };
    let Some(score) = split.entry(NEURAL_ODE).and_then(|e| e.score.as_ref()) else { return Ok(split) };
    let physics = task.simulation.as_ref().map(|s| &s.experiment);
    let median = score.by_error()[samples / 2];
    let drawn = portrait(model, &split.truth, median, physics).ok();
    if let Some(simulation) = &task.simulation {
        split.physics = Some(cost(simulation, &split.truth, score.whole.rmse, session)?);
    }
    split.portrait = drawn;
    Ok(split)
}

fn per_trajectory(time: Duration, samples: usize) -> f64 {
    1e6 * time.as_secs_f64() / samples.max(1) as f64
}

/// Work is repeated until it has taken this long, so that fast work is not judged by a moment of the machine.
const LONG_ENOUGH: Duration = Duration::from_millis(10);

/// What `work` gives, and the shortest time that it took.
fn timed<T>(mut work: impl FnMut() -> T) -> (T, Duration) {
    let (mut shortest, mut spent) = (Duration::MAX, Duration::ZERO);
    loop {
        let begun = Instant::now();
        let result = work();
        let time = begun.elapsed();
        (shortest, spent) = (shortest.min(time), spent + time);
        if spent >= LONG_ENOUGH {
            return (result, shortest);
        }
    }
}

/// What the physics takes to come within `rmse` (mV) of the truth, or as near as it comes. Like the model it is given
/// every sample's parameters and start.
fn cost(
    simulation: &Simulation,
    truth: &Dataset,
    rmse: f64,
    session: &Session,
) -> Result<PhysicsCost, Failure> {
    let pool = session.pool()?;
    simulation.ready(|samples| {
        let run = |tolerance: f64| {
            let cancel = simulation.options.cancel;
            let options = Options { cancel, ..Options::with_tolerance(tolerance, tolerance) };
            pool.install(|| samples.trajectories(&options)).map_err(|(sample, error)| match error {
                SolveError::Cancelled { .. } => Failure::interrupted("nothing was written"),
                error => Failure::unacceptable(format!("sample {sample} failed: {error}")),
            })
        };
        let mut reached = None;
        for tolerance in TOLERANCES {
            let made = run(tolerance)?;
            let square: f64 = made.iter().zip(&truth.y).map(|(a, b)| (a - b).powi(2)).sum();
            let rmse_mv = (square / made.len() as f64).sqrt();
            reached = Some((tolerance, rmse_mv));
            if rmse_mv <= rmse {
                break;
            }
        }
        let (tolerance, rmse_mv) = reached.expect("there are tolerances");
        let (_, time) = timed(|| run(tolerance));
        Ok(PhysicsCost { tolerance, rmse_mv, us_per_trajectory: per_trajectory(time, truth.samples()) })
    })
}

impl Split {
    /// The entry of this name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.contenders.iter().find(|e| e.name == name)
    }

    /// Who is faster at the same accuracy, physics or model, in a sentence; none where the physics is not known.
    pub fn verdict(&self) -> Option<String> {
        let (physics, model) = (self.physics?, self.entry(NEURAL_ODE)?);
        let (p, m) = (physics.us_per_trajectory, model.us_per_trajectory);
        let said = if p <= m { "the physics wins" } else { "the model wins" };
        Some(format!(
            "at this accuracy the physics takes {} us a trajectory and the {NEURAL_ODE} {} us: {said}, {} times faster",
            significant(p, 3),
            significant(m, 3),
            significant(p.max(m) / p.min(m), 2)
        ))
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
            let physics = split.verdict().map_or(String::new(), |said| format!("  {said}\n"));
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
