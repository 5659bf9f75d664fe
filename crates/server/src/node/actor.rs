//! The actor of one app: it owns the hub, stores what the hub decides, and only then lets anyone know.

mod facts;
mod outputs;
mod sessions;
mod storing;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use hullo_core::Time;
use hullo_core::hub::{
    Config, Hub, Input, Known, REMEMBERED_BYTES, REMEMBERED_MS, Runner, SMALL_CALL, SessionId,
    Write, restorable,
};
use hullo_protocol::{
    Accid, CONNECT_MS, CallId, DeviceInfo, ErrorBody, ErrorKind, GRACE_MS, MessageId, Reply,
    Request, SWITCH_MS, Uid,
};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep_until;

use super::fact::Fact;
use super::fault::{Fault, Part};
use super::media::AppMedia;
use super::policies::PoliciesAt;
use super::session_queue::{Outgoing, SessionHandle};
use super::shared::Shared;
use super::status::ActorStatus;
use crate::store::{App, Policies, StoreError};
use facts::SignedOut;
use sessions::{ConnectedSession, Sessions};
use storing::{Storing, stored};

/// Inputs that share one transaction at most.
const BATCH: usize = 256;

/// What sessions send to the actor.
pub(crate) enum SessionInput {
    /// A client has signed in.
    Connected(Box<NewSession>),
    /// A request of a session that is signed in.
    Request {
        session: SessionId,
        request: Box<Request>,
        known: Known,
    },
    Disconnected {
        session: SessionId,
    },
    /// The server stops: end every session, then answer.
    Stop(oneshot::Sender<()>),
}

/// What the actor has to know of a client that has signed in.
pub(crate) struct NewSession {
    pub(crate) session: SessionId,
    pub(crate) handle: SessionHandle,
    pub(crate) accid: Accid,
    pub(crate) device: DeviceInfo,
    pub(crate) request: u64,
    pub(crate) calls: Vec<CallId>,
    /// The account's token generation when the token was checked.
    pub(crate) generation: u64,
    /// How the app wants its calls, as read for this login.
    pub(crate) policies: PoliciesAt,
}

/// Owns the hub of one app.
pub(super) struct Actor {
    shared: Shared,
    app: App,
    runner: Runner,
    media: AppMedia,
    sessions: Sessions,
    /// Who is who in each room: the media plane measures numbers.
    uids: BTreeMap<CallId, BTreeMap<Uid, Accid>>,
    /// One more than the greatest message id that is stored.
    next_message: MessageId,
    signed_out: SignedOut,
    /// When it was asked how the app wants its calls.
    policies_asked_at: Instant,
    storing: Option<Storing>,
    status: Arc<ActorStatus>,
    fault: Fault,
}

impl Actor {
    /// Goes on where the last process stopped.
    pub(super) async fn restore(
        shared: Shared,
        app: App,
        media: AppMedia,
        status: Arc<ActorStatus>,
    ) -> Result<Self, StoreError> {
        let now = shared.clock.now();
        let since = Time(now.0.saturating_sub(REMEMBERED_MS));
        let mut calls = shared.store.restorable(&app.key, since).await?;
        calls.retain(|call| restorable(call.ended_at, now));
        let next_message = shared.store.next_message(&app.key).await?;
        for call in calls.iter().filter(|call| !call.is_ended()) {
            tracing::info!(app = %app.key, call_id = %call.call_id, state = ?call.state, "call goes on");
        }
        let known: Vec<Write> = calls
            .iter()
            .filter(|call| !call.is_ended())
            .map(|call| Write::Call(Arc::new(call.clone())))
            .collect();
        shared.metrics.calls.count(&app.key, &known);
        let config = Config {
            secure: app.secure,
            connect_ms: CONNECT_MS,
            grace_ms: GRACE_MS,
            switch_ms: SWITCH_MS,
            busy: app.policies.busy,
            devices: app.policies.devices,
            small_call: SMALL_CALL,
            remembered_bytes: REMEMBERED_BYTES,
        };
        let now = shared.clock.now();
        Ok(Self {
            runner: Runner::new(Hub::restore(config, calls, next_message, now)),
            sessions: Sessions::new(shared.metrics.sessions.clone()),
            shared,
            app,
            media,
            uids: BTreeMap::new(),
            next_message,
            signed_out: SignedOut::default(),
            policies_asked_at: Instant::now(),
            storing: None,
            status,
            fault: Fault::from_environment(Part::Actor),
        })
    }

    /// Runs until [`SessionInput::Stop`], or until nobody can reach it any more.
    pub(super) async fn run(
        mut self,
        mut inbox: mpsc::Receiver<SessionInput>,
        mut facts: mpsc::UnboundedReceiver<Fact>,
    ) {
        let mut stop = None;
        loop {
            let worked = self.status.pulse.rest();
            self.shared.metrics.actors.count_turn(worked);
            let wake = self.wake_at();
            let status = self.status.clone();
            tokio::select! {
                stored = stored(&mut self.storing) => {
                    status.pulse.work();
                    self.conclude(stored);
                }
                input = inbox.recv(), if stop.is_none() => {
                    status.pulse.work();
                    let Some(input) = input else { return };
                    stop = self.receive(input);
                }
                Some(fact) = facts.recv() => {
                    status.pulse.work();
                    self.receive_fact(fact);
                }
                () = sleep_until(wake.unwrap_or_else(Instant::now).into()), if wake.is_some() => {
                    status.pulse.work();
                    self.runner.receive(Input::Timeout);
                }
            }
            self.fault.meet();
            for _ in 0..BATCH {
                if let Ok(fact) = facts.try_recv() {
                    self.receive_fact(fact);
                } else if stop.is_none()
                    && let Ok(input) = inbox.try_recv()
                {
                    stop = self.receive(input);
                } else {
                    break;
                }
            }
            self.handle();
            let idle = self.storing.is_none() && self.runner.waiting() == 0;
            if idle && let Some(stopped) = stop.take() {
                self.close_sessions();
                // Whoever asked may have given up waiting.
                let _ = stopped.send(());
                return;
            }
        }
    }

    /// When the actor has to act without an input. While a batch is being stored, nothing more can begin.
    fn wake_at(&self) -> Option<Instant> {
        if self.storing.is_some() {
            return None;
        }
        let timer = self.runner.poll_timeout()?;
        Some(self.shared.clock.instant_of(timer))
    }

    fn receive(&mut self, input: SessionInput) -> Option<oneshot::Sender<()>> {
        match input {
            SessionInput::Connected(new) => {
                self.take_policies(new.policies);
                self.receive_session(*new);
            }
            SessionInput::Request {
                session,
                request,
                known,
            } => {
                self.runner.receive(Input::Request {
                    session,
                    request: *request,
                    known,
                });
            }
            SessionInput::Disconnected { session } => {
                self.sessions.remove(session);
                self.runner.receive(Input::Disconnected { session });
            }
            SessionInput::Stop(stopped) => return Some(stopped),
        }
        None
    }

    /// Takes over how the app wants its calls now.
    fn take_policies(&mut self, read: PoliciesAt) {
        let PoliciesAt { policies, asked_at } = read;
        if asked_at <= self.policies_asked_at {
            return;
        }
        self.policies_asked_at = asked_at;
        if policies != self.app.policies {
            tracing::info!(app = %self.app.key, ?policies, "the app's policies have changed");
            self.app.policies = policies;
            let Policies { busy, devices } = policies;
            self.runner.receive(Input::Policies { busy, devices });
        }
    }

    fn receive_session(&mut self, new: NewSession) {
        if self.signed_out.catches(&new.accid, new.generation) {
            let error = ErrorBody::new(ErrorKind::TokenRevoked, "the token was revoked");
            let reply = Reply::new(new.request, Err(error));
            new.handle.send(Outgoing::Reply(Box::new(reply)));
            new.handle.send(Outgoing::End);
            return;
        }
        self.sessions.add(
            new.session,
            ConnectedSession {
                handle: new.handle,
                accid: new.accid.clone(),
                generation: new.generation,
            },
        );
        self.runner.receive(Input::Connected {
            session: new.session,
            accid: new.accid,
            device: new.device,
            request: new.request,
            calls: new.calls,
        });
    }
}
