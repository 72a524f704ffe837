//! The waterfall: an identity, not an estimate.
//!
//! At rest every passive current is I = g (V - E) with its chord conductance g = I/(V - E), so that
//! V_rest = (sum g E - I_rest)/G with G = sum g and I_rest everything that has no reversal potential (pumps,
//! electrogenic transporters). Measured from one equilibrium potential E_0 this is
//! V_rest = E_0 + sum (g/G)(E - E_0) - I_rest/G: each term belongs to one mechanism, none depends on the order.
//! For ohmic leaks it is the chord-conductance equation; with GHK leaks and gated channels it is exact all the same,
//! because their chords are taken at the rest itself.

use crate::mechanism::Class;
use crate::membrane::{CurrentPart, Membrane};
use serde::Serialize;

/// Closer to its equilibrium potential than this, mV, a current's chord is its slope.
const TOUCHING: f64 = 1e-6;
/// Where the reversal potential of a current without an ion is looked for, mV.
const REVERSALS: f64 = 500.0;

/// One term of the waterfall.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Share {
    /// The mechanism's name in the cell.
    pub mechanism: String,
    /// Its kind.
    pub kind: &'static str,
    /// Its family.
    pub class: &'static str,
    /// The ion of a passive current; none for a pump, a transporter or a current of no ion in particular.
    pub ion: Option<String>,
    /// uA/cm2, outward positive.
    pub current: f64,
    /// Where the current vanishes, mV; none where it acts as a constant current.
    pub reversal: Option<f64>,
    /// Chord conductance, mS/cm2.
    pub conductance: Option<f64>,
    /// Its part of the membrane's chord conductance, 0 to 1: the weight of its reversal potential.
    pub weight: Option<f64>,
    /// What it adds on the way from `start` to the rest, mV.
    pub change: f64,
}

/// From `start` to the rest, term by term.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attribution {
    /// The ion from whose equilibrium potential the waterfall starts: K, or the one with most conductance.
    pub reference: String,
    /// Its equilibrium potential, mV.
    pub start: f64,
    /// Sum of the chord conductances, mS/cm2.
    pub conductance: f64,
    /// The terms: passive currents first, each in the order of the cell.
    pub shares: Vec<Share>,
    /// `start` and all changes, mV: the rest.
    pub sum: f64,
}

/// The attribution at the state `y`, at which the net current vanishes.
pub(super) fn of(membrane: &Membrane, p: &[f64], y: &[f64]) -> Attribution {
    let names: Vec<&str> = membrane.ion_names().collect();
    let mut passive: Vec<(Share, f64, f64)> = Vec::new();
    let mut constant: Vec<Share> = Vec::new();
    for part in membrane.currents(p, y) {
        let share = Share {
            mechanism: part.mechanism.clone(),
            kind: part.kind,
            class: part.class.name(),
            ion: part.ion.map(|i| names[i].to_string()),
            current: part.current,
            reversal: None,
            conductance: None,
            weight: None,
            change: 0.0,
        };
        match chord(membrane, p, y, &part) {
            Some((e, g)) => passive.push((share, e, g)),
            // All ions of a pump or transporter together: what counts is the net charge.
            None => match constant.iter_mut().find(|s| s.mechanism == part.mechanism) {
                Some(known) => known.current += part.current,
                None => constant.push(Share { ion: None, ..share }),
            },
        }
    }
    let conductance: f64 = passive.iter().map(|(_, _, g)| g).sum();
    let of_ion = |name: &str| passive.iter().find(|(s, ..)| s.ion.as_deref() == Some(name));
    let most = || passive.iter().max_by(|a, b| a.2.total_cmp(&b.2));
    let start =
        of_ion("K").or_else(most).map(|(s, e, _)| (s.ion.as_ref().unwrap_or(&s.mechanism).clone(), *e));
    let (reference, start) = start.unwrap_or_else(|| ("0 mV".into(), 0.0));
    let weighted = passive.into_iter().map(|(share, e, g)| {
        let weight = g / conductance;
        Share {
            reversal: Some(e),
            conductance: Some(g),
            weight: Some(weight),
            change: weight * (e - start),
            ..share
        }
    });
    let driven = constant.into_iter().map(|share| Share { change: -share.current / conductance, ..share });
    let shares: Vec<Share> = weighted.chain(driven).collect();
    let sum = start + shares.iter().map(|s| s.change).sum::<f64>();
    Attribution { reference, start, conductance, shares, sum }
}

fn is_passive(part: &CurrentPart) -> bool {
    matches!(part.class, Class::Leak | Class::Channel)
}

/// Reversal potential and chord conductance of a passive current.
fn chord(membrane: &Membrane, p: &[f64], y: &[f64], part: &CurrentPart) -> Option<(f64, f64)> {
    if !is_passive(part) {
        return None;
    }
    let e = match part.ion {
        Some(ion) => {
            let level = membrane.ion_level(p, ion);
            (level.z != 0.0).then_some(level.nernst)?
        }
        None => reversal(membrane, p, y, part)?,
    };
    let drive = y[0] - e;
    let g = if drive.abs() > TOUCHING { part.current / drive } else { part.slope };
    (g.is_finite() && g >= 0.0).then_some((e, g))
}

/// Where the current of a mechanism without an ion vanishes with gates as they are: Newton from the state `y`.
fn reversal(membrane: &Membrane, p: &[f64], y: &[f64], part: &CurrentPart) -> Option<f64> {
    const MOST: usize = 50;
    let mut y = y.to_vec();
    for _ in 0..MOST {
        let mut currents = membrane.currents(p, &y).into_iter();
        let now = currents.find(|c| c.mechanism == part.mechanism && c.ion.is_none())?;
        let step = now.current / now.slope;
        if !step.is_finite() || (y[0] - step).abs() > REVERSALS {
            return None;
        }
        y[0] -= step;
        if step.abs() <= 1e-12 * y[0].abs().max(1.0) {
            return Some(y[0]);
        }
    }
    None
}
