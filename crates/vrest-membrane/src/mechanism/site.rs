//! What a mechanism sees of the cell around it.

use crate::constants::ZERO_CELSIUS;
use std::cell::Cell;
use vrest_ode::Real;

/// Numbers that stand for one ion in the work vector: inside, outside, Nernst potential.
pub(crate) const ION_STRIDE: usize = 3;

/// Temperature.
#[derive(Debug, Clone, Copy)]
pub struct Heat<R> {
    /// K.
    pub kelvin: R,
    /// RT/F, mV.
    pub rt_f: R,
}

impl<R: Real> Heat<R> {
    /// Temperature factor q^((T - T0)/10), with T0 in degC.
    #[inline(always)]
    pub fn q10(&self, q: f64, t0_celsius: f64) -> R {
        ((self.kelvin - (t0_celsius + ZERO_CELSIUS)) * (q.ln() * 0.1)).exp()
    }
}

/// What the number that a mechanism writes into a slot does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is a current through the membrane, uA/cm2.
    Current,
    /// Nothing; the slot is there to be read.
    Senses,
    /// It is removed from the space outside, mM/s.
    Outside,
}

/// Which ion a slot carries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlotRef {
    /// Index of the ion in the cell; none for a non-specific current.
    pub ion: Option<usize>,
    /// Valence (0 where there is no ion).
    pub z: f64,
    /// What the slot's number does.
    pub role: Role,
}

/// Temperature and the ions of a mechanism, by slot.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a, R: Copy> {
    /// Temperature.
    pub heat: Heat<R>,
    pub(crate) ions: &'a [R],
    pub(crate) slots: &'a [SlotRef],
    pub(crate) common: &'a Common<R>,
}

/// What several mechanisms of a membrane need at one voltage, computed by the first that asks.
#[derive(Debug)]
pub struct Common<R: Copy> {
    squid_exponential: Cell<Option<R>>,
}

impl<R: Copy> Default for Common<R> {
    #[inline(always)]
    fn default() -> Self {
        Common { squid_exponential: Cell::new(None) }
    }
}

impl<R: Real> Site<'_, R> {
    /// e^(-(V + 65)/80) at the voltage `v` of the membrane, mV: all but one of the rates of the squid axon are made of its
    /// powers.
    #[inline(always)]
    pub fn squid_exponential(&self, v: R) -> R {
        self.common.squid_exponential.get().unwrap_or_else(
            #[inline(always)]
            || {
                let value = ((v + 65.0) * (-1.0 / 80.0)).exp();
                self.common.squid_exponential.set(Some(value));
                value
            },
        )
    }
    #[inline(always)]
    fn at(&self, slot: usize, what: usize) -> R {
        match self.slots[slot].ion {
            Some(ion) => self.ions[ION_STRIDE * ion + what],
            None => R::zero(),
        }
    }
    /// Valence of the slot's ion.
    #[inline(always)]
    pub fn z(&self, slot: usize) -> f64 {
        self.slots[slot].z
    }
    /// Concentration of ion number `ion` of the cell, mM, whether the mechanism carries it or not.
    #[inline(always)]
    pub(crate) fn concentration(&self, ion: usize, outside: bool) -> R {
        self.ions[ION_STRIDE * ion + usize::from(outside)]
    }
    /// Concentration inside, mM.
    #[inline(always)]
    pub fn inside(&self, slot: usize) -> R {
        self.at(slot, 0)
    }
    /// Concentration outside, mM.
    #[inline(always)]
    pub fn outside(&self, slot: usize) -> R {
        self.at(slot, 1)
    }
    /// Nernst potential, mV.
    #[inline(always)]
    pub fn nernst(&self, slot: usize) -> R {
        self.at(slot, 2)
    }
}

/// The kinetics of a gate, dx/dt = source - rate x, at one voltage: every gate is linear in itself.
#[derive(Debug, Clone, Copy)]
pub struct Gate<R> {
    /// 1/ms.
    pub source: R,
    /// 1/ms.
    pub rate: R,
}

impl<R: Real> Gate<R> {
    /// From opening and closing rates, 1/ms: dx/dt = alpha (1 - x) - beta x.
    #[inline(always)]
    pub fn alpha_beta(alpha: R, beta: R) -> Self {
        Gate { source: alpha, rate: alpha + beta }
    }
    /// From the steady state and the time constant, ms: dx/dt = (inf - x)/tau.
    #[inline(always)]
    pub fn inf_tau(inf: R, tau: R) -> Self {
        let rate = R::one() / tau;
        Gate { source: inf * rate, rate }
    }
    /// The same gate, faster by `q`.
    #[inline(always)]
    pub fn times(self, q: R) -> Self {
        Gate { source: self.source * q, rate: self.rate * q }
    }
    /// The steady state.
    #[inline(always)]
    pub fn steady(self) -> R {
        self.source / self.rate
    }
    /// dx/dt, 1/ms.
    #[inline(always)]
    pub fn slope(&self, x: R) -> R {
        self.source.minus_product(self.rate, x)
    }
}
