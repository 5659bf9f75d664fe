//! How a call changes: the rule is applied, the outcome stored, those concerned are told, the room follows.

use std::collections::BTreeMap;

use hullo_protocol::{Accid, CallDelta, CallId, CallState, Event, MessageId, ParticipantState};

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
        let before = self.calls.find(call_id)?.clone();
        let mut after = before.clone();
        let result = rule(&mut after);
        if after != before {
            self.publish(&before, after, skip);
        }
        Some(result)
    }

    fn publish(&mut self, before: &Call, mut after: Call, skip: &[SessionId]) {
        let delta = after.delta(before);
        if delta.is_some() {
            after.version = after.version.saturating_add(1);
        }
        let room_was_open = self.calls.room(after.call_id).is_some_and(|room| room.open);
        let ends = after.is_ended() && !before.is_ended();
        self.calls.put_call(after.clone());
        if !after.is_ended() {
            self.out
                .push(Output::Write(Write::Call(Box::new(after.clone()))));
        }
        let messages = if ends {
            self.store_end(&after)
        } else {
            Vec::new()
        };
        if let Some(delta) = delta {
            self.notify_change(before, &after, &delta, skip);
        }
        self.notify_locations(Some(before), &after, skip);
        for (sessions, event) in messages {
            self.notify_all(sessions, event);
        }
        if ends && room_was_open {
            self.command_room(after.call_id, RoomCommand::Close);
        }
    }

    /// Stores a call that has just been made, and its end if it is over already.
    pub(super) fn publish_new(&mut self, call: &Call) {
        self.calls.put_call(call.clone());
        if call.is_ended() {
            for (sessions, event) in self.store_end(call) {
                self.notify_all(sessions, event);
            }
        } else {
            self.out
                .push(Output::Write(Write::Call(Box::new(call.clone()))));
        }
        self.notify_locations(None, call, &[]);
    }

    /// Stores the end of a call, its one record and its messages; returns the events that bring the messages.
    fn store_end(&mut self, call: &Call) -> Vec<(Vec<SessionId>, Event)> {
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
            call: Box::new(call.clone()),
            record: Box::new(record),
            messages,
        }));
        events
    }

    /// Tells the devices that are in the call and those that ring for it. Where one device has answered, the others of
    /// its account only learn that.
    fn notify_change(
        &mut self,
        before: &Call,
        after: &Call,
        delta: &CallDelta,
        skip: &[SessionId],
    ) {
        for own in &after.participants {
            let was = before.participant(&own.accid).map(|was| was.state);
            let event = Event::CallChanged {
                call_id: after.call_id,
                version: after.version,
                delta: after.delta_for(&own.accid, delta),
            };
            let sessions = if was.is_some_and(ParticipantState::is_pending) {
                self.notify_answered_elsewhere(after.call_id, own);
                match &own.device {
                    None => self.sessions.of_account(&own.accid),
                    Some(device) => self
                        .sessions
                        .of_device(&own.accid, device)
                        .into_iter()
                        .collect(),
                }
            } else if was.is_some_and(ParticipantState::is_in_call) {
                self.session_in_call(own).into_iter().collect()
            } else {
                Vec::new()
            };
            for session in sessions.into_iter().filter(|id| !skip.contains(id)) {
                self.notify(session, event.clone());
            }
        }
    }

    /// Tells the other devices of an account that one of them has answered, if one has.
    fn notify_answered_elsewhere(&mut self, call_id: CallId, own: &Participant) {
        let Some(device) = &own.device else {
            return;
        };
        let answering = self.sessions.of_device(&own.accid, device);
        for session in self.sessions.of_account(&own.accid) {
            if Some(session) == answering {
                continue;
            }
            let event = if own.state == ParticipantState::Rejected {
                Event::InviteRejectedElsewhere { call_id }
            } else {
                Event::InviteAcceptedElsewhere { call_id }
            };
            self.notify(session, event);
        }
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
            self.notify(session, Event::SwitchRefused { call_id, media });
        }
    }

    /// Brings a call in line with which devices are connected and whose media is, and its room with the call.
    pub(super) fn refresh_call(&mut self, call_id: CallId, skip: &[SessionId], now: Time) {
        let connectivity = self.connectivity(call_id);
        self.change(call_id, skip, |call| {
            call.apply_connectivity(now, |participant| {
                let known = connectivity.get(&participant.accid).copied();
                known.unwrap_or(Connectivity {
                    signalling: false,
                    media: false,
                })
            });
        });
        self.sync_room(call_id);
    }

    fn connectivity(&self, call_id: CallId) -> BTreeMap<Accid, Connectivity> {
        let Some((call, room)) = self.calls.find(call_id).zip(self.calls.room(call_id)) else {
            return BTreeMap::new();
        };
        let in_call = call.participants.iter().filter(|p| p.state.is_in_call());
        in_call
            .map(|own| {
                let peer = own
                    .device
                    .as_ref()
                    .and_then(|device| room.peer_of(own.uid, device));
                let health = peer.and_then(|(id, _)| self.peer_health.get(&id));
                let connectivity = Connectivity {
                    signalling: self.session_in_call(own).is_some(),
                    media: health.is_some_and(|health| health.is_live()),
                };
                (own.accid.clone(), connectivity)
            })
            .collect()
    }

    /// Lets media flow for those who are in the active call, and closes the connections of devices that cannot be any more.
    pub(super) fn sync_room(&mut self, call_id: CallId) {
        let Some((call, room)) = self.calls.find(call_id).zip(self.calls.room(call_id)) else {
            return;
        };
        let mut synced = room.clone();
        let mut commands = Vec::new();
        for (id, peer) in &room.peers {
            let Some(own) = call.participants.iter().find(|p| p.uid == peer.uid) else {
                continue;
            };
            let in_call = own.is_in_call_on(&peer.device);
            if !in_call && !own.state.is_pending() {
                synced.peers.remove(id);
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
            if let Some(peer) = synced.peers.get_mut(id) {
                peer.admitted |= admitted;
                peer.held = held;
            }
        }
        if !commands.is_empty() {
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
