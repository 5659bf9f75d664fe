//! A WebSocket with the few things that a session wants of it: text in, JSON out, signs of life, an end.

use std::time::Duration;

use axum::Error;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use futures_util::SinkExt as _;
use hullo_protocol::{ErrorBody, ErrorKind, FRAME_BYTES_MAX, Reply};
use serde::Serialize;
use tokio::time::timeout;

/// Frames up to here are read whole and refused by a typed error; a longer one ends the connection after that error, for
/// what follows it cannot be found.
pub(super) const FRAME_BYTES_READ: usize = 4 * FRAME_BYTES_MAX;
/// An idle connection must stay small: this is most of what one takes, and a larger frame makes room for itself.
const BUFFER_BYTES: usize = 2 * 1024;
/// No frame of the server is longer: whatever grows is sent in pages of 64 KiB, and the largest call is far below. One that
/// were is a fault of ours; it is logged, and ends nothing.
const FRAME_BYTES_SENT_MAX: usize = 1 << 20;
/// Frames that are sent together go in packets of about this size.
const PACKET_BYTES: usize = 8 * 1024;
/// A frame that does not fit here would end the connection without a word.
const WRITE_BUFFER_BYTES_MAX: usize = 2 * FRAME_BYTES_SENT_MAX;
/// A client that does not take a frame for so long is gone.
const SEND: Duration = Duration::from_secs(10);
/// Saying goodbye may not hold anyone up.
const GOODBYE: Duration = Duration::from_secs(2);

pub(super) struct Socket {
    socket: WebSocket,
    /// Frames are kept back until [`Socket::release`].
    holds: bool,
}

/// What a client sent.
pub(super) enum Incoming {
    Text(Utf8Bytes),
    /// A binary frame, which the protocol does not have.
    Binary,
    /// A ping or a pong: a sign of life.
    Alive,
    /// A frame so long that it was not read.
    TooLong,
    /// The connection is over.
    Gone,
}

impl Incoming {
    /// What there is to read in it.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary | Self::Alive | Self::TooLong | Self::Gone => None,
        }
    }
}

/// Bounds what a connection may read at once and keep.
pub(super) fn limit(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .max_message_size(FRAME_BYTES_READ)
        .max_frame_size(FRAME_BYTES_READ)
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(PACKET_BYTES)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
}

impl Socket {
    pub(super) fn new(socket: WebSocket) -> Self {
        Self {
            socket,
            holds: false,
        }
    }

    /// From now on frames are written together, until [`Socket::release`]: most of what a frame costs is its packet.
    pub(super) fn hold(&mut self) {
        self.holds = true;
    }

    /// Sends what was held; false when the client does not take it.
    pub(super) async fn release(&mut self) -> bool {
        self.holds = false;
        matches!(timeout(SEND, self.socket.flush()).await, Ok(Ok(())))
    }

    /// The next frame. May be dropped while it waits.
    pub(super) async fn receive(&mut self) -> Incoming {
        match self.socket.recv().await {
            Some(Ok(Message::Text(text))) => Incoming::Text(text),
            Some(Ok(Message::Binary(_))) => Incoming::Binary,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Incoming::Alive,
            Some(Ok(Message::Close(_))) | None => Incoming::Gone,
            Some(Err(error)) => match is_too_long(&error) {
                true => Incoming::TooLong,
                false => Incoming::Gone,
            },
        }
    }

    /// Sends a frame; false when the client does not take it.
    pub(super) async fn send(&mut self, frame: &impl Serialize) -> bool {
        match serde_json::to_string(frame) {
            Ok(text) => self.send_text(text.into()).await,
            Err(error) => {
                tracing::error!(%error, "a frame cannot be written as JSON");
                false
            }
        }
    }

    /// Sends an answer, or in its place that it is too long; false when the client does not take it.
    pub(super) async fn send_reply(&mut self, reply: &Reply) -> bool {
        match serde_json::to_string(reply) {
            Ok(text) if text.len() > FRAME_BYTES_SENT_MAX => {
                self.send(&in_place_of(reply, text.len())).await
            }
            Ok(text) => self.send_text(text.into()).await,
            Err(error) => {
                tracing::error!(%error, "an answer cannot be written as JSON");
                false
            }
        }
    }

    /// Sends a frame that has been written; false when the client does not take it. One that is too long is left out: the
    /// client sees a gap, and asks for the whole.
    pub(super) async fn send_text(&mut self, text: Utf8Bytes) -> bool {
        if text.len() > FRAME_BYTES_SENT_MAX {
            tracing::error!(bytes = text.len(), "a frame is too long to be sent");
            return true;
        }
        self.send_message(Message::Text(text)).await
    }

    /// Asks for a sign of life.
    pub(super) async fn ping(&mut self) -> bool {
        self.send_message(Message::Ping(Vec::new().into())).await
    }

    async fn send_message(&mut self, message: Message) -> bool {
        let sent = async {
            match self.holds {
                true => self.socket.feed(message).await,
                false => self.socket.send(message).await,
            }
        };
        matches!(timeout(SEND, sent).await, Ok(Ok(())))
    }

    /// Closes with a code of RFC 6455 section 7.4, and waits shortly for the client to do the same.
    pub(super) async fn close(mut self, code: u16, reason: &'static str) {
        // A client that does not listen is closed by dropping the connection.
        let _ = timeout(GOODBYE, async {
            if self.say_goodbye(code, reason).await {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        })
        .await;
    }

    /// The same after [`Incoming::TooLong`], when nothing more can be read: dropping the connection with unread bytes would
    /// reset it and take the goodbye along, so it is kept for as long as a goodbye may take.
    pub(super) async fn close_unread(mut self, code: u16, reason: &'static str) {
        let _ = timeout(GOODBYE, async {
            if self.say_goodbye(code, reason).await {
                std::future::pending::<()>().await;
            }
        })
        .await;
    }

    async fn say_goodbye(&mut self, code: u16, reason: &'static str) -> bool {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        self.socket.send(Message::Close(Some(frame))).await.is_ok()
    }
}

fn in_place_of(reply: &Reply, bytes: usize) -> Reply {
    tracing::error!(bytes, re = reply.re, "an answer is too long to be sent");
    let message = format!(
        "the answer has {bytes} bytes, and {FRAME_BYTES_SENT_MAX} can be sent; ask for less at once"
    );
    Reply::new(reply.re, Err(ErrorBody::new(ErrorKind::TooLarge, message)))
}

/// Close codes that a session uses.
pub(super) const CLOSE_NORMAL: u16 = close_code::NORMAL;
pub(super) const CLOSE_AWAY: u16 = close_code::AWAY;
pub(super) const CLOSE_POLICY: u16 = close_code::POLICY;
pub(super) const CLOSE_SIZE: u16 = close_code::SIZE;

/// axum hides the type of what tungstenite reports; its words are stable: "Space limit exceeded: Message too long".
fn is_too_long(error: &Error) -> bool {
    error.to_string().contains("too long")
}
