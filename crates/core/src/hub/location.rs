//! Where an account is in a call: its other devices know of it, so that they can go on with it.

use hullo_protocol::{DeviceId, Event};

use super::{Hub, SessionId};
use crate::call::{Call, Participant};

impl Hub {
    /// Tells the devices of each participant when its part of the call has come to another of them, has moved, or is over.
    pub(super) fn notify_locations(
        &mut self,
        before: Option<&Call>,
        after: &Call,
        skip: &[SessionId],
    ) {
        for own in &after.participants {
            let was = before.and_then(|call| call.participant(&own.accid));
            let (was, is) = (was.and_then(active_device), active_device(own));
            if was == is {
                continue;
            }
            for session in self.sessions.of_account(&own.accid) {
                self.notify_location(session, was, is, after, skip);
            }
        }
    }

    fn notify_location(
        &mut self,
        session: SessionId,
        was: Option<&DeviceId>,
        is: Option<&DeviceId>,
        call: &Call,
        skip: &[SessionId],
    ) {
        let Some((accid, here)) = self
            .sessions
            .find(session)
            .map(|session| (session.accid.clone(), session.device.clone()))
        else {
            return;
        };
        let call_id = call.call_id;
        if is.is_some() && was == Some(&here) {
            self.notify(session, Event::CallContinuedElsewhere { call_id });
        }
        let elsewhere = |device: Option<&DeviceId>| device.is_some_and(|device| *device != here);
        let shown = match (elsewhere(was), elsewhere(is)) {
            (_, true) => Some(call.view(&accid, self.now)),
            (true, false) if !skip.contains(&session) => None,
            _ => return,
        };
        let event = Event::CallElsewhere {
            call_id,
            call: shown,
        };
        self.notify(session, event);
    }
}

/// The device with which a participant is in the call.
fn active_device(own: &Participant) -> Option<&DeviceId> {
    own.device.as_ref().filter(|_| own.state.is_in_call())
}
