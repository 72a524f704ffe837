//! Loss and gradient over many chunks, on all threads, with the same bits for any number of them.
//!
//! Chunks are dealt to a fixed number of shards by their index. A shard is worked through in order by
//! whichever thread takes it, and shards are added up in their order.

use super::points::{Points, PointsKernel};
use super::rk4::{RolloutKernel, Want};
use super::room::Room;
use super::windows::{Guard, Windows};
use crate::field::LearnedField;
use crate::kernels::{Float, Lane, dispatch};
use rayon::prelude::*;

/// Number of shards: enough for the threads of a workstation, few enough to add up cheaply.
const SHARDS: usize = 16;

/// Evaluates one field; owns the workers' memory.
pub struct Engine<F: LearnedField, T: Float> {
    field: F,
    rooms: Vec<Room<F, T>>,
}

impl<F: LearnedField, T: Float> Engine<F, T> {
    /// An engine for chunks with `n_moving` moving inputs and rollouts of at most `steps` steps.
    pub fn new(field: &F, n_moving: usize, steps: usize) -> Self {
        let rooms = (0..SHARDS).map(|_| Room::new(field, n_moving, steps)).collect();
        Engine { field: field.clone(), rooms }
    }

    /// The field evaluated.
    pub fn field(&self) -> &F {
        &self.field
    }

    /// Adds up `work(weights, chunk, room)` over all chunks; the gradient, if there is one, is added to
    /// `gradient`.
    fn total<C: Sync>(
        &mut self,
        weights: &[f64],
        chunks: &[C],
        gradient: Option<&mut [f64]>,
        work: impl Fn(&F, &F::Weights<T>, &C, &mut Room<F, T>) -> f64 + Sync,
    ) -> f64 {
        let field = &self.field;
        let packed = field.pack::<T>(weights);
        let losses: Vec<f64> = self
            .rooms
            .par_iter_mut()
            .enumerate()
            .map(|(shard, room)| {
                chunks.iter().skip(shard).step_by(SHARDS).map(|c| work(field, &packed, c, room)).sum()
            })
            .collect();
        if let Some(out) = gradient {
            for room in self.rooms.iter_mut().take(chunks.len()) {
                room.take_gradient(field, out);
            }
        }
        losses.iter().sum()
    }

    /// The loss over chunks of windows, and its gradient added to `gradient` if given.
    pub fn rollout(
        &mut self,
        weights: &[f64],
        windows: &[Windows<T>],
        guard: Guard<T>,
        gradient: Option<&mut [f64]>,
    ) -> f64 {
        let want = if gradient.is_some() { Want::Gradient } else { Want::States };
        self.total(weights, windows, gradient, |field, weights, windows, room| {
            dispatch(RolloutKernel { field, weights, windows, guard, room, want })
        })
    }

    /// The states before the first and after every step of each chunk.
    pub fn states(&mut self, weights: &[f64], windows: &[Windows<T>], guard: Guard<T>) -> Vec<Vec<Lane<T>>> {
        let field = &self.field;
        let weights = &field.pack::<T>(weights);
        let per_shard: Vec<Vec<Vec<Lane<T>>>> = self
            .rooms
            .par_iter_mut()
            .enumerate()
            .map(|(shard, room)| {
                let mine = windows.iter().skip(shard).step_by(SHARDS);
                mine.map(|windows| {
                    let room = &mut *room;
                    dispatch(RolloutKernel { field, weights, windows, guard, room, want: Want::States });
                    std::mem::take(&mut room.history)
                })
                .collect()
            })
            .collect();
        let mut sources: Vec<_> = per_shard.into_iter().map(Vec::into_iter).collect();
        (0..windows.len()).filter_map(|chunk| sources[chunk % SHARDS].next()).collect()
    }

    /// The loss over chunks of points, and its gradient added to `gradient` if given.
    pub fn points(&mut self, weights: &[f64], points: &[Points<T>], gradient: Option<&mut [f64]>) -> f64 {
        let differentiate = gradient.is_some();
        self.total(weights, points, gradient, |field, weights, points, room| {
            dispatch(PointsKernel { field, weights, points, room, gradient: differentiate })
        })
    }
}
