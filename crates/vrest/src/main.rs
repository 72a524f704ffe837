//! The `vrest` command line: a thin shell over the library crates.
//!
//! What lives here: arguments, files, terminals, exit codes. What does not: physics, solvers, learning. A
//! command reads what was typed, decides what it means ([`session`] and each command's plan), calls a
//! library, and renders the answer. Errors are rendered in one place, [`render`].

use std::process::ExitCode;

use clap::Parser;

mod args;
mod cell_input;
mod changes;
mod commands;
mod comparison;
mod experiments;
mod failure;
mod files;
mod fitted;
mod inspection;
mod interrupt;
mod numbers;
mod outputs;
mod presets;
mod problem;
mod progress;
mod protocol_input;
mod recording_input;
mod render;
mod report;
mod session;
mod solver_args;
mod suggest;
mod table;
mod training_config;
mod trajectory;
mod welcome;
mod yaml;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    let session = session::Session::new(&cli.global);
    let Some(command) = cli.command else {
        return finish(&session, welcome::print(&session));
    };
    interrupt::install();
    let outcome = command.run(&session);
    finish(&session, outcome)
}

/// Turns the outcome of a command into messages and the process's exit code.
fn finish(session: &session::Session, outcome: Result<(), failure::Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            render::failure(&failure, session);
            ExitCode::from(failure.kind.exit_code())
        }
    }
}
