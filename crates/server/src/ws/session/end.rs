//! Why a session ends, and what its client gets as the last frame.

use hullo_protocol::{ErrorBody, ErrorKind, Event, FRAME_BYTES_MAX, SessionClosed};

use crate::metrics::snake_case;
use crate::ws::socket::{
    CLOSE_AWAY, CLOSE_NORMAL, CLOSE_POLICY, CLOSE_SIZE, FRAME_BYTES_READ, Socket,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Gone,
    /// Everything has been sent.
    Finished,
    /// A frame was too long to be read.
    TooLong,
    /// It sent too much, and did not stop when it was told to.
    Flooding,
    /// Too late, too slow, or too silent.
    Policy(&'static str),
    /// The node has ended it.
    Closed(SessionClosed),
}

impl End {
    /// Its name among the figures.
    pub(super) fn reason(self) -> String {
        match self {
            Self::Gone => "gone".to_owned(),
            Self::Finished => "finished".to_owned(),
            Self::TooLong => "frame_too_long".to_owned(),
            Self::Flooding => "flooding".to_owned(),
            Self::Policy(_) => "policy".to_owned(),
            Self::Closed(reason) => snake_case(&reason),
        }
    }
}

/// Sends the reason, as far as the client still reads, and closes.
pub(super) async fn finish(mut socket: Socket, end: End) {
    let (code, reason) = match end {
        End::Gone => return,
        End::Finished => (CLOSE_NORMAL, "done"),
        End::TooLong => {
            let message = format!(
                "the frame is longer than {FRAME_BYTES_READ} bytes; at most {FRAME_BYTES_MAX} are allowed"
            );
            let error = ErrorBody::new(ErrorKind::TooLarge, message);
            socket.send(&Event::SessionError { error }).await;
            return socket.close_unread(CLOSE_SIZE, "frame too long").await;
        }
        End::Flooding => {
            let message = "too many frames; they did not stop when they were refused";
            let error = ErrorBody::new(ErrorKind::RateLimited, message);
            socket.send(&Event::SessionError { error }).await;
            // What else it has sent is not read any more.
            return socket.close_unread(CLOSE_POLICY, "too many frames").await;
        }
        End::Policy(reason) => {
            let error = ErrorBody::new(ErrorKind::Timeout, reason);
            socket.send(&Event::SessionError { error }).await;
            (CLOSE_POLICY, reason)
        }
        End::Closed(reason) => {
            socket.send(&Event::SessionClosed { reason }).await;
            match reason {
                SessionClosed::ShuttingDown => (CLOSE_AWAY, "shutting down"),
                _ => (CLOSE_NORMAL, "session closed"),
            }
        }
    };
    socket.close(code, reason).await;
}
