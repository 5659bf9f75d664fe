//! Error codes: the reference's number where it has one, and a stable `kind` always.

use std::time::Duration;

use serde::{Deserialize, Serialize};

macro_rules! error_kinds {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $text:literal, $chinese:literal;)+) => {
        /// What went wrong; stable across versions. Branch on this, show [`ErrorKind::text`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
        pub enum ErrorKind {
            $($(#[$doc])* #[doc = concat!("(", stringify!($code), ")")] $variant,)+
            /// A kind that this version does not know. (0)
            #[serde(other)]
            Unknown,
        }

        impl ErrorKind {
            /// Every kind but `Unknown`, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The number that belongs to this kind.
            pub fn code(self) -> u32 {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Unknown => 0,
                }
            }

            /// What to tell a person, in English.
            pub fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown => "Something went wrong.",
                }
            }

            /// What to tell a person, in Chinese.
            pub fn chinese(self) -> &'static str {
                match self {
                    $(Self::$variant => $chinese,)+
                    Self::Unknown => "出错了。",
                }
            }
        }
    };
}

error_kinds! {
    /// The login token is malformed, not signed by the app, or for another account: `message` says which claim is wrong.
    WrongToken = 302, "The sign-in token is not valid.", "登录凭证无效。";
    /// The login token was good and has run out: come back with a new one. Calls that run are not ended by it.
    TokenExpired = 30201, "Your sign-in has expired.", "登录已过期。";
    /// The account's login tokens were revoked.
    TokenRevoked = 30202, "You have been signed out.", "您已被登出。";
    /// Not signed in, or not allowed to do this.
    Forbidden = 403, "This is not allowed.", "没有权限。";
    /// A secure call needs a room token signed for this call and participant.
    RoomTokenRefused = 40301, "The room token is missing or not valid.", "房间凭证缺失或无效。";
    /// No such account in this app.
    AccountNotFound = 404, "There is no such account.", "账号不存在。";
    /// No answer in time.
    Timeout = 408, "The server did not answer in time.", "服务器响应超时。";
    /// The request is malformed or a value is out of range.
    BadRequest = 414, "The request is not valid.", "请求无效。";
    /// There is no such operation in this version.
    UnknownOp = 41401, "The server does not know this operation.", "服务器不支持该操作。";
    /// A frame, attachment, SDP or list is larger than its limit.
    TooLarge = 41402, "That is too large.", "内容过大。";
    /// The session description cannot be used.
    BadSdp = 41403, "The media description is not valid.", "媒体描述无效。";
    /// No connection to the server.
    NoConnection = 415, "There is no connection to the server.", "未连接到服务器。";
    /// Too many requests.
    RateLimited = 416, "Too many requests. Please wait a moment.", "您的操作太过频繁，请稍后再试。";
    /// The thing to create exists already.
    Exists = 417, "It exists already.", "已存在。";
    /// The account is disabled.
    AccountDisabled = 422, "This account is disabled.", "账号已被禁用。";
    /// The server failed; the log has more.
    Server = 500, "The server has a problem. Please try again.", "服务器出错，请重试。";
    /// The server cannot store anything at the moment; nothing has changed.
    StorageUnavailable = 503, "The server cannot save at the moment. Please try again.", "服务器暂时无法保存，请重试。";

    /// Too many media connections are being made at this moment; the same offer may be sent again in a second.
    MediaBusy = 50301, "The server is busy. Please wait a moment.", "服务器繁忙，请稍候。";
    /// The server has more to do than it can and takes no new calls at this moment: dial again in a second. Nothing has
    /// changed, and calls that run are not concerned.
    ServerBusy = 50302, "The server is busy. Please wait a moment.", "服务器繁忙，请稍候。";

    /// No such call, or it is over and forgotten.
    CallNotFound = 10404, "The call no longer exists.", "通话不存在。";
    /// A call with this id exists.
    CallExists = 10405, "The call exists already.", "通话已存在。";
    /// This account or device is not in the call.
    NotInCall = 10406, "You are not in this call.", "您不在该通话中。";
    /// The account is in a call already.
    AlreadyInCall = 10407, "You are in a call already.", "已在通话中。";
    /// The invite has run out.
    InviteExpired = 10408, "The invitation has expired.", "邀请已过期。";
    /// The invite was rejected already.
    AlreadyRejected = 10409, "The call was rejected already.", "邀请已被拒绝。";
    /// The invite was accepted already: too late to cancel, or another device was first.
    AlreadyAccepted = 10410, "The call was accepted already.", "邀请已被接受。";
    /// The invite was taken back.
    InviteCancelled = 10411, "The caller has cancelled.", "对方已取消。";
    /// Too many participants.
    ParticipantLimit = 10419, "Too many participants.", "通话人数已达上限。";
    /// The account is in the call on another of its devices.
    InCallOnOtherDevice = 10420, "You are in this call on another device.", "已在其他设备上通话。";

    /// None of the accounts could be invited.
    InviteFailed = 20001, "Nobody could be invited.", "邀请发送失败。";
    /// `call` while calling.
    CallWhileCalling = 20002, "You are calling someone already.", "已在通话中。";
    /// `call` while called.
    CallWhileCalled = 20003, "Someone is calling you.", "正在被呼叫，不能发起呼叫。";
    /// `call` while in a call.
    CallWhileInCall = 20004, "You are in a call already.", "已在通话中，不能再次呼叫。";
    /// `leave` while idle.
    LeaveWhileIdle = 20009, "You are not in a call.", "未在通话中，不能离开。";
    /// `leave` while calling.
    LeaveWhileCalling = 20010, "The call is not connected yet.", "离开失败，还没有进行通话。";
    /// `leave` while called.
    LeaveWhileCalled = 20011, "You are not in a call.", "未进行通话，不能离开。";
    /// `cancel` while idle.
    CancelWhileIdle = 20013, "There is no call to cancel.", "未在通话中，不能取消。";
    /// `cancel` while called.
    CancelWhileCalled = 20015, "You did not start this call.", "未发起通话，不能取消。";
    /// `cancel` while in a call.
    CancelWhileInCall = 20016, "The call is connected; hang up instead.", "已经在通话中了，不能取消。";
    /// `accept` while idle.
    AcceptWhileIdle = 20017, "There is no call to accept.", "不存在需要接通的通话。";
    /// `accept` while calling.
    AcceptWhileCalling = 20018, "You are the one who is calling.", "接受失败，正在进行呼叫。";
    /// `accept` while in a call.
    AcceptWhileInCall = 20020, "There is no call to accept.", "不存在需要接通的呼叫。";
    /// `reject` while idle.
    RejectWhileIdle = 20021, "There is no call to reject.", "未收到通话邀请。";
    /// `reject` while calling.
    RejectWhileCalling = 20022, "You are the one who is calling.", "拒绝失败，正在进行呼叫。";
    /// `reject` while in a call.
    RejectWhileInCall = 20024, "There is no call to reject.", "不存在需要拒绝的呼叫。";
    /// `switchCallType` while idle.
    SwitchWhileIdle = 20025, "You are not in a call.", "只能在通话中切换。";
    /// `switchCallType` while calling.
    SwitchWhileCalling = 20026, "The call is not connected yet.", "只能在通话中切换。";
    /// `switchCallType` while called.
    SwitchWhileCalled = 20027, "The call is not connected yet.", "只能在通话中切换。";
    /// `groupInvite` while idle.
    InviteWhileIdle = 20029, "You can invite during a call only.", "只能在通话中邀请。";
    /// `groupInvite` while calling, before anyone has answered a one-to-one call.
    InviteWhileCalling = 20030, "You can invite once the call is connected.", "只能在通话中邀请。";
    /// `groupInvite` while called.
    InviteWhileCalled = 20031, "You can invite during a call only.", "只能在通话中邀请。";
    /// Only for group calls.
    GroupOnly = 20032, "This works in group calls only.", "该操作仅限多人通话。";
    /// The account is not in the call.
    ParticipantNotFound = 20100, "That account is not in the call.", "该用户未加入通话。";
    /// The call ended before this was done.
    CallOver = 20101, "The call has ended.", "通话已结束。";
    /// Only for calls of two.
    OneToOneOnly = 20102, "This works in one-to-one calls only.", "该操作仅限一对一通话。";

    /// Calling oneself.
    CalledOneself = 20110, "You cannot call yourself.", "不能和自己通话哦。";
    /// Not signed in.
    NotLoggedIn = 20111, "You are not signed in.", "尚未登录。";
    /// The same device has signed in elsewhere, or the account was signed out.
    SignedOut = 20112, "You have been signed out.", "您已被登出。";
    /// The app's token handler gave no token.
    TokenUnavailable = 20113, "No room token could be had.", "无法获取房间凭证。";

    /// The system or the person denied the microphone.
    MicrophoneDenied = 40000, "Microphone access is blocked.", "没有麦克风权限。";
    /// No microphone, or it cannot be opened.
    MicrophoneUnavailable = 40001, "No microphone could be opened.", "无法打开麦克风。";
    /// The system or the person denied the camera.
    CameraDenied = 50000, "Camera access is blocked.", "没有摄像头权限。";
    /// No camera, or it cannot be opened.
    CameraUnavailable = 50001, "No camera could be opened.", "无法打开摄像头。";
    /// The person or the system did not let the screen be shared.
    ScreenDenied = 60000, "The screen is not shared.", "未共享屏幕。";
    /// The screen cannot be captured here.
    ScreenUnavailable = 60001, "The screen cannot be shared here.", "无法共享屏幕。";
}

/// An error as it travels, and as the application gets it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message} ({code})")]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// The number that belongs to `kind`.
    pub code: u32,
    /// What went wrong.
    pub kind: ErrorKind,
    /// What was wrong, with which value, and what to do; English, for the developer.
    pub message: String,
    /// In how many milliseconds it may be tried again, where that is known: of `rate_limited` and `server_busy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl ErrorBody {
    /// An error of `kind` with a message of its own.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            code: kind.code(),
            kind,
            message: message.into(),
            retry_after_ms: None,
        }
    }

    /// It may be tried again after this time.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        // Rounded up: who waits as told is not told again.
        let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        Self {
            retry_after_ms: Some(ms.saturating_add(1)),
            ..self
        }
    }
}

impl From<ErrorKind> for ErrorBody {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind, kind.text())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_kinds_share_a_code() {
        let codes: BTreeSet<u32> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), ErrorKind::ALL.len());
    }

    #[test]
    fn kind_of_a_later_version_is_read_as_unknown() {
        let body: ErrorBody =
            serde_json::from_str(r#"{"code":1,"kind":"from_the_future","message":"m"}"#).unwrap();
        assert_eq!(body.kind, ErrorKind::Unknown);
        assert_eq!(body.code, 1);
    }
}
