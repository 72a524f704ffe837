//! What was typed. What it means is decided in [`crate::session`] and in each command.

use clap::{Args, Parser, ValueEnum};

use crate::commands::Command;

/// Find, explain, simulate and learn the resting membrane potential of neurons.
#[derive(Debug, Parser)]
#[command(name = "vrest", version, max_term_width = 100)]
#[command(after_help = "\
Exit codes: 0 good; 1 it ran, but the result is not acceptable; 2 usage or configuration; \
3 input or output; 130 interrupted, what was finished is kept.")]
pub struct Cli {
    /// The command; without one, a short welcome is printed.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options that every command understands.
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// Options that every command understands.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// How the answer is written to standard output
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Seed of everything random; the same seed gives the same bytes with any number of threads
    #[arg(long, global = true, value_name = "N")]
    pub seed: Option<u64>,
    /// Threads to use [default: one per core]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Print the answer, warnings and errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Show no progress
    #[arg(long, global = true)]
    pub no_progress: bool,
}

/// How the answer of a command is written to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables for people
    Text,
    /// One JSON document
    Json,
    /// One table, comma-separated, with units in the header
    Csv,
}
