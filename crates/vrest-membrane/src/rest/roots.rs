//! All voltages at which the net steady current vanishes, with the proof that there are no others.

use super::{RestError, USUAL_START, stability};
use crate::membrane::Membrane;
use serde::Serialize;
use vrest_ode::{Interval, Real, ScalarFunction, VectorField, all_zeros};

/// Where rests are looked for, mV.
pub const RANGE: (f64, f64) = (-200.0, 200.0);

/// A voltage at which the net steady current vanishes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Root {
    /// mV.
    pub v: f64,
    /// Net current left, uA/cm2.
    pub residual: f64,
    /// The rest lies between these, mV.
    pub bracket: [f64; 2],
    /// Slope of the steady current, mS/cm2: positive where the current opposes a displacement.
    pub slope: f64,
    /// Whether a small displacement of voltage and gates dies out.
    pub stable: bool,
    /// Whether the bracket is proved to hold exactly one rest; false at a tangency, where two meet or none is left.
    pub proven: bool,
}

/// What the search has proved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Certificate {
    /// The voltages searched, mV.
    pub range: [f64; 2],
    /// How.
    pub method: &'static str,
    /// Enclosures of the current that it took.
    pub evaluations: usize,
    /// True if every rest in the range is listed and proved.
    pub complete: bool,
}

/// The net steady current of a membrane as a function of voltage, for fixed parameters.
pub(super) struct SteadyCurrent<'m> {
    membrane: &'m Membrane,
    p: &'m [f64],
}

impl ScalarFunction for SteadyCurrent<'_> {
    fn eval<R: Real>(&self, v: R) -> R {
        // Prepared in the number at hand: an enclosure then encloses the rounding of the preparation too.
        let p: Vec<R> = self.p.iter().map(|&x| R::from_f64(x)).collect();
        let mut work = vec![R::zero(); self.membrane.work_len()];
        self.membrane.prepare_at_start(&p, &mut work);
        self.membrane.steady_current(v, &work)
    }
}

impl<'m> SteadyCurrent<'m> {
    pub fn new(membrane: &'m Membrane, p: &'m [f64]) -> Self {
        SteadyCurrent { membrane, p }
    }

    /// uA/cm2 at `v` mV.
    pub fn at(&self, v: f64) -> f64 {
        self.eval(v)
    }

    /// The rest of a membrane whose current is a rising straight line; none where it is not.
    pub fn straight_line_root(&self) -> Option<f64> {
        let mut work = vec![0.0; self.membrane.work_len()];
        self.membrane.prepare_from(self.p, &mut work);
        let (g, i) = self.membrane.straight_line(&work)?;
        (g > 0.0 && i.is_finite()).then(|| -i / g)
    }

    /// That every current is a finite number at both ends of the range and at a usual voltage.
    pub fn check_finite(&self) -> Result<(), RestError> {
        let mut y = vec![0.0; self.membrane.states().len()];
        for v in [USUAL_START, RANGE.0, RANGE.1] {
            self.membrane.state_at(v, self.p, &mut y);
            let mut currents = self.membrane.currents(self.p, &y).into_iter();
            if let Some(bad) = currents.find(|c| !c.current.is_finite()) {
                return Err(RestError::NotFinite { mechanism: bad.mechanism, v });
            }
        }
        Ok(())
    }

    /// Whether a rest at `v` is stable.
    fn is_stable(&self, v: f64) -> bool {
        let mut y = vec![0.0; self.membrane.states().len()];
        self.membrane.state_at(v, self.p, &mut y);
        stability::eigenvalues(self.membrane, self.p, &y).iter().all(|l| l[0] < 0.0)
    }

    /// All rests, from hyperpolarised to depolarised.
    pub fn roots(&self) -> (Vec<Root>, Certificate) {
        let found = all_zeros(self, Interval::new(RANGE.0, RANGE.1));
        let roots = found.zeros.iter().map(|z| Root {
            v: z.x,
            residual: z.residual,
            bracket: [z.enclosure.lo, z.enclosure.hi],
            slope: z.slope,
            stable: self.is_stable(z.x),
            proven: z.proven,
        });
        let certificate = Certificate {
            range: [RANGE.0, RANGE.1],
            method: "interval bisection with interval slopes, then safeguarded Newton",
            evaluations: found.evaluations,
            complete: found.complete,
        };
        (roots.collect(), certificate)
    }
}
