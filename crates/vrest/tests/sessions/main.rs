//! Whole command-line sessions: what is typed, what comes back on each stream, the exit code, the files.

mod harness;

mod explain;
mod files;
mod fit;
mod frame;
mod generate;
mod init;
mod inspect;
mod rest;
mod run;
mod sweep;
mod train;
