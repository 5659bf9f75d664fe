//! What goes into the endpoint and what comes out.

#![warn(missing_docs)]

use hullo_protocol::{Accid, CallId, ErrorBody, MessageId, Token, Uid};
use serde::{Deserialize, Serialize};

use super::{AppEvent, MediaCommand, MediaEvent, Op, Value};

/// Something that happened outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case")]
pub enum Input {
    /// The application asks for something; [`Output::Complete`] with the same ticket follows exactly once.
    Op {
        /// Chosen by the shell, unique.
        ticket: u64,
        /// What it asks; where it is refused in this state, the completion says why.
        op: Op,
    },
    /// The socket is open under the subprotocol `hullo.v1`.
    SocketOpened,
    /// The socket is closed or could not be opened.
    SocketClosed,
    /// A text frame from the server.
    Frame {
        /// As it came; one that cannot be read is reported as an event and changes nothing.
        text: String,
    },
    /// The platform says that the network has come back or changed: reconnect now, restart ICE.
    NetworkChanged,
    /// The page is being closed or reloaded, and is not asked again: what the server should know of that goes out at once.
    PageHidden,
    /// The app's token handler has answered [`Output::AskToken`].
    Token {
        /// That of [`Output::AskToken`]; a token that nothing waits for is ignored.
        call_id: CallId,
        /// The token, unless there is an `error`.
        #[serde(default)]
        token: Option<Token>,
        /// Why there is no token, for the application's eyes.
        #[serde(default)]
        error: Option<String>,
    },
    /// The app's token provider has answered [`Output::AskLoginToken`], late perhaps; ignored when no token is needed.
    LoginToken {
        /// The token, unless there is an `error`.
        #[serde(default)]
        token: Option<Token>,
        /// Why there is no token, for the application's eyes. It is asked again after a while.
        #[serde(default)]
        error: Option<String>,
    },
    /// An event of the device's media.
    Media {
        /// Events of a connection other than the newest are ignored.
        event: MediaEvent,
    },
    /// The time of [`Endpoint::poll_timeout`] has come.
    Timeout,
}

/// Something to do, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "output", rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "a handful at a time, and carried out at once"
)]
pub enum Output {
    /// Open a socket, closing any other.
    OpenSocket,
    /// Close the socket, once what was sent has gone out; no `SocketClosed` needs to follow.
    CloseSocket,
    /// Send a text frame.
    Send {
        /// One JSON text, complete.
        text: String,
    },
    /// Something for the device's media to do.
    Media {
        /// In order with all other outputs.
        command: MediaCommand,
    },
    /// The result of an operation, exactly once for each ticket. One of `value` and `error` is there.
    Complete {
        /// That of [`Input::Op`].
        ticket: u64,
        /// What it completes with: [`Op`] says with what.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        value: Option<Value>,
        /// Why it failed, with a code and what to do.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        error: Option<ErrorBody>,
    },
    /// Keep how far this device has been told of the account's messages, for [`Op::Login`] after a reload.
    KeepCursor {
        /// The account whose messages they are.
        accid: Accid,
        /// The newest of them.
        cursor: MessageId,
    },
    /// Ask the app's token handler (secure mode); answer with [`Input::Token`].
    AskToken {
        /// The call, which is also the room.
        call_id: CallId,
        /// This account's number in the call; the token must be signed for both.
        uid: Uid,
    },
    /// Ask the app's token provider for a fresh login token; answer with [`Input::LoginToken`]. Comes only after a login that said
    /// that there is one.
    AskLoginToken,
    /// Something for the application. The state has changed before.
    Event {
        /// One of the reference's delegate callbacks, or more.
        event: AppEvent,
    },
}
