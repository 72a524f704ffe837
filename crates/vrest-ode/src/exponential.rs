//! Exact propagation of one state that relaxes linearly: y' = f0 + a (y - y0) with constant a.
//!
//! Leaks, clamped concentrations and a pump that does not see the voltage make a membrane of this kind. The
//! solution is y0 + f0 tau phi(a tau) with phi(x) = (e^x - 1)/x: no step, no error but rounding.

use crate::dual::Dual;
use crate::field::VectorField;
use crate::lanes::{Lanes, Vector, WIDTH, Work, dispatch};
use crate::real::Real;
use crate::solution::Stats;
use std::any::Any;

/// The solution from (y0, tau = 0) on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relaxation<R> {
    y0: R,
    f0: R,
    slope: R,
}

/// Probes of the right-hand side around y0, in units of 1 + |y0|: on both sides, near and far.
const PROBES: [f64; 5] = [-2.0, -0.7, 0.013, 0.9, 2.3];

/// Whether the field can have such segments at all. A segment that depends on time is left to the steppers,
/// and so is a state with a bound that only they watch.
pub(crate) fn applicable<F: VectorField>(field: &F) -> bool {
    field.n_states() == 1 && !field.depends_on_time() && field.positive_states().is_empty()
}

impl<R: Real> Relaxation<R> {
    /// Recognises an affine segment: the exact derivative must be the same, and the values collinear, at
    /// y0, at the fixed point and at five states around, to rounding.
    pub(crate) fn detect<F: VectorField>(
        field: &F,
        t: R,
        y0: R,
        work: &[R],
        stats: &mut Stats,
    ) -> Option<Self> {
        let mut dual_work: Vec<Dual<R, 1>> = Vec::with_capacity(work.len());
        let mut at = |y: R| {
            dual_work.clear();
            dual_work.extend(work.iter().map(|&w| Dual::constant(w)));
            let mut dy = [Dual::constant(R::zero())];
            field.eval(Dual::constant(t), &[Dual::variable(y, 0)], &mut dual_work, &mut dy);
            stats.evals += 1;
            (dy[0].re, dy[0].eps[0])
        };
        let (f0, slope) = at(y0);
        let (f0_value, a) = (f0.first(), slope.first());
        if field.is_affine() && a.is_finite() && f0_value.is_finite() {
            return Some(Relaxation { y0, f0, slope });
        }
        let scale = 1.0 + y0.first().abs();
        let fixed_point = if a == 0.0 { 0.0 } else { (-f0_value / a).clamp(-1e6, 1e6) };
        let same_line = |distance: f64, (f, b): (R, R)| {
            let on_line = f0_value + a * distance;
            let size = f0_value.abs() + a.abs() * (distance.abs() + scale);
            (b.first() - a).abs() <= 8.0 * f64::EPSILON * a.abs()
                && (f.first() - on_line).abs() <= 1e-12 * size
        };
        let affine = a.is_finite()
            && f0_value.is_finite()
            && PROBES.iter().map(|x| x * scale).chain([fixed_point]).all(|d| same_line(d, at(y0 + d)));
        affine.then_some(Relaxation { y0, f0, slope })
    }

    /// The state after `tau`.
    #[inline(always)]
    pub(crate) fn after(&self, tau: R) -> R {
        self.y0 + self.f0 * tau / (self.slope * tau).bernoulli()
    }

    /// The states at `times`, appended to `out`, where the solution begins at `t`.
    pub(crate) fn at_each(&self, t: R, times: &[f64], out: &mut Vec<R>) {
        // Plain numbers, all that most callers have, leave the vector unit idle unless times go into its lanes.
        let plain = (self as &dyn Any).downcast_ref::<Relaxation<f64>>();
        match (plain, (out as &mut dyn Any).downcast_mut::<Vec<f64>>()) {
            (Some(line), Some(out)) if line.slope.abs() > f64::MIN_POSITIVE => {
                line.in_lanes(t.first(), times, out)
            }
            _ => out.extend(times.iter().map(|&time| self.after(-t + time))),
        }
    }

    /// Whether the state stays a sensible number for `tau`: an unstable membrane may not.
    pub(crate) fn bounded_for(&self, tau: f64) -> bool {
        self.slope.first() * tau < 300.0
    }
}

impl Relaxation<f64> {
    /// The states at `times`, [`WIDTH`] at once, appended to `out`.
    fn in_lanes(&self, t: f64, times: &[f64], out: &mut Vec<f64>) {
        let start = out.len();
        out.resize(start + times.len(), 0.0);
        dispatch(SideBySide { line: self, t, times, out: &mut out[start..] });
    }

    /// The states at `times`: y0 + far (e^(a tau) - 1) with far = f0/a.
    #[inline(always)]
    fn at<V: Vector>(&self, times: [f64; WIDTH], t: f64) -> [f64; WIDTH] {
        let tau = Lanes::<V>::from_array(times) - t;
        ((tau * self.slope).exp_m1() * (self.f0 / self.slope) + self.y0).to_array()
    }
}

/// The states at `times`, where the solution begins at `t`, into `out`, which is as long.
struct SideBySide<'a> {
    line: &'a Relaxation<f64>,
    t: f64,
    times: &'a [f64],
    out: &'a mut [f64],
}

impl Work for SideBySide<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        let (times, rest_of_times) = self.times.as_chunks();
        let (out, rest) = self.out.as_chunks_mut();
        for (y, time) in out.iter_mut().zip(times) {
            *y = self.line.at::<V>(*time, self.t);
        }
        let mut time = [self.t; WIDTH];
        time[..rest.len()].copy_from_slice(rest_of_times);
        rest.copy_from_slice(&self.line.at::<V>(time, self.t)[..rest.len()]);
    }
}
