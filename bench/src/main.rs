//! Measures vrest beside the software that people use today: the same work, on one core each, in turn, with
//! every answer checked.
//!
//! `cargo run --release -p vrest-bench -- [--only B1,B4] [--quick] [--json FILE] [--markdown FILE]`

mod error;
mod exchange;
mod instructions;
mod machine;
mod measure;
mod models;
mod process;
mod python;
mod report;
mod runner;
mod task;
mod tasks;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::BenchError;
use exchange::Inputs;
use python::Python;
use report::{Report, TaskReport};

/// Measures vrest beside other software, on the same work and at a stated accuracy.
#[derive(Parser)]
#[command(version)]
struct Args {
    #[command(subcommand)]
    role: Option<Role>,
    /// Only these tasks: B1 to B8, separated by commas.
    #[arg(long, value_delimiter = ',', ignore_case = true, value_parser = tasks::NAMES)]
    only: Vec<String>,
    /// Small work and one round: shows that all runs, gives no figures to quote.
    #[arg(long)]
    quick: bool,
    /// How often each side is started anew, fewer times if it takes long [default: 5, or 1 with --quick].
    #[arg(long)]
    rounds: Option<usize>,
    /// Writes all figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes the report as Markdown, with its pictures in a folder of the same name beside it.
    #[arg(long, value_name = "FILE.md", value_parser = page)]
    markdown: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Role {
    /// Counts the instructions of the hottest kernels (needs valgrind) and compares with the committed counts.
    Instructions {
        /// Makes these counts the committed ones.
        #[arg(long)]
        update: bool,
    },
    /// Does our side of one task (the bench calls itself so, to bind this side to a core like the others).
    #[command(hide = true)]
    Side {
        task: String,
        folder: PathBuf,
        reply: PathBuf,
        #[arg(long, default_value_t = 1)]
        threads: usize,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match &args.role {
        Some(Role::Side { task, folder, reply, threads }) => {
            side(task, folder, reply, *threads).map(|()| true)
        }
        Some(Role::Instructions { update }) => instructions::check(&target_folder().join("bench"), *update),
        None => bench(&args),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::from(3)
        }
    }
}

fn side(task: &str, folder: &Path, reply: &Path, threads: usize) -> Result<(), BenchError> {
    // The folder of the reply bears the side's name.
    let name = reply.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let inputs = Inputs::read(folder)?.set("side", name);
    let task = tasks::find(task).ok_or_else(|| BenchError::Ours(format!("there is no task `{task}`")))?;
    // The work itself is in the pool, as that of the program is: from outside, every parallel piece of it would begin and
    // end with one thread that wakes another.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(BenchError::ours)?;
    pool.install(|| task.ours(&inputs))?.write(reply)
}

/// True when every side of every task ran and agrees.
fn bench(args: &Args) -> Result<bool, BenchError> {
    let target = target_folder();
    let plan = runner::Plan {
        quick: args.quick,
        rounds: args.rounds.unwrap_or(if args.quick { 1 } else { 5 }),
        folder: target.join("bench"),
        python: Python::ready(&target)?,
    };
    let mut report = Report {
        machine: machine::Machine::here(),
        quick: plan.quick,
        rounds: plan.rounds,
        tasks: Vec::new(),
    };
    for task in tasks::chosen(&args.only) {
        report.tasks.push(runner::run(task.as_ref(), &plan)?);
    }
    println!("{}", report::render(&report, |_| None));
    if let Some(path) = &args.markdown {
        let mut pictures = Vec::new();
        for task in &report.tasks {
            pictures.push((task.id.clone(), report::draw(task, path)?));
        }
        let picture = |task: &TaskReport| pictures.iter().find(|p| p.0 == task.id).and_then(|p| p.1.clone());
        std::fs::write(path, report::render(&report, picture)).map_err(BenchError::file("write", path))?;
    }
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report).map_err(BenchError::ours)?;
        std::fs::write(path, text).map_err(BenchError::file("write", path))?;
    }
    Ok(!report.failed())
}

/// A page that its folder of pictures can stand beside: refused at once, not after the measuring.
fn page(path: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(path);
    if path.file_stem() == path.file_name() {
        return Err("its pictures go into a folder of its name without the ending; write `FILE.md`".into());
    }
    Ok(path)
}

/// The build's target folder, where this binary lies.
fn target_folder() -> PathBuf {
    let this = std::env::current_exe().ok();
    let folder = this.as_deref().and_then(Path::parent).and_then(Path::parent);
    folder.map_or_else(|| PathBuf::from("target"), Path::to_path_buf)
}
