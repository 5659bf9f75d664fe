//! The way from the node to one session: a bounded queue, and a bell for the session that does not empty it.

use std::sync::Arc;

use hullo_protocol::{CallId, Event, MessageId, Reply, SessionClosed, Snapshot};
use tokio::sync::{Notify, mpsc};

/// Frames that wait for a client to read them. One that lets so many wait is cut off; it gets a snapshot when it is back.
const QUEUE: usize = 256;

/// Something for a client.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Reply(Reply),
    Event(Event),
    /// The answer to a login; the session adds messages and records from the store.
    Welcome {
        /// The id of the login request.
        re: u64,
        snapshot: Box<Snapshot>,
        /// Calls whose records are wanted.
        ended: Vec<CallId>,
        /// Messages from this one on arrive as events.
        before: MessageId,
    },
    /// Sent as the last frame.
    Close(SessionClosed),
    /// End without a further frame.
    End,
}

/// The node's end of the queue.
#[derive(Debug, Clone)]
pub(crate) struct SessionHandle {
    queue: mpsc::Sender<Outgoing>,
    overflow: Arc<Notify>,
}

/// The session's end of the queue.
#[derive(Debug)]
pub(crate) struct SessionQueue {
    queue: mpsc::Receiver<Outgoing>,
    overflow: Arc<Notify>,
}

impl SessionHandle {
    pub(crate) fn new() -> (Self, SessionQueue) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let overflow = Arc::new(Notify::new());
        let handle = Self {
            queue: sender,
            overflow: overflow.clone(),
        };
        let queue = SessionQueue {
            queue: receiver,
            overflow,
        };
        (handle, queue)
    }

    /// Never waits: what does not fit ends the session.
    pub(crate) fn send(&self, outgoing: Outgoing) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.queue.try_send(outgoing) {
            self.overflow.notify_one();
        }
    }
}

impl SessionQueue {
    /// The next thing to send; `None` when the node has let go of the session.
    pub(crate) async fn next(&mut self) -> Option<Outgoing> {
        self.queue.recv().await
    }

    /// The bell that rings when the queue has run over.
    pub(crate) fn overflow(&self) -> Arc<Notify> {
        self.overflow.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn session_that_does_not_read_is_found_too_slow() {
        let (handle, queue) = SessionHandle::new();
        let bell = queue.overflow();
        for _ in 0..QUEUE {
            handle.send(Outgoing::End);
        }
        let quiet = tokio::time::timeout(Duration::ZERO, bell.notified()).await;
        assert!(quiet.is_err(), "a full queue has not run over yet");
        handle.send(Outgoing::End);
        bell.notified().await;
    }
}
