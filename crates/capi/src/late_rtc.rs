//! The connection of calls, whose port is taken with the first call: then there is a network, and its address leads to the server.

use std::future::pending;
use std::io;
use std::net::IpAddr;

use hullo_client::{Devices, Media, MediaCommand, MediaEvent, Rtc};
use tokio::net::{UdpSocket, lookup_host};

/// Media that wait for the first call, with devices that `F` makes.
pub(crate) struct LateRtc<D, F> {
    make: F,
    /// Host and port.
    server: String,
    /// Known, or to be found out.
    address: Option<IpAddr>,
    /// What it was commanded before there was a port.
    early: Vec<MediaCommand>,
    rtc: Option<Rtc<D>>,
}

impl<D: Devices, F: FnMut() -> D> LateRtc<D, F> {
    /// `server` as the app gives it: `https://calls.example.com`.
    pub(crate) fn new(server: &str, address: Option<IpAddr>, make: F) -> Self {
        Self {
            make,
            server: host_and_port(server),
            address,
            early: Vec::new(),
            rtc: None,
        }
    }

    /// Takes a port and carries out what was commanded. Loses nothing when it is dropped before it is done: the port is taken
    /// without waiting.
    async fn begin(&mut self, peer: u32) -> Option<MediaEvent> {
        let address = match self.address {
            Some(address) => Ok(address),
            None => route_to(&self.server).await,
        };
        let bound = match address {
            Ok(address) => Rtc::bind(address, (self.make)()).await,
            Err(error) => Err(error),
        };
        let Ok(mut rtc) = bound else {
            // The state machine tries it again, for as long as the call waits.
            self.early
                .retain(|command| !matches!(command, MediaCommand::Open { .. }));
            return Some(MediaEvent::Failed { peer });
        };
        for command in self.early.drain(..) {
            rtc.apply(command);
        }
        self.rtc = Some(rtc);
        None
    }
}

impl<D: Devices, F: FnMut() -> D + Send + 'static> Media for LateRtc<D, F> {
    fn apply(&mut self, command: MediaCommand) {
        match &mut self.rtc {
            Some(rtc) => rtc.apply(command),
            // Nothing that was commanded before matters any more.
            None if command == MediaCommand::Close => self.early.clear(),
            None => self.early.push(command),
        }
    }

    async fn happened(&mut self) -> MediaEvent {
        loop {
            if let Some(rtc) = &mut self.rtc {
                return rtc.happened().await;
            }
            let newest = self.early.iter().rev().find_map(|command| match command {
                MediaCommand::Open { peer, .. } => Some(*peer),
                _ => None,
            });
            let Some(peer) = newest else {
                return pending().await;
            };
            if let Some(failed) = self.begin(peer).await {
                return failed;
            }
        }
    }
}

fn host_and_port(server: &str) -> String {
    let (scheme, rest) = server.split_once("://").unwrap_or(("https", server));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let port = authority
        .rsplit_once(':')
        .map(|(_, port)| port.parse::<u16>());
    match (port, scheme) {
        (Some(Ok(_)), _) => authority.to_owned(),
        (_, "http" | "ws") => format!("{authority}:80"),
        _ => format!("{authority}:443"),
    }
}

/// The address of this machine from which packets to the server go out.
async fn route_to(server: &str) -> io::Result<IpAddr> {
    let target = lookup_host(server)
        .await?
        .next()
        .ok_or(io::ErrorKind::NotFound)?;
    let any = match target.is_ipv6() {
        true => IpAddr::from([0_u16; 8]),
        false => IpAddr::from([0, 0, 0, 0]),
    };
    // Sends nothing: the system only chooses the way.
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(target).await?;
    Ok(socket.local_addr()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_of_the_server_is_that_of_its_address_or_the_usual_one() {
        for (server, expected) in [
            ("https://calls.example.com", "calls.example.com:443"),
            ("http://10.0.0.1/hullo", "10.0.0.1:80"),
            ("http://127.0.0.1:7880", "127.0.0.1:7880"),
            ("https://[::1]:7880/x", "[::1]:7880"),
            ("https://[2001:db8::1]", "[2001:db8::1]:443"),
        ] {
            assert_eq!(host_and_port(server), expected);
        }
    }
}
