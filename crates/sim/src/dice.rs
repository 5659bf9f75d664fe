//! All chance in a world, from one seed: random number generators, called dice, one for each concern.

use std::ops::RangeInclusive;

/// One concern's randomness. A world has several, split from its seed, so that a change in how one concern draws does
/// not reshuffle the others.
#[derive(Debug, Clone)]
pub struct Dice(Source);

#[derive(Debug, Clone)]
enum Source {
    Seed(fastrand::Rng),
    /// Those that are left, the next one last.
    Bytes(Vec<u8>),
}

impl Dice {
    /// The dice of the concern `name` in the world of `seed`.
    pub fn new(seed: u64, name: &str) -> Self {
        // FNV-1a keeps the split stable across Rust versions, which std's hasher does not promise.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in name.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(Source::Seed(fastrand::Rng::with_seed(
            seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ hash,
        )))
    }

    /// Dice that a fuzzer throws: each draw takes some of these bytes, and gives its lowest number when there are none.
    pub fn from_bytes(mut bytes: Vec<u8>) -> Self {
        bytes.reverse();
        Self(Source::Bytes(bytes))
    }

    /// Whether a fuzzer has thrown all that it wanted to; a seed goes on for ever.
    pub fn are_spent(&self) -> bool {
        matches!(&self.0, Source::Bytes(bytes) if bytes.is_empty())
    }

    /// True with a probability of `per_mille` in a thousand.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }

    /// A number of the range.
    pub fn pick(&mut self, range: RangeInclusive<u64>) -> u64 {
        match &mut self.0 {
            Source::Seed(rng) => rng.u64(range),
            Source::Bytes(bytes) => {
                let span = (range.end() - range.start()).saturating_add(1);
                range.start() + take(bytes, span - 1) % span
            }
        }
    }

    /// An index below `len`, which must not be 0.
    pub fn index(&mut self, len: usize) -> usize {
        match &mut self.0 {
            Source::Seed(rng) => rng.usize(0..len),
            Source::Bytes(bytes) => {
                let span = len as u64;
                (take(bytes, span - 1) % span) as usize
            }
        }
    }

    /// A seed for a part of the world that draws for itself.
    pub fn seed(&mut self) -> u64 {
        match &mut self.0 {
            Source::Seed(rng) => rng.u64(..),
            Source::Bytes(bytes) => take(bytes, u64::MAX),
        }
    }

    /// One of `choices`, each as likely as its weight.
    pub fn weighted<T: Clone>(&mut self, choices: &[(u32, T)]) -> Option<T> {
        let total: u32 = choices.iter().map(|(weight, _)| weight).sum();
        if total == 0 {
            return None;
        }
        let mut left = self.below(total);
        for (weight, choice) in choices {
            if left < *weight {
                return Some(choice.clone());
            }
            left -= weight;
        }
        None
    }

    /// A number below `bound`, which must not be 0.
    fn below(&mut self, bound: u32) -> u32 {
        match &mut self.0 {
            Source::Seed(rng) => rng.u32(0..bound),
            Source::Bytes(bytes) => {
                let span = u64::from(bound);
                (take(bytes, span - 1) % span) as u32
            }
        }
    }
}

/// As many bytes as numbers up to `most` have: a small choice costs the fuzzer one.
fn take(bytes: &mut Vec<u8>, most: u64) -> u64 {
    let wanted = 8 - most.leading_zeros() / 8;
    (0..wanted).fold(0, |number, _| {
        number << 8 | u64::from(bytes.pop().unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_and_name_draw_the_same_and_others_do_not() {
        let draw = |seed, name| {
            let mut dice = Dice::new(seed, name);
            (0..8).map(|_| dice.pick(0..=1 << 40)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7, "network"), draw(7, "network"));
        assert_ne!(draw(7, "network"), draw(7, "people"));
        assert_ne!(draw(7, "network"), draw(8, "network"));
    }

    #[test]
    fn bytes_are_drawn_in_order_and_then_the_lowest() {
        let mut dice = Dice::from_bytes(vec![3, 1, 2, 255]);
        assert_eq!(dice.index(10), 3);
        assert_eq!(dice.pick(5..=1_000), 5 + 0x0102);
        assert!(!dice.are_spent());
        assert!(dice.chance(1_000));
        assert!(dice.are_spent());
        assert_eq!(dice.pick(5..=1_000), 5);
        assert!(!Dice::new(1, "test").are_spent());
    }

    #[test]
    fn weight_of_zero_is_never_drawn() {
        let mut dice = Dice::new(1, "test");
        for _ in 0..1000 {
            assert_eq!(dice.weighted(&[(0, 'a'), (3, 'b')]), Some('b'));
        }
        assert_eq!(dice.weighted::<char>(&[]), None);
    }
}
