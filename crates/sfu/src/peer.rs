//! One connection of one device: its str0m `Rtc`, its slots, its throttle for key frames.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use str0m::change::SdpOffer;
use str0m::format::PayloadParams;
use str0m::media::{KeyframeRequestKind, MediaKind, Mid, Pt};
use str0m::rtp::{RtpPacket, RtpWrite};
use str0m::{Candidate, Event, IceCreds, Input, Output, Rtc};

use crate::address::Addresses;
use crate::quality::Path;
use crate::rewrite::Rewrite;
use crate::{
    KEY_FRAME_EVERY, Metrics, NegotiateError, Quality, QualityReport, RoomId, Slot, SlotKind, Uid,
};

/// A peer and all that belongs to it alone.
pub(crate) struct Peer {
    pub(crate) room: RoomId,
    pub(crate) uid: Uid,
    pub(crate) admitted: bool,
    pub(crate) connected: bool,
    pub(crate) lost: bool,
    pub(crate) heard_at: Instant,
    addresses: Addresses,
    /// The last one that was answered.
    offer: Option<String>,
    rtc: Rtc,
    wake_at: Instant,
    failure: Option<String>,
    receiving: Vec<Receiving>,
    seen: BTreeSet<SlotKind>,
    key_frame_wanted: bool,
    key_frame_at: Option<Instant>,
    up: Path,
    down: Path,
}

/// A receiving m-line of the client: a slot, and the stream that goes out through it.
struct Receiving {
    mid: Mid,
    kind: SlotKind,
    uid: Option<Uid>,
    rewrite: Rewrite,
}

/// What comes out of a peer.
pub(crate) enum Drained {
    Transmit {
        from: SocketAddr,
        to: SocketAddr,
        bytes: Vec<u8>,
    },
    Connected,
    Packet(SlotKind, Box<RtpPacket>),
    /// There is a new m-line, perhaps a slot.
    MediaAdded,
    KeyFrameWanted(Uid),
    Closed(String),
}

impl Peer {
    /// Nothing negotiated yet. Each peer has a certificate of its own, so that a client can tell a new peer from an old one
    /// by the answer's fingerprint.
    pub(crate) fn new(room: RoomId, uid: Uid, candidates: &[SocketAddr], now: Instant) -> Self {
        let mut rtc = Rtc::builder()
            .set_rtp_mode(true)
            .set_ice_lite(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .enable_h264(true)
            .set_stats_interval(Some(Duration::from_secs(2)))
            .build(now);
        for address in candidates {
            // An address that is no candidate (unspecified, say) is refused here and simply not announced.
            if let Ok(candidate) = Candidate::host(*address, "udp") {
                rtc.add_local_candidate(candidate);
            }
        }
        Self {
            room,
            uid,
            admitted: false,
            connected: false,
            lost: false,
            heard_at: now,
            addresses: Addresses::default(),
            offer: None,
            rtc,
            wake_at: now,
            failure: None,
            receiving: Vec::new(),
            seen: BTreeSet::new(),
            key_frame_wanted: false,
            key_frame_at: None,
            up: Path::default(),
            down: Path::default(),
        }
    }

    pub(crate) fn negotiate(&mut self, offer: &str) -> Result<String, NegotiateError> {
        let before = self.rtc.direct_api().local_ice_credentials();
        match self.accept(offer) {
            Ok(answer) => {
                self.offer = Some(offer.to_owned());
                Ok(answer)
            }
            Err(error) => {
                if matches!(error, NegotiateError::Unanswerable(_)) {
                    self.restore(before);
                }
                Err(error)
            }
        }
    }

    fn accept(&mut self, offer: &str) -> Result<String, NegotiateError> {
        let offer = guarded(|| SdpOffer::from_sdp_string(offer)).map_err(NegotiateError::NotSdp)?;
        let answer = guarded(|| self.rtc.sdp_api().accept_offer(offer))
            .map_err(NegotiateError::Unanswerable)?;
        Ok(answer.to_sdp_string())
    }

    /// Undoes an offer that failed half-way: str0m takes ICE credentials and directions over before it finds an m-line
    /// wrong, and with other credentials the client's next checks would fail. So the last good offer is accepted once more.
    fn restore(&mut self, credentials: IceCreds) {
        let Some(offer) = self.offer.clone() else {
            return;
        };
        if let Err(error) = self.accept(&offer) {
            tracing::warn!(%error, "the offer before a refused one is not accepted again");
        }
        self.rtc.direct_api().set_local_ice_credentials(credentials);
    }

    pub(crate) fn local_ufrag(&mut self) -> String {
        self.rtc.direct_api().local_ice_credentials().ufrag
    }

    pub(crate) fn accepts(&self, input: &Input) -> bool {
        self.rtc.accepts(input)
    }

    /// A datagram of this peer has come from there.
    pub(crate) fn hear(&mut self, from: SocketAddr, now: Instant) {
        self.heard_at = now;
        self.addresses.hear(from, now);
    }

    pub(crate) fn handle(&mut self, input: Input) {
        if let Err(reason) = guarded(|| self.rtc.handle_input(input)) {
            self.failure = Some(reason);
        }
    }

    pub(crate) fn disconnect(&mut self) {
        self.rtc.disconnect();
    }

    /// When this peer wants to be handled next.
    pub(crate) fn due(&self, lost_after: Duration) -> Instant {
        let lost = (self.connected && !self.lost).then(|| self.heard_at + lost_after);
        let key_frame = self.key_frame_due();
        [lost, key_frame]
            .into_iter()
            .flatten()
            .fold(self.wake_at, Instant::min)
    }

    /// The next thing that comes out; none when the peer waits.
    pub(crate) fn drain(&mut self, now: Instant) -> Option<Drained> {
        loop {
            if let Some(reason) = self.failure.take() {
                return Some(Drained::Closed(reason));
            }
            match guarded(|| self.rtc.poll_output()) {
                Err(reason) => return Some(Drained::Closed(reason)),
                Ok(Output::Timeout(at)) if at <= now => self.handle(Input::Timeout(now)),
                Ok(Output::Timeout(at)) => {
                    self.wake_at = at;
                    return None;
                }
                Ok(Output::Transmit(transmit)) => {
                    return Some(Drained::Transmit {
                        from: transmit.source,
                        to: self.addresses.route(transmit.destination, now),
                        bytes: transmit.contents.into(),
                    });
                }
                Ok(Output::Event(event)) => {
                    if let Some(drained) = self.handle_event(event) {
                        return Some(drained);
                    }
                }
            }
        }
    }

    fn handle_event(&mut self, event: Event) -> Option<Drained> {
        match event {
            Event::Connected => return Some(Drained::Connected),
            Event::RtpPacket(packet) => {
                let mid = packet
                    .header
                    .ext_vals
                    .mid
                    .or_else(|| self.mid_of(&packet))?;
                let kind = kind_of(self.rtc.media(mid)?.kind());
                return Some(Drained::Packet(kind, Box::new(packet)));
            }
            Event::KeyframeRequest(request) => {
                let slot = self.receiving.iter().find(|slot| slot.mid == request.mid)?;
                return slot.uid.map(Drained::KeyFrameWanted);
            }
            Event::MediaAdded(added) => {
                self.add_media(added.mid, added.kind);
                return Some(Drained::MediaAdded);
            }
            Event::PeerStats(stats) => {
                let rtt_ms = stats.rtt.map(|rtt| rtt.as_millis() as u32);
                self.up = Path {
                    loss: stats.ingress_loss_fraction,
                    rtt_ms,
                };
                self.down = Path {
                    loss: stats.egress_loss_fraction,
                    rtt_ms,
                };
            }
            Event::Closed => {
                return Some(Drained::Closed("the client closed the connection".into()));
            }
            // Silence is judged by `heard_at`: an ICE-lite agent sees only what comes in.
            _ => {}
        }
        None
    }

    fn mid_of(&mut self, packet: &RtpPacket) -> Option<Mid> {
        self.rtc
            .direct_api()
            .stream_rx(&packet.header.ssrc)
            .map(|stream| stream.mid())
    }

    fn add_media(&mut self, mid: Mid, kind: MediaKind) {
        let sends = self
            .rtc
            .media(mid)
            .is_some_and(|media| media.direction().is_sending());
        if sends && !self.receiving.iter().any(|slot| slot.mid == mid) {
            let clock_hz = if kind.is_audio() { 48_000 } else { 90_000 };
            let rewrite = Rewrite::new(clock_hz);
            self.receiving.push(Receiving {
                mid,
                kind: kind_of(kind),
                uid: None,
                rewrite,
            });
        }
    }

    pub(crate) fn payload_params(&self, pt: Pt) -> Option<PayloadParams> {
        self.rtc
            .codec_config()
            .find(|params| params.pt() == pt)
            .copied()
    }

    /// True for the first packet of a kind.
    pub(crate) fn first_packet_of(&mut self, kind: SlotKind) -> bool {
        self.seen.insert(kind)
    }

    /// Sends a packet of `uid` through its slot. Tells whether the source is new there; none if it was not sent.
    pub(crate) fn send(
        &mut self,
        from: crate::PeerId,
        uid: Uid,
        kind: SlotKind,
        packet: &RtpPacket,
        params: PayloadParams,
        now: Instant,
    ) -> Option<bool> {
        let slot = self
            .receiving
            .iter_mut()
            .find(|s| s.kind == kind && s.uid == Some(uid))?;
        let pt = self.rtc.codec_config().match_params(params)?.pt();
        let place = slot.rewrite.place(from, packet, now)?;
        let mut ext_vals = packet.header.ext_vals.clone();
        ext_vals.mid = None;
        let mut api = self.rtc.direct_api();
        let stream = api.stream_tx_by_mid(slot.mid, None)?;
        let write = RtpWrite::new(pt, place.sequence, place.time, now, packet.payload.clone())
            .marker(packet.header.marker)
            .ext_vals(ext_vals)
            .nackable(kind == SlotKind::Video);
        stream.write_rtp(write);
        Some(place.starts)
    }

    pub(crate) fn want_key_frame(&mut self) {
        self.key_frame_wanted = true;
    }

    fn key_frame_due(&self) -> Option<Instant> {
        let due = self.key_frame_at.map(|at| at + KEY_FRAME_EVERY);
        if self.key_frame_wanted { due } else { None }
    }

    /// Sends a wanted key-frame request, unless one went out a moment ago.
    pub(crate) fn request_due_key_frame(&mut self, now: Instant, metrics: &mut Metrics) {
        if !self.key_frame_wanted || self.key_frame_due().is_some_and(|due| due > now) {
            return;
        }
        self.key_frame_wanted = false;
        self.key_frame_at = Some(now);
        let videos: Vec<Mid> = self
            .receiving
            .iter()
            .filter(|s| s.kind == SlotKind::Video)
            .map(|s| s.mid)
            .collect();
        let mut api = self.rtc.direct_api();
        for mid in videos {
            if let Some(stream) = api.stream_rx_by_mid(mid, None) {
                stream.request_keyframe(KeyframeRequestKind::Pli);
                metrics.key_frame_requests += 1;
            }
        }
    }

    /// Assigns the others to slots, keeping who has one. True if anything changed.
    pub(crate) fn assign_slots(&mut self, uids: &BTreeSet<Uid>) -> bool {
        let before = self.slots();
        for kind in [SlotKind::Audio, SlotKind::Video] {
            let of_kind = |slot: &&mut Receiving| slot.kind == kind;
            for slot in self.receiving.iter_mut().filter(of_kind) {
                slot.uid = slot
                    .uid
                    .filter(|uid| uids.contains(uid) && *uid != self.uid);
            }
            for uid in uids.iter().filter(|uid| **uid != self.uid) {
                if self
                    .receiving
                    .iter()
                    .any(|s| s.kind == kind && s.uid == Some(*uid))
                {
                    continue;
                }
                if let Some(free) = self
                    .receiving
                    .iter_mut()
                    .filter(of_kind)
                    .find(|s| s.uid.is_none())
                {
                    free.uid = Some(*uid);
                }
            }
        }
        before != self.slots()
    }

    pub(crate) fn slots(&self) -> Vec<Slot> {
        let slot = |s: &Receiving| Slot {
            mid: s.mid.to_string(),
            kind: s.kind,
            uid: s.uid,
        };
        self.receiving.iter().map(slot).collect()
    }

    pub(crate) fn quality(&self) -> QualityReport {
        let permille = |path: Path| path.loss.map(|loss| (loss * 1_000.0) as u32);
        let grade = |path: Path| {
            if self.lost {
                Quality::Down
            } else {
                path.grade()
            }
        };
        QualityReport {
            uid: self.uid,
            up: grade(self.up),
            down: grade(self.down),
            rtt_ms: self.up.rtt_ms,
            loss_up_permille: permille(self.up),
            loss_down_permille: permille(self.down),
        }
    }
}

fn kind_of(kind: MediaKind) -> SlotKind {
    if kind.is_audio() {
        SlotKind::Audio
    } else {
        SlotKind::Video
    }
}

/// str0m fails fast by panic; a panic closes this peer and nobody else.
fn guarded<T, E: std::fmt::Display>(f: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("str0m panicked".into()),
    }
}
