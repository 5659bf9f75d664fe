//! All chance in a world, from one seed: random number generators, called dice, one for each concern.

use std::ops::RangeInclusive;

/// One concern's randomness. A world has several, split from its seed, so that a change in how one concern draws does
/// not reshuffle the others.
#[derive(Debug, Clone)]
pub struct Dice(fastrand::Rng);

impl Dice {
    /// The dice of the concern `name` in the world of `seed`.
    pub fn new(seed: u64, name: &str) -> Self {
        // FNV-1a keeps the split stable across Rust versions, which std's hasher does not promise.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in name.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(fastrand::Rng::with_seed(
            seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ hash,
        ))
    }

    /// True with a probability of `per_mille` in a thousand.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.0.u32(0..1000) < per_mille
    }

    /// A number of the range.
    pub fn pick(&mut self, range: RangeInclusive<u64>) -> u64 {
        self.0.u64(range)
    }

    /// An index below `len`, which must not be 0.
    pub fn index(&mut self, len: usize) -> usize {
        self.0.usize(0..len)
    }

    /// A seed for a part of the world that draws for itself.
    pub fn seed(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// One of `choices`, each as likely as its weight.
    pub fn weighted<T: Clone>(&mut self, choices: &[(u32, T)]) -> Option<T> {
        let total: u32 = choices.iter().map(|(weight, _)| weight).sum();
        if total == 0 {
            return None;
        }
        let mut left = self.0.u32(0..total);
        for (weight, choice) in choices {
            if left < *weight {
                return Some(choice.clone());
            }
            left -= weight;
        }
        None
    }
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
    fn weight_of_zero_is_never_drawn() {
        let mut dice = Dice::new(1, "test");
        for _ in 0..1000 {
            assert_eq!(dice.weighted(&[(0, 'a'), (3, 'b')]), Some('b'));
        }
        assert_eq!(dice.weighted::<char>(&[]), None);
    }
}
