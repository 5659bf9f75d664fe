//! The way from the node to one session: what waits for its client, bounded by its bytes and by how long it waits.
//!
//! A queue that is empty costs nothing: an idle session waits for hours. Nobody is cut off for what comes in one go; only
//! who lets more wait than a client that reads ever has, or lets it wait for longer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::ws::Utf8Bytes;
use hullo_protocol::{CallId, MessageId, Reply, SessionClosed, Snapshot};
use tokio::sync::Notify;

/// So much may wait for a client to read it. One that lets more wait is cut off; it gets a snapshot when it is back.
const BYTES_MAX: usize = 1 << 20;
/// So long may the oldest of it wait when more comes.
const WAIT_MAX: Duration = Duration::from_secs(20);
/// What keeping a frame costs beside its text.
const ITEM_BYTES: usize = size_of::<Outgoing>();
/// An empty queue gives back what it has taken beyond so many places.
const SPARE_PLACES: usize = 4;

/// Something for a client.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Reply(Box<Reply>),
    /// An event as JSON; its bytes are shared by all sessions that get it.
    Frame(Utf8Bytes),
    /// The answer to a login.
    Welcome(Box<Welcome>),
    /// Sent as the last frame.
    Close(SessionClosed),
    /// End without a further frame.
    End,
}

/// The answer to a login; the session adds messages and records from the store.
#[derive(Debug)]
pub(crate) struct Welcome {
    /// The id of the login request.
    pub(crate) re: u64,
    pub(crate) snapshot: Snapshot,
    /// Calls whose records are wanted.
    pub(crate) ended: Vec<CallId>,
    /// Messages from this one on arrive as events.
    pub(crate) before: MessageId,
}

/// What a session is to do next.
#[derive(Debug)]
pub(crate) enum Next {
    Send(Outgoing),
    /// End at once, whatever still waits, for this reason.
    CutOff(SessionClosed),
    /// The node has let go of the session.
    Abandoned,
}

/// The node's end of the queue.
#[derive(Debug, Clone)]
pub(crate) struct SessionHandle(Arc<Sender>);

/// When the last handle goes, the session learns of it.
#[derive(Debug)]
struct Sender(Arc<Queue>);

/// The session's end of the queue.
#[derive(Debug)]
pub(crate) struct SessionQueue(Arc<Queue>);

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    /// Rings when something has come, the last handle is gone, or the session has been cut off.
    bell: Notify,
    /// Rings when the session has been cut off: for one that is sending.
    cut: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    items: VecDeque<Outgoing>,
    bytes: usize,
    /// Since when something has been waiting.
    since: Option<Instant>,
    /// The session is over without what still waits, for this reason.
    cut_off: Option<SessionClosed>,
    /// The node has let go of the session.
    abandoned: bool,
}

impl Outgoing {
    fn bytes(&self) -> usize {
        let text = match self {
            Self::Frame(text) => text.len(),
            // Answers are asked for one by one, at a rate that is limited.
            Self::Reply(_) | Self::Welcome(_) | Self::Close(_) | Self::End => 0,
        };
        ITEM_BYTES + text
    }
}

impl SessionHandle {
    pub(crate) fn new() -> (Self, SessionQueue) {
        let queue = Arc::new(Queue::default());
        let handle = Self(Arc::new(Sender(queue.clone())));
        (handle, SessionQueue(queue))
    }

    /// Never waits: a session for which too much waits is cut off.
    pub(crate) fn send(&self, outgoing: Outgoing) {
        self.0.0.push(outgoing, Instant::now());
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.0.lock().abandoned = true;
        self.0.bell.notify_one();
    }
}

impl SessionQueue {
    /// The next thing to do. May be dropped while it waits.
    pub(crate) async fn next(&self) -> Next {
        loop {
            {
                let mut waiting = self.0.lock();
                if let Some(reason) = waiting.cut_off {
                    return Next::CutOff(reason);
                }
                if let Some(outgoing) = waiting.pop(Instant::now()) {
                    return Next::Send(outgoing);
                }
                if waiting.abandoned {
                    return Next::Abandoned;
                }
            }
            self.0.bell.notified().await;
        }
    }

    /// The next thing to send, if it is there.
    pub(crate) fn try_next(&self) -> Option<Outgoing> {
        self.0.lock().pop(Instant::now())
    }

    /// Waits until the session is to end at once, whatever still waits; says why.
    pub(crate) async fn cut_off(&self) -> SessionClosed {
        loop {
            if let Some(reason) = self.0.lock().cut_off {
                return reason;
            }
            self.0.cut.notified().await;
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing that holds the lock leaves it half done.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, outgoing: Outgoing, now: Instant) {
        let mut waiting = self.lock();
        let was_cut_off = waiting.cut_off.is_some();
        waiting.push(outgoing, now);
        let is_cut_off = waiting.cut_off.is_some();
        drop(waiting);
        match is_cut_off {
            false => self.bell.notify_one(),
            true if !was_cut_off => {
                self.bell.notify_one();
                self.cut.notify_one();
            }
            true => {}
        }
    }
}

impl Waiting {
    fn push(&mut self, outgoing: Outgoing, now: Instant) {
        if self.cut_off.is_some() {
            // Why the node ends it counts for more than that its client was slow: it says whether to come back.
            if let Outgoing::Close(reason) = outgoing {
                self.cut_off = Some(reason);
            }
            return;
        }
        let since = *self.since.get_or_insert(now);
        self.bytes += outgoing.bytes();
        if self.bytes <= BYTES_MAX && now.duration_since(since) <= WAIT_MAX {
            self.items.push_back(outgoing);
            return;
        }
        self.items = VecDeque::new();
        self.cut_off = Some(match outgoing {
            Outgoing::Close(reason) => reason,
            _ => SessionClosed::TooSlow,
        });
    }

    fn pop(&mut self, now: Instant) -> Option<Outgoing> {
        let outgoing = self.items.pop_front()?;
        self.bytes -= outgoing.bytes();
        if self.items.is_empty() {
            self.since = None;
            self.items.shrink_to(SPARE_PLACES);
        } else {
            self.since = Some(now);
        }
        Some(outgoing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: usize) -> Outgoing {
        Outgoing::Frame("x".repeat(bytes).into())
    }

    async fn is_cut_off(queue: &SessionQueue) -> Option<SessionClosed> {
        tokio::time::timeout(Duration::ZERO, queue.cut_off())
            .await
            .ok()
    }

    #[tokio::test]
    async fn session_that_reads_is_not_cut_off_however_much_comes_at_once() {
        let (handle, queue) = SessionHandle::new();
        for _ in 0..1_000 {
            handle.send(frame(500));
        }
        assert_eq!(is_cut_off(&queue).await, None);
        for _ in 0..1_000 {
            assert!(matches!(queue.next().await, Next::Send(Outgoing::Frame(_))));
        }
    }

    #[tokio::test]
    async fn session_for_which_too_much_waits_is_too_slow() {
        let (handle, queue) = SessionHandle::new();
        handle.send(frame(BYTES_MAX / 2));
        assert_eq!(is_cut_off(&queue).await, None);
        handle.send(frame(BYTES_MAX / 2));
        assert_eq!(is_cut_off(&queue).await, Some(SessionClosed::TooSlow));
    }

    #[test]
    fn session_that_lets_things_wait_for_too_long_is_too_slow() {
        let mut waiting = Waiting::default();
        let start = Instant::now();
        waiting.push(frame(1), start);
        waiting.push(frame(1), start + WAIT_MAX);
        assert_eq!(waiting.cut_off, None);
        assert!(waiting.pop(start + WAIT_MAX).is_some());
        waiting.push(frame(1), start + WAIT_MAX * 2);
        assert_eq!(waiting.cut_off, None, "it has taken something meanwhile");
        waiting.push(frame(1), start + WAIT_MAX * 3);
        assert_eq!(waiting.cut_off, Some(SessionClosed::TooSlow));
    }

    #[tokio::test]
    async fn why_the_node_ends_a_session_counts_for_more_than_that_it_was_slow() {
        let (handle, queue) = SessionHandle::new();
        handle.send(frame(BYTES_MAX));
        handle.send(Outgoing::Close(SessionClosed::Replaced));
        assert_eq!(is_cut_off(&queue).await, Some(SessionClosed::Replaced));

        let (handle, queue) = SessionHandle::new();
        handle.send(frame(BYTES_MAX - 2 * ITEM_BYTES));
        handle.send(Outgoing::Close(SessionClosed::Replaced));
        assert_eq!(is_cut_off(&queue).await, None, "what fits is sent first");
    }

    #[tokio::test]
    async fn session_learns_that_the_node_has_let_go_of_it_after_what_waits() {
        let (handle, queue) = SessionHandle::new();
        let other = handle.clone();
        handle.send(frame(1));
        drop((handle, other));
        assert!(matches!(queue.next().await, Next::Send(_)));
        assert!(matches!(queue.next().await, Next::Abandoned));
    }

    #[test]
    fn queue_of_an_idle_session_keeps_no_room() {
        let mut waiting = Waiting::default();
        let now = Instant::now();
        assert_eq!(waiting.items.capacity(), 0);
        for _ in 0..1_000 {
            waiting.push(frame(1), now);
        }
        while waiting.pop(now).is_some() {}
        assert!(waiting.items.capacity() <= SPARE_PLACES);
        assert_eq!(waiting.bytes, 0);
    }
}
