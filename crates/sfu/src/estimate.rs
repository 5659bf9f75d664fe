//! The bandwidth estimate towards one receiver: by str0m, from transport-wide feedback, while video goes out.
//!
//! It must cost nothing otherwise. Three things were measured (tests/room/bandwidth.rs):
//! - With its pacer, a first key frame of 40 packets arrived 73 ms later than without. There is nothing here that could
//!   send less, only later, so every stream is unpaced.
//! - str0m pads what it sends up to 50 kbit/s, but never beyond its estimate. A phone that rings, or carries audio alone,
//!   was sent 95 packets a second more than it asked for. So while no video goes out the estimate is held at zero.
//! - With video, its probes add 5 % to 430 kbit/s.

use std::time::{Duration, Instant};

use str0m::Rtc;
use str0m::bwe::Bitrate;

/// Assumed from the first video packet on, until there is feedback. It decides how fast the first probes are (three and six
/// times as fast, for 15 ms each).
const ASSUMED: Bitrate = Bitrate::kbps(500);
/// How far probes go. More is of no use to a receiver of a few videos.
const PROBE_TARGET: Bitrate = Bitrate::mbps(4);
/// After this long without video it is suspended.
const SUSPEND_AFTER: Duration = Duration::from_secs(2);
/// This long after it was resumed, feedback has replaced what was assumed.
const TRUSTED_AFTER: Duration = Duration::from_secs(2);

/// What a connection is made with: suspended.
pub(crate) const INITIAL: Bitrate = Bitrate::ZERO;

/// Suspended, unless it is active.
#[derive(Debug, Default)]
pub(crate) struct Estimate {
    active: Option<Active>,
}

#[derive(Debug, Clone, Copy)]
struct Active {
    since: Instant,
    video_at: Instant,
}

impl Estimate {
    /// A video packet goes out.
    pub(crate) fn resume(&mut self, rtc: &mut Rtc, now: Instant) {
        if self.active.is_none() {
            let mut bwe = rtc.bwe();
            bwe.reset(ASSUMED);
            bwe.set_bitrate(Bitrate::ZERO, PROBE_TARGET);
        }
        let since = self.active.map_or(now, |active| active.since);
        self.active = Some(Active {
            since,
            video_at: now,
        });
    }

    /// No video goes out.
    pub(crate) fn is_suspended(&self) -> bool {
        self.active.is_none()
    }

    /// To be called after each datagram that may carry feedback, which for audio would raise a suspended estimate. It makes
    /// a new estimator, so that to call it for packets of media would be dear.
    pub(crate) fn keep_suspended(&self, rtc: &mut Rtc) {
        if self.active.is_none() {
            let mut bwe = rtc.bwe();
            bwe.reset(INITIAL);
            bwe.set_bitrate(Bitrate::ZERO, Bitrate::ZERO);
        }
    }

    /// A round of statistics is over. True if the estimate in it can be trusted.
    pub(crate) fn end_round(&mut self, rtc: &mut Rtc, now: Instant) -> bool {
        let fresh = |active: &Active| now.duration_since(active.video_at) < SUSPEND_AFTER;
        self.active = self.active.filter(fresh);
        self.keep_suspended(rtc);
        self.active
            .is_some_and(|active| now.duration_since(active.since) >= TRUSTED_AFTER)
    }
}
