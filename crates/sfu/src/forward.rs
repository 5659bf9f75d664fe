//! From a source to its receivers: packets one way, key-frame requests the other.

use std::collections::BTreeSet;
use std::time::Instant;

use hullo_protocol::{SlotKind, Uid};
use str0m::rtp::RtpPacket;

use crate::peer::Source;
use crate::{Event, Output, PeerId, RoomId, Sfu};

impl Sfu {
    /// Sends a packet to everyone who has a slot for its sender.
    pub(crate) fn forward(
        &mut self,
        from: PeerId,
        kind: SlotKind,
        packet: &RtpPacket,
        now: Instant,
        touched: &mut BTreeSet<PeerId>,
    ) {
        let Some(peer) = self.peers.get_mut(&from) else {
            return;
        };
        if !peer.settings.allows_media() {
            self.metrics.packets_held_back += 1;
            return;
        }
        self.metrics.packets_received += 1;
        let (room, uid, is_first) = (peer.room, peer.uid, peer.note_packet_of(kind));
        let Some(params) = peer.payload_params(packet.header.payload_type) else {
            return;
        };
        if is_first {
            let event = Event::FirstMedia { room, uid, kind };
            self.outputs.push_back(Output::Event(event));
        }
        if kind == SlotKind::Audio && peer.loudness.observe_level(&packet.header.ext_vals, now) {
            self.handle_voice(room, now, touched);
        }
        let source = Source {
            peer: from,
            uid,
            params,
        };
        let is_new_source = self.send_to_receivers(room, kind, &source, packet, now, touched);
        if is_new_source && kind.is_picture() {
            self.request_key_frame(room, (uid, kind), now, touched);
        }
    }

    /// True if the source is new to one of them.
    fn send_to_receivers(
        &mut self,
        room: RoomId,
        kind: SlotKind,
        source: &Source,
        packet: &RtpPacket,
        now: Instant,
        touched: &mut BTreeSet<PeerId>,
    ) -> bool {
        let routes = self.rooms.get(&room).map(|room| &room.routes);
        let routes = routes.and_then(|routes| routes.get(&(source.uid, kind)));
        let mut is_new_source = false;
        for route in routes.into_iter().flatten() {
            let Some(receiver) = self.peers.get_mut(&route.peer) else {
                continue;
            };
            if !receiver.takes_media(now) {
                continue;
            }
            if let Some(is_first) = receiver.send(route.slot_index, source, packet, now) {
                self.metrics.packets_forwarded += 1;
                self.metrics.bytes_forwarded += packet.payload.len() as u64;
                is_new_source |= is_first;
                touched.insert(route.peer);
            }
        }
        is_new_source
    }

    /// Asks the admitted peer whose picture it is for a key frame of it, now or as soon as the throttle allows.
    pub(crate) fn request_key_frame(
        &mut self,
        room: RoomId,
        (uid, kind): (Uid, SlotKind),
        now: Instant,
        touched: &mut BTreeSet<PeerId>,
    ) {
        let peers = self.rooms.get(&room).map(|room| &room.peers);
        for id in peers.into_iter().flatten() {
            let Some(peer) = self.peers.get_mut(id) else {
                continue;
            };
            if peer.uid == uid && peer.settings.allows_media() {
                peer.want_key_frame(kind);
                peer.request_due_key_frames(now, &mut self.metrics);
                touched.insert(*id);
            }
        }
    }

    /// Media begins to flow from and to this peer: its pictures, and those that it shows, have to start with a key frame.
    pub(crate) fn request_key_frames_around(
        &mut self,
        id: PeerId,
        now: Instant,
        touched: &mut BTreeSet<PeerId>,
    ) {
        let Some(peer) = self.peers.get(&id) else {
            return;
        };
        let (room, own) = (peer.room, peer.uid);
        let mut pictures: BTreeSet<(Uid, SlotKind)> = peer.slots.pictures().collect();
        if !peer.settings.allows_media() {
            pictures.clear();
        }
        pictures.extend([(own, SlotKind::Video), (own, SlotKind::Screen)]);
        for picture in pictures {
            self.request_key_frame(room, picture, now, touched);
        }
    }
}
