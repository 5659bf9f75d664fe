//! What can go wrong.

use hullo_client::protocol::{ErrorBody, ErrorKind};

/// What went wrong; stable across versions. `error_text` and `error_text_chinese` have what to show of it.
#[uniffi::remote(Enum)]
pub enum ErrorKind {
    /// The login token is malformed, not signed by the app, or for another account: `message` says which claim is wrong.
    WrongToken,
    /// The login token was good and has run out: come back with a new one. Calls that run are not ended by it.
    TokenExpired,
    /// The account's login tokens were revoked.
    TokenRevoked,
    /// Not signed in, or not allowed to do this.
    Forbidden,
    /// A secure call needs a room token signed for this call and participant.
    RoomTokenRefused,
    /// No such account in this app.
    AccountNotFound,
    /// No answer in time.
    Timeout,
    /// The request is malformed or a value is out of range.
    BadRequest,
    /// There is no such operation in this version.
    UnknownOp,
    /// A frame, attachment, SDP or list is larger than its limit.
    TooLarge,
    /// The session description cannot be used.
    BadSdp,
    /// No connection to the server.
    NoConnection,
    /// Too many requests.
    RateLimited,
    /// The thing to create exists already.
    Exists,
    /// The account is disabled.
    AccountDisabled,
    /// The server failed; the log has more.
    Server,
    /// The server cannot store anything at the moment; nothing has changed.
    StorageUnavailable,
    /// Too many media connections are being made at this moment; the same offer may be sent again in a second.
    MediaBusy,
    /// The server has more to do than it can and takes no new calls at this moment: dial again in a second. Nothing has
    /// changed, and calls that run are not concerned.
    ServerBusy,
    /// No such call, or it is over and forgotten.
    CallNotFound,
    /// A call with this id exists.
    CallExists,
    /// This account or device is not in the call.
    NotInCall,
    /// The account is in a call already.
    AlreadyInCall,
    /// The invite has run out.
    InviteExpired,
    /// The invite was rejected already.
    AlreadyRejected,
    /// The invite was accepted already: too late to cancel, or another device was first.
    AlreadyAccepted,
    /// The invite was taken back.
    InviteCancelled,
    /// Too many participants.
    ParticipantLimit,
    /// The account is in the call on another of its devices.
    InCallOnOtherDevice,
    /// None of the accounts could be invited.
    InviteFailed,
    /// `call` while calling.
    CallWhileCalling,
    /// `call` while called.
    CallWhileCalled,
    /// `call` while in a call.
    CallWhileInCall,
    /// `leave` while idle.
    LeaveWhileIdle,
    /// `leave` while calling.
    LeaveWhileCalling,
    /// `leave` while called.
    LeaveWhileCalled,
    /// `cancel` while idle.
    CancelWhileIdle,
    /// `cancel` while called.
    CancelWhileCalled,
    /// `cancel` while in a call.
    CancelWhileInCall,
    /// `accept` while idle.
    AcceptWhileIdle,
    /// `accept` while calling.
    AcceptWhileCalling,
    /// `accept` while in a call.
    AcceptWhileInCall,
    /// `reject` while idle.
    RejectWhileIdle,
    /// `reject` while calling.
    RejectWhileCalling,
    /// `reject` while in a call.
    RejectWhileInCall,
    /// `switchCallType` while idle.
    SwitchWhileIdle,
    /// `switchCallType` while calling.
    SwitchWhileCalling,
    /// `switchCallType` while called.
    SwitchWhileCalled,
    /// `groupInvite` while idle.
    InviteWhileIdle,
    /// `groupInvite` while calling, before anyone has answered a one-to-one call.
    InviteWhileCalling,
    /// `groupInvite` while called.
    InviteWhileCalled,
    /// Only for group calls.
    GroupOnly,
    /// The account is not in the call.
    ParticipantNotFound,
    /// The call ended before this was done.
    CallOver,
    /// Only for calls of two.
    OneToOneOnly,
    /// Calling oneself.
    CalledOneself,
    /// Not signed in.
    NotLoggedIn,
    /// The same device has signed in elsewhere, or the account was signed out.
    SignedOut,
    /// The app's token handler gave no token.
    TokenUnavailable,
    /// The system or the person denied the microphone.
    MicrophoneDenied,
    /// No microphone, or it cannot be opened.
    MicrophoneUnavailable,
    /// The system or the person denied the camera.
    CameraDenied,
    /// No camera, or it cannot be opened.
    CameraUnavailable,
    /// The person or the system did not let the screen be shared.
    ScreenDenied,
    /// The screen cannot be captured here.
    ScreenUnavailable,
    /// A kind that this version does not know.
    Unknown,
}

/// An error as it travels, and as the application gets it.
#[uniffi::remote(Record)]
pub struct ErrorBody {
    /// The number that belongs to `kind`.
    pub code: u32,
    /// What went wrong.
    pub kind: ErrorKind,
    /// What was wrong, with which value, and what to do; English, for the developer.
    pub message: String,
    /// In how many milliseconds it may be tried again, where that is known: of `rate_limited` and `server_busy`.
    pub retry_after_ms: Option<u64>,
}

/// Why an operation failed.
#[derive(Debug, Clone, thiserror::Error, uniffi::Error)]
#[uniffi::export(Display)]
pub enum HulloError {
    /// The server or the state machine has refused it.
    #[error("{} ({:?}, {})", .error.message, .error.kind, .error.code)]
    Refused {
        /// What went wrong, and what to do.
        error: ErrorBody,
    },
    /// The client was closed before it was done.
    #[error("the client was closed; make another one")]
    Closed,
}

impl From<hullo_client::Error> for HulloError {
    fn from(error: hullo_client::Error) -> Self {
        match error {
            hullo_client::Error::Refused(error) => Self::Refused { error },
            // Invariant: what is not refused was asked of a closed client.
            _ => Self::Closed,
        }
    }
}
