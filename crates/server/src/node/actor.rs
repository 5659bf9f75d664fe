//! The actor of one app: it owns the hub, stores what the hub decides, and only then lets anyone know.

mod facts;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::ws::Utf8Bytes;
use hullo_core::Time;
use hullo_core::hub::{
    Config, Hub, Input, Output, REMEMBERED_BYTES, REMEMBERED_MS, RoomCommand, RoomGrant, Runner,
    SMALL_CALL, SessionId, Unanswered, Write, restorable,
};
use hullo_protocol::{
    Accid, CONNECT_MS, CallId, DeviceInfo, ErrorBody, ErrorKind, Event, GRACE_MS, MessageId,
    RefusedInvite, Reply, Request, SWITCH_MS, SessionClosed, Uid,
};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep_until;

use super::fact::Fact;
use super::inbox::Inbox;
use super::media::AppMedia;
use super::session_queue::{Outgoing, SessionHandle, Welcome};
use super::shared::Shared;
use crate::metrics::snake_case;
use crate::store::{App, CommitError, Policies, StoreError};

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
        /// What its room token allows.
        grant: Option<RoomGrant>,
        /// The accounts in it that do not exist or are disabled.
        refused: Vec<RefusedInvite>,
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
}

struct ConnectedSession {
    handle: SessionHandle,
    accid: Accid,
    generation: u64,
}

/// Owns the hub of one app.
pub(super) struct Actor {
    shared: Shared,
    app: App,
    runner: Runner,
    media: AppMedia,
    sessions: BTreeMap<SessionId, ConnectedSession>,
    /// Who is who in each room: the media plane measures numbers.
    uids: BTreeMap<CallId, BTreeMap<Uid, Accid>>,
    /// One more than the greatest message id that is stored.
    next_message: MessageId,
    /// The generation from which tokens are good, of accounts that were signed out in this process. A login that was
    /// checked before and arrives after the sign-out is caught by it.
    signed_out: BTreeMap<Accid, u64>,
    /// The app's policies are read once for all logins of a batch.
    policies_read: bool,
}

impl Actor {
    /// Goes on where the last process stopped.
    pub(super) async fn restore(
        shared: Shared,
        app: App,
        media: AppMedia,
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
        shared.metrics.count_calls(&app.key, &known);
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
        Ok(Self {
            runner: Runner::new(Hub::restore(
                config,
                calls,
                next_message,
                shared.clock.now(),
            )),
            shared,
            app,
            media,
            sessions: BTreeMap::new(),
            uids: BTreeMap::new(),
            next_message,
            signed_out: BTreeMap::new(),
            policies_read: false,
        })
    }

    /// Runs until [`SessionInput::Stop`], or until nobody can reach it any more.
    pub(super) async fn run(
        mut self,
        mut inbox: Inbox<SessionInput>,
        mut facts: mpsc::UnboundedReceiver<Fact>,
    ) {
        loop {
            let wake = self.wake_at();
            let mut stop = tokio::select! {
                input = inbox.recv() => match input {
                    Some(input) => self.receive(input).await,
                    None => return,
                },
                Some(fact) = facts.recv() => {
                    self.receive_fact(fact);
                    None
                }
                () = sleep_until(wake.unwrap_or_else(Instant::now).into()), if wake.is_some() => {
                    self.runner.receive(Input::Timeout);
                    None
                }
            };
            while stop.is_none() && self.runner.waiting() < BATCH {
                if let Ok(fact) = facts.try_recv() {
                    self.receive_fact(fact);
                } else if let Some(input) = inbox.try_recv() {
                    stop = self.receive(input).await;
                } else {
                    break;
                }
            }
            self.run_batch().await;
            inbox.finished();
            if let Some(stopped) = stop {
                self.stop();
                // Whoever asked may have given up waiting.
                let _ = stopped.send(());
                return;
            }
        }
    }

    /// When the actor has to act without an input.
    fn wake_at(&self) -> Option<Instant> {
        let timer = self.runner.poll_timeout()?;
        Some(self.shared.clock.instant_of(timer))
    }

    async fn receive(&mut self, input: SessionInput) -> Option<oneshot::Sender<()>> {
        match input {
            SessionInput::Connected(new) => {
                self.reload_policies().await;
                self.receive_session(*new);
            }
            SessionInput::Request {
                session,
                request,
                grant,
                refused,
            } => {
                self.runner.receive(Input::Request {
                    session,
                    request: *request,
                    grant,
                    refused,
                });
            }
            SessionInput::Disconnected { session } => {
                if self.sessions.remove(&session).is_some() {
                    self.shared.metrics.sessions.dec();
                }
                self.runner.receive(Input::Disconnected { session });
            }
            SessionInput::Stop(stopped) => return Some(stopped),
        }
        None
    }

    /// Reads how the app wants its calls now, once for all logins of a batch: the command line may have changed it.
    async fn reload_policies(&mut self) {
        if std::mem::replace(&mut self.policies_read, true) {
            return;
        }
        let policies = match self.shared.store.policies(&self.app.key).await {
            Ok(Some(policies)) if policies != self.app.policies => policies,
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(app = %self.app.key, %error, "the app's policies cannot be read; they stay as they were");
                return;
            }
        };
        tracing::info!(app = %self.app.key, ?policies, "the app's policies have changed");
        self.app.policies = policies;
        let Policies { busy, devices } = policies;
        self.runner.receive(Input::Policies { busy, devices });
    }

    fn receive_session(&mut self, new: NewSession) {
        if self
            .signed_out
            .get(&new.accid)
            .is_some_and(|generation| new.generation < *generation)
        {
            let error = ErrorBody::new(ErrorKind::WrongToken, "the token was revoked");
            let reply = Reply::new(new.request, Err(error));
            new.handle.send(Outgoing::Reply(Box::new(reply)));
            new.handle.send(Outgoing::End);
            return;
        }
        self.shared.metrics.sessions.inc();
        self.sessions.insert(
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

    /// Handles what waits, stores it, then carries out its effects; or answers that it could not be stored.
    async fn run_batch(&mut self) {
        self.policies_read = false;
        let now = self.shared.clock.now();
        let mut begun = self.runner.begin(BATCH, now, &mut |_| {});
        while let Some(writes) = begun.take() {
            match self.store(writes.into()).await {
                Ok(()) => {
                    for effect in self.runner.committed() {
                        self.carry_out(effect);
                    }
                }
                Err(CommitError::Taken(ids)) => {
                    tracing::info!(app = %self.app.key, ?ids, "calls that are over were dialled again");
                    begun = Some(self.runner.taken(&ids, now, &mut |_| {}));
                }
                Err(error) => {
                    tracing::error!(app = %self.app.key, %error, "a batch could not be stored");
                    self.fail();
                }
            }
        }
    }

    async fn store(&mut self, writes: Arc<[Write]>) -> Result<(), CommitError> {
        if writes.is_empty() {
            return Ok(());
        }
        let began = Instant::now();
        let stored = self
            .shared
            .store
            .commit(&self.app.key, writes.clone())
            .await;
        let took = began.elapsed();
        let failed = matches!(&stored, Err(error) if !matches!(error, CommitError::Taken(_)));
        self.shared.metrics.count_commit(took, !failed);
        if stored.is_ok() {
            self.log_and_count(&writes);
        }
        stored
    }

    fn log_and_count(&mut self, writes: &[Write]) {
        self.shared.metrics.count_calls(&self.app.key, writes);
        for write in writes {
            match write {
                Write::Call(call) => {
                    tracing::debug!(app = %self.app.key, call_id = %call.call_id, version = call.version, state = ?call.state, "call stored");
                }
                Write::End {
                    record, messages, ..
                } => {
                    let reason = snake_case(&record.reason);
                    let status = snake_case(&record.status);
                    tracing::info!(app = %self.app.key, call_id = %record.call_id, reason, status, "call ended");
                    for message in messages {
                        self.next_message = self.next_message.max(MessageId(message.id.0 + 1));
                    }
                }
            }
        }
    }

    fn fail(&mut self) {
        for Unanswered { session, re, login } in self.runner.failed() {
            let Some(to) = self.sessions.get(&session) else {
                continue;
            };
            let reply = Reply::new(re, Err(ErrorKind::StorageUnavailable.into()));
            to.handle.send(Outgoing::Reply(Box::new(reply)));
            if login {
                // Its end comes back as `SessionInput::Disconnected`.
                to.handle.send(Outgoing::End);
            }
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            // Taken out of the batch when it was made.
            Output::Write(_) => {}
            Output::Welcome {
                session,
                re,
                snapshot,
                ended,
            } => {
                let welcome = Welcome {
                    re,
                    snapshot,
                    ended,
                    before: self.next_message,
                };
                self.send(session, Outgoing::Welcome(Box::new(welcome)));
            }
            Output::Reply { session, reply } => {
                self.send(session, Outgoing::Reply(Box::new(reply)));
            }
            Output::Notify { sessions, event } => self.notify(&sessions, &event),
            Output::Close { session, reason } => {
                self.send(session, Outgoing::Close(reason));
                if self.sessions.remove(&session).is_some() {
                    self.shared.metrics.sessions.dec();
                }
            }
            Output::Room { call_id, command } => self.command_room(call_id, command),
        }
    }

    fn send(&self, session: SessionId, outgoing: Outgoing) {
        if let Some(to) = self.sessions.get(&session) {
            to.handle.send(outgoing);
        }
    }

    /// Encodes an event once for all who get it.
    fn notify(&self, sessions: &[SessionId], event: &Event) {
        match serde_json::to_string(event) {
            Ok(text) => {
                let text = Utf8Bytes::from(text);
                for session in sessions {
                    self.send(*session, Outgoing::Frame(text.clone()));
                }
            }
            Err(error) => tracing::error!(%error, "an event cannot be written as JSON"),
        }
    }

    /// The media thread learns of a room by its first offer: it is not woken for calls that have none.
    fn command_room(&mut self, call_id: CallId, command: RoomCommand) {
        let asker = match &command {
            RoomCommand::Open => return,
            RoomCommand::Negotiate { uid, session, .. } => {
                let Some(to) = self.sessions.get(session) else {
                    return;
                };
                if !self.uids.contains_key(&call_id) {
                    self.media.command(call_id, RoomCommand::Open, None);
                }
                let uids = self.uids.entry(call_id).or_default();
                uids.insert(*uid, to.accid.clone());
                Some(to.handle.clone())
            }
            RoomCommand::Close if self.uids.remove(&call_id).is_some() => None,
            RoomCommand::Admit(_)
            | RoomCommand::Subscribe { .. }
            | RoomCommand::Hold { .. }
            | RoomCommand::Remove(_)
                if self.uids.contains_key(&call_id) =>
            {
                None
            }
            RoomCommand::Close
            | RoomCommand::Admit(_)
            | RoomCommand::Subscribe { .. }
            | RoomCommand::Hold { .. }
            | RoomCommand::Remove(_) => return,
        };
        self.media.command(call_id, command, asker);
    }

    fn stop(&mut self) {
        for session in self.sessions.values() {
            let reason = SessionClosed::ShuttingDown;
            session.handle.send(Outgoing::Close(reason));
        }
        self.sessions.clear();
    }
}
