//! What goes into the hub and what comes out of it: ids, policies, inputs and outputs.

#![warn(missing_docs)]

use std::collections::BTreeMap;
use std::sync::Arc;

use hullo_protocol::{
    Accid, CallId, CallRecord, DeviceInfo, ErrorBody, Event, Message, QualityReport, RefusedInvite,
    Reply, Request, SessionClosed, Slot, Snapshot, Uid,
};

use crate::Time;
use crate::call::{Call, Profile};

/// How long an ended call is remembered, so that late requests get typed answers; of no more calls than fit into
/// [`Config::remembered_bytes`].
pub const REMEMBERED_MS: u64 = 5 * 60_000;

/// How long an ended call is remembered whatever memory it takes: a client repeats a request whose answer it has not got for so
/// long.
pub const REPEATED_MS: u64 = 10_000;

/// How large a call is of which everyone is told each change at once.
pub const SMALL_CALL: usize = 8;

/// [`Config::remembered_bytes`] unless one has a reason: some forty thousand calls of two.
pub const REMEMBERED_BYTES: usize = 64 * 1024 * 1024;

/// Whether a stored call belongs into the hub of a new process: it is not over, or it ended so lately that its answers may
/// still be asked for. A call that ended in the future (the wall clock went back) ended lately.
pub fn restorable(ended_at: Option<Time>, now: Time) -> bool {
    ended_at.is_none_or(|at| now.since(at) < REMEMBERED_MS)
}

/// One live connection of a device; made by the shell, never reused in a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// One media connection of one device in one call; made by the hub, never reused in a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

/// How the app wants its calls. Only the two policies change while a hub lives ([`Input::Policies`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Whether a call needs a room token ([`RoomGrant`]) of each who dials, accepts or joins. Kept with each call.
    pub secure: bool,
    /// From an accept until media must be connected, in milliseconds; [`hullo_protocol::CONNECT_MS`].
    pub connect_ms: u64,
    /// How long a participant's device may stay away, in milliseconds; [`hullo_protocol::GRACE_MS`].
    pub grace_ms: u64,
    /// How long a switch to video waits for consent, in milliseconds; [`hullo_protocol::SWITCH_MS`].
    pub switch_ms: u64,
    /// What an invite does to an account that is in another call.
    pub busy: BusyPolicy,
    /// How many devices of an account may be signed in.
    pub devices: DevicePolicy,
    /// Up to so many people in a call, those in it and those it rings for, are told each change at once; [`SMALL_CALL`]. In a
    /// larger one changes of others that can wait are told together, four times a second at most.
    pub small_call: usize,
    /// How much memory the calls may take that have been over for longer than [`REPEATED_MS`], in bytes as [`Call::footprint`]
    /// reckons them; the oldest are forgotten first. [`REMEMBERED_BYTES`].
    pub remembered_bytes: usize,
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

/// What the shell knows of a request before the hub decides.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// What its room token allows.
    pub grant: Option<RoomGrant>,
    /// Those of the accounts in it that cannot be called now: they do not exist, are disabled, or were called too often.
    pub refused: Vec<RefusedInvite>,
    /// How those who may come into a call by it are shown: the asker and those whom it names.
    pub people: BTreeMap<Accid, Profile>,
    /// Why nobody new may be rung by it, if so: the asker has called too many, or the server has too much to do.
    pub limited: Option<Box<ErrorBody>>,
}

/// Something that happened outside.
#[derive(Debug, Clone)]
pub enum Input {
    /// A session has been authenticated; the answer to its login request is [`Output::Welcome`]. An older session of the same
    /// account and device is replaced.
    Connected {
        /// Made by the shell for this connection; every later input and output of it carries this.
        session: SessionId,
        /// The account that the login token was for.
        accid: Accid,
        /// The device, as its login request introduces it.
        device: DeviceInfo,
        /// The id of the login request, to which the welcome replies.
        request: u64,
        /// The calls that the device believes to be in or to ring for: the welcome says which of them are over.
        calls: Vec<CallId>,
    },
    /// A session's connection is gone. An unknown session is ignored, so that this may come after [`Output::Close`].
    Disconnected {
        /// The one whose socket has closed.
        session: SessionId,
    },
    /// A request of a session that is signed in (a second login is refused). The shell has looked up the accounts in it, has read `message.list` itself,
    /// and has verified the room token, if there is one. Exactly one [`Output::Reply`] follows, or
    /// [`RoomCommand::Negotiate`] with its id.
    Request {
        /// Who asks; requests of sessions that are unknown, replaced, or could not be stored are dropped.
        session: SessionId,
        /// The frame as it was parsed.
        request: Request,
        /// What the shell knows of it.
        known: Known,
    },
    /// The media plane reports something about a call. What concerns an unknown call or peer is ignored.
    Media {
        /// The call, which is also the room.
        call_id: CallId,
        /// What the media plane has seen.
        event: MediaEvent,
    },
    /// The app has changed its policies: from the next invite and the next login on. Stays so whether or not the batch can
    /// be stored.
    Policies {
        /// What an invite does to an account that is in another call.
        busy: BusyPolicy,
        /// How many devices of an account may be signed in.
        devices: DevicePolicy,
    },
    /// The app's backend has given an account another name or picture: its calls and its devices are told.
    Profile {
        /// Whom it is about; one without calls and devices is nobody's business.
        accid: Accid,
        /// How it is shown from now on.
        profile: Profile,
    },
    /// Signs an account out of all its devices: its token was revoked or it was disabled.
    SignOut {
        /// The account; it leaves each call that it is in and answers no invite any more.
        accid: Accid,
    },
    /// The time of [`Hub::poll_timeout`](super::Hub::poll_timeout) has come.
    Timeout,
}

/// What a verified room token allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomGrant {
    /// The call that may be entered.
    pub call_id: CallId,
    /// The account that may enter it.
    pub accid: Accid,
    /// The participant's number under which it may be entered; the caller's is 1.
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
    /// A peer's connection is beyond repair; its device has to make an offer of a new one.
    Failed(PeerId),
    /// What a peer's receiving m-lines carry now, in place of what was reported before.
    Slots(PeerId, Vec<Slot>),
    /// Network quality of the participants; comes every two seconds and is summed up for the record.
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
        /// The session that has connected.
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
        /// The session that has asked.
        session: SessionId,
        /// To be sent as it is.
        reply: Reply,
    },
    /// An event, the same for each of these sessions: to be encoded once.
    Notify {
        /// The sessions that are concerned; each once, and at least one.
        sessions: Vec<SessionId>,
        /// To be sent as it is.
        event: Event,
    },
    /// Send this session [`Event::SessionClosed`], then close it. The hub knows it no more.
    Close {
        /// The session to close.
        session: SessionId,
        /// Why, and with it whether its client comes back by itself.
        reason: SessionClosed,
    },
    /// Something for the media plane.
    Room {
        /// The call, which is also the room.
        call_id: CallId,
        /// What to do there.
        command: RoomCommand,
    },
}

/// Something to store. A batch may write a call several times; the last one counts. The first write of a new call has version 1,
/// also where later ones of its batch have more: by that the store knows a new call, whose id has to be free
/// ([`Runner::taken`](super::Runner::taken)).
#[derive(Debug, Clone)]
pub enum Write {
    /// The call, which is not over, as it is now, in place of what was stored of it.
    Call(Arc<Call>),
    /// The call has ended: store it, its one record and the messages. Never a second time for one call.
    End {
        /// The ended call, in place of what was stored of it.
        call: Arc<Call>,
        /// What remains of it.
        record: Box<CallRecord>,
        /// The conversation messages that carry the record, with their ids.
        messages: Vec<Message>,
    },
}

impl Write {
    /// The call that is stored.
    pub fn call(&self) -> &Call {
        match self {
            Self::Call(call) | Self::End { call, .. } => call,
        }
    }
}

/// Something for the media plane to do in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomCommand {
    /// Make the room.
    Open,
    /// Answer an offer; the shell sends the answer, or `bad_sdp`, as the reply `re` to `session`.
    Negotiate {
        /// The connection: a new one, or one that is negotiated again.
        peer: PeerId,
        /// The participant whose device it is.
        uid: Uid,
        /// The session that waits for the answer.
        session: SessionId,
        /// The id of its request.
        re: u64,
        /// A whole session description (RFC 8866), at most [`hullo_protocol::SDP_BYTES_MAX`] long; otherwise unchecked.
        sdp: String,
    },
    /// Let media flow from and to this peer.
    Admit(PeerId),
    /// Send this peer the pictures of these participants, in place of those it was sent before.
    Subscribe {
        /// The receiving connection.
        peer: PeerId,
        /// The participants, the most important first; numbers of nobody are ignored.
        videos: Vec<Uid>,
    },
    /// Show everyone this participant's screen and nobody else's, or none.
    Share(Option<Uid>),
    /// Let nothing flow from and to this peer, or let it flow again.
    Hold {
        /// The connection of the participant that holds or resumes the call.
        peer: PeerId,
        /// Whether it is held from now on.
        held: bool,
    },
    /// Close this peer. Its id is not used again.
    Remove(PeerId),
    /// Close the room and all its peers.
    Close,
}
