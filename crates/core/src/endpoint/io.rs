//! What goes into the endpoint and what comes out.

use hullo_protocol::{CallId, ErrorBody, Token, Uid};
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
        token: Option<Token>,
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
