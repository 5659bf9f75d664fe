//! The client's side: one device's session and at most one call.
//!
//! The application's operations, the frames of the server and the events of the device's media come in; frames, media
//! commands, completions and application events go out. All types here are serde types because a browser drives the
//! endpoint across a JSON boundary (`crates/wasm`).

use hullo_protocol::{
    Accid, AppKey, CallId, CallRecord, CallView, DeviceInfo, EndReason, ErrorBody, Media, Message,
    MessageId, ParticipantDuration, Presence, QualityReport, SessionClosed, SlotKind, Uid,
};
use serde::{Deserialize, Serialize};

use crate::Time;

/// The four public states of the reference; their numbers are its too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 0: no call.
    #[default]
    Idle,
    /// 1: dialling; nobody has accepted.
    Calling,
    /// 2: someone calls.
    Called,
    /// 4: accepted.
    InCall,
}

/// Something that happened outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case")]
pub enum Input {
    /// The application asks for something; [`Output::Complete`] with the same ticket follows exactly once.
    Op {
        /// Chosen by the shell, unique.
        ticket: u64,
        /// What.
        op: Op,
    },
    /// The socket is open under the subprotocol `hullo.v1`.
    SocketOpened,
    /// The socket is closed or could not be opened.
    SocketClosed,
    /// A text frame from the server.
    Frame {
        /// The frame.
        text: String,
    },
    /// The platform says that the network has come back or changed: reconnect now, restart ICE.
    NetworkChanged,
    /// The app's token handler has answered [`Output::AskToken`].
    Token {
        /// The call.
        call_id: CallId,
        /// The token.
        #[serde(default)]
        token: Option<String>,
        /// Why there is none.
        #[serde(default)]
        error: Option<String>,
    },
    /// News from the device's media.
    Media {
        /// What.
        event: MediaEvent,
    },
    /// The time of [`Endpoint::poll_timeout`] has come.
    Timeout,
}

/// What the application can ask. The names are the reference's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Op {
    /// Connects and signs in; completes when the server has welcomed the session.
    Login {
        /// The app.
        app_key: AppKey,
        /// The account.
        accid: Accid,
        /// Its token.
        token: String,
        /// The device.
        device: DeviceInfo,
    },
    /// Ends any call, signs out and disconnects.
    Logout,
    /// Dials; completes with the call when the server has it.
    Call {
        /// Whom.
        accid: Accid,
        /// What it carries.
        media: Media,
        /// The app's own text for the callee.
        #[serde(default)]
        attachment: Option<String>,
        /// Ring time in milliseconds.
        #[serde(default)]
        timeout_ms: Option<u64>,
    },
    /// Answers; completes with the members that have joined.
    Accept,
    /// Declines.
    Reject,
    /// Takes a dial back.
    Cancel,
    /// Ends the call in whatever state, local first.
    Hangup,
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
    /// Mutes the microphone; the track stays open.
    MuteLocalAudio {
        /// Muted or not.
        muted: bool,
    },
    /// Pauses the camera's picture; the camera stays open.
    MuteLocalVideo {
        /// Muted or not.
        muted: bool,
    },
    /// Opens or closes the camera.
    EnableLocalVideo {
        /// Open or closed.
        enabled: bool,
    },
    /// Mutes a participant for me alone; remembered for the call.
    SetAudioMute {
        /// Whom.
        accid: Accid,
        /// Muted or not.
        muted: bool,
    },
    /// Reads a conversation, newest first.
    ListMessages {
        /// The other account.
        with: Accid,
        /// Only messages before this one.
        #[serde(default)]
        before: Option<MessageId>,
        /// At most this many.
        limit: u32,
    },
    /// Follows the presence of accounts, in place of those followed before; kept across reconnects.
    WatchPresence {
        /// Whose.
        accids: Vec<Accid>,
    },
}

/// What the device's media reports. `peer` is the number in [`MediaCommand::Open`]; events of other peers are ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum MediaEvent {
    /// An offer is ready to be sent (after `Open` and after `Restart`).
    Offered {
        /// Which connection.
        peer: u32,
        /// The offer.
        sdp: String,
    },
    /// ICE and DTLS are done.
    Connected {
        /// Which connection.
        peer: u32,
    },
    /// No packets for the moment.
    Disconnected {
        /// Which connection.
        peer: u32,
    },
    /// The connection cannot go on; a restart or a new one is needed.
    Failed {
        /// Which connection.
        peer: u32,
    },
    /// The first picture of a participant has been decoded.
    FirstVideoFrame {
        /// Which connection.
        peer: u32,
        /// The m-line it came through.
        mid: String,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// A microphone or camera that `Capture` asked for could not be opened, or was lost.
    CaptureFailed {
        /// Which.
        kind: SlotKind,
        /// Whether permission was denied (otherwise: none there, or in use).
        denied: bool,
        /// What the platform says.
        message: String,
    },
}

/// Something to do, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "output", rename_all = "snake_case")]
pub enum Output {
    /// Open a socket, closing any other.
    OpenSocket,
    /// Close the socket, once what was sent has gone out; no `SocketClosed` needs to follow.
    CloseSocket,
    /// Send a text frame.
    Send {
        /// The frame.
        text: String,
    },
    /// Something for the device's media.
    Media {
        /// What.
        command: MediaCommand,
    },
    /// The result of an operation, exactly once for each ticket. One of `value` and `error` is there.
    Complete {
        /// The operation's ticket.
        ticket: u64,
        /// Its result.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        value: Option<Value>,
        /// Why it failed.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        error: Option<ErrorBody>,
    },
    /// Ask the app's token handler (secure mode); answer with [`Input::Token`].
    AskToken {
        /// The call, which is also the room.
        call_id: CallId,
        /// The own number in it.
        uid: Uid,
    },
    /// Something for the application. The state has changed before.
    Event {
        /// What.
        event: AppEvent,
    },
}

/// What an operation completes with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Value {
    /// It is done.
    Done,
    /// `Login`.
    LoggedIn {
        /// The account, folded.
        accid: Accid,
        /// Its name.
        name: Option<String>,
        /// Whether the app's calls need room tokens.
        secure: bool,
    },
    /// `Call`: the call as the server has it; after a glare, the other side's.
    Call {
        /// The call.
        call: CallView,
    },
    /// `Accept`: the members in the call, oneself included.
    Accepted {
        /// The call.
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
    /// `WatchPresence`.
    Presence {
        /// One for each.
        accounts: Vec<Presence>,
    },
}

/// An account in the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The account.
    pub accid: Accid,
    /// Its number in the call.
    pub uid: Uid,
}

/// What the device's media shall do. The shell owns RTCPeerConnection and the devices; it decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum MediaCommand {
    /// Make a connection with one audio and one video m-line, both to send and to receive, nothing attached, and report
    /// its offer. Closes any other connection.
    Open {
        /// Its number.
        peer: u32,
    },
    /// The server's answer.
    Answer {
        /// Which connection.
        peer: u32,
        /// The answer.
        sdp: String,
    },
    /// Restart ICE and report the new offer.
    Restart {
        /// Which connection.
        peer: u32,
    },
    /// Which own devices shall be open (for the own view, too); idempotent, whole truth each time.
    Capture {
        /// The microphone.
        audio: bool,
        /// The camera.
        video: bool,
    },
    /// Which open devices shall flow into the connection; idempotent, whole truth each time. False is also mute.
    Flow {
        /// Which connection.
        peer: u32,
        /// The microphone.
        audio: bool,
        /// The camera.
        video: bool,
    },
    /// Whose tracks the receiving m-lines carry, and whether they are to be heard.
    Slots {
        /// Which connection.
        peer: u32,
        /// One for each m-line in use.
        slots: Vec<RemoteSlot>,
    },
    /// Close the connection and all own devices at once.
    Close,
}

/// A receiving m-line and the account whose track it carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteSlot {
    /// The m-line.
    pub mid: String,
    /// Sound or picture.
    pub kind: SlotKind,
    /// Whose.
    pub accid: Accid,
    /// Muted by `SetAudioMute`.
    pub muted: bool,
}

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

/// What the own devices do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalMedia {
    /// The camera is open.
    pub video_enabled: bool,
    /// The camera's picture is paused.
    pub video_muted: bool,
    /// The microphone is muted.
    pub audio_muted: bool,
    /// There is no microphone that may be used.
    pub audio_failed: bool,
    /// There is no camera that may be used.
    pub video_failed: bool,
}

/// One device's session and at most one call.
pub struct Endpoint {
    _todo: (),
}

impl Endpoint {
    /// A device that is signed out. `seed` is fresh randomness: ids are made from it.
    pub fn new(seed: u64) -> Self {
        let _ = seed;
        Self { _todo: () }
    }

    /// Takes one input; returns what to do, in order.
    pub fn handle(&mut self, input: Input, now: Time) -> Vec<Output> {
        let _ = (input, now);
        Vec::new()
    }

    /// When to call `handle` with [`Input::Timeout`] at the latest.
    pub fn poll_timeout(&self) -> Option<Time> {
        None
    }

    /// The public state.
    pub fn state(&self) -> State {
        State::Idle
    }

    /// The call, unless idle.
    pub fn call(&self) -> Option<&CallView> {
        None
    }
}
