//! Where an account is in a call: its other devices know of it, so that they can go on with it.

use hullo_protocol::{DeviceId, Event};

use super::{Hub, SessionId};
use crate::call::{Call, Participant};

impl Hub {
    /// Tells the devices of the participant at this place when its part of the call has come to another of them, has moved,
    /// or is over.
    pub(super) fn notify_location(&mut self, before: Option<&Call>, after: &Call, index: usize) {
        let Some(own) = after.participants.get(index) else {
            return;
        };
        let was = before.and_then(|call| call.participants.get(index));
        let was = was.and_then(active_device);
        let is = active_device(own);
        if was == is {
            return;
        }
        for session in self.sessions.of_account(&own.accid) {
            self.notify_of_move(session, own, was, is, after);
        }
    }

    /// The device on which it goes on learns that from the answer to its own request.
    fn notify_of_move(
        &mut self,
        session: SessionId,
        own: &Participant,
        was: Option<&DeviceId>,
        is: Option<&DeviceId>,
        call: &Call,
    ) {
        let Some(here) = self.sessions.find(session).map(|it| it.device.clone()) else {
            return;
        };
        let call_id = call.call_id;
        if is.is_some() && was == Some(&here) {
            self.notify(session, Event::CallContinuedElsewhere { call_id });
        }
        let elsewhere = |device: Option<&DeviceId>| device.is_some_and(|device| *device != here);
        let shown = match (elsewhere(was), elsewhere(is)) {
            (_, true) => Some(call.view(&own.accid, self.now)),
            (true, false) if is.is_none() => None,
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
