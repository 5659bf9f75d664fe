//! Takes connections and serves HTTP on them. Each step before a request has its time, and each connection its place.
//!
//! HTTP/1.1 only: browsers open WebSockets over it, an app's backend needs nothing else, and the limits of one request at
//! a time are few.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower_service::Service as _;

use crate::config::Limits;
use crate::connections::{Connections, Refusal};
use crate::peer::Peer;

/// Largest head of a request.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// A connection that asks one thing after the other, or takes an answer byte by byte, is closed after so long. A WebSocket
/// has left HTTP by then.
const HTTP_LIFE: Duration = Duration::from_secs(600);
/// What is under way when a connection is to end may take so long.
const LAST_ANSWER: Duration = Duration::from_secs(5);
/// A refusal waits so long for the client to take it,
const REFUSAL: Duration = Duration::from_secs(1);
/// and so many do at once; the others are closed without a word.
const REFUSALS_MAX: usize = 64;
/// After a failure to accept, mostly for want of files, none is tried for so long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Failures to accept are logged this often.
const ACCEPT_LOG: Duration = Duration::from_secs(10);

/// An address of ours, and what is behind it.
pub(super) struct Door {
    pub(super) router: Router,
    pub(super) connections: Arc<Connections>,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) limits: Limits,
    /// All connections come from a proxy: their address says nothing.
    pub(super) behind_proxy: bool,
    /// True from when no more are taken, and those that are idle end.
    pub(super) stop: watch::Receiver<bool>,
    /// Held by each connection while it is HTTP.
    pub(super) running: mpsc::Sender<()>,
}

impl Door {
    /// Takes connections until it is told to stop.
    pub(super) async fn serve(self, listener: TcpListener) {
        let mut stop = self.stop.clone();
        let refusals = Arc::new(Semaphore::new(REFUSALS_MAX));
        let mut logged: Option<Instant> = None;
        let door = Arc::new(self);
        loop {
            let accepted = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return,
                accepted = listener.accept() => accepted,
            };
            let (stream, address) = match accepted {
                Ok(accepted) => accepted,
                Err(error) if is_of_the_connection(&error) => continue,
                Err(error) => {
                    door.connections.metrics.accept_errors.inc();
                    if logged.is_none_or(|at| at.elapsed() > ACCEPT_LOG) {
                        logged = Some(Instant::now());
                        tracing::error!(%error, "connections cannot be taken; let the process open more files (ulimit -n)");
                    }
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            door.clone().take(stream, address, &refusals);
        }
    }

    fn take(self: Arc<Self>, stream: TcpStream, address: SocketAddr, refusals: &Arc<Semaphore>) {
        let known = (!self.behind_proxy).then(|| address.ip());
        match self.connections.admit(known) {
            Ok(admission) => {
                let admission = Arc::new(admission);
                tokio::spawn(self.admit(stream, Peer { address, admission }));
            }
            Err(refusal) => {
                tracing::debug!(%address, limit = refusal.limit(), "a connection was refused");
                // A TLS handshake would cost more than the refusal is worth.
                if self.tls.is_none()
                    && let Ok(permit) = refusals.clone().try_acquire_owned()
                {
                    tokio::spawn(async move {
                        let _permit = permit;
                        refuse(stream, refusal).await;
                    });
                }
            }
        }
    }

    /// Takes a connection that comes from no network.
    pub(super) fn take_stream<S>(self: Arc<Self>, stream: S, address: SocketAddr) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let admission = self.connections.admit(None).map_err(io::Error::other)?;
        let peer = Peer {
            address,
            admission: Arc::new(admission),
        };
        tokio::spawn(async move { self.speak_http(stream, peer).await });
        Ok(())
    }

    async fn admit(self: Arc<Self>, stream: TcpStream, peer: Peer) {
        // Frames are small and wanted at once: without it the second of two waits for the client's delayed
        // acknowledgement of the first, 40 ms and more.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        match &self.tls {
            None => self.speak_http(stream, peer).await,
            Some(tls) => match timeout(self.limits.handshake(), tls.accept(stream)).await {
                Ok(Ok(stream)) => self.speak_http(stream, peer).await,
                Ok(Err(error)) => {
                    tracing::debug!(address = %peer.address, %error, "a TLS handshake failed");
                }
                Err(_) => {
                    tracing::debug!(address = %peer.address, "a TLS handshake took too long");
                }
            },
        }
    }

    async fn speak_http<S>(&self, stream: S, peer: Peer)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let _running = self.running.clone();
        let router = self.router.clone();
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(peer.clone());
            let mut router = router.clone();
            async move {
                let answered: Result<Response, Infallible> =
                    router.call(request.map(Body::new)).await;
                answered
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.headers())
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let mut stop = self.stop.clone();
        tokio::select! {
            // What a client sent wrong is answered by then, or it has gone.
            _ = connection.as_mut() => return,
            _ = stop.wait_for(|stop| *stop) => {}
            () = sleep(HTTP_LIFE) => {}
        }
        connection.as_mut().graceful_shutdown();
        // Who does not take his answer in time has gone.
        let _ = timeout(LAST_ANSWER, connection).await;
    }
}

/// The connection was gone before it was taken; others are not concerned.
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

/// Says why not, and when to come again, before it hangs up.
async fn refuse(mut stream: TcpStream, refusal: Refusal) {
    let body = format!("{refusal}\n");
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-type: text/plain\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    // Who does not want to hear it loses nothing by not hearing it.
    let _ = timeout(REFUSAL, async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await?;
        // A connection that is closed with bytes unread is reset, and the answer is lost with it.
        let mut unread = [0; 1024];
        while stream.read(&mut unread).await? > 0 {}
        io::Result::Ok(())
    })
    .await;
}
