//! The cells and protocols that come with the program, embedded at build time.

include!(concat!(env!("OUT_DIR"), "/presets.rs"));

/// A file that comes with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// Its name, without `.toml`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

fn of(list: &'static [(&'static str, &'static str)]) -> impl Iterator<Item = Preset> {
    list.iter().map(|&(name, text)| Preset { name, text })
}

/// The cells, by name.
pub fn cells() -> impl Iterator<Item = Preset> {
    of(CELLS)
}

/// The protocols, by name.
pub fn protocols() -> impl Iterator<Item = Preset> {
    of(PROTOCOLS)
}

/// The cell called `name`.
pub fn cell(name: &str) -> Option<Preset> {
    cells().find(|p| p.name == name)
}

/// The protocol called `name`.
pub fn protocol(name: &str) -> Option<Preset> {
    protocols().find(|p| p.name == name)
}
