//! What a browser does for the endpoint, over one UDP socket: the connection, and what flows through it. Frames that come in
//! through the first m-line of a kind in use go out through the one that sends, and requests for a key frame the other way.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant as StdInstant};

use anyhow::{Context as _, Result};
use hullo_core::endpoint::{Input as EndpointInput, MediaCommand, MediaEvent, RemoteSlot};
use hullo_protocol::{DeviceState, SlotKind};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::media::{Direction, KeyframeRequest, MediaData, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc};
use tokio::net::UdpSocket;
use tokio::time::Instant;

/// Larger than any datagram that is sent to it.
const DATAGRAM_BYTES_MAX: usize = 2_000;
/// Where there is no connection nothing is due.
const IDLE: Duration = Duration::from_secs(3_600);

/// At most one connection.
pub(crate) struct Media {
    socket: UdpSocket,
    local: SocketAddr,
    connection: Option<Connection>,
    /// What its devices do, where the endpoint does not know it yet.
    devices: Vec<MediaEvent>,
    buffer: Vec<u8>,
    deadline: StdInstant,
}

/// How many m-lines of each kind there are; the first of each also sends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Lines {
    audio: u8,
    video: u8,
}

/// One connection, from its first offer to its end.
struct Connection {
    peer: u32,
    rtc: Rtc,
    /// What is wanted, what the server knows, and what waits for its answer.
    wanted: Lines,
    known: Lines,
    pending: Option<(Lines, SdpPendingOffer)>,
    /// The m-lines that send.
    sends_audio: Option<Mid>,
    sends_video: Option<Mid>,
    /// What may flow out.
    audio: bool,
    video: bool,
    slots: Vec<RemoteSlot>,
    events: VecDeque<MediaEvent>,
}

impl Media {
    /// Takes a UDP port of this address.
    pub(crate) async fn bind(ip: IpAddr) -> Result<Self> {
        let socket = UdpSocket::bind((ip, 0))
            .await
            .with_context(|| format!("Echo cannot take a UDP port of {ip}"))?;
        Ok(Self {
            local: socket.local_addr()?,
            socket,
            connection: None,
            devices: Vec::new(),
            buffer: vec![0; DATAGRAM_BYTES_MAX],
            deadline: StdInstant::now(),
        })
    }

    /// Carries out a command of the endpoint.
    pub(crate) fn apply(&mut self, command: MediaCommand) {
        match command {
            // Screens are not echoed.
            MediaCommand::Open {
                peer, audio, video, ..
            } => {
                let mut connection = Connection::new(peer, self.local);
                connection.wanted = Lines { audio, video };
                connection.offer(false);
                self.connection = Some(connection);
            }
            MediaCommand::Grow {
                peer, audio, video, ..
            } => {
                if let Some(connection) = self.of(peer) {
                    connection.wanted = Lines { audio, video };
                    connection.grow();
                }
            }
            MediaCommand::Answer { peer, sdp } => {
                if let Some(connection) = self.of(peer) {
                    connection.answer(&sdp);
                }
            }
            MediaCommand::Restart { peer } => {
                if let Some(connection) = self.of(peer) {
                    connection.offer(true);
                }
            }
            MediaCommand::Flow {
                peer, audio, video, ..
            } => {
                if let Some(connection) = self.of(peer) {
                    (connection.audio, connection.video) = (audio, video);
                }
            }
            MediaCommand::Slots { peer, slots } => {
                if let Some(connection) = self.of(peer) {
                    connection.slots = slots;
                }
            }
            MediaCommand::Capture { audio, video, .. } => self.capture(audio, video),
            // Its devices do not fail, and the server is beside it.
            MediaCommand::Retry { .. } | MediaCommand::IceServers { .. } => {}
            MediaCommand::Close => self.connection = None,
        }
    }

    /// Its microphone and its camera are what it is sent: they are there at once.
    fn capture(&mut self, audio: bool, video: bool) {
        let device = |kind, is_wanted| MediaEvent::Device {
            kind,
            state: match is_wanted {
                true => DeviceState::On,
                false => DeviceState::Off,
            },
            failure: None,
            message: None,
        };
        self.devices = vec![
            device(SlotKind::Audio, audio),
            device(SlotKind::Video, video),
        ];
    }

    /// The connection, if `peer` still names it.
    fn of(&mut self, peer: u32) -> Option<&mut Connection> {
        self.connection.as_mut().filter(|one| one.peer == peer)
    }

    /// Sends what is to be sent; what the endpoint is to know.
    pub(crate) fn poll(&mut self) -> Vec<EndpointInput> {
        let mut events = std::mem::take(&mut self.devices);
        let Some(connection) = &mut self.connection else {
            self.deadline = StdInstant::now() + IDLE;
            return given(events);
        };
        let now = StdInstant::now();
        if self.deadline <= now && connection.rtc.handle_input(Input::Timeout(now)).is_err() {
            connection.fail();
        }
        self.deadline = connection.poll(&self.socket);
        events.extend(connection.events.drain(..));
        given(events)
    }

    /// When [`Self::poll`] is to be called at the latest.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::from_std(self.deadline)
    }

    /// Takes the next datagram.
    pub(crate) async fn receive(&mut self) {
        let Ok((length, from)) = self.socket.recv_from(&mut self.buffer).await else {
            return;
        };
        let bytes = self.buffer.get(..length).unwrap_or_default();
        let Some(connection) = &mut self.connection else {
            return;
        };
        if let Ok(receive) = Receive::new(Protocol::Udp, from, self.local, bytes) {
            let input = Input::Receive(StdInstant::now(), receive);
            // What is not for this connection is of the one before.
            if connection.rtc.accepts(&input) && connection.rtc.handle_input(input).is_err() {
                connection.fail();
            }
        }
    }
}

fn given(events: Vec<MediaEvent>) -> Vec<EndpointInput> {
    let events = events.into_iter();
    events.map(|event| EndpointInput::Media { event }).collect()
}

impl Connection {
    fn new(peer: u32, local: SocketAddr) -> Self {
        let mut rtc = Rtc::new(StdInstant::now());
        if let Ok(candidate) = Candidate::host(local, "udp") {
            rtc.add_local_candidate(candidate);
        }
        Self {
            peer,
            rtc,
            wanted: Lines::default(),
            known: Lines::default(),
            pending: None,
            sends_audio: None,
            sends_video: None,
            audio: false,
            video: false,
            slots: Vec::new(),
            events: VecDeque::new(),
        }
    }

    /// Offers the m-lines that the server does not know yet. An offer that waits for its answer no longer counts.
    fn offer(&mut self, restart: bool) {
        let (known, wanted) = (self.known, self.wanted);
        let mut changes = self.rtc.sdp_api();
        if restart && known != Lines::default() {
            changes.ice_restart(true);
        }
        for (kind, known, wanted, sends) in [
            (
                MediaKind::Audio,
                known.audio,
                wanted.audio,
                &mut self.sends_audio,
            ),
            (
                MediaKind::Video,
                known.video,
                wanted.video,
                &mut self.sends_video,
            ),
        ] {
            for line in known..wanted {
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
        if let Some((offer, pending)) = changes.apply() {
            self.pending = Some((wanted, pending));
            self.events.push_back(MediaEvent::Offered {
                peer: self.peer,
                sdp: offer.to_sdp_string(),
            });
        }
    }

    /// Offers more m-lines; an offer that is under way goes first.
    fn grow(&mut self) {
        if self.pending.is_none() && self.known != self.wanted {
            self.offer(false);
        }
    }

    fn answer(&mut self, sdp: &str) {
        // A repeated answer changes nothing.
        let Some((lines, pending)) = self.pending.take() else {
            return;
        };
        let taken = SdpAnswer::from_sdp_string(sdp)
            .ok()
            .and_then(|answer| self.rtc.sdp_api().accept_answer(pending, answer).ok());
        match taken {
            Some(()) => {
                self.known = lines;
                self.grow();
            }
            None => self.fail(),
        }
    }

    fn fail(&mut self) {
        self.events
            .push_back(MediaEvent::Failed { peer: self.peer });
    }

    /// Until when nothing is to be done.
    fn poll(&mut self, socket: &UdpSocket) -> StdInstant {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Transmit(datagram)) => {
                    // One that is lost is sent again, or not missed.
                    let _ = socket.try_send_to(&datagram.contents, datagram.destination);
                }
                Ok(Output::Event(event)) => self.take(event),
                Ok(Output::Timeout(at)) => return at,
                Err(_) => {
                    self.fail();
                    return StdInstant::now() + IDLE;
                }
            }
        }
    }

    fn take(&mut self, event: Event) {
        let peer = self.peer;
        match event {
            Event::Connected => self.events.push_back(MediaEvent::Connected { peer }),
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                self.events.push_back(MediaEvent::Disconnected { peer });
            }
            // A restart that has led back: DTLS goes on as it was.
            Event::IceConnectionStateChange(
                IceConnectionState::Connected | IceConnectionState::Completed,
            ) if self.rtc.is_connected() => {
                self.events.push_back(MediaEvent::Connected { peer });
            }
            Event::MediaData(data) => self.echo(data),
            Event::KeyframeRequest(request) => self.pass_on(request),
            _ => {}
        }
    }

    /// The m-line whose sound or picture is sent back: the first in use.
    fn source(&self, kind: SlotKind) -> Option<Mid> {
        let slot = self.slots.iter().find(|slot| slot.kind == kind)?;
        Some(Mid::from(slot.mid.as_str()))
    }

    fn echo(&mut self, data: MediaData) {
        let heard = self.source(SlotKind::Audio) == Some(data.mid);
        let seen = self.source(SlotKind::Video) == Some(data.mid);
        let to = match (heard, seen) {
            (true, _) => self.sends_audio.filter(|_| self.audio),
            (_, true) => self.sends_video.filter(|_| self.video),
            _ => None,
        };
        let Some(writer) = to.and_then(|mid| self.rtc.writer(mid)) else {
            return;
        };
        if let Some(pt) = writer.match_params(data.params) {
            // A frame that cannot be sent is missed like one that was lost: the next key frame mends it.
            let _ = writer.write(pt, data.network_time, data.time, data.data);
        }
    }

    /// Whoever wants a whole picture of Echo wants one of whom it shows.
    fn pass_on(&mut self, request: KeyframeRequest) {
        if Some(request.mid) != self.sends_video {
            return;
        }
        let source = self.source(SlotKind::Video);
        if let Some(mut writer) = source.and_then(|mid| self.rtc.writer(mid)) {
            // Refused where the m-line cannot ask: then the server asks by itself, after a while.
            let _ = writer.request_keyframe(None, request.kind);
        }
    }
}
