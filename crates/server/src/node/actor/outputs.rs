//! What the hub wants done is done: answers and events go to sessions, commands to the media plane.

use axum::extract::ws::Utf8Bytes;
use hullo_core::hub::{Output, RoomCommand, SessionId, Unanswered};
use hullo_protocol::{CallId, ErrorKind, Event, Reply, SessionClosed};

use super::Actor;
use crate::node::session_queue::{Outgoing, Welcome};

impl Actor {
    pub(super) fn carry_out(&mut self, output: Output) {
        match output {
            // Taken out of the batch when it was made.
            Output::Write(_) => {}
            Output::Welcome {
                session,
                re,
                snapshot,
                ended,
            } => {
                let welcome = Welcome {
                    re,
                    snapshot,
                    ended,
                    before: self.next_message,
                };
                let welcome = Outgoing::Welcome(Box::new(welcome));
                self.sessions.send(session, welcome);
            }
            Output::Reply { session, reply } => {
                self.sessions
                    .send(session, Outgoing::Reply(Box::new(reply)));
            }
            Output::Notify { sessions, event } => self.notify(&sessions, &event),
            Output::Close { session, reason } => {
                self.sessions.send(session, Outgoing::Close(reason));
                self.sessions.remove(session);
            }
            Output::Room { call_id, command } => self.command_room(call_id, command),
        }
    }

    /// Answers a request that nothing came of, because it could not be stored.
    pub(super) fn refuse(&self, unanswered: &Unanswered) {
        let Unanswered { session, re, login } = *unanswered;
        let reply = Reply::new(re, Err(ErrorKind::StorageUnavailable.into()));
        self.sessions
            .send(session, Outgoing::Reply(Box::new(reply)));
        if login {
            // Its end comes back as `SessionInput::Disconnected`.
            self.sessions.send(session, Outgoing::End);
        }
    }

    /// Encodes an event once for all who get it.
    fn notify(&self, sessions: &[SessionId], event: &Event) {
        match serde_json::to_string(event) {
            Ok(text) => {
                let text = Utf8Bytes::from(text);
                for session in sessions {
                    self.sessions.send(*session, Outgoing::Frame(text.clone()));
                }
            }
            Err(error) => tracing::error!(%error, "an event cannot be written as JSON"),
        }
    }

    /// The media thread learns of a room by its first offer: it is not woken for calls that have none.
    fn command_room(&mut self, call_id: CallId, command: RoomCommand) {
        let asker = match &command {
            RoomCommand::Open => return,
            RoomCommand::Negotiate { uid, session, .. } => {
                let Some(to) = self.sessions.find(*session) else {
                    return;
                };
                if !self.uids.contains_key(&call_id) {
                    self.media.command(call_id, RoomCommand::Open, None);
                }
                let uids = self.uids.entry(call_id).or_default();
                uids.insert(*uid, to.accid.clone());
                Some(to.handle.clone())
            }
            RoomCommand::Close if self.uids.remove(&call_id).is_some() => None,
            RoomCommand::Admit(_)
            | RoomCommand::Subscribe { .. }
            | RoomCommand::Share(_)
            | RoomCommand::Hold { .. }
            | RoomCommand::Remove(_)
                if self.uids.contains_key(&call_id) =>
            {
                None
            }
            RoomCommand::Close
            | RoomCommand::Admit(_)
            | RoomCommand::Subscribe { .. }
            | RoomCommand::Share(_)
            | RoomCommand::Hold { .. }
            | RoomCommand::Remove(_) => return,
        };
        self.media.command(call_id, command, asker);
    }

    /// Ends every session: the server stops.
    pub(super) fn close_sessions(&mut self) {
        for session in self.sessions.all() {
            let reason = SessionClosed::ShuttingDown;
            session.handle.send(Outgoing::Close(reason));
        }
    }
}
