//! What the server says. Every event is matched on its call (behaviour R1): one of another call changes nothing.

use hullo_protocol::{
    CallDelta, CallId, CallKind, CallView, Command, EndReason, ErrorBody, ErrorKind, Event,
    ServerFrame, SessionClosed, Slot, Success,
};

use super::leg::CallLeg;
use super::requests::Purpose;
use super::{AppEvent, Endpoint, State};

impl Endpoint {
    pub(super) fn handle_frame(&mut self, text: &str) {
        self.note_activity();
        match ServerFrame::read(text) {
            Ok(ServerFrame::Reply(reply)) => {
                if let Some(pending) = self.requests.take(reply.re) {
                    self.handle_answer(pending, reply.into_result());
                }
            }
            Ok(ServerFrame::Event(event)) => self.handle_event(event),
            Err(error) => {
                let message = format!("the server sent a frame that cannot be read: {error}");
                self.emit_error(ErrorBody::new(ErrorKind::BadRequest, message));
            }
        }
    }

    fn handle_event(&mut self, event: Event) {
        match event {
            Event::CallInvited { call, ring_ms_left } => self.ring(call, ring_ms_left),
            Event::CallChanged {
                call_id,
                version,
                delta,
            } => self.handle_change(call_id, version, delta),
            Event::InviteAcceptedElsewhere { call_id } => {
                self.handle_answered_elsewhere(call_id, true)
            }
            Event::InviteRejectedElsewhere { call_id } => {
                self.handle_answered_elsewhere(call_id, false)
            }
            Event::SwitchRefused { call_id, media } => self.handle_switch_refused(call_id, media),
            Event::MediaSlots { call_id, slots } => self.handle_slots(call_id, slots),
            Event::MediaQuality { call_id, reports } => {
                if self.concerns(call_id) && self.state() == State::InCall {
                    self.emit(AppEvent::UserNetworkQuality { reports });
                }
            }
            Event::CallElsewhere { call_id, call } => self.handle_elsewhere(call_id, call),
            Event::CallContinuedElsewhere { call_id } => self.handle_continued_elsewhere(call_id),
            Event::MediaSpeakers { call_id, uids } => {
                if self.concerns(call_id) {
                    self.emit_speakers(&uids);
                }
            }
            Event::MessageAdded { message } => self.add_message(message),
            Event::PresenceChanged(presence) => self.emit(AppEvent::PresenceChanged { presence }),
            Event::SessionClosed { reason } => match reason {
                SessionClosed::Replaced | SessionClosed::KickedOut | SessionClosed::SignedOut => {
                    self.sign_out_by_server(reason)
                }
                // The socket closes next, and the link comes back by itself.
                SessionClosed::ShuttingDown | SessionClosed::TooSlow => {}
            },
            Event::SessionError { error } => self.emit_error(error),
            Event::Unknown => {}
        }
    }

    pub(super) fn concerns(&self, call_id: CallId) -> bool {
        self.current
            .as_ref()
            .is_some_and(|leg| leg.view.call_id == call_id)
    }

    /// The next version is merged; a gap asks for the whole call, unless the call has ended; an old one is no news.
    fn handle_change(&mut self, call_id: CallId, version: u64, delta: CallDelta) {
        let Some(leg) = self.current.as_ref().filter(|s| s.view.call_id == call_id) else {
            if !self.change_held(call_id, version, delta.clone()) {
                self.change_waiting(call_id, version, delta);
            }
            return;
        };
        let known = leg.view.version;
        // An end is final: it counts whatever was missed before it.
        let ends = version > known && delta.end.is_some();
        if known.checked_add(1) == Some(version) || ends {
            let mut view = leg.view.clone();
            merge(&mut view, version, delta);
            self.adopt(view);
        } else if version > known {
            self.request_snapshot(call_id);
        }
    }

    /// Asks for the whole call, unless that is under way.
    pub(super) fn request_snapshot(&mut self, call_id: CallId) {
        let purpose = Purpose::Snapshot(call_id);
        if !self.requests.is_waiting(&purpose) {
            self.request(Command::CallSnapshot { call_id }, purpose);
        }
    }

    pub(super) fn handle_snapshot_answer(
        &mut self,
        call_id: CallId,
        result: Result<Success, ErrorBody>,
    ) {
        match result {
            Ok(Success::Call { call, .. }) => self.adopt_whole(call),
            Err(error) if error.kind == ErrorKind::CallNotFound => {
                if self.concerns(call_id) {
                    self.end_leg(EndReason::Server, None, Vec::new());
                } else if self.is_held(call_id) {
                    self.end_held(EndReason::Server, None, Vec::new());
                }
            }
            _ => {}
        }
    }

    /// Takes a whole call, be it the one in hand or the one on hold, unless it is older than what is known.
    pub(super) fn adopt_whole(&mut self, call: CallView) {
        let newer =
            |leg: &CallLeg| leg.view.call_id == call.call_id && leg.view.version <= call.version;
        if self.current.as_ref().is_some_and(newer) {
            self.adopt(call);
        } else {
            self.adopt_held(call);
        }
    }

    fn handle_answered_elsewhere(&mut self, call_id: CallId, accepted: bool) {
        self.forget_waiting(call_id);
        // While the own accept is under way its answer decides: first writer wins.
        let rings = self
            .current
            .as_ref()
            .is_some_and(|leg| !leg.waits_for_answer());
        if self.concerns(call_id) && rings && self.state() == State::Called {
            self.leave_to_other_device(accepted);
        }
    }

    fn handle_slots(&mut self, call_id: CallId, slots: Vec<Slot>) {
        let Some(leg) = self.current.as_mut().filter(|s| s.view.call_id == call_id) else {
            return;
        };
        leg.slots = slots;
        self.send_slots();
    }
}

/// Applies one change to a call.
pub(super) fn merge(view: &mut CallView, version: u64, delta: CallDelta) {
    view.version = version;
    view.state = delta.state.unwrap_or(view.state);
    view.media = delta.media.unwrap_or(view.media);
    if delta.group.is_some() {
        view.kind = CallKind::Group;
        view.group = delta.group;
    }
    for participant in delta.participants {
        match view
            .participants
            .iter_mut()
            .find(|p| p.accid == participant.accid)
        {
            Some(known) => *known = participant,
            None => view.participants.push(participant),
        }
    }
    if let Some(switch) = delta.switch {
        view.switch = switch;
    }
    view.end = delta.end.or(view.end.take());
}
