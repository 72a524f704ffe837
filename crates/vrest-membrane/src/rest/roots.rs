//! All voltages at which the net current vanishes, with proof.
//!
//! The search evaluates the current and its slope over whole intervals of voltage ([`Interval`]): where zero is not
//! among the values there is no rest, where zero is not among the slopes there is at most one. What remains
//! is halved. A rest cannot hide between the points of a grid.

use super::{RestError, USUAL_START};
use crate::membrane::Membrane;
use serde::Serialize;
use vrest_ode::{Dual, Interval, Real, VectorField};

/// Where rests are looked for, mV.
pub const RANGE: (f64, f64) = (-200.0, 200.0);
/// Intervals shorter than this, mV, are not halved further: two rests that close are one.
const SHORTEST: f64 = 1e-7;
/// A search that needs more intervals than this is given up.
const MOST_INTERVALS: usize = 200_000;

/// A voltage at which the net steady current vanishes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Root {
    /// mV.
    pub v: f64,
    /// Net current left, uA/cm2.
    pub residual: f64,
    /// Between these two neighbouring voltages the current changes sign, mV.
    pub bracket: [f64; 2],
    /// Slope of the steady current, mS/cm2: positive where the current opposes a displacement.
    pub slope: f64,
}

/// What the search has proved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Certificate {
    /// The voltages searched, mV.
    pub range: [f64; 2],
    /// How.
    pub method: &'static str,
    /// Intervals examined.
    pub intervals: usize,
    /// Intervals too short to halve on which neither absence nor presence of a rest is proved (a tangency), mV.
    pub undecided: Vec<[f64; 2]>,
}

/// The net steady current of a membrane as a function of voltage, for fixed parameters.
pub(super) struct SteadyCurrent<'m> {
    membrane: &'m Membrane,
    plain: Vec<f64>,
    slopes: Vec<Dual<f64, 1>>,
    enclosures: Vec<Dual<Interval, 1>>,
}

impl<'m> SteadyCurrent<'m> {
    pub fn new(membrane: &'m Membrane, p: &[f64]) -> Self {
        fn prepared<R: Real>(membrane: &Membrane, p: &[f64]) -> Vec<R> {
            let p: Vec<R> = p.iter().map(|&x| R::from_f64(x)).collect();
            let mut work = vec![R::zero(); membrane.work_len()];
            membrane.prepare_at_start(&p, &mut work);
            work
        }
        SteadyCurrent {
            membrane,
            plain: prepared(membrane, p),
            slopes: prepared(membrane, p),
            enclosures: prepared(membrane, p),
        }
    }

    /// The rest of a membrane whose current is a straight line; none where it is not, or falls.
    pub fn straight_line_root(&self) -> Option<f64> {
        let (g, i) = self.membrane.straight_line(&self.plain)?;
        (g > 0.0 && i.is_finite()).then(|| -i / g)
    }

    /// That every current is a finite number at both ends of the range and at a usual voltage.
    pub fn check_finite(&self, membrane: &Membrane, p: &[f64]) -> Result<(), RestError> {
        let mut y = vec![0.0; membrane.states().len()];
        for v in [USUAL_START, RANGE.0, RANGE.1] {
            membrane.state_at(v, p, &mut y);
            if let Some(bad) = membrane.currents(p, &y).into_iter().find(|c| !c.current.is_finite()) {
                return Err(RestError::NotFinite { mechanism: bad.mechanism, v });
            }
        }
        Ok(())
    }

    /// uA/cm2 at `v` mV.
    pub fn at(&self, v: f64) -> f64 {
        self.membrane.steady_current(v, &self.plain)
    }

    /// mS/cm2 at `v` mV.
    pub fn slope(&self, v: f64) -> f64 {
        self.membrane.steady_current(Dual::variable(v, 0), &self.slopes).eps[0]
    }

    /// All currents and all slopes over the interval.
    fn over(&self, v: Interval) -> (Interval, Interval) {
        let d = self.membrane.steady_current(Dual::variable(v, 0), &self.enclosures);
        (d.re, d.eps[0])
    }
}

/// All rests, from hyperpolarised to depolarised.
pub(super) fn all(current: &SteadyCurrent<'_>) -> Result<(Vec<Root>, Certificate), RestError> {
    let mut certificate = Certificate {
        range: [RANGE.0, RANGE.1],
        method: "interval bisection with interval slopes, then safeguarded Newton",
        intervals: 0,
        undecided: Vec::new(),
    };
    let mut roots: Vec<Root> = Vec::new();
    let mut stack = vec![Interval::new(RANGE.0, RANGE.1)];
    while let Some(v) = stack.pop() {
        certificate.intervals += 1;
        if certificate.intervals > MOST_INTERVALS {
            return Err(RestError::SearchTooLong { intervals: MOST_INTERVALS });
        }
        let (values, slopes) = current.over(v);
        if !values.contains(0.0) {
            continue;
        }
        let monotone = !slopes.contains(0.0);
        let (low, high) = (current.at(v.lo), current.at(v.hi));
        if monotone && low.is_finite() && high.is_finite() {
            // At most one. An end that is exactly zero belongs to both neighbours: the lower one counts it.
            if low == 0.0 && v.lo > RANGE.0 {
                continue;
            }
            if low == 0.0 || high == 0.0 || (low < 0.0) != (high < 0.0) {
                roots.push(refine(current, v.lo, v.hi));
            }
            continue;
        }
        let middle = v.middle();
        if v.width() < SHORTEST || middle <= v.lo || middle >= v.hi {
            if (low < 0.0) != (high < 0.0) {
                roots.push(refine(current, v.lo, v.hi));
            } else {
                certificate.undecided.push([v.lo, v.hi]);
            }
            continue;
        }
        // The upper half first onto the stack, so that rests come out in order.
        stack.push(Interval::new(middle, v.hi));
        stack.push(Interval::new(v.lo, middle));
    }
    merge(&mut certificate.undecided);
    Ok((roots, certificate))
}

/// Neighbouring undecided intervals are one.
fn merge(intervals: &mut Vec<[f64; 2]>) {
    intervals.dedup_by(|next, kept| {
        let touching = next[0] <= kept[1];
        if touching {
            kept[1] = next[1];
        }
        touching
    });
}

/// The root between `lo` and `hi`, where the current changes sign: Newton steps that must stay inside the shrinking
/// bracket, halving where they do not; ends when the bracket cannot shrink.
pub(super) fn refine(current: &SteadyCurrent<'_>, lo: f64, hi: f64) -> Root {
    const MOST: usize = 200;
    let (mut lo, mut hi) = (lo, hi);
    let negative_below = current.at(lo) < 0.0;
    let mut v = 0.5 * (lo + hi);
    let mut best = (f64::INFINITY, v);
    for _ in 0..MOST {
        let f = current.at(v);
        if f.abs() < best.0 {
            best = (f.abs(), v);
        }
        if f == 0.0 {
            (lo, hi) = (v, v);
            break;
        }
        if (f < 0.0) == negative_below {
            lo = v
        } else {
            hi = v
        }
        let newton = v - f / current.slope(v);
        let middle = 0.5 * (lo + hi);
        if middle <= lo || middle >= hi {
            break;
        }
        // A Newton step that no longer moves would end with one end far away: step just across the root instead.
        let nudge = 4.0 * f64::EPSILON * v.abs().max(1.0);
        let across = if (f < 0.0) == negative_below { newton + nudge } else { newton - nudge };
        v = if across > lo && across < hi { across } else { middle };
    }
    // The bracket's ends have not been judged themselves where no Newton step fell near them.
    for end in [lo, hi] {
        let f = current.at(end).abs();
        if f < best.0 {
            best = (f, end);
        }
    }
    Root { v: best.1, residual: current.at(best.1), bracket: [lo, hi], slope: current.slope(best.1) }
}
