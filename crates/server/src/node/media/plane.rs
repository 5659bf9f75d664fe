//! Translates between the hub (apps, calls, their peers) and the SFU (rooms, peers of the process).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Instant;

use hullo_core::hub::{MediaEvent, PeerId, RoomCommand};
use hullo_protocol::{AppKey, CallId, ErrorBody, ErrorKind, Reply, Success, Uid};
use hullo_sfu::{Config, Event, Output, RoomId, Sfu};
use tokio::sync::mpsc;

use super::command::Command;
use super::offers::{Asker, Offers, ReadOffer, UnreadOffer};
use super::sockets::Datagram;
use crate::node::fact::Fact;
use crate::node::session_queue::Outgoing;

type SfuPeer = hullo_sfu::PeerId;

/// The SFU and who its rooms belong to.
pub(super) struct Plane {
    sfu: Sfu,
    /// Call ids are made by clients, so that two apps may use the same: rooms have numbers of their own.
    rooms: BTreeMap<RoomId, Room>,
    by_call: BTreeMap<(AppKey, CallId), RoomId>,
    next_room: u128,
    /// Peer ids are unique in their hub; the SFU's are unique in the process.
    peers: BTreeMap<SfuPeer, PeerId>,
    next_peer: u64,
    offers: Offers,
    offers_refused: u64,
}

struct Room {
    call_id: CallId,
    facts: mpsc::UnboundedSender<Fact>,
    peers: BTreeMap<PeerId, SfuPeer>,
}

impl Plane {
    /// Without rooms.
    pub(super) fn new(config: Config, offers: Offers) -> Self {
        Self {
            sfu: Sfu::new(config, Instant::now()),
            rooms: BTreeMap::new(),
            by_call: BTreeMap::new(),
            next_room: 1,
            peers: BTreeMap::new(),
            next_peer: 1,
            offers,
            offers_refused: 0,
        }
    }

    /// Carries out a command of a hub.
    pub(super) fn carry_out(&mut self, command: Command, now: Instant) {
        let key = (command.app, command.call_id);
        match command.command {
            RoomCommand::Open => self.open(key, command.facts),
            RoomCommand::Negotiate {
                peer, uid, re, sdp, ..
            } => {
                let asker = command.asker.map(|session| Asker { session, re });
                self.read_offer(&key, peer, uid, sdp, asker);
            }
            RoomCommand::Admit(peer) => {
                if let Some((room, peer)) = self.find(&key, peer) {
                    self.sfu.admit(room, peer, now);
                }
            }
            RoomCommand::Subscribe { peer, videos } => {
                if let Some((room, peer)) = self.find(&key, peer) {
                    self.sfu.subscribe(room, peer, videos, now);
                }
            }
            RoomCommand::Share(sharer) => {
                if let Some(room) = self.by_call.get(&key) {
                    self.sfu.share(*room, sharer, now);
                }
            }
            RoomCommand::Hold { peer, held } => {
                if let Some((room, peer)) = self.find(&key, peer) {
                    self.sfu.hold(room, peer, held, now);
                }
            }
            RoomCommand::Remove(peer) => {
                if let Some((room, known)) = self.find(&key, peer) {
                    self.sfu.remove(room, known);
                    self.forget(room, known);
                }
            }
            RoomCommand::Close => self.close(&key),
        }
    }

    fn open(&mut self, key: (AppKey, CallId), facts: mpsc::UnboundedSender<Fact>) {
        if self.by_call.contains_key(&key) {
            return;
        }
        let room = RoomId(self.next_room);
        self.next_room += 1;
        let opened = Room {
            call_id: key.1,
            facts,
            peers: BTreeMap::new(),
        };
        self.rooms.insert(room, opened);
        self.by_call.insert(key, room);
        self.sfu.open(room);
    }

    fn close(&mut self, key: &(AppKey, CallId)) {
        let Some(room) = self.by_call.remove(key) else {
            return;
        };
        self.sfu.close(room);
        for peer in self
            .rooms
            .remove(&room)
            .into_iter()
            .flat_map(|room| room.peers)
        {
            self.peers.remove(&peer.1);
        }
    }

    /// Has an offer read; [`Self::answer_offer`] goes on with it.
    fn read_offer(
        &mut self,
        key: &(AppKey, CallId),
        peer: PeerId,
        uid: Uid,
        sdp: String,
        asker: Option<Asker>,
    ) {
        let Some(room) = self.by_call.get(key).copied() else {
            return answer(asker, Err(ErrorKind::CallOver.into()));
        };
        let known = match self.find(key, peer) {
            Some((_, known)) => known,
            None => self.make_peer(room, peer),
        };
        let offer = UnreadOffer {
            room,
            peer: known,
            uid: hullo_sfu::Uid(uid.0),
            sdp,
            is_first: !self.sfu.has_peer(known),
            asker,
        };
        if let Err(refused) = self.offers.read(offer) {
            self.offers_refused += 1;
            answer(refused.asker, Err(ErrorKind::MediaBusy.into()));
        }
    }

    /// Answers an offer that was read, unless its peer has been closed meanwhile.
    pub(super) fn answer_offer(&mut self, offer: ReadOffer, now: Instant) {
        let Some(room) = self.rooms.get(&offer.room) else {
            return answer(offer.asker, Err(ErrorKind::CallOver.into()));
        };
        let call_id = room.call_id;
        if !self.peers.contains_key(&offer.peer) {
            let message = "another connection of this device has taken its place";
            return answer(
                offer.asker,
                Err(ErrorBody::new(ErrorKind::CallOver, message)),
            );
        }
        let (room, peer, uid) = (offer.room, offer.peer, offer.uid);
        let answered = offer
            .read
            .and_then(|read| self.sfu.answer(room, peer, uid, read, now));
        if let Err(error) = &answered {
            tracing::info!(%call_id, uid = uid.0, %error, "an offer was refused");
        }
        let result = answered
            .map(|sdp| Success::Answer { sdp })
            .map_err(|error| ErrorBody::new(ErrorKind::BadSdp, error.to_string()));
        answer(offer.asker, result);
    }

    /// Offers that were refused because too many waited.
    pub(super) fn offers_refused(&self) -> u64 {
        self.offers_refused
    }

    fn make_peer(&mut self, room: RoomId, peer: PeerId) -> SfuPeer {
        let made = hullo_sfu::PeerId(self.next_peer);
        self.next_peer += 1;
        self.peers.insert(made, peer);
        if let Some(room) = self.rooms.get_mut(&room) {
            room.peers.insert(peer, made);
        }
        made
    }

    fn find(&self, key: &(AppKey, CallId), peer: PeerId) -> Option<(RoomId, SfuPeer)> {
        let room = *self.by_call.get(key)?;
        let known = *self.rooms.get(&room)?.peers.get(&peer)?;
        Some((room, known))
    }

    fn forget(&mut self, room: RoomId, peer: SfuPeer) -> Option<PeerId> {
        let known = self.peers.remove(&peer)?;
        if let Some(room) = self.rooms.get_mut(&room) {
            room.peers.remove(&known);
        }
        Some(known)
    }

    pub(super) fn receive(&mut self, from: SocketAddr, to: SocketAddr, bytes: &[u8], now: Instant) {
        self.sfu.handle_datagram(from, to, bytes, now);
    }

    /// The time of [`Plane::poll_timeout`] has come.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.sfu.handle_timeout(now);
    }

    /// When to call [`Plane::handle_timeout`] at the latest; to be asked after [`Plane::poll_transmit`] has run dry.
    pub(super) fn poll_timeout(&mut self) -> Option<Instant> {
        self.sfu.poll_timeout()
    }

    /// What the SFU has counted so far.
    pub(super) fn metrics(&self) -> hullo_sfu::Metrics {
        self.sfu.metrics()
    }

    /// The next datagram to send. Events that come before it go to the actors.
    pub(super) fn poll_transmit(&mut self) -> Option<Datagram> {
        loop {
            match self.sfu.poll_output()? {
                Output::Transmit { from, to, bytes } => {
                    return Some(Datagram { from, to, bytes });
                }
                Output::Event(event) => self.handle_event(event),
            }
        }
    }

    fn handle_event(&mut self, event: Event) {
        let (room, peer, make): (_, _, fn(PeerId) -> MediaEvent) = match event {
            Event::Connected { room, peer } => (room, peer, MediaEvent::Connected),
            Event::Lost { room, peer } => (room, peer, MediaEvent::Lost),
            Event::Recovered { room, peer } => (room, peer, MediaEvent::Recovered),
            Event::Closed {
                room,
                peer,
                reason,
                failed,
            } => {
                if let Some(room) = self.rooms.get(&room)
                    && failed
                {
                    tracing::warn!(call_id = %room.call_id, reason, "a media connection failed");
                }
                if let Some(known) = self.forget(room, peer) {
                    self.send_event(room, MediaEvent::Failed(known));
                }
                return;
            }
            Event::Slots { room, peer, slots } => {
                if let Some(known) = self.peers.get(&peer) {
                    self.send_event(room, MediaEvent::Slots(*known, slots));
                }
                return;
            }
            Event::Quality { room, reports } => {
                self.send(room, |call_id| Fact::Quality { call_id, reports });
                return;
            }
            Event::Speakers { room, uids } => {
                return self.send_event(room, MediaEvent::Speakers(uids));
            }
            Event::FirstMedia { room, uid, kind } => {
                if let Some(room) = self.rooms.get(&room) {
                    tracing::info!(call_id = %room.call_id, uid = uid.0, ?kind, "first media");
                }
                return;
            }
        };
        if let Some(known) = self.peers.get(&peer) {
            self.send_event(room, make(*known));
        }
    }

    fn send_event(&self, room: RoomId, event: MediaEvent) {
        self.send(room, |call_id| Fact::Media { call_id, event });
    }

    /// Nobody waits for facts of a room that has been closed meanwhile, or of an actor that is gone.
    fn send(&self, room: RoomId, fact: impl FnOnce(CallId) -> Fact) {
        if let Some(room) = self.rooms.get(&room) {
            let _ = room.facts.send(fact(room.call_id));
        }
    }
}

fn answer(asker: Option<Asker>, result: Result<Success, ErrorBody>) {
    if let Some(Asker { session, re }) = asker {
        let reply = Reply::new(re, result);
        session.send(Outgoing::Reply(Box::new(reply)));
    }
}
