//! Volumes, amounts and water: dw/dt = P_f v_w A (sum of c inside - sum of c outside).
//!
//! The start gives concentrations and volumes; from then on amounts are what is integrated. Impermeant solutes keep their
//! amounts and are no states. The membrane's charge C A V and the charge of the ions inside change together, so that
//! C A V - F (sum of z n) stays as it was, also where the area follows the volume.

use super::{CompiledLevel, CompiledWater, Membrane, Place, StateInfo, slot};
use crate::constants::{FARADAY, MM_PER_MS, WATER_PER_MM};
use crate::mechanism::ION_STRIDE;
use crate::units::Dimension;
use vrest_ode::Real;

/// um/ms in one cm/s.
const UM_PER_MS: f64 = 10.0;

/// The two charges that must change together, fC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Charge {
    /// On the membrane: C A V.
    pub membrane: f64,
    /// Of all ions and impermeant solutes inside: F (sum of z n).
    pub ions: f64,
}

impl CompiledWater {
    /// Whether impermeant parameter `index` counts as an amount.
    pub(super) fn is_amount(&self, index: usize) -> bool {
        self.closed || (index - self.impermeants.start).is_multiple_of(2)
    }

    /// The sum of the impermeant concentrations, mM, inside (0) or outside (1).
    fn impermeant<R: Real>(&self, p: &[R], side: usize) -> R {
        self.impermeants.clone().skip(side).step_by(2).fold(R::zero(), |sum, i| sum + p[i])
    }
}

impl Membrane {
    /// Fills the sizes of the cell at its start.
    #[inline(always)]
    pub(super) fn prepare_size<R: Real>(&self, p: &[R], work: &mut [R]) {
        let Some(shape) = self.shape else { return };
        let size = &p[self.at.geometry.clone()];
        work[slot::PER_CURRENT_INSIDE] = shape.area_over_volume(size) * MM_PER_MS;
        work[slot::PER_CURRENT_OUTSIDE] = shape.area_over_outside(size) * MM_PER_MS;
        let Some(water) = &self.water else { return };
        let (inside, outside) = (shape.volume(size), shape.volume_outside(size));
        work[slot::VOLUME_START] = inside;
        work[slot::VOLUME_OUTSIDE] = outside;
        work[slot::VOLUME_TOTAL] = inside + outside;
        work[slot::AREA_START] = shape.area(size);
        work[slot::AREA] = work[slot::AREA_START];
        work[slot::WATER] = p[water.permeability] * (UM_PER_MS * WATER_PER_MM);
        work[slot::IMPERMEANT_INSIDE] = water.impermeant(p, 0) * inside;
        let beyond = water.impermeant(p, 1);
        work[slot::IMPERMEANT_OUTSIDE] = if water.closed { beyond * outside } else { beyond };
    }

    /// Puts the sizes of the state `y` where the rest reads them; gives 1/volume inside and outside, or 1 where what
    /// moves is a concentration.
    #[inline(always)]
    pub(super) fn refresh_size<R: Real>(&self, y: &[R], work: &mut [R]) -> [R; 2] {
        let Some(water) = &self.water else { return [R::one(); 2] };
        let volume = y[water.volume];
        if let Some(exponent) = water.area_exponent {
            let ratio = volume / work[slot::VOLUME_START];
            work[slot::AREA] = work[slot::AREA_START] * (ratio.ln() * exponent).exp();
        }
        if water.closed {
            work[slot::VOLUME_OUTSIDE] = work[slot::VOLUME_TOTAL] - volume;
        }
        [R::one() / volume, R::one() / work[slot::VOLUME_OUTSIDE]]
    }

    /// What one uA/cm2 of a monovalent ion does to a state inside and outside, per ms.
    #[inline(always)]
    pub(super) fn per_current<R: Real>(&self, work: &[R]) -> [R; 2] {
        match self.water {
            None => [work[slot::PER_CURRENT_INSIDE], work[slot::PER_CURRENT_OUTSIDE]],
            Some(_) => [work[slot::AREA] * MM_PER_MS; 2],
        }
    }

    /// dw/dt, um3/ms, at the concentrations of `work`.
    #[inline(always)]
    pub(super) fn water_flow<R: Real>(&self, water: &CompiledWater, volume: R, work: &[R]) -> R {
        let beyond = work[slot::IMPERMEANT_OUTSIDE];
        let beyond = if water.closed { beyond / work[slot::VOLUME_OUTSIDE] } else { beyond };
        let mut excess = work[slot::IMPERMEANT_INSIDE] / volume - beyond;
        for i in 0..self.ions.len() {
            let at = self.layout.ions + ION_STRIDE * i;
            excess += work[at] - work[at + 1];
        }
        work[slot::WATER] * work[slot::AREA] * excess
    }

    /// What the concentration of a state that starts at `concentration` is as that state.
    #[inline(always)]
    pub(super) fn as_state<R: Real>(&self, place: Place, concentration: R, work: &[R]) -> R {
        match (place, &self.water) {
            (Place::Inside, Some(_)) => concentration * work[slot::VOLUME_START],
            (Place::Outside { .. }, Some(_)) => {
                concentration * (work[slot::VOLUME_TOTAL] - work[slot::VOLUME_START])
            }
            _ => concentration,
        }
    }

    /// Names and dimensions of what [`observe`](Self::observe) gives: the concentrations behind the amounts.
    pub fn observed(&self) -> Vec<StateInfo> {
        let of = |m: &super::Moving| {
            let side = match (m.place, &self.water) {
                (Place::Inside, Some(_)) => "inside",
                (Place::Outside { .. }, Some(_)) => "outside",
                _ => return None,
            };
            let name = format!("ions.{}.{side}", self.ions[m.ion].name);
            Some(StateInfo { name, dimension: Dimension::Concentration })
        };
        self.moving.iter().filter_map(of).collect()
    }

    /// The concentrations, mM, that the amounts of the state `y` are, in the order of [`observed`](Self::observed).
    pub fn observe(&self, p: &[f64], y: &[f64]) -> Vec<f64> {
        let mut work = vec![0.0; self.layout.end];
        self.prepare_size(p, &mut work);
        let per_volume = self.refresh_size(y, &mut work);
        let of = |m: &super::Moving| match (m.place, &self.water) {
            (Place::Inside, Some(_)) => Some(y[m.state] * per_volume[0]),
            (Place::Outside { .. }, Some(_)) => Some(y[m.state] * per_volume[1]),
            _ => None,
        };
        self.moving.iter().filter_map(of).collect()
    }

    /// Inside and outside concentrations of every ion at the state `y`, mM; NaN for an ion that gives only its
    /// equilibrium potential.
    pub fn concentrations(&self, p: &[f64], y: &[f64]) -> Vec<[f64; 2]> {
        let mut work = vec![0.0; self.layout.end];
        self.prepare_from(p, &mut work);
        self.refresh(y, &mut work);
        let of = |i: usize| {
            let at = self.layout.ions + ION_STRIDE * i;
            [work[at], work[at + 1]]
        };
        (0..self.ions.len()).map(of).collect()
    }

    /// Volume inside and outside at the state `y`, um3; none without a shape.
    pub fn volumes(&self, p: &[f64], y: &[f64]) -> Option<[f64; 2]> {
        let size = &p[self.at.geometry.clone()];
        let start = [self.shape?.volume(size), self.shape?.volume_outside(size)];
        Some(match &self.water {
            None => start,
            Some(w) => [y[w.volume], if w.closed { start[0] + start[1] - y[w.volume] } else { start[1] }],
        })
    }

    /// Where the area follows the volume: A/A_start at the state `y`, its derivative by the volume (1/um3), and the volume's
    /// state.
    pub(crate) fn area_ratio(&self, p: &[f64], y: &[f64]) -> Option<(f64, f64, usize)> {
        let water = self.water.as_ref()?;
        let exponent = water.area_exponent?;
        let start = self.shape?.volume(&p[self.at.geometry.clone()]);
        let ratio = (y[water.volume] / start).powf(exponent);
        Some((ratio, ratio * exponent / y[water.volume], water.volume))
    }

    /// The charge of the membrane and of what is inside, fC: their difference never changes where every current is carried
    /// by ions that move. None without a shape, or where an ion gives only its equilibrium potential.
    pub fn charge(&self, p: &[f64], y: &[f64]) -> Option<Charge> {
        let mut work = vec![0.0; self.layout.end];
        self.prepare_from(p, &mut work);
        self.refresh(y, &mut work);
        let size = &p[self.at.geometry.clone()];
        let area = if self.water.is_some() { work[slot::AREA] } else { self.shape?.area(size) };
        let volume = self.volumes(p, y)?[0];
        let mut amount = 0.0;
        for (i, ion) in self.ions.iter().enumerate() {
            let CompiledLevel::Concentrations { .. } = ion.level else { return None };
            amount += ion.z * work[self.layout.ions + ION_STRIDE * i] * volume;
        }
        if let Some(water) = &self.water {
            let inside = water.impermeants.clone().step_by(2).zip(&water.valences);
            amount += inside.map(|(i, z)| z * p[i] * work[slot::VOLUME_START]).sum::<f64>();
        }
        // 1 uF/cm2 um2 mV is 0.01 fC, and 1 amol of charges F/1000 fC.
        Some(Charge { membrane: 0.01 * p[self.at.capacitance] * area * y[0], ions: 1e-3 * FARADAY * amount })
    }
}
