//! The UDP sockets of the media plane: one for each address that SDP answers name, all on one port.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::task::Poll;

use anyhow::{Context as _, Result, bail};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

use crate::config::MediaConfig;

/// Larger ones do not exist in UDP over IPv4.
pub(super) const DATAGRAM_BYTES_MAX: usize = 65_535;
/// Bursts of key frames must fit; the system may grant less.
const SOCKET_BUFFER_BYTES: usize = 4 << 20;

/// Bound on the thread that starts the server, so that a port that is taken is reported there.
#[derive(Debug)]
pub(crate) struct MediaSockets(Vec<Bound>);

#[derive(Debug)]
struct Bound {
    socket: std::net::UdpSocket,
    announced: SocketAddr,
}

/// In use on the media thread.
pub(super) struct Sockets(Vec<Open>);

struct Open {
    socket: UdpSocket,
    announced: SocketAddr,
}

/// A datagram to send.
pub(super) struct Datagram {
    /// The announced address that it comes from.
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) bytes: Vec<u8>,
}

/// A datagram that has come; its bytes are in the buffer of the caller.
pub(super) struct Arrived {
    pub(super) from: SocketAddr,
    /// The announced address that it came to.
    pub(super) to: SocketAddr,
    pub(super) bytes: usize,
}

impl MediaSockets {
    /// Binds the port on every address. An announced address that this machine does not have is taken for a router's in front of
    /// it: its datagrams arrive at `bind`, or at the interface with the default route.
    pub(crate) fn bind(config: &MediaConfig) -> Result<Self> {
        let interface = config.bind.or_else(default_interface);
        let mut sockets = Vec::new();
        if config.public_ips.is_empty() {
            for ip in [Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), interface] {
                if let Some(ip) = ip.filter(|ip| !announces(&sockets, *ip)) {
                    sockets.push(bind(ip, config.port, None)?);
                }
            }
            return Ok(Self(sockets));
        }
        let mut behind = None;
        for ip in &config.public_ips {
            if config.bind.is_none()
                && let Ok(bound) = bind(*ip, config.port, None)
            {
                sockets.push(bound);
                continue;
            }
            let Some(local) = interface else {
                bail!("{ip} is no address of this machine, and none has a route; set media_bind");
            };
            if let Some(other) = behind.replace(ip) {
                bail!(
                    "{other} and {ip} cannot both stand for {local}; give one public_ip per local address"
                );
            }
            sockets.push(bind(local, config.port, Some(*ip))?);
        }
        Ok(Self(sockets))
    }

    /// The addresses that SDP answers name.
    pub(crate) fn announced(&self) -> Vec<SocketAddr> {
        self.0.iter().map(|bound| bound.announced).collect()
    }

    /// To be called on the media thread.
    pub(super) fn open(self) -> io::Result<Sockets> {
        let open = |bound: Bound| {
            Ok(Open {
                socket: UdpSocket::from_std(bound.socket)?,
                announced: bound.announced,
            })
        };
        self.0
            .into_iter()
            .map(open)
            .collect::<io::Result<_>>()
            .map(Sockets)
    }
}

impl Sockets {
    /// Until a datagram waits at one of the sockets.
    pub(super) async fn readable(&self) {
        poll_fn(|context| {
            let ready = |open: &Open| open.socket.poll_recv_ready(context).is_ready();
            match self.0.iter().any(ready) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }

    /// The next datagram that waits. What else the system reports (an earlier datagram was not wanted) concerns nobody here.
    pub(super) fn try_receive(&self, buffer: &mut [u8]) -> Option<Arrived> {
        self.0.iter().find_map(|open| {
            let (bytes, from) = open.socket.try_recv_from(buffer).ok()?;
            Some(Arrived {
                from,
                to: open.announced,
                bytes,
            })
        })
    }

    /// Sends now or not at all: media that waits is worth less than media that is lost.
    pub(super) fn send(&self, datagram: &Datagram) -> io::Result<()> {
        let from = self
            .0
            .iter()
            .find(|open| open.announced == datagram.from)
            .ok_or(io::ErrorKind::AddrNotAvailable)?;
        from.socket.try_send_to(&datagram.bytes, datagram.to)?;
        Ok(())
    }
}

fn announces(sockets: &[Bound], ip: IpAddr) -> bool {
    sockets.iter().any(|bound| bound.announced.ip() == ip)
}

fn bind(local: IpAddr, port: u16, announced: Option<IpAddr>) -> Result<Bound> {
    let address = SocketAddr::new(local, port);
    let binding = || format!("cannot bind the media port {address} (UDP)");
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )
    .with_context(binding)?;
    // The system grants what its limits allow.
    let _ = socket.set_recv_buffer_size(SOCKET_BUFFER_BYTES);
    let _ = socket.set_send_buffer_size(SOCKET_BUFFER_BYTES);
    socket.set_nonblocking(true).with_context(binding)?;
    socket.bind(&address.into()).with_context(binding)?;
    let socket = std::net::UdpSocket::from(socket);
    let bound = socket.local_addr().with_context(binding)?;
    let announced = SocketAddr::new(announced.unwrap_or(bound.ip()), bound.port());
    Ok(Bound { socket, announced })
}

/// The address of the interface with the default route. Connecting a UDP socket sends nothing; it only asks for the route.
fn default_interface() -> Option<IpAddr> {
    let socket = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // Any address of the public internet will do; this one is reserved for documentation (RFC 5737).
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_unspecified()).then_some(ip)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(bind: Option<&str>, public_ips: &[&str]) -> MediaConfig {
        MediaConfig {
            port: 0,
            bind: bind.map(|ip| ip.parse().unwrap()),
            public_ips: public_ips.iter().map(|ip| ip.parse().unwrap()).collect(),
        }
    }

    fn announced(config: &MediaConfig) -> Vec<IpAddr> {
        let sockets = MediaSockets::bind(config).unwrap();
        sockets.announced().iter().map(SocketAddr::ip).collect()
    }

    #[test]
    fn loopback_is_announced_when_nothing_is_said() {
        let all = announced(&config(None, &[]));
        assert_eq!(all[0], IpAddr::V4(Ipv4Addr::LOCALHOST));
    }

    #[test]
    fn address_of_a_router_stands_for_the_local_one() {
        let all = announced(&config(Some("127.0.0.1"), &["203.0.113.9"]));
        assert_eq!(all, ["203.0.113.9".parse::<IpAddr>().unwrap()]);
    }

    #[test]
    fn two_addresses_of_routers_for_one_local_address_are_refused() {
        let both = config(Some("127.0.0.1"), &["203.0.113.9", "203.0.113.10"]);
        let refused = MediaSockets::bind(&both).unwrap_err().to_string();
        assert!(
            refused.contains("203.0.113.9 and 203.0.113.10"),
            "{refused}"
        );
    }

    #[tokio::test]
    async fn datagrams_come_and_go_under_the_announced_address() {
        let bound = MediaSockets::bind(&config(Some("127.0.0.1"), &["203.0.113.9"])).unwrap();
        let public = bound.announced()[0];
        let sockets = bound.open().unwrap();
        let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let client_address = client.local_addr().unwrap();
        let real = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), public.port());

        client.send_to(b"ping", real).await.unwrap();
        let mut buffer = [0; 16];
        let arrived = loop {
            sockets.readable().await;
            if let Some(arrived) = sockets.try_receive(&mut buffer) {
                break arrived;
            }
        };
        assert_eq!((arrived.from, arrived.to), (client_address, public));
        assert_eq!(&buffer[..arrived.bytes], b"ping");

        let datagram = Datagram {
            from: public,
            to: client_address,
            bytes: b"pong".to_vec(),
        };
        sockets.send(&datagram).unwrap();
        let (bytes, from) = client.recv_from(&mut buffer).await.unwrap();
        assert_eq!((&buffer[..bytes], from), (&b"pong"[..], real));
    }
}
