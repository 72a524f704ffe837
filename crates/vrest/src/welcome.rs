//! What `vrest` alone prints: what this is, and the first three things to try.

use crate::failure::Failure;
use crate::session::Session;

/// Prints the welcome.
pub fn print(session: &Session) -> Result<(), Failure> {
    let paint = session.paint();
    session.print(&format!(
        "\
{title} {version}: find, explain, simulate and learn the resting membrane potential of neurons.

Three things to try first:
  vrest demo                   rest, dataset, training, comparison and a report, in seconds
  vrest rest neuron_balanced   where a membrane rests, and what holds it there
  vrest init my-cell           a folder of commented files to start from

`vrest --help` lists every command, `vrest COMMAND --help` explains one.
",
        title = paint.bold("vrest"),
        version = env!("CARGO_PKG_VERSION"),
    ))
}
