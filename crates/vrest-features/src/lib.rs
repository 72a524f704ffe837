//! Nothing: its manifest alone matters.
