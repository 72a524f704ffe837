//! Instruction counts of the hottest kernels: what a change costs, without the noise of a shared machine.
//!
//! Our side of a task runs under Callgrind twice, with one repetition and with three; half the difference is one
//! repetition, free of start-up and files. Counts are those of AVX2, which Valgrind knows (it does not know AVX-512).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::BenchError;
use crate::exchange::Inputs;
use crate::tasks::{self, hh_ensemble::FORMULAS, network::EVERY_STAGE};

/// The tasks whose kernels are watched, with the row of ours.
const WATCHED: [(&str, &str); 7] = [
    ("B1", OURS),
    ("B2", OURS),
    ("B2", FORMULAS),
    ("B3", OURS),
    ("B4", OURS),
    ("B4", EVERY_STAGE),
    ("B8", OURS),
];
/// The one of them whose work grows in proportion to trajectories and steps.
const LINEAR: (&str, &str) = ("B4", EVERY_STAGE);
/// The row that every task has.
const OURS: &str = "vrest";
/// The growth of a count that is called a regression.
const TOLERANCE: f64 = 0.05;

/// Counts, compares with the committed counts and prints a table. Returns false where a count has grown. With `update`
/// the counts become the committed ones.
pub fn check(folder: &Path, update: bool) -> Result<bool, BenchError> {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.json");
    let text = std::fs::read_to_string(&committed).unwrap_or_else(|_| "{}".into());
    let before: BTreeMap<String, u64> = serde_json::from_str(&text).map_err(BenchError::ours)?;
    let mut now = BTreeMap::new();
    let mut good = true;
    println!("{:<12} {:<45} {:>14} {:>14} {:>8}", "task", "", "committed", "now", "change");
    let mut all_stages = f64::NAN;
    for (id, side) in WATCHED {
        let task = tasks::find(id).expect("a watched task exists");
        let count = of_a_repetition(id, side, task.inputs(true)?, folder)?;
        let name = if side == OURS { id.to_string() } else { format!("{id} {side}") };
        let change = before.get(&name).map(|&was| count as f64 / was as f64 - 1.0);
        let verdict = match change {
            None => "new",
            Some(c) if c > TOLERANCE => "GREW",
            Some(c) if c < -TOLERANCE => "shrank: --update",
            Some(_) => "",
        };
        good &= update || change.is_some_and(|c| c <= TOLERANCE);
        let was = before.get(&name).map_or("-".into(), u64::to_string);
        let percent = change.map_or("-".into(), |c| format!("{:+.1} %", 100.0 * c));
        println!("{name:<12} {:<45} {was:>14} {count:>14} {percent:>8} {verdict}", task.about().title);
        now.insert(name, count);
        if (id, side) == LINEAR {
            all_stages = count as f64;
        }
    }
    good &= is_linear(all_stages, folder)?;
    if update {
        let text = serde_json::to_string_pretty(&now).map_err(BenchError::ours)? + "\n";
        std::fs::write(&committed, text).map_err(BenchError::file("write", &committed))?;
    }
    Ok(good)
}

/// Whether the training step whose network answers every stage takes eight times the instructions of one with a quarter of
/// its trajectories and half of its steps.
fn is_linear(watched: f64, folder: &Path) -> Result<bool, BenchError> {
    let (id, side) = LINEAR;
    let growth = watched / of_a_repetition(id, side, tasks::network::inputs(64, 10), folder)? as f64;
    let linear = (growth / 8.0 - 1.0).abs() < TOLERANCE;
    let verdict = if linear { "linear" } else { "NOT LINEAR" };
    println!(
        "B4           four times the trajectories, twice the steps: {growth:.2} times the instructions, {verdict}"
    );
    Ok(linear)
}

/// Instructions of one repetition of our row `side` of the task `id` on these inputs.
fn of_a_repetition(id: &str, side: &str, inputs: Inputs, folder: &Path) -> Result<u64, BenchError> {
    let inputs = inputs.set("least_s", 0.0).set("budget_s", 1e9);
    let count = |repetitions: u32| {
        let folder = folder.join("instructions").join(id).join(repetitions.to_string());
        inputs.clone().set("repetitions", repetitions).write(&folder)?;
        collected(&folder, id, side)
    };
    // Beside each other: a count does not care.
    let (one, three) = rayon::join(|| count(1), || count(3));
    Ok((three? - one?) / 2)
}

/// Instructions of our row `side` of the task in `folder`.
fn collected(folder: &Path, id: &str, side: &str) -> Result<u64, BenchError> {
    let this = std::env::current_exe().map_err(BenchError::file("find", Path::new("vrest-bench")))?;
    let reply = folder.join(side);
    std::fs::create_dir_all(&reply).map_err(BenchError::file("create", &reply))?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(this)
        .args(["side", id])
        .args([folder, &reply])
        .env("VREST_SIMD", "avx2")
        .output()
        .map_err(BenchError::file("start", &PathBuf::from("valgrind")))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let count = text.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    match count {
        Some(count) if output.status.success() => Ok(count),
        _ => Err(BenchError::Ours(format!("valgrind on {id} gave no count: {}", text.trim()))),
    }
}
