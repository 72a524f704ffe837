//! Why a membrane rests where it does: what each ion, channel and pump adds, what each number of the cell would
//! change, and what it costs.
//!
//! Everything holds for concentrations as the cell states them. A transporter that moves no net charge adds nothing
//! to the waterfall for that reason: it holds the concentrations, which are given here.

mod attribution;
mod bill;
mod sensitivity;

pub use attribution::{Attribution, Share};
pub use bill::{Bill, PumpBill};
pub use sensitivity::{Sensitivity, Step};

use crate::cell::Cell;
use crate::membrane::Membrane;
use crate::rest::{self, RestError, RestReport};
use serde::Serialize;

/// Everything there is to say about a rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The rest itself.
    pub rest: RestReport,
    /// From one equilibrium potential to the rest.
    pub attribution: Attribution,
    /// Each mechanism taken out of the cell.
    pub knock_outs: Vec<KnockOut>,
    /// What each number of the cell would change, strongest first.
    pub sensitivities: Vec<Sensitivity>,
    /// What the pumps spend; none without a pump.
    pub bill: Option<Bill>,
}

/// The rest without one mechanism, concentrations unchanged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KnockOut {
    /// The mechanism.
    pub mechanism: String,
    /// The rest nearest to the cell's own, mV; none where the cell has no rest without it.
    pub v_rest: Option<f64>,
    /// V_rest minus that, mV: what the presence of the mechanism makes of the rest.
    pub effect: Option<f64>,
}

/// Explains the rest of `cell`.
///
/// # Errors
/// Where it has none.
pub fn explain(cell: &Cell) -> Result<Explanation, RestError> {
    let membrane = Membrane::compile(cell);
    let p = membrane.defaults();
    let rest = rest::rest(&membrane, &p)?;
    let mut y = vec![0.0; membrane.states().len()];
    membrane.state_at(rest.v_rest, &p, &mut y);
    Ok(Explanation {
        attribution: attribution::of(&membrane, &p, &y),
        knock_outs: knock_outs(cell, rest.v_rest),
        sensitivities: sensitivity::of(&membrane, &p, rest.v_rest, rest.steady_conductance),
        bill: bill::of(&membrane, &p, &y),
        rest,
    })
}

fn knock_outs(cell: &Cell, v_rest: f64) -> Vec<KnockOut> {
    let without = |i: usize| {
        let mut rest_of_it = cell.clone();
        let mechanism = rest_of_it.mechanisms.remove(i).name;
        let membrane = Membrane::compile(&rest_of_it);
        let v = rest::nearest_rest(&membrane, &membrane.defaults(), v_rest).ok();
        KnockOut { mechanism, v_rest: v, effect: v.map(|v| v_rest - v) }
    };
    (0..cell.mechanisms.len()).map(without).collect()
}
