//! Smooth functions of one number in a table: a polynomial for each short stretch of it.
//!
//! Made for the rates of channels, which are functions of the voltage and cost exponentials and divisions, and of which
//! every evaluation of every membrane of an ensemble needs all. A stretch holds the polynomials of all functions side by
//! side, so that one place is found once for all of them.
//!
//! The table is as exact as the functions are: while it is made it is checked against them between its nodes, stretch by
//! stretch, to [`TOLERANCE`]. Where a function cannot be had so (a jump, a kink, an infinity), and outside its range,
//! the table is not a number, and whoever asks evaluates the function itself.

use crate::lanes::{BLOCK, WIDTH};
use std::f64::consts::PI;

/// Degree of the polynomials.
pub(crate) const DEGREE: usize = 6;
/// The largest distance from a function, in units of its largest value on the stretch.
pub const TOLERANCE: f64 = 2e-14;
/// The lengths of a stretch that are tried, longest first. Powers of two, so that a place is found without rounding.
const LENGTHS: [f64; 6] = [4.0, 2.0, 1.0, 0.5, 0.25, 0.125];
/// The share of stretches on which the functions may defy the table.
const MOST_UNKNOWN: f64 = 0.05;
/// Nodes of a stretch.
const NODES: usize = DEGREE + 1;
/// Where a stretch is checked: at its first end, which it includes, just before its last, which it does not, and between
/// its nodes and ends. With the nodes they fill all lanes once.
const CHECKS: [f64; WIDTH - NODES] = [-0.5, -0.495, -0.44, -0.31, -0.12, 0.13, 0.32, 0.45, 0.5 - 1e-9];

/// Coefficients of the powers 0, 1, ... of eight functions on one stretch, in the distance from its middle in units of
/// its length.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Stretch(pub(crate) [[f64; BLOCK]; NODES]);

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Table {
    /// Stretches per unit.
    pub(crate) per_unit: f64,
    /// Number of the first and last stretch, counted from 0: they stand for all that is outside, and are unknown.
    pub(crate) ends: (f64, f64),
    /// All stretches of the first eight functions, of the next eight, ...
    pub(crate) blocks: Vec<Vec<Stretch>>,
}

impl Table {
    /// Functions that are looked up together.
    pub const BLOCK: usize = BLOCK;

    /// A table of `n` functions from `from` to `to` or a little beyond (whole stretches); none where too much of them is too
    /// rough for the finest. `f` is given as many numbers as there are lanes, and writes the values of each function.
    pub fn new(
        from: f64,
        to: f64,
        n: usize,
        mut f: impl FnMut(&[f64; WIDTH], &mut [[f64; WIDTH]]),
    ) -> Option<Table> {
        LENGTHS.iter().find_map(|&length| Table::with_length(length, from, to, n, &mut f))
    }

    fn with_length(
        length: f64,
        from: f64,
        to: f64,
        n: usize,
        f: &mut impl FnMut(&[f64; WIDTH], &mut [[f64; WIDTH]]),
    ) -> Option<Table> {
        let (first, last) = ((from / length).floor(), (to / length).ceil());
        let unknown = Stretch([[f64::NAN; BLOCK]; NODES]);
        let inner = (last - first) as usize;
        let mut blocks = vec![vec![unknown; inner + 2]; n.div_ceil(BLOCK)];
        let mut left = (MOST_UNKNOWN * inner as f64) as usize;
        let fit = Fit::new();
        let mut values = vec![[0.0; WIDTH]; n];
        for i in 0..inner {
            let middle = first + i as f64 + 0.5;
            f(&fit.places.map(|at| (middle + at) * length), &mut values);
            let Some(own) = values.iter().map(|of| fit.polynomial(of)).collect::<Option<Vec<_>>>() else {
                left = left.checked_sub(1)?;
                continue;
            };
            for (block, own) in blocks.iter_mut().zip(own.chunks(BLOCK)) {
                block[i + 1] = stretch(own);
            }
        }
        Some(Table { per_unit: 1.0 / length, ends: (first - 1.0, last), blocks })
    }
}

/// Interpolation at Chebyshev's nodes.
struct Fit {
    /// The nodes, then [`CHECKS`].
    places: [f64; WIDTH],
    /// Coefficient of power d by value at node j.
    weights: [[f64; NODES]; NODES],
}

impl Fit {
    fn new() -> Fit {
        let angle = |j: usize| PI * (2 * j + 1) as f64 / (2 * NODES) as f64;
        let mut weights = [[0.0; NODES]; NODES];
        // T_m as coefficients of the powers of s, by T_m = 2 s T_(m-1) - T_(m-2).
        let (mut before, mut now) = ([0.0; NODES], [0.0; NODES]);
        now[0] = 1.0;
        for m in 0..NODES {
            let factor = if m == 0 { 1.0 } else { 2.0 };
            for j in 0..NODES {
                let share = (m as f64 * angle(j)).cos() * factor / NODES as f64;
                for d in 0..NODES {
                    // s is twice the distance from the middle.
                    weights[d][j] += now[d] * share * f64::powi(2.0, d as i32);
                }
            }
            let next = std::array::from_fn(|d| if d == 0 { 0.0 } else { factor * now[d - 1] } - before[d]);
            (before, now) = (now, next);
        }
        let place = |i: usize| if i < NODES { 0.5 * angle(i).cos() } else { CHECKS[i - NODES] };
        Fit { places: std::array::from_fn(place), weights }
    }

    /// The polynomial through the values of a function at the nodes; none where it misses the function at one of
    /// [`CHECKS`], whose values follow.
    fn polynomial(&self, values: &[f64; WIDTH]) -> Option<[f64; NODES]> {
        let c = self.weights.map(|weights| weights.iter().zip(values).map(|(w, x)| w * x).sum());
        let largest = values.iter().fold(0.0f64, |most, x| most.max(x.abs()));
        let close = self.places.iter().zip(values).skip(NODES).all(|(t, wanted)| {
            let got = c.iter().rev().fold(0.0, |sum, c| sum * t + c);
            (got - wanted).abs() <= TOLERANCE * largest
        });
        close.then_some(c)
    }
}

/// The polynomials of at most eight functions side by side.
fn stretch(own: &[[f64; NODES]]) -> Stretch {
    let mut out = Stretch([[0.0; BLOCK]; NODES]);
    for (i, c) in own.iter().enumerate() {
        for (power, c) in c.iter().enumerate() {
            out.0[power][i] = *c;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::{Lanes, Vector, Work, at_every_level};
    use crate::real::Real;

    /// Nine functions, so that two blocks are needed.
    fn functions(x: f64, out: &mut [f64]) {
        for (i, y) in out.iter_mut().enumerate() {
            *y = match i {
                0 => (-(x + 40.0) / 10.0).bernoulli(),
                1 => 4.0 * (-(x + 65.0) / 18.0).exp(),
                2 => Real::logistic((x + 35.0) / 10.0),
                8 => (x / 30.0).sin() + 2.0,
                // Jumps at a whole number, where stretches meet, and between two.
                3 => f64::from(x < -63.0),
                4 => f64::from(x < 17.3),
                i => i as f64,
            };
        }
    }

    /// `f` of one number as a function of many.
    fn of_each(f: impl Fn(f64, &mut [f64])) -> impl FnMut(&[f64; WIDTH], &mut [[f64; WIDTH]]) {
        move |x, out| {
            let mut values = vec![0.0; out.len()];
            for (l, x) in x.iter().enumerate() {
                f(*x, &mut values);
                for (out, value) in out.iter_mut().zip(&values) {
                    out[l] = *value;
                }
            }
        }
    }

    #[derive(Clone, Copy)]
    struct Looked<'a>(&'a Table, [f64; WIDTH], usize);
    impl Work for Looked<'_> {
        type Output = [[f64; WIDTH]; BLOCK];
        fn run<V: Vector>(self) -> Self::Output {
            let values = Lanes::<V>::from_array(self.1).tabulated(self.0, self.2);
            values.expect("lanes look up").map(Lanes::to_array)
        }
    }

    #[test]
    fn a_table_is_as_exact_as_its_functions_and_unknown_where_it_cannot_be() {
        let table = Table::new(-150.0, 100.0, 9, of_each(functions)).expect("two jumps leave most of it");
        let mut unknown = 0;
        for k in 0..4000 {
            let x: [f64; WIDTH] = std::array::from_fn(|l| -151.0 + 0.063_1 * k as f64 + 16.3 * l as f64);
            for block in 0..2 {
                let all = at_every_level(Looked(&table, x, block));
                for (l, x) in x.into_iter().enumerate() {
                    let mut wanted = [0.0; 9];
                    functions(x, &mut wanted);
                    for c in 0..if block == 0 { 8 } else { 1 } {
                        let got = all[0][c][l];
                        assert!(
                            all.iter().all(|other| other[c][l].to_bits() == got.to_bits()),
                            "{x} {c}: {:?}",
                            all.iter().map(|o| o[c][l]).collect::<Vec<_>>()
                        );
                        if got.is_nan() {
                            unknown += 1;
                            assert!(!(-150.0..100.0).contains(&x) || (x - 17.3).abs() < 1.0, "{x}");
                        } else {
                            let want = wanted[8 * block + c];
                            assert!((got - want).abs() <= 4e-14 * want.abs(), "{x} {c}: {got} {want}");
                        }
                    }
                }
            }
        }
        assert!(unknown > 0);
    }

    #[test]
    fn what_lies_outside_is_unknown() {
        let table = Table::new(-16.0, 16.0, 1, of_each(|x, out| out[0] = x)).expect("a straight line");
        let x = [
            f64::NEG_INFINITY,
            -1e300,
            -16.1,
            -16.0,
            0.0,
            15.999,
            16.0,
            18.0,
            1e300,
            f64::INFINITY,
            f64::NAN,
        ];
        let all = std::array::from_fn(|l| x[l % x.len()]);
        for looked in at_every_level(Looked(&table, all, 0)) {
            for (got, x) in looked[0].iter().zip(all) {
                assert!(
                    if (-16.0..16.0).contains(&x) { (got - x).abs() <= 2e-14 } else { got.is_nan() },
                    "{x}: {got}"
                );
            }
        }
    }

    #[test]
    fn rough_functions_have_none() {
        assert!(Table::new(-10.0, 10.0, 1, of_each(|x, out| out[0] = (300.0 * x).sin())).is_none());
        assert!(Table::new(-10.0, 10.0, 1, of_each(|_, out| out[0] = f64::NAN)).is_none());
    }
}
