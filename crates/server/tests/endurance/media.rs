//! The media connections of one device, by str0m over a socket of its own; nothing flows through them.

use std::time::Instant;

use hullo_core::endpoint::{MediaCommand, MediaEvent};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant as TokioInstant, sleep_until};

/// What carries out the endpoint's media commands.
pub(crate) struct Media {
    events: UnboundedSender<MediaEvent>,
    open: Option<Open>,
}

struct Open {
    peer: u32,
    commands: UnboundedSender<MediaCommand>,
    task: JoinHandle<()>,
}

impl Media {
    pub(crate) fn new() -> (Self, UnboundedReceiver<MediaEvent>) {
        let (events, receiver) = unbounded_channel();
        (Self { events, open: None }, receiver)
    }

    pub(crate) fn apply(&mut self, command: MediaCommand) {
        match command {
            MediaCommand::Open { peer, .. } => {
                self.close();
                let (commands, receiver) = unbounded_channel();
                let task = tokio::spawn(run(peer, receiver, self.events.clone()));
                self.open = Some(Open {
                    peer,
                    commands,
                    task,
                });
            }
            MediaCommand::Close => self.close(),
            MediaCommand::Answer { peer, .. }
            | MediaCommand::Restart { peer }
            | MediaCommand::Grow { peer, .. } => {
                if let Some(open) = self.open.as_ref().filter(|open| open.peer == peer) {
                    let _ = open.commands.send(command);
                }
            }
            MediaCommand::Capture { .. }
            | MediaCommand::Retry { .. }
            | MediaCommand::Flow { .. }
            | MediaCommand::IceServers { .. }
            | MediaCommand::Slots { .. } => {}
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            open.task.abort();
        }
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        self.close();
    }
}

async fn run(
    peer: u32,
    mut commands: UnboundedReceiver<MediaCommand>,
    events: UnboundedSender<MediaEvent>,
) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let local = socket.local_addr().unwrap();
    let mut rtc = Rtc::new(Instant::now());
    rtc.add_local_candidate(Candidate::host(local, "udp").unwrap())
        .unwrap();
    let tell = |event| {
        let _ = events.send(event);
    };
    let (sdp, pending) = first_offer(&mut rtc);
    let mut pending = Some(pending);
    tell(MediaEvent::Offered { peer, sdp });
    let mut buffer = vec![0; 2000];
    loop {
        let deadline = match rtc.poll_output().unwrap() {
            Output::Transmit(datagram) => {
                // A server that was killed refuses; that is what the connection has to survive.
                let _ = socket
                    .send_to(&datagram.contents, datagram.destination)
                    .await;
                continue;
            }
            Output::Event(Event::Connected) => {
                tell(MediaEvent::Connected { peer });
                continue;
            }
            Output::Event(Event::IceConnectionStateChange(IceConnectionState::Disconnected)) => {
                tell(MediaEvent::Disconnected { peer });
                continue;
            }
            Output::Event(_) => continue,
            Output::Timeout(deadline) => deadline,
        };
        tokio::select! {
            () = sleep_until(TokioInstant::from_std(deadline)) => {
                rtc.handle_input(Input::Timeout(Instant::now())).unwrap();
            }
            command = commands.recv() => match command {
                Some(MediaCommand::Answer { sdp, .. }) => {
                    let answer = SdpAnswer::from_sdp_string(&sdp).unwrap();
                    if let Some(pending) = pending.take() {
                        rtc.sdp_api().accept_answer(pending, answer).unwrap();
                    }
                }
                Some(command) => {
                    let (sdp, next) = next_offer(&mut rtc, &command);
                    pending = Some(next);
                    tell(MediaEvent::Offered { peer, sdp });
                }
                None => return,
            },
            arrived = socket.recv_from(&mut buffer) => {
                let Ok((length, from)) = arrived else { continue };
                let bytes = &buffer[..length];
                if let Ok(receive) = Receive::new(Protocol::Udp, from, local, bytes) {
                    rtc.handle_input(Input::Receive(Instant::now(), receive)).unwrap();
                }
            }
        }
    }
}

fn first_offer(rtc: &mut Rtc) -> (String, SdpPendingOffer) {
    let mut changes = rtc.sdp_api();
    for kind in [MediaKind::Audio, MediaKind::Video] {
        changes.add_media(kind, Direction::SendRecv, None, None, None);
    }
    let (offer, pending) = changes.apply().unwrap();
    (offer.to_sdp_string(), pending)
}

/// One more line for a connection that grows; other credentials for one that starts again.
fn next_offer(rtc: &mut Rtc, command: &MediaCommand) -> (String, SdpPendingOffer) {
    let mut changes = rtc.sdp_api();
    match command {
        MediaCommand::Grow { .. } => {
            changes.add_media(MediaKind::Video, Direction::RecvOnly, None, None, None);
        }
        _ => {
            changes.ice_restart(true);
        }
    }
    let (offer, pending) = changes.apply().unwrap();
    (offer.to_sdp_string(), pending)
}
