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

/// Intervals that one thread takes at a time.
const TASK: usize = 8 * WIDTH;

/// `of` at the start of every interval, and its derivative by v there: two matrices \[intervals, of.len()\].
pub fn with_slopes(of: &impl Outputs, view: &View, intervals: &[Interval]) -> [Vec<f64>; 2] {
    let n = of.len();
    let (mut values, mut slopes) = (vec![0.0; intervals.len() * n], vec![0.0; intervals.len() * n]);
    let tasks = values.par_chunks_mut(TASK * n).zip(slopes.par_chunks_mut(TASK * n));
    tasks.zip(intervals.par_chunks(TASK)).for_each(|((values, slopes), intervals)| {
        dispatch(Fill { of, view, intervals, values, slopes });
    });
    [values, slopes]
}

struct Fill<'a, O> {
    of: &'a O,
    view: &'a View,
    intervals: &'a [Interval],
    values: &'a mut [f64],
    slopes: &'a mut [f64],
}

impl<O: Outputs> Work for Fill<'_, O> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Fill { of, view, intervals, values, slopes } = self;
        let (n, moving) = (of.len(), view.n_moving());
        let zero = Dual::<Lanes<V>, 1>::zero();
        let mut z = vec![zero; view.n_fixed()];
        let mut x = [zero; 2];
        let (mut work, mut out) = (vec![zero; of.work_len()], vec![zero; n]);
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
            of.eval(&z, &x[..moving], &mut work, &mut out);
            for (k, out) in out.iter().enumerate() {
                let (value, slope) = (out.re.to_array(), out.eps[0].to_array());
                for l in 0..group.len() {
                    (values[l * n + k], slopes[l * n + k]) = (value[l], slope[l]);
                }
            }
        }
    }
}
