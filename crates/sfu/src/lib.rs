//! The media plane, pure: rooms, peers, forwarding, key frames and quality over str0m.
//!
//! # Run loop
//! After every call that takes `now`, drain [`Sfu::poll_output`] until it is empty, then wait for a datagram or for
//! [`Sfu::poll_timeout`], whichever comes first. There is no IO, no clock and no thread in here.
//!
//! ```no_run
//! use std::io::ErrorKind::{TimedOut, WouldBlock};
//! use std::net::UdpSocket;
//! use std::time::{Duration, Instant};
//!
//! use hullo_sfu::{Config, Output, RoomId, Sfu};
//!
//! let socket = UdpSocket::bind("192.0.2.1:3478")?;
//! let local = socket.local_addr()?;
//! let mut sfu = Sfu::new(Config::new(vec![local]), Instant::now());
//! sfu.open(RoomId(1)); // Its peers come by `Sfu::negotiate`, with the offers that signalling brings.
//!
//! let mut buffer = [0; 2_000];
//! loop {
//!     while let Some(output) = sfu.poll_output() {
//!         match output {
//!             Output::Transmit { to, bytes, .. } => drop(socket.send_to(&bytes, to)), // May be lost, as on the way.
//!             Output::Event(event) => println!("{event:?}"),
//!         }
//!     }
//!     let until = |at: Instant| at.saturating_duration_since(Instant::now());
//!     let wait = sfu.poll_timeout().map(|at| until(at).max(Duration::from_millis(1)));
//!     socket.set_read_timeout(wait)?; // None waits for a datagram alone.
//!     match socket.recv_from(&mut buffer) {
//!         Ok((length, from)) => sfu.handle_datagram(from, local, &buffer[..length], Instant::now()),
//!         Err(error) if [TimedOut, WouldBlock].contains(&error.kind()) => {}
//!         Err(error) => return Err(error),
//!     }
//!     sfu.handle_timeout(Instant::now()); // Does nothing before its time.
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Slots
//! A client offers one connection whose first audio and video m-lines send and receive; it may offer more that only receive,
//! at once or later. Each receiving half is a *slot*. The tracks of the other participants of the room are assigned to slots
//! of their kind by `uid` and stay there until the participant leaves; so a caller knows while it rings which slot will
//! carry the callee. In a group there may be more participants than slots:
//! - a client says by [`Sfu::subscribe`] whose video it shows; only those get its video slots;
//! - the loudest get the audio slots, and a voice that has one keeps it for some time.
//!
//! # Screens
//! One m-line of pictures may be marked `a=content:slides` (RFC 4796) when it is offered for the first time. It carries
//! screens, both ways. One screen is shared in a room, that of [`Sfu::share`]: it goes to all others who have such an m-line,
//! beside the videos and whatever they have subscribed to. What anybody else sends as a screen is dropped.
//!
//! # Admission and holding
//! A peer negotiates and connects while it rings. Until [`Sfu::admit`], whatever it sends is dropped and nothing is sent to
//! it. The same goes for a peer while it is held by [`Sfu::hold`].
//!
//! # Key frames
//! A receiver that gets a new source, and a receiver that asks, each make one request to the source, for its video or for
//! its screen; requests for one picture are at least [`KEY_FRAME_INTERVAL_MIN`] apart, and one that comes too early is made later, never dropped.
//!
//! # Bandwidth
//! It is estimated towards those who are sent video, to grade their quality. The estimate paces nothing and reduces nothing.

mod address;
mod budget;
mod crypto;
mod demux;
mod estimate;
mod forward;
mod guard;
mod io;
mod key_frames;
mod loudness;
mod offer;
mod peer;
mod quality;
mod rewrite;
mod room;
mod slots;
mod speakers;
mod stun;
mod timers;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use address::Observed;
use demux::Demux;
use guard::guarded;
use hullo_protocol::PARTICIPANTS_MAX;
pub use hullo_protocol::{Quality, Slot, SlotKind, Uid};
pub use io::{
    Config, Event, KEY_FRAME_INTERVAL_MIN, Metrics, NegotiateError, Output, PeerId, QualityReport,
    RoomId,
};
pub use offer::Offer;
use offer::Read;
use peer::{Peer, PeerOutput, PeerSettings};
use room::Room;
use str0m::Input;
use str0m::net::{Protocol, Receive};
use timers::{TimerKey, Timers};

/// Every room of the process.
///
/// Its methods are of three kinds: commands of the call's owner (`open`, `negotiate`, `admit`, `hold`, `subscribe`, `share`,
/// `remove`, `close`), what comes from outside (`handle_datagram`, `handle_timeout`), and what is to be done (`poll_output` until it is
/// empty, then `poll_timeout`). Time must not run backwards between calls. What goes wrong with one peer, a panic in str0m
/// included, closes that peer alone.
pub struct Sfu {
    config: Config,
    rooms: BTreeMap<RoomId, Room>,
    peers: BTreeMap<PeerId, Peer>,
    /// Settings of peers that have not negotiated yet.
    pending_settings: BTreeMap<(RoomId, PeerId), PeerSettings>,
    demux: Demux,
    /// Invariant: the timer of a peer is at its `due` time, except within [`Self::drain`], which sets it; whatever may change
    /// that time is followed by a `drain`. That of a room likewise, by [`Self::set_room_timer`].
    timers: Timers,
    /// Peers that were written to since they were drained; [`Self::poll_output`] does it. Of many datagrams that are handled
    /// in a row each receiver is drained once.
    touched: BTreeSet<PeerId>,
    /// The `now` of the latest call that had one.
    now: Instant,
    outputs: VecDeque<Output>,
    quality_at: Option<Instant>,
    metrics: Metrics,
}

impl Sfu {
    /// Without rooms. Makes one connection and drops it, because the first of a process costs up to 140 ms.
    pub fn new(config: Config, now: Instant) -> Self {
        drop(offer::connection(&config.candidates, now));
        Self {
            config,
            rooms: BTreeMap::new(),
            peers: BTreeMap::new(),
            pending_settings: BTreeMap::new(),
            demux: Demux::default(),
            timers: Timers::default(),
            touched: BTreeSet::new(),
            now,
            outputs: VecDeque::new(),
            quality_at: None,
            metrics: Metrics::default(),
        }
    }

    /// Opens a room; does nothing when it is open.
    pub fn open(&mut self, room: RoomId) {
        self.rooms.entry(room).or_default();
    }

    /// Closes a room and every peer in it, without events.
    pub fn close(&mut self, room: RoomId) {
        for peer in self.rooms.remove(&room).unwrap_or_default().peers {
            self.forget(peer);
        }
        self.pending_settings.retain(|(of, _), _| *of != room);
        self.set_room_timer(room);
    }

    /// Answers an SDP offer with the SDP answer. The first offer of a peer makes the peer; a later one may restart ICE, add slots
    /// or change their directions.
    ///
    /// It takes up to a millisecond. Where others wait, let another thread read the offer, and take it by [`Self::answer`].
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
        let offer = match self.has_peer(peer) {
            true => Offer::later(offer)?,
            false => Offer::first(offer, &self.config, now)?,
        };
        self.answer(room, peer, uid, offer, now)
    }

    /// The peer is there, so that [`Offer::later`] reads what it offers.
    pub fn has_peer(&self, peer: PeerId) -> bool {
        self.peers.contains_key(&peer)
    }

    /// Answers an offer that was read, like [`Self::negotiate`]. An offer that was taken for the first one and is not, or the
    /// other way round, is answered too, at the cost of reading it here.
    pub fn answer(
        &mut self,
        room: RoomId,
        peer: PeerId,
        uid: Uid,
        mut offer: Offer,
        now: Instant,
    ) -> Result<String, NegotiateError> {
        if !self.rooms.contains_key(&room) {
            return Err(NegotiateError::NoRoom);
        }
        self.now = now;
        let remote = offer.remote.clone();
        let answer = match self.peers.get_mut(&peer) {
            Some(known) => known.negotiate(offer)?,
            None => {
                offer.connect(&self.config.candidates, now)?;
                let Read::Answered(rtc, answer) = offer.read else {
                    unreachable!("`connect` has just answered it");
                };
                let mut new = Peer::new(room, uid, *rtc, offer.text, now);
                new.screen = offer.screen;
                new.settings = self
                    .pending_settings
                    .remove(&(room, peer))
                    .unwrap_or_default();
                self.peers.insert(peer, new);
                self.rooms.entry(room).or_default().peers.insert(peer);
                answer
            }
        };
        if let Some(known) = self.peers.get_mut(&peer) {
            let ufrag = known.adopt_credentials(remote);
            self.demux.set_ufrag(ufrag, peer);
        }
        self.quality_at
            .get_or_insert(now + self.config.quality_every);
        self.drain(BTreeSet::from([peer]), now);
        Ok(answer)
    }

    /// From now on media flows from and to this peer. A peer that is not there yet, because its first offer was refused, is
    /// admitted as soon as it is.
    pub fn admit(&mut self, room: RoomId, peer: PeerId, now: Instant) {
        self.change_settings(room, peer, now, |settings| settings.admitted = true);
    }

    /// While it is held, nothing flows from or to this peer, as if it were not admitted; it keeps its connection and its
    /// slots. May come before the peer, as [`Self::admit`] may.
    pub fn hold(&mut self, room: RoomId, peer: PeerId, held: bool, now: Instant) {
        self.change_settings(room, peer, now, |settings| settings.held = held);
    }

    /// Whose video this peer shows, the most wanted first: those of them who are there get its video slots, as many as it
    /// has; who comes later gets one then. Whoever has a slot and is still among them keeps it. A peer that has never
    /// subscribed gets everyone, by uid. May come before the peer, as [`Self::admit`] may.
    pub fn subscribe(&mut self, room: RoomId, peer: PeerId, videos: Vec<Uid>, now: Instant) {
        self.now = now;
        let mut seen = BTreeSet::new();
        let mut wanted: Vec<Uid> = videos.into_iter().filter(|uid| seen.insert(*uid)).collect();
        wanted.truncate(PARTICIPANTS_MAX);
        let Some(settings) = self.settings_mut(room, peer) else {
            return;
        };
        settings.videos = Some(wanted);
        let mut touched = BTreeSet::new();
        self.assign_slots(room, None, now, &mut touched);
        self.drain(touched, now);
    }

    /// Closes one peer, without an event about it.
    pub fn remove(&mut self, room: RoomId, peer: PeerId) {
        self.pending_settings.remove(&(room, peer));
        if self
            .rooms
            .get(&room)
            .is_some_and(|known| known.peers.contains(&peer))
        {
            let mut touched = BTreeSet::new();
            self.leave(room, peer, self.now, &mut touched);
            self.drain(touched, self.now);
        }
    }

    /// Takes one UDP datagram that came to the local address `to`, one of [`Config::candidates`]. What belongs to no peer is
    /// dropped and counted. Several may be handed over before the outputs are polled, which is cheaper.
    pub fn handle_datagram(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        bytes: &[u8],
        now: Instant,
    ) {
        self.now = now;
        if let Some(id) = stun::answered(bytes) {
            return self.handle_proof(from, id, now);
        }
        let Ok(receive) = guarded(|| Receive::new(Protocol::Udp, from, to, bytes)) else {
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
        if !self.observe(id, from, to, now) {
            self.metrics.addresses_refused += 1;
            return;
        }
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if std::mem::take(&mut peer.lost) {
            let event = Event::Recovered {
                room: peer.room,
                peer: id,
            };
            self.outputs.push_back(Output::Event(event));
        }
        peer.handle(input);
        if is_rtcp(bytes) {
            peer.note_feedback();
        }
        let mut touched = std::mem::take(&mut self.touched);
        touched.remove(&id);
        self.drain_peer(id, now, &mut touched);
        self.touched = touched;
    }

    /// The client has answered a check of [`address`], or somebody pretends to.
    fn handle_proof(&mut self, from: SocketAddr, id: stun::TransactionId, now: Instant) {
        let peer = self.demux.holder(from);
        let known = peer.and_then(|peer| self.peers.get_mut(&peer));
        match peer.filter(|_| known.is_some_and(|known| known.prove(from, id, now))) {
            Some(peer) => {
                self.touched.insert(peer);
            }
            None => self.metrics.datagrams_dropped += 1,
        }
    }

    /// Notes where a peer's datagram came from. False if it must not have come from there.
    fn observe(&mut self, id: PeerId, from: SocketAddr, to: SocketAddr, now: Instant) -> bool {
        let holder = self.demux.holder(from);
        let other = holder.filter(|holder| *holder != id);
        let other = other.and_then(|other| self.peers.get(&other));
        if other.is_some_and(|other| other.addresses.is_live(from, now)) {
            return false;
        }
        let Some(peer) = self.peers.get_mut(&id) else {
            return false;
        };
        match peer.observe(from, to, now) {
            Observed::Refused => return false,
            Observed::Known => {}
            Observed::New(forgotten) => {
                for address in forgotten {
                    self.demux.forget_address(address, id);
                }
            }
        }
        if holder != Some(id) {
            self.demux.learn_address(from, id);
        }
        true
    }

    /// To be called when the time of [`Self::poll_timeout`] has come; earlier does nothing.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        for key in self.timers.due(now) {
            match key {
                TimerKey::Peer(peer) => self.handle_peer_timeout(peer, now),
                TimerKey::Room(room) => self.handle_room_timeout(room, now),
            }
        }
        if self.quality_at.is_some_and(|at| at <= now) {
            self.report_quality();
            self.quality_at = (!self.peers.is_empty()).then(|| now + self.config.quality_every);
        }
    }

    fn handle_peer_timeout(&mut self, id: PeerId, now: Instant) {
        let lost_after = self.config.lost_after;
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if peer.connected && !peer.lost && peer.last_datagram_at + lost_after <= now {
            peer.lost = true;
            let event = Event::Lost {
                room: peer.room,
                peer: id,
            };
            self.outputs.push_back(Output::Event(event));
        }
        peer.handle(Input::Timeout(now));
        peer.request_due_key_frames(now, &mut self.metrics);
        self.drain(BTreeSet::from([id]), now);
    }

    /// When to call [`Self::handle_timeout`] at the latest; none while there is nothing to wait for.
    pub fn poll_timeout(&self) -> Option<Instant> {
        debug_assert!(self.touched.is_empty(), "not all outputs were polled");
        debug_assert!(
            self.peers.iter().all(|(id, peer)| {
                self.timers.of(TimerKey::Peer(*id)) == Some(peer.due(self.config.lost_after))
            }),
            "a peer's timer is not when it is due"
        );
        self.timers.next().into_iter().chain(self.quality_at).min()
    }

    /// The next thing to do or to know; none when all is done until the next input.
    pub fn poll_output(&mut self) -> Option<Output> {
        if self.outputs.is_empty() && !self.touched.is_empty() {
            let touched = std::mem::take(&mut self.touched);
            self.drain(touched, self.now);
        }
        self.outputs.pop_front()
    }

    /// What was counted since [`Self::new`].
    pub fn metrics(&self) -> Metrics {
        Metrics {
            rooms: self.rooms.len() as u64,
            peers: self.peers.len() as u64,
            addresses: self.demux.addresses() as u64,
            ..self.metrics
        }
    }

    /// The settings of a peer, there or not; none if its room is not open or it is in another.
    fn settings_mut(&mut self, room: RoomId, peer: PeerId) -> Option<&mut PeerSettings> {
        if !self.rooms.contains_key(&room) {
            return None;
        }
        match self.peers.get_mut(&peer) {
            Some(known) => (known.room == room).then_some(&mut known.settings),
            None => Some(self.pending_settings.entry((room, peer)).or_default()),
        }
    }

    fn change_settings(
        &mut self,
        room: RoomId,
        id: PeerId,
        now: Instant,
        change: impl FnOnce(&mut PeerSettings),
    ) {
        self.now = now;
        let Some(settings) = self.settings_mut(room, id) else {
            return;
        };
        let was_allowed = settings.allows_media();
        change(settings);
        let Some(peer) = self
            .peers
            .get_mut(&id)
            .filter(|p| p.settings.allows_media() != was_allowed)
        else {
            return;
        };
        let uid = peer.uid;
        let mut touched = BTreeSet::new();
        if was_allowed {
            if let Some(room) = self.rooms.get_mut(&room) {
                room.speakers.silence(uid);
            }
        } else {
            // What was held back would be a gap in the sequence numbers, which receivers would NACK.
            peer.restart_streams(None);
            let others: Vec<PeerId> = self.peers_of(room).map(|(id, _)| id).collect();
            for other in others {
                if let Some(other) = self.peers.get_mut(&other) {
                    other.restart_streams(Some(uid));
                }
            }
            self.request_key_frames_around(id, now, &mut touched);
        }
        self.assign_slots(room, None, now, &mut touched);
        self.drain(touched, now);
    }

    /// Takes a peer out of its room.
    fn leave(&mut self, id: RoomId, peer: PeerId, now: Instant, touched: &mut BTreeSet<PeerId>) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.peers.remove(&peer);
            if let Some(known) = self.peers.get(&peer) {
                room.speakers.silence(known.uid);
            }
        }
        self.forget(peer);
        self.assign_slots(id, None, now, touched);
    }

    fn forget(&mut self, peer: PeerId) {
        self.demux.forget(peer);
        self.timers.set(TimerKey::Peer(peer), None);
        if let Some(mut peer) = self.peers.remove(&peer) {
            peer.disconnect();
        }
    }

    /// Polls peers until they have no more output, and those that their packets went to.
    fn drain(&mut self, mut touched: BTreeSet<PeerId>, now: Instant) {
        while let Some(id) = touched.pop_first() {
            self.drain_peer(id, now, &mut touched);
        }
    }

    fn drain_peer(&mut self, id: PeerId, now: Instant, touched: &mut BTreeSet<PeerId>) {
        while let Some(output) = self.peers.get_mut(&id).and_then(|peer| peer.poll(now)) {
            self.handle_peer_output(id, output, now, touched);
        }
        let Some(peer) = self.peers.get(&id) else {
            return;
        };
        let due = peer.due(self.config.lost_after);
        let (room, slots_dirty) = (peer.room, peer.slots_dirty);
        self.timers.set(TimerKey::Peer(id), Some(due));
        if slots_dirty {
            self.assign_slots(room, Some(id), now, touched);
        }
    }

    fn handle_peer_output(
        &mut self,
        id: PeerId,
        output: PeerOutput,
        now: Instant,
        touched: &mut BTreeSet<PeerId>,
    ) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let room = peer.room;
        match output {
            PeerOutput::Transmit { from, to, bytes } => {
                self.outputs.push_back(Output::Transmit { from, to, bytes });
            }
            PeerOutput::Connected => {
                peer.connected = true;
                self.outputs
                    .push_back(Output::Event(Event::Connected { room, peer: id }));
                self.request_key_frames_around(id, now, touched);
            }
            PeerOutput::KeyFrameWanted(uid, kind) => {
                self.request_key_frame(room, (uid, kind), now, touched);
            }
            PeerOutput::Packet(kind, packet) => self.forward(id, kind, &packet, now, touched),
            PeerOutput::Closed { reason, failed } => {
                self.metrics.peers_failed += u64::from(failed);
                let event = Event::Closed {
                    room,
                    peer: id,
                    reason,
                    failed,
                };
                self.outputs.push_back(Output::Event(event));
                self.leave(room, id, now, touched);
            }
        }
    }

    fn peers_of(&self, room: RoomId) -> impl Iterator<Item = (PeerId, &Peer)> {
        let room = self.rooms.get(&room).into_iter();
        let ids = room.flat_map(|room| &room.peers);
        ids.filter_map(|id| self.peers.get(id).map(|peer| (*id, peer)))
    }

    fn report_quality(&mut self) {
        for room in self.rooms.keys() {
            let flowing: Vec<&Peer> = self
                .peers_of(*room)
                .map(|(_, peer)| peer)
                .filter(|peer| peer.settings.allows_media())
                .collect();
            let jitter_up: BTreeMap<Uid, u32> = flowing
                .iter()
                .filter_map(|peer| Some((peer.uid, peer.jitter_up_ms()?)))
                .collect();
            let report = |peer: &&Peer| peer.quality(|uid| jitter_up.get(&uid).copied());
            let reports: Vec<QualityReport> = flowing.iter().map(report).collect();
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

/// RTCP beside RTP on one port (RFC 5761 section 4): packet types 192 to 223.
fn is_rtcp(bytes: &[u8]) -> bool {
    matches!(bytes, [128..=191, 192..=223, ..])
}
