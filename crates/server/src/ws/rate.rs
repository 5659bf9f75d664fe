//! How fast one connection may send. Who sends too much is slowed at first: his frames are taken late, and nothing else
//! happens to him. Who goes on is told to stop, and who does not even then is closed.

use std::time::{Duration, Instant};

use crate::config::Limits;

/// The rate of one connection. Every frame counts, whatever is in it.
pub(super) struct Rate {
    /// Between two frames of one who sends without end.
    interval: Duration,
    /// Frames at once after a pause.
    burst: u32,
    slowed_max: u32,
    refused_max: u32,
    /// When everything that was sent would have been sent at the steady rate (the "theoretical arrival time" of GCRA).
    settled_at: Instant,
    /// Frames that had to wait since the client last paused.
    over: u32,
}

/// What becomes of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Take,
    /// It is answered by how long to pause.
    Refuse(Duration),
    /// The client does not stop.
    Close,
}

impl Rate {
    pub(super) fn new(limits: &Limits, now: Instant) -> Self {
        Self {
            interval: Duration::from_secs(1) / limits.frames_per_second.max(1),
            burst: limits.frames_at_once.max(1),
            slowed_max: limits.frames_slowed,
            refused_max: limits.frames_refused,
            settled_at: now,
            over: 0,
        }
    }

    /// Until when no frame is read, if that is later than now.
    pub(super) fn paused_until(&self, now: Instant) -> Option<Instant> {
        let until = self
            .settled_at
            .checked_sub(self.interval * (self.burst - 1))?;
        (until > now).then_some(until)
    }

    /// Whether frames are late at the moment.
    pub(super) fn is_slowed(&self) -> bool {
        self.over > 0
    }

    /// Counts a frame that has come.
    pub(super) fn count(&mut self, now: Instant) -> Verdict {
        let owed = self.settled_at.saturating_duration_since(now);
        self.settled_at = now + owed + self.interval;
        if owed <= self.interval * (self.burst - self.burst / 4) {
            self.over = 0;
        } else if owed > self.interval * self.burst.saturating_sub(2) {
            self.over += 1;
        }
        if self.over <= self.slowed_max {
            Verdict::Take
        } else if self.over <= self.slowed_max.saturating_add(self.refused_max) {
            // After that a quarter of the burst is there again, and all is forgotten.
            Verdict::Refuse(self.interval * (self.burst / 4 + 2))
        } else {
            Verdict::Close
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of a client that always has one ready: it comes when the socket is read.
    fn push(rate: &mut Rate, now: &mut Instant) -> Verdict {
        *now = rate.paused_until(*now).unwrap_or(*now);
        rate.count(*now)
    }

    #[test]
    fn flood_is_slowed_then_told_then_closed() {
        let limits = Limits::default();
        let began = Instant::now();
        let (mut now, mut rate) = (began, Rate::new(&limits, began));
        for _ in 0..limits.frames_at_once {
            assert_eq!(push(&mut rate, &mut now), Verdict::Take);
        }
        assert_eq!(now, began);
        for _ in 1..limits.frames_slowed {
            assert_eq!(push(&mut rate, &mut now), Verdict::Take);
        }
        let pace = now.duration_since(began).as_secs_f64() / f64::from(limits.frames_slowed - 1);
        assert!((pace * f64::from(limits.frames_per_second) - 1.0).abs() < 0.01);
        for _ in 0..limits.frames_refused {
            assert!(matches!(push(&mut rate, &mut now), Verdict::Refuse(_)));
        }
        assert_eq!(push(&mut rate, &mut now), Verdict::Close);
    }

    #[test]
    fn who_pauses_as_he_is_told_is_heard_again_however_often() {
        let limits = Limits::default();
        let mut now = Instant::now();
        let mut rate = Rate::new(&limits, now);
        for _ in 0..20 {
            let pause = loop {
                match push(&mut rate, &mut now) {
                    Verdict::Take => {}
                    Verdict::Refuse(pause) => break pause,
                    Verdict::Close => panic!("he has stopped each time"),
                }
            };
            now += pause;
            assert_eq!(push(&mut rate, &mut now), Verdict::Take);
            assert!(!rate.is_slowed());
        }
    }

    #[test]
    fn steady_rate_is_never_slowed() {
        let limits = Limits::default();
        let mut now = Instant::now();
        let mut rate = Rate::new(&limits, now);
        for _ in 0..10_000 {
            assert_eq!(rate.paused_until(now), None);
            assert_eq!(rate.count(now), Verdict::Take);
            assert!(!rate.is_slowed());
            now += Duration::from_secs(1) / limits.frames_per_second;
        }
    }
}
