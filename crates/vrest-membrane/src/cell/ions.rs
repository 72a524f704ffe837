//! The ions of a cell.

/// How an ion's equilibrium is given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Level {
    /// By its concentrations, mM.
    Concentrations {
        /// Inside; the starting value where it moves.
        inside: f64,
        /// Outside; the starting value where it moves.
        outside: f64,
        /// Whether the concentration inside moves.
        moves_inside: bool,
        /// Whether the concentration outside moves.
        moves_outside: bool,
    },
    /// By a fixed equilibrium potential, mV, for models that state no concentrations.
    Fixed {
        /// mV.
        e: f64,
    },
}

/// One ion.
#[derive(Debug, Clone, PartialEq)]
pub struct Ion {
    /// The name.
    pub name: String,
    /// Signed charge number; a mean charge may be fractional, zero is a neutral solute.
    pub valence: f64,
    /// Concentrations or equilibrium potential.
    pub level: Level,
}

/// The valence of an ion that everybody knows.
pub fn known_valence(name: &str) -> Option<f64> {
    Some(match name {
        "K" | "Na" | "H" => 1.0,
        "Cl" | "HCO3" => -1.0,
        "Ca" | "Mg" => 2.0,
        _ => return None,
    })
}
