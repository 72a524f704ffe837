//! `vrest reference`: docs/cli.md, written from the same definition as the help.

use std::fmt::Write as _;

use clap::CommandFactory;

use crate::args::Cli;
use crate::failure::Failure;
use crate::session::Session;

/// Print the reference of the command line as Markdown (docs/cli.md)
#[derive(Debug, clap::Args)]
pub struct Args {}

pub fn run(_: Args, session: &Session) -> Result<(), Failure> {
    session.print(&markdown())
}

fn markdown() -> String {
    let mut root = Cli::command().term_width(100);
    root.build();
    let mut out = String::from(
        "# The command line\n\nWritten by `vrest reference`; a test fails when this page is stale.\n\n\
         Data goes to standard output or to named files, everything else to standard error.\n",
    );
    section(&mut out, "vrest", &mut root.clone());
    for command in root.get_subcommands_mut().filter(|c| !c.is_hide_set() && c.get_name() != "help") {
        let title = format!("vrest {}", command.get_name());
        // The global options stand once, under `vrest`.
        let globals: Vec<_> =
            command.get_arguments().filter(|a| a.is_global_set()).map(|a| a.get_id().clone()).collect();
        let mut command = globals.into_iter().fold(command.clone(), |c, id| c.mut_arg(id, |a| a.hide(true)));
        section(&mut out, &title, &mut command);
    }
    out
}

fn section(out: &mut String, title: &str, command: &mut clap::Command) {
    let help = command.render_long_help().to_string();
    let help = help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    // Writing to a string cannot fail.
    let _ = write!(out, "\n## {title}\n\n```text\n{}\n```\n", help.trim_end());
}
