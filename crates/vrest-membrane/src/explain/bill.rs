//! What the pumps spend at rest.

use crate::constants::{AVOGADRO, ELEMENTARY_CHARGE, FARADAY};
use crate::mechanism::Class;
use crate::membrane::{CurrentPart, Membrane};
use serde::Serialize;

/// 1 uA/cm2 in C/(s um2).
const COULOMB_PER_S_UM2: f64 = 1e-14;

/// What one pump does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PumpBill {
    /// The mechanism.
    pub mechanism: String,
    /// Net current, uA/cm2, outward positive.
    pub current: f64,
    /// Cycles, which are molecules of ATP, 1/(s um2).
    pub atp: f64,
    /// Work that a cycle does against the gradients and the voltage, kJ/mol; what ATP yields must be more.
    pub work: f64,
}

/// What all pumps of a cell spend.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bill {
    /// Net pump current, uA/cm2.
    pub current: f64,
    /// Molecules of ATP, 1/(s um2).
    pub atp: f64,
    /// ATP per area in pmol/(cm2 s).
    pub atp_pmol: f64,
    /// Molecules of ATP for the whole cell, 1/s; needs its shape.
    pub atp_cell: Option<f64>,
    /// How fast that would use up ATP inside, mM/s; needs its shape.
    pub atp_inside: Option<f64>,
    /// Each pump.
    pub pumps: Vec<PumpBill>,
}

/// The bill at the state `y`; none where no pump of known proportions moves charge.
pub(super) fn of(membrane: &Membrane, p: &[f64], y: &[f64]) -> Option<Bill> {
    let parts = membrane.currents(p, y);
    let mut pumps = Vec::new();
    let mut names: Vec<&str> =
        parts.iter().filter(|c| c.class == Class::Pump).map(|c| c.mechanism.as_str()).collect();
    names.dedup();
    for name in names {
        let own: Vec<&CurrentPart> = parts.iter().filter(|c| c.mechanism == name).collect();
        // Charges in one cycle; one ATP each.
        let charges: f64 = membrane.stoichiometry(name).iter().sum();
        if charges == 0.0 {
            continue;
        }
        let current: f64 = own.iter().map(|c| c.current).sum();
        let cycles = current / charges;
        // Each ion is carried across E - V; the sum is mV for each charge of the cycle.
        let against =
            |c: &&CurrentPart| c.ion.map_or(0.0, |i| c.current * (membrane.ion_level(p, i).nernst - y[0]));
        let work = own.iter().map(against).sum::<f64>() / cycles;
        pumps.push(PumpBill {
            mechanism: name.to_string(),
            current,
            atp: cycles * COULOMB_PER_S_UM2 / ELEMENTARY_CHARGE,
            // mV times C/mol is mJ/mol.
            work: if cycles == 0.0 { 0.0 } else { work * FARADAY * 1e-6 },
        });
    }
    if pumps.is_empty() {
        return None;
    }
    let atp: f64 = pumps.iter().map(|b| b.atp).sum();
    let size = membrane.size(p);
    Some(Bill {
        current: pumps.iter().map(|b| b.current).sum(),
        atp,
        atp_pmol: atp / AVOGADRO * 1e12 * 1e8,
        atp_cell: size.map(|s| atp * s.area),
        // Molecules over um2/um = um3 = 1e-15 l.
        atp_inside: size.map(|s| atp * s.area_over_volume / AVOGADRO * 1e15 * 1e3),
        pumps,
    })
}
