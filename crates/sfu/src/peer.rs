//! One connection of one device: its str0m `Rtc`, its slots, its throttle for key frames.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::change::SdpOffer;
use str0m::format::PayloadParams;
use str0m::media::{KeyframeRequestKind, MediaKind, Mid, Pt};
use str0m::rtp::{RtpPacket, RtpWrite};
use str0m::{Event, IceCreds, Input, Output, Reason, Rtc};

use crate::address::{Addresses, Credentials, Observed};
use crate::estimate::Estimate;
use crate::guard::guarded;
use crate::key_frames::KeyFrames;
use crate::loudness::Loudness;
use crate::offer::{self, Offer};
use crate::quality::ConnectionStats;
use crate::slots::{Assigned, RoomSources, Slots};
use crate::stun::{self, TransactionId};
use crate::{Metrics, NegotiateError, PeerId, QualityReport, RoomId, Slot, SlotKind, Uid};

/// str0m wakes a connection every 40 ms for its pacer, which has nothing to pace while no video goes out. What else may be due
/// by then is a report that can wait for this long; whatever comes or goes wakes the connection anyway.
const IDLE_WAKE: Duration = Duration::from_millis(250);

/// A peer and all that belongs to it alone.
pub(crate) struct Peer {
    pub(crate) room: RoomId,
    pub(crate) uid: Uid,
    pub(crate) settings: PeerSettings,
    pub(crate) connected: bool,
    pub(crate) lost: bool,
    pub(crate) last_datagram_at: Instant,
    pub(crate) loudness: Loudness,
    pub(crate) slots: Slots,
    /// Its assignment is to be made and announced again: its m-lines changed, or an offer was answered.
    pub(crate) slots_dirty: bool,
    pub(crate) addresses: Addresses,
    /// ICE and DTLS are done. The peer is connected when there is also an address that media may be sent to.
    is_up: bool,
    /// Something was not sent to it, which would be a gap in the sequence numbers.
    has_gap: bool,
    /// The m-line that carries screens: what an m-line carries never changes.
    pub(crate) screen: Option<Mid>,
    /// The last offer that was answered.
    offer: Option<String>,
    rtc: Rtc,
    rtc_timeout_at: Instant,
    failure: Option<String>,
    seen_kinds: BTreeSet<SlotKind>,
    key_frames: KeyFrames,
    stats: ConnectionStats,
    estimate: Estimate,
}

/// What the owner of the call decided about a peer, perhaps before it was there.
#[derive(Debug, Clone, Default)]
pub(crate) struct PeerSettings {
    pub(crate) admitted: bool,
    pub(crate) held: bool,
    /// Whose video it shows, the most wanted first; none until it has subscribed.
    pub(crate) videos: Option<Vec<Uid>>,
}

impl PeerSettings {
    /// Media may flow from and to the peer.
    pub(crate) fn allows_media(&self) -> bool {
        self.admitted && !self.held
    }
}

/// The sender of a packet.
#[derive(Clone, Copy)]
pub(crate) struct Source {
    pub(crate) peer: PeerId,
    pub(crate) uid: Uid,
    pub(crate) params: PayloadParams,
}

/// What [`Peer::poll`] gives.
pub(crate) enum PeerOutput {
    Transmit {
        from: SocketAddr,
        to: SocketAddr,
        bytes: Vec<u8>,
    },
    Connected,
    Packet(SlotKind, Box<RtpPacket>),
    KeyFrameWanted(Uid, SlotKind),
    Closed {
        reason: String,
        /// An error did it, and not the client.
        failed: bool,
    },
}

impl Peer {
    /// With a connection that has answered `offer`.
    pub(crate) fn new(room: RoomId, uid: Uid, rtc: Rtc, offer: String, now: Instant) -> Self {
        Self {
            room,
            uid,
            settings: PeerSettings::default(),
            connected: false,
            lost: false,
            last_datagram_at: now,
            loudness: Loudness::default(),
            slots: Slots::new(uid),
            slots_dirty: true,
            addresses: Addresses::new(),
            is_up: false,
            has_gap: false,
            screen: None,
            offer: Some(offer),
            rtc,
            rtc_timeout_at: now,
            failure: None,
            seen_kinds: BTreeSet::new(),
            key_frames: KeyFrames::default(),
            stats: ConnectionStats::default(),
            estimate: Estimate::default(),
        }
    }

    /// Accepts a later offer.
    pub(crate) fn negotiate(&mut self, offer: Offer) -> Result<String, NegotiateError> {
        let before = self.rtc.direct_api().local_ice_credentials();
        let text = offer.text.clone();
        let screen = self.screen;
        let is_new = |mid: &Mid| self.rtc.media(*mid).is_none();
        self.screen = screen.or(offer.screen.filter(is_new));
        match self.accept(offer.description()?) {
            Ok(answer) => {
                self.slots_dirty = true;
                // The payload types may have changed.
                self.slots.iter_mut().for_each(|slot| slot.matched = None);
                self.offer = Some(text);
                Ok(answer)
            }
            Err(error) => {
                self.screen = screen;
                self.restore(before);
                Err(error)
            }
        }
    }

    fn accept(&mut self, offer: SdpOffer) -> Result<String, NegotiateError> {
        let answer = guarded(|| self.rtc.sdp_api().accept_offer(offer))
            .map_err(NegotiateError::Unanswerable)?;
        Ok(answer.to_sdp_string())
    }

    /// Undoes an offer that failed half-way: str0m adopts ICE credentials and directions before it finds fault with an m-line,
    /// and with other credentials the client's next checks would fail. So the last good offer is accepted once more.
    fn restore(&mut self, credentials: IceCreds) {
        let Some(offer) = self.offer.clone() else {
            return;
        };
        let again = offer::read(&offer).and_then(|offer| self.accept(offer));
        if let Err(error) = again {
            tracing::warn!(%error, "the offer before a refused one is not accepted again");
        }
        self.rtc.direct_api().set_local_ice_credentials(credentials);
    }

    /// After an offer of a client with these ICE credentials was answered; gives the user name in ours.
    pub(crate) fn adopt_credentials(&mut self, remote: IceCreds) -> String {
        let local = self.rtc.direct_api().local_ice_credentials();
        let ufrag = local.ufrag.clone();
        self.addresses
            .set_credentials(Credentials { local, remote });
        ufrag
    }

    pub(crate) fn accepts(&self, input: &Input) -> bool {
        guarded(|| Ok::<_, String>(self.rtc.accepts(input))).unwrap_or(false)
    }

    /// A datagram that is this peer's came from `from` to the local address `to`.
    pub(crate) fn observe(&mut self, from: SocketAddr, to: SocketAddr, now: Instant) -> Observed {
        let observed = self.addresses.observe(from, to, now);
        if observed != Observed::Refused {
            self.last_datagram_at = now;
        }
        observed
    }

    /// The answer to a check came from `from`. True if that proves the address.
    pub(crate) fn prove(&mut self, from: SocketAddr, id: TransactionId, now: Instant) -> bool {
        self.addresses.prove(from, id, now)
    }

    /// Media can be sent to it. Once it could not, what is sent next continues as a new source does: what was not sent would be
    /// a gap in the sequence numbers, which receivers would NACK.
    pub(crate) fn takes_media(&mut self, now: Instant) -> bool {
        let takes = self.settings.allows_media()
            && self.connected
            && !self.lost
            && self.addresses.is_reachable(now);
        if takes && std::mem::take(&mut self.has_gap) {
            self.restart_streams(None);
        }
        self.has_gap |= !takes;
        takes
    }

    pub(crate) fn handle(&mut self, input: Input) {
        if let Err(reason) = guarded(|| self.rtc.handle_input(input)) {
            self.failure = Some(reason);
        }
    }

    /// A datagram that may carry feedback about what was sent was handled.
    pub(crate) fn note_feedback(&mut self) {
        self.estimate.keep_suspended(&mut self.rtc);
    }

    pub(crate) fn disconnect(&mut self) {
        self.rtc.disconnect();
    }

    /// When this peer wants to be handled next, with or without a datagram.
    pub(crate) fn due(&self, lost_after: Duration) -> Instant {
        let lost = (self.connected && !self.lost).then(|| self.last_datagram_at + lost_after);
        let key_frame = self.key_frames.due();
        let check = self.addresses.check_due();
        [lost, key_frame, check]
            .into_iter()
            .flatten()
            .fold(self.rtc_timeout_at, Instant::min)
    }

    /// The next output; none when the peer waits for input or time.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<PeerOutput> {
        if let Some(check) = self.addresses.poll_check(now) {
            return Some(PeerOutput::Transmit {
                from: check.from,
                to: check.to,
                bytes: check.bytes,
            });
        }
        if self.is_up && !self.connected && self.addresses.is_reachable(now) {
            return Some(PeerOutput::Connected);
        }
        loop {
            if let Some(reason) = self.failure.take() {
                return Some(PeerOutput::Closed {
                    reason,
                    failed: true,
                });
            }
            match guarded(|| self.rtc.poll_output()) {
                Err(reason) => {
                    return Some(PeerOutput::Closed {
                        reason,
                        failed: true,
                    });
                }
                Ok(Output::Timeout(at)) if at <= now => self.handle(Input::Timeout(now)),
                Ok(Output::Timeout(at)) => {
                    let waits_for_pacer =
                        matches!(self.rtc.last_timeout_reason(), Reason::Pacer(_));
                    self.rtc_timeout_at = match waits_for_pacer && self.estimate.is_suspended() {
                        true => at.max(now + IDLE_WAKE),
                        false => at,
                    };
                    return None;
                }
                Ok(Output::Transmit(transmit)) => {
                    let bytes: Vec<u8> = transmit.contents.into();
                    if let Some(to) = self.route(transmit.destination, &bytes, now) {
                        let from = transmit.source;
                        return Some(PeerOutput::Transmit { from, to, bytes });
                    }
                }
                Ok(Output::Event(event)) => {
                    if let Some(output) = self.handle_event(event, now) {
                        return Some(output);
                    }
                }
            }
        }
    }

    /// An answer to a check goes where the check came from, and the handshake that makes the connection where ICE says;
    /// anything else to an address that is proven, or nowhere.
    fn route(&self, wanted: SocketAddr, bytes: &[u8], now: Instant) -> Option<SocketAddr> {
        let is_handshake = !self.connected && matches!(bytes, [20..=63, ..]);
        if stun::is_stun(bytes) || is_handshake {
            return Some(wanted);
        }
        self.addresses.route(wanted, now)
    }

    fn handle_event(&mut self, event: Event, now: Instant) -> Option<PeerOutput> {
        match event {
            Event::Connected => {
                self.is_up = true;
                if self.addresses.is_reachable(now) {
                    return Some(PeerOutput::Connected);
                }
            }
            Event::RtpPacket(packet) => {
                let mid = packet
                    .header
                    .ext_vals
                    .mid
                    .or_else(|| self.mid_of(&packet))?;
                let kind = self.kind_of(mid)?;
                return Some(PeerOutput::Packet(kind, Box::new(packet)));
            }
            Event::KeyframeRequest(request) => {
                let slot = self.slots.iter().find(|slot| slot.mid == request.mid)?;
                return Some(PeerOutput::KeyFrameWanted(slot.uid?, slot.kind));
            }
            Event::MediaAdded(added) => self.handle_media(added.mid, now),
            Event::MediaChanged(changed) => self.handle_media(changed.mid, now),
            Event::PeerStats(stats) => {
                let is_trusted = self.estimate.end_round(&mut self.rtc, now);
                self.stats.record_peer(&stats, is_trusted);
            }
            Event::MediaIngressStats(stats) => {
                let kind = self.kind_of(stats.mid)?;
                self.stats.record_ingress(kind, &stats);
            }
            Event::MediaEgressStats(stats) => {
                let slot = self.slots.iter().find(|slot| slot.mid == stats.mid)?;
                self.stats.record_egress(slot.kind, slot.uid, &stats);
            }
            Event::Closed => {
                return Some(PeerOutput::Closed {
                    reason: "the client closed the connection".into(),
                    failed: false,
                });
            }
            // Silence is judged by `last_datagram_at`: an ICE-lite agent sees only what comes in.
            _ => {}
        }
        None
    }

    fn kind_of(&self, mid: Mid) -> Option<SlotKind> {
        let media = self.rtc.media(mid)?;
        Some(match media.kind() {
            MediaKind::Audio => SlotKind::Audio,
            MediaKind::Video if self.screen == Some(mid) => SlotKind::Screen,
            MediaKind::Video => SlotKind::Video,
        })
    }

    fn mid_of(&mut self, packet: &RtpPacket) -> Option<Mid> {
        self.rtc
            .direct_api()
            .stream_rx(&packet.header.ssrc)
            .map(|stream| stream.mid())
    }

    /// An m-line is new, or its direction is.
    fn handle_media(&mut self, mid: Mid, now: Instant) {
        let Some((media, kind)) = self.rtc.media(mid).zip(self.kind_of(mid)) else {
            return;
        };
        let receives = media.direction().is_sending();
        self.slots.set(mid, kind, receives, now);
        self.slots_dirty = true;
        // The bandwidth estimate is wanted, its pacer is not.
        if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(mid, None) {
            stream.set_unpaced(true);
        }
    }

    pub(crate) fn payload_params(&self, pt: Pt) -> Option<PayloadParams> {
        self.rtc
            .codec_config()
            .find(|params| params.pt() == pt)
            .copied()
    }

    /// True for the first packet of this kind.
    pub(crate) fn note_packet_of(&mut self, kind: SlotKind) -> bool {
        self.seen_kinds.insert(kind)
    }

    /// Sends a packet through the slot at `slot_index`. Returns whether it is the first of a source there; none if it was not
    /// sent.
    pub(crate) fn send(
        &mut self,
        slot_index: usize,
        source: &Source,
        packet: &RtpPacket,
        now: Instant,
    ) -> Option<bool> {
        let slot = self.slots.get_mut(slot_index)?;
        debug_assert_eq!(slot.uid, Some(source.uid), "a route to another's slot");
        let known = slot.matched.filter(|(params, _)| *params == source.params);
        let pt = match known {
            Some((_, pt)) => pt,
            None => self.rtc.codec_config().match_params(source.params)?.pt(),
        };
        slot.matched = Some((source.params, pt));
        let position = slot.rewrite.position_of(source.peer, packet, now)?;
        let mut ext_vals = packet.header.ext_vals.clone();
        ext_vals.mid = None;
        let (mid, nackable) = (slot.mid, slot.kind.is_picture());
        if nackable {
            self.estimate.resume(&mut self.rtc, now);
        }
        let mut api = self.rtc.direct_api();
        let stream = api.stream_tx_by_mid(mid, None)?;
        let payload = packet.payload.clone();
        let write = RtpWrite::new(pt, position.sequence, position.timestamp, now, payload)
            .marker(packet.header.marker)
            .ext_vals(ext_vals)
            .nackable(nackable);
        let written = guarded(|| {
            stream.write_rtp(write);
            Ok::<_, String>(())
        });
        if let Err(reason) = written {
            self.failure = Some(reason);
        }
        Some(position.is_first)
    }

    pub(crate) fn want_key_frame(&mut self, kind: SlotKind) {
        self.key_frames.want(kind);
    }

    /// Sends the key-frame requests that are wanted, unless one for the same picture went out a moment ago.
    pub(crate) fn request_due_key_frames(&mut self, now: Instant, metrics: &mut Metrics) {
        while let Some(kind) = self.key_frames.take_due(now) {
            let of_kind = self.slots.iter().filter(|slot| slot.kind == kind);
            let mids: Vec<Mid> = of_kind.map(|slot| slot.mid).collect();
            let mut api = self.rtc.direct_api();
            for mid in mids {
                if let Some(stream) = api.stream_rx_by_mid(mid, None) {
                    stream.request_keyframe(KeyframeRequestKind::Pli);
                    metrics.key_frame_requests += 1;
                }
            }
        }
    }

    pub(crate) fn assign_slots(&mut self, sources: &RoomSources, now: Instant) -> Assigned {
        self.slots_dirty = false;
        self.slots
            .assign(sources, self.settings.videos.as_deref(), now)
    }

    pub(crate) fn slot_assignment(&self) -> Vec<Slot> {
        self.slots.assignment()
    }

    /// Whatever comes next through the slots that carry `of`, or through any slot, continues as a new source does.
    pub(crate) fn restart_streams(&mut self, of: Option<Uid>) {
        let concerned = |uid| of.is_none() || of == uid;
        for slot in self.slots.iter_mut().filter(|s| concerned(s.uid)) {
            slot.rewrite.restart();
        }
    }

    pub(crate) fn jitter_up_ms(&self) -> Option<u32> {
        self.stats.jitter_up_ms()
    }

    /// `jitter_up` gives the jitter, in milliseconds, that a source's packets had when they arrived here.
    pub(crate) fn quality(&self, jitter_up: impl Fn(Uid) -> Option<u32>) -> QualityReport {
        self.stats.report(self.uid, self.lost, jitter_up)
    }
}
