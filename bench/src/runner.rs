//! Runs the sides of a task in turn and gathers what they say.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::error::BenchError;
use crate::exchange::{Inputs, Reply, Run};
use crate::measure::median;
use crate::process::{finish, pinned};
use crate::python::Python;
use crate::report::{Curve, Row, TargetRow, TaskReport};
use crate::task::{Side, Task, Who};

/// Seconds after which a side has taken enough of them and sits out the rounds that follow.
pub const ENOUGH_S: f64 = 30.0;

/// Seconds that the repetitions of a side take in a round, at least.
const LEAST_S: f64 = 1.0;

/// The same of every tolerance of a work-precision picture.
const LEAST_OF_A_POINT_S: f64 = 0.1;

/// How to measure.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Small work, one round: to see that all runs, not to quote.
    pub quick: bool,
    /// How often each side is started anew, in turn with the others, up to [`ENOUGH_S`].
    pub rounds: usize,
    /// Where tasks and replies are written.
    pub folder: PathBuf,
    /// The peers' Python.
    pub python: Python,
}

/// Measures a task; a side that fails makes its row and the task failed, and the others go on.
pub fn run(task: &dyn Task, plan: &Plan) -> Result<TaskReport, BenchError> {
    let about = task.about();
    let folder = plan.folder.join(about.id);
    let inputs = task.inputs(plan.quick)?.set("least_s", if plan.quick { 0.0 } else { LEAST_S });
    inputs.write(&folder)?;
    // Without the reference no side can agree, and the report says so.
    let reference = reference(task, plan, &folder).unwrap_or_else(|e| {
        eprintln!("{e}");
        None
    });
    let sides = task.sides();
    // By side and by the place of the run among the side's.
    let mut pooled: BTreeMap<(&str, usize), (Run, f64)> = BTreeMap::new();
    let mut failures: BTreeMap<&str, String> = BTreeMap::new();
    let mut versions = BTreeMap::new();
    let mut spent_s: BTreeMap<&str, f64> = BTreeMap::new();
    for round in 1..=plan.rounds {
        for side in &sides {
            let spent_s = spent_s.entry(side.id).or_default();
            if failures.contains_key(side.id) || *spent_s > ENOUGH_S {
                continue;
            }
            eprintln!("{} round {round}/{}: {}", about.id, plan.rounds, side.name.replace("**", ""));
            let begun = Instant::now();
            let reply = start(side, about.id, plan, &folder, &inputs);
            *spent_s += begun.elapsed().as_secs_f64();
            let reply = match reply {
                Ok(reply) => reply,
                Err(e) => {
                    eprintln!("{e}");
                    failures.insert(side.id, e.to_string());
                    continue;
                }
            };
            versions.extend(reply.versions);
            for (k, run) in reply.runs.into_iter().enumerate() {
                let error = task.error(&inputs, reference.as_ref(), &run);
                let error = if error.is_nan() { f64::INFINITY } else { error };
                match pooled.entry((side.id, k)) {
                    Entry::Vacant(place) => {
                        place.insert((run, error));
                    }
                    Entry::Occupied(mut place) => {
                        let (pool, worst) = place.get_mut();
                        pool.seconds.extend(&run.seconds);
                        *worst = worst.max(error);
                    }
                }
            }
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    let base = pooled.get(&("vrest", 0)).map(|(run, _)| median(&run.seconds) / run.items as f64);
    for side in &sides {
        let runs = pooled.range((side.id, 0)..=(side.id, usize::MAX));
        for (&(_, k), (run, error)) in runs.clone() {
            let mut row = Row::new(side, Some((run, *error)), failures.get(side.id), base);
            if let Some(milestone) = task.milestone(run) {
                row.reaches(&milestone, k, run.rtol.unwrap_or(side.tolerance));
            }
            rows.push(row);
        }
        if runs.count() == 0 {
            rows.push(Row::new(side, None, failures.get(side.id), base));
        }
    }
    let targets = about.targets.iter().map(|target| TargetRow::new(target, &rows)).collect();
    let mut curves = if plan.quick { Vec::new() } else { curves(task, plan, &folder, reference.as_ref())? };
    // Milestones make a picture too: error against time for whoever reached one.
    if pooled.keys().any(|&(_, k)| k > 0) {
        for side in sides.iter().filter(|side| side.id != "vrest2") {
            let runs = pooled.range((side.id, 0)..=(side.id, usize::MAX)).map(|(_, run)| run);
            let points: Vec<_> =
                runs.map(|(run, error)| (*error, median(&run.seconds) / run.items as f64)).collect();
            if !points.is_empty() {
                curves.push(Curve { name: side.name.replace("**", ""), points });
            }
        }
    }
    Ok(TaskReport::new(&about, rows, targets, curves, versions))
}

fn reference(task: &dyn Task, plan: &Plan, folder: &Path) -> Result<Option<Run>, BenchError> {
    let Some((script, variant)) = task.reference() else { return Ok(None) };
    eprintln!("{} reference", task.about().id);
    let reply_folder = folder.join("reference");
    std::fs::create_dir_all(&reply_folder).map_err(BenchError::file("create", &reply_folder))?;
    finish("the reference", peer_command(&plan.python, script, variant, folder, &reply_folder))?;
    Ok(Reply::read(&reply_folder)?.runs.into_iter().next())
}

fn peer_command(python: &Python, script: &str, variant: &str, folder: &Path, reply: &Path) -> Command {
    let mut command = pinned(&python.interpreter, 1);
    command.arg(python.scripts.join(script)).arg(folder).arg(reply).arg(variant);
    command
}

/// Starts one side on the task in `folder` and reads its reply.
fn start(side: &Side, task: &str, plan: &Plan, folder: &Path, inputs: &Inputs) -> Result<Reply, BenchError> {
    let reply = folder.join(side.id);
    std::fs::create_dir_all(&reply).map_err(BenchError::file("create", &reply))?;
    match &side.who {
        Who::Ours { threads } => {
            let this = std::env::current_exe().map_err(BenchError::file("find", Path::new("vrest-bench")))?;
            let mut command = pinned(&this, *threads);
            command.arg("side").arg(task).arg(folder).arg(&reply).args(["--threads", &threads.to_string()]);
            finish(side.name, command)?;
            Reply::read(&reply)
        }
        Who::Peer { script, variant } => {
            finish(side.name, peer_command(&plan.python, script, variant, folder, &reply))?;
            Reply::read(&reply)
        }
        Who::Process(words) => {
            let program = match words[0].as_str() {
                "python" => plan.python.interpreter.clone(),
                "vrest" => crate::process::build_vrest()?,
                other => PathBuf::from(other),
            };
            time_processes(side, &program, &words[1..], inputs)
        }
    }
}

fn time_processes(
    side: &Side,
    program: &Path,
    words: &[String],
    inputs: &Inputs,
) -> Result<Reply, BenchError> {
    let once = || -> Result<f64, BenchError> {
        let mut command = pinned(program, 1);
        command.args(words);
        let start = Instant::now();
        finish(side.name, command)?;
        Ok(start.elapsed().as_secs_f64())
    };
    let warm_up_s = once()?;
    let repetitions = inputs.number("repetitions") as usize;
    let seconds = (0..repetitions).map(|_| once()).collect::<Result<Vec<_>, _>>()?;
    let run = Run { seconds, items: 1, warm_up_s, ..Run::default() };
    Ok(Reply { runs: vec![run], ..Reply::default() })
}

/// Error against time over the task's tolerances, one curve a side.
fn curves(
    task: &dyn Task,
    plan: &Plan,
    folder: &Path,
    reference: Option<&Run>,
) -> Result<Vec<Curve>, BenchError> {
    if task.sweep().is_empty() {
        return Ok(Vec::new());
    }
    let about = task.about();
    let inputs = task.inputs(plan.quick)?.set("rtols", task.sweep().to_vec());
    let inputs = inputs.set("repetitions", 3).set("least_s", LEAST_OF_A_POINT_S);
    let folder = folder.join("sweep");
    inputs.write(&folder)?;
    let mut curves = Vec::new();
    for side in task.sides() {
        if side.id == "vrest2" {
            continue;
        }
        eprintln!("{} over tolerances: {}", about.id, side.name.replace("**", ""));
        let Ok(reply) = start(&side, about.id, plan, &folder, &inputs) else { continue };
        let point = |run: &Run| {
            let error = task.error(&inputs, reference, run);
            (error.max(f64::MIN_POSITIVE), median(&run.seconds) / run.items as f64)
        };
        let points: Vec<(f64, f64)> = reply.runs.iter().map(point).filter(|p| p.0.is_finite()).collect();
        curves.push(Curve { name: side.name.replace("**", ""), points });
    }
    Ok(curves)
}
