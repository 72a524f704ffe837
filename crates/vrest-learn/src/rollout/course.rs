//! The rates of a field along the trajectories of a chunk.
//!
//! While the stimulus stays as it is, F along one trajectory is a function of one number, the voltage. Where the
//! trajectories stay long enough in an interval of it, [`NODES`] evaluations of the field there give polynomials that
//! answer all stages in their place, and the reverse pass goes back through the polynomials to the same few
//! evaluations. How wide the intervals may be follows from the coefficients of the polynomials (see
//! [`Polynomial::tail`]). Everywhere else the field itself answers.

use super::polynomial::{NODES, Polynomial, Span};
use super::rk4::Want;
use super::room::Room;
use super::windows::Windows;
use crate::field::LearnedField;
use crate::kernels::{Float, LANES, Lane};
use fearless_simd::Simd;
use vrest_ode::chebyshev;

/// A polynomial must answer this many stages to be worth its making.
const WORTH: usize = 2 * NODES;
/// Evaluations that polynomials may cost beyond what has come back from earlier ones.
const CREDIT: usize = 3 * NODES;
/// Half the width of the first interval, in units of the normalised voltage, a power of two.
const FIRST_HALF: f64 = 1.0;
/// Half the width of the widest.
const WIDEST_HALF: f64 = 8.0;

/// What answers some stages one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// The first of these stages.
    first: usize,
    /// The first evaluation of the field that it is made of.
    evaluation: usize,
    by: By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// One evaluation a stage.
    Field,
    /// This one of the room's polynomials.
    Polynomial(usize),
}

/// A rollout of one chunk under way.
pub(super) struct Course<'a, F: LearnedField, T: Float> {
    field: &'a F,
    weights: &'a F::Weights<T>,
    pub windows: &'a Windows<T>,
    pub room: &'a mut Room<F, T>,
    x_len: usize,
    places: usize,
    /// Evaluations of the field that the pieces are made of.
    evaluations: usize,
    /// One more than the highest evaluation that the tape has ever held.
    written: usize,
    /// Half the width of the next interval.
    half: f64,
    /// The stage before which the last polynomial no longer answers.
    until: usize,
    /// The last rates.
    rate: Lane<T>,
    /// d loss / d coefficients of the polynomial that the reverse pass goes through.
    d_value: [Lane<T>; NODES],
}

impl<'a, F: LearnedField, T: Float> Course<'a, F, T> {
    #[inline(always)]
    pub fn begin<S: Simd>(
        simd: S,
        field: &'a F,
        weights: &'a F::Weights<T>,
        windows: &'a Windows<T>,
        room: &'a mut Room<F, T>,
        want: Want,
    ) -> Self {
        field.begin(simd, weights, &windows.z, &mut room.context, &mut room.scratch);
        room.d_context.fill(T::default());
        room.voltages.clear();
        room.pieces.clear();
        room.polynomials.clear();
        room.evaluations = 0;
        windows.lasting(&mut room.lasting);
        // Nobody reads the tape of a prediction: one place, which stays in the nearest cache, does for all.
        let places = if want == Want::Gradient { room.places } else { 1 };
        Course {
            field,
            weights,
            windows,
            room,
            x_len: LANES * windows.n_moving(),
            places,
            evaluations: 0,
            written: 0,
            half: FIRST_HALF,
            until: 0,
            rate: [T::default(); LANES],
            d_value: [[T::default(); LANES]; NODES],
        }
    }

    /// F at the voltages `v` of stage `at`. Stages come in their order.
    #[inline(always)]
    pub fn rates<S: Simd>(&mut self, simd: S, at: usize, v: &Lane<T>) -> Lane<T> {
        self.room.voltages.push(*v);
        if at < self.until
            && let Some(last) = self.room.polynomials.last()
            && last.span().holds(simd, v)
        {
            self.rate = last.value(simd, v);
            return self.rate;
        }
        self.until = 0;
        let mut out = [[T::default(); LANES]; NODES];
        loop {
            let span = self.worth_a_polynomial(at).then(|| Span::ahead(v, &self.rate, self.half));
            let count = if span.is_some() { NODES } else { 1 };
            for (j, out) in out[..count].iter_mut().enumerate() {
                let v = span.as_ref().map_or(*v, |span| span.node(&self.room.nodes, j));
                *out = self.evaluate(simd, at, self.evaluations + j, &v);
            }
            self.room.evaluations += count;
            let Some(span) = span else {
                let goes_on = self.room.pieces.last().is_some_and(|last| last.by == By::Field);
                if !goes_on {
                    self.room.pieces.push(Piece { first: at, evaluation: self.evaluations, by: By::Field });
                }
                self.evaluations += 1;
                self.rate = out[0];
                return self.rate;
            };
            let polynomial = Polynomial::through(simd, &self.room.nodes, span, &out);
            if self.accepts(polynomial.tail(&out)) {
                let by = By::Polynomial(self.room.polynomials.len());
                self.room.pieces.push(Piece { first: at, evaluation: self.evaluations, by });
                self.evaluations += NODES;
                self.until = at + self.room.lasting[at];
                self.rate = polynomial.value(simd, v);
                self.room.polynomials.push(polynomial);
                return self.rate;
            }
        }
    }

    /// Whether a polynomial made before stage `at` would answer enough stages.
    fn worth_a_polynomial(&self, at: usize) -> bool {
        // The first rates, which say where the interval should lie, are the field's.
        if self.room.tolerance == 0.0 || at == 0 || self.room.evaluations + NODES > at + CREDIT {
            return false;
        }
        // What the fastest lane moves in a step, that is in four stages.
        let h = &self.windows.h[at / 4];
        let fastest = (0..LANES).fold(0.0, |most: f64, l| (self.rate[l] * h[l]).to_f64().abs().max(most));
        self.room.lasting[at] >= WORTH && 4.0 * 1.5 * self.half >= fastest * WORTH as f64
    }

    /// Whether a polynomial with this tail is good enough; chooses the width of the next interval.
    fn accepts(&mut self, tail: f64) -> bool {
        let (accepted, factor) = chebyshev::judge(tail, self.room.tolerance, T::POLYNOMIAL / 32.0, NODES);
        self.half = (factor * self.half).min(WIDEST_HALF);
        accepted
    }

    /// Makes evaluation `index` of the field, with the stimulus of stage `at`.
    #[inline(always)]
    fn evaluate<S: Simd>(&mut self, simd: S, at: usize, index: usize, v: &Lane<T>) -> Lane<T> {
        let (from, n_moving) = (index * self.x_len, self.x_len / LANES);
        if self.room.x.len() < from + self.x_len {
            self.room.x.resize(from + self.x_len, T::default());
        }
        let x = &mut self.room.x[from..from + self.x_len];
        let u = self.windows.stimulus(at);
        for l in 0..LANES {
            x[l * n_moving] = v[l];
            if n_moving > 1 {
                x[l * n_moving + 1..(l + 1) * n_moving]
                    .copy_from_slice(&u[l * (n_moving - 1)..(l + 1) * (n_moving - 1)]);
            }
        }
        self.written = self.written.max(index + 1);
        self.again(simd, index)
    }

    /// Makes evaluation `index` from its stored arguments.
    #[inline(always)]
    fn again<S: Simd>(&mut self, simd: S, index: usize) -> Lane<T> {
        let mut out = [T::default(); LANES];
        let room = &mut *self.room;
        let x = &room.x[index * self.x_len..(index + 1) * self.x_len];
        let tape_len = self.field.tape_len();
        let tape = &mut room.tape[index % self.places * tape_len..][..tape_len];
        self.field.forward(simd, self.weights, &room.context, x, tape, &mut out);
        out
    }

    /// From `d` = d loss / d rates of stage `at` to the gradient, and d loss / d v. Stages come from the last to the
    /// first.
    #[inline(always)]
    pub fn reverse<S: Simd>(&mut self, simd: S, at: usize, d: &Lane<T>) -> Lane<T> {
        while self.room.pieces.last().is_some_and(|piece| piece.first > at) {
            self.room.pieces.pop();
        }
        let piece = *self.room.pieces.last().expect("a piece for every stage");
        let mut dv = [T::default(); LANES];
        if let By::Polynomial(which) = piece.by {
            let polynomial = &self.room.polynomials[which];
            dv = polynomial.reverse(simd, &self.room.voltages[at], d, &mut self.d_value);
            if at > piece.first {
                return dv;
            }
        }
        // d loss / d evaluation: of this stage, or, before its first stage, of all that the polynomial is made of.
        let (evaluation, count, d_out) = match piece.by {
            By::Field => (piece.evaluation + (at - piece.first), 1, [*d; NODES]),
            By::Polynomial(_) => {
                let d_value = std::mem::replace(&mut self.d_value, [[T::default(); LANES]; NODES]);
                (piece.evaluation, NODES, self.room.nodes.of_values(simd, &d_value))
            }
        };
        for j in (0..count).rev() {
            let index = evaluation + j;
            if self.written - index > self.places {
                self.again(simd, index);
            }
            let room = &mut *self.room;
            let tape_len = self.field.tape_len();
            let mut dv_there = [T::default(); LANES];
            self.field.backward(
                simd,
                self.weights,
                &room.context,
                &room.x[index * self.x_len..(index + 1) * self.x_len],
                &room.tape[index % self.places * tape_len..][..tape_len],
                &d_out[j],
                &mut room.gradient,
                &mut room.d_context,
                &mut room.scratch,
                &mut dv_there,
            );
            if piece.by == By::Field {
                dv = dv_there;
            }
        }
        dv
    }

    /// After the reverse pass: what the constant inputs and the weights have in common.
    #[inline(always)]
    pub fn end<S: Simd>(self, simd: S) {
        let room = self.room;
        self.field.end(simd, &self.windows.z, &room.d_context, &mut room.gradient, &mut room.scratch);
    }
}
