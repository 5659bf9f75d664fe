//! What needs no store, and so does not wait for one: it is done beside the batch that is being stored.
//!
//! Such an input changes nothing that is stored, and looks at nothing that the batch under way has changed: whatever becomes
//! of that, what was said beside it stays true. Nothing of it is taken back with the batch.

use hullo_protocol::{Accid, CallId, Command, Request};

use super::calls::Undo;
use super::{Hub, Input, Known, MediaEvent, Output, SessionId};
use crate::Time;

/// What a rollback of the batch under way needs, while something is done beside it.
struct SetAside {
    calls: Undo,
    irrevocable: Vec<Output>,
    refusing: super::sessions::Refusing,
}

impl Hub {
    /// Handles an input that needs no store; returns what to do at once. `None` when it has to wait for its batch, as if it
    /// had not been tried.
    pub(super) fn handle_beside(&mut self, input: &Input, now: Time) -> Option<Vec<Output>> {
        if !self.may_go_beside(input, now) {
            return None;
        }
        debug_assert!(self.out.is_empty());
        let now = now.max(self.now);
        self.now = now;
        let under_way = SetAside {
            calls: self.calls.set_undo_aside(),
            irrevocable: std::mem::take(&mut self.irrevocable),
            refusing: self.sessions.set_refusing_aside(),
        };
        self.dispatch(input.clone(), now);
        let outputs = std::mem::take(&mut self.out);
        let writes = outputs
            .iter()
            .any(|output| matches!(output, Output::Write(_)));
        let gone = match writes {
            // Only an offer comes here, which replaces a connection; sessions it does not touch.
            true => self.calls.rollback().1,
            false => self.calls.commit(),
        };
        for peer in gone {
            self.peer_health.remove(&peer);
        }
        if let Input::Connected { session, .. } = input {
            self.sessions.note_welcomed(*session);
        }
        self.calls.take_undo(under_way.calls);
        self.irrevocable = under_way.irrevocable;
        self.sessions.take_refusing(under_way.refusing);
        (!writes).then_some(outputs)
    }

    /// When something is to be told that no batch has told yet.
    pub(super) fn news_due(&self) -> Option<Time> {
        let due = [self.calls.first_news(), self.presence.tick()];
        let due = due.into_iter().flatten().min()?;
        Some(self.retry_at.map_or(due, |retry_at| due.max(retry_at)))
    }

    /// The account that an input is of, as far as it is known.
    pub(super) fn account_of(&self, input: &Input) -> Option<Accid> {
        match input {
            Input::Connected { accid, .. }
            | Input::SignOut { accid }
            | Input::Profile { accid, .. } => Some(accid.clone()),
            Input::Request { session, .. } | Input::Disconnected { session } => {
                let session = self.sessions.find(*session)?;
                Some(session.accid.clone())
            }
            Input::Media { .. } | Input::Policies { .. } | Input::Timeout => None,
        }
    }

    /// Whether an input may be tried without a store. Exhaustive: a new one does not compile until it is decided here.
    fn may_go_beside(&self, input: &Input, now: Time) -> bool {
        match input {
            Input::Connected { accid, calls, .. } => {
                self.is_uninvolved(accid)
                    && calls.iter().all(|call_id| self.is_at_rest(*call_id, now))
            }
            Input::Disconnected { session } => match self.sessions.find(*session) {
                Some(session) => self.is_uninvolved(&session.accid),
                None => true,
            },
            Input::SignOut { accid } | Input::Profile { accid, .. } => self.is_uninvolved(accid),
            Input::Request {
                session,
                request,
                known,
            } => self.is_welcomed(*session) && self.may_ask_beside(request, known, now),
            Input::Media { call_id, event } => {
                is_only_told(event) && self.to_replay.is_empty() && self.is_at_rest(*call_id, now)
            }
            Input::Policies { .. } => true,
            Input::Timeout => false,
        }
    }

    fn may_ask_beside(&self, request: &Request, known: &Known, now: Time) -> bool {
        match &request.command {
            // What is not for the hub is refused; that a session is signed in already as well.
            Command::Ping
            | Command::WatchPresence { .. }
            | Command::Login(_)
            | Command::Renew { .. }
            | Command::ListMessages { .. }
            | Command::CallRecord { .. }
            | Command::ListCalls { .. }
            | Command::MarkCallsRead { .. } => true,
            // Refused, or answered as it was before.
            Command::StartCall(dial) => {
                known.limited.is_some() && self.is_at_rest(dial.call_id, now)
            }
            Command::Query { call_id, group_id } => {
                let named = call_id.is_none_or(|call_id| self.is_at_rest(call_id, now));
                let group = group_id.as_deref();
                named && group.is_none_or(|group_id| self.is_group_at_rest(group_id, now))
            }
            Command::CallSnapshot { call_id }
            | Command::OfferMedia { call_id, .. }
            | Command::Subscribe { call_id, .. }
            | Command::ReportFirstFrame { call_id, .. } => self.is_at_rest(*call_id, now),
            Command::Logout
            | Command::Invite(_)
            | Command::Ring { .. }
            | Command::Closing { .. }
            | Command::Accept { .. }
            | Command::Reject { .. }
            | Command::Cancel { .. }
            | Command::Hangup { .. }
            | Command::End { .. }
            | Command::Join { .. }
            | Command::Continue { .. }
            | Command::Hold { .. }
            | Command::Switch { .. }
            | Command::AnswerSwitch { .. }
            | Command::SetMedia { .. } => false,
        }
    }

    /// Whether a session's welcome is not still to come. One that is not there is dropped, whatever it asks.
    fn is_welcomed(&self, session: SessionId) -> bool {
        !self.sessions.is_arriving(session)
    }

    /// Whether the batch under way has left this call alone, and nothing of it is due or to be looked at again.
    fn is_at_rest(&self, call_id: CallId, now: Time) -> bool {
        let call_id = self
            .calls
            .resolve(call_id)
            .map_or(call_id, |call| call.call_id);
        !self.calls.is_provisional(call_id)
            && !self.stale_calls.contains(&call_id)
            && !self.calls.is_due(call_id, now)
    }

    fn is_group_at_rest(&self, group_id: &str, now: Time) -> bool {
        let mut calls = self.calls.of_group(group_id);
        calls.all(|call| self.is_at_rest(call.call_id, now))
            && !self.calls.is_provisional_where(|call| {
                let terms = call.group.as_ref();
                terms.is_some_and(|terms| terms.group_id.as_deref() == Some(group_id))
            })
    }

    /// Whether an account has to do with no call that is not over, nor with one that the batch under way has changed.
    fn is_uninvolved(&self, accid: &Accid) -> bool {
        self.calls.of_account(accid).next().is_none()
            && !self
                .calls
                .is_provisional_where(|call| call.participant(accid).is_some())
    }
}

/// What the media plane reports that changes no call.
fn is_only_told(event: &MediaEvent) -> bool {
    match event {
        MediaEvent::Slots(..) | MediaEvent::Quality(_) | MediaEvent::Speakers(_) => true,
        MediaEvent::Connected(_)
        | MediaEvent::Lost(_)
        | MediaEvent::Recovered(_)
        | MediaEvent::Failed(_) => false,
    }
}
