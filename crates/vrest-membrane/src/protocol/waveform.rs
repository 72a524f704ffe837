//! The shapes over time. Between two edges every shape is a straight line or a sine whose frequency may glide, so
//! one form ([`Segment`]) serves them all.

use crate::mechanism::{ParamSpec, param};
use crate::reader::Located;
use crate::units::{Dimension, Quantity};
use std::f64::consts::TAU;
use vrest_ode::Real;

/// Frequencies are in Hz and times in ms.
const PER_MS: f64 = 1e-3;

/// What a waveform drives.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The injected current, uA/cm2, positive depolarising.
    Current,
    /// A parameter, by path.
    Parameter(Located<String>),
}

/// A shape; what is not a number that could be swept is part of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Constant between start and start + duration.
    Step,
    /// `count` steps of the given duration, one each period.
    PulseTrain {
        /// How many.
        count: usize,
    },
    /// A straight line from nothing to the level; afterwards it holds, or returns at once.
    Ramp {
        /// Whether it returns.
        returns: bool,
    },
    /// A sine that begins at phase 0.
    Sine,
    /// A sine whose frequency glides linearly over the duration.
    Chirp,
    /// Values at equidistant knots, times the level.
    Table {
        /// The values.
        values: Vec<f64>,
        /// ms between them.
        interval: f64,
        /// Straight lines between the knots, instead of holding each value until the next knot.
        linear: bool,
        /// Whether it is noise (has a mean) rather than a recording.
        noise: bool,
    },
}

/// How high a waveform goes: the one number whose dimension is that of what it drives.
#[derive(Debug, Clone, PartialEq)]
pub enum Level {
    /// An amplitude, added to what is there.
    By,
    /// The value to reach.
    To,
}

/// One stimulus or change.
#[derive(Debug, Clone, PartialEq)]
pub struct Waveform {
    /// First part of the paths of its numbers.
    pub name: String,
    /// What it drives.
    pub target: Target,
    /// Its shape.
    pub shape: Shape,
    /// Whether its level is relative or absolute.
    pub level: Level,
    /// The numbers that measure what it drives, as written (none where left to the default): the level, and the
    /// mean of noise.
    pub measured: Vec<(ParamSpec, Option<Located<Quantity>>)>,
    /// Its other numbers.
    pub numbers: Vec<(ParamSpec, f64)>,
}

/// Places among the `measured` numbers.
pub(crate) const LEVEL: usize = 0;
const MEAN: usize = 1;
/// Places among the `numbers`.
const START: usize = 0;
const DURATION: usize = 1;
const PERIOD: usize = 2;
const FREQUENCY: usize = 2;
const FREQUENCY_END: usize = 3;

impl Shape {
    /// The kinds in protocol files.
    pub const KINDS: [&'static str; 7] =
        ["step", "pulse_train", "ramp", "sine", "chirp", "noise", "recorded"];

    /// Specifications of the numbers of `kind`, after the level; `duration` is that of the protocol.
    pub(crate) fn numbers(kind: &str, protocol_duration: f64) -> Vec<ParamSpec> {
        let time = |name, doc| param(name, Dimension::Time, doc);
        let frequency = |name, doc| param(name, Dimension::Frequency, doc).at_least(0.0);
        let start = time("start", "when it begins").default(0.0).at_least(0.0);
        let duration = time("duration", "how long it lasts").above(0.0).default(protocol_duration);
        let mut all = vec![start, duration];
        match kind {
            "pulse_train" => {
                all[DURATION] = time("width", "duration of one pulse").above(0.0);
                all.push(time("period", "from the start of one pulse to the next").above(0.0));
            }
            "sine" => all.push(frequency("frequency", "frequency")),
            "chirp" => {
                all.push(frequency("frequency_start", "frequency at the start"));
                all.push(frequency("frequency_end", "frequency at the end"));
            }
            _ => {}
        }
        all
    }

    /// Whether its value changes between its edges.
    pub fn moves(&self) -> bool {
        match self {
            Shape::Step | Shape::PulseTrain { .. } => false,
            Shape::Ramp { .. } | Shape::Sine | Shape::Chirp => true,
            Shape::Table { linear, .. } => *linear,
        }
    }
}

/// A waveform between two edges: offset + slope t + amplitude sin(phase + (omega + glide t) t).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment<R> {
    pub offset: R,
    pub slope: R,
    pub amplitude: R,
    pub phase: R,
    pub omega: R,
    pub glide: R,
}

impl<R: Real> Segment<R> {
    /// Length in a work vector.
    pub const LEN: usize = 6;

    fn zero() -> Self {
        let o = R::zero();
        Segment { offset: o, slope: o, amplitude: o, phase: o, omega: o, glide: o }
    }
    /// Writes it into a work vector.
    #[inline(always)]
    pub fn store(self, work: &mut [R]) {
        work[..Self::LEN].copy_from_slice(&[
            self.offset,
            self.slope,
            self.amplitude,
            self.phase,
            self.omega,
            self.glide,
        ]);
    }
    /// Reads the value at `t` from a work vector; `sines` tells whether there can be a sine at all.
    #[inline(always)]
    pub fn value_at(work: &[R], t: R, sines: bool) -> R {
        let line = work[0] + work[1] * t;
        if sines { line + work[2] * (work[3] + (work[4] + work[5] * t) * t).sin() } else { line }
    }
}

impl Waveform {
    /// Whether `Segment::value_at` needs the sine.
    pub fn oscillates(&self) -> bool {
        matches!(self.shape, Shape::Sine | Shape::Chirp)
    }

    /// The waveform around `t`. `p` are its numbers, measured ones first; `base` is the unchanged value of what it
    /// drives.
    #[inline(always)]
    pub(crate) fn segment<R: Real>(&self, t: R, p: &[R], base: R) -> Segment<R> {
        let (measured, p) = p.split_at(self.measured.len());
        let level = match self.level {
            Level::By => measured[LEVEL],
            Level::To => measured[LEVEL] - base,
        };
        let (start, duration) = (p[START], p[DURATION]);
        let end = start + duration;
        let (zero, mut s) = (R::zero(), Segment::zero());
        let within = start.lt(t) & t.lt(end);
        match &self.shape {
            Shape::Step => s.offset = R::select(within, level, zero),
            Shape::PulseTrain { count } => {
                for i in 0..*count {
                    let begin = start + p[PERIOD] * i as f64;
                    let inside = begin.lt(t) & t.lt(begin + duration);
                    s.offset = R::select(inside, level, s.offset);
                }
            }
            Shape::Ramp { returns } => {
                let slope = level / duration;
                let after = if *returns { zero } else { level };
                s.slope = R::select(within, slope, zero);
                s.offset = R::select(within, -(slope * start), R::select(end.lt(t), after, zero));
            }
            Shape::Sine => {
                s.omega = p[FREQUENCY] * (TAU * PER_MS);
                s.phase = -(s.omega * start);
                s.amplitude = R::select(within, level, zero);
            }
            Shape::Chirp => {
                // Phase 2 pi (f0 T + (f1 - f0) T^2/(2 D)) with T = t - start, written in t.
                let first = p[FREQUENCY] * (TAU * PER_MS);
                let last = p[FREQUENCY_END] * (TAU * PER_MS);
                s.glide = (last - first) * 0.5 / duration;
                s.omega = first - s.glide * start * 2.0;
                s.phase = (s.glide * start - first) * start;
                s.amplitude = R::select(within, level, zero);
            }
            Shape::Table { values, interval, linear, noise } => {
                let knot = |x: f64| ((x / interval).floor().max(0.0) as usize).min(values.len() - 1);
                let since = t - start;
                let value = since.lookup(|x| values[knot(x)]);
                let mut line = Segment::zero();
                line.offset = value;
                if *linear {
                    let rise =
                        |x: f64| (values[(knot(x) + 1).min(values.len() - 1)] - values[knot(x)]) / interval;
                    line.slope = since.lookup(rise);
                    let from = start + since.lookup(|x| knot(x) as f64 * interval);
                    line.offset = value - line.slope * from;
                }
                let mean = if *noise { measured[MEAN] } else { zero };
                s.offset = R::select(within, line.offset * level + mean, zero);
                s.slope = R::select(within, line.slope * level, zero);
            }
        }
        s
    }

    /// Appends the times at which the waveform or its slope jumps, up to `until` ms.
    pub(crate) fn edges<R: Real>(&self, p: &[R], until: f64, out: &mut Vec<R>) {
        let p = &p[self.measured.len()..];
        let (start, duration) = (p[START], p[DURATION]);
        match &self.shape {
            Shape::PulseTrain { count } => {
                for i in 0..*count {
                    let begin = start + p[PERIOD] * i as f64;
                    out.extend([begin, begin + duration]);
                }
            }
            Shape::Table { values, interval, .. } => {
                let last = duration.first().min(until - start.first());
                let knots = (0..values.len()).map(|j| j as f64 * interval).take_while(|x| *x < last);
                out.extend(knots.map(|x| start + x));
                out.push(start + duration);
            }
            _ => out.extend([start, start + duration]),
        }
    }
}
