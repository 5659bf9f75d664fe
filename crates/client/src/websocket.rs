//! The ready transport: a WebSocket over TCP, and TLS by rustls.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use futures_util::{SinkExt, StreamExt as _};
use hullo_protocol::{ErrorKind, SUBPROTOCOL};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::Uri;

use crate::error::Error;
use crate::transport::{Connection, Transport};

/// What a connection runs over.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Connects to the server at an address: `https://calls.example.com`, or `http://` for one that is near, below a path or not. Its clones lead to the
/// same server.
#[derive(Clone)]
pub struct WebSocket {
    /// `ws://` or `wss://`.
    url: String,
    host: String,
    port: u16,
    #[cfg(feature = "rustls")]
    tls: Option<tokio_rustls::TlsConnector>,
}

impl WebSocket {
    /// To the server at this address. Fails with `bad_request` where it is none that can be connected to.
    pub fn new(server: &str) -> Result<Self, Error> {
        let refused = |why: &str| {
            let message = format!(
                "the server's address {server:?} {why}: give one as \"https://calls.example.com\""
            );
            Error::new(ErrorKind::BadRequest, message)
        };
        let uri: Uri = server.parse().map_err(|_| refused("is no URL"))?;
        let (scheme, usual_port) = match uri.scheme_str() {
            Some("https" | "wss") => ("wss", 443),
            Some("http" | "ws") => ("ws", 80),
            _ => return Err(refused("has neither https nor http")),
        };
        let authority = uri.authority().ok_or_else(|| refused("has no host"))?;
        if cfg!(not(feature = "rustls")) && scheme == "wss" {
            return Err(refused(
                "needs the feature `rustls`, or a transport of your own",
            ));
        }
        Ok(Self {
            url: format!(
                "{scheme}://{authority}{}/v1/ws",
                uri.path().trim_end_matches('/')
            ),
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(usual_port),
            #[cfg(feature = "rustls")]
            tls: (scheme == "wss").then(tls).transpose()?,
        })
    }

    /// The address of this machine that leads to the server. Nothing is sent. Fails where there is no way to it.
    pub(crate) async fn local_ip(&self) -> io::Result<IpAddr> {
        let mut failed = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in lookup_host((self.host.as_str(), self.port)).await? {
            let any: IpAddr = match address.is_ipv4() {
                true => Ipv4Addr::UNSPECIFIED.into(),
                false => Ipv6Addr::UNSPECIFIED.into(),
            };
            let socket = UdpSocket::bind((any, 0)).await?;
            match socket.connect(address).await {
                Ok(()) => return Ok(socket.local_addr()?.ip()),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    async fn stream(&self) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        // Frames are small and none waits for the next.
        stream.set_nodelay(true)?;
        #[cfg(feature = "rustls")]
        if let Some(tls) = &self.tls {
            let name = self.host.clone().try_into().map_err(io::Error::other)?;
            return Ok(Box::new(tls.connect(name, stream).await?));
        }
        Ok(Box::new(stream))
    }
}

/// TLS with the certificates that the machine trusts.
#[cfg(feature = "rustls")]
fn tls() -> Result<tokio_rustls::TlsConnector, Error> {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (known, _) = roots.add_parsable_certificates(found.certs);
    if known == 0 {
        let message = format!(
            "this machine trusts no certificate authority: {:?}",
            found.errors
        );
        return Err(Error::new(ErrorKind::NoConnection, message));
    }
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorKind::NoConnection, error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(std::sync::Arc::new(config).into())
}

impl Transport for WebSocket {
    type Connection = WebSocketStream<Box<dyn Stream>>;

    async fn connect(&self) -> io::Result<Self::Connection> {
        upgrade(self.stream().await?, &self.url).await
    }
}

/// Asks for a WebSocket at a URL, `ws://host/v1/ws`, over a stream that leads to the server.
pub async fn upgrade<S>(stream: S, url: &str) -> io::Result<WebSocketStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = url.into_client_request().map_err(io::Error::other)?;
    let protocol = SUBPROTOCOL.parse().map_err(io::Error::other)?;
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    let upgraded = tokio_tungstenite::client_async(request, stream).await;
    let (socket, _) = upgraded.map_err(io::Error::other)?;
    Ok(socket)
}

impl<S> Connection for WebSocketStream<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    async fn send(&mut self, frame: String) -> io::Result<()> {
        let sent = SinkExt::send(self, Message::text(frame)).await;
        sent.map_err(io::Error::other)
    }

    async fn receive(&mut self) -> Option<String> {
        loop {
            match self.next().await {
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    async fn close(mut self) {
        let _ = WebSocketStream::close(&mut self, None).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_a_site_or_is_refused_with_what_to_write() {
        for (address, url) in [
            ("http://127.0.0.1:7880", "ws://127.0.0.1:7880/v1/ws"),
            ("http://[::1]:7880/", "ws://[::1]:7880/v1/ws"),
            (
                "https://example.com/calls/",
                "wss://example.com/calls/v1/ws",
            ),
        ] {
            assert_eq!(WebSocket::new(address).unwrap().url, url);
        }
        for address in ["", "calls.example.com", "ftp://example.com", "http://"] {
            let error = WebSocket::new(address).err().unwrap();
            assert_eq!(error.kind(), Some(ErrorKind::BadRequest), "{address}");
            assert!(error.to_string().contains("https://calls.example.com"));
        }
    }
}
