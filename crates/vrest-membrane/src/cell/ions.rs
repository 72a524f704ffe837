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
        /// The shell under the membrane in which the ion stays, where it does not fill the cell.
        pool: Option<Pool>,
    },
    /// By a fixed equilibrium potential, mV, for models that state no concentrations.
    Fixed {
        /// mV.
        e: f64,
    },
}

/// A thin shell under the membrane, from which an ion is buffered and pumped away:
/// dX/dt = -free I/(z F depth) - (X - rest)/tau. Destexhe et al 1994, J Comput Neurosci 1:195.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pool {
    /// um.
    pub depth: f64,
    /// The fraction of what enters that stays free.
    pub free: f64,
    /// Time constant of removal, ms.
    pub tau: f64,
    /// Concentration that removal leads to, mM.
    pub rest: f64,
}

impl Pool {
    /// Its numbers, in the order of the parameter vector.
    pub(super) fn values(&self) -> [f64; 4] {
        [self.depth, self.free, self.tau, self.rest]
    }
    /// The place of the number called `key`.
    pub(super) fn place(&mut self, key: &str) -> Option<&mut f64> {
        match key {
            "depth" => Some(&mut self.depth),
            "free" => Some(&mut self.free),
            "tau" => Some(&mut self.tau),
            "rest" => Some(&mut self.rest),
            _ => None,
        }
    }
}

/// What cannot cross the membrane: it counts for osmosis and for charge.
#[derive(Debug, Clone, PartialEq)]
pub struct Impermeant {
    /// The name.
    pub name: String,
    /// Mean charge number.
    pub valence: f64,
    /// mM inside at the start; its amount never changes.
    pub inside: f64,
    /// mM outside at the start.
    pub outside: f64,
}

/// Water that crosses the membrane: dw/dt = P_f v_w A (sum of c inside - sum of c outside), v_w = 18 cm3/mol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Water {
    /// Osmotic permeability P_f, cm/s.
    pub permeability: f64,
    /// Whether the membrane's area follows the volume as the shape says; else it stays, as a folded membrane's does.
    pub area_follows: bool,
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
