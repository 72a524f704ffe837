//! A channel that the cell file defines: I = g f m^a h^b ... (V - E), or the same product of a permeability in the
//! constant-field current, with gates m, h, ... whose kinetics are formulas.
//!
//! The formulas ([`crate::expression`]) are read once. They run over any number, like the built-in mechanisms, so
//! that lanes, exact derivatives and enclosures come by themselves. Gates relax by dx/dt = q (alpha (1 - x) - beta x)
//! or dx/dt = q (inf - x)/tau with q = q10^((T - q10_reference)/10); a gate with `inf` alone follows at once.

mod domain;
mod read;

use crate::equilibrium::ghk_current;
use crate::expression::Expression;
use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::*;
use std::borrow::Cow;
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone, Default)]
pub struct Channel {
    /// Whether the current is that of the constant field and not ohmic.
    constant_field: bool,
    /// Whether the reversal potential is a number of its own and no ion is carried.
    own_reversal: bool,
    has_q10: bool,
    /// The named constants; they follow the parameters that every channel has.
    constants: Vec<ParamSpec>,
    /// What the variables of the formulas stand for, in their order.
    meanings: Vec<Meaning>,
    gates: Vec<OwnGate>,
    /// What follows at once: instantaneous gates to their powers, and the free factor.
    instant: Vec<(Expression, i32)>,
}

/// A gate that takes time.
#[derive(Debug, Clone)]
struct OwnGate {
    name: String,
    power: i32,
    kinetics: Kinetics,
}

#[derive(Debug, Clone)]
enum Kinetics {
    Rates { alpha: Expression, beta: Expression },
    Relaxation { inf: Expression, tau: Expression },
}

/// What a variable of a formula stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Meaning {
    Voltage,
    Reversal,
    Kelvin,
    RtF,
    Concentration {
        ion: usize,
        outside: bool,
    },
    /// Place among the parameters.
    Constant(usize),
}

/// The most variables of one channel.
const MOST_VARIABLES: usize = 40;

/// Place of the conductance or permeability among the parameters.
const STRENGTH: usize = 0;
/// Place of the reversal potential, where it is a number of its own.
const E: usize = 1;

fn conductance() -> ParamSpec {
    param("g", Conductance, "conductance with all gates open").at_least(0.0).plausible(0.0, 1000.0)
}

fn permeability() -> ParamSpec {
    param("p", Permeability, "permeability with all gates open").at_least(0.0).plausible(0.0, 1e-2)
}

fn reversal() -> ParamSpec {
    param("e", Voltage, "reversal potential").plausible(-120.0, 180.0)
}

fn q10() -> [ParamSpec; 2] {
    let zero = crate::constants::ZERO_CELSIUS;
    [
        param("q10", Dimensionless, "factor on all rates for 10 K more").above(0.0).plausible(1.0, 6.0),
        param("q10_reference", Temperature, "temperature of the rates as written")
            .above(0.0)
            .plausible(zero - 2.0, zero + 50.0),
    ]
}

/// The numbers that a channel may have beside its constants.
pub(crate) fn numbers() -> Vec<ParamSpec> {
    [conductance(), permeability(), reversal()].into_iter().chain(q10()).collect()
}

impl Channel {
    /// Parameters in the order of `k`, without the constants.
    fn fixed_params(&self) -> Vec<ParamSpec> {
        let mut all = vec![if self.constant_field { permeability() } else { conductance() }];
        if self.own_reversal {
            all.push(reversal());
        }
        if self.has_q10 {
            all.extend(q10());
        }
        all
    }

    fn n_params(&self) -> usize {
        1 + usize::from(self.own_reversal) + 2 * usize::from(self.has_q10) + self.constants.len()
    }

    /// Place of the factor on all rates in `k`.
    fn rate_factor(&self) -> usize {
        self.n_params()
    }

    #[inline(always)]
    fn reversal<R: Real>(&self, site: &Site<'_, R>, k: &[R]) -> R {
        if self.own_reversal { k[E] } else { site.nernst(0) }
    }

    /// The value of one of its formulas: a function of its own for each kind of number, and not a copy for each formula.
    #[inline(always)]
    fn value<R: Real>(&self, formula: &Expression, v: R, site: &Site<'_, R>, k: &[R]) -> R {
        let variable = |i: usize| match self.meanings[i] {
            Meaning::Voltage => v,
            Meaning::Reversal => self.reversal(site, k),
            Meaning::Kelvin => site.heat.kelvin,
            Meaning::RtF => site.heat.rt_f,
            Meaning::Concentration { ion, outside } => site.concentration(ion, outside),
            Meaning::Constant(i) => k[i],
        };
        R::enter(
            #[inline(always)]
            || formula.eval_with(variable),
        )
    }
}

impl Mechanism for Channel {
    const DERIVED: usize = 1;

    fn spec() -> Spec {
        Channel::default().own_spec()
    }

    fn build(_: &mut Section<'_>) -> Self {
        Channel::default()
    }

    fn build_in(section: &mut Section<'_>, around: &Surroundings<'_>) -> Self {
        read::channel(section, around)
    }

    fn own_spec(&self) -> Spec {
        Spec {
            kind: "channel",
            title: "channel defined by formulas in the cell file",
            class: Class::Channel,
            equation: "I = g m^a h^b ... (V - E), or P m^a h^b ... in the constant-field current; gates by formulas",
            source: "the file that defines it; the form is that of Hodgkin & Huxley 1952, J Physiol 117:500",
            slots: vec![if self.own_reversal { Slot::Nonspecific } else { Slot::Chosen }],
            params: self.fixed_params().into_iter().chain(self.constants.iter().cloned()).collect(),
            gates: vec![],
            zero_current: ZeroCurrent::AtNernst,
            stoichiometry: &[],
            affine: false,
        }
    }

    fn gate_names(&self) -> Vec<Cow<'static, str>> {
        self.gates.iter().map(|g| Cow::Owned(g.name.clone())).collect()
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, heat: &Heat<R>, k: &mut [R]) {
        let q = 1 + usize::from(self.own_reversal);
        k[self.rate_factor()] =
            if self.has_q10 { ((heat.kelvin - k[q + 1]) * k[q].ln() * 0.1).exp() } else { R::one() };
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        let value = |formula: &Expression| self.value(formula, v, site, k);
        for (i, own) in self.gates.iter().enumerate() {
            let gate = match &own.kinetics {
                Kinetics::Rates { alpha, beta } => {
                    Gate::alpha_beta(value(alpha), value(beta))
                }
                Kinetics::Relaxation { inf, tau } => {
                    Gate::inf_tau(value(inf), value(tau))
                }
            };
            out(i, gate.times(k[self.rate_factor()]));
        }
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], gates: &[R], mut out: impl FnMut(usize, R)) {
        let mut open = k[STRENGTH];
        for (own, &x) in self.gates.iter().zip(gates) {
            open = open * x.powi(own.power);
        }
        for (factor, power) in &self.instant {
            open = open * self.value(factor, v, site, k).powi(*power);
        }
        out(0, if self.constant_field {
            ghk_current(open, site.z(0), v, site.inside(0), site.outside(0), site.heat.rt_f)
        } else {
            open * (v - self.reversal(site, k))
        });
    }
}
