//! All zeros of a function of one variable, proven to be all.
//!
//! Ranges are bisected until interval arithmetic decides: a range whose enclosure excludes 0 has no zero; one
//! on which the derivative's enclosure excludes 0 has at most one, and has it exactly if the ends differ in
//! sign. What is left at the finest width (a zero where the slope vanishes too: the edge of existence of a
//! resting state) is reported as undecided, never dropped.

use crate::{Dual, Interval, Real};

/// A function of one variable that can be evaluated in any kind of number.
pub trait ScalarFunction {
    /// f(x).
    fn eval<R: Real>(&self, x: R) -> R;
}

/// What is known about a zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zero {
    /// The best single number.
    pub x: f64,
    /// Contains the zero, if there is one.
    pub enclosure: Interval,
    /// f(x) as computed.
    pub residual: f64,
    /// f'(x) as computed.
    pub slope: f64,
    /// True if there is exactly one zero in the enclosure, by proof; false if interval arithmetic could not
    /// decide between none, one and several.
    pub proven: bool,
}

/// All zeros of a function in a range.
#[derive(Debug, Clone, PartialEq)]
pub struct Zeros {
    /// In ascending order.
    pub zeros: Vec<Zero>,
    /// True if every zero is proven, and the rest of the range is proven to be free of them.
    pub complete: bool,
    /// Evaluations over intervals that the proof took.
    pub evaluations: usize,
}

/// Ranges narrower than this are left undecided.
const FINEST: f64 = 1e-7;
/// Beyond this many evaluations the remaining ranges are left undecided: a formula that cannot be enclosed.
const MOST_EVALUATIONS: usize = 20_000;

/// Finds every zero of `f` in `range`.
pub fn all_zeros(f: &impl ScalarFunction, range: Interval) -> Zeros {
    let mut search = Search { f, zeros: Vec::new(), undecided: Vec::new(), evaluations: 0 };
    // Uneven parts, so that a zero at a round number does not fall onto an edge again and again.
    let cut = range.lo + 0.487_654_321 * range.width();
    for part in [Interval::new(cut, range.hi), Interval::new(range.lo, cut)] {
        search.run(part);
    }
    let mut undecided = merged(search.undecided);
    // A proven zero just beside an undecided sliver is the sliver's only zero as far as anyone can tell.
    undecided.retain(|u| {
        !search
            .zeros
            .iter()
            .any(|z| z.proven && z.enclosure.intersect(*u).is_some() && u.width() < 4.0 * FINEST)
    });
    let complete = undecided.is_empty();
    for u in undecided {
        let x = u.middle();
        let (residual, slope) = value_and_slope(f, x);
        search.zeros.push(Zero { x, enclosure: u, residual, slope, proven: false });
    }
    search.zeros.sort_by(|a, b| a.x.total_cmp(&b.x));
    Zeros { zeros: search.zeros, complete, evaluations: search.evaluations }
}

struct Search<'f, F> {
    f: &'f F,
    zeros: Vec<Zero>,
    undecided: Vec<Interval>,
    evaluations: usize,
}

impl<F: ScalarFunction> Search<'_, F> {
    fn run(&mut self, range: Interval) {
        let mut open = vec![range];
        while let Some(part) = open.pop() {
            self.evaluations += 1;
            if !self.f.eval(part).contains(0.0) {
                continue;
            }
            let slope = self.f.eval(Dual::<Interval, 1>::variable(part, 0)).eps[0];
            if !slope.contains(0.0) {
                match (self.sign(part.lo), self.sign(part.hi)) {
                    (Some(a), Some(b)) if a == b => continue,
                    (Some(a), Some(_)) => {
                        let zero = self.refine(part, a);
                        self.zeros.push(zero);
                        continue;
                    }
                    // An end that may itself be the zero: move the edge by splitting elsewhere.
                    _ => {}
                }
            }
            if part.width() < FINEST || self.evaluations > MOST_EVALUATIONS {
                self.undecided.push(part);
                continue;
            }
            let middle = part.lo + 0.512_345_678 * part.width();
            open.push(Interval::new(middle, part.hi));
            open.push(Interval::new(part.lo, middle));
        }
    }

    /// The sign of f at a point, if rounding leaves no doubt.
    fn sign(&self, x: f64) -> Option<bool> {
        let y = self.f.eval(Interval::from_f64(x));
        if y.lo > 0.0 {
            Some(true)
        } else if y.hi < 0.0 {
            Some(false)
        } else {
            None
        }
    }

    /// Newton inside a range on which f is strictly monotone and changes sign; `low_sign` is the sign at `lo`.
    fn refine(&self, range: Interval, low_sign: bool) -> Zero {
        let (mut lo, mut hi) = (range.lo, range.hi);
        let mut x = range.middle();
        for _ in 0..100 {
            let (y, slope) = value_and_slope(self.f, x);
            if y == 0.0 {
                break;
            }
            if (y > 0.0) == low_sign {
                lo = x;
            } else {
                hi = x;
            }
            let newton = x - y / slope;
            let next = if newton > lo && newton < hi { newton } else { 0.5 * (lo + hi) };
            if (next - x).abs() <= 1e-15 * x.abs() || next == lo && next == hi {
                x = next;
                break;
            }
            x = next;
        }
        // Widen around x until both ends have certain, opposite signs: that interval holds the zero.
        let mut radius = 4.0 * f64::EPSILON * x.abs().max(1e-3);
        let enclosure = loop {
            let e = Interval::new((x - radius).max(range.lo), (x + radius).min(range.hi));
            let ends = (self.sign(e.lo), self.sign(e.hi));
            if matches!(ends, (Some(a), Some(b)) if a != b) || (e.lo == range.lo && e.hi == range.hi) {
                break e;
            }
            radius *= 4.0;
        };
        let (residual, slope) = value_and_slope(self.f, x);
        Zero { x, enclosure, residual, slope, proven: true }
    }
}

fn value_and_slope(f: &impl ScalarFunction, x: f64) -> (f64, f64) {
    let d = f.eval(Dual::<f64, 1>::variable(x, 0));
    (d.re, d.eps[0])
}

/// Touching intervals as one.
fn merged(mut parts: Vec<Interval>) -> Vec<Interval> {
    parts.sort_by(|a, b| a.lo.total_cmp(&b.lo));
    let mut out: Vec<Interval> = Vec::new();
    for p in parts {
        match out.last_mut() {
            Some(last) if p.lo <= last.hi + FINEST => *last = last.hull(p),
            _ => out.push(p),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Polynomial(Vec<f64>);
    impl ScalarFunction for Polynomial {
        fn eval<R: Real>(&self, x: R) -> R {
            self.0.iter().fold(R::zero(), |sum, &c| sum * x + c)
        }
    }
    struct Wave;
    impl ScalarFunction for Wave {
        // Zeros of tanh((x + 60)/9) - 0.3 (x + 60)/9: at -60 and symmetrically about it.
        fn eval<R: Real>(&self, x: R) -> R {
            let u = (x + 60.0) / 9.0;
            u.tanh() - u * 0.3
        }
    }

    #[test]
    fn every_simple_zero_is_found_and_proven() {
        // (x + 80)(x + 30)(x - 20)
        let f = Polynomial(vec![1.0, 90.0, 200.0, -48_000.0]);
        let found = all_zeros(&f, Interval::new(-200.0, 200.0));
        assert!(found.complete, "{found:?}");
        let x: Vec<f64> = found.zeros.iter().map(|z| z.x).collect();
        for (got, want) in x.iter().zip([-80.0, -30.0, 20.0]) {
            assert!((got - want).abs() < 1e-11, "{x:?}");
        }
        assert_eq!(x.len(), 3);
        assert!(
            found.zeros.iter().all(|z| z.proven && z.enclosure.contains(z.x) && z.enclosure.width() < 1e-9)
        );
    }

    #[test]
    fn a_bistable_curve_has_three_zeros() {
        let found = all_zeros(&Wave, Interval::new(-200.0, 200.0));
        assert_eq!(found.zeros.len(), 3, "{found:?}");
        assert!(found.complete && found.zeros[1].slope > 0.0 && found.zeros[0].slope < 0.0);
        assert!((found.zeros[1].x + 60.0).abs() < 1e-12);
    }

    #[test]
    fn no_zero_is_a_proof_too_and_a_double_zero_is_undecided() {
        let none = all_zeros(&Polynomial(vec![1.0, 0.0, 1e-3]), Interval::new(-200.0, 200.0));
        assert!(none.complete && none.zeros.is_empty());
        let double = all_zeros(&Polynomial(vec![1.0, 0.0, 0.0]), Interval::new(-200.0, 200.0));
        assert!(!double.complete && double.zeros.len() == 1 && !double.zeros[0].proven, "{double:?}");
        assert!(double.zeros[0].enclosure.contains(0.0));
    }
}
