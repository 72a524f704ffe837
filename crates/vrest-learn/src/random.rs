//! Random numbers that depend on a seed and a counter alone.
//!
//! Number k of stream i is a hash of (seed, i, k): whoever computes it, in whatever order and on however
//! many threads, gets the same bits.

/// A stream of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    key: u64,
    count: u64,
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014): a bijection that mixes every bit into every other.
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Stream {
    /// Stream `stream` of `seed`.
    pub fn new(seed: u64, stream: u64) -> Stream {
        // Hashed twice with different offsets, so that streams of neighbouring seeds share nothing.
        let key = mix(mix(seed.wrapping_add(GOLDEN)) ^ stream.wrapping_mul(GOLDEN).wrapping_add(GOLDEN));
        Stream { key, count: 0 }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.count += 1;
        mix(self.key.wrapping_add(self.count.wrapping_mul(GOLDEN)))
    }

    /// The next number, uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// The next whole number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        // The product's upper half: biased by less than n / 2^64.
        ((self.bits() as u128 * n as u128) >> 64) as usize
    }

    /// The numbers 0..n in random order.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, self.below(i + 1));
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_uniform_and_do_not_share_numbers() {
        let n = 100_000;
        for (seed, stream) in [(0, 0), (0, 1), (1, 0), (u64::MAX, 7)] {
            let mut s = Stream::new(seed, stream);
            let u: Vec<f64> = (0..n).map(|_| s.uniform()).collect();
            let mean = u.iter().sum::<f64>() / n as f64;
            let second = u.iter().map(|u| u * u).sum::<f64>() / n as f64;
            let lag = u.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / n as f64;
            // Five standard errors of the mean, the second moment and the lagged product.
            assert!((mean - 0.5).abs() < 5.0 * 0.289 / (n as f64).sqrt());
            assert!((second - 1.0 / 3.0).abs() < 5.0 * 0.298 / (n as f64).sqrt());
            assert!((lag - 0.25).abs() < 5.0 * 0.22 / (n as f64).sqrt());
        }
        assert_ne!(Stream::new(3, 4).bits(), Stream::new(4, 3).bits());
        assert_eq!(Stream::new(3, 4).bits(), Stream::new(3, 4).bits());
    }

    #[test]
    fn permutations_hold_every_number_once() {
        let mut p = Stream::new(1, 2).permutation(101);
        p.sort_unstable();
        assert_eq!(p, (0..101).collect::<Vec<_>>());
    }
}
