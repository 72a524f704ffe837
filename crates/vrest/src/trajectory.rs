//! A solved trajectory as named columns: states, injected current, whatever else the protocol moved.

use vrest_figures::charts::{Stimulus, trace};
use vrest_figures::{Axis, Figure, Interpolation};
use vrest_membrane::Experiment;
use vrest_membrane::membrane::StateInfo;
use vrest_ode::{Solution, Stats, VectorField};

use crate::failure::Failure;
use crate::table::{Align, Table};

/// One quantity over time.
#[derive(Clone, Debug)]
pub struct Column {
    /// `V`, `hh_na.m`, `stimulus`, `ions.K.outside`, ...
    pub name: String,
    /// Its unit.
    pub unit: &'static str,
    /// One value a row.
    pub values: Vec<f64>,
}

/// A trajectory.
#[derive(Clone, Debug)]
pub struct Trajectory {
    /// Times, ms.
    pub t_ms: Vec<f64>,
    /// States (voltage first), then what was done to the cell.
    pub columns: Vec<Column>,
    /// The cost of the solution.
    pub stats: Stats,
    title: String,
    /// Which column is the answer: V, or the current of a voltage clamp.
    answer: usize,
    /// What was done to the cell, at the rows and on both sides of every edge, so that steps are drawn upright.
    done: Vec<Column>,
    sharp_t_ms: Vec<f64>,
}

impl Trajectory {
    /// The solution of an experiment with the parameters `p`.
    pub fn new(experiment: &Experiment, p: &[f64], solution: &Solution) -> Self {
        let membrane = experiment.membrane();
        let states = membrane.states().iter().enumerate().map(|(i, state)| Column {
            name: state.name.clone(),
            unit: state.dimension.unit(),
            values: solution.state(i).collect(),
        });
        let mut columns: Vec<Column> = states.collect();
        if let (true, Some(command)) = (experiment.imposes_voltage(), experiment.command(p, &solution.t)) {
            columns[0].values = command;
        }
        columns.extend(concentrations(experiment, p, solution));
        let answer = match experiment.clamp_current(p, solution) {
            Some(values) => {
                columns.push(Column { name: "clamp.current".into(), unit: "uA/cm2", values });
                columns.len() - 1
            }
            None => 0,
        };
        columns.extend(done(experiment, p, &solution.t));
        let sharp_t_ms = with_edges(experiment, p, &solution.t);
        Self {
            t_ms: solution.t.clone(),
            columns,
            stats: solution.stats,
            title: format!("{} under {}", membrane.name(), experiment.protocol().name),
            done: done(experiment, p, &sharp_t_ms),
            sharp_t_ms,
            answer,
        }
    }

    /// What was recorded: V, or under a voltage clamp its current.
    pub fn answer(&self) -> &Column {
        &self.columns[self.answer]
    }

    /// For files.
    pub fn table(&self) -> Result<vrest_data::Table, Failure> {
        let mut table = vrest_data::Table::new().with_numbers("t", "ms", self.t_ms.clone())?;
        for column in &self.columns {
            table = table.with_numbers(&column.name, column.unit, column.values.clone())?;
        }
        Ok(table)
    }

    /// For standard output.
    pub fn text_table(&self) -> Table {
        let heading =
            |name: &str, unit: &str| if unit.is_empty() { name.into() } else { format!("{name} ({unit})") };
        let headings = std::iter::once(heading("t", "ms"))
            .chain(self.columns.iter().map(|c| heading(&c.name, c.unit)))
            .map(|name| (name, Align::Right));
        let mut table = Table::with_columns(headings.collect());
        for (i, t) in self.t_ms.iter().enumerate() {
            let values = std::iter::once(*t).chain(self.columns.iter().map(|c| c.values[i]));
            table.push(values.map(|x| format!("{x}")).collect());
        }
        table
    }

    /// V or the clamp current over time, and below it what was done to the cell.
    pub fn figure(&self) -> Figure {
        let stimuli: Vec<Stimulus> = self
            .done
            .iter()
            .map(|column| Stimulus {
                label: label(&column.name),
                unit: column.unit.into(),
                t_ms: self.sharp_t_ms.clone(),
                values: column.values.clone(),
                interpolation: Interpolation::Linear,
            })
            .collect();
        let answer = self.answer();
        let mut figure = trace(&self.title, &self.t_ms, &[("V", &answer.values)], &stimuli);
        if self.answer != 0 {
            figure.panels[0].y = Axis::new("I_{clamp}", answer.unit);
        }
        figure
    }
}

/// The concentrations behind the amounts of a cell whose volume moves.
fn concentrations(experiment: &Experiment, p: &[f64], solution: &Solution) -> Vec<Column> {
    let membrane = experiment.membrane();
    let column = |s: StateInfo| Column { name: s.name, unit: s.dimension.unit(), values: Vec::new() };
    let mut columns: Vec<Column> = membrane.observed().into_iter().map(column).collect();
    for i in 0..solution.t.len() {
        let observed = membrane.observe(&p[..membrane.params().len()], solution.row(i));
        columns.iter_mut().zip(observed).for_each(|(column, x)| column.values.push(x));
    }
    columns
}

/// The injected current, the command of a clamp, and every parameter that the protocol changes.
fn done(experiment: &Experiment, p: &[f64], t_ms: &[f64]) -> Vec<Column> {
    let stimulus = experiment.has_stimulus().then(|| Column {
        name: "stimulus".into(),
        unit: "uA/cm2",
        values: experiment.stimulus(p, t_ms),
    });
    let command =
        experiment.command(p, t_ms).map(|values| Column { name: "clamp.v".into(), unit: "mV", values });
    let changed = experiment.changed(p, t_ms).into_iter();
    let changed =
        changed.map(|(number, values)| Column { name: number.path.clone(), unit: number.unit(), values });
    stimulus.into_iter().chain(command).chain(changed).collect()
}

/// The times with both sides of every edge between them.
fn with_edges(experiment: &Experiment, p: &[f64], t_ms: &[f64]) -> Vec<f64> {
    let mut edges = Vec::new();
    experiment.breakpoints(p, &mut edges);
    let end = t_ms.last().copied().unwrap_or(0.0);
    let inside = edges.into_iter().filter(|e| *e > 0.0 && *e < end);
    let mut all: Vec<f64> = inside.flat_map(|e| [e.next_down(), e]).chain(t_ms.iter().copied()).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

/// The name of a column on an axis: short enough for a low panel.
fn label(name: &str) -> String {
    match name.strip_prefix("ions.") {
        Some(ion) => ion.replace('.', " "),
        None if name == "stimulus" => "I".into(),
        None if name == "clamp.v" => "V_{command}".into(),
        None => name.into(),
    }
}
