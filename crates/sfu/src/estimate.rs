//! The estimate of the bandwidth to one receiver: by str0m, from transport-wide feedback, while pictures go out.
//!
//! It must cost nothing otherwise. Three things were measured (tests/room/bandwidth.rs):
//! - With its pacer, a first key frame of 40 packets arrived 73 ms later than without. There is nothing here that could
//!   send less, only later, so every stream is unpaced.
//! - str0m pads what it sends up to 50 kbit/s, but never beyond its estimate. A phone that rings, or carries sound alone,
//!   was sent 95 packets a second more than it asked for. So while no picture goes out the estimate is held at nothing.
//! - With pictures, its probes add 5 % to 430 kbit/s.

use std::time::{Duration, Instant};

use str0m::Rtc;
use str0m::bwe::Bitrate;

/// Assumed when the first picture goes out, until feedback tells. It decides how fast the first probes are (three and six
/// times as fast, for 15 ms each).
const ASSUMED: Bitrate = Bitrate::kbps(500);
/// What probes look for. More is of no use to a receiver of a few pictures.
const SOUGHT: Bitrate = Bitrate::mbps(4);
/// So long without a picture, and it falls asleep.
const ASLEEP_AFTER: Duration = Duration::from_secs(2);
/// So long after it woke, it says more than what was assumed.
const KNOWN_AFTER: Duration = Duration::from_secs(2);

/// What a connection is made with: asleep.
pub(crate) const AT_FIRST: Bitrate = Bitrate::ZERO;

/// Asleep, or awake.
#[derive(Debug, Default)]
pub(crate) struct Estimate {
    awake: Option<Awake>,
}

#[derive(Debug, Clone, Copy)]
struct Awake {
    since: Instant,
    picture_at: Instant,
}

impl Estimate {
    /// A packet of a picture goes out.
    pub(crate) fn wake(&mut self, rtc: &mut Rtc, now: Instant) {
        if self.awake.is_none() {
            let mut bwe = rtc.bwe();
            bwe.reset(ASSUMED);
            bwe.set_bitrate(Bitrate::ZERO, SOUGHT);
        }
        let since = self.awake.map_or(now, |awake| awake.since);
        self.awake = Some(Awake {
            since,
            picture_at: now,
        });
    }

    /// A datagram has come in. The feedback for sound would wake it.
    pub(crate) fn keep_asleep(&self, rtc: &mut Rtc) {
        if self.awake.is_none() {
            let mut bwe = rtc.bwe();
            bwe.reset(AT_FIRST);
            bwe.set_bitrate(Bitrate::ZERO, Bitrate::ZERO);
        }
    }

    /// A round of statistics is over. True if the estimate in it counts.
    pub(crate) fn counts(&mut self, rtc: &mut Rtc, now: Instant) -> bool {
        let fresh = |awake: &Awake| now.duration_since(awake.picture_at) < ASLEEP_AFTER;
        self.awake = self.awake.filter(fresh);
        self.keep_asleep(rtc);
        self.awake
            .is_some_and(|awake| now.duration_since(awake.since) >= KNOWN_AFTER)
    }
}
