//! What was injected: a command waveform as a list of plateaus.

/// A stretch of constant command.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Plateau {
    /// First sample.
    pub start: usize,
    /// One past the last sample.
    pub end: usize,
    /// The mean command there, in the command's unit.
    pub level: f64,
}

impl Plateau {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.end - self.start
    }
    /// True for a plateau without samples.
    pub fn is_empty(&self) -> bool {
        self.end <= self.start
    }
}

/// Splits a command into plateaus; a ramp or a noise yields none longer than a few samples.
///
/// `command` may be exact (from a header) or measured, that is noisy: a jump counts where the medians of the
/// samples before and after differ by more than eight times the noise of neighbouring samples.
pub fn plateaus(command: &[f64]) -> Vec<Plateau> {
    let n = command.len();
    if n == 0 {
        return Vec::new();
    }
    let threshold = 8.0 * neighbour_noise(command) + 1e-9 * command.iter().fold(0.0f64, |m, c| m.max(c.abs()));
    // A measured edge takes a few samples: compare across a short gap, and keep the steepest of a run.
    const REACH: usize = 3;
    let jump = |i: usize| {
        let (a, b) = (i.saturating_sub(REACH), (i + REACH).min(n));
        (median(&command[i..b]) - median(&command[a..i])).abs()
    };
    let mut edges = vec![0];
    let mut i = 1;
    while i < n {
        if jump(i) > threshold {
            let mut best = i;
            let mut j = i;
            while j < n && jump(j) > threshold {
                let slope = |k: usize| (command[k] - command[k - 1]).abs();
                if slope(j) > slope(best) {
                    best = j;
                }
                j += 1;
            }
            edges.push(best);
            i = j;
        } else {
            i += 1;
        }
    }
    edges.push(n);
    edges
        .windows(2)
        .filter(|w| w[0] < w[1])
        .map(|w| {
            // The level is that of the inner part, free of the edges' settling.
            let inner = &command[w[0]..w[1]];
            let cut = (inner.len() / 10).min(20);
            let inner = &inner[cut..inner.len() - cut];
            Plateau { start: w[0], end: w[1], level: inner.iter().sum::<f64>() / inner.len() as f64 }
        })
        .collect()
}

/// The standard deviation of the noise, from differences of neighbours (which a step hardly touches).
fn neighbour_noise(x: &[f64]) -> f64 {
    if x.len() < 3 {
        return 0.0;
    }
    let mut d: Vec<f64> = x.windows(2).map(|w| (w[1] - w[0]).abs()).collect();
    let mid = d.len() / 2;
    let (_, m, _) = d.select_nth_unstable_by(mid, f64::total_cmp);
    // Median absolute difference of a Gaussian: 0.6745 * sqrt 2 sigma.
    *m / 0.9539
}

fn median(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.sort_by(f64::total_cmp);
    let n = v.len();
    if n == 0 { 0.0 } else { 0.5 * (v[(n - 1) / 2] + v[n / 2]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_step_is_three_plateaus() {
        let mut c = vec![0.0; 1000];
        c[200..700].fill(-100.0);
        let p = plateaus(&c);
        let got: Vec<_> = p.iter().map(|p| (p.start, p.end, p.level)).collect();
        assert_eq!(got, [(0, 200, 0.0), (200, 700, -100.0), (700, 1000, 0.0)]);
    }

    #[test]
    fn a_measured_step_with_noise_and_a_soft_edge_is_three_plateaus() {
        let noise = |i: usize| 0.5 * ((i * 7919) as f64).sin();
        let mut c: Vec<f64> = (0..1000).map(noise).collect();
        for (i, x) in c.iter_mut().enumerate().skip(200).take(500) {
            *x += if i == 200 { 60.0 } else { 148.7 };
        }
        let p = plateaus(&c);
        assert_eq!(p.len(), 3, "{p:?}");
        assert!((200..=201).contains(&p[1].start) && p[1].end == 700);
        assert!((p[1].level - 148.7).abs() < 0.2);
    }

    #[test]
    fn a_constant_command_is_one_plateau() {
        assert_eq!(plateaus(&[3.0; 50]), [Plateau { start: 0, end: 50, level: 3.0 }]);
        assert!(plateaus(&[]).is_empty());
    }
}
