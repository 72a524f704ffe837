//! Many systems of one kind at a time: one a lane, each with its own parameters, time, step and end.
//!
//! The systems of an ensemble need different steps at different times, a spike here and a rest there. Lanes that
//! shared a step would all take the shortest; here every lane has its own, and a lane that has come to its end takes
//! the next member at once, so that none idles. A member's numbers depend on nothing but itself: neither on its lane,
//! nor on its neighbours, nor on the number of threads.
//!
//! Lanes take explicit steps, with second derivatives where the field has them cheaply. A member that these do not suit
//! goes to the solver for one system ([`solve()`]): one that stability limits to short steps, one whose segments have an
//! exact solution, and one that fails, whose reason is then told as for a single system. Where an evaluation costs much, as
//! that of a network does, and the state is one number, steps are those of polynomials made of a few evaluations.

mod lane;
mod method;
mod pack;
mod polynomial;
mod recorder;

use crate::check;
use crate::error::SolveError;
use crate::exponential;
use crate::field::VectorField;
use crate::lanes::{Vector, Work, dispatch};
use crate::options::{self, Options, Output};
use crate::solution::Stats;
use crate::solve::{self, solve};
use method::{Tdrk6, Tsit5};
use pack::Pack;
use polynomial::OnPolynomials;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One system of an ensemble.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The caller's number for it.
    pub id: usize,
    /// Its parameters.
    pub p: Vec<f64>,
    /// Its state at the start.
    pub y0: Vec<f64>,
}

/// What all members have in common.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// Start of the span.
    pub t0: f64,
    /// End of the span.
    pub t1: f64,
    /// The times that come back, as in [`Output::At`].
    pub times: &'a [f64],
    /// The states that come back.
    pub record: &'a [usize],
    /// Settings, the same for all.
    pub options: &'a Options<'a>,
}

/// One member's course.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory {
    /// The recorded states, row-major: `values[k * record.len() + i]` is state `record[i]` at `times[k]`.
    pub values: Vec<f64>,
    /// What it cost.
    pub stats: Stats,
}

/// Solves y' = f(t, y; p) for every member that `next` gives, on this thread, and hands each course to `done` as soon
/// as it is finished (in the order of finishing).
///
/// Several threads may share one source of members, each calling this function. Only the members in work are held
/// in memory.
///
/// # Errors
/// Each member has its own, see [`SolveError`].
pub fn ensemble<F: VectorField>(
    field: &F,
    plan: &Plan,
    mut next: impl FnMut() -> Option<Member>,
    mut done: impl FnMut(usize, Result<Trajectory, SolveError>),
) {
    let common = check::settings(field, plan.t0, plan.t1, plan.options)
        .and_then(|()| check::output_times(plan.times, plan.t0, plan.t1));
    if common.is_err() {
        // Said for each member, in the words of a single solve.
        while let Some(member) = next() {
            done(member.id, alone(field, plan, &member));
        }
        return;
    }
    dispatch(InLanes { field, plan, next: &mut next, done: &mut done });
}

/// The members that `next` gives, side by side.
struct InLanes<'a, F> {
    field: &'a F,
    plan: &'a Plan<'a>,
    next: &'a mut dyn FnMut() -> Option<Member>,
    done: &'a mut dyn FnMut(usize, Result<Trajectory, SolveError>),
}

impl<F: VectorField> Work for InLanes<'_, F> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        let InLanes { field, plan, next, done } = self;
        // The explicit method by name is Tsit5.
        let choose = plan.options.method == options::Method::Auto;
        if F::COSTLY && choose && exponential::applicable(field) {
            let mut left = Pack::<F, V, OnPolynomials<V>>::new(field, plan).run(next, done);
            Pack::<F, V, Tsit5<V>>::new(field, plan).run(&mut || left.pop(), done);
        } else if choose && field.has_second_derivative() {
            Pack::<F, V, Tdrk6<V>>::new(field, plan).run(next, done);
        } else {
            Pack::<F, V, Tsit5<V>>::new(field, plan).run(next, done);
        }
    }
}

/// [`ensemble`] of `n` members on the threads of the current rayon pool. `member(i)` gives the i-th, or `None` where it
/// is to be left out; it and `done` are called from several threads, in no order.
///
/// # Errors
/// Each member has its own, see [`SolveError`].
pub fn ensemble_on_all_threads<F: VectorField>(
    field: &F,
    plan: &Plan,
    n: usize,
    member: impl Fn(usize) -> Option<Member> + Sync,
    done: impl Fn(usize, Result<Trajectory, SolveError>) + Sync,
) {
    // One source for all threads: whoever has a lane free takes the next, so that all end together.
    let source = AtomicUsize::new(0);
    let next = || {
        loop {
            let i = source.fetch_add(1, Ordering::Relaxed);
            if i >= n {
                return None;
            }
            if let Some(member) = member(i) {
                return Some(member);
            }
        }
    };
    let threads = rayon::current_num_threads().min(n);
    (0..threads).into_par_iter().for_each(|_| ensemble(field, plan, next, &done));
}

/// One member by the solver for one system.
fn alone<F: VectorField>(field: &F, plan: &Plan, member: &Member) -> Result<Trajectory, SolveError> {
    let output = Output::At(plan.times);
    let solution = solve(field, &member.p, &member.y0, plan.t0, plan.t1, output, plan.options)?;
    let values = if plan.record.len() == solution.n_states {
        solution.y
    } else {
        let rows = solution.y.chunks_exact(solution.n_states);
        rows.flat_map(|row| plan.record.iter().map(|&i| row[i])).collect()
    };
    Ok(Trajectory { values, stats: solution.stats })
}

/// One member's course where all its segments have an exact solution.
fn exactly<F: VectorField>(field: &F, plan: &Plan, member: &Member) -> Option<Trajectory> {
    if plan.record != [0] || check::system(field, &member.p, &member.y0).is_err() {
        return None;
    }
    let span = (plan.t0, plan.t1);
    let (values, stats) = solve::exactly(field, &member.p, &member.y0, span, plan.times, plan.options)?;
    Some(Trajectory { values, stats })
}

#[cfg(test)]
mod tests;
