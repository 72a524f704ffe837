//! Loss and gradient over many chunks, on all threads, with the same bits for any number of them.
//!
//! Chunks are dealt to a fixed number of shards by their index. A shard is worked through in order by
//! whichever thread takes it, and shards are added up in their order. Each thread has one room, used again from shard
//! to shard, so that the tape stays in the nearer caches.

use super::points::{Points, PointsKernel};
use super::rk4::{RolloutKernel, Want};
use super::room::Room;
use super::windows::{Guard, Windows};
use crate::field::LearnedField;
use crate::kernels::{Float, Lane, dispatch};
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Number of shards: enough for the threads of a workstation, few enough to add up cheaply.
const SHARDS: usize = 16;

/// Evaluates one field; owns the workers' memory.
pub struct Engine<F: LearnedField, T: Float> {
    field: F,
    rooms: Vec<Room<F, T>>,
}

impl<F: LearnedField, T: Float> Engine<F, T> {
    /// An engine for rollouts of at most `steps` steps.
    pub fn new(field: &F, steps: usize) -> Self {
        let rooms = (0..rayon::current_num_threads()).map(|_| Room::new(field, steps)).collect();
        Engine { field: field.clone(), rooms }
    }

    /// The same engine with another tolerance of the polynomials that stand for the field along a rollout, as a share
    /// of its size; zero evaluates the field in every stage.
    pub fn with_tolerance(mut self, tolerance: f64) -> Self {
        self.rooms.iter_mut().for_each(|room| room.tolerance = tolerance);
        self
    }

    /// The field evaluated.
    pub fn field(&self) -> &F {
        &self.field
    }

    /// `work(field, shard, room)` for the shards of `n_chunks` chunks, in their order.
    fn shards<R: Send>(
        &mut self,
        n_chunks: usize,
        work: impl Fn(&F, usize, &mut Room<F, T>) -> R + Sync,
    ) -> Vec<R> {
        let (field, next) = (&self.field, AtomicUsize::new(0));
        let shards =
            || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&shard| shard < n_chunks.min(SHARDS));
        let all = self.rooms.par_iter_mut().map(|room| {
            std::iter::from_fn(shards).map(|shard| (shard, work(field, shard, room))).collect::<Vec<_>>()
        });
        let mut all: Vec<(usize, R)> = all.collect::<Vec<_>>().into_iter().flatten().collect();
        all.sort_by_key(|(shard, _)| *shard);
        all.into_iter().map(|(_, result)| result).collect()
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
        let n = weights.len();
        let weights = self.field.pack::<T>(weights);
        let differentiate = gradient.is_some();
        let shards = self.shards(chunks.len(), |field, shard, room| {
            let mine = chunks.iter().skip(shard).step_by(SHARDS);
            let loss: f64 = mine.map(|chunk| work(field, &weights, chunk, room)).sum();
            // From the kernels' layout to the flat one here, on all threads.
            let gradient = differentiate.then(|| {
                let mut flat = vec![0.0; n];
                field.add_gradient(&mut room.take_gradient(field), &mut flat);
                flat
            });
            (loss, gradient)
        });
        if let Some(out) = gradient {
            for (_, gradient) in &shards {
                gradient.iter().for_each(|of_shard| out.iter_mut().zip(of_shard).for_each(|(g, x)| *g += x));
            }
        }
        shards.iter().map(|(loss, _)| loss).sum()
    }

    /// The loss over chunks of windows, and its gradient added to `gradient` if given.
    pub fn rollout(
        &mut self,
        weights: &[f64],
        windows: &[Windows<T>],
        guard: Guard<T>,
        gradient: Option<&mut [f64]>,
    ) -> f64 {
        let want = if gradient.is_some() { Want::Gradient } else { Want::Loss };
        self.total(weights, windows, gradient, |field, weights, windows, room| {
            dispatch(RolloutKernel { field, weights, windows, guard, room, want })
        })
    }

    /// The states before the first and after every step of each chunk.
    pub fn states(&mut self, weights: &[f64], windows: &[Windows<T>], guard: Guard<T>) -> Vec<Vec<Lane<T>>> {
        let weights = &self.field.pack::<T>(weights);
        let shards = self.shards(windows.len(), |field, shard, room| {
            let mine = windows.iter().skip(shard).step_by(SHARDS);
            let states = mine.map(|windows| {
                let room = &mut *room;
                dispatch(RolloutKernel { field, weights, windows, guard, room, want: Want::States });
                std::mem::take(&mut room.history)
            });
            states.collect::<Vec<_>>()
        });
        let mut sources: Vec<_> = shards.into_iter().map(Vec::into_iter).collect();
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
