//! The memory a worker reuses from chunk to chunk, so that no step allocates.

use crate::field::LearnedField;
use crate::kernels::{Aligned, Float, LANES, Lane};

/// Most bytes of tape that one worker keeps; longer rollouts are differentiated piece by piece, their
/// evaluations repeated from the stored states.
const TAPE_BYTES: usize = 8 << 20;

/// Buffers of one worker for one field.
pub struct Room<F: LearnedField, T: Float> {
    pub(super) context: Aligned<T>,
    pub(super) d_context: Aligned<T>,
    pub(super) scratch: Aligned<T>,
    pub(super) tape: Aligned<T>,
    pub(super) x: Aligned<T>,
    /// Steps whose four evaluations fit the tape.
    pub(super) steps_on_tape: usize,
    /// v before the first and after every step of the last rollout.
    pub history: Vec<Lane<T>>,
    /// The gradient accumulated so far.
    pub gradient: F::Gradient<T>,
}

impl<F: LearnedField, T: Float> Room<F, T> {
    /// Room for rollouts of at most `steps` steps of `field` with `n_moving` moving inputs.
    pub fn new(field: &F, n_moving: usize, steps: usize) -> Self {
        let a_step = 4 * field.tape_len() * size_of::<T>();
        Self::with_tape(field, n_moving, (TAPE_BYTES / a_step).clamp(1, steps.max(1)))
    }

    /// Room with a tape for `steps_on_tape` steps.
    pub fn with_tape(field: &F, n_moving: usize, steps_on_tape: usize) -> Self {
        Room {
            context: Aligned::zeros(field.context_len()),
            d_context: Aligned::zeros(field.context_len()),
            scratch: Aligned::zeros(field.scratch_len()),
            tape: Aligned::zeros(4 * field.tape_len() * steps_on_tape),
            x: Aligned::zeros(4 * LANES * n_moving * steps_on_tape),
            steps_on_tape,
            history: Vec::new(),
            gradient: field.gradient(),
        }
    }

    /// The accumulated gradient; the room's is zero again.
    pub fn take_gradient(&mut self, field: &F) -> F::Gradient<T> {
        std::mem::replace(&mut self.gradient, field.gradient())
    }
}
