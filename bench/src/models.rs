//! Our side's membranes: cell and protocol files like any user's.

use std::sync::Mutex;
use vrest_membrane::{Cell, Experiment, Membrane, Problem, Protocol, presets};
use vrest_ode::{Member, Options, Plan};

use crate::error::BenchError;
use crate::exchange::Array;

/// The squid axon with fixed reversal potentials.
pub const HODGKIN_HUXLEY: &str = include_str!("../models/hodgkin_huxley.toml");
/// The same, its channels written as formulas.
pub const HODGKIN_HUXLEY_FORMULAS: &str = include_str!("../models/hodgkin_huxley_formulas.toml");
/// The parameters that B2 varies and B8 differentiates by, in the peers' order.
pub const HODGKIN_HUXLEY_PATHS: [&str; 7] =
    ["hh_na.g", "hh_k.g", "leak.g", "ions.Na.e", "ions.K.e", "leak.e", "capacitance"];
/// B1's protocol.
pub const STEP: &str = include_str!("../models/step.toml");
/// B2's protocol.
pub const CONSTANT_CURRENT: &str = include_str!("../models/constant_current.toml");
/// B8's protocol.
pub const TWO_CURRENTS: &str = include_str!("../models/two_currents.toml");

/// The seed's cell, which comes with the program.
pub fn seed_neuron() -> Result<&'static str, BenchError> {
    presets::cell("seed_neuron")
        .map(|p| p.text)
        .ok_or_else(|| BenchError::Ours("no preset `seed_neuron`".into()))
}

/// A protocol on a cell, both from the text of their files.
pub fn experiment(cell: &str, protocol: &str) -> Result<Experiment, BenchError> {
    let refused = |problems: Vec<Problem>| {
        BenchError::Ours(problems.iter().map(|p| p.fault.to_string()).collect::<Vec<_>>().join("; "))
    };
    let cell = Cell::parse(cell).map_err(refused)?.cell;
    let protocol = Protocol::parse(protocol).map_err(refused)?.protocol;
    Experiment::new(Membrane::compile(&cell), protocol).map_err(refused)
}

/// The first state of every row of `parameters` at `times`, one after the other into `out`, which is used again from one
/// repetition to the next; `member` turns a row into parameters and start.
pub fn ensemble(
    experiment: &Experiment,
    parameters: &Array,
    times: &[f64],
    options: &Options,
    out: &Mutex<Vec<f64>>,
    member: impl Fn(&[f64]) -> (Vec<f64>, Vec<f64>) + Sync,
) -> Result<(), BenchError> {
    let plan = Plan { t0: 0.0, t1: times[times.len() - 1], times, record: &[0], options };
    let rows: Vec<&[f64]> = parameters.rows().collect();
    let mut out = out.lock().expect("no thread panics");
    out.resize(rows.len() * times.len(), 0.0);
    // A lock for each row, so that no thread waits for another's copy.
    let places: Vec<_> = out.chunks_exact_mut(times.len()).map(Mutex::new).collect();
    let failed = Mutex::new(None);
    let draw = |id: usize| {
        let (p, y0) = member(rows[id]);
        Some(Member { id, p, y0 })
    };
    experiment.ensemble(&plan, rows.len(), &draw, &|id, result| match result {
        Ok(course) => places[id].lock().expect("no thread panics").copy_from_slice(&course.values),
        Err(e) => *failed.lock().expect("no thread panics") = Some(e),
    });
    match failed.into_inner().expect("no thread panics") {
        Some(e) => Err(BenchError::ours(e)),
        None => Ok(()),
    }
}

/// Where the named parameters stand in the experiment's parameter vector.
pub fn indices(experiment: &Experiment, paths: &[&str]) -> Result<Vec<usize>, BenchError> {
    let index = |path: &&str| {
        experiment
            .index(path)
            .ok_or_else(|| BenchError::Ours(format!("the membrane has no parameter `{path}`")))
    };
    paths.iter().map(index).collect()
}
