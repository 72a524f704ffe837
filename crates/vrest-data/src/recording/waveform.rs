//! Commands as files state them: exact pieces where a protocol is known, samples where it is not.

use std::ops::Range;

/// What a command does over some samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// One level.
    Hold(f64),
    /// A straight line whose first sample is `from` and whose last is `to`.
    Ramp {
        /// Level of the first sample.
        from: f64,
        /// Level of the last sample.
        to: f64,
    },
    /// Rectangular pulses, the first at the start; no pulse that would not end a full period before the end.
    Pulses {
        /// Level between pulses.
        base: f64,
        /// Level of a pulse.
        level: f64,
        /// Samples from start to start.
        period: usize,
        /// Samples of a pulse.
        width: usize,
    },
}

/// A piece of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The samples it covers.
    pub samples: Range<usize>,
    /// What it does there.
    pub shape: Shape,
}

impl Segment {
    /// Level of sample `k` of a ramp over `n` samples.
    pub(crate) fn ramp(from: f64, to: f64, k: usize, n: usize) -> f64 {
        from + (to - from) * (k as f64 / n.saturating_sub(1).max(1) as f64)
    }

    /// Writes the segment, or its beginning where `out` is shorter.
    fn write(&self, out: &mut [f64]) {
        match self.shape {
            Shape::Hold(level) => out.fill(level),
            Shape::Ramp { from, to } => {
                for (k, v) in out.iter_mut().enumerate() {
                    *v = Segment::ramp(from, to, k, self.samples.len());
                }
            }
            Shape::Pulses { base, level, period, width } => {
                out.fill(base);
                if let Some(count) = self.samples.len().checked_div(period) {
                    for pulse in out.chunks_mut(period.max(1)).take(count) {
                        let width = width.min(pulse.len());
                        pulse[..width].fill(level);
                    }
                }
            }
        }
    }

    /// The samples at which the command jumps or bends, from its start on.
    fn edges(&self, edges: &mut Vec<usize>) {
        edges.push(self.samples.start);
        if let Shape::Pulses { period, width, .. } = self.shape {
            let count = self.samples.len().checked_div(period).unwrap_or(0);
            for k in 0..count {
                let start = self.samples.start + k * period;
                edges.extend([start, start + width.min(period)]);
            }
        }
    }
}

/// The command of one sweep.
#[derive(Debug, Clone, PartialEq)]
pub enum Waveform {
    /// Pieces that follow each other without gap.
    Segments(Vec<Segment>),
    /// One value a sample.
    Samples(Vec<f64>),
}

impl Waveform {
    /// The command at each of `n` samples; the last level goes on where the waveform ends early.
    pub fn sample(&self, n: usize) -> Vec<f64> {
        let mut out = vec![0.0; n];
        let mut end = 0;
        match self {
            Waveform::Samples(values) => {
                end = n.min(values.len());
                out[..end].copy_from_slice(&values[..end]);
            }
            Waveform::Segments(segments) => {
                for segment in segments {
                    let range = segment.samples.start.min(n)..segment.samples.end.min(n);
                    segment.write(&mut out[range.clone()]);
                    end = end.max(range.end);
                }
            }
        }
        if let Some(last) = end.checked_sub(1) {
            let level = out[last];
            out[end..].fill(level);
        }
        out
    }

    /// Multiplies the command by `factor`: its unit was another one.
    pub(crate) fn scale(&mut self, factor: f64) {
        match self {
            Waveform::Samples(values) => values.iter_mut().for_each(|v| *v *= factor),
            Waveform::Segments(segments) => segments.iter_mut().for_each(|s| match &mut s.shape {
                Shape::Hold(level) => *level *= factor,
                Shape::Ramp { from, to } => (*from, *to) = (*from * factor, *to * factor),
                Shape::Pulses { base, level, .. } => (*base, *level) = (*base * factor, *level * factor),
            }),
        }
    }

    /// The samples at which the command jumps or bends, increasing; nothing where only samples are known.
    pub fn edges(&self) -> Vec<usize> {
        let mut edges = Vec::new();
        if let Waveform::Segments(segments) = self {
            segments.iter().filter(|s| !s.samples.is_empty()).for_each(|s| s.edges(&mut edges));
        }
        edges.sort_unstable();
        edges.dedup();
        edges
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_samples() {
        let waveform = Waveform::Segments(vec![
            Segment { samples: 0..2, shape: Shape::Hold(-70.0) },
            Segment { samples: 2..5, shape: Shape::Ramp { from: -70.0, to: -50.0 } },
            Segment {
                samples: 5..12,
                shape: Shape::Pulses { base: -50.0, level: 10.0, period: 3, width: 1 },
            },
        ]);
        let expected =
            [-70.0, -70.0, -70.0, -60.0, -50.0, 10.0, -50.0, -50.0, 10.0, -50.0, -50.0, -50.0, -50.0];
        assert_eq!(waveform.sample(13), expected);
        assert_eq!(waveform.sample(4), expected[..4]);
        assert_eq!(waveform.edges(), [0, 2, 5, 6, 8, 9]);
    }

    #[test]
    fn odd_shapes_are_harmless() {
        for shape in [
            Shape::Ramp { from: 1.0, to: 2.0 },
            Shape::Pulses { base: 0.0, level: 1.0, period: 0, width: 0 },
            Shape::Pulses { base: 0.0, level: 1.0, period: 2, width: 9 },
        ] {
            for samples in [0..0, 0..1, 3..9] {
                let waveform = Waveform::Segments(vec![Segment { samples, shape }]);
                assert_eq!(waveform.sample(5).len(), 5);
                let _ = waveform.edges();
            }
        }
        assert_eq!(Waveform::Samples(vec![1.0, 2.0]).sample(4), [1.0, 2.0, 2.0, 2.0]);
        assert_eq!(Waveform::Samples(vec![]).sample(1), [0.0]);
    }
}
