//! A field as a polynomial of the voltage, for every lane of a chunk.
//!
//! On [centre - half, centre + half], with s = (v - centre) / half,
//!
//! F(v) = sum_k c_k T_k(s)
//!
//! interpolates F in Chebyshev's points ([`vrest_ode::chebyshev`]).

use crate::kernels::gemm::load;
use crate::kernels::{Float, LANES, Lane};
use fearless_simd::{Simd, prelude::*};
use vrest_ode::chebyshev;

/// Values that a polynomial is made of.
pub(super) const NODES: usize = 16;

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
        Nodes {
            place: std::array::from_fn(|j| T::from_f64(chebyshev::at_point(1, j, NODES))),
            weight: std::array::from_fn(|k| {
                std::array::from_fn(|j| T::from_f64(chebyshev::weight(k, j, NODES)))
            }),
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
        let mut v = self.centre;
        for v in &mut v {
            *v += offset;
        }
        v
    }

    /// Whether none of `v` lies outside.
    #[inline(always)]
    pub fn holds<S: Simd>(&self, simd: S, v: &Lane<T>) -> bool {
        let half = T::Native::<S>::splat(simd, self.half);
        (0..LANES).step_by(T::Native::<S>::LEN).all(
            #[inline(always)]
            |at| !(load(simd, v, at) - load(simd, &self.centre, at)).abs().simd_gt(half).any_true(),
        )
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
        for first in &mut slope[0] {
            *first = T::from_f64(0.5) * *first;
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{Kernel, dispatch_at};
    use vrest_ode::simd::Level;

    const SPAN: Span<f64> = Span { centre: [0.5; LANES], half: 2.0 };

    /// Lane l's own polynomial of the highest degree that the nodes determine, and its derivative.
    fn exact(l: usize, v: f64) -> (f64, f64) {
        let a = 0.2 + 0.01 * l as f64;
        (0..NODES).fold((0.0, 0.0), |(value, slope), k| {
            let c = ((k + 1) as f64 * (1.0 + a)).sin();
            (c + value * a * v, value * a + slope * a * v)
        })
    }

    struct Interpolates;
    impl Kernel for Interpolates {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self, simd: S) {
            let nodes = Nodes::<f64>::new();
            let values: [Lane<f64>; NODES] = std::array::from_fn(|j| {
                let v = SPAN.node(&nodes, j);
                std::array::from_fn(|l| exact(l, v[l]).0)
            });
            let polynomial = Polynomial::through(simd, &nodes, SPAN, &values);
            for v in [-1.5, -0.3, 0.5, 1.9, 2.5] {
                let v: Lane<f64> = std::array::from_fn(|l| v - 1e-3 * l as f64 * v);
                let d: Lane<f64> = std::array::from_fn(|l| 1.0 + l as f64);
                let mut d_value = [[0.0; LANES]; NODES];
                let value = polynomial.value(simd, &v);
                let dv = polynomial.reverse(simd, &v, &d, &mut d_value);
                // F(v) is linear in the values at the nodes: the sum of each times d F(v) / d value.
                let d_values = nodes.of_values(simd, &d_value);
                for l in 0..LANES {
                    let (want, slope) = exact(l, v[l]);
                    assert!((value[l] - want).abs() < 1e-12, "{l}: {} {want}", value[l]);
                    assert!((dv[l] - d[l] * slope).abs() < 1e-11 * d[l], "{l}: {} {slope}", dv[l]);
                    let sum: f64 = (0..NODES).map(|j| d_values[j][l] * values[j][l]).sum();
                    assert!((sum - d[l] * want).abs() < 1e-12 * d[l], "{l}: {sum} {want}");
                }
            }
        }
    }

    #[test]
    fn polynomials_of_lower_degree_are_their_own_interpolants() {
        for level in [Level::Portable, Level::Avx2, Level::Avx512] {
            dispatch_at(level, Interpolates);
        }
    }

    struct Tail(f64);
    impl Kernel for Tail {
        type Output = (f64, f64);
        /// The tail for 1 / (1 + (v / pole)^2), and the largest error in the interval.
        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> (f64, f64) {
            let nodes = Nodes::<f64>::new();
            let f = |v: f64| 1.0 / (1.0 + (v / self.0).powi(2));
            let values: [Lane<f64>; NODES] = std::array::from_fn(|j| SPAN.node(&nodes, j).map(f));
            let polynomial = Polynomial::through(simd, &nodes, SPAN, &values);
            let error = (0..=400).map(|i| {
                let v = -1.5 + 0.01 * i as f64;
                (polynomial.value(simd, &[v; LANES])[0] - f(v)).abs()
            });
            (polynomial.tail(&values), error.fold(0.0, f64::max))
        }
    }

    #[test]
    fn the_tail_tells_the_size_of_the_error() {
        for pole in [0.5, 1.0, 2.0, 4.0, 8.0] {
            let (tail, error) = dispatch_at(Level::Portable, Tail(pole));
            assert!(error < 6.0 * tail && error > tail / 30.0, "pole at {pole}: {tail:e} {error:e}");
        }
    }

    #[test]
    fn an_interval_holds_the_voltage_and_lies_ahead_of_it() {
        for v in [-3.21, 0.0, 0.77] {
            for rate in [-2.0, 2.0] {
                let span = Span::ahead(&[v; LANES], &[rate; LANES], 0.5);
                let s = (v - span.centre[0]) / span.half;
                assert!((-1.0..=1.0).contains(&s) && s * rate < -1.0, "{v} {rate}: {s}");
                let nearby = Span::ahead(&[v + 1e-9; LANES], &[rate; LANES], 0.5);
                assert_eq!(span.centre, nearby.centre);
            }
        }
    }
}
