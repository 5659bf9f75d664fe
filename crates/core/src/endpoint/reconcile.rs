//! The snapshot that follows each login, in place of any replay of events.

use hullo_protocol::{
    CallId, CallKind, CallRecord, CallView, Command, EndReason, ParticipantState as P, Snapshot,
};

use super::leg::{CallLeg, local_participant};
use super::requests::Purpose;
use super::{AppEvent, Endpoint, State};

impl Endpoint {
    /// Brings the session in line with what the server knows (behaviour R14). What was over here when the login was
    /// under way stays over, and what began meanwhile stays: news may overtake the snapshot, but are younger.
    pub(super) fn reconcile(&mut self, snapshot: Snapshot) {
        let Snapshot {
            mut calls,
            mut invites,
            messages,
            ended,
            elsewhere,
        } = snapshot;
        self.elsewhere = elsewhere;
        let named = std::mem::take(&mut self.signalling.named);
        let current = self.current.as_ref().map(|leg| leg.view.call_id);
        let over = |call_id: CallId| {
            let is_here = current == Some(call_id) || self.is_held(call_id);
            let has_ended = named.contains(&call_id) && !is_here;
            has_ended || self.requests.is_waiting(&Purpose::Outbox(call_id))
        };
        calls.retain(|call| !over(call.call_id));
        invites.retain(|invite| !over(invite.call.call_id));
        self.reconcile_held(&named, &mut calls, &ended);
        self.adopt_answered_waiting(&calls);
        self.adopt_joined(&calls);
        let current = self.current.as_ref().map(|leg| leg.view.call_id);
        let rings = |call_id| invites.iter().any(|invite| invite.call.call_id == call_id);
        self.reconcile_waiting(rings);
        let other = invites
            .iter()
            .find(|invite| Some(invite.call.call_id) != current);
        if let Some(other) = other {
            self.queue_invite(other.call.clone(), other.ring_ms_left);
        }
        match self.current.as_ref() {
            Some(leg) if leg.waits_for_answer() => {
                self.reconcile_unanswered(leg.view.call_id, calls, &ended);
            }
            Some(leg) => {
                let call_id = leg.view.call_id;
                if calls.iter().any(|call| call.call_id == call_id) {
                    calls.into_iter().for_each(|call| self.adopt_whole(call));
                    // The connection of a call that has just begun is not yet offered.
                    if named.contains(&call_id) {
                        self.restart_media();
                    }
                } else if let Some(invite) = invites.into_iter().find(|i| i.call.call_id == call_id)
                {
                    self.refresh_invite(invite.call, invite.ring_ms_left);
                } else if named.contains(&call_id) {
                    self.end_missing(ended.iter().find(|record| record.call_id == call_id));
                }
            }
            None => {
                // Of two calls that this device was in before a reload, one is on hold.
                for call in calls {
                    match self.current.is_none() && !self.holds(&call) {
                        true => self.resume_unless_left(call),
                        false => self.resume_held_from(call),
                    }
                }
            }
        }
        self.reconcile_join();
        self.unpark();
        for message in messages {
            self.add_message(message);
        }
    }

    /// The dial or the accept is being repeated; its answer says how things are, unless they are known: the call is over,
    /// or the dial has come through. The offer of media may have been lost with the connection.
    fn reconcile_unanswered(
        &mut self,
        call_id: CallId,
        calls: Vec<CallView>,
        ended: &[CallRecord],
    ) {
        if let Some(record) = ended.iter().find(|record| record.call_id == call_id) {
            return self.end_missing(Some(record));
        }
        let dials = self.state() == State::Calling;
        if let Some(call) = calls
            .into_iter()
            .find(|call| dials && call.call_id == call_id)
        {
            self.adopt_whole(call);
        }
        self.restart_media();
    }

    /// A call of this device that is not shown here: the page was reloaded. But while a hang-up is still to be said, it is
    /// the call that was left, be it under another name: of a dial that has met the other side's.
    fn resume_unless_left(&mut self, call: CallView) {
        let call_id = call.call_id;
        if !self.requests.has_unsent_hangup() {
            self.resume(call);
        } else {
            self.request(Command::Hangup { call_id }, Purpose::Outbox(call_id));
        }
    }

    /// Whether this account has the call on hold.
    fn holds(&self, call: &CallView) -> bool {
        local_participant(call, self.signalling.accid()).is_some_and(|own| own.held)
    }

    /// The server no longer knows the call for this device: it ended while the device was away, or another has it.
    fn end_missing(&mut self, record: Option<&CallRecord>) {
        let Some(call_id) = self.current.as_ref().map(|leg| leg.view.call_id) else {
            return;
        };
        let continued = self.elsewhere.iter().any(|call| call.call_id == call_id);
        let rang = self.current.as_ref().is_some_and(CallLeg::rings);
        let me = self.signalling.accid();
        let outcome = record.into_iter().flat_map(|record| &record.outcomes);
        let outcome = outcome
            .filter(|outcome| Some(&outcome.accid) == me)
            .map(|outcome| outcome.state)
            .next();
        let group = self
            .current
            .as_ref()
            .is_some_and(|leg| leg.view.kind == CallKind::Group);
        // A record without outcomes is of a server that has no groups. None has one of its caller, whom a group may call back.
        let (answered, rejected) = match (outcome, record) {
            (Some(outcome), _) => (matches!(outcome, P::Left | P::Lost), outcome == P::Rejected),
            (None, Some(record)) if record.kind == CallKind::OneToOne => (
                record.accepted_at_ms.is_some(),
                matches!(record.reason, EndReason::Rejected | EndReason::TokenRefused)
                    && record.ended_by.as_ref() == me,
            ),
            (None, _) => (false, false),
        };
        match record.cloned() {
            None if rang && (continued || !group) => self.leave_to_other_device(true),
            // A group call that goes on for others: the invite has run out here.
            None if rang => self.end_leg(EndReason::TimedOut, None, Vec::new()),
            None if continued => self.handle_continued_elsewhere(call_id),
            None => self.end_leg(EndReason::Lost, None, Vec::new()),
            // While a hang-up is still to be said, the one who answered is a dial of this device that met the call.
            Some(_) if rang && answered && !self.requests.has_unsent_hangup() => {
                self.leave_to_other_device(true);
            }
            Some(_) if rang && rejected => self.leave_to_other_device(false),
            Some(record) => {
                self.end_leg(
                    record.reason,
                    record.ended_by.clone(),
                    record.durations.clone(),
                );
                self.emit(AppEvent::EndedWhileAway { record });
            }
        }
    }
}
