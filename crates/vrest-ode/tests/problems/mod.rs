//! A library of test problems. Each file gives one problem with exact or published points and their source;
//! every solver test goes through all of them.

#![allow(dead_code, reason = "every test file uses its own part of the library")]

pub mod hodgkin_huxley;
pub mod leak;
pub mod oscillator;
pub mod prothero_robinson;
pub mod pump_leak;
pub mod robertson;
pub mod van_der_pol;

use vrest_ode::VectorField;

/// An initial value problem with reference points.
pub struct Case<F> {
    pub name: &'static str,
    /// Where the reference points come from.
    pub source: &'static str,
    pub field: F,
    pub p: Vec<f64>,
    pub y0: Vec<f64>,
    pub t0: f64,
    /// Times and states.
    pub points: Vec<(f64, Vec<f64>)>,
    /// Digits of the reference: the error, relative to `scale`, that it may have itself.
    pub precision: f64,
    /// A typical size of each state, in its unit.
    pub scale: Vec<f64>,
    /// How many times the tolerance the solution may be off: the problem's own amplification of errors.
    pub amplification: f64,
    /// Whether only a stiff method can solve it in reasonable time.
    pub stiff: bool,
}

impl<F> Case<F> {
    pub fn times(&self) -> Vec<f64> {
        self.points.iter().map(|(t, _)| *t).collect()
    }
    pub fn t1(&self) -> f64 {
        self.points.last().map_or(self.t0, |(t, _)| *t)
    }
    /// Absolute tolerances that go with the relative tolerance `rtol`.
    pub fn atol(&self, rtol: f64) -> Vec<f64> {
        self.scale.iter().map(|s| s * rtol).collect()
    }
    /// Largest distance to the reference points, each state relative to its size there plus its scale.
    pub fn error(&self, y: &[f64]) -> f64 {
        let n = self.y0.len();
        let mut worst = 0.0f64;
        for ((_, exact), got) in self.points.iter().zip(y.chunks_exact(n)) {
            for i in 0..n {
                worst = worst.max((got[i] - exact[i]).abs() / (exact[i].abs() + self.scale[i]));
            }
        }
        worst
    }
}

/// Something to do with every problem.
pub trait Visitor {
    fn visit<F: VectorField>(&mut self, case: &Case<F>);
}

/// Calls `visitor` with every problem of the library.
pub fn for_each(visitor: &mut impl Visitor) {
    visitor.visit(&leak::case());
    visitor.visit(&oscillator::case());
    visitor.visit(&hodgkin_huxley::case());
    visitor.visit(&prothero_robinson::case());
    visitor.visit(&van_der_pol::case());
    visitor.visit(&robertson::case());
    visitor.visit(&pump_leak::case());
}
