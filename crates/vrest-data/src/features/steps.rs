//! What was injected: a command waveform as a list of plateaus.

use super::noise;

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
/// `command` may be exact (from a header) or measured, that is noisy. Jumps are looked for twice: with medians
/// of three samples on either side, which finds brief pulses, and with means of fifty, which finds steps as
/// small as the noise itself.
pub fn plateaus(command: &[f64]) -> Vec<Plateau> {
    let n = command.len();
    if n == 0 {
        return Vec::new();
    }
    let noise = neighbour_noise(command);
    let floor = 1e-9 * command.iter().fold(0.0f64, |m, c| m.max(c.abs()));
    let mut sums = vec![0.0];
    for c in command {
        sums.push(sums[sums.len() - 1] + c);
    }
    let mean = |a: usize, b: usize| (sums[b] - sums[a]) / (b - a) as f64;
    let short = |i: usize| {
        let (a, b) = (i.saturating_sub(3), (i + 3).min(n));
        (noise::median(&command[i..b]) - noise::median(&command[a..i])).abs()
    };
    let long = |i: usize| if i < 50 || i + 50 > n { 0.0 } else { (mean(i, i + 50) - mean(i - 50, i)).abs() };

    let mut edges = vec![0];
    let slope = |i: usize| (command[i] - command[i - 1]).abs();
    edges.extend(peaks(n, short, slope, 8.0 * noise + floor));
    // The mean of fifty differs by sqrt(2/50) of the noise; six of those, and not where a brief edge explains it.
    for i in peaks(n, long, long, 1.2 * noise + floor) {
        if edges.iter().all(|e| e.abs_diff(i) > 50) {
            edges.push(i);
        }
    }
    edges.push(n);
    edges.sort_unstable();
    edges
        .windows(2)
        .filter(|w| w[0] < w[1])
        .map(|w| {
            // The level is that of the inner part, free of the edges' settling.
            let cut = ((w[1] - w[0]) / 10).min(20);
            Plateau { start: w[0], end: w[1], level: mean(w[0] + cut, w[1] - cut) }
        })
        .collect()
}

/// The place of the largest `rank` of every run of samples where `jump` exceeds `threshold`.
fn peaks(n: usize, jump: impl Fn(usize) -> f64, rank: impl Fn(usize) -> f64, threshold: f64) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut run: Option<(usize, f64)> = None;
    for i in 1..n {
        if jump(i) > threshold {
            let j = rank(i);
            if run.is_none_or(|(_, best)| j > best) {
                run = Some((i, j));
            }
        } else if let Some((at, _)) = run.take() {
            found.push(at);
        }
    }
    found.extend(run.map(|(at, _)| at));
    found
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
    fn a_measured_step_of_the_size_of_its_noise_is_found() {
        let mut seed = 1u64;
        let mut c: Vec<f64> = (0..4000)
            .map(|_| {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                ((seed >> 33) as f64 / (1u64 << 31) as f64 - 0.5) * 12f64.sqrt()
            })
            .collect();
        c[1000..3000].iter_mut().for_each(|x| *x += 4.0);
        let p = plateaus(&c);
        assert_eq!(p.len(), 3, "{p:?}");
        assert!(p[1].start.abs_diff(1000) <= 5 && (p[1].level - 4.0).abs() < 0.2, "{p:?}");
    }

    #[test]
    fn a_constant_command_is_one_plateau() {
        assert_eq!(plateaus(&[3.0; 50]), [Plateau { start: 0, end: 50, level: 3.0 }]);
        assert!(plateaus(&[]).is_empty());
    }
}
