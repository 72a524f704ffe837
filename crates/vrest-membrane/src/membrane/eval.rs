//! The right-hand side.

use super::rates::Known;
use super::{Compiled, CompiledLevel, CurrentPart, Membrane, Place, slot};
use crate::constants::{MM_PER_MS, rt_over_f};
use crate::equilibrium::nernst;
use crate::mechanism::{Common, Heat, ION_STRIDE, MAX_GATES, Mechanism, Role, Site};
use crate::mechanisms::Visitor;
use vrest_ode::{Dual, Real, VectorField};

/// A straight line is found from its values at plus and minus this voltage, mV.
const PROBE: f64 = 100.0;

impl Membrane {
    #[inline(always)]
    fn heat<R: Real>(work: &[R]) -> Heat<R> {
        Heat { kelvin: work[slot::KELVIN], rt_f: work[slot::RT_F] }
    }

    #[inline(always)]
    pub(super) fn site<'a, R: Real>(
        &self,
        m: &'a Compiled,
        work: &'a [R],
        common: &'a Common<R>,
    ) -> Site<'a, R> {
        Site { heat: Self::heat(work), ions: &work[self.layout.ions..], slots: &m.slots, common }
    }

    /// Fills `work` from the parameters: temperature, equilibria, constants of mechanisms, the straight line.
    #[inline(always)]
    pub fn prepare_from<R: Real>(&self, p: &[R], work: &mut [R]) {
        R::enter(
            #[inline(always)]
            || self.prepare_inside(p, work),
        );
    }

    #[inline(always)]
    fn prepare_inside<R: Real>(&self, p: &[R], work: &mut [R]) {
        work[slot::KELVIN] = p[self.at.temperature];
        work[slot::RT_F] = match self.at.rt_over_f {
            Some(given) => p[given],
            None => rt_over_f(work[slot::KELVIN]),
        };
        work[slot::INVERSE_C] = R::one() / p[self.at.capacitance];
        if let Some(rates) = &self.rates {
            work[slot::KEY] = rates.key(p);
        }
        self.prepare_size(p, work);
        for m in &self.moving {
            if let Place::Pool { params, work: at } = m.place {
                let [depth, free, tau, rest] = [0, 1, 2, 3].map(|i| p[params + i]);
                work[at] = free / depth * MM_PER_MS;
                work[at + 1] = R::one() / tau;
                work[at + 2] = rest;
            }
        }
        for (i, ion) in self.ions.iter().enumerate() {
            let at = self.layout.ions + ION_STRIDE * i;
            match ion.level {
                CompiledLevel::Concentrations { inside, outside, .. } => {
                    work[at] = p[inside];
                    work[at + 1] = p[outside];
                    work[at + 2] = match ion.z {
                        0.0 => R::zero(),
                        z => nernst(z, p[outside], p[inside], work[slot::RT_F]),
                    };
                }
                CompiledLevel::Fixed { e } => {
                    // Concentrations that nobody stated: what needs them becomes visibly not a number.
                    work[at] = R::from_f64(f64::NAN);
                    work[at + 1] = R::from_f64(f64::NAN);
                    work[at + 2] = p[e];
                }
            }
        }
        let (mut g, mut i0) = (R::zero(), R::zero());
        for m in &self.mechanisms {
            let heat = Self::heat(work);
            let k = &mut work[m.k.clone()];
            k[..m.params.len()].copy_from_slice(&p[m.params.clone()]);
            m.mechanism.prepare(&heat, k);
            if !m.rebinds {
                self.bind(m, work);
            }
            if m.folded {
                let high = self.net(m, R::from_f64(PROBE), work, &[]);
                let low = self.net(m, R::from_f64(-PROBE), work, &[]);
                g += (high - low) * (0.5 / PROBE);
                i0 += (high + low) * 0.5;
            }
        }
        work[slot::LINE_G] = g;
        work[slot::LINE_I] = i0;
    }

    #[inline(always)]
    fn bind<R: Real>(&self, m: &Compiled, work: &mut [R]) {
        // Constants stand behind the ions, so one split gives both.
        let (before, rest) = work.split_at_mut(m.k.start);
        let common = Common::default();
        let site = self.site(m, before, &common);
        R::enter(
            #[inline(always)]
            || m.mechanism.bind(&site, &mut rest[..m.k.len()]),
        );
    }

    /// Net current of one mechanism.
    #[inline(never)]
    fn net<R: Real>(&self, m: &Compiled, v: R, work: &[R], gates: &[R]) -> R {
        let mut sum = R::zero();
        // Rare enough to do without vector instructions, which would be two more copies of the library.
        let common = Common::default();
        let site = self.site(m, work, &common);
        m.mechanism.currents(v, &site, &work[m.k.clone()], gates, |s, current| {
            if m.slots[s].role == Role::Current {
                sum += current;
            }
        });
        sum
    }

    /// Puts the moving concentrations of `y` where the mechanisms read them.
    #[inline(always)]
    pub(super) fn refresh<R: Real>(&self, y: &[R], work: &mut [R]) {
        let per_volume = self.refresh_size(y, work);
        for m in &self.moving {
            let at = self.layout.ions + ION_STRIDE * m.ion;
            match m.place {
                Place::Inside => work[at] = y[m.state] * per_volume[0],
                Place::Outside { .. } => work[at + 1] = y[m.state] * per_volume[1],
                Place::Pool { .. } => work[at] = y[m.state],
            }
        }
        for (i, ion) in self.ions.iter().enumerate() {
            let at = self.layout.ions + ION_STRIDE * i;
            if ion.moves && ion.z != 0.0 {
                work[at + 2] = nernst(ion.z, work[at + 1], work[at], work[slot::RT_F]);
            }
        }
        for m in self.mechanisms.iter().filter(|m| m.rebinds) {
            self.bind(m, work);
        }
    }

    /// dy/dt under the applied current `i_app`, uA/cm2 (positive depolarises). `work` is as
    /// [`prepare_from`](Self::prepare_from) left it.
    #[inline(always)]
    pub fn derivative<R: Real>(&self, i_app: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        if self.is_affine() {
            dy[0] = (i_app - work[slot::LINE_I] - work[slot::LINE_G] * y[0]) * work[slot::INVERSE_C];
        } else {
            // One copy for each kind of number: inlined into every stage of every solver it would be dozens.
            R::enter(
                #[inline(always)]
                || self.derivative_of_all(i_app, y, work, dy),
            );
        }
    }

    #[inline(always)]
    fn derivative_of_all<R: Real>(&self, i_app: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        if self.water.is_some() || !self.moving.is_empty() {
            self.refresh(y, work);
        }
        let (work, totals) = work[..self.layout.seconds].split_at_mut(self.layout.totals);
        for total in totals.iter_mut() {
            *total = R::zero();
        }
        let v = y[0];
        let net = work[slot::LINE_I] + work[slot::LINE_G] * v;
        let known = self.look_up_slopes(y, work, dy);
        let (common, rates) = (Common::default(), known != Known::Everywhere);
        let mut flows = Flows { membrane: self, y, work, common, net, totals, dy, rates };
        for m in self.mechanisms.iter().filter(|m| !m.folded) {
            m.mechanism.visit(Flow { m, flows: &mut flows });
        }
        if known == Known::Somewhere {
            // Again, over those of the formulas.
            self.look_up_slopes(y, work, flows.dy);
        }
        let Flows { net, totals, dy, .. } = flows;
        dy[0] = (i_app - net) * work[slot::INVERSE_C];
        if self.moving.is_empty() && self.water.is_none() {
            return;
        }
        let [inside, outside] = self.per_current(work);
        for m in &self.moving {
            let through = totals[m.total] * m.share;
            dy[m.state] = match m.place {
                Place::Inside => through * inside,
                Place::Outside { removed } => {
                    let rate = totals[removed] * -1e-3;
                    through * outside
                        + if self.water.is_some() { rate * work[slot::VOLUME_OUTSIDE] } else { rate }
                }
                Place::Pool { work: at, .. } => {
                    through * work[at] - (y[m.state] - work[at + 2]) * work[at + 1]
                }
            };
        }
        if let Some(water) = &self.water {
            let volume = y[water.volume];
            let flow = self.water_flow(water, volume, work);
            dy[water.volume] = flow;
            if let Some(exponent) = water.area_exponent {
                // The charge C A V stays when the area changes.
                dy[0] -= v * flow / volume * exponent;
            }
        }
    }

    /// Writes the slopes of gates that a table knows into `dy`.
    #[inline(always)]
    fn look_up_slopes<R: Real>(&self, y: &[R], work: &[R], dy: &mut [R]) -> Known {
        let Some(rates) = &self.rates else { return Known::Nowhere };
        R::enter(
            #[inline(always)]
            || rates.look_up(y, work, dy),
        )
    }

    /// Net outward current at `v` with every gate at its steady state and concentrations as the parameters say,
    /// uA/cm2. `work` is as [`prepare_from`](Self::prepare_from) left it, bound if concentrations move.
    pub fn steady_current<R: Real>(&self, v: R, work: &[R]) -> R {
        let mut net = work[slot::LINE_I] + work[slot::LINE_G] * v;
        for m in self.mechanisms.iter().filter(|m| !m.folded) {
            net += self.net(m, v, work, &self.steady_gates(m, v, work)[..m.gates.len()]);
        }
        net
    }

    fn steady_gates<R: Real>(&self, m: &Compiled, v: R, work: &[R]) -> [R; MAX_GATES] {
        let mut steady = [R::zero(); MAX_GATES];
        for (steady, gate) in steady.iter_mut().zip(self.own_kinetics(m, v, work)) {
            *steady = gate.steady();
        }
        steady
    }

    /// Prepares `work` for `p` and binds everything at the concentrations of the parameters.
    pub fn prepare_at_start<R: Real>(&self, p: &[R], work: &mut [R]) {
        self.prepare_from(p, work);
        for m in self.mechanisms.iter().filter(|m| m.rebinds) {
            self.bind(m, work);
        }
    }

    /// The state at voltage `v` with gates at their steady state and concentrations as the parameters say.
    pub fn state_at<R: Real>(&self, v: R, p: &[R], y: &mut [R]) {
        let mut work = vec![R::zero(); self.layout.end];
        self.prepare_at_start(p, &mut work);
        y[0] = v;
        for m in &self.mechanisms {
            let steady = self.steady_gates(m, v, &work);
            y[m.gates.clone()].copy_from_slice(&steady[..m.gates.len()]);
        }
        for m in &self.moving {
            let CompiledLevel::Concentrations { inside, outside, .. } = self.ions[m.ion].level else {
                continue;
            };
            let param = if matches!(m.place, Place::Outside { .. }) { outside } else { inside };
            y[m.state] = self.as_state(m.place, p[param], &work);
        }
        if let Some(water) = &self.water {
            y[water.volume] = work[slot::VOLUME_START];
        }
    }

    /// Calls `f(mechanism, slot, current)` for every current at the state `y`.
    fn each_slot<R: Real>(&self, p: &[R], y: &[R], mut f: impl FnMut(&Compiled, usize, R)) {
        let mut work = vec![R::zero(); self.layout.end];
        self.prepare_from(p, &mut work);
        self.refresh(y, &mut work);
        let common = Common::default();
        for m in &self.mechanisms {
            let (site, k) = (self.site(m, &work, &common), &work[m.k.clone()]);
            m.mechanism.currents(y[0], &site, k, &y[m.gates.clone()], |s, current| {
                if m.slots[s].role == Role::Current {
                    f(m, s, current);
                }
            });
        }
    }

    /// Calls `f(ion, current)` for every current at the state `y`, uA/cm2.
    pub(crate) fn each_current<R: Real>(&self, p: &[R], y: &[R], mut f: impl FnMut(Option<usize>, R)) {
        self.each_slot(p, y, |m, s, current| f(m.slots[s].ion, current));
    }

    /// Every current at the state `y`, one entry for each slot of each mechanism, with its slope in V.
    pub fn currents(&self, p: &[f64], y: &[f64]) -> Vec<CurrentPart> {
        type D = Dual<f64, 1>;
        let p: Vec<D> = p.iter().map(|&x| D::constant(x)).collect();
        let mut y: Vec<D> = y.iter().map(|&x| D::constant(x)).collect();
        y[0] = D::variable(y[0].re, 0);
        let mut parts = Vec::new();
        self.each_slot(&p, &y, |m, s, current| {
            parts.push(CurrentPart {
                mechanism: m.name.clone(),
                kind: m.kind,
                class: m.class,
                ion: m.slots[s].ion,
                current: current.re,
                slope: current.eps[0],
            });
        });
        parts
    }
}

/// What all mechanisms add at the state `y`.
struct Flows<'a, R: Copy> {
    membrane: &'a Membrane,
    y: &'a [R],
    work: &'a [R],
    common: Common<R>,
    net: R,
    totals: &'a mut [R],
    dy: &'a mut [R],
    /// Whether the slopes of tabulated gates are still to be found.
    rates: bool,
}

/// What one of them adds.
struct Flow<'f, 'a, R: Copy> {
    m: &'f Compiled,
    flows: &'f mut Flows<'a, R>,
}

impl<R: Real> Visitor for Flow<'_, '_, R> {
    /// A function of its own for each kind. All in one, which is what inlining makes of it, the compiler computes the
    /// exponentials of the whole library for every membrane, because they depend on V alone, and takes minutes over it.
    #[inline(always)]
    fn visit<M: Mechanism>(self, mechanism: &M) {
        R::enter(
            #[inline(always)]
            || self.of(mechanism),
        );
    }
}

impl<R: Real> Flow<'_, '_, R> {
    #[inline(always)]
    fn of<M: Mechanism>(self, mechanism: &M) {
        let Flow { m, flows: Flows { membrane, y, work, common, net, totals, dy, rates } } = self;
        let site = membrane.site(m, work, common);
        let (v, k, gates, slopes) = (y[0], &work[m.k.clone()], &y[m.gates.clone()], &mut dy[m.gates.clone()]);
        // Summed by mechanism first: currents that cancel within one cancel exactly.
        let mut sum = R::zero();
        mechanism.currents(
            v,
            &site,
            k,
            gates,
            #[inline(always)]
            |s, current| {
                if m.slots[s].role == Role::Current {
                    sum += current;
                }
                if let Some(total) = m.totals[s] {
                    totals[total] += current;
                }
            },
        );
        *net += sum;
        if m.tabulated && !*rates {
            return;
        }
        mechanism.gates(
            v,
            &site,
            k,
            #[inline(always)]
            |g, gate| slopes[g] = gate.slope(gates[g]),
        );
    }
}

impl VectorField for Membrane {
    fn n_states(&self) -> usize {
        self.states.len()
    }
    fn n_params(&self) -> usize {
        self.params.len()
    }
    fn work_len(&self) -> usize {
        self.layout.end
    }
    #[inline(always)]
    fn prepare<R: Real>(&self, _: R, p: &[R], work: &mut [R]) {
        self.prepare_from(p, work);
    }
    #[inline(always)]
    fn eval<R: Real>(&self, _: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        self.derivative(R::zero(), y, work, dy);
    }
    fn has_second_derivative(&self) -> bool {
        self.has_cheap_second_derivative()
    }
    #[inline(always)]
    fn eval_second<R: Real>(&self, _: R, y: &[R], work: &mut [Dual<R, 1>], dy: &mut [R], ddy: &mut [R]) {
        self.derivatives(&Dual::constant(R::zero()), y, work, dy, ddy);
    }
    fn depends_on_time(&self) -> bool {
        false
    }
    fn positive_states(&self) -> &[usize] {
        &self.positive
    }
    fn state_name(&self, i: usize) -> String {
        self.states.get(i).map_or_else(|| format!("y[{i}]"), |s| s.name.clone())
    }
}
