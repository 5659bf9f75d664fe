//! The call as the server has it: how it comes to ring here, how its changes are taken over, and how it ends.
//!
//! Everything is matched on its call (behaviour R1): what belongs to another one changes nothing.

use hullo_protocol::{
    Accid, CallDelta, CallId, CallKind, CallState, CallView, Command, EndReason, EndView,
    ErrorBody, ErrorKind, ParticipantState, Success,
};

use super::leg::diff::{Change, Versions, merge};
use super::leg::{
    Adopted, CallLeg, LegPhase, callees, group_id, invitor, local_participant, person_in,
};
use super::requests::Purpose;
use super::{AppEvent, Endpoint, State};

impl Endpoint {
    /// An invite has come: say so, send the receipt, and warm the path.
    pub(super) fn ring(&mut self, call: CallView, ring_ms_left: u64) {
        let call_id = call.call_id;
        let Some(me) = self.cx.me().cloned() else {
            return;
        };
        let own = local_participant(&call, Some(&me));
        let invited = own.is_some_and(|own| own.state.is_pending());
        let known = self.is_current(call_id) || self.held.is(call_id);
        if !invited || known || call.state == CallState::Ended {
            return;
        }
        let answers = self.joining.is_some() || self.waiting.answering().is_some();
        if self.current.is_some() || answers {
            return self.queue_invite(call, ring_ms_left);
        }
        self.waiting.promote(call_id);
        let from = invitor(&call, &me);
        let event = AppEvent::Invited {
            name: person_in(&call, &from).and_then(|p| p.name.clone()),
            avatar: person_in(&call, &from).and_then(|p| p.avatar.clone()),
            invitor: from,
            accids: callees(&call),
            group: call.kind == CallKind::Group,
            group_id: group_id(&call),
            media: call.media,
            attachment: call.attachment.clone(),
            ring_ms_left,
            call_id,
        };
        let until = self.cx.now.plus_ms(ring_ms_left);
        self.current = Some(CallLeg::new(call, LegPhase::Called { until }));
        self.announce([event]);
        self.cx.request(Command::Ring { call_id }, Purpose::Ring);
        self.on_current(CallLeg::open_media);
    }

    /// The same invite, after a reconnect.
    pub(super) fn refresh_invite(&mut self, call: CallView, ring_ms_left: u64) {
        let call_id = call.call_id;
        if let Some(leg) = &mut self.current
            && let LegPhase::Called { until } | LegPhase::Accepting { until, .. } = &mut leg.phase
        {
            *until = self.cx.now.plus_ms(ring_ms_left);
        }
        self.adopt_whole(call);
        self.cx.request(Command::Ring { call_id }, Purpose::Ring);
        self.on_current(CallLeg::restart_media);
    }

    /// A call of this device that the application does not know of: the page was reloaded. What was off stays off.
    pub(super) fn restore(&mut self, call: CallView) {
        let phase = match call.state {
            CallState::Ringing => LegPhase::Calling,
            CallState::Active => LegPhase::InCall,
            CallState::Ended => return,
        };
        let me = self.cx.me();
        let own = local_participant(&call, me);
        let joined = own.is_some_and(|own| own.state == ParticipantState::Joined);
        let leg = CallLeg::restored(call, phase, joined, &self.cx);
        self.current = Some(leg);
        self.publish_change();
        self.on_current(CallLeg::open_media);
    }

    /// What leads on from here is merged; a gap asks for the whole call, unless the call has ended; an old one is no news.
    pub(super) fn handle_change(&mut self, call_id: CallId, versions: Versions, delta: CallDelta) {
        let Some(leg) = self.current.as_ref().filter(|leg| leg.is(call_id)) else {
            let event = match self.held.is(call_id) {
                true => self.held.change(versions, delta, &mut self.cx),
                false => self.waiting.change(call_id, versions, delta, &mut self.cx),
            };
            return self.announce(event);
        };
        match versions.to(leg.view.version, &delta) {
            Change::Next => {
                let mut view = leg.view.clone();
                merge(&mut view, versions.version, delta);
                self.adopt(view);
            }
            Change::Gap => self.cx.request_snapshot(call_id),
            Change::Old => {}
        }
    }

    pub(super) fn handle_snapshot_answer(
        &mut self,
        call_id: CallId,
        result: Result<Success, ErrorBody>,
    ) {
        match result {
            Ok(Success::Call { call, .. }) => self.adopt_whole(call),
            Err(error)
                if error.kind == ErrorKind::CallNotFound
                    && (self.is_current(call_id) || self.held.is(call_id)) =>
            {
                self.cx.request_record(call_id);
            }
            _ => {}
        }
    }

    /// The server has forgotten the call, which it does only when it is over: its record says how it ended.
    pub(super) fn handle_record_answer(
        &mut self,
        call_id: CallId,
        result: Result<Success, ErrorBody>,
    ) {
        let record = match result {
            Ok(Success::Record { record }) => Some(record),
            _ => None,
        };
        let me = self.cx.me();
        let summary = record
            .zip(me)
            .and_then(|(record, me)| record.summary_for(me));
        if self.is_current(call_id) {
            match summary {
                Some(summary) => self.end_missing(Some(&summary)),
                None => self.end_leg(EndReason::Server, None),
            }
        } else if self.held.is(call_id) {
            let ended = match summary {
                Some(summary) => self.held.end_missing(&summary, &self.cx),
                None => self.held.end(EndReason::Server, None, &self.cx),
            };
            self.announce(ended);
        }
    }

    /// Takes a whole call, the current one or the one on hold, unless it is older than what is known.
    pub(super) fn adopt_whole(&mut self, call: CallView) {
        let newer = |leg: &CallLeg| leg.is(call.call_id) && leg.view.version <= call.version;
        if self.current.as_ref().is_some_and(newer) {
            self.adopt(call);
        } else {
            let ended = self.held.adopt(call, &self.cx);
            self.announce(ended);
        }
    }

    /// Takes the call as it is now: state first, then the events that say what changed.
    fn adopt(&mut self, view: CallView) {
        // What was not yet dialled cannot have changed.
        let is_dialled = |leg: &&mut CallLeg| !matches!(leg.phase, LegPhase::AwaitingToken { .. });
        let Some(leg) = self.current.as_mut().filter(is_dialled) else {
            return;
        };
        match leg.adopt(view, &mut self.cx) {
            Adopted::Changed(events) => {
                self.sync();
                events.into_iter().for_each(|event| self.cx.emit(event));
            }
            Adopted::Left(reason, by) => self.end_leg(reason, by),
            Adopted::Ended(end, events) => {
                let ended = leg.view.call_id;
                self.conclude(end, events);
                self.cx.audio_mutes.forget(ended);
            }
        }
    }

    pub(super) fn handle_answered_elsewhere(&mut self, call_id: CallId, accepted: bool) {
        let ended = self.waiting.forget(call_id, &mut self.cx);
        self.announce(ended);
        // While this device's accept is under way, its answer decides: first writer wins.
        let rings = |leg: &CallLeg| {
            leg.is(call_id) && leg.state() == State::Called && !leg.waits_for_answer()
        };
        if self.current.as_ref().is_some_and(rings) {
            self.leave_to_other_device(accepted);
        }
    }

    /// Ends the call for the application.
    pub(super) fn end_leg(&mut self, reason: EndReason, by: Option<Accid>) {
        if let Some(leg) = &self.current {
            let end = leg.own_end_view(reason, by, &self.cx);
            self.conclude(end, Vec::new());
        }
    }

    /// Media first, then the state, then the events that say why: those given, and those of the end.
    pub(super) fn conclude(&mut self, end: EndView, mut events: Vec<AppEvent>) {
        let Some(leg) = self.close_leg(error_for(end.reason)) else {
            return;
        };
        self.publish_change();
        events.extend(leg.end_events(end, &self.cx));
        events.into_iter().for_each(|event| self.cx.emit(event));
    }

    /// Closes the current call without a word to the application.
    pub(super) fn close_leg(&mut self, kind: ErrorKind) -> Option<CallLeg> {
        let mut leg = self.current.take()?;
        leg.close(kind, &mut self.cx);
        Some(leg)
    }
}

/// Why an operation fails when its call has ended meanwhile.
fn error_for(reason: EndReason) -> ErrorKind {
    match reason {
        EndReason::Cancelled => ErrorKind::InviteCancelled,
        EndReason::TimedOut | EndReason::Unreachable => ErrorKind::InviteExpired,
        EndReason::LoggedOut => ErrorKind::SignedOut,
        EndReason::TokenRefused => ErrorKind::RoomTokenRefused,
        _ => ErrorKind::CallOver,
    }
}
