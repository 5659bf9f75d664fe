//! The media connection of one person in one call: ICE and DTLS over a socket of its own, through which nothing flows.

use std::net::{IpAddr, SocketAddr, UdpSocket as StdSocket};
use std::time::Instant;

use anyhow::{Context as _, Result};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc};
use tokio::net::UdpSocket;
use tokio::sync::oneshot;
use tokio::time::{Instant as TokioInstant, sleep_until};

/// Larger than any datagram that is sent to it.
const DATAGRAM_BYTES_MAX: usize = 2000;

/// The address of this machine towards the server.
pub(crate) fn local_ip(server: &str) -> Result<IpAddr> {
    // Nothing is sent: a connected UDP socket only looks up the route.
    let socket = StdSocket::bind("0.0.0.0:0")?;
    socket
        .connect(server)
        .with_context(|| format!("there is no IPv4 route to {server}"))?;
    Ok(socket.local_addr()?.ip())
}

/// A connection that has offered.
pub(crate) struct Media {
    rtc: Rtc,
    socket: UdpSocket,
    local: SocketAddr,
    pending: Option<SdpPendingOffer>,
    /// What it offers.
    pub(crate) offer: String,
}

impl Media {
    /// Makes the offer of an audio call.
    pub(crate) async fn offer(ip: IpAddr) -> Result<Self> {
        let socket = UdpSocket::bind((ip, 0)).await?;
        let local = socket.local_addr()?;
        let mut rtc = Rtc::new(Instant::now());
        rtc.add_local_candidate(Candidate::host(local, "udp")?);
        let mut changes = rtc.sdp_api();
        changes.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = changes.apply().context("there is nothing to offer")?;
        Ok(Self {
            offer: offer.to_sdp_string(),
            rtc,
            socket,
            local,
            pending: Some(pending),
        })
    }

    /// Connects once the answer is there, and keeps the connection until it is dropped.
    pub(crate) async fn run(mut self, answer: oneshot::Receiver<String>) -> Result<()> {
        let answer = SdpAnswer::from_sdp_string(&answer.await?)?;
        if let Some(pending) = self.pending.take() {
            self.rtc.sdp_api().accept_answer(pending, answer)?;
        }
        let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
        loop {
            let deadline = match self.rtc.poll_output()? {
                Output::Transmit(datagram) => {
                    // One that is lost is sent again.
                    let to = datagram.destination;
                    let _ = self.socket.send_to(&datagram.contents, to).await;
                    continue;
                }
                Output::Event(Event::IceConnectionStateChange(state))
                    if state.is_disconnected() =>
                {
                    return Ok(());
                }
                Output::Event(_) => continue,
                Output::Timeout(deadline) => deadline,
            };
            tokio::select! {
                () = sleep_until(TokioInstant::from_std(deadline)) => {
                    self.rtc.handle_input(Input::Timeout(Instant::now()))?;
                }
                arrived = self.socket.recv_from(&mut buffer) => {
                    let (length, from) = arrived?;
                    let bytes = buffer.get(..length).unwrap_or_default();
                    if let Ok(receive) = Receive::new(Protocol::Udp, from, self.local, bytes) {
                        self.rtc.handle_input(Input::Receive(Instant::now(), receive))?;
                    }
                }
            }
        }
    }
}
