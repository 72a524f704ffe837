//! What is integrated: a body under the command of an electrode.

use super::FitError;
use super::learned::Learned;
use vrest_data::recording::Clamp;
use vrest_membrane::{Membrane, ParamInfo};
use vrest_ode::{Real, VectorField};

/// What lies between the electrode and the bath: a membrane, something learned, or both. As a [`VectorField`], but
/// driven by a current in pA.
///
/// States: the membrane's (the voltage, mV, first; the voltage alone without a membrane), then what was learned has.
/// Parameters: the membrane's, then the learned part's. One type for physics, hybrid and learned model, so that the
/// solver is compiled for one field.
#[derive(Debug, Clone)]
pub struct Body {
    membrane: Option<Membrane>,
    learned: Learned,
    /// Places of membrane states, parameters and work.
    states: usize,
    params: usize,
    work: usize,
}

impl Body {
    /// The body of a membrane whose area is known and whose concentrations stand still.
    ///
    /// # Errors
    /// A membrane without a size, or one whose concentrations move.
    pub fn new(membrane: Membrane) -> Result<Self, FitError> {
        if membrane.area(&membrane.defaults()).is_none() {
            return Err(FitError::NoArea);
        }
        if membrane.moving_states() > 0 {
            return Err(FitError::Moving);
        }
        let (states, params, work) = (membrane.n_states(), membrane.n_params(), membrane.work_len() + 1);
        Ok(Body { membrane: Some(membrane), learned: Learned::Nothing, states, params, work })
    }

    /// The same membrane with something learned in it.
    pub fn with(self, learned: Learned) -> Self {
        Body { learned, ..self }
    }

    /// No membrane, only what is learned.
    pub fn without_physics(learned: Learned) -> Self {
        Body { membrane: None, learned, states: 1, params: 0, work: 0 }
    }

    /// The membrane, where there is one.
    pub fn membrane(&self) -> Option<&Membrane> {
        self.membrane.as_ref()
    }

    /// What is learned.
    pub fn learned(&self) -> &Learned {
        &self.learned
    }

    /// The parameters of the membrane.
    pub fn params(&self) -> &[ParamInfo] {
        self.membrane.as_ref().map_or(&[], Membrane::params)
    }

    /// Length of the parameter vector.
    pub fn n_params(&self) -> usize {
        self.params + self.learned.n_params()
    }

    pub(super) fn n_states(&self) -> usize {
        self.states + self.learned.n_states()
    }

    pub(super) fn work_len(&self) -> usize {
        self.work + self.learned.n_params()
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, p: &[R], work: &mut [R]) {
        let (own, learned) = p.split_at(self.params);
        let (physics, weights) = work.split_at_mut(self.work);
        weights.copy_from_slice(learned);
        if let Some(membrane) = &self.membrane {
            let (inside, density) = physics.split_at_mut(self.work - 1);
            membrane.prepare_from(own, inside);
            // 1 pA over 1 um2 is 100 uA/cm2.
            density[0] = R::from_f64(100.0) / membrane.area(own).unwrap_or(R::from_f64(f64::NAN));
        }
    }

    #[inline(always)]
    fn derivative<R: Real>(&self, current: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        let (physics, weights) = work.split_at_mut(self.work);
        let (own, latent) = y.split_at(self.states);
        let (d_own, d_latent) = dy.split_at_mut(self.states);
        match &self.membrane {
            Some(membrane) => {
                let learned = self.learned.current(own[0], current, latent, weights, d_latent);
                let (inside, density) = physics.split_at_mut(self.work - 1);
                membrane.derivative((current + learned) * density[0], own, inside, d_own);
            }
            None => d_own[0] = self.learned.current(own[0], current, latent, weights, d_latent),
        }
    }

    /// A state at `v` mV from which to look for the steady one.
    pub(super) fn state_near(&self, v: f64, p: &[f64]) -> Vec<f64> {
        let mut y = vec![0.0; self.n_states()];
        y[0] = v;
        if let Some(membrane) = &self.membrane {
            membrane.state_at(v, &p[..self.params], &mut y[..self.states]);
        }
        y
    }

    fn state_name(&self, i: usize) -> String {
        match &self.membrane {
            Some(membrane) if i < self.states => membrane.state_name(i),
            None if i == 0 => "V".into(),
            _ => format!("learned[{}]", i - self.states),
        }
    }
}

/// A stretch of constant command.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Its start (ms).
    pub start_ms: f64,
    /// The command there: pA in current clamp, mV in voltage clamp.
    pub level: f64,
}

/// A command of one value a sample as stretches of one level.
pub fn pieces(command: &[f64], dt_ms: f64) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::new();
    for (i, &level) in command.iter().enumerate() {
        if all.last().is_none_or(|p| p.level != level) {
            all.push(Piece { start_ms: i as f64 * dt_ms, level });
        }
    }
    all
}

/// Places of the electrode's numbers behind the body's.
pub(super) const I_HOLD: usize = 0;
pub(super) const SERIES: usize = 1;
pub(super) const DELAY: usize = 2;
/// How many there are.
pub(super) const ELECTRODE: usize = 3;

/// A body under a command. Parameters: the body's, then holding current (pA), series resistance (Mohm) and delay (ms).
pub(super) struct Clamped<'a> {
    pub body: &'a Body,
    pub command: &'a [Piece],
    pub clamp: Clamp,
}

impl VectorField for Clamped<'_> {
    fn n_states(&self) -> usize {
        self.body.n_states()
    }
    fn n_params(&self) -> usize {
        self.body.n_params() + ELECTRODE
    }
    fn work_len(&self) -> usize {
        self.body.work_len() + 2
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, t: R, p: &[R], work: &mut [R]) {
        let (own, electrode) = p.split_at(self.body.n_params());
        let (body, drive) = work.split_at_mut(self.body.work_len());
        self.body.prepare(own, body);
        let level = (t - electrode[DELAY]).lookup(|t| {
            let after = self.command.partition_point(|c| c.start_ms <= t);
            self.command[after.saturating_sub(1)].level
        });
        match self.clamp {
            Clamp::Current => drive[0] = level + electrode[I_HOLD],
            Clamp::Voltage => {
                drive[0] = level;
                drive[1] = electrode[SERIES];
            }
        }
    }

    #[inline(always)]
    fn eval<R: Real>(&self, _: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        let (body, drive) = work.split_at_mut(self.body.work_len());
        let current = match self.clamp {
            Clamp::Current => drive[0],
            // mV / Mohm = nA.
            Clamp::Voltage => (drive[0] - y[0]) / drive[1] * 1e3,
        };
        self.body.derivative(current, y, body, dy);
    }

    fn breakpoints<R: Real>(&self, p: &[R], out: &mut Vec<R>) {
        let delay = p[self.body.n_params() + DELAY];
        out.extend(self.command.iter().skip(1).map(|c| delay + c.start_ms));
    }

    fn depends_on_time(&self) -> bool {
        false
    }

    fn state_name(&self, i: usize) -> String {
        self.body.state_name(i)
    }
}
