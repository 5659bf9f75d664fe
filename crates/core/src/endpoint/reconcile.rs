//! The snapshot that follows each login, in place of any replay of events.

use hullo_protocol::{
    Accid, CallId, CallKind, CallSummary, CallView, EndReason, Message, MessageId,
    ParticipantState as P, Snapshot,
};

use super::hold::is_held_by;
use super::leg::CallLeg;
use super::leg::diff::missed_end;
use super::requests::Purpose;
use super::{AppEvent, Endpoint, State};

impl Endpoint {
    /// Brings the session in line with what the server knows (behaviour R14). What was over here when the login was
    /// under way stays over, and what began meanwhile stays: events may overtake the snapshot, but are newer.
    pub(super) fn reconcile(&mut self, snapshot: Snapshot) {
        let Snapshot {
            mut calls,
            mut invites,
            messages,
            more,
            cursor,
            ended,
            elsewhere,
        } = snapshot;
        self.elsewhere = elsewhere;
        let named = std::mem::take(&mut self.cx.signalling.named);
        let current = self.current.as_ref().map(|leg| leg.view.call_id);
        let over = |call_id: CallId| {
            let is_here = current == Some(call_id) || self.held.is(call_id);
            let has_ended = named.contains(&call_id) && !is_here;
            has_ended || self.cx.requests.is_waiting(&Purpose::Outbox(call_id))
        };
        calls.retain(|call| !over(call.call_id));
        invites.retain(|invite| !over(invite.call.call_id));
        let elsewhere = &self.elsewhere;
        let held = &mut self.held;
        let event = held.reconcile(&named, &mut calls, elsewhere, &ended, &self.cx);
        self.announce(event);
        self.adopt_answered_waiting(&calls);
        self.adopt_joined(&calls);
        let current = self.current.as_ref().map(|leg| leg.view.call_id);
        let rings = |call_id| invites.iter().any(|invite| invite.call.call_id == call_id);
        let event = self.waiting.reconcile(rings, &mut self.cx);
        self.announce(event);
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
                        self.on_current(CallLeg::restart_media);
                    }
                } else if let Some(invite) = invites.into_iter().find(|i| i.call.call_id == call_id)
                {
                    self.refresh_invite(invite.call, invite.ring_ms_left);
                } else if named.contains(&call_id) {
                    self.end_missing(ended.iter().find(|summary| summary.call_id == call_id));
                }
            }
            None => {
                // Of two calls that this device was in before a reload, one is on hold.
                for call in calls {
                    match self.current.is_none() && !is_held_by(self.cx.me(), &call) {
                        true => self.restore_unless_left(call),
                        false => self.held.restore(call, &self.cx),
                    }
                }
            }
        }
        self.joining.reconcile(self.current.as_ref(), &mut self.cx);
        self.unpark();
        self.catch_up(messages, cursor, more);
    }

    /// Takes up the messages since the last time; `more` says that some are left out.
    fn catch_up(&mut self, messages: Vec<Message>, cursor: MessageId, more: bool) {
        for message in messages {
            self.cx.add_message(message);
        }
        self.cx.catch_up(cursor);
        if more {
            self.cx.emit(AppEvent::MessagesSkipped);
        }
    }

    /// The dial or the accept is being repeated; its answer says how things are, unless they are known: the call is over,
    /// or the dial has come through. The offer of media may have been lost with the connection.
    fn reconcile_unanswered(
        &mut self,
        call_id: CallId,
        calls: Vec<CallView>,
        ended: &[CallSummary],
    ) {
        if let Some(summary) = ended.iter().find(|summary| summary.call_id == call_id) {
            return self.end_missing(Some(summary));
        }
        let dials = self.state() == State::Calling;
        if let Some(call) = calls
            .into_iter()
            .find(|call| dials && call.call_id == call_id)
        {
            self.adopt_whole(call);
        }
        self.on_current(CallLeg::restart_media);
    }

    /// A call of this device that is not shown here: the page was reloaded. But while a hang-up is not yet confirmed, it
    /// is the call that was left, perhaps under another name: of a dial that has met the other side's.
    fn restore_unless_left(&mut self, call: CallView) {
        if self.cx.requests.has_unconfirmed_hangup() {
            self.cx.queue_hangup(call.call_id);
        } else {
            self.restore(call);
        }
    }

    /// The server no longer knows the current call for this device: it ended while the device was away, or another has it.
    pub(super) fn end_missing(&mut self, summary: Option<&CallSummary>) {
        let Some(leg) = &self.current else { return };
        let (call_id, rang) = (leg.view.call_id, leg.rings());
        let kind = leg.view.kind;
        let group = kind == CallKind::Group;
        let continued = self.elsewhere.iter().any(|call| call.call_id == call_id);
        let Some(summary) = summary else {
            return match rang {
                true if continued || !group => self.leave_to_other_device(true),
                // A group call that goes on for others: the invite has run out here.
                true => self.end_leg(EndReason::TimedOut, None),
                false if continued => self.handle_continued_elsewhere(call_id),
                false => self.end_leg(EndReason::Lost, None),
            };
        };
        match answer_in(summary, self.cx.me()) {
            // While a hang-up is not yet confirmed, the one who answered is a dial of this device that met the call.
            Answer::Accepted if rang && !self.cx.requests.has_unconfirmed_hangup() => {
                self.leave_to_other_device(true);
            }
            Answer::Rejected if rang => self.leave_to_other_device(false),
            _ => {
                let end = missed_end(summary, kind, self.cx.me());
                self.conclude(end, Vec::new());
                let summary = summary.clone();
                self.cx.emit(AppEvent::EndedWhileAway { summary });
            }
        }
    }
}

/// How an account has answered a call that is over.
enum Answer {
    Accepted,
    Rejected,
    None,
}

fn answer_in(summary: &CallSummary, me: Option<&Accid>) -> Answer {
    // What a summary tells of its caller is how others took part; a group may have called the caller back.
    if Some(&summary.callee) != me {
        return Answer::None;
    }
    match summary.outcome {
        P::Left | P::Lost => Answer::Accepted,
        P::Rejected => Answer::Rejected,
        _ => Answer::None,
    }
}
