//! Two times. The hub's never goes back: the wall clock once, the monotonic clock from then on. Tokens live by the wall
//! clock, because the customer's backend signs them by its own: they are minted and verified by [`Clock::wall`] alone.
//!
//! Each look at the wall clock compares the two. When it has run ahead (the machine was asleep, or its clock was behind at
//! the start), the hub's time follows; when it was set back, the hub's time goes on, and tokens follow the wall clock.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hullo_core::Time;

/// Less than this between the two clocks is their ordinary inaccuracy.
const DRIFT_MS: u64 = 1_000;

/// Maps between the hub's time and the system's. All clones are one clock.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    started: Instant,
    started_at: Time,
    drift: Arc<Drift>,
    source: Source,
}

/// How the wall clock has moved against the monotonic one since the start.
#[derive(Debug, Default)]
struct Drift {
    /// What the hub's time was moved forward by.
    ahead_ms: AtomicU64,
    /// How far behind the hub's time the wall clock was when that was last logged.
    behind_ms: AtomicU64,
}

/// Where both clocks are read.
#[derive(Clone)]
struct Source {
    wall: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    monotonic: Arc<dyn Fn() -> Instant + Send + Sync>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

impl Clock {
    /// The clocks of this machine.
    pub(crate) fn start() -> Self {
        Self::of(Source {
            wall: Arc::new(SystemTime::now),
            monotonic: Arc::new(Instant::now),
        })
    }

    fn of(source: Source) -> Self {
        Self {
            started: (source.monotonic)(),
            started_at: unix((source.wall)()),
            drift: Arc::default(),
            source,
        }
    }

    /// The hub's time, which never goes back.
    pub(crate) fn now(&self) -> Time {
        let elapsed = (self.source.monotonic)().saturating_duration_since(self.started);
        self.started_at.plus_ms(millis(elapsed) + self.ahead_ms())
    }

    /// The wall clock, by which tokens live. It may go back.
    pub(crate) fn wall(&self) -> Time {
        let wall = unix((self.source.wall)());
        let now = self.now();
        let ahead_ms = wall.since(now);
        let behind_ms = now.since(wall);
        if ahead_ms > DRIFT_MS {
            // Of two that notice it at once, one moves the time.
            let known_ms = self.ahead_ms();
            let moved = self.drift.ahead_ms.compare_exchange(
                known_ms,
                known_ms + ahead_ms,
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            if moved.is_ok() {
                tracing::warn!(
                    ahead_ms,
                    "the wall clock has run ahead (the machine slept, or its clock was set): timers follow it"
                );
            }
        }
        let logged_ms = self.drift.behind_ms.load(Ordering::Relaxed);
        if behind_ms.abs_diff(logged_ms) > DRIFT_MS {
            self.drift.behind_ms.store(behind_ms, Ordering::Relaxed);
            tracing::warn!(
                behind_ms,
                "the wall clock was set: tokens follow it, timers and the times in records do not go back"
            );
        }
        wall
    }

    /// When `time` will be; now at the earliest. Rounded up, so that a timer never comes early.
    pub(crate) fn instant_of(&self, time: Time) -> Instant {
        let since_start = time.since(self.started_at).saturating_sub(self.ahead_ms());
        self.started + Duration::from_millis(since_start)
    }

    fn ahead_ms(&self) -> u64 {
        self.drift.ahead_ms.load(Ordering::Relaxed)
    }
}

/// A clock before 1970 counts as 1970.
fn unix(time: SystemTime) -> Time {
    Time(millis(time.duration_since(UNIX_EPOCH).unwrap_or_default()))
}

/// Whole milliseconds; they fit for half a billion years.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Both clocks of a machine, to be set.
    #[derive(Clone)]
    struct Machine(Arc<Mutex<(SystemTime, Instant)>>);

    impl Machine {
        fn new() -> Self {
            let noon = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
            Self(Arc::new(Mutex::new((noon, Instant::now()))))
        }

        fn clock(&self) -> Clock {
            let (wall, monotonic) = (self.0.clone(), self.0.clone());
            Clock::of(Source {
                wall: Arc::new(move || wall.lock().unwrap().0),
                monotonic: Arc::new(move || monotonic.lock().unwrap().1),
            })
        }

        fn run(&self, seconds: u64) {
            self.0.lock().unwrap().1 += Duration::from_secs(seconds);
            self.suspend(seconds);
        }

        /// The monotonic clock of a machine that sleeps stands still.
        fn suspend(&self, seconds: u64) {
            self.0.lock().unwrap().0 += Duration::from_secs(seconds);
        }

        fn set_back(&self, seconds: u64) {
            self.0.lock().unwrap().0 -= Duration::from_secs(seconds);
        }
    }

    #[test]
    fn timer_does_not_come_before_its_time() {
        let clock = Clock::start();
        let deadline = clock.now().plus_ms(3);
        while Instant::now() < clock.instant_of(deadline) {
            std::hint::spin_loop();
        }
        assert!(clock.now() >= deadline);
    }

    #[test]
    fn after_a_sleep_tokens_and_timers_live_by_the_time_that_has_passed() {
        let machine = Machine::new();
        let clock = machine.clock();
        let start = clock.wall();
        let deadline = clock.now().plus_ms(30_000);
        machine.run(10);
        machine.suspend(360);
        assert_eq!(clock.wall(), start.plus_ms(370_000));
        assert_eq!(clock.now(), clock.wall());
        assert!(clock.instant_of(deadline) <= (clock.source.monotonic)());
        let later = clock.now().plus_ms(5_000);
        machine.run(5);
        assert_eq!(clock.now(), later);
        assert_eq!(clock.instant_of(later), (clock.source.monotonic)());
    }

    #[test]
    fn clock_that_is_set_back_takes_tokens_with_it_and_no_timer() {
        let machine = Machine::new();
        let clock = machine.clock();
        machine.run(10);
        let before = clock.now();
        machine.set_back(3_600);
        assert_eq!(clock.wall(), Time(before.0 - 3_600_000));
        assert_eq!(clock.now(), before, "the hub's time does not go back");
        machine.run(1);
        assert_eq!(clock.now(), before.plus_ms(1_000));
    }

    #[test]
    fn ordinary_inaccuracy_moves_nothing() {
        let machine = Machine::new();
        let clock = machine.clock();
        machine.run(100);
        machine.suspend(1);
        let before = clock.now();
        clock.wall();
        assert_eq!(clock.now(), before);
    }
}
