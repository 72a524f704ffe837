//! What `FILE` and `--sweeps` on the command line mean: a recording, examined, and some of its sweeps.

use std::path::{Path, PathBuf};

use vrest_data::doubt::{self, Examined};
use vrest_data::manifest::FileHash;
use vrest_data::recording::{self, ibw};

use crate::failure::Failure;

/// The options of every command that reads a recording.
#[derive(Clone, Debug, clap::Args)]
pub struct RecordingArgs {
    /// A recording: ABF, NWB, CSV, TSV or NPZ; several Igor files (`.ibw`) of one recording together
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Correct nothing and use the command that the header states
    #[arg(long)]
    pub trust_header: bool,
}

/// A recording with what is to be believed of it.
pub struct RecordingInput {
    /// The name of its first file.
    pub name: String,
    /// After the examination.
    pub examined: Examined,
    /// Its files, for manifests.
    pub origins: Vec<FileHash>,
}

/// Reads and examines.
///
/// # Errors
/// Unreadable, damaged or empty files; files that do not belong together.
pub fn load(args: &RecordingArgs) -> Result<RecordingInput, Failure> {
    let read = match &args.files[..] {
        [one] => recording::read(one)?,
        many => {
            let igor = |p: &&PathBuf| {
                let ending = p.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
                ending == "ibw" || ending == "bwav"
            };
            if let Some(other) = many.iter().find(|p| !igor(p)) {
                let message = format!("`{}` is a recording of its own", other.display());
                return Err(Failure::configuration(message)
                    .with_hint("only Igor files (`.ibw`) of one recording are given together"));
            }
            let paths: Vec<&Path> = many.iter().map(PathBuf::as_path).collect();
            ibw::read(&paths)?
        }
    };
    let origins = args.files.iter().map(|f| FileHash::of(f)).collect::<Result<Vec<_>, _>>()?;
    let name = args.files[0].file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned());
    Ok(RecordingInput { name, examined: doubt::examine(read, args.trust_header), origins })
}

/// Sweeps as typed, `0-5,8`, of a recording with `count` sweeps; ascending, each once.
///
/// # Errors
/// What is no list of sweeps, and sweeps that the recording does not have.
pub fn sweeps(option: &str, typed: &str, count: usize) -> Result<Vec<usize>, Failure> {
    let wrong = |why: String| {
        Failure::configuration(format!("`{option} {typed}`: {why}"))
            .with_hint("sweeps count from 0; write them as `0-5,8`")
    };
    let mut all = Vec::new();
    for part in typed.split(',').map(str::trim) {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| {
            text.trim().parse::<usize>().map_err(|_| wrong(format!("`{}` is no sweep", text.trim())))
        };
        let (from, to) = (number(from)?, number(to)?);
        if from > to {
            return Err(wrong(format!("`{part}` runs backwards")));
        }
        if to >= count {
            return Err(wrong(format!("the recording has {count} sweeps, 0 to {}", count.saturating_sub(1))));
        }
        all.extend(from..=to);
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::sweeps;

    #[test]
    fn lists_of_sweeps_are_ascending_and_checked() {
        assert_eq!(sweeps("--sweeps", "0-2, 5,1", 6).unwrap(), [0, 1, 2, 5]);
        for wrong in ["", "a", "3-1", "0-6", "-1", "1-99999999999999999999"] {
            assert!(sweeps("--sweeps", wrong, 6).is_err(), "{wrong}");
        }
    }
}
