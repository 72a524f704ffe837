//! Functions of an interval's inputs with their slopes in the voltage, many intervals side by side in lanes.

use super::intervals::Interval;
use super::view::View;
use rayon::prelude::*;
use vrest_ode::lanes::{WIDTH, Work, dispatch};
use vrest_ode::{Dual, Lanes, Real, Vector};

/// Some numbers that follow from a sample's encoded parameters z and the moving inputs x.
pub trait Outputs: Sync {
    /// How many.
    fn len(&self) -> usize;
    /// Numbers that `eval` works with.
    fn work_len(&self) -> usize;
    /// Writes them to `out`.
    fn eval<R: Real>(&self, z: &[R], x: &[R], work: &mut [R], out: &mut [R]);
}

/// Intervals that one thread takes at a time: whole lanes, whose numbers stay in the second-level cache.
pub const BLOCK: usize = 4 * WIDTH;

/// `of` at the start of every interval, and its derivative by v there: two matrices \[intervals, of.len()\].
pub fn with_slopes(of: &impl Outputs, view: &View, intervals: &[Interval]) -> [Vec<f64>; 2] {
    let n = of.len();
    let mut matrices = [vec![0.0; intervals.len() * n], vec![0.0; intervals.len() * n]];
    let [values, slopes] = &mut matrices;
    let blocks = values.par_chunks_mut(BLOCK * n).zip(slopes.par_chunks_mut(BLOCK * n));
    blocks.zip(intervals.par_chunks(BLOCK)).with_min_len(2).for_each(|(matrices, intervals)| {
        write_with_slopes(of, view, intervals, matrices.into());
    });
    matrices
}

/// [`with_slopes`] into given matrices, on this thread.
pub fn write_with_slopes(of: &impl Outputs, view: &View, intervals: &[Interval], matrices: [&mut [f64]; 2]) {
    dispatch(Fill { of, view, intervals, matrices });
}

struct Fill<'a, O> {
    of: &'a O,
    view: &'a View,
    intervals: &'a [Interval],
    matrices: [&'a mut [f64]; 2],
}

/// Outputs that go from lanes to rows together.
const TOGETHER: usize = 8;

impl<O: Outputs> Work for Fill<'_, O> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Fill { of, view, intervals, matrices: [values, slopes] } = self;
        let (n, moving) = (of.len(), view.n_moving());
        let zero = Dual::<Lanes<V>, 1>::zero();
        let mut z = vec![zero; view.n_fixed()];
        let mut x = [zero; 2];
        let (mut work, mut out) = (vec![zero; of.work_len()], vec![zero; n.next_multiple_of(TOGETHER)]);
        let rows = values.chunks_mut(WIDTH * n).zip(slopes.chunks_mut(WIDTH * n));
        for ((values, slopes), group) in rows.zip(intervals.chunks(WIDTH)) {
            // Lanes beyond the last interval repeat it.
            let at = |l: usize| &group[l.min(group.len() - 1)];
            for (k, z) in z.iter_mut().enumerate() {
                *z = Dual::constant(Lanes::from_fn(|l| view.z(at(l).sample)[k]));
            }
            for (k, x) in x[..moving].iter_mut().enumerate() {
                *x = Dual::constant(Lanes::from_fn(|l| at(l).x(view, &mut [0.0; 2])[k]));
            }
            x[0].eps[0] = Lanes::one();
            of.eval(&z, &x[..moving], &mut work, &mut out[..n]);
            for (k, out) in out.as_chunks::<TOGETHER>().0.iter().enumerate() {
                // A loop: `array::map` of numbers in lanes becomes a call, compiled without vectors.
                let (mut value, mut slope) = ([Lanes::zero(); TOGETHER], [Lanes::zero(); TOGETHER]);
                for (i, out) in out.iter().enumerate() {
                    (value[i], slope[i]) = (out.re, out.eps[0]);
                }
                write_columns(values, n, k * TOGETHER, value);
                write_columns(slopes, n, k * TOGETHER, slope);
            }
        }
    }
}

/// The lanes of `columns` to the columns from `from` on of the rows, each `n` long, of `matrix`; what is too much for
/// it is left out.
#[inline(always)]
fn write_columns<V: Vector>(matrix: &mut [f64], n: usize, from: usize, columns: [Lanes<V>; TOGETHER]) {
    for (row, lane) in matrix.chunks_exact_mut(n).zip(&Lanes::rows(columns)) {
        match row[from..].first_chunk_mut() {
            Some(to) => *to = *lane,
            None => row[from..].copy_from_slice(&lane[..n - from]),
        }
    }
}
