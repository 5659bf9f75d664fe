//! The server's side of every call of one app.
//!
//! Inputs are what clients ask, what the media plane reports and the passing of time; outputs are what to store, what to
//! send to which session, and what the media plane is to do.
//!
//! # Storing before telling
//! `handle` changes the hub at once, but its changes are provisional until [`Hub::commit`]. The shell handles a batch of
//! inputs, asks for its news ([`Hub::poll_news`]), stores all [`Output::Write`]s in one transaction, then calls `commit` and
//! carries out the other outputs in order;
//! if the transaction fails it calls [`Hub::rollback`], drops the outputs, and answers each request of the batch with
//! `storage_unavailable`: nothing has happened. Sessions that came or went stay so; one that came hears nothing, because
//! its welcome was dropped, and the shell closes it.

mod calls;
mod change;
mod connect;
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

use hullo_protocol::{CallId, MessageId};

pub use io::{
    BusyPolicy, Config, DevicePolicy, Input, MediaEvent, Output, PeerId, REMEMBERED_MS,
    RoomCommand, RoomGrant, SMALL_CALL, SessionId, Write,
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
/// [`Hub::handle`] takes an input, [`Hub::poll_news`] says what all of a batch have changed, [`Hub::commit`] and [`Hub::rollback`] conclude a batch of them, and
/// [`Hub::poll_timeout`] says when the next one is due at the latest. A shell is this loop:
///
/// ```
/// use hullo_core::Time;
/// use hullo_core::hub::{BusyPolicy, Config, DevicePolicy, Hub, Input, Output, Write};
/// use hullo_protocol::MessageId;
///
/// /// Handles what has come in; returns when to come back with `Input::Timeout`.
/// fn run_batch(
///     hub: &mut Hub,
///     inputs: Vec<Input>,
///     now: Time,
///     store: impl FnOnce(&[Write]) -> Result<(), String>,
///     carry_out: impl FnMut(Output),
/// ) -> Option<Time> {
///     let (mut writes, mut effects) = (Vec::new(), Vec::new());
///     let mut outputs: Vec<Output> = inputs.into_iter().flat_map(|input| hub.handle(input, now)).collect();
///     // What the batch as a whole has changed.
///     outputs.extend(hub.poll_news());
///     for output in outputs {
///         match output {
///             Output::Write(write) => writes.push(write),
///             effect => effects.push(effect),
///         }
///     }
///     // All in one transaction, before anyone hears of it.
///     if store(&writes).is_ok() {
///         hub.commit();
///         effects.into_iter().for_each(carry_out);
///     } else {
///         // Nothing has happened: drop the effects, answer each request of the batch `storage_unavailable`.
///         hub.rollback();
///     }
///     hub.poll_timeout()
/// }
///
/// let config = Config {
///     secure: false,
///     connect_ms: hullo_protocol::CONNECT_MS,
///     grace_ms: hullo_protocol::GRACE_MS,
///     switch_ms: hullo_protocol::SWITCH_MS,
///     busy: BusyPolicy::Reject,
///     devices: DevicePolicy::All,
///     small_call: hullo_core::hub::SMALL_CALL,
/// };
/// let mut hub = Hub::restore(config, Vec::new(), MessageId(1), Time(0));
/// let next = run_batch(&mut hub, vec![Input::Timeout], Time(1), |_| Ok(()), |_| {});
/// assert_eq!(next, None, "without calls nothing is ever due");
/// ```
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
}

impl Hub {
    /// A hub that goes on with the stored calls: those that are not over, and those that ended within the last
    /// [`REMEMBERED_MS`], so that late and repeated requests about them are answered as before. `next_message` is one more
    /// than the greatest message id stored.
    pub fn restore(config: Config, stored: Vec<Call>, next_message: MessageId, now: Time) -> Self {
        let mut calls = Calls::new(config.grace_ms);
        for mut call in stored {
            call.resume(config.connect_ms, now);
            calls.put_call(call);
        }
        calls.commit();
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
        }
    }

    /// Takes one input; returns what to do, in order. Provisional until [`Hub::commit`]; [`Hub::poll_news`] comes before that.
    pub fn handle(&mut self, input: Input, now: Time) -> Vec<Output> {
        let now = now.max(self.now);
        self.now = now;
        self.replay_after_rollback(now);
        self.expire(now);
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
                grant,
                refused,
            } => self.handle_request(session, request, grant, &refused, now),
            Input::Media { call_id, event } => self.handle_media(call_id, event, now),
            Input::SignOut { accid } => self.handle_sign_out(&accid, now),
            Input::Policies { busy, devices } => {
                self.config.busy = busy;
                self.config.devices = devices;
            }
            Input::Timeout => {}
        }
        std::mem::take(&mut self.out)
    }

    /// Whether a call of this name is remembered. A `call.start` under a name that is stored and not remembered must not
    /// come here: the shell answers it `call_exists`, because that name has its record already.
    pub fn remembers(&self, call_id: CallId) -> bool {
        self.calls.resolve(call_id).is_some()
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
        self.sessions.commit();
        self.stored_message = self.next_message;
        self.irrevocable.clear();
        self.retry_at = None;
    }

    /// Nothing since the last commit could be stored: take it back. What was said about sessions is said again at the
    /// next input, and each call that was touched is brought in line again with who is connected.
    pub fn rollback(&mut self) {
        let (touched, peers) = self.calls.rollback();
        for peer in peers {
            self.peer_health.remove(&peer);
        }
        self.sessions.rollback();
        self.stale_calls.extend(touched);
        self.next_message = self.stored_message;
        self.to_replay.append(&mut self.irrevocable);
        self.retry_at = Some(self.now.plus_ms(RETRY_MS));
    }

    fn replay_after_rollback(&mut self, now: Time) {
        for output in std::mem::take(&mut self.to_replay) {
            self.emit_irrevocable(output);
        }
        for call_id in std::mem::take(&mut self.stale_calls) {
            self.refresh_call(call_id, &[], now);
        }
    }

    /// Carries out what is due, so that no input is judged by a state whose time is over.
    fn expire(&mut self, now: Time) {
        self.presence.expire(now);
        for call_id in self.calls.due(now) {
            self.expire_call(call_id, now);
        }
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
