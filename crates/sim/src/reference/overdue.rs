//! What only time decides, in the model: who is overdue, and what should not be any more.

use hullo_core::Time;
use hullo_core::hub::DevicePolicy;

use super::model::PartState;
use super::{Parts, Reference};

/// The model may see somebody join a moment before the hub does.
const MISSED_MS: u64 = 2_000;

impl Reference {
    /// Those in a call who must be missed by now.
    pub(super) fn surely_gone(&self, now: Time) -> Parts {
        let grace_ms = self.model.config.grace_ms;
        let mut gone = Parts::new();
        for (call_id, call) in self.model.calls.iter().filter(|(_, call)| !call.over) {
            for (accid, part) in &call.parts {
                let since = part.surely_away_since;
                let grace_ms = call.grace_of(part, grace_ms);
                if since.is_some_and(|since| now.since(since) >= grace_ms + MISSED_MS) {
                    gone.insert((*call_id, accid.clone()));
                }
            }
        }
        gone
    }

    /// Those in a call who have been away, or without media from the beginning, for as long as they may.
    pub(super) fn overdue(&self, now: Time) -> (Parts, Parts) {
        let (mut gone, mut unconnected) = (Parts::new(), Parts::new());
        let config = &self.model.config;
        for (call_id, call) in &self.model.calls {
            let inside = call
                .parts
                .iter()
                .filter(|(_, part)| part.state == PartState::In && !call.over);
            for (accid, part) in inside {
                let since = part.away_since;
                let grace_ms = call.grace_of(part, config.grace_ms);
                if since.is_some_and(|since| now.since(since) >= grace_ms) {
                    gone.insert((*call_id, accid.clone()));
                }
                let late = now.since(part.entered_at) >= config.connect_ms;
                if call.accepted_at.is_some() && late && !part.live {
                    unconnected.insert((*call_id, accid.clone()));
                }
            }
        }
        (gone, unconnected)
    }

    /// Each ring time that has run out has done so; the devices of an account are as many as the app lets be.
    pub(super) fn nothing_overdue(&self, now: Time) -> Result<(), String> {
        for (call_id, call) in self.model.calls.iter().filter(|(_, call)| !call.over) {
            let late = call.parts.iter().find(|(_, part)| {
                part.state == PartState::Rung && part.rings_until.is_some_and(|until| now >= until)
            });
            if let Some((accid, part)) = late {
                return Err(format!("{call_id} rings {accid} past its time: {part:?}"));
            }
        }
        let sessions: Vec<_> = self.model.sessions.values().collect();
        let policy = self.model.config.devices;
        for (index, one) in sessions.iter().enumerate() {
            let clash = sessions[index + 1..].iter().any(|other| {
                other.accid == one.accid
                    && match policy {
                        DevicePolicy::One => true,
                        DevicePolicy::DesktopAndMobile => other.mobile == one.mobile,
                        DevicePolicy::All => other.device == one.device,
                    }
            });
            if clash {
                return Err(format!("{one:?} should not be there any more"));
            }
        }
        Ok(())
    }
}
