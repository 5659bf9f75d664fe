//! How a call changes: the rule is applied, the outcome stored, those concerned are told, the room follows.

use std::sync::Arc;

use hullo_protocol::{CallId, CallState, Event, MessageId};

use super::room::Peer;
use super::{Hub, Output, RoomCommand, SessionId, Write};
use crate::Time;
use crate::call::{Call, Connectivity, Participant, SwitchRefusal};

impl Hub {
    /// Applies `rule` to a call, and publishes what it has changed to all concerned but the sessions `skip`, which learn
    /// it otherwise. `None` when there is no such call.
    pub(super) fn change<R>(
        &mut self,
        call_id: CallId,
        skip: &[SessionId],
        rule: impl FnOnce(&mut Call) -> R,
    ) -> Option<R> {
        let before = self.calls.entry(call_id)?.call.clone();
        let mut after = Call::clone(&before);
        let result = rule(&mut after);
        if after != *before {
            self.publish(&before, after, skip);
        }
        Some(result)
    }

    fn publish(&mut self, before: &Arc<Call>, mut after: Call, skip: &[SessionId]) {
        let call_id = after.call_id;
        let touched = after.touched_since(before);
        if !touched.is_empty() {
            after.version = after.version.saturating_add(1);
        }
        let room_was_open = self.calls.room(call_id).is_some_and(|room| room.open);
        let ends = after.is_ended() && !before.is_ended();
        let after = Arc::new(after);
        self.calls.put_call(after.clone());
        if !after.is_ended() {
            self.out.push(Output::Write(Write::Call(after.clone())));
        }
        let messages = if ends {
            self.store_end(&after)
        } else {
            Vec::new()
        };
        // A refusal is remembered with the call as well, and brings nothing of it to anyone.
        for session in skip.iter().filter(|_| !touched.is_empty()) {
            self.note_version(call_id, *session, after.version);
        }
        if ends {
            self.publish_end(before, &after);
        } else if !touched.is_empty() {
            self.collect_news(before, &after, &touched);
        }
        for index in touched.participants() {
            self.notify_location(Some(before), &after, index);
        }
        for (sessions, event) in messages {
            self.notify_all(sessions, event);
        }
        if ends && room_was_open {
            self.command_room(call_id, RoomCommand::Close);
        }
    }

    /// Stores a call that has just been made, and its end if it is over already.
    pub(super) fn publish_new(&mut self, call: &Arc<Call>) {
        self.calls.put_call(call.clone());
        if call.is_ended() {
            for (sessions, event) in self.store_end(call) {
                self.notify_all(sessions, event);
            }
        } else {
            self.out.push(Output::Write(Write::Call(call.clone())));
        }
        // The caller's other devices; nobody else is in it yet.
        self.notify_location(None, call, 0);
    }

    /// Stores the end of a call, its one record and its messages; returns the events that bring the messages.
    fn store_end(&mut self, call: &Arc<Call>) -> Vec<(Vec<SessionId>, Event)> {
        // A call that has ended has a record: `finish` sets all that it is made of.
        let Some(record) = call.record() else {
            debug_assert!(false, "an ended call without a record");
            return Vec::new();
        };
        let messages = call.messages(&record, self.next_message);
        let count = messages.len() as u64;
        self.next_message = MessageId(self.next_message.0.saturating_add(count));
        let mut events = Vec::new();
        for message in &messages {
            let mut sessions = self.sessions.of_account(&message.from);
            sessions.extend(self.sessions.of_account(&message.to));
            let message = message.clone();
            events.push((sessions, Event::MessageAdded { message }));
        }
        self.out.push(Output::Write(Write::End {
            call: call.clone(),
            record: Box::new(record),
            messages,
        }));
        events
    }

    /// Tells who asked for a switch that it did not come about.
    pub(super) fn notify_switch_refused(
        &mut self,
        call_id: CallId,
        refusal: Option<SwitchRefusal>,
    ) {
        let Some(SwitchRefusal { asker, media }) = refusal else {
            return;
        };
        let session = self
            .calls
            .find(call_id)
            .and_then(|call| call.participant(&asker))
            .and_then(|own| self.session_in_call(own));
        if let Some(session) = session {
            self.publish_to(call_id, session);
            self.notify(session, Event::SwitchRefused { call_id, media });
        }
    }

    /// Brings a call in line with which devices are connected and whose media is, and its room with the call.
    pub(super) fn refresh_call(&mut self, call_id: CallId, skip: &[SessionId], now: Time) {
        let connectivity = self.connectivity(call_id);
        self.change(call_id, skip, |call| {
            call.apply_connectivity(now, &connectivity);
        });
        self.sync_room(call_id);
    }

    /// How the devices of those who are in the call are doing, by their places in it; of the others it does not matter.
    fn connectivity(&self, call_id: CallId) -> Vec<Connectivity> {
        let Some((call, room)) = self.calls.find(call_id).zip(self.calls.room(call_id)) else {
            return Vec::new();
        };
        let mut devices: Vec<Connectivity> = call
            .participants
            .iter()
            .map(|own| Connectivity {
                signalling: own.state.is_in_call() && self.session_in_call(own).is_some(),
                media: false,
            })
            .collect();
        for (id, peer) in &room.peers {
            let health = self.peer_health.get(id);
            let own = call.place_of(peer.uid);
            if let Some((index, own)) = own
                && own.device.as_ref() == Some(&peer.device)
            {
                devices[index].media = health.is_some_and(|health| health.is_live());
            }
        }
        devices
    }

    /// Lets media flow for those who are in the active call, closes the connections of devices that cannot be any more, and
    /// shows the screen that is shared.
    pub(super) fn sync_room(&mut self, call_id: CallId) {
        let Some((call, room)) = self.calls.find(call_id).zip(self.calls.room(call_id)) else {
            return;
        };
        let mut commands = Vec::new();
        let mut changed = Vec::new();
        for (id, peer) in &room.peers {
            let Some((_, own)) = call.place_of(peer.uid) else {
                continue;
            };
            let in_call = own.is_in_call_on(&peer.device);
            if !in_call && !own.state.is_pending() {
                changed.push((*id, None));
                commands.push(RoomCommand::Remove(*id));
                continue;
            }
            let admitted = in_call && call.state == CallState::Active;
            let held = in_call && own.held;
            if admitted && !peer.admitted {
                commands.push(RoomCommand::Admit(*id));
            }
            if held != peer.held {
                commands.push(RoomCommand::Hold { peer: *id, held });
            }
            if admitted && !peer.admitted || held != peer.held {
                let admitted = admitted || peer.admitted;
                let synced = Peer {
                    admitted,
                    held,
                    ..peer.clone()
                };
                changed.push((*id, Some(synced)));
            }
        }
        // The media plane has no room before its first peer.
        let sharer = call.sharer().filter(|_| !room.peers.is_empty());
        if sharer != room.sharer {
            commands.push(RoomCommand::Share(sharer));
        }
        if sharer != room.sharer || !changed.is_empty() {
            let mut synced = room.clone();
            synced.sharer = sharer;
            for (id, peer) in changed {
                match peer {
                    Some(peer) => synced.peers.insert(id, peer),
                    None => synced.peers.remove(&id),
                };
            }
            self.calls.put_room(call_id, synced);
        }
        for command in commands {
            self.command_room(call_id, command);
        }
    }

    /// The session of the device with which a participant is, or was, in the call.
    pub(super) fn session_in_call(&self, own: &Participant) -> Option<SessionId> {
        let device = own.device.as_ref()?;
        self.sessions.of_device(&own.accid, device)
    }

    pub(super) fn command_room(&mut self, call_id: CallId, command: RoomCommand) {
        self.out.push(Output::Room { call_id, command });
    }

    pub(super) fn notify(&mut self, session: SessionId, event: Event) {
        self.notify_all(vec![session], event);
    }

    /// Tells these sessions the same.
    pub(super) fn notify_all(&mut self, mut sessions: Vec<SessionId>, event: Event) {
        sessions.retain(|session| self.sessions.is_reachable(*session));
        if !sessions.is_empty() {
            self.out.push(Output::Notify { sessions, event });
        }
    }

    /// Emits something that holds whether or not the batch can be stored.
    pub(super) fn emit_irrevocable(&mut self, output: Output) {
        self.irrevocable.push(output.clone());
        self.out.push(output);
    }
}
