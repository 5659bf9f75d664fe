//! What happens.

use hullo_client::protocol::{
    Accid, CallId, CallSummary, CallView, EndReason, ErrorBody, Media, Message,
    ParticipantDuration, Presence, QualityReport, SessionClosed, Uid,
};
use hullo_client::{ConnectionFailure, Event, LocalMedia, State};

/// What an app is told, in order.
#[uniffi::remote(Enum)]
pub enum Event {
    /// Where this device is, or what is known of the call, has changed. Comes before the event that says why.
    Changed {
        /// Where this device is.
        state: State,
        /// The call, unless idle.
        call: Option<CallView>,
        /// What this device's microphone and camera do.
        local: LocalMedia,
        /// Whom this device has muted for itself in this call.
        audio_mutes: Vec<Accid>,
        /// The call that is on hold beside it.
        held: Option<CallView>,
        /// The invite that waits beside it.
        waiting: Option<CallView>,
        /// Calls of the account on other devices, which can be continued here.
        elsewhere: Vec<CallView>,
        /// The session with the server is open.
        connected: bool,
        /// In a call whose connection (signalling or media) is being restored.
        reconnecting: bool,
    },
    /// Someone calls: answer with `accept` or `reject`.
    Invited {
        /// Who calls.
        invitor: Accid,
        /// The caller's name, for display.
        name: Option<String>,
        /// The address of the caller's picture.
        avatar: Option<String>,
        /// All who are invited.
        accids: Vec<Accid>,
        /// Whether it is a group call.
        group: bool,
        /// The app's own name of the group.
        group_id: Option<String>,
        /// What it carries.
        media: Media,
        /// The app's own text.
        attachment: Option<String>,
        /// How long it rings.
        ring_ms_left: u64,
        call_id: CallId,
    },
    /// Someone calls while there is a call: answer with `accept_waiting` or `reject_waiting`.
    CallWaiting {
        /// Who calls.
        invitor: Accid,
        /// The caller's name, for display.
        name: Option<String>,
        /// The address of the caller's picture.
        avatar: Option<String>,
        /// All who are invited.
        accids: Vec<Accid>,
        /// Whether it is a group call.
        group: bool,
        /// The app's own name of the group.
        group_id: Option<String>,
        /// What it carries.
        media: Media,
        /// The app's own text.
        attachment: Option<String>,
        /// How long it rings.
        ring_ms_left: u64,
        call_id: CallId,
    },
    /// The invite of `CallWaiting` rings no more and was not answered here. It has no `CallEnd`.
    CallWaitingEnd { call_id: CallId },
    /// The call was put on hold for another.
    CallHeld { call_id: CallId },
    /// The call that was on hold is taken up again.
    CallResumed { call_id: CallId },
    /// This device's media is connected in the active call.
    JoinChannel {
        /// This device's account.
        accid: Accid,
        /// Its number in the call.
        uid: Uid,
        /// The call, which is also the room.
        call_id: CallId,
    },
    /// The callee's device has the invite, rings, or cannot be reached: progress for the caller.
    UserRinging { accid: Accid },
    /// A participant has answered.
    UserAccept { accid: Accid },
    /// The media of a participant is connected.
    UserEnter { accid: Accid },
    /// A participant has declined.
    UserReject { accid: Accid },
    /// A participant is in another call.
    UserBusy { accid: Accid },
    /// This participant's invite to a group call has run out.
    UserTimeOut { accid: Accid },
    /// The invite of a participant was taken back.
    UserCancel { accid: Accid },
    /// A participant has left.
    UserLeave { accid: Accid },
    /// A participant is lost: its device stayed away too long.
    UserDisconnect { accid: Accid },
    /// A participant's device is away for the moment.
    UserReconnecting { accid: Accid },
    /// It is back.
    UserReconnected { accid: Accid },
    /// A participant has put the call on hold, or taken it up again.
    UserHeld { accid: Accid, held: bool },
    /// Who speaks now, the loudest first.
    ActiveSpeakers {
        /// The participants, oneself included; empty when it is silent.
        accids: Vec<Accid>,
    },
    /// Nobody answered (caller), or the invite ran out (callee).
    CallingTimeOut,
    /// Exactly one for each call that was announced to the application.
    CallEnd {
        call_id: CallId,
        reason: EndReason,
        /// Who caused it.
        by: Option<Accid>,
        /// This device's connected time in milliseconds.
        duration_ms: u64,
        /// That of each account that was in the call: as in the record, if the server has ended it; as far as it was followed
        /// from here, if this device has. Of a group call that ended while this device was away
        /// only its own: the record has all.
        durations: Vec<ParticipantDuration>,
    },
    /// Another of my devices has answered. No `CallEnd` follows.
    OtherClientAccept { call_id: CallId },
    /// Another of my devices has rejected. No `CallEnd` follows.
    OtherClientReject { call_id: CallId },
    /// Another of my devices has taken this call over. No `CallEnd` follows.
    OtherClientContinue { call_id: CallId },
    /// A participant's camera is on or off.
    CameraAvailable { accid: Accid, available: bool },
    /// A participant's microphone is on or off.
    AudioAvailable { accid: Accid, available: bool },
    /// A participant shares its screen, or shares it no more.
    ScreenAvailable { accid: Accid, available: bool },
    /// A participant has paused its picture, or shows it again.
    VideoMuted { accid: Accid, muted: bool },
    /// A participant has muted its microphone, or unmuted it.
    AudioMuted { accid: Accid, muted: bool },
    /// The call carries something else now.
    CallTypeChange {
        /// What the call carries now.
        media: Media,
    },
    /// The other side asks to turn the audio call into a video call; answer with `answer_switch`.
    SwitchAsked { accid: Accid, media: Media },
    /// The question of `SwitchAsked` no longer stands, or was refused.
    SwitchClosed,
    /// The first picture of a participant has come.
    FirstVideoFrame {
        accid: Accid,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// How well the participants are connected, every two seconds.
    UserNetworkQuality {
        /// One for each participant.
        reports: Vec<QualityReport>,
    },
    /// This device's connection (signalling or media) is being restored; the call goes on.
    Reconnecting,
    /// It is restored.
    Reconnected,
    /// The session with the server is open, or is not any more; in a call or not. Comes again when the reason is another one.
    ConnectionChanged {
        connected: bool,
        /// What the server has said of it, if it has.
        why: Option<ConnectionFailure>,
    },
    /// The login token will have run out after `expires_in_ms`, and no provider can be asked: log in with a fresh one.
    TokenExpiring { expires_in_ms: u64 },
    /// The login token has run out, and no other could be had: the connection waits for a login with a fresh one. A call goes on
    /// until the server gives this device up.
    TokenExpired,
    /// The session is over and will not come back by itself: sign in again.
    Disconnect { reason: SessionClosed },
    /// Something failed that belongs to no operation.
    Error { error: ErrorBody },
    /// A new entry in a conversation.
    MessageAdded { message: Message },
    /// The app's backend has given this account another name or picture.
    AccountChanged {
        name: Option<String>,
        avatar: Option<String>,
    },
    /// The past calls are read up to here, on this device or another of the account.
    RecentsRead { up_to: u64 },
    /// More entries came while the device was away than were told one by one: read the conversations again.
    MessagesSkipped,
    /// A call of this device ended while it was away.
    EndedWhileAway { summary: CallSummary },
    /// A watched account came or went.
    PresenceChanged { presence: Presence },
}

/// Why there is no session, by the server's own words. It comes back by itself, except after `token_expired`.
#[uniffi::remote(Enum)]
pub enum ConnectionFailure {
    /// The server goes down or restarts.
    ShuttingDown,
    /// The server did not get rid of what this device had to be told.
    TooSlow,
    /// Too many failed logins came from this address, or too many logins of this account.
    TooManyAttempts,
    /// The server cannot take the login for now.
    ServerBusy,
    /// The login token has run out, and there is no other.
    TokenExpired,
}

/// Why the server ends a session.
#[uniffi::remote(Enum)]
pub enum SessionClosed {
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
