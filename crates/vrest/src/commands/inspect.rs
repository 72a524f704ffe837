//! `vrest inspect`: what a recording holds, what it says about the cell, and what not to believe of it.

use std::path::PathBuf;

use serde_json::json;

use crate::failure::Failure;
use crate::inspection::{self, Inspection};
use crate::outputs::{self, Outputs};
use crate::recording_input::{self, RecordingArgs};
use crate::session::Session;

/// Read a recording, measure its sweeps, and say what not to believe of it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every number comes with its standard error. Sweeps with spikes keep their rest and lose their passive features.
What contradicts itself (header against recorded command, units, clipping, bridge, drift) is listed with a
confidence; what is corrected is said, and `--trust-header` takes everything as written.

Examples:
  vrest inspect cell.abf --figure cell.svg
  vrest inspect cell.nwb --sweeps 0-5 --format csv")]
pub struct Args {
    #[command(flatten)]
    recording: RecordingArgs,
    /// Only these sweeps, as in `0-5,8` [default: all]
    #[arg(short, long, value_name = "LIST")]
    sweeps: Option<String>,
    /// Draw sweeps, command and current-voltage curve into this file (`.svg` or `.png`)
    #[arg(short, long, value_name = "FILE")]
    figure: Option<PathBuf>,
}

pub fn run(args: Args, session: &Session) -> Result<(), Failure> {
    if let Some(path) = &args.figure {
        outputs::figure_form(path)?;
    }
    let input = recording_input::load(&args.recording)?;
    let count = input.examined.recording.sweeps.len();
    let chosen = match &args.sweeps {
        Some(typed) => recording_input::sweeps("--sweeps", typed, count)?,
        None => (0..count).collect(),
    };
    let inspection = Inspection::new(&input.name, &input.examined, &chosen);
    if let Some(path) = &args.figure {
        let configuration = json!({"sweeps": chosen, "trust_header": args.recording.trust_header});
        let mut outputs = Outputs::new("inspect", configuration);
        input.origins.iter().for_each(|origin| {
            outputs.input(origin);
        });
        outputs.figure(path, &inspection::figure(&input.name, &input.examined, &chosen))?;
        outputs.finish(path, session)?;
    }
    session.answer(&inspection)
}
