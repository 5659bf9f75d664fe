//! A call that is on hold beside the current one: its media is closed, its changes are followed, and it is taken up again
//! when the other is over. The other may be on another of the account's devices: then the call is parked here.

use hullo_protocol::{
    Accid, CallDelta, CallId, CallRecord, CallState, CallView, EndReason, ErrorBody, ErrorKind,
    ParticipantDuration, Success,
};

use super::leg::diff::{merge, own_end};
use super::leg::{CallLeg, LegPhase, local_participant};
use super::requests::{Pending, Purpose};
use super::{AppEvent, Endpoint};

impl Endpoint {
    /// Puts the current call on hold, where there is one; returns which. What is current next follows at once.
    pub(super) fn put_on_hold(&mut self) -> Option<CallId> {
        if self.held.is_some() {
            // The server holds one call only. Were it otherwise, this one would be left, not forgotten.
            self.hang_up(false);
        }
        let mut leg = self.current.take()?;
        leg.put_on_hold(&mut self.cx);
        let call_id = leg.view.call_id;
        self.held = Some(leg);
        Some(call_id)
    }

    /// The server has put the current call on hold, and nobody here has asked for it: the account has answered another call
    /// on another device. Or one was to be answered here, and it is not known how that went: then it has just been given up.
    pub(super) fn park_held(&mut self) {
        let asked =
            self.is_answering_second_call() || self.cx.requests.is_waiting(&Purpose::Resume);
        let current = self.current.as_ref().filter(|leg| leg.is_in_call());
        if asked || !current.is_some_and(|leg| is_held_by(self.cx.me(), &leg.view)) {
            return;
        }
        let given_up = self.cx.requests.has_unsent_hangup();
        let parked = self.put_on_hold();
        if let Some(held) = &mut self.held {
            held.parked = !given_up;
        }
        if let Some(call_id) = parked {
            self.announce(AppEvent::CallHeld { call_id });
        }
    }

    /// What the account was in on another device is over, or may be.
    pub(super) fn unpark(&mut self) {
        let me = self.cx.me();
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
            self.cx.complete(ticket, Ok(held.accepted()));
        }
    }

    /// Takes the call up again that was on hold, once no other is current.
    pub(super) fn resume_held(&mut self) {
        if self.current.is_some() || self.joining.is_some() || self.is_answering_second_call() {
            return;
        }
        let Some(leg) = self.held.take_if(|held| !held.parked) else {
            return;
        };
        let (call_id, media) = (leg.view.call_id, leg.view.media);
        let switched = self.current.insert(leg).resume(&mut self.cx);
        self.announce(AppEvent::CallResumed { call_id });
        if switched {
            self.cx.emit(AppEvent::CallTypeChange { media });
        }
        self.on_current(CallLeg::open_media);
    }

    /// What is refused is a call that is over, or still on hold; how is on its way.
    pub(super) fn handle_resume_answer(
        &mut self,
        pending: Pending,
        result: &Result<Success, ErrorBody>,
    ) {
        match result {
            // The change itself may come behind the answer.
            Ok(_) => {
                let me = self.cx.me();
                let participants = self
                    .current
                    .iter_mut()
                    .flat_map(|leg| &mut leg.view.participants);
                let own = participants.filter(|p| Some(&p.accid) == me);
                own.for_each(|own| own.held = false);
            }
            // The other call is over here, but the server does not know of that yet.
            Err(error)
                if error.kind == ErrorKind::AlreadyInCall
                    && self.cx.requests.has_unsent_hangup() =>
            {
                self.cx.retry_as_new(pending);
            }
            Err(_) => {}
        }
    }

    /// Hangs up when there is nothing but a call that is parked.
    pub(super) fn hang_up_parked(&mut self) {
        let parked = self.held.as_ref().filter(|held| held.parked);
        let Some(call_id) = parked.map(|held| held.view.call_id) else {
            return;
        };
        self.cx.queue_hangup(call_id);
        let me = self.cx.me().cloned();
        self.end_held(EndReason::HungUp, me, Vec::new());
    }

    /// A change of the call on hold; false if it is another call's.
    pub(super) fn change_held(&mut self, call_id: CallId, version: u64, delta: &CallDelta) -> bool {
        let Some(held) = self.held.as_ref().filter(|held| held.is(call_id)) else {
            return false;
        };
        let known = held.view.version;
        let ends = version > known && delta.end.is_some();
        if known.checked_add(1) == Some(version) || ends {
            let mut view = held.view.clone();
            merge(&mut view, version, delta.clone());
            self.adopt_held(view);
        } else if version > known {
            self.cx.request_snapshot(call_id);
        }
        true
    }

    pub(super) fn is_held(&self, call_id: CallId) -> bool {
        self.held.as_ref().is_some_and(|held| held.is(call_id))
    }

    /// Takes the call on hold as it is now.
    pub(super) fn adopt_held(&mut self, view: CallView) {
        let me = self.cx.me();
        let newer =
            |held: &&mut CallLeg| held.is(view.call_id) && held.view.version <= view.version;
        let Some(held) = self.held.as_mut().filter(newer) else {
            return;
        };
        held.parked &= is_held_by(me, &view);
        let end = own_end(&view, me, held.joined_at.is_some());
        held.view = view;
        if let Some((reason, by)) = end {
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
        self.announce(AppEvent::CallEnd {
            call_id: held.view.call_id,
            reason,
            by,
            duration_ms: held.duration_ms(self.cx.now),
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
        if let Some(index) = calls.iter().position(|call| call.call_id == call_id) {
            let call = calls.remove(index);
            return self.adopt_held(call);
        }
        let continued = self.elsewhere.iter().any(|call| call.call_id == call_id);
        match ended.iter().find(|record| record.call_id == call_id) {
            Some(record) => {
                let durations = record.durations.clone();
                self.end_held(record.reason, record.ended_by.clone(), durations);
            }
            None if continued => self.handle_continued_elsewhere(call_id),
            None if !named.contains(&call_id) => {}
            None => self.end_held(EndReason::Lost, None, Vec::new()),
        }
    }

    /// After a reload: the one of two calls of this device that is on hold.
    pub(super) fn restore_held(&mut self, call: CallView) {
        let held = is_held_by(self.cx.me(), &call);
        if held && self.held.is_none() && call.state == CallState::Active {
            let active_ms = call.active_ms.unwrap_or_default();
            let mut leg = CallLeg::new(call, LegPhase::InCall).with_devices_of(self.cx.me());
            leg.joined_at = Some(self.cx.now.minus_ms(active_ms));
            self.held = Some(leg);
        }
    }
}

/// Whether the account has the call on hold.
pub(super) fn is_held_by(me: Option<&Accid>, call: &CallView) -> bool {
    local_participant(call, me).is_some_and(|own| own.held)
}
