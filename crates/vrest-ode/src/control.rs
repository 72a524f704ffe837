//! Step control: how large an error is, how long the next step may be, and how long the first.
//!
//! Decisions are taken on plain values ([`Real::first`]); derivatives ride along without a say, so that a
//! solve with sensitivities takes the steps of the plain solve.

use crate::lanes::{Lanes, Vector};
use crate::options::Options;
use crate::real::Real;

/// A step is never shortened or lengthened by more than these factors.
const SHRINK_MOST: f64 = 0.2;
const GROW_MOST: f64 = 10.0;
/// Part of the step that the error estimate would allow, for most methods.
pub(crate) const SAFETY: f64 = 0.9;

/// A step that gave no usable numbers is tried again at this part of its length.
const UNUSABLE: f64 = 0.25;

/// Proportional-integral control (Gustafsson 1991; exponents as in Hairer & Wanner II, section IV.2, code DOPRI5): the
/// next step follows the error and its trend, which avoids the accept-reject cycles at a stability limit.
///
/// Lane by lane for numbers with lanes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Controller<R> {
    beta_now: f64,
    beta_before: f64,
    safety: f64,
    /// Logarithm (base 2) of the square of the last accepted error.
    trend: R,
    /// The largest factor allowed: right after a rejection the step must not grow again.
    most: R,
}

/// A step is accepted where the square of its scaled error is below: at most 1, to rounding.
pub(crate) const ACCEPTED_BELOW: f64 = 1.0 + 2.0 * f64::EPSILON;

/// Logarithm of the square of an error that, like any smaller one, says nothing of the trend: 2^-13 is about 1e-4.
const LEAST_TREND: f64 = -26.0;

impl<R: Real> Controller<R> {
    /// For an error estimate of order h^`order`, of the step that it allows the part `safety`.
    pub(crate) fn new(order: f64, safety: f64) -> Self {
        // Half of each, because they are applied to the logarithm of a square.
        let [beta_now, beta_before] = [0.85, 0.2].map(|share| 0.5 * share / order);
        let (trend, most) = (R::from_f64(LEAST_TREND), R::from_f64(GROW_MOST));
        Controller { beta_now, beta_before, safety, trend, most }
    }
    /// Takes note of a try whose scaled error has the square `square`, accepted if that is at most 1 and the numbers are
    /// `usable`, and returns the factor for the next step or for another try.
    #[inline(always)]
    pub(crate) fn factor(&mut self, square: R, usable: R::Mask) -> R {
        // A NaN fails both comparisons.
        let usable = usable & square.lt(R::from_f64(f64::INFINITY));
        let accepted = usable & square.lt(R::from_f64(ACCEPTED_BELOW));
        let log = R::select(usable, square, R::one()).max(R::from_f64(1e-20)).log2_estimate();
        let trend = R::select(accepted, self.trend * self.beta_before, R::zero());
        let allowed = log.times_plus(-self.beta_now, trend).exp2_estimate() * self.safety;
        let most = R::select(accepted, self.most, R::from_f64(self.safety));
        let factor = allowed.max(R::from_f64(SHRINK_MOST)).min(most);
        self.trend = R::select(accepted, log.max(R::from_f64(LEAST_TREND)), self.trend);
        self.most = R::select(accepted, R::from_f64(GROW_MOST), R::one());
        R::select(usable, factor, R::from_f64(UNUSABLE))
    }
}

impl<V: Vector> Controller<Lanes<V>> {
    /// Forgets what lane `l` has seen.
    pub(crate) fn restart(&mut self, l: usize) {
        *self.trend.lane_mut(l) = LEAST_TREND;
        *self.most.lane_mut(l) = GROW_MOST;
    }
}

/// Root mean square of `v[i]` in units of the tolerance of state `i`, which is taken at the larger of the
/// two states.
#[inline(always)]
pub(crate) fn scaled_norm<R: Real>(v: &[R], y: &[R], y_new: &[R], options: &Options) -> f64 {
    let mut sum = 0.0;
    for i in 0..v.len() {
        let size = y[i].first().abs().max(y_new[i].first().abs());
        let e = v[i].first() / (options.atol.of(i) + options.rtol * size);
        sum += e * e;
    }
    (sum / v.len().max(1) as f64).sqrt()
}

/// The state whose scaled entry is the largest or not finite: the one to name in a message.
pub(crate) fn worst_state<R: Real>(v: &[R], y: &[R], options: &Options) -> usize {
    let scaled = |i: usize| {
        let e = v[i].first().abs() / (options.atol.of(i) + options.rtol * y[i].first().abs());
        if e.is_finite() { e } else { f64::INFINITY }
    };
    (0..v.len()).max_by(|&a, &b| scaled(a).total_cmp(&scaled(b))).unwrap_or(0)
}

/// Length of the first step (Hairer, Norsett & Wanner I, section II.4): small against the scale on which
/// the solution and its slope change. `slope_at(h)` writes the right-hand side after an explicit Euler step
/// of length `h` into its argument.
pub(crate) fn first_step<R: Real>(
    y: &[R],
    f: &[R],
    span: f64,
    order: f64,
    options: &Options,
    slope_after: impl FnOnce(f64, &mut [R]),
) -> f64 {
    let longest = span.min(options.h_max);
    let d0 = scaled_norm(y, y, y, options);
    let d1 = scaled_norm(f, y, y, options);
    // At rest to rounding: nothing but the second derivative can tell.
    let h0 = if d1 * longest < 1e-6 { longest * 1e-2 } else { 0.01 * d0.max(1.0) / d1 };
    let h0 = h0.min(longest);
    let mut change = f.to_vec();
    slope_after(h0, &mut change);
    for i in 0..change.len() {
        change[i] -= f[i];
    }
    let d2 = scaled_norm(&change, y, y, options) / h0;
    let steepest = d1.max(d2);
    let h1 = if steepest * longest < 1e-6 { longest } else { (0.01 / steepest).powf(1.0 / order) };
    let h = h1.min(100.0 * h0).min(longest);
    if h.is_finite() && h > 0.0 { h } else { longest * 1e-6 }
}
