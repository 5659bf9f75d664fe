//! The world of a test: the media plane, its clients, the network between them, and the time.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hullo_sfu::{Config, Event, Output, PeerId, QualityReport, RoomId, Sfu, SlotKind, Uid};

use str0m::change::SdpPendingOffer;

use crate::client::Client;

pub(crate) const ROOM: RoomId = RoomId(7);
pub(crate) const SFU_ADDRESS: &str = "192.0.2.1:3478";
/// One way, for every datagram.
pub(crate) const LATENCY: Duration = Duration::from_millis(20);
/// A narrow link drops what would wait longer than this.
const QUEUE_MAX: Duration = Duration::from_millis(300);
/// More steps than this at one instant are an endless loop.
const STEPS_AT_ONE_INSTANT_MAX: u32 = 10_000;

/// Numbers that look random and are the same in every run (SplitMix64).
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

struct Datagram {
    from: SocketAddr,
    to: SocketAddr,
    bytes: Vec<u8>,
}

/// What was sent to addresses at which nobody is.
#[derive(Debug, Default)]
pub(crate) struct Strayed {
    pub(crate) stun: u64,
    pub(crate) dtls: u64,
    pub(crate) media: u64,
}

pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) sfu: Sfu,
    /// By peer; a client that went away stays, silent.
    pub(crate) clients: BTreeMap<PeerId, Client>,
    pub(crate) events: Vec<(Instant, Event)>,
    /// On their way, by arrival and then in the order they were sent.
    wire: BTreeMap<(Instant, u64), Datagram>,
    datagrams: u64,
    /// How many datagrams the media plane has sent.
    pub(crate) sent: u64,
    /// How many of them, and bytes of media in them, went to addresses at which nobody is.
    pub(crate) strayed: Strayed,
    sent_to: BTreeMap<SocketAddr, u64>,
    /// How often the media plane asked to be woken.
    pub(crate) wakes: u64,
    /// When each narrow link will have passed on what it holds, by where it leads.
    queues: BTreeMap<SocketAddr, Instant>,
    seeded: Seeded,
    /// At most this is added to the latency of each datagram.
    pub(crate) jitter: Duration,
    damages: bool,
    next_port: u16,
}

impl World {
    /// An open room with nobody in it.
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        let mut sfu = Sfu::new(Config::new(vec![SFU_ADDRESS.parse().unwrap()]), now);
        sfu.open(ROOM);
        Self {
            now,
            sfu,
            clients: BTreeMap::new(),
            events: Vec::new(),
            wire: BTreeMap::new(),
            datagrams: 0,
            sent: 0,
            strayed: Strayed::default(),
            sent_to: BTreeMap::new(),
            wakes: 0,
            queues: BTreeMap::new(),
            seeded: Seeded(1),
            jitter: Duration::ZERO,
            damages: false,
            next_port: 40_000,
        }
    }

    /// Two connected and admitted participants: a caller (uid 1) and a callee (uid 2).
    pub(crate) fn with_call() -> (Self, PeerId, PeerId) {
        let mut world = Self::new();
        let caller = world.join(1, Uid(1));
        let callee = world.join(2, Uid(2));
        world.run_until_connected(&[caller, callee]);
        world.admit(caller);
        world.admit(callee);
        (world, caller, callee)
    }

    /// `size` connected and admitted participants, uid and peer from 1 on, each with `audio` and `video` slots.
    pub(crate) fn with_group(size: u64, audio: usize, video: usize) -> (Self, Vec<PeerId>) {
        let mut world = Self::new();
        let peers: Vec<PeerId> = (1..=size)
            .map(|n| world.join_with_slots(n, Uid(n), audio, video))
            .collect();
        world.run_until_connected(&peers);
        peers.iter().for_each(|peer| world.admit(*peer));
        (world, peers)
    }

    /// One more connected and admitted participant.
    pub(crate) fn join_group(&mut self, n: u64, audio: usize, video: usize) -> PeerId {
        let peer = self.join_with_slots(n, Uid(n), audio, video);
        self.run_until_connected(&[peer]);
        self.admit(peer);
        peer
    }

    /// A new client that negotiates and is not admitted.
    pub(crate) fn join(&mut self, peer: u64, uid: Uid) -> PeerId {
        self.join_with_slots(peer, uid, 1, 1)
    }

    pub(crate) fn join_with_slots(
        &mut self,
        peer: u64,
        uid: Uid,
        audio: usize,
        video: usize,
    ) -> PeerId {
        let peer = PeerId(peer);
        let address = self.free_address();
        let mut client = Client::new(peer, uid, address, self.now);
        let (offer, pending) = client.offer_slots(audio, video);
        let answer = self
            .sfu
            .negotiate(ROOM, peer, uid, &offer, self.now)
            .unwrap();
        client.accept(&answer, pending);
        self.clients.insert(peer, client);
        self.drain();
        peer
    }

    pub(crate) fn restart_ice(&mut self, peer: PeerId) {
        self.renegotiate(peer, Client::offer_ice_restart);
    }

    /// The client offers more slots.
    pub(crate) fn offer_more_slots(&mut self, peer: PeerId, audio: usize, video: usize) {
        self.renegotiate(peer, |client| client.offer_more_slots(audio, video));
    }

    /// The client offers an m-line for screens.
    pub(crate) fn offer_screen(&mut self, peer: PeerId) {
        self.renegotiate(peer, Client::offer_screen);
    }

    /// The screen of this participant is shared from now on, or none.
    pub(crate) fn share(&mut self, sharer: Option<u64>) {
        self.sfu.share(ROOM, sharer.map(Uid), self.now);
        self.drain();
    }

    /// A later offer of a client, answered.
    pub(crate) fn renegotiate(
        &mut self,
        peer: PeerId,
        offer: impl FnOnce(&mut Client) -> (String, SdpPendingOffer),
    ) {
        let client = self.clients.get_mut(&peer).unwrap();
        let uid = client.uid;
        let (offer, pending) = offer(client);
        let answer = self
            .sfu
            .negotiate(ROOM, peer, uid, &offer, self.now)
            .unwrap();
        self.client(peer).accept(&answer, pending);
        self.drain();
    }

    pub(crate) fn subscribe(&mut self, peer: PeerId, videos: &[u64]) {
        let videos = videos.iter().map(|uid| Uid(*uid)).collect();
        self.sfu.subscribe(ROOM, peer, videos, self.now);
        self.drain();
    }

    pub(crate) fn hold(&mut self, peer: PeerId, held: bool) {
        self.sfu.hold(ROOM, peer, held, self.now);
        self.drain();
    }

    /// The last quality report about a participant.
    pub(crate) fn report_of(&self, uid: Uid) -> QualityReport {
        let reports = self.events.iter().rev().find_map(|(_, event)| match event {
            Event::Quality { reports, .. } => Some(reports),
            _ => None,
        });
        let of_uid = reports.unwrap().iter().find(|report| report.uid == uid);
        of_uid.unwrap().clone()
    }

    /// The slots of a kind that were last announced to a peer.
    pub(crate) fn slots_of(&self, of: PeerId, kind: SlotKind) -> Vec<Option<u64>> {
        let announced = self.events.iter().rev().find_map(|(_, event)| match event {
            Event::Slots { peer, slots, .. } if *peer == of => Some(slots),
            _ => None,
        });
        let of_kind = announced.unwrap().iter().filter(|slot| slot.kind == kind);
        of_kind.map(|slot| slot.uid.map(|uid| uid.0)).collect()
    }

    pub(crate) fn admit(&mut self, peer: PeerId) {
        self.sfu.admit(ROOM, peer, self.now);
        self.drain();
    }

    /// The client is gone without a word, and the media plane is told to forget it.
    pub(crate) fn remove(&mut self, peer: PeerId) {
        self.client(peer).cut_off = true;
        self.sfu.remove(ROOM, peer);
        self.drain();
    }

    /// From now on the network shows this client at another address.
    pub(crate) fn move_to_another_address(&mut self, peer: PeerId) {
        let address = self.free_address();
        self.client(peer).outside = address;
    }

    pub(crate) fn client(&mut self, peer: PeerId) -> &mut Client {
        self.clients.get_mut(&peer).unwrap()
    }

    /// Sends one packet of both kinds every 20 ms from `peers`.
    pub(crate) fn talk(&mut self, peers: &[PeerId], packets: u64) {
        self.send(peers, &[SlotKind::Audio, SlotKind::Video], packets);
    }

    /// Sends one packet of each of `kinds` every 20 ms from `peers`.
    pub(crate) fn send(&mut self, peers: &[PeerId], kinds: &[SlotKind], packets: u64) {
        for _ in 0..packets {
            for peer in peers {
                for kind in kinds {
                    self.write(*peer, *kind);
                }
            }
            self.run_for(Duration::from_millis(20));
        }
    }

    /// Sends voice of these levels (dBov) from these peers, and nothing from anybody else.
    pub(crate) fn speak(&mut self, levels: &[(PeerId, i8)], packets: u64) {
        for (peer, level) in levels {
            self.client(*peer).audio_level = Some((*level, true));
        }
        let peers: Vec<PeerId> = levels.iter().map(|(peer, _)| *peer).collect();
        self.send(&peers, &[SlotKind::Audio], packets);
    }

    /// Sends one packet.
    pub(crate) fn write(&mut self, peer: PeerId, kind: SlotKind) {
        let now = self.now;
        let client = self.client(peer);
        client.write(kind, now);
        client.handle_timeout(now);
        self.drain_client(peer);
    }

    /// From now on each datagram to the media plane is preceded by two damaged copies: one cut short, one with a wrong bit.
    pub(crate) fn damage_every_datagram_twice_before_it_arrives(&mut self) {
        self.damages = true;
    }

    fn deliver_damaged(&mut self, from: SocketAddr, bytes: &[u8]) {
        let length = self.seeded.below(bytes.len() as u64) as usize;
        self.inject(from, &bytes[..length]);
        let mut wrong = bytes.to_vec();
        wrong[length] ^= 1 << self.seeded.below(8);
        self.inject(from, &wrong);
    }

    /// A datagram from anywhere, delivered now.
    pub(crate) fn inject(&mut self, from: SocketAddr, bytes: &[u8]) {
        let to = SFU_ADDRESS.parse().unwrap();
        self.sfu.handle_datagram(from, to, bytes, self.now);
        self.drain_sfu();
    }

    pub(crate) fn run_until_connected(&mut self, peers: &[PeerId]) {
        let deadline = self.now + Duration::from_secs(10);
        while !peers.iter().all(|peer| self.has_connected(*peer)) {
            assert!(self.now < deadline, "not connected: {:?}", self.events);
            self.run_for(Duration::from_millis(10));
        }
    }

    /// How many datagrams the media plane has sent to an address.
    pub(crate) fn sent_to(&self, address: SocketAddr) -> u64 {
        self.sent_to.get(&address).copied().unwrap_or_default()
    }

    pub(crate) fn has_connected(&self, peer: PeerId) -> bool {
        self.count(|event| matches!(event, Event::Connected { peer: p, .. } if *p == peer)) > 0
    }

    pub(crate) fn count(&self, is: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|(_, event)| is(event)).count()
    }

    /// Lets everything happen that is due within `duration`, in order of time.
    pub(crate) fn run_for(&mut self, duration: Duration) {
        let end = self.now + duration;
        let mut steps = 0;
        loop {
            self.drain();
            let next = self.next_at().max(self.now);
            if next > end {
                self.now = end;
                return;
            }
            steps = if next == self.now { steps + 1 } else { 0 };
            assert!(
                steps < STEPS_AT_ONE_INSTANT_MAX,
                "time does not move: the media plane wants {:?}, it is {:?}",
                self.sfu.poll_timeout(),
                self.now
            );
            self.now = next;
            self.step();
        }
    }

    fn next_at(&self) -> Instant {
        let wire = self.wire.keys().next().map(|(at, _)| *at);
        let clients = self.clients.values().map(|client| client.wake_at);
        let far = self.now + Duration::from_secs(3_600);
        clients
            .chain(wire)
            .chain(self.sfu.poll_timeout())
            .fold(far, Instant::min)
    }

    /// What is due at this instant.
    fn step(&mut self) {
        let now = self.now;
        while let Some(entry) = self.wire.first_entry().filter(|e| e.key().0 <= now) {
            let datagram = entry.remove();
            self.deliver(datagram);
        }
        if self.sfu.poll_timeout().is_some_and(|at| at <= now) {
            self.wakes += 1;
            self.sfu.handle_timeout(now);
            self.drain_sfu();
            let next = self.sfu.poll_timeout();
            assert!(
                next.is_none_or(|at| at > now),
                "the media plane is due again at once"
            );
        }
        let due: Vec<PeerId> = self
            .clients
            .values()
            .filter(|c| c.wake_at <= now)
            .map(|c| c.peer)
            .collect();
        for peer in due {
            self.client(peer).handle_timeout(now);
            self.drain_client(peer);
        }
    }

    fn deliver(&mut self, datagram: Datagram) {
        let now = self.now;
        let Datagram { from, to, bytes } = datagram;
        if to == SFU_ADDRESS.parse().unwrap() {
            if self.damages {
                self.deliver_damaged(from, &bytes);
            }
            self.sfu.handle_datagram(from, to, &bytes, now);
            return self.drain_sfu();
        }
        let receiver = self.clients.values_mut().find(|c| c.outside == to);
        let Some(client) = receiver.filter(|client| !client.cut_off) else {
            return;
        };
        client.handle_datagram(from, &bytes, now);
        let peer = client.peer;
        self.drain_client(peer);
    }

    fn drain(&mut self) {
        self.drain_sfu();
        let peers: Vec<PeerId> = self.clients.keys().copied().collect();
        peers.into_iter().for_each(|peer| self.drain_client(peer));
    }

    fn drain_sfu(&mut self) {
        while let Some(output) = self.sfu.poll_output() {
            match output {
                Output::Event(event) => self.events.push((self.now, event)),
                Output::Transmit { from, to, bytes } => {
                    self.sent += 1;
                    *self.sent_to.entry(to).or_default() += 1;
                    let client = self.clients.values().find(|c| c.outside == to);
                    if client.is_none() {
                        match bytes[0] {
                            0..4 => self.strayed.stun += 1,
                            20..64 => self.strayed.dtls += 1,
                            _ => self.strayed.media += 1,
                        }
                    }
                    let loss = client.map_or(0, |c| c.loss_down_permille);
                    let (bps, jitter) =
                        client.map_or((None, Duration::ZERO), |c| (c.bps_down, c.jitter_down));
                    if self.seeded.below(1_000) >= loss {
                        self.put_on_wire(Datagram { from, to, bytes }, bps, jitter);
                    }
                }
            }
        }
    }

    fn drain_client(&mut self, peer: PeerId) {
        let now = self.now;
        let client = self.client(peer);
        let (from, cut_off, jitter) = (client.outside, client.cut_off, client.jitter_up);
        for outgoing in client.drain(now) {
            let (to, bytes) = (outgoing.to, outgoing.bytes);
            if !cut_off {
                self.put_on_wire(Datagram { from, to, bytes }, None, jitter);
            }
        }
    }

    /// A link of limited bandwidth is a queue.
    fn put_on_wire(&mut self, datagram: Datagram, bps: Option<u64>, jitter: Duration) {
        self.datagrams += 1;
        let most = (self.jitter + jitter).as_micros() as u64;
        let extra = Duration::from_micros(self.seeded.below(most + 1));
        let mut waits = Duration::ZERO;
        if let Some(bps) = bps {
            let queue = self.queues.entry(datagram.to).or_insert(self.now);
            let bits = datagram.bytes.len() as u64 * 8;
            let free_at = self.now.max(*queue) + Duration::from_micros(bits * 1_000_000 / bps);
            waits = free_at - self.now;
            if waits > QUEUE_MAX {
                return;
            }
            *queue = free_at;
        }
        let at = self.now + LATENCY + waits + extra;
        self.wire.insert((at, self.datagrams), datagram);
    }

    /// Puts a client into a room of its own, which is opened for it.
    pub(crate) fn join_room(&mut self, room: RoomId, peer: u64, uid: Uid) -> PeerId {
        self.sfu.open(room);
        let peer = PeerId(peer);
        let mut client = Client::new(peer, uid, self.free_address(), self.now);
        let (offer, pending) = client.offer();
        let answer = self.sfu.negotiate(room, peer, uid, &offer, self.now);
        client.accept(&answer.unwrap(), pending);
        self.clients.insert(peer, client);
        self.drain();
        peer
    }

    pub(crate) fn free_address(&mut self) -> SocketAddr {
        self.next_port += 1;
        SocketAddr::from(([203, 0, 113, 5], self.next_port))
    }
}
