//! `vrest completions`: what a shell needs to complete our commands.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::failure::Failure;
use crate::session::Session;

/// Print the completion script of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vrest completions bash > ~/.local/share/bash-completion/completions/vrest")]
pub struct Args {
    /// The shell
    shell: Shell,
}

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "vrest", &mut script);
    session.print(&String::from_utf8_lossy(&script))
}
