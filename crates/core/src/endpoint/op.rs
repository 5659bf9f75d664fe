//! What the application can ask, and what it is answered.

use hullo_protocol::{
    Accid, AppKey, CallId, CallRecord, CallView, DeviceInfo, ErrorKind, FoundCall, GroupTerms,
    Media, Message, MessageId, OtherCall, Presence, RecentCall, RefusedInvite, SlotKind, Token,
    Uid,
};
use serde::{Deserialize, Serialize};

use super::{DevicePresets, State};

/// What the application can ask. The names are the reference's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Op {
    /// Connects and signs in; completes when the server has welcomed the session. For the account that is signed in already it
    /// brings a fresh token, and completes when the server has taken it: the session and its calls go on.
    Login {
        app_key: AppKey,
        accid: Accid,
        /// Absent where the token provider is to be asked for the first one, too.
        #[serde(default)]
        token: Option<Token>,
        /// Whether the application hands over fresh tokens when [`Output::AskLoginToken`](super::Output::AskLoginToken) asks.
        #[serde(default)]
        provider: bool,
        device: DeviceInfo,
        /// How far this device has been told of the account's messages, as [`Output::KeepCursor`](super::Output::KeepCursor)
        /// said last.
        #[serde(default)]
        cursor: Option<MessageId>,
    },
    /// Ends any call, signs out and disconnects.
    Logout,
    /// Dials; completes with the call when the server has it.
    Call {
        accid: Accid,
        /// What it carries.
        media: Media,
        /// The app's own text for the callee.
        #[serde(default)]
        attachment: Option<String>,
        /// Ring time in milliseconds.
        #[serde(default)]
        timeout_ms: Option<u64>,
        #[serde(flatten)]
        presets: DevicePresets,
    },
    /// Dials several accounts; completes with the call and those who could not be invited. Fails when none could.
    GroupCall {
        /// Whom, 1 to 99.
        accids: Vec<Accid>,
        /// What it carries.
        media: Media,
        /// Its group, and who may invite and join.
        #[serde(flatten)]
        terms: GroupTerms,
        /// The app's own text for the callees.
        #[serde(default)]
        attachment: Option<String>,
        /// Ring time in milliseconds.
        #[serde(default)]
        timeout_ms: Option<u64>,
        #[serde(flatten)]
        presets: DevicePresets,
    },
    /// Invites more accounts into the call; a one-to-one call becomes a group call by it. Completes like `GroupCall`.
    GroupInvite {
        accids: Vec<Accid>,
        /// The app's own text for them.
        #[serde(default)]
        attachment: Option<String>,
        /// Ring time in milliseconds.
        #[serde(default)]
        timeout_ms: Option<u64>,
    },
    /// Enters a running group call without a ringing invite; completes like `Accept`.
    Join {
        /// Which, from `QueryCall`.
        call_id: CallId,
        #[serde(flatten)]
        presets: DevicePresets,
    },
    /// Looks for running calls, by name or by group.
    QueryCall {
        #[serde(default)]
        call_id: Option<CallId>,
        #[serde(default)]
        group_id: Option<String>,
    },
    /// Fetches a call from another of the account's devices; completes like `Accept`.
    ContinueHere {
        /// Which, of those that `Changed` lists as `elsewhere`.
        call_id: CallId,
        #[serde(flatten)]
        presets: DevicePresets,
    },
    /// Answers; completes with the members that have joined.
    Accept {
        #[serde(flatten)]
        presets: DevicePresets,
    },
    /// Answers the invite that waits beside the current call; completes like `Accept`.
    AcceptWaiting {
        call_id: CallId,
        /// What becomes of the current call.
        other: OtherCall,
        #[serde(flatten)]
        presets: DevicePresets,
    },
    /// Declines the invite that waits beside the current call.
    RejectWaiting { call_id: CallId },
    /// Declines.
    Reject,
    /// Takes a dial back.
    Cancel,
    /// Ends the call in whatever state, local first. A group call ends for all when the caller hangs up, and goes on for the
    /// others when somebody else does.
    Hangup,
    /// Leaves a call, local first; a group call goes on for the others.
    Leave,
    /// To audio at once, to video with the other side's consent; completes when the switch has happened or was refused.
    SwitchCallType {
        /// What the call shall carry.
        media: Media,
    },
    /// Answers [`AppEvent::SwitchAsked`].
    AnswerSwitch {
        /// Whether to switch.
        agree: bool,
    },
    /// Mutes the microphone; the track stays open. While it rings here, for the answer.
    MuteLocalAudio { muted: bool },
    /// Pauses the picture, which closes the camera, or opens it again.
    MuteLocalVideo { muted: bool },
    /// Opens or closes the camera. While it rings here, for the answer.
    EnableLocalVideo { enabled: bool },
    /// Tries a microphone or camera again that has failed; nothing if it has not. What comes of it is told by `Changed`.
    RetryDevice { kind: SlotKind },
    /// Mutes a participant for me alone; remembered for the call.
    SetAudioMute { accid: Accid, muted: bool },
    /// Whose pictures are shown, the most important first: only these are received. Kept for the call.
    ShowVideos { accids: Vec<Accid> },
    /// Shares this device's screen, in place of anybody else's, or shares it no more; completes when the person has chosen what
    /// to share.
    ShareScreen { enabled: bool },
    /// Reads a conversation, newest first.
    ListMessages {
        with: Accid,
        /// Only messages before this one.
        #[serde(default)]
        before: Option<MessageId>,
        /// At most this many.
        limit: u32,
    },
    /// Reads the account's past calls with everybody, newest first.
    ListCalls {
        /// Only calls before this place.
        #[serde(default)]
        before: Option<u64>,
        /// At most this many.
        limit: u32,
    },
    /// The person has read the past calls up to this place: those missed after it count.
    MarkCallsRead { up_to: u64 },
    /// Reads the record of a call that is over.
    CallRecord { call_id: CallId },
    /// Follows the presence of accounts, in place of those followed before; kept across reconnects.
    WatchPresence { accids: Vec<Accid> },
}

impl Op {
    /// Answers with the devices that the call carries.
    pub const ACCEPT: Self = Self::Accept {
        presets: DevicePresets::NONE,
    };

    /// Whether only a signed-in account can ask for it.
    pub(super) fn needs_sign_in(&self) -> bool {
        matches!(
            self,
            Self::Call { .. }
                | Self::GroupCall { .. }
                | Self::Join { .. }
                | Self::ContinueHere { .. }
                | Self::QueryCall { .. }
                | Self::ListMessages { .. }
                | Self::CallRecord { .. }
                | Self::ListCalls { .. }
                | Self::MarkCallsRead { .. }
                | Self::WatchPresence { .. }
        )
    }

    /// Why this cannot be asked in that state, if so (behaviour A.4). What the state does not tell, the call itself says: an
    /// invite while dialling (`CallLeg::invite`).
    pub(super) fn refused_in(&self, state: State) -> Option<ErrorKind> {
        use ErrorKind as E;
        use State::{Called, Calling, Idle, InCall};
        let kind = match (self, state) {
            (
                Self::Call { .. }
                | Self::GroupCall { .. }
                | Self::Join { .. }
                | Self::ContinueHere { .. },
                busy,
            ) => match busy {
                Idle => return None,
                Calling => E::CallWhileCalling,
                Called => E::CallWhileCalled,
                InCall => E::CallWhileInCall,
            },
            (Self::Accept { .. }, Idle) => E::AcceptWhileIdle,
            (Self::Accept { .. }, Calling) => E::AcceptWhileCalling,
            (Self::Accept { .. }, InCall) => E::AcceptWhileInCall,
            (Self::Reject, Idle) => E::RejectWhileIdle,
            (Self::Reject, Calling) => E::RejectWhileCalling,
            (Self::Reject, InCall) => E::RejectWhileInCall,
            (Self::Cancel, Idle) => E::CancelWhileIdle,
            (Self::Cancel, Called) => E::CancelWhileCalled,
            (Self::Cancel, InCall) => E::CancelWhileInCall,
            (Self::Leave, Idle) => E::LeaveWhileIdle,
            (Self::Leave, Calling) => E::LeaveWhileCalling,
            (Self::Leave, Called) => E::LeaveWhileCalled,
            (Self::SwitchCallType { .. }, Idle) => E::SwitchWhileIdle,
            (Self::SwitchCallType { .. }, Calling) => E::SwitchWhileCalling,
            (Self::SwitchCallType { .. }, Called) => E::SwitchWhileCalled,
            (Self::GroupInvite { .. }, Idle) => E::InviteWhileIdle,
            (Self::GroupInvite { .. }, Called) => E::InviteWhileCalled,
            (Self::AnswerSwitch { .. } | Self::ShareScreen { .. }, Idle | Calling | Called)
            | (Self::SetAudioMute { .. } | Self::ShowVideos { .. }, Idle) => E::NotInCall,
            (Self::Accept { .. }, Called)
            | (Self::Reject, Called)
            | (Self::Cancel, Calling)
            | (
                Self::Leave
                | Self::SwitchCallType { .. }
                | Self::AnswerSwitch { .. }
                | Self::ShareScreen { .. },
                InCall,
            )
            | (Self::GroupInvite { .. }, Calling | InCall)
            | (Self::SetAudioMute { .. } | Self::ShowVideos { .. }, Calling | Called | InCall)
            | (
                Self::Login { .. }
                | Self::Logout
                | Self::QueryCall { .. }
                | Self::AcceptWaiting { .. }
                | Self::RejectWaiting { .. }
                | Self::Hangup
                | Self::MuteLocalAudio { .. }
                | Self::MuteLocalVideo { .. }
                | Self::EnableLocalVideo { .. }
                | Self::RetryDevice { .. }
                | Self::ListMessages { .. }
                | Self::CallRecord { .. }
                | Self::ListCalls { .. }
                | Self::MarkCallsRead { .. }
                | Self::WatchPresence { .. },
                _,
            ) => return None,
        };
        Some(kind)
    }
}

/// What an operation completes with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Value {
    /// It is done.
    Done,
    /// `Login`.
    LoggedIn {
        /// The account, as the app's backend created it.
        accid: Accid,
        name: Option<String>,
        /// The address of its picture.
        avatar: Option<String>,
        /// Whether the app's calls need room tokens.
        secure: bool,
    },
    /// `Call`, `GroupCall`, `GroupInvite`: the call as the server has it; after a glare, the other side's.
    Call {
        call: CallView,
        /// Those who could not be invited.
        refused: Vec<RefusedInvite>,
    },
    /// `QueryCall`.
    Found {
        /// Running calls.
        calls: Vec<FoundCall>,
    },
    /// `Accept`, `AcceptWaiting`, `Join`, `ContinueHere`: the members in the call, oneself included.
    Accepted {
        call: CallView,
        /// Who has joined.
        members: Vec<Member>,
    },
    /// `SwitchCallType`.
    Switched {
        /// False when the other side refused or did not answer.
        agreed: bool,
    },
    /// `ListMessages`.
    Messages {
        /// Newest first.
        messages: Vec<Message>,
        /// Whether there are older ones.
        more: bool,
    },
    /// `ListCalls`.
    Calls {
        /// Newest first.
        calls: Vec<RecentCall>,
        /// Whether there are older ones.
        more: bool,
        /// How many of those after `read_to` were missed.
        missed: u32,
        /// Up to which place the person has read them.
        read_to: u64,
    },
    /// `CallRecord`.
    Record { record: Box<CallRecord> },
    /// `WatchPresence`.
    Presence {
        /// One for each.
        accounts: Vec<Presence>,
    },
}

/// An account in the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub accid: Accid,
    /// Its number in the call.
    pub uid: Uid,
}
