//! One connection of a call, from its first offer to its end, as str0m has it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hullo_core::endpoint::{MediaEvent, RemoteSlot};
use hullo_protocol::SlotKind;
use str0m::bwe::{Bitrate, BweKind};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::PayloadParams;
use str0m::media::{Direction, KeyframeRequestKind, MediaData, MediaKind, Mid};
use str0m::net::Receive;
use str0m::{Candidate, Event, IceConnectionState, Input, Rtc as Str0m, RtcConfig, RtcError};

use crate::devices::{Devices, Frame, Received, VideoCodec};

/// What the network is taken to carry before it has been tried.
const FIRST_BITRATE: Bitrate = Bitrate::kbps(500);
/// Packets of sound that one which is missing is waited for. What is still missing then is made up for.
const SOUND_HELD_BACK: usize = 2;
/// How often the server is told how its sound arrives.
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// What is louder is marked as a voice.
const VOICE_DBOV: i8 = -50;
/// What marks an m-line of screens (RFC 4796).
const SCREEN_MARK: &str = "a=content:slides";

/// How many m-lines of each kind there are; the first of each also sends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    pub(crate) audio: u8,
    pub(crate) video: u8,
    pub(crate) screen: bool,
}

/// One connection, from its first offer to its end.
pub(crate) struct Connection {
    pub(crate) peer: u32,
    pub(crate) rtc: Str0m,
    /// What is wanted, what the server knows, and what waits for its answer.
    wanted: Lines,
    known: Lines,
    pending: Option<(Lines, SdpPendingOffer)>,
    /// The m-lines that send.
    sends_audio: Option<Mid>,
    sends_video: Option<Mid>,
    screen: Option<Mid>,
    /// What may flow out.
    pub(crate) audio: bool,
    pub(crate) video: bool,
    pub(crate) slots: Vec<RemoteSlot>,
    /// It cannot go on, and has said so; another takes its place, or its end.
    pub(crate) is_dead: bool,
}

impl Connection {
    pub(crate) fn new(peer: u32, local: SocketAddr, wanted: Lines, devices: &impl Devices) -> Self {
        let mut rtc = config(&devices.codecs()).build(Instant::now());
        if let Ok(candidate) = Candidate::host(local, "udp") {
            rtc.add_local_candidate(candidate);
        }
        let desired = Bitrate::bps(devices.bitrate_wanted());
        rtc.bwe().set_bitrate(Bitrate::ZERO, desired);
        Self {
            peer,
            rtc,
            wanted,
            known: Lines::default(),
            pending: None,
            sends_audio: None,
            sends_video: None,
            screen: None,
            audio: false,
            video: false,
            slots: Vec::new(),
            is_dead: false,
        }
    }

    /// Offers the m-lines that the server does not know yet. An offer that waits for its answer no longer counts.
    pub(crate) fn offer(&mut self, restart: bool) -> Option<MediaEvent> {
        // A restart brings it no more back; after a few the state machine makes another connection.
        if self.is_dead {
            return Some(self.failed());
        }
        let (known, wanted) = (self.known, self.wanted);
        let mut changes = self.rtc.sdp_api();
        if restart && known != Lines::default() {
            changes.ice_restart(true);
        }
        let kinds = [
            (
                MediaKind::Audio,
                known.audio..wanted.audio,
                &mut self.sends_audio,
            ),
            (
                MediaKind::Video,
                known.video..wanted.video,
                &mut self.sends_video,
            ),
        ];
        for (kind, lines, sends) in kinds {
            for line in lines {
                let direction = match line {
                    0 => Direction::SendRecv,
                    _ => Direction::RecvOnly,
                };
                let mid = changes.add_media(kind, direction, None, None, None);
                if line == 0 {
                    *sends = Some(mid);
                }
            }
        }
        if wanted.screen && !known.screen {
            let mid = changes.add_media(MediaKind::Video, Direction::RecvOnly, None, None, None);
            self.screen = Some(mid);
        }
        let (offer, pending) = changes.apply()?;
        self.pending = Some((wanted, pending));
        Some(MediaEvent::Offered {
            peer: self.peer,
            sdp: marked(&offer.to_sdp_string(), self.screen),
        })
    }

    /// Has so many m-lines from now on; one of screens stays.
    pub(crate) fn grow_to(&mut self, lines: Lines) -> Option<MediaEvent> {
        let screen = lines.screen || self.wanted.screen;
        self.wanted = Lines { screen, ..lines };
        self.grow()
    }

    /// Offers more m-lines; an offer that is under way goes first.
    fn grow(&mut self) -> Option<MediaEvent> {
        match self.pending.is_none() && self.known != self.wanted {
            true => self.offer(false),
            false => None,
        }
    }

    pub(crate) fn answer(&mut self, sdp: &str, devices: &mut impl Devices) -> Option<MediaEvent> {
        // A repeated answer changes nothing.
        let (lines, pending) = self.pending.take()?;
        let taken = SdpAnswer::from_sdp_string(sdp)
            .ok()
            .and_then(|answer| self.rtc.sdp_api().accept_answer(pending, answer).ok());
        if taken.is_none() {
            return Some(self.failed());
        }
        self.known = lines;
        let sends = [
            (SlotKind::Audio, self.sends_audio),
            (SlotKind::Video, self.sends_video),
        ];
        for (kind, mid) in sends {
            if let Some(writer) = mid.and_then(|mid| self.rtc.writer(mid)) {
                let formats: Vec<PayloadParams> = writer.payload_params().copied().collect();
                devices.negotiated(kind, &formats);
            }
        }
        self.grow()
    }

    /// Takes what has come from the network, unless it is of the connection before.
    pub(crate) fn receive(&mut self, receive: Receive<'_>) -> Result<(), RtcError> {
        let input = Input::Receive(Instant::now(), receive);
        match self.rtc.accepts(&input) {
            true => self.rtc.handle_input(input),
            false => Ok(()),
        }
    }

    /// Says once that it cannot go on.
    pub(crate) fn die(&mut self) -> MediaEvent {
        self.is_dead = true;
        self.failed()
    }

    fn failed(&self) -> MediaEvent {
        MediaEvent::Failed { peer: self.peer }
    }

    pub(crate) fn take(&mut self, event: Event, devices: &mut impl Devices) -> Option<MediaEvent> {
        let peer = self.peer;
        match event {
            Event::Connected => return Some(MediaEvent::Connected { peer }),
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                return Some(MediaEvent::Disconnected { peer });
            }
            // A restart that has led back: DTLS goes on as it was.
            Event::IceConnectionStateChange(
                IceConnectionState::Connected | IceConnectionState::Completed,
            ) if self.rtc.is_connected() => return Some(MediaEvent::Connected { peer }),
            Event::MediaData(data) => self.play(data, devices),
            Event::KeyframeRequest(request) if Some(request.mid) == self.sends_video => {
                devices.key_frame_wanted();
            }
            Event::EgressBitrateEstimate(
                BweKind::Twcc { estimate, .. } | BweKind::Remb { estimate, .. },
            ) => {
                devices.bitrate(estimate.as_u64());
            }
            _ => {}
        }
        None
    }

    fn play(&self, data: MediaData, devices: &mut impl Devices) {
        let mid = data.mid;
        let Some(slot) = self
            .slots
            .iter()
            .find(|slot| Mid::from(slot.mid.as_str()) == mid)
        else {
            return;
        };
        let packets = (**data.seq_range.start(), **data.seq_range.end());
        let frame = Frame {
            params: data.params,
            time: data.time,
            at: data.network_time,
            data: data.data,
            level: data.ext_vals.audio_level,
            received: Some(Received {
                packets,
                is_next: data.contiguous,
                reference: data
                    .last_sender_info
                    .map(|info| (info.ntp_time, info.rtp_time)),
            }),
        };
        devices.play(slot, frame);
    }

    pub(crate) fn send(&mut self, kind: SlotKind, frame: Frame) {
        let mid = match kind {
            SlotKind::Audio => self.sends_audio.filter(|_| self.audio),
            SlotKind::Video => self.sends_video.filter(|_| self.video),
            SlotKind::Screen => None,
        };
        let Some(mut writer) = mid.and_then(|mid| self.rtc.writer(mid)) else {
            return;
        };
        let Some(pt) = writer.match_params(frame.params) else {
            return;
        };
        if let Some(level) = frame.level {
            writer = writer.audio_level(level, level > VOICE_DBOV);
        }
        // A frame that cannot be sent is missed like one that was lost: the next key frame mends it.
        let _ = writer.write(pt, frame.at, frame.time, frame.data);
    }

    pub(crate) fn ask_for_key_frame(&mut self, slot: &RemoteSlot) {
        if let Some(mut writer) = self.rtc.writer(Mid::from(slot.mid.as_str())) {
            // Refused where the m-line cannot ask: then the server asks by itself, after a while.
            let _ = writer.request_keyframe(None, KeyframeRequestKind::Pli);
        }
    }
}

fn config(codecs: &[VideoCodec]) -> RtcConfig {
    RtcConfig::new()
        .clear_codecs()
        .enable_opus(true, false)
        .enable_vp8(codecs.contains(&VideoCodec::Vp8))
        .enable_h264(codecs.contains(&VideoCodec::H264))
        .enable_bwe(Some(FIRST_BITRATE))
        .set_reordering_size_audio(SOUND_HELD_BACK)
        .set_rtcp_report_interval_audio(REPORT_EVERY)
}

/// The offer with the m-line of screens marked.
fn marked(offer: &str, screen: Option<Mid>) -> String {
    let Some(mid) = screen else {
        return offer.to_owned();
    };
    let named = format!("a=mid:{mid}\r\n");
    offer.replacen(&named, &format!("{named}{SCREEN_MARK}\r\n"), 1)
}
