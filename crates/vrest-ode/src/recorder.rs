//! Collects the output of one solve while the steps go by.

use crate::options::Output;
use crate::real::Real;

pub(crate) struct Recorder<'a, R> {
    output: Output<'a>,
    next: usize,
    /// The ends of the steps; times that were asked for are known to who asked.
    steps: Vec<f64>,
    pub(crate) y: Vec<R>,
}

impl<'a, R: Real> Recorder<'a, R> {
    pub(crate) fn new(output: Output<'a>, n_states: usize) -> Self {
        let expected = match output {
            Output::At(times) => times.len(),
            Output::EveryStep => 64,
        };
        let y = Vec::with_capacity(expected * n_states);
        Recorder { output, next: 0, steps: Vec::new(), y }
    }

    /// The recorded times.
    pub(crate) fn times(&mut self) -> Vec<f64> {
        match self.output {
            Output::At(times) => times[..self.next].to_vec(),
            Output::EveryStep => std::mem::take(&mut self.steps),
        }
    }

    /// The initial state at `t0`.
    pub(crate) fn begin(&mut self, t0: f64, y0: &[R]) {
        match self.output {
            Output::EveryStep => self.push(t0, y0),
            Output::At(times) => {
                while self.next < times.len() && times[self.next] <= t0 {
                    self.y.extend_from_slice(y0);
                    self.next += 1;
                }
            }
        }
    }

    /// A step of length `h` from `t` to `t_new`, where the state is `y_new`; `inside(theta, out)` writes the
    /// state at t + theta h. Times on the end of a step count to this step.
    #[inline(always)]
    pub(crate) fn step(&mut self, t: R, h: R, t_new: f64, y_new: &[R], mut inside: impl FnMut(R, &mut [R])) {
        match self.output {
            Output::EveryStep => self.push(t_new, y_new),
            Output::At(times) => {
                while self.next < times.len() && times[self.next] <= t_new {
                    let start = self.y.len();
                    self.y.extend_from_slice(y_new);
                    inside((R::from_f64(times[self.next]) - t) / h, &mut self.y[start..]);
                    self.next += 1;
                }
            }
        }
    }

    /// As [`step`](Self::step), where one state's course is known at once: `at_each(times, out)` appends the state at
    /// `times`.
    pub(crate) fn stride(&mut self, t_new: f64, y_new: &[R], at_each: impl FnOnce(&[f64], &mut Vec<R>)) {
        match self.output {
            Output::EveryStep => self.push(t_new, y_new),
            Output::At(times) => {
                let left = &times[self.next..];
                let within = &left[..left.partition_point(|&time| time <= t_new)];
                at_each(within, &mut self.y);
                self.next += within.len();
            }
        }
    }

    fn push(&mut self, t: f64, y: &[R]) {
        self.steps.push(t);
        self.y.extend_from_slice(y);
    }
}
