//! One session: login first, then requests and events until either side ends it.

mod end;
mod login;
mod renewal;
mod requests;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use hullo_core::call::Profile;
use hullo_core::hub::SessionId;
use hullo_protocol::{
    Accid, Command, DeviceId, Event, MessageId, Reply, Request, ServerFrame, SessionClosed, Success,
};
use tokio::time::{MissedTickBehavior, sleep, sleep_until};
use tracing::Instrument as _;

use super::frame::{not_text, read, too_fast};
use super::rate::{Rate, Verdict};
use super::socket::{Incoming, Socket};
use crate::auth::LoginClaims;
use crate::connections::Admission;
use crate::metrics::snake_case;
use crate::node::{AppNode, Next, Outgoing, SessionInput, SessionQueue, Welcome};
use crate::state::SessionContext;
use end::{End, finish};

/// The server asks for a sign of life this often,
const PING: Duration = Duration::from_secs(15);
/// and gives up after silence for so long.
const SILENCE: Duration = Duration::from_secs(40);
/// At most so many requests that wait for their answers are counted by their outcome.
const PENDING_MAX: usize = 256;

/// Where a connection comes from.
pub(super) struct Origin {
    /// `None` when a proxy is in front and does not say.
    pub(super) address: Option<IpAddr>,
    /// The connection's place, kept until the session has ended.
    pub(super) admission: Arc<Admission>,
}

/// Whose session it is.
struct Client {
    context: SessionContext,
    app: Arc<AppNode>,
    id: SessionId,
    accid: Accid,
    device: DeviceId,
    /// How the account was shown at login, until its welcome is sent.
    profile: Profile,
    /// The token that it has shown last.
    token: LoginClaims,
    /// The device's greatest message id at login.
    cursor: Option<MessageId>,
}

/// A session that is signed in.
struct Session {
    socket: Socket,
    /// When it is told of STUN and TURN servers again.
    ice_servers_at: Option<Instant>,
    client: Client,
    rate: Rate,
    /// Operations that wait for their answers, by request id.
    pending: BTreeMap<u64, &'static str>,
}

/// Runs a connection until it ends.
pub(super) async fn run(mut socket: Socket, context: SessionContext, origin: Origin) {
    let mut rate = Rate::new(&context.limits, Instant::now());
    let signed_in = login::run(&mut socket, &context, origin.address, &mut rate).await;
    let new = match signed_in {
        Ok(new) => new,
        Err(end) => return finish(socket, end).await,
    };
    origin.admission.sign_in();
    let span = tracing::info_span!("session", app = %new.app.app.key, accid = %new.accid, session = new.id.0);
    let client = Client {
        context,
        app: new.app,
        id: new.id,
        accid: new.accid,
        device: new.device,
        profile: new.profile,
        token: new.token,
        cursor: new.cursor,
    };
    let mut session = Session {
        socket,
        ice_servers_at: None,
        client,
        rate,
        pending: BTreeMap::from([(new.request, "session.login")]),
    };
    async {
        let end = session.run(new.queue).await;
        tracing::info!(?end, "session ended");
        let metrics = &session.client.context.shared.metrics;
        metrics.count_session_end(end.reason());
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

impl Session {
    async fn run(&mut self, queue: SessionQueue) -> End {
        let mut alive_at = Instant::now();
        let mut ticks = tokio::time::interval(PING);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.reset();
        let mut token_end = pin!(sleep(self.client.token_left()));
        loop {
            // Who sends too much is read late.
            let paused = self.rate.paused_until(Instant::now());
            let end = tokio::select! {
                biased;
                next = queue.next() => match next {
                    Next::Send(outgoing) => {
                        // A send that waits for a slow client must not keep it from being cut off.
                        tokio::select! {
                            end = self.send_all(outgoing, &queue) => end,
                            reason = queue.cut_off() => Some(End::Closed(reason)),
                        }
                    }
                    Next::CutOff(reason) => Some(End::Closed(reason)),
                    Next::Abandoned => Some(End::Closed(SessionClosed::ShuttingDown)),
                },
                () = sleep_until(paused.unwrap_or(alive_at).into()), if paused.is_some() => None,
                incoming = self.socket.receive(), if paused.is_none() => {
                    alive_at = Instant::now();
                    self.receive(incoming).await
                }
                () = &mut token_end => match self.client.token_left() {
                    Duration::ZERO => Some(End::Closed(SessionClosed::TokenExpired)),
                    // It was renewed, or the clock was set.
                    left => {
                        token_end.as_mut().reset(sleep(left).deadline());
                        None
                    }
                },
                _ = ticks.tick() => self.look_after(alive_at.elapsed()).await,
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Asks a client for a sign of life that has given none; one that has (the SDK asks the server every ten seconds) is not
    /// asked as well.
    async fn look_after(&mut self, silence: Duration) -> Option<End> {
        if silence > SILENCE {
            return Some(End::Gone);
        }
        if self.ice_servers_at.is_some_and(|at| at <= Instant::now())
            && let Some(end) = self.send_ice_servers().await
        {
            return Some(end);
        }
        if silence < PING {
            return None;
        }
        (!self.socket.ping().await).then_some(End::Gone)
    }

    /// Tells of STUN and TURN servers, if there are any.
    async fn send_ice_servers(&mut self) -> Option<End> {
        let servers = self.client.context.shared.ice_servers.clone();
        let event = servers.event(self.client.id, SystemTime::now())?;
        self.ice_servers_at = servers.renewed_after().map(|after| Instant::now() + after);
        self.deliver(&ServerFrame::Event(event)).await
    }

    async fn receive(&mut self, incoming: Incoming) -> Option<End> {
        let was_slowed = self.rate.is_slowed();
        let verdict = self.rate.count(Instant::now());
        if !was_slowed && self.rate.is_slowed() || verdict != Verdict::Take {
            let metrics = &self.client.context.shared.metrics;
            metrics.count_limit("frames_per_second");
        }
        match verdict {
            Verdict::Take => self.take(incoming).await,
            Verdict::Refuse(pause) => {
                let refusal = too_fast(incoming.text(), pause);
                self.count_refusal(&refusal);
                self.deliver(&*refusal).await
            }
            Verdict::Close => Some(End::Flooding),
        }
    }

    async fn take(&mut self, incoming: Incoming) -> Option<End> {
        match incoming {
            Incoming::Text(text) => {
                let request = match read(&text) {
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
        if let Command::Renew { token } = &request.command {
            let reply = Reply::new(re, self.client.renew(token).await);
            self.count(&reply);
            return self.deliver(&reply).await;
        }
        if request.command == Command::Ping {
            // That the session is alive is all that it says: nobody else is asked.
            let reply = Reply::new(re, Ok(Success::Done));
            self.count(&reply);
            return self.deliver(&reply).await;
        }
        match self.client.prepare(request).await {
            requests::Prepared::ForHub { request, known } => {
                let input = SessionInput::Request {
                    session: self.client.id,
                    request,
                    known,
                };
                let reached = self.client.app.send(input).await;
                (!reached).then_some(End::Closed(SessionClosed::ShuttingDown))
            }
            requests::Prepared::Answered(result) => {
                let reply = Reply::new(re, result);
                self.count(&reply);
                self.answer(&reply).await
            }
        }
    }

    /// Sends this and whatever waits behind it together: a change of a call is two or three frames to each.
    async fn send_all(&mut self, first: Outgoing, queue: &SessionQueue) -> Option<End> {
        let mut next = Some(first);
        self.socket.hold();
        let mut end = None;
        while let Some(outgoing) = next {
            end = self.send(outgoing).await;
            next = match end {
                None => queue.try_next(),
                Some(_) => None,
            };
        }
        let sent = self.socket.release().await;
        end.or((!sent).then_some(End::Gone))
    }

    async fn send(&mut self, outgoing: Outgoing) -> Option<End> {
        match outgoing {
            Outgoing::Reply(reply) => {
                self.count(&reply);
                self.answer(&reply).await
            }
            Outgoing::Frame(text) => (!self.socket.send_text(text).await).then_some(End::Gone),
            Outgoing::Welcome(welcome) => {
                let Welcome {
                    re,
                    snapshot,
                    ended,
                    before,
                } = *welcome;
                let welcome = self.client.welcome(snapshot, ended, before).await;
                // Before the answer, so that a call that goes on is connected with their help.
                if let Some(end) = self.send_ice_servers().await {
                    return Some(end);
                }
                let failed = welcome.is_err();
                let reply = Reply::new(re, welcome);
                self.count(&reply);
                let end = self.answer(&reply).await;
                end.or(failed.then_some(End::Finished))
            }
            Outgoing::Close(reason) => Some(End::Closed(reason)),
            Outgoing::End => Some(End::Finished),
        }
    }

    async fn answer(&mut self, reply: &Reply) -> Option<End> {
        (!self.socket.send_reply(reply).await).then_some(End::Gone)
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
