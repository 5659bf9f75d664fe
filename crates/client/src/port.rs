//! A UDP port of this machine.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::UdpSocket;

pub(crate) struct Port {
    socket: UdpSocket,
    pub(crate) local: SocketAddr,
}

impl Port {
    /// Any that is free.
    pub(crate) fn of(ip: IpAddr) -> io::Result<Self> {
        let socket = std::net::UdpSocket::bind((ip, 0))?;
        socket.set_nonblocking(true)?;
        Ok(Self {
            local: socket.local_addr()?,
            socket: UdpSocket::from_std(socket)?,
        })
    }

    /// One that is lost is sent again, or not missed.
    pub(crate) fn send(&self, datagram: &[u8], to: SocketAddr) {
        let _ = self.socket.try_send_to(datagram, to);
    }

    /// The next datagram. Loses nothing when it is dropped before it is done. An error is one of a datagram before: nobody was there who
    /// took it.
    pub(crate) async fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.socket.recv_from(buffer).await
    }
}
