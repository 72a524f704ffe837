//! A field as a polynomial of the voltage, for every lane of a chunk.
//!
//! On [centre - half, centre + half], with s = (v - centre) / half,
//!
//! F(v) = sum_k c_k T_k(s),  c_k = (2 - \[k = 0\]) / NODES sum_j F(s_j) cos(k theta_j),  s_j = cos theta_j
//!
//! interpolates F in the Chebyshev points theta_j = (j + 1/2) pi / NODES. For a function that is analytic around the
//! interval c_k falls like rho^-k, and the last ones bound the error (Trefethen 2013, chapters 3 and 8).

use crate::kernels::gemm::load;
use crate::kernels::{Float, LANES, Lane};
use fearless_simd::{Simd, prelude::*};

/// Values that a polynomial is made of.
pub(super) const NODES: usize = 12;

/// The Chebyshev points and the values of the polynomials there, which turn values into coefficients and back.
#[derive(Debug)]
pub(super) struct Nodes<T> {
    /// s_j.
    place: [T; NODES],
    /// \[k\]\[j\], what the value at s_j adds to c_k.
    weight: [[T; NODES]; NODES],
}

impl<T: Float> Nodes<T> {
    pub fn new() -> Self {
        let angle = |k: usize, j: usize| (k as f64 * (j as f64 + 0.5) * std::f64::consts::PI / NODES as f64).cos();
        let share = |k: usize| if k == 0 { 1.0 } else { 2.0 } / NODES as f64;
        Nodes {
            place: std::array::from_fn(|j| T::from_f64(angle(1, j))),
            weight: std::array::from_fn(|k| std::array::from_fn(|j| T::from_f64(share(k) * angle(k, j)))),
        }
    }

    /// sum_k weight\[k\]\[j\] of `d`: from d loss / d coefficients to d loss / d values.
    #[inline(always)]
    pub fn of_values<S: Simd>(&self, simd: S, d: &[Lane<T>; NODES]) -> [Lane<T>; NODES] {
        self.combine(
            simd,
            d,
            #[inline(always)]
            |weight, j, k| weight[k][j],
        )
    }

    #[inline(always)]
    fn combine<S: Simd>(
        &self,
        simd: S,
        from: &[Lane<T>; NODES],
        entry: impl Fn(&[[T; NODES]; NODES], usize, usize) -> T,
    ) -> [Lane<T>; NODES] {
        let mut out = [[T::default(); LANES]; NODES];
        for (i, out) in out.iter_mut().enumerate() {
            for at in (0..LANES).step_by(T::Native::<S>::LEN) {
                let mut sum = T::Native::<S>::splat(simd, T::default());
                for (j, from) in from.iter().enumerate() {
                    let weight = T::Native::<S>::splat(simd, entry(&self.weight, i, j));
                    sum = weight.mul_add(load(simd, from, at), sum);
                }
                sum.store_slice(&mut out[at..at + T::Native::<S>::LEN]);
            }
        }
        out
    }
}

/// Where a polynomial stands for the field: an interval of one width, about a voltage of each lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span<T> {
    pub centre: Lane<T>,
    pub half: T,
}

impl<T: Float> Span<T> {
    /// An interval that holds `v` and lies mostly where `rate` leads. Its centre is one of a grid, so that it does not
    /// follow small changes of v: between two changes of the centre, derivatives are those of the polynomial.
    pub fn ahead(v: &Lane<T>, rate: &Lane<T>, half: f64) -> Self {
        let grid = half / 8.0;
        let centre = std::array::from_fn(|l| {
            let ahead = if rate[l] > T::default() { 0.75 * half } else { -0.75 * half };
            T::from_f64(((v[l].to_f64() + ahead) / grid).round() * grid)
        });
        Span { centre, half: T::from_f64(half) }
    }

    /// The voltages of node `j`.
    #[inline(always)]
    pub fn node(&self, nodes: &Nodes<T>, j: usize) -> Lane<T> {
        let offset = self.half * nodes.place[j];
        self.centre.map(
            #[inline(always)]
            |centre| centre + offset,
        )
    }

    /// Whether all of `v` lie in it, up to rounding.
    #[inline(always)]
    pub fn holds(&self, v: &Lane<T>) -> bool {
        let mut outside = false;
        for l in 0..LANES {
            let distance = v[l] - self.centre[l];
            outside |= distance > self.half || T::default() - distance > self.half;
        }
        !outside
    }
}

/// The polynomials of a chunk's lanes.
#[derive(Debug)]
pub(super) struct Polynomial<T> {
    span: Span<T>,
    per_half: T,
    value: [Lane<T>; NODES],
    /// dF/ds in the same form.
    slope: [Lane<T>; NODES],
}

impl<T: Float> Polynomial<T> {
    /// Through `values` at the nodes of `span`.
    #[inline(always)]
    pub fn through<S: Simd>(simd: S, nodes: &Nodes<T>, span: Span<T>, values: &[Lane<T>; NODES]) -> Self {
        let value = nodes.combine(
            simd,
            values,
            #[inline(always)]
            |weight, k, j| weight[k][j],
        );
        let mut slope = [[T::default(); LANES]; NODES];
        for k in (1..NODES).rev() {
            let twice = T::from_f64(2.0 * k as f64);
            for l in 0..LANES {
                let beyond = if k + 1 < NODES { slope[k + 1][l] } else { T::default() };
                slope[k - 1][l] = beyond + twice * value[k][l];
            }
        }
        slope[0] = slope[0].map(
            #[inline(always)]
            |s| T::from_f64(0.5) * s,
        );
        Polynomial { span, per_half: T::from_f64(1.0 / span.half.to_f64()), value, slope }
    }

    /// The larger of the last two coefficients as a share of the largest value, the worst of all lanes: what the
    /// polynomial may be wrong by. NaN where values are not finite.
    pub fn tail(&self, values: &[Lane<T>; NODES]) -> f64 {
        let largest = |all: &[Lane<T>]| {
            all.iter().flatten().fold(0.0, |most: f64, x| {
                let x = x.to_f64().abs();
                if x.is_nan() || x > most { x } else { most }
            })
        };
        largest(&self.value[NODES - 2..]) / largest(values)
    }

    /// Where it stands for the field.
    #[inline(always)]
    pub fn span(&self) -> &Span<T> {
        &self.span
    }

    /// F(v).
    #[inline(always)]
    pub fn value<S: Simd>(&self, simd: S, v: &Lane<T>) -> Lane<T> {
        let mut out = [T::default(); LANES];
        for at in (0..LANES).step_by(T::Native::<S>::LEN) {
            let mut sum = T::Native::<S>::splat(simd, T::default());
            self.each_chebyshev(
                simd,
                v,
                at,
                #[inline(always)]
                |k, t| sum = t.mul_add(load(simd, &self.value[k], at), sum),
            );
            sum.store_slice(&mut out[at..at + T::Native::<S>::LEN]);
        }
        out
    }

    /// From `d` = d loss / d F(v): adds to d loss / d coefficients, returns d loss / d v.
    #[inline(always)]
    pub fn reverse<S: Simd>(
        &self,
        simd: S,
        v: &Lane<T>,
        d: &Lane<T>,
        d_value: &mut [Lane<T>; NODES],
    ) -> Lane<T> {
        let mut out = [T::default(); LANES];
        for at in (0..LANES).step_by(T::Native::<S>::LEN) {
            let end = at + T::Native::<S>::LEN;
            let mut slope = T::Native::<S>::splat(simd, T::default());
            let d = load(simd, d, at);
            self.each_chebyshev(
                simd,
                v,
                at,
                #[inline(always)]
                |k, t: T::Native<S>| {
                    slope = t.mul_add(load(simd, &self.slope[k], at), slope);
                    d.mul_add(t, load(simd, &d_value[k], at)).store_slice(&mut d_value[k][at..end]);
                },
            );
            (d * slope * T::Native::<S>::splat(simd, self.per_half)).store_slice(&mut out[at..end]);
        }
        out
    }

    /// `f(k, T_k(s))` for the lanes from `at` on.
    #[inline(always)]
    fn each_chebyshev<S: Simd>(
        &self,
        simd: S,
        v: &Lane<T>,
        at: usize,
        mut f: impl FnMut(usize, T::Native<S>),
    ) {
        let one = T::Native::<S>::splat(simd, T::from_f64(1.0));
        let s = (load(simd, v, at) - load(simd, &self.span.centre, at))
            * T::Native::<S>::splat(simd, self.per_half);
        let (twice, mut before, mut now) = (s + s, one, s);
        f(0, one);
        f(1, s);
        for k in 2..NODES {
            (before, now) = (now, twice * now - before);
            f(k, now);
        }
    }
}
