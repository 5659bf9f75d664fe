//! An invite that came while there was another call.
//!
//! Busy is decided by the server, so this happens in one case only: the invite and an own dial have met on their way. The
//! server takes one of them for the first and refuses the other; should it be the dial, the invite rings after it.

use hullo_protocol::{CallDelta, CallId, CallView};

use super::Endpoint;
use super::frames::merge;
use super::requests::Purpose;
use crate::Time;

/// An invite that the application does not know of yet.
#[derive(Debug)]
pub(super) struct WaitingInvite {
    call: CallView,
    until: Time,
}

impl Endpoint {
    pub(super) fn hold(&mut self, call: CallView, ring_ms_left: u64) {
        let until = self.now.plus_ms(ring_ms_left);
        self.waiting = Some(WaitingInvite { call, until });
    }

    /// A change of the invite that waits.
    pub(super) fn change_waiting(&mut self, call_id: CallId, version: u64, delta: CallDelta) {
        let Some(waiting) = self.waiting.as_mut().filter(|w| w.call.call_id == call_id) else {
            return;
        };
        if delta.end.is_some() {
            self.waiting = None;
        } else if waiting.call.version.checked_add(1) == Some(version) {
            merge(&mut waiting.call, version, delta);
        }
    }

    /// It was answered on another device, or it is the call that this device is in after all.
    pub(super) fn forget_waiting(&mut self, call_id: CallId) {
        self.waiting.take_if(|w| w.call.call_id == call_id);
    }

    /// Rings for the invite that waits as soon as nothing stands in its way. While it is not known what became of a dial
    /// that was given up, this does: it may have met this very invite.
    pub(super) fn ring_waiting(&mut self) {
        if let Some(session) = &self.session {
            let call_id = session.view.call_id;
            return self.forget_waiting(call_id);
        }
        let now = self.now;
        if !self.link.is_ready() || self.requests.is_waiting(&Purpose::AbandonedStart) {
            return;
        }
        if let Some(WaitingInvite { call, until }) = self.waiting.take()
            && until > now
        {
            self.ring(call, until.since(now));
        }
    }
}
