//! A client: an `Rtc` that offers, sends what it is told to, and notes what it receives.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hullo_sfu::{PeerId, SlotKind, Uid};
use str0m::change::{SdpAnswer, SdpApi, SdpPendingOffer};
use str0m::crypto::from_feature_flags;
use str0m::format::Codec;
use str0m::ice::{StunMessage, TransId};
use str0m::media::{Direction, KeyframeRequestKind, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{ExtensionValues, RtpWrite, Ssrc};
use str0m::{Candidate, Event, Input, Output, Rtc};

/// A packet that arrived at a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) at: Instant,
    pub(crate) kind: SlotKind,
    /// The slot it came through.
    pub(crate) slot: Mid,
    pub(crate) ssrc: Ssrc,
    pub(crate) sequence: u64,
    pub(crate) time: u32,
    pub(crate) marker: bool,
    pub(crate) payload: Vec<u8>,
}

/// A datagram that a client wants to send.
pub(crate) struct Outgoing {
    pub(crate) to: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) struct Client {
    pub(crate) peer: PeerId,
    pub(crate) uid: Uid,
    /// What it believes its address to be; the network translates it.
    inside: SocketAddr,
    /// Where the network says it is.
    pub(crate) outside: SocketAddr,
    /// The network lets nothing through, in either direction.
    pub(crate) cut_off: bool,
    /// How many of a thousand datagrams to it are lost.
    pub(crate) loss_down_permille: u64,
    /// The bandwidth to it in bits per second; what exceeds it waits.
    pub(crate) bps_down: Option<u64>,
    /// At most this is added to the latency of each datagram from it.
    pub(crate) jitter_up: Duration,
    /// And of each datagram to it.
    pub(crate) jitter_down: Duration,
    /// The audio level (dBov) in its packets, and whether they are flagged as voice.
    pub(crate) audio_level: Option<(i8, bool)>,
    pub(crate) wake_at: Instant,
    pub(crate) received: Vec<Received>,
    pub(crate) key_frames_asked_at: Vec<Instant>,
    /// And of which m-lines.
    pub(crate) key_frames_asked_of: Vec<Mid>,
    /// It saw its checks fail.
    pub(crate) disconnected: bool,
    audio: Mid,
    video: Mid,
    screen: Mid,
    /// The sequence number of its next packet is this plus how many it has sent of the kind.
    pub(crate) sequence_base: u64,
    sent: [u64; 3],
    /// Our user name in the server's ICE credentials, and its password.
    server: [String; 2],
    /// It answers no check, as a stranger whose address is used by somebody else would not.
    pub(crate) answers_no_checks: bool,
    rtc: Rtc,
}

impl Client {
    pub(crate) fn new(peer: PeerId, uid: Uid, address: SocketAddr, now: Instant) -> Self {
        let mut rtc = Rtc::builder()
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .build(now);
        rtc.add_local_candidate(Candidate::host(address, "udp").unwrap())
            .unwrap();
        Self {
            peer,
            uid,
            inside: address,
            outside: address,
            cut_off: false,
            loss_down_permille: 0,
            bps_down: None,
            jitter_up: Duration::ZERO,
            jitter_down: Duration::ZERO,
            audio_level: None,
            wake_at: now,
            received: Vec::new(),
            key_frames_asked_at: Vec::new(),
            key_frames_asked_of: Vec::new(),
            disconnected: false,
            audio: "".into(),
            video: "".into(),
            screen: "".into(),
            sequence_base: 5_000,
            sent: [0; 3],
            server: Default::default(),
            answers_no_checks: false,
            rtc,
        }
    }

    /// The first offer: one m-line of each kind that sends and receives.
    pub(crate) fn offer(&mut self) -> (String, SdpPendingOffer) {
        self.offer_slots(1, 1)
    }

    /// The first offer, with this many slots; only the first of each kind sends as well.
    pub(crate) fn offer_slots(&mut self, audio: usize, video: usize) -> (String, SdpPendingOffer) {
        let mut change = self.rtc.sdp_api();
        self.audio = change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        self.video = change.add_media(MediaKind::Video, Direction::SendRecv, None, None, None);
        add_slots(&mut change, audio - 1, video - 1);
        let (offer, pending) = change.apply().unwrap();
        (offer.to_sdp_string(), pending)
    }

    /// A later offer with this many slots more.
    pub(crate) fn offer_more_slots(
        &mut self,
        audio: usize,
        video: usize,
    ) -> (String, SdpPendingOffer) {
        let mut change = self.rtc.sdp_api();
        add_slots(&mut change, audio, video);
        let (offer, pending) = change.apply().unwrap();
        (offer.to_sdp_string(), pending)
    }

    /// A later offer with an m-line for screens.
    pub(crate) fn offer_screen(&mut self) -> (String, SdpPendingOffer) {
        let mut change = self.rtc.sdp_api();
        self.screen = change.add_media(MediaKind::Video, Direction::SendRecv, None, None, None);
        let (offer, pending) = change.apply().unwrap();
        (marked(&offer.to_sdp_string(), self.screen), pending)
    }

    /// A later offer by which it receives on an m-line, or does not.
    pub(crate) fn offer_direction(
        &mut self,
        mid: &str,
        direction: Direction,
    ) -> (String, SdpPendingOffer) {
        let mut change = self.rtc.sdp_api();
        change.set_direction(mid.into(), direction);
        let (offer, pending) = change.apply().unwrap();
        (offer.to_sdp_string(), pending)
    }

    pub(crate) fn offer_ice_restart(&mut self) -> (String, SdpPendingOffer) {
        let mut change = self.rtc.sdp_api();
        change.ice_restart(true);
        let (offer, pending) = change.apply().unwrap();
        (offer.to_sdp_string(), pending)
    }

    pub(crate) fn accept(&mut self, answer: &str, pending: SdpPendingOffer) {
        self.server = ["a=ice-ufrag:", "a=ice-pwd:"].map(|prefix| {
            let line = answer.lines().find_map(|line| line.strip_prefix(prefix));
            line.unwrap().to_owned()
        });
        let answer = SdpAnswer::from_sdp_string(answer).unwrap();
        self.rtc.sdp_api().accept_answer(pending, answer).unwrap();
    }

    /// A connectivity check with its real signature, which nominates the path it is sent on.
    pub(crate) fn signed_check(&mut self) -> Vec<u8> {
        let own = self.rtc.direct_api().local_ice_credentials();
        let [ufrag, pass] = &self.server;
        let username = format!("{ufrag}:{}", own.ufrag);
        let check = StunMessage::binding_request(&username, TransId::new(), true, 1, 1 << 30, true);
        let mut bytes = vec![0; 512];
        let hmac = from_feature_flags().sha1_hmac_provider;
        let sign = |key: &[u8], parts: &[&[u8]]| hmac.sha1_hmac(key, parts);
        let length = check
            .to_bytes(Some(pass.as_bytes()), &mut bytes, sign)
            .unwrap();
        bytes.truncate(length);
        bytes
    }

    pub(crate) fn mid(&self, kind: SlotKind) -> Mid {
        match kind {
            SlotKind::Audio => self.audio,
            SlotKind::Video => self.video,
            SlotKind::Screen => self.screen,
        }
    }

    /// Writes the next packet of a kind, with the payload of [`payload_of`].
    pub(crate) fn write(&mut self, kind: SlotKind, now: Instant) {
        let ticks = match kind {
            SlotKind::Audio => 960,
            SlotKind::Video | SlotKind::Screen => 1_800,
        };
        let n = self.sent[kind as usize];
        self.sent[kind as usize] += 1;
        let time = 7_000 + n as u32 * ticks;
        let payload = payload_of(self.peer, kind, n);
        self.write_marked(
            kind,
            self.sequence_base + n,
            time,
            payload,
            n.is_multiple_of(3),
            now,
        );
    }

    /// Writes any packet.
    pub(crate) fn write_raw(
        &mut self,
        kind: SlotKind,
        sequence: u64,
        time: u32,
        payload: Vec<u8>,
        now: Instant,
    ) {
        self.write_marked(kind, sequence, time, payload, false, now);
    }

    fn write_marked(
        &mut self,
        kind: SlotKind,
        sequence: u64,
        time: u32,
        payload: Vec<u8>,
        marker: bool,
        now: Instant,
    ) {
        let codec = match kind {
            SlotKind::Audio => Codec::Opus,
            SlotKind::Video | SlotKind::Screen => Codec::Vp8,
        };
        let pt = self.pt_of(codec);
        let mid = self.mid(kind);
        let mut api = self.rtc.direct_api();
        let stream = api.stream_tx_by_mid(mid, None).unwrap();
        let level = self.audio_level.filter(|_| kind == SlotKind::Audio);
        let ext_vals = ExtensionValues {
            audio_level: level.map(|(level, _)| level),
            voice_activity: level.map(|(_, voice)| voice),
            ..ExtensionValues::default()
        };
        let write = RtpWrite::new(pt, sequence.into(), time, now, payload)
            .marker(marker)
            .ext_vals(ext_vals)
            .nackable(kind.is_picture());
        stream.write_rtp(write);
    }

    /// Ends the connection, and tells the other side.
    pub(crate) fn close(&mut self) {
        self.rtc.close().unwrap();
    }

    fn pt_of(&self, codec: Codec) -> Pt {
        let params = self.rtc.codec_config().find(|p| p.spec().codec == codec);
        params.unwrap().pt()
    }

    /// Asks for a key frame of what arrives; none if nothing has arrived yet.
    pub(crate) fn ask_for_key_frame(&mut self) {
        self.ask_for_key_frame_of(SlotKind::Video);
    }

    pub(crate) fn ask_for_key_frame_of(&mut self, kind: SlotKind) {
        let mid = self.mid(kind);
        let mut api = self.rtc.direct_api();
        let stream = api.stream_rx_by_mid(mid, None).unwrap();
        stream.request_keyframe(KeyframeRequestKind::Pli);
    }

    pub(crate) fn handle_datagram(&mut self, from: SocketAddr, bytes: &[u8], now: Instant) {
        // A binding request of the server, not the answer to one of ours.
        if self.answers_no_checks && bytes.starts_with(&[0, 1]) {
            return;
        }
        let receive = Receive::new(Protocol::Udp, from, self.inside, bytes).unwrap();
        self.rtc.handle_input(Input::Receive(now, receive)).unwrap();
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.rtc.handle_input(Input::Timeout(now)).unwrap();
    }

    /// Carries on until it waits; what it wants to send comes back.
    pub(crate) fn drain(&mut self, now: Instant) -> Vec<Outgoing> {
        let mut outgoing = Vec::new();
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(at) => {
                    self.wake_at = at.max(now + Duration::from_micros(1));
                    return outgoing;
                }
                Output::Transmit(transmit) => outgoing.push(Outgoing {
                    to: transmit.destination,
                    bytes: transmit.contents.into(),
                }),
                Output::Event(event) => self.handle_event(event, now),
            }
        }
    }

    fn handle_event(&mut self, event: Event, now: Instant) {
        match event {
            Event::RtpPacket(packet) => {
                let ssrc = packet.header.ssrc;
                let mid = self.rtc.direct_api().stream_rx(&ssrc).unwrap().mid();
                let kind = match self.rtc.media(mid).unwrap().kind() {
                    MediaKind::Audio => SlotKind::Audio,
                    MediaKind::Video if mid == self.screen => SlotKind::Screen,
                    MediaKind::Video => SlotKind::Video,
                };
                self.received.push(Received {
                    at: now,
                    kind,
                    slot: mid,
                    ssrc,
                    sequence: *packet.seq_no,
                    time: packet.header.timestamp,
                    marker: packet.header.marker,
                    payload: packet.payload.to_vec(),
                });
            }
            Event::KeyframeRequest(request) => {
                self.key_frames_asked_at.push(now);
                self.key_frames_asked_of.push(request.mid);
            }
            Event::IceConnectionStateChange(state) => {
                self.disconnected |= state.is_disconnected();
            }
            _ => {}
        }
    }

    /// What arrived of one kind from one sender, in the order of arrival.
    pub(crate) fn received_from(&self, from: PeerId, kind: SlotKind) -> Vec<&Received> {
        let mut received = self.received_of(kind);
        received.retain(|packet| packet.payload[..8] == from.0.to_be_bytes());
        received
    }

    /// What arrived of one kind, in the order of arrival.
    pub(crate) fn received_of(&self, kind: SlotKind) -> Vec<&Received> {
        self.received.iter().filter(|r| r.kind == kind).collect()
    }
}

/// An offer in which this m-line is marked to carry screens (RFC 4796).
pub(crate) fn marked(offer: &str, mid: Mid) -> String {
    let line = format!("a=mid:{mid}\r\n");
    assert_eq!(offer.matches(&line).count(), 1, "{offer}");
    offer.replace(&line, &format!("{line}a=content:slides\r\n"))
}

fn add_slots(change: &mut SdpApi<'_>, audio: usize, video: usize) {
    for (kind, slots) in [(MediaKind::Audio, audio), (MediaKind::Video, video)] {
        for _ in 0..slots {
            change.add_media(kind, Direction::RecvOnly, None, None, None);
        }
    }
}

/// What is in the n-th packet of a sender: as long as packets of its kind are, and unlike any other.
pub(crate) fn payload_of(peer: PeerId, kind: SlotKind, n: u64) -> Vec<u8> {
    let length = match kind {
        SlotKind::Audio => 60,
        SlotKind::Video => 900,
        SlotKind::Screen => 1_000,
    };
    let head = [peer.0.to_be_bytes(), n.to_be_bytes()].concat();
    head.into_iter().cycle().take(length).collect()
}
