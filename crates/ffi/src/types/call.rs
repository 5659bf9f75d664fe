//! A call and who is in it.

use hullo_client::Member;
use hullo_client::protocol::{
    Accid, CallId, CallKind, CallState, CallView, DeviceId, DeviceState, EndReason, EndView,
    ErrorKind, FoundCall, GroupTerms, InviteMode, JoinMode, Media, OtherCall, ParticipantDuration,
    ParticipantState, ParticipantView, Presence, RefusedInvite, SwitchView, Uid,
};

/// One-to-one or group.
#[uniffi::remote(Enum)]
pub enum CallKind {
    /// Two accounts; ends for both when either leaves.
    OneToOne,
    /// Several accounts; ends when nobody is left to talk to.
    Group,
}

/// Who may invite more accounts into a group call.
#[uniffi::remote(Enum)]
pub enum InviteMode {
    /// Everyone who is in it.
    Everyone,
    /// The caller alone.
    Caller,
}

/// Who may join a running group call without a ringing invite.
#[uniffi::remote(Enum)]
pub enum JoinMode {
    /// Those who have been invited to it once, whatever became of that.
    Invited,
    /// Every account of the app that knows the call or its group.
    Everyone,
}

/// What shall become of the account's other call when one is accepted (call waiting).
#[uniffi::remote(Enum)]
pub enum OtherCall {
    /// It is left.
    End,
    /// It is held; the device takes it up again when this one is over.
    Hold,
}

/// What a call carries.
#[uniffi::remote(Enum)]
pub enum Media {
    /// Sound only.
    Audio,
    /// Sound and picture.
    Video,
}

/// Where a call is. `Ringing` until the first callee accepts.
#[uniffi::remote(Enum)]
pub enum CallState {
    /// Nobody has answered yet.
    Ringing,
    /// At least one callee has accepted.
    Active,
    /// Over; it has one `EndReason` and one record.
    Ended,
}

/// Where an account in a call is.
#[uniffi::remote(Enum)]
pub enum ParticipantState {
    /// The invite is stored; no device of the account has it yet.
    Invited,
    /// At least one device has been sent the invite.
    Delivered,
    /// At least one device says that it rings.
    Ringing,
    /// One device has answered (the caller: has dialled); its media is not connected yet.
    Accepted,
    /// Its media is connected and the call is active.
    Joined,
    /// Left after having been in the call: by hang-up, or because the call ended.
    Left,
    /// Its device stayed away past the grace time.
    Lost,
    /// Said no.
    Rejected,
    /// Was in another call.
    Busy,
    /// The caller took the invite back.
    Cancelled,
    /// Did not answer in time.
    TimedOut,
    /// Had no device that could be reached while it rang.
    Unreachable,
}

/// The one reason for which a call ended. Who caused it stands beside it as `by`.
#[uniffi::remote(Enum)]
pub enum EndReason {
    /// A participant hung up an active call.
    HungUp,
    /// The caller cancelled while it rang.
    Cancelled,
    /// The callee (all callees) rejected.
    Rejected,
    /// The callee was in another call.
    Busy,
    /// Nobody answered in time.
    TimedOut,
    /// Nobody answered in time and no device of the callee was ever reached.
    Unreachable,
    /// Accepted, but media did not connect in time.
    ConnectTimedOut,
    /// A participant's device stayed away past the grace time.
    Lost,
    /// The account of a participant logged out or its device was signed out by another login.
    LoggedOut,
    /// A participant's room token was refused or could not be had (secure mode).
    TokenRefused,
    /// The server ended it: a limit, or an operator.
    Server,
}

/// A whole call as one of its participants sees it.
#[uniffi::remote(Record)]
pub struct CallView {
    pub call_id: CallId,
    /// Grows by one with each change of the call.
    pub version: u64,
    /// One-to-one or group.
    pub kind: CallKind,
    /// The terms of a group call; absent for one-to-one.
    pub group: Option<GroupTerms>,
    /// What it carries now.
    pub media: Media,
    /// Where it is.
    pub state: CallState,
    /// Who dialled.
    pub caller: Accid,
    /// The app's own text, at most 4 KiB, handed to the callee with the invite.
    pub attachment: Option<String>,
    /// Everyone in it, the caller first.
    pub participants: Vec<ParticipantView>,
    /// Milliseconds since the first accept, when it is active.
    pub active_ms: Option<u64>,
    /// A switch to video that waits for consent.
    pub switch: Option<SwitchView>,
    /// Why it ended, once it has.
    pub end: Option<EndView>,
    /// Whether joining needs a room token signed with the app's secret.
    pub secure: bool,
}

/// What its caller has laid down for a group call.
#[uniffi::remote(Record)]
pub struct GroupTerms {
    /// The app's own name of the group, 1 to 64 bytes, by which its running calls can be found.
    pub group_id: Option<String>,
    /// Who may invite.
    pub invite_mode: InviteMode,
    /// Who may join uninvited.
    pub join_mode: JoinMode,
    /// Once somebody has answered, the last one who is in it stays until leaving, so that others can join or be invited.
    pub keep_last: bool,
}

/// One participant as the others see it.
#[uniffi::remote(Record)]
pub struct ParticipantView {
    pub accid: Accid,
    /// The account's name, for display.
    pub name: Option<String>,
    /// The address of the account's picture.
    pub avatar: Option<String>,
    /// Its number in this call.
    pub uid: Uid,
    /// Where it is.
    pub state: ParticipantState,
    /// What its microphone does.
    pub audio: DeviceState,
    /// What its camera does; `off` in an audio call.
    pub video: DeviceState,
    /// In the call, but its device is away for the moment; the grace time runs.
    pub reconnecting: bool,
    /// In the call, but has it on hold: nothing flows from or to it.
    pub held: bool,
    /// Whether its screen is the one that is shared in the call.
    pub screen: bool,
    /// Who invited it, if that was not the caller.
    pub inviter: Option<Accid>,
    /// The device that answered (or dialled), so that other devices of the account know it was not them.
    pub device: Option<DeviceId>,
}

/// A switch from audio to video that waits for the other side.
#[uniffi::remote(Record)]
pub struct SwitchView {
    /// Who asked.
    pub by: Accid,
    /// What was asked for.
    pub media: Media,
}

/// How a call ended.
#[uniffi::remote(Record)]
pub struct EndView {
    pub reason: EndReason,
    /// Who caused it, where an account did.
    pub by: Option<Accid>,
    /// Connected time of each account that was in the call, the receiving one included, as in its record; nothing for who was never in it.
    pub durations: Vec<ParticipantDuration>,
}

/// An account that could not be invited.
#[uniffi::remote(Record)]
pub struct RefusedInvite {
    pub accid: Accid,
    /// Why: `account_not_found`, `account_disabled`, `already_in_call`, `participant_limit`, `called_oneself`.
    pub kind: ErrorKind,
}

/// A running call that the asking account is in or may join.
#[uniffi::remote(Record)]
pub struct FoundCall {
    pub call_id: CallId,
    /// The number under which this account is in it or would join it; a room token must be signed for it.
    pub uid: Uid,
    /// What it carries now.
    pub media: Media,
    /// The terms of a group call; absent for one-to-one.
    pub group: Option<GroupTerms>,
    /// How many are in it now.
    pub people: u32,
    /// All of it. Of a call that needs a room token, only those who have a part in it see more than the above.
    pub call: Option<CallView>,
}

/// An account in the call.
#[uniffi::remote(Record)]
pub struct Member {
    pub accid: Accid,
    /// Its number in the call.
    pub uid: Uid,
}

/// Whether an account has a session.
#[uniffi::remote(Record)]
pub struct Presence {
    pub accid: Accid,
    /// Whether at least one of its devices is connected.
    pub online: bool,
}
