//! What the application is told.

use hullo_protocol::{
    Accid, CallId, CallRecord, CallView, EndReason, ErrorBody, Media, Message, ParticipantDuration,
    Presence, QualityReport, SessionClosed,
};
use serde::{Deserialize, Serialize};

use super::{LocalMedia, State};

/// What the application is told: the reference's delegate callbacks, and more. `behaviour.md` B has their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AppEvent {
    /// The public state or what is known of the call has changed. Comes before the event that says why.
    Changed {
        /// The state.
        state: State,
        /// The call, unless idle.
        call: Option<CallView>,
        /// What the own devices do.
        local: LocalMedia,
    },
    /// `onInvited`.
    Invited {
        /// Who calls.
        invitor: Accid,
        /// All who are invited.
        accids: Vec<Accid>,
        /// Whether it is a group call.
        group: bool,
        /// What it carries.
        media: Media,
        /// The app's own text.
        attachment: Option<String>,
        /// How long it rings.
        ring_ms_left: u64,
        /// The call.
        call_id: CallId,
    },
    /// The callee's device has the invite, rings, or cannot be reached: progress for the caller.
    UserRinging {
        /// The callee.
        accid: Accid,
    },
    /// `onUserAccept`.
    UserAccept {
        /// Who.
        accid: Accid,
    },
    /// `onUserEnter`: its media is connected.
    UserEnter {
        /// Who.
        accid: Accid,
    },
    /// `onUserReject`.
    UserReject {
        /// Who.
        accid: Accid,
    },
    /// `onUserBusy`.
    UserBusy {
        /// Who.
        accid: Accid,
    },
    /// `onUserCancel`.
    UserCancel {
        /// The caller.
        accid: Accid,
    },
    /// `onUserLeave`.
    UserLeave {
        /// Who.
        accid: Accid,
    },
    /// `onUserDisconnect`: lost.
    UserDisconnect {
        /// Who.
        accid: Accid,
    },
    /// A participant's device is away for the moment.
    UserReconnecting {
        /// Who.
        accid: Accid,
    },
    /// It is back.
    UserReconnected {
        /// Who.
        accid: Accid,
    },
    /// `onCallingTimeOut`: nobody answered (caller), or the invite ran out (callee).
    CallingTimeOut,
    /// `onCallEnd`: exactly one for each call that was announced to the application.
    CallEnd {
        /// The call.
        call_id: CallId,
        /// Why.
        reason: EndReason,
        /// Who caused it.
        by: Option<Accid>,
        /// Own connected time in milliseconds.
        duration_ms: u64,
        /// Connected time of each account, once the record is there.
        durations: Vec<ParticipantDuration>,
    },
    /// `onOtherClientAccept`: another of my devices has answered. No `CallEnd` follows.
    OtherClientAccept {
        /// The call.
        call_id: CallId,
    },
    /// `onOtherClientReject`: another of my devices has rejected. No `CallEnd` follows.
    OtherClientReject {
        /// The call.
        call_id: CallId,
    },
    /// `onCameraAvailable`: a participant's camera is on or off.
    CameraAvailable {
        /// Whose.
        accid: Accid,
        /// On or off.
        available: bool,
    },
    /// `onAudioAvailable`: a participant's microphone is on or off.
    AudioAvailable {
        /// Whose.
        accid: Accid,
        /// On or off.
        available: bool,
    },
    /// `onVideoMuted`.
    VideoMuted {
        /// Whose.
        accid: Accid,
        /// Muted or not.
        muted: bool,
    },
    /// `onAudioMuted`.
    AudioMuted {
        /// Whose.
        accid: Accid,
        /// Muted or not.
        muted: bool,
    },
    /// `onCallTypeChange`.
    CallTypeChange {
        /// What the call carries now.
        media: Media,
    },
    /// The other side asks to turn the audio call into a video call; answer with [`Op::AnswerSwitch`].
    SwitchAsked {
        /// Who.
        accid: Accid,
        /// For what.
        media: Media,
    },
    /// The question of `SwitchAsked` no longer stands, or was refused.
    SwitchClosed,
    /// `onFirstVideoFrameDecoded`.
    FirstVideoFrame {
        /// Whose.
        accid: Accid,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// `onUserNetworkQuality`.
    UserNetworkQuality {
        /// One for each participant.
        reports: Vec<QualityReport>,
    },
    /// The own connection (signalling or media) is being restored; the call goes on.
    Reconnecting,
    /// It is restored.
    Reconnected,
    /// `onDisconnect`: the session is over and will not come back by itself.
    Disconnect {
        /// Why.
        reason: SessionClosed,
    },
    /// `onError`: something failed that belongs to no operation.
    Error {
        /// What.
        error: ErrorBody,
    },
    /// A new entry in a conversation.
    MessageAdded {
        /// The entry.
        message: Message,
    },
    /// A call of this device ended while it was away.
    EndedWhileAway {
        /// Its record.
        record: CallRecord,
    },
    /// A watched account came or went.
    PresenceChanged {
        /// The account.
        presence: Presence,
    },
}
