//! The memory a worker reuses from chunk to chunk, so that no step allocates.

use super::course::Piece;
use super::polynomial::{Nodes, Polynomial};
use crate::field::LearnedField;
use crate::kernels::{Aligned, Float, Lane};

/// Most bytes of tape that one worker keeps; of longer rollouts it holds the last evaluations, and those before them
/// are repeated for the reverse pass.
const TAPE_BYTES: usize = 8 << 20;

/// Buffers of one worker for one field.
pub struct Room<F: LearnedField, T: Float> {
    pub(super) context: Aligned<T>,
    pub(super) d_context: Aligned<T>,
    pub(super) scratch: Aligned<T>,
    /// What the last evaluations of the field leave for their reverse, [`Room::places`] of them.
    pub(super) tape: Aligned<T>,
    /// Evaluations that fit the tape.
    pub(super) places: usize,
    /// The arguments of every evaluation of the field.
    pub(super) x: Vec<T>,
    /// The voltages at which every stage of the last rollout asked for its rates.
    pub(super) voltages: Vec<Lane<T>>,
    /// For every stage, how many stages from it on see one stimulus.
    pub(super) lasting: Vec<usize>,
    /// What answered the stages, in their order.
    pub(super) pieces: Vec<Piece>,
    pub(super) polynomials: Vec<Polynomial<T>>,
    pub(super) nodes: Nodes<T>,
    /// Largest error, as a share of the field's size, up to which a polynomial stands for it; zero for none.
    pub tolerance: f64,
    /// Evaluations of the field that the last rollout made, without those repeated for its reverse.
    pub evaluations: usize,
    /// v before the first and after every step of the last rollout.
    pub history: Vec<Lane<T>>,
    /// The gradient accumulated so far.
    pub gradient: F::Gradient<T>,
}

impl<F: LearnedField, T: Float> Room<F, T> {
    /// Room for rollouts of at most `steps` steps of `field`.
    pub fn new(field: &F, steps: usize) -> Self {
        let places = TAPE_BYTES / (field.tape_len() * size_of::<T>());
        Self::with_places(field, places.clamp(1, 4 * steps.max(1)))
    }

    /// Room with a tape for `places` evaluations.
    pub fn with_places(field: &F, places: usize) -> Self {
        Room {
            context: Aligned::zeros(field.context_len()),
            d_context: Aligned::zeros(field.context_len()),
            scratch: Aligned::zeros(field.scratch_len()),
            tape: Aligned::zeros(field.tape_len() * places),
            places,
            x: Vec::new(),
            voltages: Vec::new(),
            lasting: Vec::new(),
            pieces: Vec::new(),
            polynomials: Vec::new(),
            nodes: Nodes::new(),
            tolerance: T::POLYNOMIAL,
            evaluations: 0,
            history: Vec::new(),
            gradient: field.gradient(),
        }
    }

    /// The accumulated gradient; the room's is zero again.
    pub fn take_gradient(&mut self, field: &F) -> F::Gradient<T> {
        std::mem::replace(&mut self.gradient, field.gradient())
    }
}
