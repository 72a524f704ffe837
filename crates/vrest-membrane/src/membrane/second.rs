//! The right-hand side with its derivative along the solution, for membranes of ohmic currents.
//!
//! Each current is I = g(x) (V - E), each gate obeys x' = s(V) - r(V) x. So one pass over the mechanisms gives V', with
//! derivatives of the rates with respect to V and of the conductances along the gates all that
//!
//! x'' = (ds/dV - dr/dV x) V' - r x' and C V'' = I_app' - sum g V' - sum g' (V - E)
//!
//! are made of. Their exponentials and divisions are those of the rates themselves.

use super::{Compiled, Membrane, slot};
use crate::mechanism::{Common, Gate, MAX_GATES, Mechanism};
use crate::mechanisms::Visitor;
use vrest_ode::{Dual, Real};

/// A number with one derivative.
type Moving<R> = Dual<R, 1>;

impl Membrane {
    /// Whether [`derivatives`](Self::derivatives) knows this membrane and costs clearly less than two evaluations: no
    /// concentrations move, currents are ohmic, and what the rates cost is in what their derivatives share with them.
    pub(crate) fn has_cheap_second_derivative(&self) -> bool {
        let light = |m: &Compiled| m.gates.is_empty() || m.mechanism.has_light_rates();
        let known = |m: &Compiled| m.folded || (m.mechanism.is_ohmic() && light(m));
        let still = self.moving.is_empty() && self.water.is_none();
        still && !self.is_affine() && self.rates.is_none() && self.mechanisms.iter().all(known)
    }

    /// dy/dt and d2y/dt2 under the applied current `i_app`, uA/cm2, with its derivative in time. `work` is as
    /// [`prepare_from`](Self::prepare_from) left it.
    #[inline(always)]
    pub(crate) fn derivatives<R: Real>(
        &self,
        i_app: &Moving<R>,
        y: &[R],
        work: &mut [Moving<R>],
        dy: &mut [R],
        ddy: &mut [R],
    ) {
        R::enter(
            #[inline(always)]
            || self.derivatives_inside(i_app, y, work, dy, ddy),
        );
    }

    #[inline(always)]
    fn derivatives_inside<R: Real>(
        &self,
        i_app: &Moving<R>,
        y: &[R],
        work: &mut [Moving<R>],
        dy: &mut [R],
        ddy: &mut [R],
    ) {
        let (work, seconds) = work.split_at_mut(self.layout.seconds);
        let conductance = work[slot::LINE_G].re;
        let current = conductance.mul_plus(y[0], work[slot::LINE_I].re);
        let common = Common::default();
        let mut sums =
            Sums { membrane: self, y, work, common, conductance, current, opening: R::zero(), dy, seconds };
        for m in self.mechanisms.iter().filter(|m| !m.folded) {
            m.mechanism.visit(One { m, sums: &mut sums });
        }
        let Sums { conductance, current, opening, dy, seconds, .. } = sums;
        let inverse_c = work[slot::INVERSE_C].re;
        let slope = (i_app.re - current) * inverse_c;
        dy[0] = slope;
        ddy[0] = (i_app.eps[0] - opening).minus_product(conductance, slope) * inverse_c;
        for (ddy, second) in ddy[1..].iter_mut().zip(&seconds[1..]) {
            *ddy = second.eps[0].mul_plus(slope, second.re);
        }
    }
}

/// What all mechanisms add at the state `y`.
struct Sums<'a, R: Copy> {
    membrane: &'a Membrane,
    y: &'a [R],
    work: &'a [Moving<R>],
    common: Common<Moving<R>>,
    conductance: R,
    current: R,
    /// How the current changes because the gates do.
    opening: R,
    dy: &'a mut [R],
    /// Second derivative of each gate: what there is of it without V', and what V' is to be multiplied by.
    seconds: &'a mut [Moving<R>],
}

/// What one of them adds.
struct One<'f, 'a, R: Copy> {
    m: &'f Compiled,
    sums: &'f mut Sums<'a, R>,
}

impl<R: Real> Visitor for One<'_, '_, R> {
    /// A function of its own for each kind that is ohmic, as for the right-hand side alone.
    #[inline(always)]
    fn visit<M: Mechanism>(self, mechanism: &M) {
        if M::OHMIC {
            R::enter(
                #[inline(always)]
                || self.of(mechanism),
            );
        }
    }
}

impl<R: Real> One<'_, '_, R> {
    #[inline(always)]
    fn of<M: Mechanism>(self, mechanism: &M) {
        let One { m, sums } = self;
        let Sums { membrane, y, work, common, conductance, current, opening, dy, seconds } = sums;
        let (site, k) = (membrane.site(m, work, common), &work[m.k.clone()]);
        let (v, gates) = (y[0], &y[m.gates.clone()]);
        let (slopes, seconds) = (&mut dy[m.gates.clone()], &mut seconds[m.gates.clone()]);
        let mut moving = [Moving::constant(R::zero()); MAX_GATES];
        mechanism.gates(
            Moving::variable(v, 0),
            &site,
            k,
            #[inline(always)]
            |g, gate| {
                let slope = Gate { source: gate.source.re, rate: gate.rate.re }.slope(gates[g]);
                let with_voltage =
                    Gate { source: gate.source.eps[0], rate: gate.rate.eps[0] }.slope(gates[g]);
                slopes[g] = slope;
                seconds[g] = Moving { re: -(gate.rate.re * slope), eps: [with_voltage] };
                moving[g] = Moving { re: gates[g], eps: [slope] };
            },
        );
        let g = mechanism.conductance(k, &moving);
        let driving = v - mechanism.reversal(&site, k).re;
        *conductance += g.re;
        *current += g.re * driving;
        *opening += g.eps[0] * driving;
    }
}
