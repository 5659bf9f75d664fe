//! What the server says without being asked.

use serde::{Deserialize, Serialize};

use crate::call::wire_enum;
use crate::{Accid, CallDelta, CallId, CallView, ErrorBody, Media, Message, Quality, Uid};

/// News, named by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event")]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Event {
    /// Someone calls this account: ring, and send `call.ring`.
    #[serde(rename = "call.invited")]
    CallInvited {
        /// The call.
        call: CallView,
        /// How long it rings, in milliseconds.
        ring_ms_left: u64,
    },
    /// A call that this device is in or rings for has changed. All that it says holds as of `version`, for whoever knows the
    /// call as of `base` or later: a client that knows `version` already ignores it, and one that does not know `base` yet
    /// asks `call.snapshot`, unless the call has ended by it.
    #[serde(rename = "call.changed")]
    CallChanged {
        /// The call.
        call_id: CallId,
        /// What is not named here has not changed since this version.
        base: u64,
        /// The call's version now; greater than `base`.
        version: u64,
        /// What changed.
        #[serde(flatten)]
        delta: CallDelta,
    },
    /// Stop ringing: another device of this account has answered.
    #[serde(rename = "invite.accepted_elsewhere")]
    InviteAcceptedElsewhere {
        /// The call.
        call_id: CallId,
    },
    /// Stop ringing: another device of this account has rejected.
    #[serde(rename = "invite.rejected_elsewhere")]
    InviteRejectedElsewhere {
        /// The call.
        call_id: CallId,
    },
    /// This account is in a call on another of its devices, where it can be fetched from (`call.continue`); without `call`:
    /// it no longer is.
    #[serde(rename = "call.elsewhere")]
    CallElsewhere {
        /// The call.
        call_id: CallId,
        /// As it is now.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        call: Option<CallView>,
    },
    /// Another device of this account has taken this device's part of the call over: it is over here.
    #[serde(rename = "call.continued_elsewhere")]
    CallContinuedElsewhere {
        /// The call.
        call_id: CallId,
    },
    /// The other side did not agree to video, or did not answer.
    #[serde(rename = "call.switch_refused")]
    SwitchRefused {
        /// The call.
        call_id: CallId,
        /// What had been asked for.
        media: Media,
    },
    /// What each receiving m-line of this device's connection carries now.
    #[serde(rename = "media.slots")]
    MediaSlots {
        /// The call.
        call_id: CallId,
        /// All of them.
        slots: Vec<Slot>,
    },
    /// Network quality of each participant, every two seconds.
    #[serde(rename = "media.quality")]
    MediaQuality {
        /// The call.
        call_id: CallId,
        /// One for each participant whose media is connected.
        reports: Vec<QualityReport>,
    },
    /// The servers for media connections that are made from now on, in place of those that were told before. Comes before the
    /// answer to a login, where the operator has set any, and again before their credentials run out.
    #[serde(rename = "media.ice_servers")]
    MediaIceServers {
        /// All of them.
        ice_servers: Vec<IceServer>,
    },
    /// Who speaks now, the loudest first; sent when it changes.
    #[serde(rename = "media.speakers")]
    MediaSpeakers {
        /// The call.
        call_id: CallId,
        /// The participants; empty when it is silent.
        uids: Vec<Uid>,
    },
    /// A new entry in one of the account's conversations.
    #[serde(rename = "message.added")]
    MessageAdded {
        /// The entry.
        message: Message,
    },
    /// Watched accounts came or went: at most one such event a second, and an account that is gone for a moment only has not
    /// gone.
    #[serde(rename = "presence.changed")]
    PresenceChanged {
        /// Those that did, as they are now.
        accounts: Vec<Presence>,
    },
    /// The account's past calls are read up to here, on this device or another.
    #[serde(rename = "call.marked_read")]
    CallsMarkedRead {
        /// The place of the newest that was read.
        up_to: u64,
    },
    /// The app's backend has given this account another name or picture.
    #[serde(rename = "account.changed")]
    AccountChanged {
        /// Its name now.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        name: Option<String>,
        /// The address of its picture now.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        avatar: Option<String>,
    },
    /// The server ends this session after this event.
    #[serde(rename = "session.closed")]
    SessionClosed {
        /// Why, and with it whether to come back.
        reason: SessionClosed,
    },
    /// A frame was refused that has no request id to answer to.
    #[serde(rename = "session.error")]
    SessionError {
        /// What was wrong with it.
        error: ErrorBody,
    },
    /// News of a later version: ignore it.
    #[serde(other, rename = "unknown")]
    Unknown,
}

/// One receiving m-line and whose track flows through it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Slot {
    /// The m-line's identification tag (RFC 5888).
    pub mid: String,
    /// Sound, the camera's picture or a screen.
    pub kind: SlotKind,
    /// The sending participant; absent when the slot is free.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub uid: Option<Uid>,
}

/// A server that helps media through networks that let it pass by no direct way: STUN or TURN, as `RTCIceServer` of WebRTC
/// names it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct IceServer {
    /// Such as `turn:turn.example.com:3478?transport=tcp` (RFC 7064, RFC 7065).
    pub urls: Vec<String>,
    /// Who asks; TURN wants it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub username: Option<String>,
    /// The password that goes with it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub credential: Option<String>,
}

impl std::fmt::Debug for IceServer {
    /// Without what it is used with.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("IceServer").field(&self.urls).finish()
    }
}

wire_enum!(
    /// What a slot can carry.
    SlotKind {
        /// Sound.
        Audio,
        /// The camera's picture.
        Video,
        /// The picture of a shared screen.
        Screen,
    }
);

impl SlotKind {
    /// Whether it is a picture: it has key frames, and what is lost of it is sent again.
    pub fn is_picture(self) -> bool {
        match self {
            Self::Audio => false,
            Self::Video | Self::Screen => true,
        }
    }
}

/// Network quality of one participant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct QualityReport {
    /// The participant.
    pub accid: Accid,
    /// From it to the server.
    pub up: Quality,
    /// From the server to it.
    pub down: Quality,
    /// Round trip between it and the server in milliseconds, once known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rtt_ms: Option<u32>,
    /// Variation of the arrival times (RFC 3550 section 6.4.1) of what comes from it, in milliseconds, once known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub jitter_ms: Option<u32>,
    /// Packets lost on the way from it, per thousand, once known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub loss_up_permille: Option<u32>,
    /// Packets lost on the way to it, per thousand, once known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub loss_down_permille: Option<u32>,
}

/// Whether an account has a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Presence {
    /// The account.
    pub accid: Accid,
    /// Whether at least one of its devices is connected.
    pub online: bool,
}

wire_enum!(
    /// Why the server ends a session.
    SessionClosed {
        /// The same device has opened a newer session. Do not come back by yourself.
        Replaced,
        /// Another device of the account has signed in, and the app lets only so many be. Do not come back by yourself.
        KickedOut,
        /// The account was signed out or disabled: its tokens were revoked. Do not come back by yourself.
        SignedOut,
        /// The login token has run out and was not renewed. Come back with a new one: calls go on meanwhile.
        TokenExpired,
        /// The server stops or restarts. Come back soon.
        ShuttingDown,
        /// The client does not read what it is sent. Come back.
        TooSlow,
    }
);
