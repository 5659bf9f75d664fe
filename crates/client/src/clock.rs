//! The time of the state machine.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hullo_core::Time;
use tokio::time::Instant;

/// The wall clock at the start, and monotonically on from there.
pub(crate) struct Clock {
    began: Instant,
    began_ms: u64,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            began: Instant::now(),
            began_ms: since_1970.map_or(0, |since| since.as_millis() as u64),
        }
    }

    pub(crate) fn now(&self) -> Time {
        Time(self.began_ms).plus_ms(self.began.elapsed().as_millis() as u64)
    }

    /// Rounded up, so that what is due then is due.
    pub(crate) fn instant(&self, at: Time) -> Instant {
        self.began + Duration::from_millis(at.since(Time(self.began_ms)))
    }
}
