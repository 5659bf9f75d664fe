//! Offers of media, and what the media plane reports.

use hullo_protocol::{
    CallId, DeviceState, ErrorBody, ErrorKind, Event, PARTICIPANTS_MAX, SDP_BYTES_MAX, Slot,
    Success, Uid,
};

use super::request::Asker;
use super::room::{Peer, PeerHealth};
use super::sdp::Identity;
use super::{Hub, MediaEvent, Output, PeerId, RoomCommand, SessionId};
use crate::Time;
use crate::call::{Call, not_found};

impl Hub {
    /// An offer of a device that rings or is in the call. One of the same connection as before is a renegotiation; one of
    /// another connection, or after the last one failed, makes a new peer in its place.
    pub(super) fn handle_offer(&mut self, asker: &Asker, call_id: CallId, sdp: String, now: Time) {
        if let Err(error) = self.negotiate(asker, call_id, sdp, now) {
            self.reply(asker, Err(error));
        }
    }

    fn negotiate(
        &mut self,
        asker: &Asker,
        call_id: CallId,
        sdp: String,
        now: Time,
    ) -> Result<(), ErrorBody> {
        if sdp.len() > SDP_BYTES_MAX {
            return Err(ErrorBody::new(
                ErrorKind::TooLarge,
                format!("an offer of {} bytes; at most {SDP_BYTES_MAX}", sdp.len()),
            ));
        }
        let call = self
            .calls
            .resolve(call_id)
            .ok_or_else(|| not_found(call_id))?;
        let call_id = call.call_id;
        let uid = call.may_offer(&asker.accid, &asker.device)?;
        let identity = Identity::read(&sdp).ok_or_else(|| {
            ErrorBody::new(
                ErrorKind::BadSdp,
                "the offer has no origin (o=) or no fingerprint (a=fingerprint)",
            )
        })?;
        let mut room = self.calls.room(call_id).cloned().unwrap_or_default();
        if !room.open {
            room.open = true;
            self.command_room(call_id, RoomCommand::Open);
        }
        let known = room
            .peer_of(uid, &asker.device)
            .map(|(id, peer)| (id, peer.identity == identity && !self.has_failed(id)));
        let peer = match known {
            Some((id, true)) => id,
            _ => {
                if let Some((old, _)) = known {
                    room.peers.remove(&old);
                    self.command_room(call_id, RoomCommand::Remove(old));
                }
                let id = PeerId(self.next_peer);
                self.next_peer += 1;
                let peer = Peer {
                    uid,
                    device: asker.device.clone(),
                    identity,
                    admitted: false,
                    held: false,
                };
                room.peers.insert(id, peer);
                id
            }
        };
        self.calls.put_room(call_id, room);
        let command = RoomCommand::Negotiate {
            peer,
            uid,
            session: asker.session,
            re: asker.re,
            sdp,
        };
        self.command_room(call_id, command);
        self.refresh_call(call_id, &[], now);
        Ok(())
    }

    pub(super) fn handle_media(&mut self, call_id: CallId, event: MediaEvent, now: Time) {
        let change: (PeerId, fn(&mut PeerHealth)) = match event {
            MediaEvent::Connected(peer) => (peer, |health| {
                health.connected = true;
                health.lost = false;
            }),
            MediaEvent::Lost(peer) => (peer, |health| health.lost = true),
            MediaEvent::Recovered(peer) => (peer, |health| health.lost = false),
            MediaEvent::Failed(peer) => (peer, |health| health.failed = true),
            MediaEvent::Slots(peer, slots) => return self.notify_slots(call_id, peer, slots),
            MediaEvent::Speakers(uids) => {
                let sessions = self.sessions_in_call(call_id);
                return self.notify_all(sessions, Event::MediaSpeakers { call_id, uids });
            }
            MediaEvent::Quality(reports) => {
                self.count(call_id, |call| call.count_quality(&reports));
                let sessions = self.sessions_in_call(call_id);
                return self.notify_all(sessions, Event::MediaQuality { call_id, reports });
            }
        };
        let (peer, apply) = change;
        if self.calls.has_peer(call_id, peer) {
            apply(self.peer_health.entry(peer).or_default());
            self.refresh_call(call_id, &[], now);
        }
    }

    /// What a participant's microphone and camera do, and whether its screen is shared.
    pub(super) fn handle_set_media(
        &mut self,
        asker: &Asker,
        call_id: CallId,
        audio: DeviceState,
        video: DeviceState,
        screen: Option<bool>,
        now: Time,
    ) {
        let (by, device) = (&asker.accid, &asker.device);
        self.apply(asker, call_id, now, |call| {
            call.set_media(by, device, audio, video)?;
            screen.map_or(Ok(()), |shared| call.share_screen(by, device, shared))
        });
    }

    /// Whose pictures a device shows; the media plane is told at once.
    pub(super) fn handle_subscribe(&mut self, asker: &Asker, call_id: CallId, videos: Vec<Uid>) {
        let result = self.subscribe(asker, call_id, videos);
        self.reply(asker, result.map(|()| Success::Done));
    }

    fn subscribe(
        &mut self,
        asker: &Asker,
        call_id: CallId,
        videos: Vec<Uid>,
    ) -> Result<(), ErrorBody> {
        if videos.len() > PARTICIPANTS_MAX {
            return Err(ErrorBody::new(
                ErrorKind::TooLarge,
                format!(
                    "{} pictures; a call has at most {PARTICIPANTS_MAX}",
                    videos.len()
                ),
            ));
        }
        let call = self
            .calls
            .resolve(call_id)
            .ok_or_else(|| not_found(call_id))?;
        let call_id = call.call_id;
        let uid = call.may_offer(&asker.accid, &asker.device)?;
        let room = self.calls.room(call_id);
        let peer = room.and_then(|room| room.peer_of(uid, &asker.device));
        let Some((peer, _)) = peer else {
            let message = "this device has no connection of media yet: send media.offer first";
            return Err(ErrorBody::new(ErrorKind::BadRequest, message));
        };
        self.command_room(call_id, RoomCommand::Subscribe { peer, videos });
        Ok(())
    }

    /// When the device has shown the first picture, for the record.
    pub(super) fn handle_first_frame(&mut self, asker: &Asker, call_id: CallId, ms: u32) {
        let call = self
            .own_call(asker, call_id)
            .ok_or_else(|| not_found(call_id));
        let in_call = call.and_then(|call| {
            call.may_offer(&asker.accid, &asker.device)
                .map(|_| call.call_id)
        });
        if let Ok(call_id) = in_call {
            self.count(call_id, |call| call.count_first_frame(&asker.accid, ms));
        }
        self.reply(asker, in_call.map(|_| Success::Done));
    }

    /// Counts something that goes into the record. Nobody is told, and it is stored with the next change of the call: what
    /// a crash takes of it is some seconds of a statistic.
    fn count(&mut self, call_id: CallId, add: impl FnOnce(&mut Call)) {
        if let Some(call) = self.calls.find(call_id).filter(|call| !call.is_ended()) {
            let mut call = call.clone();
            add(&mut call);
            self.calls.put_call(call);
        }
    }

    fn notify_slots(&mut self, call_id: CallId, peer: PeerId, slots: Vec<Slot>) {
        let session = self
            .calls
            .find(call_id)
            .zip(self.calls.room(call_id))
            .and_then(|(call, room)| {
                let peer = room.peers.get(&peer)?;
                let (_, own) = call.place_of(peer.uid)?;
                self.sessions.of_device(&own.accid, &peer.device)
            });
        if let Some(session) = session {
            // The media plane says it once, so it holds whether or not the batch can be stored.
            let event = Event::MediaSlots { call_id, slots };
            let sessions = vec![session];
            self.emit_irrevocable(Output::Notify { sessions, event });
        }
    }

    fn sessions_in_call(&self, call_id: CallId) -> Vec<SessionId> {
        let participants = self.calls.find(call_id).map(|call| &call.participants);
        participants
            .into_iter()
            .flatten()
            .filter(|own| own.state.is_in_call())
            .filter_map(|own| self.session_in_call(own))
            .collect()
    }

    fn has_failed(&self, peer: PeerId) -> bool {
        self.peer_health
            .get(&peer)
            .is_some_and(|health| health.failed)
    }
}
