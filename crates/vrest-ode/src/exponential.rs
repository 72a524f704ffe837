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
        dispatch(SideBySide { line: self, t, times, out });
    }

    /// f0/a: the state is y0 + far (e^(a tau) - 1).
    #[inline(always)]
    fn far(&self) -> f64 {
        self.f0 / self.slope
    }

    /// The states at `times`, where the solution begins at `t`.
    #[inline(always)]
    fn at<V: Vector>(&self, times: [f64; WIDTH], t: f64) -> [f64; WIDTH] {
        let tau = Lanes::<V>::from_array(times) - t;
        ((tau * self.slope).exp_m1() * self.far() + self.y0).to_array()
    }

    /// The states at `times`, which are evenly spaced, appended to `out`; false, and nothing, where they are not.
    ///
    /// An exponential a time is not needed then: with m(x) = e^x - 1, m(x + z) = m(x) + m(z) + m(x) m(z), in which
    /// nothing cancels because x and z have one sign. x is of the first time of each chunk, z the same for all chunks.
    #[inline(always)]
    fn at_even<V: Vector>(&self, t: f64, times: &[[f64; WIDTH]], out: &mut Vec<f64>) -> bool {
        let (Some(first), Some(last)) = (times.first(), times.last()) else { return true };
        let spacing = (last[WIDTH - 1] - first[0]) / (times.len() * WIDTH - 1) as f64;
        // As exact as the times are.
        let rounding = 4.0 * f64::EPSILON * first[0].abs().max(last[WIDTH - 1].abs());
        let offsets = Lanes::<V>::from_fn(|l| l as f64 * spacing);
        let within = (offsets * self.slope).exp_m1();
        let (start, mut uneven) = (out.len(), Lanes::<V>::zero());
        for group in times.chunks(WIDTH) {
            let begins = Lanes::<V>::from_fn(|c| group.get(c).map_or(t, |chunk| chunk[0]));
            let m = ((begins - t) * self.slope).exp_m1();
            let (base, per_m) = (m * self.far() + self.y0, (m + 1.0) * self.far());
            for (c, chunk) in group.iter().enumerate() {
                let distance = Lanes::from_array(*chunk) - (offsets + begins.lane(c));
                uneven = uneven.max(distance.abs());
                out.extend_from_slice(
                    &within.times_plus(per_m.lane(c), Lanes::splat(base.lane(c))).to_array(),
                );
            }
            // A NaN is no rounding either.
            if !uneven.to_array().iter().all(|distance| *distance <= rounding) {
                out.truncate(start);
                return false;
            }
        }
        true
    }
}

/// The states at `times`, where the solution begins at `t`, appended to `out`.
struct SideBySide<'a> {
    line: &'a Relaxation<f64>,
    t: f64,
    times: &'a [f64],
    out: &'a mut Vec<f64>,
}

impl Work for SideBySide<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        let SideBySide { line, t, times, out } = self;
        let (times, rest) = times.as_chunks();
        if !line.at_even::<V>(t, times, out) {
            for times in times {
                out.extend_from_slice(&line.at::<V>(*times, t));
            }
        }
        let mut last = [t; WIDTH];
        last[..rest.len()].copy_from_slice(rest);
        out.extend_from_slice(&line.at::<V>(last, t)[..rest.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::Portable;

    const T: f64 = 3.25;

    fn lines() -> impl Iterator<Item = Relaxation<f64>> {
        [-50.0, -0.03, -1e-4, -1e-13, 1e-9, 0.02].into_iter().flat_map(|slope| {
            [(-65.0, 0.7), (12.0, -300.0), (-70.0, 1e-7)].map(|(y0, f0)| Relaxation { y0, f0, slope })
        })
    }

    fn even(n: u32) -> Vec<f64> {
        (0..n).map(|k| T + 0.1 * f64::from(k)).collect()
    }

    /// Against the formula that all numbers share, with the C library's exponential.
    fn check(line: Relaxation<f64>, times: &[f64]) {
        let mut out = vec![7.0];
        line.at_each(T, times, &mut out);
        assert_eq!(out.len(), 1 + times.len());
        for (t, y) in times.iter().zip(&out[1..]) {
            let want = line.after(t - T);
            // The state is y0 and a change, and each is as exact as the time.
            let size = line.y0.abs() + (want - line.y0).abs() + line.f0.abs() * t;
            let size = if line.slope < 0.0 { size.min(line.y0.abs() + 2.0 * line.far().abs()) } else { size };
            assert!((y - want).abs() <= 16.0 * f64::EPSILON * size, "{line:?} at {t}: {y} and not {want}");
        }
    }

    #[test]
    fn even_times_uneven_ones_and_few_give_the_exact_solution() {
        for line in lines() {
            for n in [0, 1, 15, 16, 17, 300, 1000] {
                check(line, &even(n));
            }
            let mut uneven = even(700);
            uneven.iter_mut().enumerate().for_each(|(k, t)| *t += 0.05 * (k as f64 * 0.7).sin());
            check(line, &uneven);
        }
    }

    #[test]
    fn one_time_out_of_place_is_noticed() {
        for at in [0, 5, 16, 333, 511] {
            for by in [1e-3, 1e-11] {
                let mut times = even(512);
                times[at] += by;
                let line = Relaxation { y0: -65.0, f0: 4e3, slope: -20.0 };
                check(line, &times);
                assert!(!line.at_even::<Portable>(T, times.as_chunks().0, &mut Vec::new()), "{at} {by}");
            }
        }
        assert!(lines().all(|line| line.at_even::<Portable>(T, even(512).as_chunks().0, &mut Vec::new())));
    }

    #[test]
    fn every_level_of_the_vector_unit_gives_the_same_bits() {
        for line in lines() {
            let (times, mut portable, mut best) = (even(333), Vec::new(), Vec::new());
            SideBySide { line: &line, t: T, times: &times, out: &mut portable }.run::<Portable>();
            line.in_lanes(T, &times, &mut best);
            assert_eq!(portable, best);
        }
    }
}
