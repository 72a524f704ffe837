//! Questions about a membrane under given parameters that the inner loop does not ask.

use super::{CompiledLevel, IonLevel, Membrane, Size, slot};
use crate::constants::rt_over_f;
use crate::equilibrium::nernst;
use crate::mechanism::{Class, Gate};
use vrest_ode::Real;

impl Membrane {
    /// Temperature (K), RT/F (mV) and capacitance (uF/cm2).
    pub fn surroundings(&self, p: &[f64]) -> (f64, f64, f64) {
        let kelvin = p[self.at.temperature];
        let rt_f = self.at.rt_over_f.map_or_else(|| rt_over_f(kelvin), |i| p[i]);
        (kelvin, rt_f, p[self.at.capacitance])
    }

    /// Ion number `ion` at its (starting) concentrations.
    pub fn ion_level(&self, p: &[f64], ion: usize) -> IonLevel {
        let rt_f = self.surroundings(p).1;
        let z = self.ions[ion].z;
        match self.ions[ion].level {
            CompiledLevel::Fixed { e } => IonLevel { z, concentrations: None, nernst: p[e], rt_f },
            CompiledLevel::Concentrations { inside, outside } => {
                let (inside, outside) = (p[inside], p[outside]);
                let nernst = if z == 0.0 { 0.0 } else { nernst(z, outside, inside, rt_f) };
                IonLevel { z, concentrations: Some([inside, outside]), nernst, rt_f }
            }
        }
    }

    /// Area and area over volume, where the cell has a shape.
    pub fn size(&self, p: &[f64]) -> Option<Size> {
        let shape = self.shape?;
        let p = &p[self.at.geometry.clone()];
        Some(Size { area: shape.area(p), area_over_volume: shape.area_over_volume(p) })
    }

    /// Area, um2, where the cell has a shape; over any number, for derivatives by the size.
    #[inline(always)]
    pub fn area<R: Real>(&self, p: &[R]) -> Option<R> {
        Some(self.shape?.area(&p[self.at.geometry.clone()]))
    }

    /// How many of the states, the last ones, are slow: volume, and concentrations or amounts.
    pub fn moving_states(&self) -> usize {
        self.moving.len() + usize::from(self.water.is_some())
    }

    /// The kinetics of every gate at `v` mV, in the order of the states, concentrations as the parameters say.
    pub fn gate_kinetics(&self, v: f64, p: &[f64]) -> Vec<Gate<f64>> {
        let mut work = vec![0.0; self.layout.end];
        self.prepare_at_start(p, &mut work);
        self.mechanisms.iter().flat_map(|m| self.own_kinetics(m, v, &work)).collect()
    }

    /// The fixed proportions of the currents of the mechanism called `name`, one for each of its slots; empty where
    /// they vary.
    pub fn stoichiometry(&self, name: &str) -> &'static [f64] {
        self.mechanisms.iter().find(|m| m.name == name).map_or(&[], |m| m.mechanism.spec().stoichiometry)
    }

    /// The parameters with every pump blocked.
    pub fn with_pumps_blocked(&self, p: &[f64]) -> Vec<f64> {
        let mut blocked = p.to_vec();
        for m in self.mechanisms.iter().filter(|m| m.class == Class::Pump) {
            if let Some(i) = self.index(&format!("{}.block", m.name)) {
                blocked[i] = 1.0;
            }
        }
        blocked
    }

    /// Slope and intercept of the net current, from a prepared work vector, if it is a straight line.
    pub(crate) fn straight_line(&self, work: &[f64]) -> Option<(f64, f64)> {
        self.is_affine().then(|| (work[slot::LINE_G], work[slot::LINE_I]))
    }
}
