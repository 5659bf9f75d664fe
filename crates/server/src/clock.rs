//! Time as the hub sees it: the wall clock once, the monotonic clock from then on.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hullo_core::Time;

/// The hub remembers ended calls for five minutes of its process; this stays on the safe side.
const RECENT_MS: u64 = 4 * 60_000;

/// Maps between the hub's time and the system's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    started: Instant,
    started_at: Time,
}

impl Clock {
    /// The only time that the wall clock is read.
    pub(crate) fn start() -> Self {
        // A clock before 1970 counts as 1970.
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            started: Instant::now(),
            started_at: Time(millis(since_epoch)),
        }
    }

    pub(crate) fn now(&self) -> Time {
        self.started_at.plus_ms(millis(self.started.elapsed()))
    }

    /// When `time` will be; now at the earliest. Rounded up, so that a timer never comes early.
    pub(crate) fn instant_of(&self, time: Time) -> Instant {
        self.started + Duration::from_millis(time.since(self.started_at))
    }

    /// Whether what happened then happened in this process and not long ago.
    pub(crate) fn is_recent(&self, unix_ms: u64) -> bool {
        Time(unix_ms) >= self.started_at && self.now().since(Time(unix_ms)) < RECENT_MS
    }
}

/// Whole milliseconds; they fit for half a billion years.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timer_does_not_come_before_its_time() {
        let clock = Clock::start();
        let deadline = clock.now().plus_ms(3);
        while Instant::now() < clock.instant_of(deadline) {
            std::hint::spin_loop();
        }
        assert!(clock.now() >= deadline);
    }
}
