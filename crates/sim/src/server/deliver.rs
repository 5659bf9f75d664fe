//! What the process delivers to its sessions once a batch is stored.

use hullo_core::hub::{Output, RoomCommand, SessionId};
use hullo_protocol::{CallId, ErrorKind, Event, MessageId, Reply, Success};

use super::{ConnectedSession, Process, ServerOutput, Sink, Welcome, json, send};
use crate::observation::{Delivery, Observation};
use crate::store::Store;

impl Process {
    /// The answer to a login, with what the shell adds from the store.
    pub(super) fn welcome(
        &mut self,
        welcome: Welcome,
        store: &Store,
        outputs: &mut Vec<ServerOutput>,
        sink: Sink<'_>,
    ) {
        let Some(to) = self.sessions.get(&welcome.session) else {
            return;
        };
        let mut snapshot = welcome.snapshot;
        snapshot.cursor = MessageId(store.next_message().0 - 1);
        if let Some(cursor) = to.cursor {
            (snapshot.messages, snapshot.more) = store.messages_since(&to.accid, cursor);
        }
        snapshot.ended = welcome
            .ended
            .iter()
            .filter_map(|call_id| store.record(*call_id)?.summary_for(&to.accid))
            .collect();
        delivered(sink, welcome.session, to, Delivery::Welcome(&snapshot));
        let logged_in = Success::LoggedIn {
            accid: to.accid.clone(),
            name: None,
            avatar: None,
            secure: self.secure,
            token_expires_in_ms: to.token_life_ms,
            snapshot,
        };
        outputs.push(send(
            to.socket,
            &Reply::new(welcome.re, Ok(logged_in)),
            false,
        ));
    }

    pub(super) fn carry_out(
        &mut self,
        output: Output,
        store: &Store,
        outputs: &mut Vec<ServerOutput>,
        sink: Sink<'_>,
    ) {
        match output {
            // Writes were taken out of the batch when it was handled.
            Output::Write(_) => {}
            Output::Welcome {
                session,
                re,
                snapshot,
                ended,
            } => {
                let welcome = Welcome {
                    session,
                    re,
                    snapshot,
                    ended,
                };
                self.welcome(welcome, store, outputs, sink);
            }
            Output::Reply { session, reply } => {
                if let Some(to) = self.sessions.get(&session) {
                    delivered(sink, session, to, Delivery::Reply(&reply));
                    outputs.push(send(to.socket, &reply, false));
                }
            }
            Output::Notify { sessions, event } => {
                for session in sessions {
                    if let Some(to) = self.sessions.get(&session) {
                        delivered(sink, session, to, Delivery::Event(&event));
                        outputs.push(send(to.socket, &event, true));
                    }
                }
            }
            Output::Close { session, reason } => {
                if let Some(gone) = self.sessions.remove(&session) {
                    self.by_socket.remove(&gone.socket);
                    // In line with the answers, so that nothing overtakes it.
                    outputs.push(send(gone.socket, &Event::SessionClosed { reason }, false));
                    outputs.push(ServerOutput::Close {
                        socket: gone.socket,
                    });
                }
            }
            Output::Room { call_id, command } => self.command_room(call_id, command, outputs, sink),
        }
    }

    /// Has the media plane carry out a command; the answer to an offer goes to who made it.
    fn command_room(
        &mut self,
        call_id: CallId,
        command: RoomCommand,
        outputs: &mut Vec<ServerOutput>,
        sink: Sink<'_>,
    ) {
        sink(&Observation::Commanded {
            call_id,
            command: &command,
        });
        let is_offer = matches!(command, RoomCommand::Negotiate { .. });
        let answer = match is_offer && self.media_plane.is_busy() {
            true => Err(ErrorKind::MediaBusy),
            false => self
                .media_plane
                .command(call_id, &command)
                .ok_or(ErrorKind::BadSdp),
        };
        if let RoomCommand::Negotiate { session, re, .. } = command
            && let Some(to) = self.sessions.get(&session)
        {
            let result = answer
                .map(|sdp| Success::Answer { sdp })
                .map_err(Into::into);
            let text = json(&Reply::new(re, result));
            outputs.push(ServerOutput::Answer {
                socket: to.socket,
                text,
            });
        }
    }
}

fn delivered(sink: Sink<'_>, session: SessionId, to: &ConnectedSession, delivery: Delivery<'_>) {
    sink(&Observation::Delivered {
        session,
        accid: &to.accid,
        delivery,
    });
}
