//! Several independent numbers at once, one a membrane.
//!
//! No branch on a value and no libm call: the elementary functions are our own (`functions`). A fused multiply-add is
//! written where it pays and rounds once on every machine, so that every level gives the same bits.

mod functions;
mod in_step;
mod lookup;
mod portable;
mod vector;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use portable::Portable;
#[cfg(test)]
pub(crate) use vector::at_every_level;
pub use vector::{Arithmetic, Vector, Work, dispatch};

use crate::dual::Dual;
use crate::real::{BERNOULLI_LONG_SERIES_BELOW, Real, bernoulli_series, bernoulli_slope_series};
use crate::table::Table;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, Neg, Not, Sub, SubAssign};

/// How many numbers: two vectors of AVX-512, four of AVX2.
pub const WIDTH: usize = VECTORS * BLOCK;
/// How many vectors. With four a spiking ensemble gains a tenth on Intel's AVX-512, nothing on Zen 4, and loses a third on
/// AVX2.
const VECTORS: usize = 2;
/// Numbers in a vector.
pub(crate) use vector::EIGHT as BLOCK;

/// [`WIDTH`] numbers side by side, in vectors `V`.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub struct Lanes<V = Portable>([V; VECTORS]);

/// One truth value a lane.
#[derive(Debug, Clone, Copy)]
pub struct Mask<V: Vector = Portable>([V::Mask; VECTORS]);

/// The same expression of every vector. A loop: `array::map` of a closure with vector instructions is not inlined.
macro_rules! each {
    ($i:ident => $of:expr) => {{
        let mut out = [V::splat(0.0); VECTORS];
        for $i in 0..VECTORS {
            out[$i] = $of;
        }
        Lanes(out)
    }};
}
/// The same with a truth value.
macro_rules! each_mask {
    ($i:ident => $of:expr) => {{
        let mut out = [V::splat(0.0).lt(V::splat(0.0)); VECTORS];
        for $i in 0..VECTORS {
            out[$i] = $of;
        }
        Mask(out)
    }};
}
use {each, each_mask};

impl<V: Vector> Lanes<V> {
    /// All lanes the same.
    #[inline(always)]
    pub fn splat(x: f64) -> Self {
        Lanes([V::splat(x); VECTORS])
    }
    /// Lane by lane.
    #[inline(always)]
    pub fn from_array(x: [f64; WIDTH]) -> Self {
        each!(i => V::from_slice(&x[i * BLOCK..]))
    }
    /// Lane by lane.
    #[inline(always)]
    pub fn from_fn(mut f: impl FnMut(usize) -> f64) -> Self {
        // A loop: `array::from_fn` of a long array becomes a call for each place.
        let mut x = [0.0; WIDTH];
        for (l, x) in x.iter_mut().enumerate() {
            *x = f(l);
        }
        Self::from_array(x)
    }
    /// Lane by lane.
    #[inline(always)]
    pub fn to_array(self) -> [f64; WIDTH] {
        let mut out = [0.0; WIDTH];
        for (out, x) in out.chunks_exact_mut(BLOCK).zip(&self.0) {
            out.copy_from_slice(x.as_array());
        }
        out
    }
    /// What is side by side in lanes, lane after lane: the eight `columns` of each.
    #[inline(always)]
    pub fn rows(columns: [Self; BLOCK]) -> [[f64; BLOCK]; WIDTH] {
        let mut rows = [[0.0; BLOCK]; WIDTH];
        for (i, rows) in rows.chunks_exact_mut(BLOCK).enumerate() {
            let mut block = [V::splat(0.0); BLOCK];
            for (to, column) in block.iter_mut().zip(&columns) {
                *to = column.0[i];
            }
            for (to, row) in rows.iter_mut().zip(&V::transpose(block)) {
                *to = *row.as_array();
            }
        }
        rows
    }
    /// The number in lane `l`.
    #[inline(always)]
    pub fn lane(&self, l: usize) -> f64 {
        self.0[l / BLOCK].as_array()[l % BLOCK]
    }
    /// 1/x to three digits where x > 0: for what needs no more, and without the long wait for a division.
    #[inline(always)]
    pub(crate) fn reciprocal_estimate(self) -> Self {
        V::reciprocal_estimate(self)
    }
    /// The place of lane `l`.
    #[inline(always)]
    pub fn lane_mut(&mut self, l: usize) -> &mut f64 {
        &mut self.0[l / BLOCK].as_mut_array()[l % BLOCK]
    }
}

impl<V: Vector> Mask<V> {
    /// One bit a lane, that of lane 0 the lowest.
    #[inline(always)]
    pub fn bits(self) -> u32 {
        let mut bits = 0;
        for i in 0..VECTORS {
            bits |= V::mask_bits(self.0[i]) << (i * BLOCK);
        }
        bits
    }
}
impl<V: Vector> BitAnd for Mask<V> {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, o: Self) -> Self {
        each_mask!(i => V::both(self.0[i], o.0[i]))
    }
}
impl<V: Vector> BitOr for Mask<V> {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, o: Self) -> Self {
        each_mask!(i => V::either(self.0[i], o.0[i]))
    }
}
impl<V: Vector> Not for Mask<V> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        each_mask!(i => V::none(self.0[i]))
    }
}

macro_rules! lane_op {
    ($trait:ident, $method:ident) => {
        impl<V: Vector> $trait for Lanes<V> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, o: Self) -> Self {
                each!(i => self.0[i].$method(o.0[i]))
            }
        }
        impl<V: Vector> $trait<f64> for Lanes<V> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, o: f64) -> Self {
                let o = V::splat(o);
                each!(i => self.0[i].$method(o))
            }
        }
    };
}
lane_op!(Add, add);
lane_op!(Sub, sub);
lane_op!(Mul, mul);
lane_op!(Div, div);

impl<V: Vector> Neg for Lanes<V> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        let sign = V::splat(-0.0);
        each!(i => self.0[i].xor(sign))
    }
}
impl<V: Vector> AddAssign for Lanes<V> {
    #[inline(always)]
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
impl<V: Vector> SubAssign for Lanes<V> {
    #[inline(always)]
    fn sub_assign(&mut self, o: Self) {
        *self = *self - o;
    }
}

/// Elementary functions of [`Real`].
macro_rules! elementary {
    ($($name:ident),*) => {
        $(#[inline(always)]
        fn $name(self) -> Self {
            V::$name(self)
        })*
    };
}

impl<V: Vector> Real for Lanes<V> {
    type Mask = Mask<V>;
    type Columns = Dual<Self, 1>;

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        Self::splat(x)
    }
    #[inline(always)]
    fn first(self) -> f64 {
        self.lane(0)
    }
    elementary!(exp, exp_m1, ln, tanh, sin, log2_estimate, exp2_estimate);
    #[inline(always)]
    fn sqrt(self) -> Self {
        each!(i => self.0[i].sqrt())
    }
    #[inline(always)]
    fn abs(self) -> Self {
        let sign = V::splat(-0.0);
        each!(i => sign.and_not(self.0[i]))
    }
    #[inline(always)]
    fn lt(self, o: Self) -> Mask<V> {
        each_mask!(i => self.0[i].lt(o.0[i]))
    }
    #[inline(always)]
    fn select(mask: Mask<V>, yes: Self, no: Self) -> Self {
        each!(i => V::select(mask.0[i], yes.0[i], no.0[i]))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        each!(i => self.0[i].min(other.0[i]))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // The other way round, so that a NaN stays where the trait keeps it.
        each!(i => other.0[i].max(self.0[i]))
    }
    #[inline(always)]
    fn lookup(self, f: impl Fn(f64) -> f64) -> Self {
        let all = self.to_array();
        Self::from_fn(|l| f(all[l]))
    }
    #[inline(always)]
    fn lookup_with(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let (a, b) = (self.to_array(), other.to_array());
        Self::from_fn(|l| f(a[l], b[l]))
    }
    #[inline(always)]
    fn times_plus(self, factor: f64, addend: Self) -> Self {
        let factor = V::splat(factor);
        each!(i => self.0[i].mul_add(factor, addend.0[i]))
    }
    #[inline(always)]
    fn mul_plus(self, factor: Self, addend: Self) -> Self {
        let (x, f, a) = (self.0, factor.0, addend.0);
        each!(i => x[i].mul_add(f[i], a[i]))
    }
    #[inline(always)]
    fn horner(self, factor: Self, addend: f64) -> Self {
        self.mul_plus(factor, Self::splat(addend))
    }
    #[inline(always)]
    fn minus_product(self, a: Self, b: Self) -> Self {
        (-a).mul_plus(b, self)
    }
    #[inline(always)]
    fn bernoulli_with(self, exp: Self) -> Self {
        let near = Real::lt(self.abs(), Self::splat(BERNOULLI_LONG_SERIES_BELOW));
        let below = (exp - 1.0).in_step();
        <Self as Real>::select(near, bernoulli_series(self), self / below)
    }
    /// B' = (1 - B - x)/(e^x - 1): one division gives both.
    #[inline(always)]
    fn bernoulli_and_slope_with(self, exp: Self) -> [Self; 2] {
        let near = Real::lt(self.abs(), Self::splat(BERNOULLI_LONG_SERIES_BELOW));
        let inverse = Self::one() / (exp - 1.0).in_step();
        let b = self * inverse;
        let slope = (Self::one() - b - self) * inverse;
        [
            <Self as Real>::select(near, bernoulli_series(self), b),
            <Self as Real>::select(near, bernoulli_slope_series(self), slope),
        ]
    }
    #[inline(always)]
    fn logistic_with(self, exp_minus: Self) -> Self {
        Self::one() / (exp_minus + 1.0)
    }
    #[inline(always)]
    fn all(mask: Mask<V>) -> bool {
        mask.bits() == u32::MAX >> (u32::BITS - WIDTH as u32)
    }
    #[inline(always)]
    fn any(mask: Mask<V>) -> bool {
        mask.bits() != 0
    }
    #[inline(always)]
    fn tabulated(self, table: &Table, block: usize) -> Option<[Self; Table::BLOCK]> {
        let mut out = [Self::zero(); Table::BLOCK];
        for i in 0..VECTORS {
            for (out, value) in out.iter_mut().zip(lookup::values(self.0[i], table, block)) {
                out.0[i] = value;
            }
        }
        Some(out)
    }
    #[inline(always)]
    fn enter<T>(f: impl FnOnce() -> T) -> T {
        V::enter(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    struct Arithmetic([f64; WIDTH], [f64; WIDTH]);

    impl Work for Arithmetic {
        type Output = [[u64; WIDTH]; 12];
        fn run<V: Vector>(self) -> Self::Output {
            let (x, y) = (Lanes::<V>::from_array(self.0), Lanes::<V>::from_array(self.1));
            let mask = x.lt(y);
            let zero = Lanes::zero();
            let picked = Lanes::select((!mask & y.lt(zero)) | (mask & zero.lt(y)), -x, y);
            let results = [
                x + y,
                x - y,
                x * y,
                x / y,
                x.times_plus(1.1, y),
                x.mul_plus(y, x),
                x.horner(y, 0.7),
                x.minus_product(y, x),
                picked,
                x.min(y),
                x.max(y),
                Lanes::from_fn(|l| f64::from(mask.bits() >> l & 1)),
            ];
            results.map(|r| r.to_array().map(f64::to_bits))
        }
    }

    #[test]
    fn lanes_give_what_plain_numbers_give() {
        let x: [f64; WIDTH] =
            std::array::from_fn(|l| [-70.0, 0.0, 1e-9, 33.0, f64::NAN][l % 5] * (1.0 + l as f64));
        let y: [f64; WIDTH] =
            std::array::from_fn(|l| [3.0, -2.0, 0.1, f64::INFINITY, 7.0, f64::NAN, 1e300][l % 7]);
        for results in at_every_level(Arithmetic(x, y)) {
            for l in 0..WIDTH {
                let (x, y) = (x[l], y[l]);
                let less = x < y;
                let wanted = [
                    x + y,
                    x - y,
                    x * y,
                    x / y,
                    x.mul_add(1.1, y),
                    x.mul_add(y, x),
                    x.mul_add(y, 0.7),
                    (-y).mul_add(x, x),
                    if (!less && y < 0.0) || (less && 0.0 < y) { -x } else { y },
                    Real::min(x, y),
                    Real::max(x, y),
                    f64::from(u8::from(less)),
                ];
                for (r, want) in results.iter().zip(wanted) {
                    let got = f64::from_bits(r[l]);
                    assert!(got == want || (got.is_nan() && want.is_nan()), "{x} {y}: {got} {want}");
                }
            }
        }
    }

    #[derive(Clone, Copy)]
    struct Rows;

    impl Work for Rows {
        type Output = [[f64; BLOCK]; WIDTH];
        fn run<V: Vector>(self) -> Self::Output {
            Lanes::<V>::rows(std::array::from_fn(|i| Lanes::from_fn(|l| (10 * l + i) as f64)))
        }
    }

    #[test]
    fn columns_become_rows() {
        for rows in at_every_level(Rows) {
            for (l, row) in rows.iter().enumerate() {
                assert!(row.iter().enumerate().all(|(i, &x)| x == (10 * l + i) as f64), "{l}: {row:?}");
            }
        }
    }

    #[test]
    fn a_lane_is_read_and_written_alone() {
        let mut x = Lanes::<Portable>::from_fn(|l| l as f64);
        *x.lane_mut(11) = -1.0;
        assert!((0..WIDTH).all(|l| x.lane(l) == if l == 11 { -1.0 } else { l as f64 }));
        for l in 0..5 {
            let v = [0.0, 1e-9, -0.29, 0.31, 40.0][l];
            let b = Lanes::<Portable>::splat(v).bernoulli().lane(l);
            assert!((b - v.bernoulli()).abs() <= 4e-16 * b.abs().max(1.0));
        }
    }
}
