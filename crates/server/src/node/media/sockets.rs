//! The UDP sockets of the media plane: one for each local address, all on one port.
//!
//! Each stands for one address or several that SDP answers name: its own, and those that a router in front of it has. Which of
//! them a client used cannot be told from a datagram, and need not be: the answer goes back the way the datagram came.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::task::Poll;

use anyhow::{Context as _, Result, bail};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::UdpSocket;

use super::interfaces;
use crate::config::MediaConfig;
use crate::metrics::Unsent;

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
    /// The first is the one that datagrams are said to have come to.
    announced: Vec<SocketAddr>,
}

/// In use on the media thread.
pub(super) struct Sockets {
    open: Vec<Open>,
    /// The one that is asked first for a datagram, so that each has its turn.
    next: Cell<usize>,
}

struct Open {
    socket: UdpSocket,
    announced: Vec<SocketAddr>,
}

/// What the system granted, in bytes; the least of all sockets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Buffers {
    pub(super) receive: usize,
    pub(super) send: usize,
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
    /// Binds the port on every address of this machine, or on the one that is set. A `public_ip` is announced beside them: by
    /// the socket that has it, or, if this machine does not, by the one that a router in front of it leads to.
    pub(crate) fn bind(config: &MediaConfig) -> Result<Self> {
        let mut sockets = Vec::new();
        match config.bind {
            Some(ip) => sockets.push(bind(SocketAddr::new(ip, config.port))?),
            None => {
                for ip in interfaces::addresses(config.public_ips.is_empty()) {
                    match bind(SocketAddr::new(ip, config.port)) {
                        Ok(bound) => sockets.push(bound),
                        // It may be about to go, or not be ready yet. A port that is taken concerns the operator.
                        Err(error) if !is_taken(&error) => {
                            tracing::warn!(%ip, error = format!("{error:#}"), "no media on an address of this machine");
                        }
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        let mut sockets = Self(sockets);
        for ip in &config.public_ips {
            sockets.announce(*ip, config)?;
        }
        sockets.check()?;
        Ok(sockets)
    }

    fn announce(&mut self, public: IpAddr, config: &MediaConfig) -> Result<()> {
        if self.announced().iter().any(|known| known.ip() == public) {
            return Ok(());
        }
        // One of this machine's that is not among those of its interfaces.
        if config.bind.is_none()
            && let Ok(own) = bind(SocketAddr::new(public, config.port))
        {
            self.0.push(own);
            return Ok(());
        }
        let behind = interfaces::with_default_route(public.is_ipv6());
        let same_family = |bound: &&mut Bound| bound.announced[0].is_ipv6() == public.is_ipv6();
        let mut usable: Vec<&mut Bound> = self.0.iter_mut().filter(same_family).collect();
        let at = usable
            .iter()
            .position(|bound| Some(bound.announced[0].ip()) == behind);
        let Some(bound) = usable.get_mut(at.unwrap_or(0)) else {
            bail!(
                "public_ip {public} leads to no address of this machine; set media_bind to the one that it leads to"
            );
        };
        let port = bound.announced[0].port();
        bound.announced.push(SocketAddr::new(public, port));
        Ok(())
    }

    /// Says to the operator what clients will meet.
    fn check(&self) -> Result<()> {
        if self.0.is_empty() {
            bail!("this machine has no address for media; set media_bind");
        }
        let announced = self.announced();
        if announced.iter().all(|address| address.ip().is_loopback()) {
            tracing::warn!(
                "media can be reached from this machine alone: set public_ip, or media_bind, to an address that clients reach"
            );
        } else if announced
            .iter()
            .all(|address| interfaces::is_local(address.ip()))
        {
            tracing::info!(
                "media can be reached from this machine's own networks alone; for clients elsewhere set public_ip"
            );
        }
        Ok(())
    }

    /// The addresses that SDP answers name.
    pub(crate) fn announced(&self) -> Vec<SocketAddr> {
        let announced = self.0.iter().flat_map(|bound| &bound.announced);
        announced.copied().collect()
    }

    /// To be called on the media thread.
    pub(super) fn open(self) -> io::Result<Sockets> {
        let open = |bound: Bound| {
            Ok(Open {
                socket: UdpSocket::from_std(bound.socket)?,
                announced: bound.announced,
            })
        };
        Ok(Sockets {
            open: self.0.into_iter().map(open).collect::<io::Result<_>>()?,
            next: Cell::new(0),
        })
    }
}

impl Sockets {
    /// Until a datagram waits at one of the sockets.
    pub(super) async fn readable(&self) {
        poll_fn(|context| {
            let ready = |open: &Open| open.socket.poll_recv_ready(context).is_ready();
            match self.open.iter().any(ready) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }

    /// The next datagram that waits, of each socket in turn. What else the system reports (an earlier datagram was not wanted)
    /// concerns nobody here.
    pub(super) fn try_receive(&self, buffer: &mut [u8]) -> Option<Arrived> {
        let sockets = self.open.len();
        let first = self.next.get();
        (0..sockets).find_map(|step| {
            let turn = (first + step) % sockets;
            let open = &self.open[turn];
            let (bytes, from) = open.socket.try_recv_from(buffer).ok()?;
            self.next.set((turn + 1) % sockets);
            Some(Arrived {
                from,
                to: open.announced[0],
                bytes,
            })
        })
    }

    /// Sends now or not at all: media that waits is worth less than media that is lost. Each datagram is tried, whatever
    /// became of the one before: tokio would try none until the socket was found writable again.
    pub(super) fn send(&self, datagram: &Datagram) -> Result<(), Unsent> {
        let from = self
            .open
            .iter()
            .find(|open| open.announced.contains(&datagram.from))
            .ok_or(Unsent::Other)?;
        let socket = SockRef::from(&from.socket);
        let sent = socket.send_to(&datagram.bytes, &datagram.to.into());
        sent.map(|_| ()).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => Unsent::Full,
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::AddrNotAvailable => Unsent::Unreachable,
            _ => Unsent::Other,
        })
    }

    /// The buffers that were granted. Linux reports twice of what it takes for payloads.
    pub(super) fn buffers(&self) -> Buffers {
        let of = |read: fn(&SockRef<'_>) -> io::Result<usize>| {
            let sizes = self
                .open
                .iter()
                .map(|open| read(&SockRef::from(&open.socket)));
            sizes.filter_map(Result::ok).min().unwrap_or(0)
        };
        Buffers {
            receive: of(|socket| socket.recv_buffer_size()),
            send: of(|socket| socket.send_buffer_size()),
        }
    }
}

impl Buffers {
    /// Says to the operator that bursts may not fit.
    pub(super) fn report(self) {
        let Self { receive, send } = self;
        if receive.min(send) < SOCKET_BUFFER_BYTES {
            tracing::info!(
                receive,
                send,
                asked = SOCKET_BUFFER_BYTES,
                "the system grants smaller media buffers than asked for; sysctl net.core.rmem_max and wmem_max set the most"
            );
        }
    }
}

fn is_taken(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|error| error.kind() == io::ErrorKind::AddrInUse)
}

fn bind(address: SocketAddr) -> Result<Bound> {
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
    if address.is_ipv6() {
        socket.set_only_v6(true).with_context(binding)?;
    }
    socket.set_nonblocking(true).with_context(binding)?;
    socket.bind(&address.into()).with_context(binding)?;
    let socket = std::net::UdpSocket::from(socket);
    let bound = socket.local_addr().with_context(binding)?;
    Ok(Bound {
        socket,
        announced: vec![bound],
    })
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn config(bind: Option<&str>, public_ips: &[&str]) -> MediaConfig {
        MediaConfig {
            port: 0,
            bind: bind.map(|ip| ip.parse().unwrap()),
            public_ips: public_ips.iter().map(|ip| ip.parse().unwrap()).collect(),
        }
    }

    fn announced(config: &MediaConfig) -> Vec<String> {
        let sockets = MediaSockets::bind(config).unwrap();
        let ips = sockets.announced();
        ips.iter().map(|address| address.ip().to_string()).collect()
    }

    #[test]
    fn loopback_is_announced_when_nothing_is_said() {
        assert_eq!(announced(&config(None, &[]))[0], "127.0.0.1");
    }

    #[test]
    fn local_address_and_those_of_its_routers_are_announced_at_once() {
        let all = announced(&config(Some("127.0.0.1"), &["203.0.113.9", "203.0.113.10"]));
        assert_eq!(all, ["127.0.0.1", "203.0.113.9", "203.0.113.10"]);
        let same = announced(&config(Some("127.0.0.1"), &["127.0.0.1"]));
        assert_eq!(same, ["127.0.0.1"]);
    }

    #[test]
    fn address_of_a_router_that_leads_nowhere_is_refused() {
        let other = config(Some("127.0.0.1"), &["2001:db8::9"]);
        let refused = MediaSockets::bind(&other).unwrap_err().to_string();
        assert!(
            refused.contains("2001:db8::9") && refused.contains("media_bind"),
            "{refused}"
        );
    }

    #[test]
    fn port_that_is_taken_is_an_error() {
        let first = MediaSockets::bind(&config(Some("127.0.0.1"), &[])).unwrap();
        let taken = MediaConfig {
            port: first.announced()[0].port(),
            ..config(Some("127.0.0.1"), &[])
        };
        let error = MediaSockets::bind(&taken).unwrap_err();
        assert!(is_taken(&error), "{error:#}");
    }

    #[tokio::test]
    async fn datagrams_come_and_go_under_the_announced_addresses() {
        let bound = MediaSockets::bind(&config(Some("127.0.0.1"), &["203.0.113.9"])).unwrap();
        let [local, public] = bound.announced()[..] else {
            panic!("two addresses");
        };
        let sockets = bound.open().unwrap();
        let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let client_address = client.local_addr().unwrap();

        client.send_to(b"ping", local).await.unwrap();
        let mut buffer = [0; 16];
        let arrived = loop {
            sockets.readable().await;
            if let Some(arrived) = sockets.try_receive(&mut buffer) {
                break arrived;
            }
        };
        assert_eq!((arrived.from, arrived.to), (client_address, local));
        assert_eq!(&buffer[..arrived.bytes], b"ping");

        for from in [local, public] {
            let datagram = Datagram {
                from,
                to: client_address,
                bytes: b"pong".to_vec(),
            };
            sockets.send(&datagram).unwrap();
            let (bytes, from) = client.recv_from(&mut buffer).await.unwrap();
            assert_eq!((&buffer[..bytes], from), (&b"pong"[..], local));
        }
    }

    #[tokio::test]
    async fn each_socket_has_its_turn_and_one_address_without_a_way_harms_no_other() {
        let mut two = MediaSockets::bind(&config(Some("127.0.0.1"), &[])).unwrap();
        two.0.extend(
            MediaSockets::bind(&config(Some("127.0.0.2"), &[]))
                .unwrap()
                .0,
        );
        let addresses = two.announced();
        let sockets = two.open().unwrap();
        let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        for _ in 0..20 {
            for to in &addresses {
                client.send_to(b"x", to).await.unwrap();
            }
        }
        let mut buffer = [0; 16];
        let mut seen = Vec::new();
        while seen.len() < 20 {
            sockets.readable().await;
            while let Some(arrived) = sockets.try_receive(&mut buffer) {
                seen.push(arrived.to);
            }
        }
        let of_first = seen[..10].iter().filter(|to| **to == addresses[0]).count();
        assert!((1..10).contains(&of_first), "{seen:?}");

        let to = |ip: Ipv4Addr| Datagram {
            from: addresses[0],
            to: SocketAddr::new(IpAddr::V4(ip), client.local_addr().unwrap().port()),
            bytes: b"y".to_vec(),
        };
        // A broadcast is not allowed.
        assert_eq!(sockets.send(&to(Ipv4Addr::BROADCAST)), Err(Unsent::Other));
        assert_eq!(sockets.send(&to(Ipv4Addr::LOCALHOST)), Ok(()));
    }
}
