//! Cells for tests.
#![allow(dead_code, reason = "each test binary uses some of these")]

use vrest_membrane::{Cell, Experiment, Membrane, Protocol, presets, resting_potential};
use vrest_ode::{Options, Output, Solution, VectorField, solve};

/// The preset called `name`.
pub fn preset(name: &str) -> Cell {
    cell(presets::cell(name).unwrap_or_else(|| panic!("no preset `{name}`")).text)
}

/// The file of the preset called `name`.
pub fn text(name: &str) -> String {
    presets::cell(name).unwrap_or_else(|| panic!("no preset `{name}`")).text.to_string()
}

/// The cell of a text that must be right.
pub fn cell(text: &str) -> Cell {
    Cell::parse(text).unwrap_or_else(|problems| panic!("{problems:#?}\n{text}")).cell
}

/// `cell` under the protocol of a text that must be right.
pub fn experiment(cell: &Cell, protocol: &str) -> Experiment {
    let protocol = Protocol::parse(protocol).unwrap_or_else(|p| panic!("{p:#?}")).protocol;
    Experiment::new(Membrane::compile(cell), protocol).unwrap_or_else(|p| panic!("{p:#?}"))
}

/// The states at `times` (ms), from the start that the protocol asks for, at tight tolerances.
pub fn trajectory(experiment: &Experiment, times: &[f64]) -> Solution {
    let p = experiment.defaults();
    let n = experiment.membrane().params().len();
    let v = match experiment.v_start() {
        Some(i) => p[i],
        None => resting_potential(experiment.membrane(), &p[..n]).unwrap(),
    };
    let mut y0 = vec![0.0; experiment.n_states()];
    experiment.state_at(v, &p, &mut y0);
    let end = experiment.protocol().duration;
    solve(experiment, &p, &y0, 0.0, end, Output::At(times), &Options::with_tolerance(1e-9, 1e-9)).unwrap()
}

/// A membrane and its parameters, some of them changed.
pub struct Bench {
    pub membrane: Membrane,
    pub p: Vec<f64>,
}

impl Bench {
    pub fn new(cell: &Cell) -> Self {
        let membrane = Membrane::compile(cell);
        let p = membrane.defaults();
        Bench { membrane, p }
    }
    pub fn of(name: &str) -> Self {
        Self::new(&preset(name))
    }
    /// With the number at `path` changed.
    pub fn with(mut self, path: &str, value: f64) -> Self {
        let i = self.membrane.index(path).unwrap_or_else(|| panic!("no parameter `{path}`"));
        self.p[i] = value;
        self
    }
    pub fn rest(&self) -> f64 {
        resting_potential(&self.membrane, &self.p).unwrap()
    }
    /// dy/dt at `y`.
    pub fn slope(&self, y: &[f64]) -> Vec<f64> {
        let (mut work, mut dy) = (vec![0.0; self.membrane.work_len()], vec![0.0; y.len()]);
        self.membrane.prepare(0.0, &self.p, &mut work);
        self.membrane.eval(0.0, y, &mut work, &mut dy);
        dy
    }
    /// The state at `v` with gates at their steady state.
    pub fn state(&self, v: f64) -> Vec<f64> {
        let mut y = vec![0.0; self.membrane.states().len()];
        self.membrane.state_at(v, &self.p, &mut y);
        y
    }
}
