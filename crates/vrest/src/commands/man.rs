//! `vrest man`: the manual page, for packagers.

use clap::CommandFactory;

use crate::args::Cli;
use crate::failure::Failure;
use crate::session::Session;

/// Print the manual page
#[derive(Debug, clap::Args)]
pub struct Args {}

pub fn run(_: Args, session: &Session) -> Result<(), Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|error| Failure::io("write to", "standard output".as_ref(), &error))?;
    session.print(&String::from_utf8_lossy(&page))
}
