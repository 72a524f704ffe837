//! `vrest init`: a folder to start from.

use std::path::PathBuf;

use vrest_data::atomic;

use crate::failure::Failure;
use crate::session::Session;

/// Write a commented starter folder: cell, protocol, ranges, training configuration
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder; made if it is not there
    #[arg(default_value = "my-cell")]
    folder: PathBuf,
}

/// What is written, and what it is for.
const FILES: [(&str, &str, &str); 4] = [
    ("cell.toml", include_str!("../starter/cell.toml"), "the cell"),
    ("protocol.toml", include_str!("../../../../protocols/dataset_step.toml"), "what is done to it"),
    ("ranges.toml", include_str!("../../../../params/seed_ranges.toml"), "what is drawn for a dataset"),
    (
        "training_config.yml",
        include_str!("../../../../params/training_config.yml"),
        "how a network is trained",
    ),
];

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    let folder = &args.folder;
    let taken: Vec<String> = FILES
        .iter()
        .map(|(name, ..)| folder.join(name))
        .filter(|path| path.exists())
        .map(|path| format!("`{}`", path.display()))
        .collect();
    if !taken.is_empty() {
        return Err(Failure::configuration(format!("{} is there already", taken.join(", ")))
            .with_hint("choose another folder; nothing was written"));
    }
    atomic::make_folder(folder)?;
    for (name, text, _) in FILES {
        atomic::write(&folder.join(name), text.as_bytes())?;
    }
    let shown = folder.display();
    let lines: Vec<String> =
        FILES.iter().map(|(name, _, what)| format!("  {shown}/{name}  {what}")).collect();
    session.print(&format!(
        "{}\n\nTry:\n  vrest rest {shown}/cell.toml\n  vrest run {shown}/cell.toml --protocol {shown}/protocol.toml\n  \
         vrest generate {shown}/cell.toml --protocol {shown}/protocol.toml --ranges {shown}/ranges.toml\n",
        lines.join("\n")
    ))
}
