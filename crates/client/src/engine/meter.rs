//! How loud sound is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI8, Ordering};

/// Digital silence (RFC 6464, section 3).
pub const SILENCE_DBOV: i8 = -127;

/// The loudness of the newest 10 ms, for a level meter: shared by its clones.
#[derive(Debug, Clone)]
pub struct Meter(Arc<AtomicI8>);

impl Default for Meter {
    fn default() -> Self {
        Self(Arc::new(AtomicI8::new(SILENCE_DBOV)))
    }
}

impl Meter {
    /// In dBov: 0 is the loudest, [`SILENCE_DBOV`] silence.
    pub fn level(&self) -> i8 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, level: i8) {
        self.0.store(level, Ordering::Relaxed);
    }
}

/// In dBov (RFC 6465, appendix A).
pub(super) fn level_of(samples: &[i16]) -> i8 {
    let power: f64 = samples
        .iter()
        .map(|sample| (f64::from(*sample) / 32_768.0).powi(2))
        .sum();
    let mean = power / samples.len().max(1) as f64;
    match mean > 0.0 {
        true => (10.0 * mean.log10()).round().clamp(-127.0, 0.0) as i8,
        false => SILENCE_DBOV,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_the_lowest_level_and_a_full_square_the_highest() {
        assert_eq!(level_of(&[0; 480]), SILENCE_DBOV);
        assert_eq!(level_of(&[i16::MIN; 480]), 0);
        assert_eq!(level_of(&[3_277; 480]), -20);
        assert_eq!(level_of(&[]), SILENCE_DBOV);
    }
}
