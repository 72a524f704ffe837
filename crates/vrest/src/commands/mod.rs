//! One file per command. To add one: write the file with `Args` (what was typed) and `run`, name it here.

use crate::failure::Failure;
use crate::session::Session;

mod check;
mod compare;
mod completions;
mod demo;
mod explain;
pub mod fit;
mod generate;
mod init;
mod inspect;
mod list;
mod man;
mod predict;
mod reference;
mod rest;
mod run;
mod schema;
mod sweep;
mod train;

/// Makes the enum of commands and its dispatch from one list; a command's help is its `Args`' doc comment.
macro_rules! commands {
    ($($(#[$attribute:meta])* $name:ident => $module:ident),* $(,)?) => {
        /// The commands.
        #[derive(Debug, clap::Subcommand)]
        pub enum Command {
            $($(#[$attribute])* #[allow(missing_docs)] $name($module::Args),)*
        }

        impl Command {
            /// Does what the command says.
            pub fn run(self, session: &Session) -> Result<(), Failure> {
                match self {
                    $(Command::$name(args) => $module::run(args, session),)*
                }
            }
        }
    };
}

commands! {
    Check => check,
    Fit => fit,
    Generate => generate,
    Init => init,
    Inspect => inspect,
    List => list,
    Rest => rest,
    Explain => explain,
    Sweep => sweep,
    Run => run,
    Schema => schema,
    Train => train,
    Predict => predict,
    Compare => compare,
    Completions => completions,
    Demo => demo,
    #[command(hide = true)]
    Man => man,
    #[command(hide = true)]
    Reference => reference,
}
