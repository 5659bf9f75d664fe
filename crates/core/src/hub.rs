//! The server's side of every call of one app.
//!
//! Inputs are what clients ask, what the media plane reports and the passing of time; outputs are what to store, what to
//! send to which session, and what the media plane is to do.
//!
//! # Storing before telling
//! `handle` changes the hub at once, but its changes are provisional until [`Hub::commit`]. A [`Runner`] handles a batch of
//! inputs, has the shell store all [`Output::Write`]s in one transaction, then calls `commit` and hands on the other outputs
//! in order; if the transaction fails it calls [`Hub::rollback`] and drops the outputs, and the shell answers each request of
//! the batch with `storage_unavailable`: nothing has happened. Sessions that came or went stay so; one that came hears
//! nothing, because its welcome was dropped, and the shell closes it.
//!
//! What needs no store is handled beside the batch that is being stored, and its outputs are carried out at once
//! ([`Runner::handle_beside`]).

mod batch;
mod beside;
mod calls;
mod change;
mod connect;
mod facts;
mod io;
mod join;
mod location;
mod media;
mod news;
mod presence;
mod request;
mod room;
mod sdp;
mod sessions;
mod start;
mod tell;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use hullo_protocol::{Accid, CallId, Command, MessageId};

pub use batch::{Runner, Step, Unanswered, Watch};
pub use io::{
    BusyPolicy, Config, DevicePolicy, Input, Known, MediaEvent, Output, PeerId, REMEMBERED_BYTES,
    REMEMBERED_MS, REPEATED_MS, RoomCommand, RoomGrant, SMALL_CALL, SessionId, Write, restorable,
};

use crate::Time;
use crate::call::Call;
use calls::Calls;
use presence::PresenceNews;
use room::PeerHealth;
use sessions::Sessions;

/// How long the hub waits after a failure to store before it asks to be called again.
const RETRY_MS: u64 = 1_000;

/// Every call of one app.
///
/// [`Hub::handle`] takes an input, [`Hub::poll_news`] says what all of a batch have changed, [`Hub::commit`] and
/// [`Hub::rollback`] conclude a batch of them, and [`Hub::poll_timeout`] says when the next one is due at the latest. Shells
/// let a [`Runner`] do that.
#[derive(Debug)]
pub struct Hub {
    config: Config,
    calls: Calls,
    sessions: Sessions,
    presence: PresenceNews,
    /// What the media plane has said of each peer. Facts, like the sessions: they outlive a rollback.
    peer_health: BTreeMap<PeerId, PeerHealth>,
    next_peer: u64,
    next_message: MessageId,
    /// `next_message` as of the last commit.
    stored_message: MessageId,
    now: Time,
    /// What the current input has brought about.
    out: Vec<Output>,
    /// Those outputs since the last commit that hold whether or not anything could be stored: about sessions.
    irrevocable: Vec<Output>,
    /// Outputs that a rollback has dropped although they hold; the next input brings them again.
    to_replay: Vec<Output>,
    /// Calls that a rollback may have put out of line with the facts.
    stale_calls: BTreeSet<CallId>,
    /// After a rollback: not to be called again before.
    retry_at: Option<Time>,
    /// Names of calls that the store has and the hub has forgotten, as far as the batch under way has met them.
    taken: BTreeSet<CallId>,
}

impl Hub {
    /// A hub that goes on with the stored calls, which are those that are [`restorable`]: late and repeated requests about
    /// them are answered as before. `next_message` is one more than the greatest message id stored.
    pub fn restore(config: Config, stored: Vec<Call>, next_message: MessageId, now: Time) -> Self {
        let mut calls = Calls::new(config.grace_ms, config.remembered_bytes);
        for mut call in stored {
            call.resume(config.connect_ms, now);
            calls.put_call(call);
        }
        calls.commit();
        calls.forget_oldest(now);
        Self {
            config,
            calls,
            sessions: Sessions::default(),
            presence: PresenceNews::default(),
            peer_health: BTreeMap::new(),
            next_peer: 1,
            next_message,
            stored_message: next_message,
            now,
            out: Vec::new(),
            irrevocable: Vec::new(),
            to_replay: Vec::new(),
            stale_calls: BTreeSet::new(),
            retry_at: None,
            taken: BTreeSet::new(),
        }
    }

    /// Takes one input; returns what to do, in order. Provisional until [`Hub::commit`]; [`Hub::poll_news`] comes before that.
    pub fn handle(&mut self, input: Input, now: Time) -> Vec<Output> {
        let now = now.max(self.now);
        self.now = now;
        self.replay_after_rollback(now);
        self.expire(&input, now);
        self.dispatch(input, now);
        std::mem::take(&mut self.out)
    }

    fn dispatch(&mut self, input: Input, now: Time) {
        match input {
            Input::Connected {
                session,
                accid,
                device,
                request,
                calls,
            } => self.handle_connected(session, accid, device, request, calls, now),
            Input::Disconnected { session } => self.handle_disconnected(session, now),
            Input::Request {
                session,
                request,
                known,
            } => self.handle_request(session, request, known, now),
            Input::Media { call_id, event } => self.handle_media(call_id, event, now),
            Input::Profile { accid, profile } => self.handle_profile(accid, profile),
            Input::SignOut { accid } => self.handle_sign_out(&accid, now),
            Input::Policies { busy, devices } => {
                self.config.busy = busy;
                self.config.devices = devices;
            }
            Input::Timeout => {}
        }
    }

    /// When to call `handle` with [`Input::Timeout`] at the latest. After a rollback not at once, so that a full disk is
    /// not tried in a tight loop.
    pub fn poll_timeout(&self) -> Option<Time> {
        let retry_at = self.retry_at.unwrap_or(self.now);
        if !self.to_replay.is_empty() || !self.stale_calls.is_empty() {
            return Some(retry_at);
        }
        let due = [
            self.calls.next_deadline(),
            self.calls.next_news(self.now),
            self.presence.next(self.now),
        ];
        let next = due.into_iter().flatten().min()?;
        Some(self.retry_at.map_or(next, |retry_at| next.max(retry_at)))
    }

    /// Everything since the last commit is stored.
    pub fn commit(&mut self) {
        for peer in self.calls.commit() {
            self.peer_health.remove(&peer);
        }
        self.calls.forget_oldest(self.now);
        self.sessions.commit();
        self.stored_message = self.next_message;
        self.irrevocable.clear();
        self.retry_at = None;
        self.taken.clear();
    }

    /// Nothing since the last commit could be stored: take it back. What was said about sessions is said again at the
    /// next input, and each call that was touched is brought in line again with who is connected.
    pub fn rollback(&mut self) {
        self.undo();
        self.sessions.rollback();
        self.retry_at = Some(self.now.plus_ms(RETRY_MS));
        self.taken.clear();
    }

    /// The store has calls of these names, which the hub has forgotten: takes back everything since the last commit, so
    /// that the same inputs are handled once more. A dial of such a name is refused then.
    fn rewind(&mut self, taken: impl IntoIterator<Item = CallId>) {
        self.undo();
        self.sessions.rewind();
        self.taken.extend(taken);
    }

    fn has_session(&self, session: SessionId) -> bool {
        self.sessions.find(session).is_some()
    }

    fn undo(&mut self) {
        let (touched, peers) = self.calls.rollback();
        for peer in peers {
            self.peer_health.remove(&peer);
        }
        self.stale_calls.extend(touched);
        self.next_message = self.stored_message;
        self.to_replay.append(&mut self.irrevocable);
    }

    fn replay_after_rollback(&mut self, now: Time) {
        for output in std::mem::take(&mut self.to_replay) {
            self.emit_irrevocable(output);
        }
        for call_id in std::mem::take(&mut self.stale_calls) {
            self.refresh_call(call_id, &[], now);
        }
    }

    /// Carries out what is due, so that no input is judged by a state whose time is over. Soon after a rollback only as far
    /// as it concerns the input: the rest waits until the store is tried again.
    fn expire(&mut self, input: &Input, now: Time) {
        self.presence.expire(now);
        let due = match self.retry_at {
            Some(retry_at) if retry_at > now => self.due_for(input, now),
            _ => self.calls.due(now),
        };
        for call_id in due {
            self.expire_call(call_id, now);
        }
    }

    /// What is due of the calls that an input names, or that its accounts are in.
    fn due_for(&self, input: &Input, now: Time) -> Vec<CallId> {
        let mut accids: Vec<Accid> = self.account_of(input).into_iter().collect();
        let mut named: Vec<&Call> = Vec::new();
        match input {
            Input::Media { call_id, .. } => named.extend(self.calls.resolve(*call_id)),
            Input::Request { request, .. } => {
                let call_id = request.command.call_id();
                named.extend(call_id.and_then(|call_id| self.calls.resolve(call_id)));
                match &request.command {
                    Command::StartCall(dial) => accids.extend(dial.callees.iter().cloned()),
                    Command::Invite(more) => accids.extend(more.callees.iter().cloned()),
                    Command::Query { call_id, group_id } => {
                        named.extend(call_id.and_then(|call_id| self.calls.resolve(call_id)));
                        let group = group_id.as_deref().into_iter();
                        named.extend(group.flat_map(|group_id| self.calls.of_group(group_id)));
                    }
                    _ => {}
                }
            }
            Input::Connected { .. }
            | Input::Disconnected { .. }
            | Input::Policies { .. }
            | Input::Profile { .. }
            | Input::SignOut { .. }
            | Input::Timeout => {}
        }
        let concerned = accids.iter().flat_map(|accid| self.calls.of_account(accid));
        let concerned = concerned.chain(named).map(|call| call.call_id);
        let due: BTreeSet<CallId> = concerned
            .filter(|call_id| self.calls.is_due(*call_id, now))
            .collect();
        due.into_iter().collect()
    }

    fn expire_call(&mut self, call_id: CallId, now: Time) {
        if self.calls.is_forgettable(call_id, now) {
            return self.calls.forget(call_id);
        }
        let grace_ms = self.config.grace_ms;
        let refusal = self.change(call_id, &[], |call| {
            let mut refusal = None;
            // Each round removes the deadline that it handles and `expire` makes no new one, so this ends.
            while !call.is_ended()
                && let Some((_, due)) = call.next_due(grace_ms).filter(|(at, _)| *at <= now)
            {
                refusal = call.expire(&due, now).or(refusal);
            }
            refusal
        });
        self.notify_switch_refused(call_id, refusal.flatten());
        self.sync_room(call_id);
    }
}
