//! The server's side of every call of one app.
//!
//! Inputs are what clients ask, what the media plane reports and the passing of time; outputs are what to store, whom to
//! tell and what the media plane shall do.
//!
//! # Storing before telling
//! `handle` changes the hub at once, but its changes are provisional until [`Hub::commit`]. The shell handles a batch of
//! inputs, stores all [`Output::Write`]s in one transaction, then calls `commit` and carries out the other outputs in order;
//! if the transaction fails it calls [`Hub::rollback`], drops the outputs, and answers each request of the batch with
//! `storage_unavailable`: nothing has happened. Sessions that came or went stay so; one that came hears nothing, because
//! its welcome was dropped, and the shell closes it.

mod calls;
mod change;
mod connect;

mod join;
mod location;
mod media;
mod request;
mod room;
mod sdp;
mod sessions;
mod start;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use hullo_protocol::{
    Accid, CallId, CallRecord, DeviceInfo, Event, Message, MessageId, QualityReport, RefusedInvite,
    Reply, Request, SessionClosed, Slot, Snapshot, Uid,
};

use crate::Time;
use crate::call::Call;
use calls::Calls;
use room::PeerHealth;
use sessions::Sessions;

/// One live connection of a device; made by the shell, never reused in a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// One media connection of one device in one call; made by the hub, never reused in a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

/// How the app wants its calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Whether joining needs a room token.
    pub secure: bool,
    /// From an accept until media must be connected on both sides.
    pub connect_ms: u64,
    /// How long a participant may stay away.
    pub grace_ms: u64,
    /// How long a switch to video waits for consent.
    pub switch_ms: u64,
    /// What an invite does to an account that is in another call.
    pub busy: BusyPolicy,
    /// How many devices of an account may be signed in.
    pub devices: DevicePolicy,
}

/// What an invite does to an account that is in another call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BusyPolicy {
    /// It is answered busy and rings nowhere.
    #[default]
    Reject,
    /// It rings all the same (call waiting); accepting it ends or holds the other call. An account that is being rung for,
    /// that dials, or that holds a call already is busy all the same.
    Ring,
}

/// How many devices of an account may be signed in. A change of it applies to the next login.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DevicePolicy {
    /// The newest login alone.
    One,
    /// One of the desktop (web and desktop programs) and one mobile.
    DesktopAndMobile,
    /// All, at most [`hullo_protocol::DEVICES_PER_ACCOUNT_MAX`].
    #[default]
    All,
}

/// Something that happened outside.
#[derive(Debug, Clone)]
pub enum Input {
    /// A session has been authenticated. `request` is the id of its login request; the answer is [`Output::Welcome`].
    /// An older session of the same account and device is replaced.
    Connected {
        /// The session.
        session: SessionId,
        /// Whose it is.
        accid: Accid,
        /// On which device.
        device: DeviceInfo,
        /// The id of the login request.
        request: u64,
        /// The calls that the device believes to be in or to ring for.
        calls: Vec<CallId>,
    },
    /// A session's connection is gone.
    Disconnected {
        /// The session.
        session: SessionId,
    },
    /// A request other than a login. The shell has looked up the accounts in it, has read `message.list` itself,
    /// and has verified the room token, if there is one.
    Request {
        /// Who asks; requests of unknown or replaced sessions are dropped.
        session: SessionId,
        /// What.
        request: Request,
        /// The claims of its verified room token.
        grant: Option<RoomGrant>,
        /// Those accounts in it that cannot be called: they do not exist or are disabled.
        refused: Vec<RefusedInvite>,
    },
    /// News from the media plane.
    Media {
        /// The call.
        call_id: CallId,
        /// What happened.
        event: MediaEvent,
    },
    /// The app wants its calls otherwise than before: from the next invite and the next login on. Stays so, whatever becomes
    /// of the batch.
    Policies {
        /// What an invite does to an account that is in another call.
        busy: BusyPolicy,
        /// How many devices of an account may be signed in.
        devices: DevicePolicy,
    },
    /// Signs an account out of all its devices: its token was revoked or it was disabled.
    SignOut {
        /// The account.
        accid: Accid,
    },
    /// The time of [`Hub::poll_timeout`] has come.
    Timeout,
}

/// What a verified room token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomGrant {
    /// The call that may be joined.
    pub call_id: CallId,
    /// As which participant.
    pub uid: Uid,
}

/// What the media plane reports of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaEvent {
    /// A peer's ICE and DTLS are done (often while it rings).
    Connected(PeerId),
    /// A peer has fallen silent.
    Lost(PeerId),
    /// A peer that was lost is back.
    Recovered(PeerId),
    /// A peer's connection is beyond repair; its device has to offer anew.
    Failed(PeerId),
    /// What a peer's receiving m-lines carry now.
    Slots(PeerId, Vec<Slot>),
    /// Network quality of the participants.
    Quality(Vec<QualityReport>),
    /// Who speaks now, the loudest first; empty when it is silent.
    Speakers(Vec<Uid>),
}

/// Something to do, in order.
#[derive(Debug, Clone)]
pub enum Output {
    /// To be durable before any other output of the batch is carried out.
    Write(Write),
    /// The answer to a login; the shell adds the messages since the device's cursor and the records of `ended`.
    Welcome {
        /// To whom.
        session: SessionId,
        /// The id of the login request.
        re: u64,
        /// Calls and invites; without messages and records.
        snapshot: Snapshot,
        /// Calls that the device asked about and that are over.
        ended: Vec<CallId>,
    },
    /// The answer to a request.
    Reply {
        /// To whom.
        session: SessionId,
        /// The answer.
        reply: Reply,
    },
    /// News for one session.
    Notify {
        /// To whom.
        session: SessionId,
        /// What.
        event: Event,
    },
    /// Tell this session why, then close it.
    Close {
        /// Which.
        session: SessionId,
        /// Why.
        reason: SessionClosed,
    },
    /// Something for the media plane.
    Room {
        /// The call, which is also the room.
        call_id: CallId,
        /// What to do.
        command: RoomCommand,
    },
}

/// Something to store. A batch may write a call several times; the last one counts.
#[derive(Debug, Clone)]
pub enum Write {
    /// The call, which is not over, as it is now, in place of what was stored of it.
    Call(Box<Call>),
    /// The call has ended: store it, its one record and the messages. Never a second time for one call.
    End {
        /// The ended call.
        call: Box<Call>,
        /// Its record.
        record: Box<CallRecord>,
        /// The conversation messages that carry the record, with their ids.
        messages: Vec<Message>,
    },
}

/// Something for the media plane to do in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomCommand {
    /// Make the room.
    Open,
    /// Answer an offer; the shell sends the answer, or `bad_sdp`, as the reply `re` to `session`.
    Negotiate {
        /// The connection, new or known.
        peer: PeerId,
        /// Whose it is.
        uid: Uid,
        /// Who waits for the answer.
        session: SessionId,
        /// The id of its request.
        re: u64,
        /// The offer.
        sdp: String,
    },
    /// Let media flow from and to this peer.
    Admit(PeerId),
    /// Whose pictures this peer shows, the most important first.
    Subscribe {
        /// Which.
        peer: PeerId,
        /// Whose.
        videos: Vec<Uid>,
    },
    /// Let nothing flow from and to this peer, or let it flow again.
    Hold {
        /// Which.
        peer: PeerId,
        /// Whether it is held.
        held: bool,
    },
    /// Close this peer.
    Remove(PeerId),
    /// Close the room.
    Close,
}

/// How long an ended call is remembered, so that late requests get typed answers; of at most a thousand calls.
pub const REMEMBERED_MS: u64 = 5 * 60_000;
/// How long the hub waits after a failure to store before it asks to be called again.
const RETRY_MS: u64 = 1_000;

/// Every call of one app.
#[derive(Debug)]
pub struct Hub {
    config: Config,
    calls: Calls,
    sessions: Sessions,
    /// What the media plane has said of each peer. Facts, like the sessions: they outlive a rollback.
    peer_health: BTreeMap<PeerId, PeerHealth>,
    next_peer: u64,
    next_message: MessageId,
    /// `next_message` as of the last commit.
    stored_message: MessageId,
    now: Time,
    /// What the input in hand has brought about.
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

    /// Takes one input; returns what to do, in order. Provisional until [`Hub::commit`].
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
        let next = self.calls.next_deadline()?;
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
        for call_id in self.calls.due(now) {
            self.expire_call(call_id, now);
        }
    }

    fn expire_call(&mut self, call_id: CallId, now: Time) {
        // Each round removes the deadline that it handles and `expire` makes no new one, so this ends.
        while let Some(call) = self.calls.find(call_id) {
            if call.is_ended() {
                if self.calls.is_forgettable(call_id, now) {
                    self.calls.forget(call_id);
                }
                return;
            }
            let Some((_, due)) = call
                .next_due(self.config.grace_ms)
                .filter(|(at, _)| *at <= now)
            else {
                return;
            };
            let refusal = self.change(call_id, &[], |call| call.expire(&due, now));
            self.notify_switch_refused(call_id, refusal.flatten());
            self.sync_room(call_id);
        }
    }
}
