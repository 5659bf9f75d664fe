//! The connection of a call over one UDP socket: ICE, DTLS and SRTP by str0m, with offers as the server's SFU takes them. Frames
//! are encoded; an app's [`Devices`] make and take them.

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::{Duration, Instant as StdInstant};

use hullo_core::endpoint::{MediaCommand, MediaEvent};
use hullo_protocol::{DeviceFailure, DeviceState, SlotKind};
use str0m::crypto::CryptoProvider;
use str0m::net::{Protocol, Receive};
use str0m::{Input, Output};
use tokio::time::{Instant, sleep_until};

use crate::connection::{Connection, Lines};
use crate::devices::{Devices, FromDevice};
use crate::media::Media;
use crate::port::Port;

/// Larger than any datagram that is sent to it.
const DATAGRAM_BYTES_MAX: usize = 2_000;
/// Where there is no connection nothing is due.
const IDLE: Duration = Duration::from_secs(3_600);

/// A search for the address of this machine that leads to the server's media.
type Search = Pin<Box<dyn Future<Output = io::Result<IpAddr>> + Send>>;

/// A connection that is to be, once there is a way to the server.
struct Waiting {
    peer: u32,
    /// Nothing after one that has failed, until it is to be tried again.
    search: Option<Search>,
    /// What it was commanded, from `Open` on.
    commands: Vec<MediaCommand>,
}

/// The media of a native client; at most one connection at a time. None shares a screen.
pub struct Rtc<D> {
    /// How the way to the server is found for each connection; nothing where there is one port for all.
    search: Option<Box<dyn Fn() -> Search + Send>>,
    waiting: Option<Waiting>,
    port: Option<Port>,
    connection: Option<Connection>,
    devices: D,
    events: VecDeque<MediaEvent>,
    buffer: Vec<u8>,
    deadline: StdInstant,
}

impl<D: Devices> Rtc<D> {
    /// Takes a UDP port of this address of this machine, for all connections: for a machine whose address stays. Fails where there is no port to be
    /// had, and as [`Rtc::sought`].
    pub async fn bind(ip: IpAddr, devices: D) -> io::Result<Self> {
        let mut rtc = Self::new(None, devices)?;
        rtc.port = Some(Port::of(ip)?);
        Ok(rtc)
    }

    /// Finds the address that leads to the server for each connection: for a machine that has no network yet, or gets another one. The
    /// server's media is reached as the server is.
    #[cfg(feature = "websocket")]
    pub fn to(server: &crate::WebSocket, devices: D) -> io::Result<Self> {
        let server = server.clone();
        Self::sought(
            move || {
                let server = server.clone();
                async move { server.local_ip().await }
            },
            devices,
        )
    }

    /// The same with a search of the app's own. A connection whose search fails is tried again, as long as the call waits. Fails as
    /// `Unsupported` where nobody can encrypt: without the feature `aws-lc-rs` the app installs its platform's cryptography first
    /// ([`CryptoProvider::install_process_default`]).
    pub fn sought<F>(search: impl Fn() -> F + Send + 'static, devices: D) -> io::Result<Self>
    where
        F: Future<Output = io::Result<IpAddr>> + Send + 'static,
    {
        let search = move || Box::pin(search()) as Search;
        Self::new(Some(Box::new(search)), devices)
    }

    fn new(search: Option<Box<dyn Fn() -> Search + Send>>, devices: D) -> io::Result<Self> {
        if cfg!(not(feature = "aws-lc-rs")) && CryptoProvider::get_default().is_none() {
            let message = "nothing here can encrypt: enable the feature `aws-lc-rs` of hullo-client, or install a str0m \
                           CryptoProvider of this platform before";
            return Err(io::Error::new(io::ErrorKind::Unsupported, message));
        }
        Ok(Self {
            search,
            waiting: None,
            port: None,
            connection: None,
            devices,
            events: VecDeque::new(),
            buffer: vec![0; DATAGRAM_BYTES_MAX],
            deadline: StdInstant::now() + IDLE,
        })
    }

    /// Keeps what waits for the way to the server; gives back what does not.
    fn hold_back(&mut self, command: MediaCommand) -> Option<MediaCommand> {
        match (&command, &self.search) {
            (MediaCommand::Open { peer, .. }, Some(search)) => {
                (self.connection, self.port) = (None, None);
                self.waiting = Some(Waiting {
                    peer: *peer,
                    search: Some(search()),
                    commands: Vec::new(),
                });
            }
            (MediaCommand::Close, _) => self.waiting = None,
            (MediaCommand::Capture { .. } | MediaCommand::Retry { .. }, _) => return Some(command),
            _ => {}
        }
        let Some(waiting) = &mut self.waiting else {
            return Some(command);
        };
        match (&command, &self.search) {
            // There is nothing yet to restart.
            (MediaCommand::Restart { .. }, Some(search)) => {
                waiting.search.get_or_insert_with(search);
            }
            _ => waiting.commands.push(command),
        }
        None
    }

    /// The search for the way to the server has ended.
    fn found(&mut self, address: io::Result<IpAddr>) {
        let Some(mut waiting) = self.waiting.take() else {
            return;
        };
        match address.and_then(Port::of) {
            Ok(port) => {
                self.port = Some(port);
                let commands = waiting.commands.into_iter();
                commands.for_each(|command| self.carry_out(command));
            }
            Err(error) => {
                tracing::debug!(%error, "no way leads to the server's media");
                let peer = waiting.peer;
                self.events.push_back(MediaEvent::Failed { peer });
                waiting.search = None;
                self.waiting = Some(waiting);
            }
        }
    }

    /// The connection, if `peer` still names it.
    fn of(&mut self, peer: u32) -> Option<&mut Connection> {
        self.connection.as_mut().filter(|one| one.peer == peer)
    }

    fn open(&mut self, peer: u32, lines: Lines) -> Option<MediaEvent> {
        let local = self.port.as_ref()?.local;
        let connection = Connection::new(peer, local, lines, &self.devices);
        self.connection.insert(connection).offer(false)
    }

    fn close(&mut self) {
        self.connection = None;
        self.devices.capture(false, false);
        self.devices.follow(&[]);
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
                    if let Some(port) = &self.port {
                        port.send(&datagram.contents, datagram.destination);
                    }
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
        let Some(port) = &self.port else {
            return;
        };
        if let Ok(receive) = Receive::new(Protocol::Udp, from, port.local, bytes)
            && connection.receive(receive).is_err()
        {
            self.events.push_back(connection.die());
        }
    }

    fn take_from_device(&mut self, said: FromDevice) {
        match said {
            FromDevice::State {
                kind,
                state,
                failure,
                message,
            } => self.events.push_back(MediaEvent::Device {
                kind,
                state,
                failure,
                message,
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
            FromDevice::FirstPicture {
                slot,
                width,
                height,
            } => {
                let peer = self.connection.as_ref().map(|connection| connection.peer);
                self.events
                    .extend(peer.map(|peer| MediaEvent::FirstVideoFrame {
                        peer,
                        mid: slot.mid,
                        width,
                        height,
                    }));
            }
        }
    }

    fn carry_out(&mut self, command: MediaCommand) {
        let offered = match command {
            MediaCommand::Open {
                peer,
                audio,
                video,
                screen,
            } => self.open(
                peer,
                Lines {
                    audio,
                    video,
                    screen,
                },
            ),
            MediaCommand::Grow {
                peer,
                audio,
                video,
                screen,
            } => self.of(peer).and_then(|one| {
                one.grow_to(Lines {
                    audio,
                    video,
                    screen,
                })
            }),
            MediaCommand::Answer { peer, sdp } => match &mut self.connection {
                Some(one) if one.peer == peer => one.answer(&sdp, &mut self.devices),
                _ => None,
            },
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
                self.close();
                None
            }
        };
        self.events.extend(offered);
        self.poll();
    }
}

impl<D: Devices> Media for Rtc<D> {
    fn apply(&mut self, command: MediaCommand) {
        if let Some(command) = self.hold_back(command) {
            self.carry_out(command);
        }
    }

    async fn happened(&mut self) -> MediaEvent {
        loop {
            self.poll();
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            let until = Instant::from_std(self.deadline);
            let received = async {
                match &self.port {
                    Some(port) => port.receive(&mut self.buffer).await,
                    None => pending().await,
                }
            };
            let found = async {
                let search = self.waiting.as_mut().and_then(|one| one.search.as_mut());
                match search {
                    Some(search) => search.await,
                    None => pending().await,
                }
            };
            tokio::select! {
                received = received => {
                    if let Ok((length, from)) = received {
                        self.take_datagram(length, from);
                    }
                }
                said = self.devices.next() => self.take_from_device(said),
                address = found => self.found(address),
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
