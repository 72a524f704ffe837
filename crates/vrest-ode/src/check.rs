//! Arguments of a solve, checked before any work.

use crate::error::{Refusal, SolveError};
use crate::field::VectorField;
use crate::options::{Options, Output, Tolerance};

/// Checks everything that [`crate::solve()`] takes.
pub(crate) fn arguments<F: VectorField>(
    field: &F,
    p: &[f64],
    y0: &[f64],
    t0: f64,
    t1: f64,
    output: Output,
    options: &Options,
) -> Result<(), SolveError> {
    system(field, p, y0)?;
    settings(field, t0, t1, options)?;
    if let Output::At(times) = output {
        output_times(times, t0, t1)?;
    }
    Ok(())
}

/// Checks what belongs to one system: parameters and initial state.
pub(crate) fn system<F: VectorField>(field: &F, p: &[f64], y0: &[f64]) -> Result<(), SolveError> {
    length("p", field.n_params(), p.len())?;
    length("y0", field.n_states(), y0.len())?;
    initial_state(field, y0)
}

pub(crate) fn length(what: &'static str, expected: usize, got: usize) -> Result<(), SolveError> {
    if expected == got { Ok(()) } else { Err(SolveError::Length { what, expected, got }) }
}

pub(crate) fn settings<F: VectorField>(
    field: &F,
    t0: f64,
    t1: f64,
    options: &Options,
) -> Result<(), SolveError> {
    let need = |ok: bool, what: &'static str, value: f64, allowed: &'static str| {
        if ok { Ok(()) } else { Err(SolveError::Setting { what, value, allowed }) }
    };
    need(t0.is_finite(), "t0", t0, "the start must be finite")?;
    need(t1.is_finite() && t1 >= t0, "t1", t1, "the end must be finite and not before the start")?;
    let rtol = options.rtol;
    need((1e-14..=1.0).contains(&rtol), "rtol", rtol, "allowed is 1e-14 to 1")?;
    if let Tolerance::PerState(each) = &options.atol {
        length("atol", field.n_states(), each.len())?;
    }
    for i in 0..field.n_states() {
        let atol = options.atol.of(i);
        need(atol > 0.0 && atol.is_finite(), "atol", atol, "it must be positive and finite")?;
    }
    need(options.h_max > 0.0, "h_max", options.h_max, "the longest step must be positive")
}

pub(crate) fn output_times(times: &[f64], t0: f64, t1: f64) -> Result<(), SolveError> {
    let mut before = t0;
    for (index, &t) in times.iter().enumerate() {
        // Also refuses NaN.
        if !(t >= before && t <= t1) {
            return Err(SolveError::OutputTime { index, t, t0, t1 });
        }
        before = t;
    }
    Ok(())
}

pub(crate) fn initial_state<F: VectorField>(field: &F, y0: &[f64]) -> Result<(), SolveError> {
    let refuse = |i: usize, refusal| {
        Err(SolveError::InitialState { state: field.state_name(i), value: y0[i], refusal })
    };
    if let Some(i) = y0.iter().position(|y| !y.is_finite()) {
        return refuse(i, Refusal::NotFinite);
    }
    match field.positive_states().iter().copied().find(|&i| y0[i] <= 0.0) {
        Some(i) => refuse(i, Refusal::NotPositive),
        None => Ok(()),
    }
}
