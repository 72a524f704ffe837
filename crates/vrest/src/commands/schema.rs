//! `vrest schema`: what an editor needs to complete and check our files.

use std::path::PathBuf;

use serde_json::Value;
use vrest_membrane::schema;

use crate::failure::Failure;
use crate::session::Session;

/// Print the JSON schema of a file, or write all of them
#[derive(Debug, clap::Args)]
#[command(after_help = "\
An editor with TOML support completes and checks a cell file that begins with
  #:schema ./schemas/cell.schema.json

Examples:
  vrest schema cell
  vrest schema --output schemas")]
pub struct Args {
    /// The file
    #[arg(value_enum, required_unless_present = "output")]
    file: Option<File>,
    /// Write all schemas into this folder
    #[arg(short, long, value_name = "DIR", conflicts_with = "file")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum File {
    /// A cell
    Cell,
    /// A protocol
    Protocol,
    /// Ranges of a dataset
    Ranges,
    /// A training configuration (YAML)
    Training,
}

/// Every schema and the name of its file.
const ALL: [(&str, File); 4] = [
    ("cell", File::Cell),
    ("protocol", File::Protocol),
    ("ranges", File::Ranges),
    ("training", File::Training),
];

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    if let Some(file) = args.file {
        return session.print(&text(file));
    }
    for (folder, (name, file)) in args.output.iter().flat_map(|folder| ALL.map(|one| (folder, one))) {
        let path = folder.join(format!("{name}.schema.json"));
        vrest_data::atomic::write(&path, text(file).as_bytes())?;
        session.say(&format!("wrote {}", path.display()));
    }
    Ok(())
}

fn text(file: File) -> String {
    let schema: Value = match file {
        File::Cell => schema::cell(),
        File::Protocol => schema::protocol(),
        File::Ranges => vrest_learn::ranges::schema(),
        File::Training => vrest_learn::train::schema::schema(),
    };
    format!("{schema:#}\n")
}
