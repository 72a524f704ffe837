//! The `vrest` command line.
fn main() {}
