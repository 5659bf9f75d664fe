//! What a client asks of the server.

use serde::{Deserialize, Serialize};

use crate::call::wire_enum;
use crate::{
    Accid, AppKey, CallId, DeviceId, DeviceState, GroupTerms, Media, MessageId, OtherCall, Token,
    Uid,
};
#[cfg(doc)]
use crate::{JoinMode, Success};

/// What a client can ask, named by `op`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op")]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Command {
    /// The first request of each connection. Answer: [`Success::LoggedIn`].
    #[serde(rename = "session.login")]
    Login(Login),
    /// Gives the session a fresh login token in place of the one that runs out. Answer: [`Success::Renewed`]. A token that is
    /// refused changes nothing: the session goes on until its own runs out.
    #[serde(rename = "session.renew")]
    Renew {
        /// For the same account.
        token: Token,
    },
    /// Ends the device's part of any call and the session. Answer: [`Success::Done`].
    #[serde(rename = "session.logout")]
    Logout,
    /// Asks for a sign of life. Answer: [`Success::Done`].
    #[serde(rename = "session.ping")]
    Ping,
    /// Dials. Answer: [`Success::Call`]; the call may already be ended (busy), or be another one (glare).
    #[serde(rename = "call.start")]
    StartCall(StartCall),
    /// Receipt: this device rings for the invite. Answer: [`Success::Done`].
    #[serde(rename = "call.ring")]
    Ring {
        /// The call whose invite rings.
        call_id: CallId,
    },
    /// Answers an invite. Answer: [`Success::Call`].
    #[serde(rename = "call.accept")]
    Accept {
        /// The call to join.
        call_id: CallId,
        /// Secure mode: signed for this call, this account and its uid.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        room_token: Option<Token>,
        /// What becomes of another call that the account is in; without it that call stands in the way.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        other: Option<OtherCall>,
    },
    /// Declines an invite. Answer: [`Success::Done`].
    #[serde(rename = "call.reject")]
    Reject {
        /// The call to decline.
        call_id: CallId,
        /// The person has said yes, and there is no valid room token to enter with: if this ends the call, its reason is
        /// `token_refused`.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        without_token: bool,
    },
    /// Takes all invites back before anyone has accepted. Answer: [`Success::Done`], or `already_accepted`.
    #[serde(rename = "call.cancel")]
    Cancel {
        /// The call to cancel.
        call_id: CallId,
    },
    /// Leaves in whatever state: cancels for the caller that nobody has answered, rejects for a callee that rings, hangs up
    /// otherwise. Ends a one-to-one call for both; a group call goes on for the others. Answer: [`Success::Done`], also when the call is over.
    #[serde(rename = "call.hangup")]
    Hangup {
        /// The call to leave.
        call_id: CallId,
    },
    /// Ends a group call for everyone: the caller only. Answer: [`Success::Done`], also when it is over.
    #[serde(rename = "call.end")]
    End {
        /// The call to end.
        call_id: CallId,
    },
    /// Invites more accounts into an active call; a one-to-one call becomes a group call by it. Those whose earlier invite
    /// is over are invited again. Answer: [`Success::Call`] with those who could not be invited; an error when none could.
    #[serde(rename = "call.invite")]
    Invite(InviteMore),
    /// Enters a running group call without a ringing invite, as its [`JoinMode`] allows. Answer: [`Success::Call`].
    #[serde(rename = "call.join")]
    Join {
        /// The call to join.
        call_id: CallId,
        /// Secure mode: signed for this call, this account and the number that `call.query` gave.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        room_token: Option<Token>,
    },
    /// Looks for running calls: one by its name, or those of a group. Only such as this account is in, or may join, are
    /// found. Answer: [`Success::Found`].
    #[serde(rename = "call.query")]
    Query {
        /// The call.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        call_id: Option<CallId>,
        /// The group.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        group_id: Option<String>,
    },
    /// Takes over the account's part of a call from another of its devices ("continue here"). Answer: [`Success::Call`].
    #[serde(rename = "call.continue")]
    Continue {
        /// The call.
        call_id: CallId,
    },
    /// Holds a call that this device is in, or takes it up again. Answer: [`Success::Done`].
    #[serde(rename = "call.hold")]
    Hold {
        /// The call.
        call_id: CallId,
        /// Whether it is held.
        held: bool,
    },
    /// Switches a one-to-one call between audio and video: to audio at once, to video when the other side agrees. Answer: [`Success::Done`].
    #[serde(rename = "call.switch")]
    Switch {
        /// The call.
        call_id: CallId,
        /// What it shall carry.
        media: Media,
    },
    /// Agrees to or refuses the other side's switch to video. Answer: [`Success::Done`].
    #[serde(rename = "call.answer_switch")]
    AnswerSwitch {
        /// The call.
        call_id: CallId,
        /// Whether to switch.
        agree: bool,
    },
    /// Says that the page of the caller is being closed or reloaded: if it does not come back soon, the call that only rings
    /// ends. Answer: [`Success::Done`].
    #[serde(rename = "call.closing")]
    Closing {
        /// The call that this device has dialled.
        call_id: CallId,
    },
    /// Asks for the whole call, after a gap in versions. Answer: [`Success::Call`].
    #[serde(rename = "call.snapshot")]
    CallSnapshot {
        /// The call.
        call_id: CallId,
    },
    /// Offers media for a call that this device is in or rings for; again for an ICE restart. Answer: [`Success::Answer`].
    #[serde(rename = "media.offer")]
    OfferMedia {
        /// The call.
        call_id: CallId,
        /// A whole session description (RFC 8866) as the browser made it.
        sdp: String,
    },
    /// Says what the own microphone and camera do, and whether to share the screen. One screen is shared in a call: that of
    /// whoever said so last. Answer: [`Success::Done`].
    #[serde(rename = "media.set")]
    SetMedia {
        /// The call.
        call_id: CallId,
        /// What the microphone does: `off` while it is muted.
        audio: DeviceState,
        /// What the camera does: `off` while it is closed, and in an audio call.
        video: DeviceState,
        /// Whether to share the screen from now on, in audio calls, too, but not while the call is held; absent: as it is. So a
        /// screen that another has taken the place of does not come back by what is said of a microphone.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        screen: Option<bool>,
    },
    /// Says whose pictures this device shows, the most important first, in place of what it said before. Without it the
    /// pictures come as there is room. Answer: [`Success::Done`].
    #[serde(rename = "media.subscribe")]
    Subscribe {
        /// The call.
        call_id: CallId,
        /// The participants, at most 100.
        videos: Vec<Uid>,
    },
    /// Reports when the first picture of another participant was shown, for the call's record. Answer: [`Success::Done`].
    #[serde(rename = "media.first_frame")]
    ReportFirstFrame {
        /// The call.
        call_id: CallId,
        /// Milliseconds from the accept (the callee's press, the caller's news of it) to the picture.
        ms: u32,
    },
    /// Reads a conversation, newest first. Answer: [`Success::Messages`].
    #[serde(rename = "message.list")]
    ListMessages {
        /// The other account.
        with: Accid,
        /// Only messages before this one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        before: Option<MessageId>,
        /// At most this many, 1 to 100.
        limit: u32,
    },
    /// Asks for the record of a call that is over and that this account has dialled or was called in. Answer:
    /// [`Success::Record`].
    #[serde(rename = "call.record")]
    CallRecord {
        /// The call.
        call_id: CallId,
    },
    /// Reads the account's past calls with everybody, newest first. Answer: [`Success::Calls`].
    #[serde(rename = "call.list")]
    ListCalls {
        /// Only calls before this place.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        before: Option<u64>,
        /// At most this many, 1 to 100.
        limit: u32,
    },
    /// Says up to which of the past calls the person has read them: those missed after it count. It never goes back, and the
    /// account's other devices learn of it. Answer: [`Success::Done`].
    #[serde(rename = "call.mark_read")]
    MarkCallsRead {
        /// The place of the newest that was shown.
        up_to: u64,
    },
    /// Replaces the set of accounts whose presence this session follows. Answer: [`Success::Presence`].
    #[serde(rename = "presence.watch")]
    WatchPresence {
        /// At most 500 accounts.
        accids: Vec<Accid>,
    },
}

macro_rules! ops {
    ($($variant:ident = $op:literal),+ $(,)?) => {
        impl Command {
            /// The `op` of each command, in the order of declaration.
            pub const OPS: &[&'static str] = &[$($op),+];

            /// The command's name on the wire, for logs and figures.
            pub fn op(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $op),+
                }
            }
        }
    };
}

// The names of the serde form once more, because a derived form cannot be asked for them; a test holds the two equal.
ops! {
    Login = "session.login",
    Renew = "session.renew",
    Logout = "session.logout",
    Ping = "session.ping",
    StartCall = "call.start",
    Ring = "call.ring",
    Accept = "call.accept",
    Reject = "call.reject",
    Cancel = "call.cancel",
    Hangup = "call.hangup",
    End = "call.end",
    Invite = "call.invite",
    Join = "call.join",
    Query = "call.query",
    Continue = "call.continue",
    Hold = "call.hold",
    Switch = "call.switch",
    AnswerSwitch = "call.answer_switch",
    Closing = "call.closing",
    CallSnapshot = "call.snapshot",
    OfferMedia = "media.offer",
    SetMedia = "media.set",
    Subscribe = "media.subscribe",
    ReportFirstFrame = "media.first_frame",
    ListMessages = "message.list",
    CallRecord = "call.record",
    ListCalls = "call.list",
    MarkCallsRead = "call.mark_read",
    WatchPresence = "presence.watch",
}

impl Command {
    /// Whether it changes a call in a way that must not happen twice: its request needs a `request_id`.
    pub fn changes_call(&self) -> bool {
        match self {
            Self::StartCall(_)
            | Self::Accept { .. }
            | Self::Reject { .. }
            | Self::Cancel { .. }
            | Self::Hangup { .. }
            | Self::End { .. }
            | Self::Invite(_)
            | Self::Join { .. }
            | Self::Continue { .. }
            | Self::Hold { .. }
            | Self::Switch { .. }
            | Self::AnswerSwitch { .. } => true,
            // To repeat these does no harm.
            Self::Ring { .. }
            | Self::Closing { .. }
            | Self::SetMedia { .. }
            | Self::Subscribe { .. }
            | Self::OfferMedia { .. }
            | Self::ReportFirstFrame { .. } => false,
            Self::Login(_)
            | Self::Renew { .. }
            | Self::Logout
            | Self::Ping
            | Self::Query { .. }
            | Self::CallSnapshot { .. }
            | Self::CallRecord { .. }
            | Self::ListCalls { .. }
            | Self::MarkCallsRead { .. }
            | Self::ListMessages { .. }
            | Self::WatchPresence { .. } => false,
        }
    }

    /// The call that it is about, by the name that the client has for it. A query is about none: it looks for some.
    pub fn call_id(&self) -> Option<CallId> {
        match self {
            Self::StartCall(StartCall { call_id, .. })
            | Self::Invite(InviteMore { call_id, .. })
            | Self::Ring { call_id }
            | Self::Accept { call_id, .. }
            | Self::Reject { call_id, .. }
            | Self::Cancel { call_id }
            | Self::Hangup { call_id }
            | Self::End { call_id }
            | Self::Join { call_id, .. }
            | Self::Continue { call_id }
            | Self::Hold { call_id, .. }
            | Self::Switch { call_id, .. }
            | Self::AnswerSwitch { call_id, .. }
            | Self::Closing { call_id }
            | Self::CallSnapshot { call_id }
            | Self::CallRecord { call_id }
            | Self::OfferMedia { call_id, .. }
            | Self::SetMedia { call_id, .. }
            | Self::Subscribe { call_id, .. }
            | Self::ReportFirstFrame { call_id, .. } => Some(*call_id),
            Self::Login(_)
            | Self::Renew { .. }
            | Self::Logout
            | Self::Ping
            | Self::Query { .. }
            | Self::ListMessages { .. }
            | Self::ListCalls { .. }
            | Self::MarkCallsRead { .. }
            | Self::WatchPresence { .. } => None,
        }
    }
}

/// Who logs in, on what, and what it knew before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Login {
    /// The app.
    pub app_key: AppKey,
    /// The account.
    pub accid: Accid,
    /// Proves the account: an HS256 JWT (RFC 7519) with the audience `hullo.login`. When it has run out, the session ends
    /// (`token_expired`) unless it was renewed.
    pub token: Token,
    /// The device.
    pub device: DeviceInfo,
    /// The cursor that the device was last told or has reached with the messages since; absent on its first login, to
    /// which no messages come.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cursor: Option<MessageId>,
    /// Calls that this device believes to be in or to ring for, at most 16, so that it learns how they ended.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub calls: Vec<CallId>,
}

/// A device as it introduces itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct DeviceInfo {
    /// Made once by the client and kept.
    pub id: DeviceId,
    /// What it runs on.
    pub platform: Platform,
    /// Client version, for the log.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sdk_version: Option<String>,
}

wire_enum!(
    /// What a client runs on.
    Platform {
        /// A browser.
        Web,
        /// iOS or iPadOS.
        Ios,
        /// Android.
        Android,
        /// A desktop program.
        Desktop,
        /// A program without a person, such as a bot or a test.
        Server,
    }
);

/// A dial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct StartCall {
    /// Made by the client, so that it can cancel before the answer.
    pub call_id: CallId,
    /// Whom to call: one account, or 1 to 99 for a group call.
    pub callees: Vec<Accid>,
    /// Makes it a group call.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub group: Option<GroupTerms>,
    /// What the call carries.
    pub media: Media,
    /// The app's own text for the callee, at most 4 KiB.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub attachment: Option<String>,
    /// Ring time; 30,000 when absent, clamped to 5,000..=120,000.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ring_ms: Option<u64>,
    /// Secure mode: signed for this call, this account and uid 1, which is always the caller's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub room_token: Option<Token>,
}

/// More accounts for a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct InviteMore {
    /// The call.
    pub call_id: CallId,
    /// Whom.
    pub callees: Vec<Accid>,
    /// The app's own text for them, at most 4 KiB; the call's own when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub attachment: Option<String>,
    /// Ring time; 30,000 when absent, clamped to 5,000..=120,000.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ring_ms: Option<u64>,
}
