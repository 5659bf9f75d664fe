//! A call that is on hold while another is in hand: its media is closed, its changes are followed, and it is taken up
//! again when the other is over. The other may be on another of the account's devices: then the call is parked here.

use hullo_protocol::{
    Accid, CallId, CallRecord, CallState, CallView, Command, EndReason, ErrorBody, ErrorKind,
    ParticipantDuration, Success,
};

use super::leg::{CallLeg, LegPhase, local_participant};
use super::media_connection::MediaConnection;
use super::news::own_end;
use super::operate::accepted;
use super::requests::{Pending, Purpose};
use super::{AppEvent, Endpoint};

impl Endpoint {
    /// Puts the call in hand on hold, where there is one; returns which. What is in hand next follows at once.
    pub(super) fn put_on_hold(&mut self) -> Option<CallId> {
        if self.held.is_some() {
            // The server holds one call only. Were it otherwise, this one would be left, not forgotten.
            self.hang_up(false);
        }
        let mut leg = self.current.take()?;
        self.close_media();
        if let Some(switching) = leg.switching.take() {
            self.fail_switch(&switching);
        }
        leg.media = MediaConnection::default();
        leg.slots.clear();
        leg.reconnecting = false;
        // The first picture would tell how long the hold has lasted.
        leg.first_frame_since = None;
        leg.media_when_held = Some(leg.view.media);
        let call_id = leg.view.call_id;
        self.held = Some(leg);
        Some(call_id)
    }

    /// The server has put the call in hand on hold, and nobody here has asked for it: the account has answered another call
    /// on another device. Or one was to be answered here, and it was not heard how that went: then it has just been given up.
    pub(super) fn park_held(&mut self) {
        let me = self.signalling.accid();
        let is_held = |leg: &CallLeg| {
            let own = local_participant(&leg.view, me);
            leg.phase == LegPhase::InCall && own.is_some_and(|own| own.held)
        };
        let asked = self.is_answering_second_call() || self.requests.is_waiting(&Purpose::Resume);
        if asked || !self.current.as_ref().is_some_and(is_held) {
            return;
        }
        let given_up = self.requests.has_unsent_hangup();
        let parked = self.put_on_hold();
        if let Some(held) = &mut self.held {
            held.parked = !given_up;
        }
        if let Some(call_id) = parked {
            self.publish_change();
            self.emit(AppEvent::CallHeld { call_id });
        }
    }

    /// What the account was in on another device is over, or may be.
    pub(super) fn unpark(&mut self) {
        let me = self.signalling.accid();
        let busy = |call: &CallView| local_participant(call, me).is_some_and(|own| !own.held);
        let parked = self.current.is_none() && self.calls_elsewhere().iter().any(busy);
        if let Some(held) = &mut self.held {
            held.parked = parked;
        }
    }

    /// The person takes up what is parked. Should the other call stand in the way still, the server says so.
    pub(super) fn take_up_parked(&mut self, ticket: u64) {
        if let Some(held) = &mut self.held {
            held.parked = false;
            let value = accepted(&held.view);
            self.complete(ticket, Ok(value));
        }
    }

    /// Takes the call up again that was on hold, once nothing else is in hand.
    pub(super) fn resume_held(&mut self) {
        if self.current.is_some() || self.joining.is_some() || self.is_answering_second_call() {
            return;
        }
        let Some(mut leg) = self.held.take_if(|held| !held.parked) else {
            return;
        };
        leg.parked = false;
        let (call_id, media) = (leg.view.call_id, leg.view.media);
        let switched = leg
            .media_when_held
            .take()
            .is_some_and(|carried| carried != media);
        // To audio: video needs the consent of somebody here.
        leg.local.video_enabled &= !switched;
        leg.local.video_muted &= !switched;
        self.current = Some(leg);
        let resume = Command::Hold {
            call_id,
            held: false,
        };
        self.request(resume, Purpose::Resume);
        self.publish_change();
        self.emit(AppEvent::CallResumed { call_id });
        if switched {
            self.emit(AppEvent::CallTypeChange { media });
        }
        self.open_media();
    }

    /// A passing trouble is tried again. What else is refused is a call that is over, or still on hold; how is on its way.
    pub(super) fn handle_resume_answer(
        &mut self,
        mut pending: Pending,
        result: &Result<Success, ErrorBody>,
    ) {
        let me = self.signalling.accid().cloned();
        match result {
            // The news of it may come behind the answer.
            Ok(_) => {
                let participants = self.current.as_mut().map(|s| &mut s.view.participants);
                let own = participants.into_iter().flatten();
                own.filter(|p| Some(&p.accid) == me.as_ref())
                    .for_each(|own| own.held = false);
            }
            // The other call is over here, but the server has not heard of that yet. It is asked under another name: what
            // it has refused it would refuse again.
            Err(error)
                if error.kind == ErrorKind::AlreadyInCall && self.requests.has_unsent_hangup() =>
            {
                pending.request.request_id = Some(self.new_request_id());
                self.retry(pending);
            }
            Err(_) => self.handle_outbox_answer(pending, result),
        }
    }

    /// Hangs up when there is nothing but a call that is parked.
    pub(super) fn hang_up_parked(&mut self) {
        let parked = self.held.as_ref().filter(|held| held.parked);
        let Some(call_id) = parked.map(|held| held.view.call_id) else {
            return;
        };
        self.request(Command::Hangup { call_id }, Purpose::Outbox(call_id));
        let me = self.signalling.accid().cloned();
        self.end_held(EndReason::HungUp, me, Vec::new());
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
        } else if version > known {
            self.request_snapshot(call_id);
        }
        true
    }

    pub(super) fn is_held(&self, call_id: CallId) -> bool {
        let held = self.held.as_ref();
        held.is_some_and(|held| held.view.call_id == call_id)
    }

    /// Takes the call on hold as it is now.
    pub(super) fn adopt_held(&mut self, view: CallView) {
        let me = self.signalling.accid().cloned();
        let newer = |held: &&mut CallLeg| {
            held.view.call_id == view.call_id && held.view.version <= view.version
        };
        let Some(held) = self.held.as_mut().filter(newer) else {
            return;
        };
        held.view = view.clone();
        held.parked &= local_participant(&view, me.as_ref()).is_some_and(|own| own.held);
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
        self.publish_change();
        self.emit(AppEvent::CallEnd {
            call_id,
            reason,
            by,
            duration_ms,
            durations,
        });
    }

    /// Brings the call on hold in line with a snapshot; takes it out of the calls that are not known here.
    pub(super) fn reconcile_held(
        &mut self,
        named: &[CallId],
        calls: &mut Vec<CallView>,
        ended: &[CallRecord],
    ) {
        let Some(call_id) = self.held.as_ref().map(|held| held.view.call_id) else {
            return;
        };
        let named = named.contains(&call_id);
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
            None if !named => {}
            None => self.end_held(EndReason::Lost, None, Vec::new()),
        }
    }

    /// After a reload: the one of two calls of this device that is on hold.
    pub(super) fn resume_held_from(&mut self, call: CallView) {
        let me = self.signalling.accid().cloned();
        let held = local_participant(&call, me.as_ref()).is_some_and(|own| own.held);
        if held && self.held.is_none() && call.state == CallState::Active {
            let active_ms = call.active_ms.unwrap_or_default();
            let mut leg = CallLeg::new(call, LegPhase::InCall).with_devices_of(me.as_ref());
            leg.joined_at = Some(self.now.minus_ms(active_ms));
            self.held = Some(leg);
        }
    }
}
