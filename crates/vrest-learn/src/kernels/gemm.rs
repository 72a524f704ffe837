//! Small matrix products, row-major.
//!
//! Rows are trajectories and columns are units of a layer, so that forward, backward and weight gradient
//! are the same loop: a broadcast element against vectors of columns. A block of accumulators stays in
//! registers: 4 or 6 rows x 2 vectors where there are 16 registers (AVX2, SSE2), 4 x 4 or 8 x 2 where there
//! are 32: enough sums to hide the latency of a multiply-add, and few enough loads for each. Each output is
//! one sum in the order of the inner index, so blocking never changes a result.
//!
//! Blocks are stored as they are and activations applied in a pass of their own: applied to the block in
//! registers they make the compiler keep it in memory, three times slower.

use super::float::Float;
use fearless_simd::{Simd, prelude::*};

/// Columns of every matrix are padded to a multiple of this: the widest tile.
pub const PAD: usize = 16;

/// `n` rounded up to whole tiles.
pub fn padded(n: usize) -> usize {
    n.next_multiple_of(PAD)
}

/// What the accumulators start from.
#[derive(Clone, Copy)]
pub enum Init<'a, T> {
    /// Zero.
    Zero,
    /// The same row for all rows: a bias, length n.
    Row(&'a [T]),
    /// A matrix of the output's shape.
    Matrix(&'a [T]),
}

/// C = `init` + A B, with A \[m, k\], B \[k, n\], C \[m, n\], m a multiple of 8 and n of [`PAD`].
#[inline(always)]
pub fn gemm<S: Simd, T: Float>(simd: S, [m, k, n]: [usize; 3], a: &[T], b: &[T], init: Init<T>, c: &mut [T]) {
    let len = T::Native::<S>::LEN;
    let mut col = 0;
    if len == PAD {
        while col + 4 * len <= n {
            column_of_tiles::<S, T, 4, 4>(simd, [m, k, n], col, a, b, init, c);
            col += 4 * len;
        }
        if col + 2 * len <= n {
            column_of_tiles::<S, T, 8, 2>(simd, [m, k, n], col, a, b, init, c);
            col += 2 * len;
        }
        if col < n {
            column_of_tiles::<S, T, 8, 1>(simd, [m, k, n], col, a, b, init, c);
        }
    } else {
        while col < n {
            column_of_tiles::<S, T, 4, 2>(simd, [m, k, n], col, a, b, init, c);
            col += 2 * len;
        }
    }
}

#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn column_of_tiles<S: Simd, T: Float, const R: usize, const V: usize>(
    simd: S,
    [m, k, n]: [usize; 3],
    col: usize,
    a: &[T],
    b: &[T],
    init: Init<T>,
    c: &mut [T],
) {
    for row in (0..m).step_by(R) {
        tile::<S, T, R, V>(simd, [k, n], [row, col], a, b, init, c);
    }
}

#[inline(always)]
fn tile<S: Simd, T: Float, const R: usize, const V: usize>(
    simd: S,
    [k, n]: [usize; 2],
    [row, col]: [usize; 2],
    a: &[T],
    b: &[T],
    init: Init<T>,
    c: &mut [T],
) {
    let len = T::Native::<S>::LEN;
    let mut rows: [&[T]; R] = [&[]; R];
    let mut acc = [[T::Native::<S>::splat(simd, T::default()); V]; R];
    for r in 0..R {
        rows[r] = &a[(row + r) * k..(row + r + 1) * k];
        for v in 0..V {
            match init {
                Init::Zero => {}
                Init::Row(bias) => acc[r][v] = load::<S, T>(simd, bias, col + v * len),
                Init::Matrix(start) => acc[r][v] = load::<S, T>(simd, start, (row + r) * n + col + v * len),
            }
        }
    }
    for i in 0..k {
        let mut x = [T::Native::<S>::splat(simd, T::default()); V];
        for v in 0..V {
            x[v] = load::<S, T>(simd, b, i * n + col + v * len);
        }
        for r in 0..R {
            let w = T::Native::<S>::splat(simd, rows[r][i]);
            for v in 0..V {
                acc[r][v] = w.mul_add(x[v], acc[r][v]);
            }
        }
    }
    for r in 0..R {
        for v in 0..V {
            let at = (row + r) * n + col + v * len;
            acc[r][v].store_slice(&mut c[at..at + len]);
        }
    }
}

/// C += A^T B, with A \[k, m\], B \[k, n\], C \[m, n\] and n a multiple of [`PAD`]: the gradient of weights.
#[inline(always)]
pub fn add_at_b<S: Simd, T: Float>(simd: S, shape: [usize; 3], a: &[T], b: &[T], c: &mut [T]) {
    add_rows_of_at_b(simd, shape, a, b, c, |_| shape[0]);
}

/// C += A^T A, with A \[k, n\], C \[n, n\] and n a multiple of [`PAD`]: only what is on the diagonal and above it is
/// complete.
#[inline(always)]
pub fn add_at_a<S: Simd, T: Float>(simd: S, [k, n]: [usize; 2], a: &[T], c: &mut [T]) {
    add_rows_of_at_b(simd, [n, k, n], a, a, c, |end| end);
}

/// C += A^T B for the rows below `rows(end)` of the columns that end at `end`.
#[inline(always)]
fn add_rows_of_at_b<S: Simd, T: Float>(
    simd: S,
    [m, k, n]: [usize; 3],
    a: &[T],
    b: &[T],
    c: &mut [T],
    rows: impl Fn(usize) -> usize,
) {
    let len = T::Native::<S>::LEN;
    let mut col = 0;
    if len == PAD {
        while col + 4 * len <= n {
            let end = col + 4 * len;
            column_of_tiles_at_b::<S, T, 4, 4>(simd, [m, k, n], [rows(end), col], a, b, c);
            col = end;
        }
        if col + 2 * len <= n {
            let end = col + 2 * len;
            column_of_tiles_at_b::<S, T, 8, 2>(simd, [m, k, n], [rows(end), col], a, b, c);
            col = end;
        }
        if col < n {
            column_of_tiles_at_b::<S, T, 12, 1>(simd, [m, k, n], [rows(n), col], a, b, c);
        }
    } else {
        while col < n {
            let end = col + 2 * len;
            column_of_tiles_at_b::<S, T, 6, 2>(simd, [m, k, n], [rows(end), col], a, b, c);
            col = end;
        }
    }
}

#[inline(always)]
fn column_of_tiles_at_b<S: Simd, T: Float, const R: usize, const V: usize>(
    simd: S,
    [m, k, n]: [usize; 3],
    [rows, col]: [usize; 2],
    a: &[T],
    b: &[T],
    c: &mut [T],
) {
    let mut row = 0;
    while row + R <= rows {
        tile_at_b::<S, T, R, V>(simd, [m, k, n], [row, col], a, b, c);
        row += R;
    }
    while row + 4 <= rows {
        tile_at_b::<S, T, 4, V>(simd, [m, k, n], [row, col], a, b, c);
        row += 4;
    }
    while row < rows {
        tile_at_b::<S, T, 1, V>(simd, [m, k, n], [row, col], a, b, c);
        row += 1;
    }
}

#[inline(always)]
fn tile_at_b<S: Simd, T: Float, const R: usize, const V: usize>(
    simd: S,
    [m, k, n]: [usize; 3],
    [row, col]: [usize; 2],
    a: &[T],
    b: &[T],
    c: &mut [T],
) {
    let len = T::Native::<S>::LEN;
    let mut acc = [[T::Native::<S>::splat(simd, T::default()); V]; R];
    for r in 0..R {
        for v in 0..V {
            acc[r][v] = load::<S, T>(simd, c, (row + r) * n + col + v * len);
        }
    }
    for l in 0..k {
        let mut x = [T::Native::<S>::splat(simd, T::default()); V];
        for v in 0..V {
            x[v] = load::<S, T>(simd, b, l * n + col + v * len);
        }
        let ws = &a[l * m + row..l * m + row + R];
        for r in 0..R {
            let w = T::Native::<S>::splat(simd, ws[r]);
            for v in 0..V {
                acc[r][v] = w.mul_add(x[v], acc[r][v]);
            }
        }
    }
    for r in 0..R {
        for v in 0..V {
            let at = (row + r) * n + col + v * len;
            acc[r][v].store_slice(&mut c[at..at + len]);
        }
    }
}

/// out\[r\] = sum over j of A\[r, j\] w\[j\], with A \[out.len(), n\].
#[inline(always)]
pub fn rows_dot<S: Simd, T: Float>(simd: S, n: usize, a: &[T], w: &[T], out: &mut [T]) {
    let mut at = 0;
    if T::Native::<S>::LEN == PAD {
        // A vector of rows at a time: neighbours are added until one vector holds a sum of each row, four additions for
        // all of them and not for each.
        let mut acc = [T::Native::<S>::splat(simd, T::default()); PAD];
        for out in out.chunks_exact_mut(PAD) {
            for r in 0..PAD {
                acc[r] = products(simd, &a[(at + r) * n..][..n], w);
            }
            let mut left = PAD / 2;
            while left > 0 {
                for i in 0..left {
                    let (even, odd) = (2 * i, 2 * i + 1);
                    acc[i] = acc[even].unzip_low(acc[odd]) + acc[even].unzip_high(acc[odd]);
                }
                left /= 2;
            }
            acc[0].store_slice(out);
            at += PAD;
        }
    }
    for (r, out) in out.iter_mut().enumerate().skip(at) {
        *out = products(simd, &a[r * n..][..n], w).reduce_sum();
    }
}

/// The products of a row with w, in as many sums as a vector has places.
#[inline(always)]
fn products<S: Simd, T: Float>(simd: S, row: &[T], w: &[T]) -> T::Native<S> {
    let mut acc = T::Native::<S>::splat(simd, T::default());
    for col in (0..row.len()).step_by(T::Native::<S>::LEN) {
        acc = load::<S, T>(simd, row, col).mul_add(load::<S, T>(simd, w, col), acc);
    }
    acc
}

/// out\[j\] += sum over rows of A\[r, j\], with A \[_, n\].
#[inline(always)]
pub fn add_column_sums<S: Simd, T: Float>(simd: S, n: usize, a: &[T], out: &mut [T]) {
    let len = T::Native::<S>::LEN;
    for col in (0..n).step_by(len) {
        let mut acc = T::Native::<S>::from_slice(simd, &out[col..col + len]);
        for row in a.chunks_exact(n) {
            acc += T::Native::<S>::from_slice(simd, &row[col..col + len]);
        }
        acc.store_slice(&mut out[col..col + len]);
    }
}

/// x\[i\] = f(x\[i\], i) for every vector i.. of `x`.
#[inline(always)]
pub fn map_in_place<S: Simd, T: Float>(
    simd: S,
    x: &mut [T],
    f: impl Fn(T::Native<S>, usize) -> T::Native<S>,
) {
    let len = T::Native::<S>::LEN;
    for (i, chunk) in x.chunks_exact_mut(len).enumerate() {
        f(T::Native::<S>::from_slice(simd, chunk), i * len).store_slice(chunk);
    }
}

/// The vector of elements `at..` of `from`.
#[inline(always)]
pub fn load<S: Simd, T: Float>(simd: S, from: &[T], at: usize) -> T::Native<S> {
    T::Native::<S>::from_slice(simd, &from[at..at + T::Native::<S>::LEN])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{Kernel, dispatch_at};
    use vrest_ode::simd::Level;

    /// Products of odd sizes against the definition, in f64 where the order of sums hardly matters.
    struct Check;
    impl Kernel for Check {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self, simd: S) {
            for [m, k, n] in [[8, 1, 16], [32, 7, 48], [16, 33, 32], [32, 9, 112], [8, 20, 64]] {
                let fill = |len: usize, f: f64| (0..len).map(|i| (i as f64 * f).sin()).collect::<Vec<_>>();
                let (a, b, start) = (fill(m * k, 0.7), fill(k * n, 1.3), fill(m * n, 2.1));
                let mut c = vec![0.0; m * n];
                gemm(simd, [m, k, n], &a, &b, Init::Matrix(&start), &mut c);
                for (at, got) in c.iter().enumerate() {
                    let (i, j) = (at / n, at % n);
                    let want: f64 = start[at] + (0..k).map(|q| a[i * k + q] * b[q * n + j]).sum::<f64>();
                    assert!((got - want).abs() < 1e-12, "{got} {want}");
                }
                // A^T B with the shapes turned: A [m, k] has m rows to sum over.
                let rows = fill(m * n, 0.3);
                let mut g = fill(k * n, 0.9);
                let before = g.clone();
                add_at_b(simd, [k, m, n], &a, &rows, &mut g);
                for (at, got) in g.iter().enumerate() {
                    let (i, j) = (at / n, at % n);
                    let want: f64 = before[at] + (0..m).map(|q| a[q * k + i] * rows[q * n + j]).sum::<f64>();
                    assert!((got - want).abs() < 1e-12, "{got} {want}");
                }
                let mut square = fill(n * n, 0.2);
                let before = square.clone();
                add_at_a(simd, [m, n], &rows, &mut square);
                for i in 0..n {
                    for j in i..n {
                        let products = (0..m).map(|q| rows[q * n + i] * rows[q * n + j]).sum::<f64>();
                        let want = before[i * n + j] + products;
                        assert!((square[i * n + j] - want).abs() < 1e-12, "{i} {j}");
                    }
                }
                let mut sums = vec![1.0; n];
                add_column_sums(simd, n, &rows, &mut sums);
                let mut dots = vec![0.0; m];
                rows_dot(simd, n, &rows, &b[..n], &mut dots);
                for j in 0..n {
                    let want: f64 = 1.0 + (0..m).map(|i| rows[i * n + j]).sum::<f64>();
                    assert!((sums[j] - want).abs() < 1e-12);
                }
                for i in 0..m {
                    let want: f64 = (0..n).map(|j| rows[i * n + j] * b[j]).sum();
                    assert!((dots[i] - want).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn products_follow_their_definition_at_every_level() {
        for level in [Level::Portable, Level::Avx2, Level::Avx512] {
            dispatch_at(level, Check);
        }
    }
}
