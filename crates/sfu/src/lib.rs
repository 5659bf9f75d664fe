//! The media plane, pure: rooms, peers, forwarding, key frames and quality over str0m.
//!
//! # Run loop
//! After every call that takes `now`, drain [`Sfu::poll_output`] until it is empty, then wait for a datagram or for
//! [`Sfu::poll_timeout`], whichever comes first. There is no IO, no clock and no thread in here.
//!
//! # Slots
//! A client offers one connection whose first audio and video m-lines send and receive. Each receiving half is a *slot*. The
//! tracks of the other participants of the room are assigned to slots of their kind, first come first served, by `uid`, and
//! stay there until the participant leaves; so a caller knows while it rings which slot will carry the callee.
//!
//! # Admission
//! A peer negotiates and connects while it rings. Until [`Sfu::admit`], whatever it sends is dropped and nothing is sent to
//! it.
//!
//! # Key frames
//! A receiver that gets a new source, and a receiver that asks, each make one request to the source; requests to one source
//! are at least [`KEY_FRAME_EVERY`] apart, and one that comes too early is made later, never dropped.

mod address;
mod demux;
mod peer;
mod quality;
mod rewrite;
mod words;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use demux::Demux;
pub use hullo_protocol::{Quality, Slot, SlotKind, Uid};
use peer::{Drained, Peer};
pub use quality::QualityReport;
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpPacket;
use str0m::{Input, Rtc};
pub use words::{Config, Event, Metrics, NegotiateError, Output, PeerId, RoomId};

/// Shortest time between two key-frame requests to one source.
pub const KEY_FRAME_EVERY: Duration = Duration::from_millis(300);

/// Every room of the process.
pub struct Sfu {
    config: Config,
    rooms: BTreeMap<RoomId, BTreeSet<PeerId>>,
    peers: BTreeMap<PeerId, Peer>,
    /// Admitted before they were there.
    expected: BTreeSet<(RoomId, PeerId)>,
    demux: Demux,
    outputs: VecDeque<Output>,
    quality_at: Option<Instant>,
    metrics: Metrics,
}

impl Sfu {
    /// Ready to be used. Makes one connection and drops it, because the first of a process costs up to 140 ms.
    pub fn new(config: Config, now: Instant) -> Self {
        drop(Rtc::new(now));
        Self {
            config,
            rooms: BTreeMap::new(),
            peers: BTreeMap::new(),
            expected: BTreeSet::new(),
            demux: Demux::default(),
            outputs: VecDeque::new(),
            quality_at: None,
            metrics: Metrics::default(),
        }
    }

    /// Opens a room; harmless when it is open.
    pub fn open(&mut self, room: RoomId) {
        self.rooms.entry(room).or_default();
    }

    /// Closes a room and every peer in it.
    pub fn close(&mut self, room: RoomId) {
        for peer in self.rooms.remove(&room).unwrap_or_default() {
            self.forget(peer);
        }
        self.expected.retain(|(of, _)| *of != room);
    }

    /// Answers an offer: the first one of a peer makes it, a later one restarts ICE or adds slots.
    pub fn negotiate(
        &mut self,
        room: RoomId,
        peer: PeerId,
        uid: Uid,
        offer: &str,
        now: Instant,
    ) -> Result<String, NegotiateError> {
        if !self.rooms.contains_key(&room) {
            return Err(NegotiateError::NoRoom);
        }
        let answer = match self.peers.get_mut(&peer) {
            Some(known) => known.negotiate(offer)?,
            None => {
                let mut new = Peer::new(room, uid, &self.config.candidates, now);
                let answer = new.negotiate(offer)?;
                new.admitted = self.expected.remove(&(room, peer));
                self.peers.insert(peer, new);
                self.rooms.entry(room).or_default().insert(peer);
                answer
            }
        };
        if let Some(ufrag) = self.peers.get_mut(&peer).map(Peer::local_ufrag) {
            self.demux.learn_ufrag(ufrag, peer);
        }
        self.quality_at
            .get_or_insert(now + self.config.quality_every);
        self.drain(peer, now);
        self.assign_slots(room, Some(peer));
        Ok(answer)
    }

    /// From now on media flows from and to this peer. One that is not there yet, because its first offer was refused, is
    /// admitted as soon as it is.
    pub fn admit(&mut self, room: RoomId, peer: PeerId, now: Instant) {
        match self.peers.get_mut(&peer) {
            Some(known) if known.room == room && !known.admitted => {
                known.admitted = true;
                self.request_key_frames_of(room, now);
            }
            None if self.rooms.contains_key(&room) => {
                self.expected.insert((room, peer));
            }
            _ => {}
        }
    }

    /// Closes one peer.
    pub fn remove(&mut self, room: RoomId, peer: PeerId) {
        self.expected.remove(&(room, peer));
        if let Some(peers) = self.rooms.get_mut(&room)
            && peers.remove(&peer)
        {
            self.forget(peer);
            self.assign_slots(room, None);
        }
    }

    /// Takes one datagram. What belongs to no peer is dropped in silence.
    pub fn handle_datagram(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        bytes: &[u8],
        now: Instant,
    ) {
        let Ok(receive) = Receive::new(Protocol::Udp, from, to, bytes) else {
            self.metrics.datagrams_dropped += 1;
            return;
        };
        let input = Input::Receive(now, receive);
        let peers = &self.peers;
        let accepts = |id: PeerId| peers.get(&id).is_some_and(|peer| peer.accepts(&input));
        let Some(id) = self.demux.find(from, bytes, accepts) else {
            self.metrics.datagrams_dropped += 1;
            return;
        };
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.hear(from, now);
        if std::mem::take(&mut peer.lost) {
            let event = Event::Recovered {
                room: peer.room,
                peer: id,
            };
            self.outputs.push_back(Output::Event(event));
        }
        peer.handle(input);
        self.drain(id, now);
    }

    /// The time of [`Self::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        let lost_after = self.config.lost_after;
        let due: Vec<PeerId> = self
            .peers
            .iter()
            .filter(|(_, p)| p.due(lost_after) <= now)
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            let Some(peer) = self.peers.get_mut(&id) else {
                continue;
            };
            if peer.connected && !peer.lost && peer.heard_at + lost_after <= now {
                peer.lost = true;
                let event = Event::Lost {
                    room: peer.room,
                    peer: id,
                };
                self.outputs.push_back(Output::Event(event));
            }
            peer.handle(Input::Timeout(now));
            peer.request_due_key_frame(now, &mut self.metrics);
            self.drain(id, now);
        }
        if self.quality_at.is_some_and(|at| at <= now) {
            self.report_quality();
            self.quality_at = (!self.peers.is_empty()).then(|| now + self.config.quality_every);
        }
    }

    /// When to call [`Self::handle_timeout`] at the latest.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let peers = self
            .peers
            .values()
            .map(|peer| peer.due(self.config.lost_after));
        peers.chain(self.quality_at).min()
    }

    /// The next thing to do or to know.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Counts for the operator.
    pub fn metrics(&self) -> Metrics {
        Metrics {
            rooms: self.rooms.len() as u64,
            peers: self.peers.len() as u64,
            ..self.metrics
        }
    }

    fn forget(&mut self, peer: PeerId) {
        self.demux.forget(peer);
        if let Some(mut peer) = self.peers.remove(&peer) {
            peer.disconnect();
        }
    }

    /// Carries on with a peer until it has nothing more to say, and with those that its packets went to.
    fn drain(&mut self, id: PeerId, now: Instant) {
        let mut touched = BTreeSet::from([id]);
        while let Some(id) = touched.pop_first() {
            while let Some(drained) = self.peers.get_mut(&id).and_then(|peer| peer.drain(now)) {
                self.carry_out(id, drained, now, &mut touched);
            }
        }
    }

    fn carry_out(
        &mut self,
        id: PeerId,
        drained: Drained,
        now: Instant,
        touched: &mut BTreeSet<PeerId>,
    ) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let room = peer.room;
        match drained {
            Drained::Transmit { from, to, bytes } => {
                self.demux.learn_address(to, id);
                self.outputs.push_back(Output::Transmit { from, to, bytes });
            }
            Drained::Connected => {
                peer.connected = true;
                self.outputs
                    .push_back(Output::Event(Event::Connected { room, peer: id }));
                self.request_key_frames_of(room, now);
            }
            Drained::MediaAdded => self.assign_slots(room, Some(id)),
            Drained::KeyFrameWanted(uid) => self.request_key_frame(room, uid, now, touched),
            Drained::Packet(kind, packet) => self.forward(id, kind, &packet, now, touched),
            Drained::Closed(reason) => {
                self.metrics.peers_failed += 1;
                if let Some(peers) = self.rooms.get_mut(&room) {
                    peers.remove(&id);
                }
                self.forget(id);
                let event = Event::Closed {
                    room,
                    peer: id,
                    reason,
                };
                self.outputs.push_back(Output::Event(event));
                self.assign_slots(room, None);
            }
        }
    }

    fn forward(
        &mut self,
        from: PeerId,
        kind: SlotKind,
        packet: &RtpPacket,
        now: Instant,
        touched: &mut BTreeSet<PeerId>,
    ) {
        let Some(source) = self.peers.get_mut(&from) else {
            return;
        };
        if !source.admitted {
            self.metrics.packets_held_back += 1;
            return;
        }
        self.metrics.packets_received += 1;
        let (room, uid, first) = (source.room, source.uid, source.first_packet_of(kind));
        let Some(params) = source.payload_params(packet.header.payload_type) else {
            return;
        };
        if first {
            let event = Event::FirstMedia { room, uid, kind };
            self.outputs.push_back(Output::Event(event));
        }
        let mut starts_anew = false;
        for id in self
            .rooms
            .get(&room)
            .into_iter()
            .flatten()
            .filter(|id| **id != from)
        {
            let Some(receiver) = self.peers.get_mut(id).filter(|p| p.admitted && p.connected)
            else {
                continue;
            };
            if let Some(started) = receiver.send(from, uid, kind, packet, params, now) {
                self.metrics.packets_forwarded += 1;
                self.metrics.bytes_forwarded += packet.payload.len() as u64;
                starts_anew |= started;
                touched.insert(*id);
            }
        }
        if starts_anew && kind == SlotKind::Video {
            self.request_key_frame(room, uid, now, touched);
        }
    }

    /// Asks the admitted peer of `uid` for a key frame, now or as soon as the throttle allows.
    fn request_key_frame(
        &mut self,
        room: RoomId,
        uid: Uid,
        now: Instant,
        touched: &mut BTreeSet<PeerId>,
    ) {
        for id in self.rooms.get(&room).into_iter().flatten() {
            let Some(peer) = self.peers.get_mut(id) else {
                continue;
            };
            if peer.uid == uid && peer.admitted {
                peer.want_key_frame();
                peer.request_due_key_frame(now, &mut self.metrics);
                touched.insert(*id);
            }
        }
    }

    fn request_key_frames_of(&mut self, room: RoomId, now: Instant) {
        let uids: BTreeSet<Uid> = self.peers_of(room).map(|(_, peer)| peer.uid).collect();
        for uid in uids {
            let mut touched = BTreeSet::new();
            self.request_key_frame(room, uid, now, &mut touched);
            touched.into_iter().for_each(|id| self.drain(id, now));
        }
    }

    fn peers_of(&self, room: RoomId) -> impl Iterator<Item = (PeerId, &Peer)> {
        let ids = self.rooms.get(&room).into_iter().flatten();
        ids.filter_map(|id| self.peers.get(id).map(|peer| (*id, peer)))
    }

    /// Gives each participant that has a peer a slot of each kind at every other one; tells those whose slots changed, and
    /// `anyway` in any case.
    fn assign_slots(&mut self, room: RoomId, anyway: Option<PeerId>) {
        let uids: BTreeSet<Uid> = self.peers_of(room).map(|(_, peer)| peer.uid).collect();
        for id in self.rooms.get(&room).into_iter().flatten() {
            let Some(peer) = self.peers.get_mut(id) else {
                continue;
            };
            if peer.assign_slots(&uids) || anyway == Some(*id) {
                let event = Event::Slots {
                    room,
                    peer: *id,
                    slots: peer.slots(),
                };
                self.outputs.push_back(Output::Event(event));
            }
        }
    }

    fn report_quality(&mut self) {
        for (room, peers) in &self.rooms {
            let admitted = peers
                .iter()
                .filter_map(|id| self.peers.get(id))
                .filter(|p| p.admitted);
            let reports: Vec<_> = admitted.map(Peer::quality).collect();
            if !reports.is_empty() {
                let event = Event::Quality {
                    room: *room,
                    reports,
                };
                self.outputs.push_back(Output::Event(event));
            }
        }
    }
}
