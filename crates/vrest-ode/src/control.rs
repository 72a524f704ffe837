//! Step control: how large an error is, how long the next step may be, and how long the first.
//!
//! Decisions are taken on plain values ([`Real::first`]); derivatives ride along without a say, so that a
//! solve with sensitivities takes the steps of the plain solve.

use crate::options::Options;
use crate::real::Real;

/// A step is never shortened or lengthened by more than these factors.
const SHRINK_MOST: f64 = 0.2;
const GROW_MOST: f64 = 10.0;
/// Part of the step that the error estimate would allow.
const SAFETY: f64 = 0.9;

/// Proportional-integral control (Gustafsson 1991; exponents as in Hairer & Wanner II, section IV.2): the
/// next step follows the error and its trend, which avoids the accept-reject cycles at a stability limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Controller {
    beta_now: f64,
    beta_before: f64,
    before: f64,
    after_rejection: bool,
}

impl Controller {
    /// For an error estimate of order h^`order`.
    pub(crate) fn new(order: f64) -> Self {
        Controller { beta_now: 0.7 / order, beta_before: 0.4 / order, before: 1e-4, after_rejection: false }
    }
    /// Factor for the next step after an accepted one with scaled error `err` <= 1.
    pub(crate) fn accepted(&mut self, err: f64) -> f64 {
        let err = err.max(1e-10);
        let factor = SAFETY * err.powf(-self.beta_now) * self.before.powf(self.beta_before);
        self.before = err.max(1e-4);
        // Right after a rejection the step must not grow again.
        let most = if std::mem::take(&mut self.after_rejection) { 1.0 } else { GROW_MOST };
        factor.clamp(SHRINK_MOST, most)
    }
    /// Factor for another try after a scaled error `err` > 1.
    pub(crate) fn rejected(&mut self, err: f64) -> f64 {
        self.after_rejection = true;
        (SAFETY * err.powf(-self.beta_now)).clamp(SHRINK_MOST, SAFETY)
    }
    /// Factor for another try after a step that gave no usable numbers.
    pub(crate) fn unusable(&mut self) -> f64 {
        self.after_rejection = true;
        0.25
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
