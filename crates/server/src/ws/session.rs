//! One session: login first, then requests and news until either side ends it.

mod login;
mod requests;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use hullo_core::hub::SessionId;
use hullo_protocol::{
    Accid, ErrorBody, ErrorKind, Event, MessageId, Reply, Request, ServerFrame, SessionClosed,
};
use tracing::Instrument as _;

use super::frame::parse;
use super::socket::{CLOSE_AWAY, CLOSE_NORMAL, CLOSE_POLICY, CLOSE_SIZE, Incoming, Socket};
use crate::metrics::snake_case;
use crate::node::{AppNode, Outgoing, SessionInput, SessionQueue};
use crate::state::SessionContext;

/// From the connection to a successful login.
const LOGIN: Duration = Duration::from_secs(10);
/// The server asks for a sign of life this often,
const PING: Duration = Duration::from_secs(15);
/// and gives up after silence for so long.
const SILENCE: Duration = Duration::from_secs(40);
/// Requests per second, and at once.
const RATE: NonZeroU32 = NonZeroU32::new(20).unwrap();
const BURST: NonZeroU32 = NonZeroU32::new(100).unwrap();
/// Requests that wait for their answers, as far as figures are kept of them.
const PENDING_MAX: usize = 256;

/// Why a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The client has gone.
    Gone,
    /// All was said; close.
    Finished,
    /// A frame was too long to be read.
    TooLong,
    /// Too late, too slow, or too silent.
    Policy(&'static str),
    /// The node says so.
    Closed(SessionClosed),
}

/// Who is at the other end.
struct Client {
    context: SessionContext,
    app: Arc<AppNode>,
    id: SessionId,
    accid: Accid,
    name: Option<String>,
    /// The device's greatest message id at login.
    cursor: MessageId,
}

/// A session that is signed in.
struct Session {
    socket: Socket,
    client: Client,
    limiter: DefaultDirectRateLimiter,
    /// Operations that wait for their answers, by request id.
    pending: BTreeMap<u64, &'static str>,
}

/// Runs a connection until it ends.
pub(super) async fn run(mut socket: Socket, context: SessionContext, address: IpAddr) {
    let limiter = RateLimiter::direct(Quota::per_second(RATE).allow_burst(BURST));
    let signed_in = login::run(&mut socket, &context, address, &limiter).await;
    let new = match signed_in {
        Ok(new) => new,
        Err(end) => return finish(socket, end).await,
    };
    let span = tracing::info_span!("session", app = %new.app.app.key, accid = %new.accid, session = new.id.0);
    let client = Client {
        context,
        app: new.app,
        id: new.id,
        accid: new.accid,
        name: new.name,
        cursor: new.cursor,
    };
    let mut session = Session {
        socket,
        client,
        limiter,
        pending: BTreeMap::from([(new.request, "session.login")]),
    };
    async {
        let end = session.run(new.queue).await;
        tracing::info!(?end, "session ended");
        let gone = SessionInput::Disconnected {
            session: session.client.id,
        };
        // An actor that is gone has forgotten its sessions.
        session.client.app.send(gone).await;
        finish(session.socket, end).await;
    }
    .instrument(span)
    .await;
}

/// Says why, as far as the client still listens, and closes.
async fn finish(mut socket: Socket, end: End) {
    let (code, reason) = match end {
        End::Gone => return,
        End::Finished => (CLOSE_NORMAL, "done"),
        End::TooLong => {
            let message = format!(
                "the frame is longer than {} bytes; at most {} are allowed",
                super::FRAME_BYTES_READ,
                hullo_protocol::FRAME_BYTES_MAX
            );
            let error = ErrorBody::new(ErrorKind::TooLarge, message);
            socket.send(&Event::SessionError { error }).await;
            return socket.close_unread(CLOSE_SIZE, "frame too long").await;
        }
        End::Policy(reason) => {
            let error = ErrorBody::new(ErrorKind::Timeout, reason);
            socket.send(&Event::SessionError { error }).await;
            (CLOSE_POLICY, reason)
        }
        End::Closed(reason) => {
            socket.send(&Event::SessionClosed { reason }).await;
            match reason {
                SessionClosed::ShuttingDown => (CLOSE_AWAY, "shutting down"),
                _ => (CLOSE_NORMAL, "session closed"),
            }
        }
    };
    socket.close(code, reason).await;
}

impl Session {
    async fn run(&mut self, mut queue: SessionQueue) -> End {
        let overflow = queue.overflow();
        let mut heard = Instant::now();
        let mut ticks = tokio::time::interval(PING);
        ticks.reset();
        loop {
            let end = tokio::select! {
                biased;
                () = overflow.notified() => Some(End::Closed(SessionClosed::TooSlow)),
                outgoing = queue.next() => match outgoing {
                    Some(outgoing) => {
                        // A send that waits for a slow client must not keep the bell from being heard.
                        tokio::select! {
                            end = self.send(outgoing) => end,
                            () = overflow.notified() => Some(End::Closed(SessionClosed::TooSlow)),
                        }
                    }
                    None => Some(End::Closed(SessionClosed::ShuttingDown)),
                },
                incoming = self.socket.receive() => {
                    heard = Instant::now();
                    self.receive(incoming).await
                }
                _ = ticks.tick() => match heard.elapsed() > SILENCE {
                    true => Some(End::Gone),
                    false => (!self.socket.ping().await).then_some(End::Gone),
                },
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    async fn receive(&mut self, incoming: Incoming) -> Option<End> {
        match incoming {
            Incoming::Text(text) => {
                let request = match read(&text, &self.limiter) {
                    Ok(request) => request,
                    Err(refusal) => {
                        self.count_refusal(&refusal);
                        return self.deliver(&*refusal).await;
                    }
                };
                self.handle_request(request).await
            }
            Incoming::Binary => self.deliver(&not_text()).await,
            Incoming::Alive => None,
            Incoming::TooLong => Some(End::TooLong),
            Incoming::Gone => Some(End::Gone),
        }
    }

    async fn handle_request(&mut self, request: Request) -> Option<End> {
        let re = request.id;
        let op = request.command.op();
        if self.pending.len() < PENDING_MAX {
            self.pending.insert(re, op);
        }
        tracing::debug!(op, re, "request");
        match self.client.prepare(request).await {
            requests::Prepared::ForHub {
                request,
                grant,
                refused,
            } => {
                let input = SessionInput::Request {
                    session: self.client.id,
                    request,
                    grant,
                    refused,
                };
                let reached = self.client.app.send(input).await;
                (!reached).then_some(End::Closed(SessionClosed::ShuttingDown))
            }
            requests::Prepared::Answered(result) => {
                let reply = Reply::new(re, result);
                self.count(&reply);
                self.deliver(&reply).await
            }
        }
    }

    async fn send(&mut self, outgoing: Outgoing) -> Option<End> {
        match outgoing {
            Outgoing::Reply(reply) => {
                self.count(&reply);
                self.deliver(&reply).await
            }
            Outgoing::Event(event) => self.deliver(&event).await,
            Outgoing::Welcome {
                re,
                snapshot,
                ended,
                before,
            } => {
                let welcome = self.client.welcome(*snapshot, ended, before).await;
                let failed = welcome.is_err();
                let reply = Reply::new(re, welcome);
                self.count(&reply);
                let end = self.deliver(&reply).await;
                end.or(failed.then_some(End::Finished))
            }
            Outgoing::Close(reason) => Some(End::Closed(reason)),
            Outgoing::End => Some(End::Finished),
        }
    }

    async fn deliver(&mut self, frame: &impl serde::Serialize) -> Option<End> {
        (!self.socket.send(frame).await).then_some(End::Gone)
    }

    fn count(&mut self, reply: &Reply) {
        if let Some(op) = self.pending.remove(&reply.re) {
            let outcome = match &reply.error {
                Some(error) => snake_case(&error.kind),
                None => "ok".to_owned(),
            };
            self.client
                .context
                .shared
                .metrics
                .count_request(op, outcome);
        }
    }

    /// A frame that was refused before anyone knew what it asks.
    fn count_refusal(&self, refusal: &ServerFrame) {
        let error = match refusal {
            ServerFrame::Reply(reply) => reply.error.as_ref(),
            ServerFrame::Event(Event::SessionError { error }) => Some(error),
            ServerFrame::Event(_) => None,
        };
        if let Some(error) = error {
            tracing::debug!(%error, "a frame was refused");
            let outcome = snake_case(&error.kind);
            self.client
                .context
                .shared
                .metrics
                .count_request("none", outcome);
        }
    }
}

/// Reads a request, unless there were too many.
fn read(text: &str, limiter: &DefaultDirectRateLimiter) -> Result<Request, Box<ServerFrame>> {
    let parsed = parse(text);
    if limiter.check().is_ok() {
        return parsed;
    }
    let message = format!("more than {RATE} requests per second; wait a moment");
    let error = ErrorBody::new(ErrorKind::RateLimited, message);
    let id = match parsed {
        Ok(request) => Some(request.id),
        Err(refusal) => match *refusal {
            ServerFrame::Reply(reply) => Some(reply.re),
            ServerFrame::Event(_) => None,
        },
    };
    Err(Box::new(match id {
        Some(re) => ServerFrame::Reply(Reply::new(re, Err(error))),
        None => ServerFrame::Event(Event::SessionError { error }),
    }))
}

fn not_text() -> Event {
    let error = ErrorBody::new(
        ErrorKind::BadRequest,
        "the protocol has JSON text frames only",
    );
    Event::SessionError { error }
}
