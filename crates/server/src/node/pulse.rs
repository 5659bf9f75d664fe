//! Whether something that works in turns still does: an actor, the media thread.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Set by the one who works, read by whoever wants to know.
#[derive(Debug)]
pub(crate) struct Pulse {
    origin: Instant,
    /// Since when this turn lasts, in microseconds after `origin`; 0 while it rests.
    turn_since: AtomicU64,
    /// How long all turns before have lasted, in microseconds.
    worked: AtomicU64,
}

impl Pulse {
    /// At rest.
    pub(crate) fn new() -> Self {
        Self {
            origin: Instant::now(),
            turn_since: AtomicU64::new(0),
            worked: AtomicU64::new(0),
        }
    }

    /// A turn begins, if none has.
    pub(super) fn work(&self) {
        let now = self.now();
        let resting = self.turn_since.load(Ordering::Relaxed) == 0;
        if resting {
            self.turn_since.store(now, Ordering::Relaxed);
        }
    }

    /// The turn is over; returns how long it took.
    pub(super) fn rest(&self) -> Duration {
        let since = self.turn_since.swap(0, Ordering::Relaxed);
        if since == 0 {
            return Duration::ZERO;
        }
        let took = self.now().saturating_sub(since);
        self.worked.fetch_add(took, Ordering::Relaxed);
        Duration::from_micros(took)
    }

    /// For how long it has been at the same turn.
    pub(crate) fn lag(&self) -> Duration {
        match self.turn_since.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            since => Duration::from_micros(self.now().saturating_sub(since)),
        }
    }

    /// How long it has worked in all, without the turn under way.
    pub(crate) fn worked(&self) -> Duration {
        Duration::from_micros(self.worked.load(Ordering::Relaxed))
    }

    /// Never 0.
    fn now(&self) -> u64 {
        let micros = self.origin.elapsed().as_micros();
        u64::try_from(micros).unwrap_or(u64::MAX).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_rest_has_no_lag_however_long_it_rests() {
        let pulse = Pulse::new();
        assert_eq!(pulse.lag(), Duration::ZERO);
        pulse.work();
        while pulse.lag() < Duration::from_millis(2) {
            std::hint::spin_loop();
        }
        let took = pulse.rest();
        assert!(took >= Duration::from_millis(2));
        assert_eq!((pulse.lag(), pulse.worked()), (Duration::ZERO, took));
    }
}
