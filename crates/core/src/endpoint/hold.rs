//! A call that is on hold while another is in hand: its media is closed, its changes are followed, and it is taken up
//! again when the other is over.

use hullo_protocol::{
    Accid, CallId, CallRecord, CallState, CallView, Command, EndReason, ErrorBody,
    ParticipantDuration, Success,
};

use super::media_link::MediaLink;
use super::news::own_end;
use super::requests::{Pending, Purpose};
use super::session::{Phase, Session};
use super::{AppEvent, Endpoint};

impl Endpoint {
    /// Puts the call in hand on hold.
    pub(super) fn put_on_hold(&mut self) {
        let Some(mut session) = self.session.take() else {
            return;
        };
        self.close_media();
        if let Some(switching) = session.switching.take() {
            self.fail_switch(&switching);
        }
        session.link = MediaLink::default();
        session.slots.clear();
        session.reconnecting = false;
        let call_id = session.view.call_id;
        self.held = Some(session);
        self.tell_change();
        self.emit(AppEvent::CallHeld { call_id });
    }

    /// Takes the call up again that was on hold, once nothing else is in hand.
    pub(super) fn resume_held(&mut self) {
        if self.session.is_some() || self.entering.is_some() || self.is_answering_waiting() {
            return;
        }
        let Some(session) = self.held.take() else {
            return;
        };
        let call_id = session.view.call_id;
        self.session = Some(session);
        let resume = Command::Hold {
            call_id,
            held: false,
        };
        self.request(resume, Purpose::Resume);
        self.tell_change();
        self.emit(AppEvent::CallResumed { call_id });
        self.open_media();
    }

    /// A passing trouble is tried again. What else is refused is a call that is over; how is on its way.
    pub(super) fn handle_resume_answer(
        &mut self,
        pending: Pending,
        result: &Result<Success, ErrorBody>,
    ) {
        self.handle_outbox_answer(pending, result);
    }

    /// A change of the call on hold; false if it is another call's.
    pub(super) fn change_held(
        &mut self,
        call_id: CallId,
        version: u64,
        delta: hullo_protocol::CallDelta,
    ) -> bool {
        let Some(held) = self.held.as_ref().filter(|h| h.view.call_id == call_id) else {
            return false;
        };
        let known = held.view.version;
        let ends = version > known && delta.end.is_some();
        if known.checked_add(1) == Some(version) || ends {
            let mut view = held.view.clone();
            super::frames::merge(&mut view, version, delta);
            self.adopt_held(view);
        } else if version > known && !self.requests.is_waiting(&Purpose::SnapshotHeld) {
            self.request(Command::CallSnapshot { call_id }, Purpose::SnapshotHeld);
        }
        true
    }

    pub(super) fn handle_held_snapshot(&mut self, result: Result<Success, ErrorBody>) {
        if let Ok(Success::Call { call, .. }) = result {
            self.adopt_held(call);
        }
    }

    /// Takes the call on hold as it is now.
    pub(super) fn adopt_held(&mut self, view: CallView) {
        let me = self.link.accid().cloned();
        let newer = |held: &&mut Session| {
            held.view.call_id == view.call_id && held.view.version <= view.version
        };
        let Some(held) = self.held.as_mut().filter(newer) else {
            return;
        };
        held.view = view.clone();
        if let Some((reason, by)) = own_end(&view, me.as_ref(), held.joined_at.is_some()) {
            self.end_held(reason, by, Vec::new());
        }
    }

    /// The call on hold is over.
    pub(super) fn end_held(
        &mut self,
        reason: EndReason,
        by: Option<Accid>,
        durations: Vec<ParticipantDuration>,
    ) {
        let Some(held) = self.held.take() else { return };
        let duration_ms = held.joined_at.map_or(0, |at| self.now.since(at));
        let call_id = held.view.call_id;
        self.tell_change();
        self.emit(AppEvent::CallEnd {
            call_id,
            reason,
            by,
            duration_ms,
            durations,
        });
    }

    /// Brings the call on hold in line with a snapshot; takes it out of the calls that are not known here.
    pub(super) fn reconcile_held(&mut self, calls: &mut Vec<CallView>, ended: &[CallRecord]) {
        let Some(call_id) = self.held.as_ref().map(|held| held.view.call_id) else {
            return;
        };
        if let Some(place) = calls.iter().position(|call| call.call_id == call_id) {
            let call = calls.remove(place);
            return self.adopt_held(call);
        }
        let continued = self.elsewhere.iter().any(|call| call.call_id == call_id);
        match ended.iter().find(|record| record.call_id == call_id) {
            Some(record) => {
                let durations = record.durations.clone();
                self.end_held(record.reason, record.ended_by.clone(), durations);
            }
            None if continued => self.handle_continued_elsewhere(call_id),
            None => self.end_held(EndReason::Lost, None, Vec::new()),
        }
    }

    /// After a reload: the one of two calls of this device that is on hold.
    pub(super) fn resume_held_from(&mut self, call: CallView) {
        let me = self.link.accid().cloned();
        let held = call
            .participants
            .iter()
            .any(|p| Some(&p.accid) == me.as_ref() && p.held);
        if held && call.state == CallState::Active {
            let active_ms = call.active_ms.unwrap_or_default();
            let mut session = Session::new(call, Phase::InCall);
            session.joined_at = Some(self.now.minus_ms(active_ms));
            self.held = Some(session);
        }
    }
}
