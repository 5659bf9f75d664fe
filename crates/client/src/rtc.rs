//! The connection of a call over one UDP socket: ICE, DTLS and SRTP by str0m, with offers as the server's SFU takes them. Frames
//! are encoded; an app's [`Devices`] make and take them.

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant as StdInstant};

use hullo_core::endpoint::{MediaCommand, MediaEvent, RemoteSlot};
use hullo_protocol::{DeviceFailure, DeviceState, SlotKind};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::crypto::CryptoProvider;
use str0m::format::PayloadParams;
use str0m::media::{Direction, KeyframeRequestKind, MediaData, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc as Str0m};
use tokio::net::UdpSocket;
use tokio::time::{Instant, sleep_until};

use crate::media::Media;

/// Larger than any datagram that is sent to it.
const DATAGRAM_BYTES_MAX: usize = 2_000;
/// Where there is no connection nothing is due.
const IDLE: Duration = Duration::from_secs(3_600);

/// One encoded frame: a packet of Opus, or a whole picture.
#[derive(Debug, Clone)]
pub struct Frame {
    /// How it is encoded.
    pub params: PayloadParams,
    /// When it is to be played, on the clock of its source.
    pub time: MediaTime,
    /// When it was made, or came.
    pub at: StdInstant,
    /// Its bytes, without packets around them.
    pub data: Arc<[u8]>,
}

/// What devices have to say.
#[derive(Debug, Clone)]
pub enum FromDevice {
    /// What one of them does now.
    State {
        /// Microphone, camera or screen.
        kind: SlotKind,
        /// One that was asked for is `asking` until it is `on` or has `failed`.
        state: DeviceState,
        /// Why it has failed, if it has.
        failure: Option<DeviceFailure>,
    },
    /// To be sent, if the call takes it now: what is muted goes nowhere.
    Frame(SlotKind, Frame),
    /// Who receives this picture can do nothing with it before a whole one comes.
    WantsKeyFrame(RemoteSlot),
}

impl FromDevice {
    /// One that is there at once, if it is wanted.
    pub fn ready(kind: SlotKind, is_wanted: bool) -> Self {
        Self::State {
            kind,
            state: match is_wanted {
                true => DeviceState::On,
                false => DeviceState::Off,
            },
            failure: None,
        }
    }
}

/// This device's microphone and camera, and what plays the others' sound and shows their pictures, all encoded.
pub trait Devices: Send + 'static {
    /// Which are to be open: idempotent, complete each time. Each says what has become of it by [`Devices::next`].
    fn capture(&mut self, microphone: bool, camera: bool);

    /// A device that has failed is to be tried again.
    fn retry(&mut self, kind: SlotKind);

    /// Whose sound and pictures come from now on, and what is to be heard of it.
    fn follow(&mut self, slots: &[RemoteSlot]);

    /// What they say next. Loses nothing when it is dropped before it is done.
    fn next(&mut self) -> impl Future<Output = FromDevice> + Send;

    /// Takes a frame of a participant.
    fn play(&mut self, from: &RemoteSlot, frame: Frame);

    /// Somebody needs a whole picture of this device's camera.
    fn key_frame_wanted(&mut self);
}

/// Devices that are there, and silent and dark; what comes is not played.
#[derive(Debug, Default)]
pub struct NoDevices {
    states: VecDeque<FromDevice>,
}

impl Devices for NoDevices {
    fn capture(&mut self, microphone: bool, camera: bool) {
        self.states = [
            FromDevice::ready(SlotKind::Audio, microphone),
            FromDevice::ready(SlotKind::Video, camera),
        ]
        .into();
    }

    fn retry(&mut self, _: SlotKind) {}

    fn follow(&mut self, _: &[RemoteSlot]) {}

    async fn next(&mut self) -> FromDevice {
        match self.states.pop_front() {
            Some(state) => state,
            None => pending().await,
        }
    }

    fn play(&mut self, _: &RemoteSlot, _: Frame) {}

    fn key_frame_wanted(&mut self) {}
}

/// The media of a native client; at most one connection at a time. Screens are not shown, and none is shared.
pub struct Rtc<D> {
    socket: UdpSocket,
    local: SocketAddr,
    connection: Option<Connection>,
    devices: D,
    events: VecDeque<MediaEvent>,
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
    rtc: Str0m,
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
    /// It cannot go on, and has said so; another takes its place, or its end.
    is_dead: bool,
}

impl<D: Devices> Rtc<D> {
    /// Takes a UDP port of an address of this machine that leads to the server's media. Fails where there is no port to be had, and
    /// as `Unsupported` where nobody can encrypt: without the feature `aws-lc-rs` the app installs its platform's cryptography first
    /// ([`CryptoProvider::install_process_default`]).
    pub async fn bind(ip: IpAddr, devices: D) -> io::Result<Self> {
        if cfg!(not(feature = "aws-lc-rs")) && CryptoProvider::get_default().is_none() {
            let message = "nothing here can encrypt: enable the feature `aws-lc-rs` of hullo-client, or install a str0m \
                           CryptoProvider of this platform before";
            return Err(io::Error::new(io::ErrorKind::Unsupported, message));
        }
        let socket = UdpSocket::bind((ip, 0)).await?;
        Ok(Self {
            local: socket.local_addr()?,
            socket,
            connection: None,
            devices,
            events: VecDeque::new(),
            buffer: vec![0; DATAGRAM_BYTES_MAX],
            deadline: StdInstant::now() + IDLE,
        })
    }

    /// The connection, if `peer` still names it.
    fn of(&mut self, peer: u32) -> Option<&mut Connection> {
        self.connection.as_mut().filter(|one| one.peer == peer)
    }

    /// Sends what is to be sent, and takes what has come of it.
    fn poll(&mut self) {
        let now = StdInstant::now();
        let Some(connection) = self.connection.as_mut().filter(|one| !one.is_dead) else {
            self.deadline = now + IDLE;
            return;
        };
        if self.deadline <= now && connection.rtc.handle_input(Input::Timeout(now)).is_err() {
            self.events.push_back(connection.die());
            return;
        }
        loop {
            match connection.rtc.poll_output() {
                Ok(Output::Transmit(datagram)) => {
                    // One that is lost is sent again, or not missed.
                    let _ = self
                        .socket
                        .try_send_to(&datagram.contents, datagram.destination);
                }
                Ok(Output::Event(event)) => {
                    self.events
                        .extend(connection.take(event, &mut self.devices));
                }
                Ok(Output::Timeout(at)) => {
                    self.deadline = at;
                    return;
                }
                Err(_) => {
                    self.events.push_back(connection.die());
                    self.deadline = now + IDLE;
                    return;
                }
            }
        }
    }

    fn take_datagram(&mut self, length: usize, from: SocketAddr) {
        let bytes = self.buffer.get(..length).unwrap_or_default();
        let Some(connection) = self.connection.as_mut().filter(|one| !one.is_dead) else {
            return;
        };
        if let Ok(receive) = Receive::new(Protocol::Udp, from, self.local, bytes) {
            let input = Input::Receive(StdInstant::now(), receive);
            // What is not for this connection is of the one before.
            if connection.rtc.accepts(&input) && connection.rtc.handle_input(input).is_err() {
                self.events.push_back(connection.die());
            }
        }
    }

    fn take_from_device(&mut self, said: FromDevice) {
        match said {
            FromDevice::State {
                kind,
                state,
                failure,
            } => self.events.push_back(MediaEvent::Device {
                kind,
                state,
                failure,
                message: None,
            }),
            FromDevice::Frame(kind, frame) => {
                if let Some(connection) = &mut self.connection {
                    connection.send(kind, frame);
                }
            }
            FromDevice::WantsKeyFrame(slot) => {
                if let Some(connection) = &mut self.connection {
                    connection.ask_for_key_frame(&slot);
                }
            }
        }
    }
}

impl<D: Devices> Media for Rtc<D> {
    fn apply(&mut self, command: MediaCommand) {
        let offered = match command {
            MediaCommand::Open {
                peer, audio, video, ..
            } => {
                let connection = Connection::new(peer, self.local, Lines { audio, video });
                self.connection.insert(connection).offer(false)
            }
            MediaCommand::Grow {
                peer, audio, video, ..
            } => self.of(peer).and_then(|one| {
                one.wanted = Lines { audio, video };
                one.grow()
            }),
            MediaCommand::Answer { peer, sdp } => self.of(peer).and_then(|one| one.answer(&sdp)),
            MediaCommand::Restart { peer } => self.of(peer).and_then(|one| one.offer(true)),
            MediaCommand::Flow {
                peer, audio, video, ..
            } => {
                if let Some(connection) = self.of(peer) {
                    (connection.audio, connection.video) = (audio, video);
                }
                None
            }
            MediaCommand::Slots { peer, slots } => {
                if let Some(connection) = self.connection.as_mut().filter(|one| one.peer == peer) {
                    self.devices.follow(&slots);
                    connection.slots = slots;
                }
                None
            }
            MediaCommand::Capture {
                audio,
                video,
                screen,
            } => {
                self.devices.capture(audio, video);
                screen.then(no_screen)
            }
            MediaCommand::Retry { kind } => {
                self.devices.retry(kind);
                None
            }
            // It reaches the server's media by itself.
            MediaCommand::IceServers { .. } => None,
            MediaCommand::Close => {
                self.connection = None;
                self.devices.capture(false, false);
                None
            }
        };
        self.events.extend(offered);
        self.poll();
    }

    async fn happened(&mut self) -> MediaEvent {
        loop {
            self.poll();
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            let until = Instant::from_std(self.deadline);
            tokio::select! {
                received = self.socket.recv_from(&mut self.buffer) => {
                    // An error is one of a datagram before: nobody was there who took it.
                    if let Ok((length, from)) = received {
                        self.take_datagram(length, from);
                    }
                }
                said = self.devices.next() => self.take_from_device(said),
                () = sleep_until(until) => {}
            }
        }
    }
}

/// There is no screen to share, which whoever asked for one is waiting to be told.
fn no_screen() -> MediaEvent {
    MediaEvent::Device {
        kind: SlotKind::Screen,
        state: DeviceState::Failed,
        failure: Some(DeviceFailure::Missing),
        message: Some("a native client has no screen to share yet".to_owned()),
    }
}

impl Connection {
    fn new(peer: u32, local: SocketAddr, wanted: Lines) -> Self {
        let mut rtc = Str0m::new(StdInstant::now());
        if let Ok(candidate) = Candidate::host(local, "udp") {
            rtc.add_local_candidate(candidate);
        }
        Self {
            peer,
            rtc,
            wanted,
            known: Lines::default(),
            pending: None,
            sends_audio: None,
            sends_video: None,
            audio: false,
            video: false,
            slots: Vec::new(),
            is_dead: false,
        }
    }

    /// Offers the m-lines that the server does not know yet. An offer that waits for its answer no longer counts.
    fn offer(&mut self, restart: bool) -> Option<MediaEvent> {
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
        let (offer, pending) = changes.apply()?;
        self.pending = Some((wanted, pending));
        Some(MediaEvent::Offered {
            peer: self.peer,
            sdp: offer.to_sdp_string(),
        })
    }

    /// Offers more m-lines; an offer that is under way goes first.
    fn grow(&mut self) -> Option<MediaEvent> {
        match self.pending.is_none() && self.known != self.wanted {
            true => self.offer(false),
            false => None,
        }
    }

    fn answer(&mut self, sdp: &str) -> Option<MediaEvent> {
        // A repeated answer changes nothing.
        let (lines, pending) = self.pending.take()?;
        let taken = SdpAnswer::from_sdp_string(sdp)
            .ok()
            .and_then(|answer| self.rtc.sdp_api().accept_answer(pending, answer).ok());
        if taken.is_none() {
            return Some(self.failed());
        }
        self.known = lines;
        self.grow()
    }

    /// Says once that it cannot go on.
    fn die(&mut self) -> MediaEvent {
        self.is_dead = true;
        self.failed()
    }

    fn failed(&self) -> MediaEvent {
        MediaEvent::Failed { peer: self.peer }
    }

    fn take(&mut self, event: Event, devices: &mut impl Devices) -> Option<MediaEvent> {
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
        let frame = Frame {
            params: data.params,
            time: data.time,
            at: data.network_time,
            data: data.data,
        };
        devices.play(slot, frame);
    }

    fn send(&mut self, kind: SlotKind, frame: Frame) {
        let mid = match kind {
            SlotKind::Audio => self.sends_audio.filter(|_| self.audio),
            SlotKind::Video => self.sends_video.filter(|_| self.video),
            SlotKind::Screen => None,
        };
        let Some(writer) = mid.and_then(|mid| self.rtc.writer(mid)) else {
            return;
        };
        if let Some(pt) = writer.match_params(frame.params) {
            // A frame that cannot be sent is missed like one that was lost: the next key frame mends it.
            let _ = writer.write(pt, frame.at, frame.time, frame.data);
        }
    }

    fn ask_for_key_frame(&mut self, slot: &RemoteSlot) {
        if let Some(mut writer) = self.rtc.writer(Mid::from(slot.mid.as_str())) {
            // Refused where the m-line cannot ask: then the server asks by itself, after a while.
            let _ = writer.request_keyframe(None, KeyframeRequestKind::Pli);
        }
    }
}
