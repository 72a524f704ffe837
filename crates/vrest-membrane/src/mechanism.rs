//! What a mechanism is: the interface that every file under [`crate::mechanisms`] implements.
//!
//! A mechanism moves ions or charge through the membrane. It states its facts ([`Spec`]) and pure functions over
//! any [`Real`]; it never sees the cell, the solver or another mechanism. It returns *per-ion* currents, so that
//! the same function drives the voltage and, where concentrations move, the concentrations: an electroneutral
//! cotransporter adds nothing to dV/dt by construction, a 3:2 pump exactly one charge.
//!
//! Work is split by what it depends on, so that the inner loop does the least: [`Mechanism::prepare`] (parameters
//! and temperature), [`Mechanism::bind`] (concentrations), [`Mechanism::gates`] and [`Mechanism::currents`] (voltage).

mod params;
pub(crate) mod pump;
mod site;
#[cfg(test)]
pub(crate) mod trial;

pub(crate) use params::parameters;
pub use params::{ParamSpec, param};
pub(crate) use site::Common;
pub(crate) use site::ION_STRIDE;
pub use site::{Gate, Heat, Role, Site, SlotRef};

use crate::cell::{Ion, Level};
use crate::reader::Section;
use std::borrow::Cow;
use vrest_ode::Real;

/// The most gates a mechanism may have.
pub const MAX_GATES: usize = 8;

/// What family a mechanism belongs to; decides how reports group it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Always open, passive.
    Leak,
    /// Opens and closes, passive.
    Channel,
    /// Driven by ATP; has a `block` parameter between 0 and 1.
    Pump,
    /// Driven by the gradient of another ion.
    Transporter,
}

impl Class {
    /// The word for tables.
    pub fn name(self) -> &'static str {
        match self {
            Class::Leak => "leak",
            Class::Channel => "channel",
            Class::Pump => "pump",
            Class::Transporter => "transporter",
        }
    }
}

/// One of the currents of a mechanism.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// Carried by the ion of this name.
    Ion(&'static str),
    /// Carried by the ion that the cell file names under `ion`.
    Chosen,
    /// Carried by no ion in particular: it moves charge but no concentration.
    Nonspecific,
    /// No current: the mechanism only reads the concentrations of the ion of this name.
    Senses(&'static str),
    /// No current through the membrane: the rate, mM/s, at which others than the cell remove the ion of this name from
    /// the space outside, together with a counter-ion.
    Outside(&'static str),
    /// The same for the ion that the cell file names under `ion`.
    OutsideChosen,
}

impl Slot {
    /// What its number does.
    pub fn role(&self) -> Role {
        match self {
            Slot::Ion(_) | Slot::Chosen | Slot::Nonspecific => Role::Current,
            Slot::Senses(_) => Role::Senses,
            Slot::Outside(_) | Slot::OutsideChosen => Role::Outside,
        }
    }
    /// Whether the cell file names its ion.
    pub fn is_chosen(&self) -> bool {
        matches!(self, Slot::Chosen | Slot::OutsideChosen)
    }
}

/// Where a mechanism claims to carry no current; the generic tests check it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZeroCurrent {
    /// Each ion's current vanishes at that ion's Nernst potential.
    AtNernst,
    /// No claim.
    Unclaimed,
}

/// The facts of a kind of mechanism: the one source of `vrest list`, the JSON schema and the tables in the docs.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The name in cell files.
    pub kind: &'static str,
    /// A few words.
    pub title: &'static str,
    /// Its family.
    pub class: Class,
    /// The current, as a formula.
    pub equation: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Its currents, in the order of [`Mechanism::currents`].
    pub slots: Vec<Slot>,
    /// Its parameters, in the order of the constants `k`.
    pub params: Vec<ParamSpec>,
    /// The names of its gates, in the order of [`Mechanism::gates`].
    pub gates: Vec<&'static str>,
    /// Where it carries no current.
    pub zero_current: ZeroCurrent,
    /// Fixed proportions of its currents, one for each slot (3 and -2 for a Na/K pump); empty where they vary.
    pub stoichiometry: &'static [f64],
    /// True if the current is a straight line in V at fixed concentrations; it is then folded into one slope and
    /// one intercept before the inner loop.
    pub affine: bool,
}

/// The cell around a mechanism while its file is read: numbers that are still to be solved are not a number.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The ions, in the order of the cell.
    pub ions: &'a [Ion],
    /// K.
    pub kelvin: f64,
    /// RT/F, mV.
    pub rt_f: f64,
}

impl Surroundings<'_> {
    /// The equilibrium potential of the ion called `name`, mV; not a number where there is none.
    pub fn nernst(&self, name: &str) -> f64 {
        match self.ions.iter().find(|i| i.name == name) {
            Some(Ion { level: Level::Fixed { e }, .. }) => *e,
            Some(Ion { level: Level::Concentrations { inside, outside, .. }, valence, .. }) => {
                crate::equilibrium::nernst(*valence, *outside, *inside, self.rt_f)
            }
            None => f64::NAN,
        }
    }
}

/// A way to move ions through the membrane. See the [module](self) for the order of calls.
///
/// `k` holds the mechanism's parameters in the order of its [`Spec`], followed by [`DERIVED`](Self::DERIVED)
/// numbers of its own.
pub trait Mechanism: Clone + std::fmt::Debug + Send + Sync + Sized {
    /// How many derived constants follow the parameters in `k`.
    const DERIVED: usize;
    /// Whether the rates of its gates cost no more than finding them in a table: two exponentials at most.
    const LIGHT_RATES: bool = false;
    /// Whether its only current is g (V - E) through an ohmic [`conductance`](Self::conductance) g that depends on the gates
    /// and its constants alone. Nothing else need then be said of the current.
    const OHMIC: bool = false;

    /// The facts of this kind.
    fn spec() -> Spec;

    /// Reads the options that are not numbers from the cell file; problems are reported to `section` itself.
    fn build(section: &mut Section<'_>) -> Self;

    /// As [`build`](Self::build), for mechanisms whose options speak of the cell around them.
    fn build_in(section: &mut Section<'_>, around: &Surroundings<'_>) -> Self {
        let _ = around;
        Self::build(section)
    }

    /// The facts of this instance; differs from [`spec`](Self::spec) where the file defines parameters.
    fn own_spec(&self) -> Spec {
        Self::spec()
    }

    /// The names of this instance's gates; differ from those of [`spec`](Self::spec) where the file defines gates.
    fn gate_names(&self) -> Vec<Cow<'static, str>> {
        Self::spec().gates.into_iter().map(Cow::Borrowed).collect()
    }

    /// Fills the derived constants that depend on parameters and temperature alone.
    #[inline(always)]
    fn prepare<R: Real>(&self, heat: &Heat<R>, k: &mut [R]) {
        let _ = (heat, k);
    }

    /// Fills the derived constants that depend on concentrations too.
    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let _ = (site, k);
    }

    /// Gives `out` the number and the kinetics of each gate at `v` mV.
    #[inline(always)]
    fn gates<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], out: impl FnMut(usize, Gate<R>)) {
        let _ = (v, site, k, out);
    }

    /// The conductance, mS/cm2, of a mechanism that is [`OHMIC`](Self::OHMIC). Its gates are the first of `gates`.
    #[inline(always)]
    fn conductance<R: Real>(&self, k: &[R], gates: &[R]) -> R {
        let _ = (k, gates);
        R::from_f64(f64::NAN)
    }

    /// The reversal potential, mV, of a mechanism that is [`OHMIC`](Self::OHMIC).
    #[inline(always)]
    fn reversal<R: Real>(&self, site: &Site<'_, R>, k: &[R]) -> R {
        let _ = k;
        site.nernst(0)
    }

    /// Gives `out` the number of each slot and its current at `v` mV, uA/cm2, outward positive (mM/s removed for
    /// [`Slot::Outside`]).
    #[inline(always)]
    fn currents<R: Real>(
        &self,
        v: R,
        site: &Site<'_, R>,
        k: &[R],
        gates: &[R],
        mut out: impl FnMut(usize, R),
    ) {
        out(0, self.conductance(k, gates) * (v - self.reversal(site, k)));
    }
}
