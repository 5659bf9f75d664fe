//! The way to an actor: bounded, and whoever stands before it can see how far the actor is behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

/// Nothing waits.
const NOTHING: u64 = u64::MAX;

/// Since when the oldest of what an actor has not finished waits.
#[derive(Debug)]
struct Oldest {
    epoch: Instant,
    /// In microseconds after `epoch`.
    since: AtomicU64,
}

/// The end of those who want something.
#[derive(Debug)]
pub(super) struct Entrance<T> {
    sender: mpsc::Sender<(Instant, T)>,
    oldest: Arc<Oldest>,
}

/// The actor's end.
#[derive(Debug)]
pub(super) struct Inbox<T> {
    receiver: mpsc::Receiver<(Instant, T)>,
    oldest: Arc<Oldest>,
}

/// An inbox in which at most `places` things wait; who finds it full waits before it.
pub(super) fn inbox<T>(places: usize) -> (Entrance<T>, Inbox<T>) {
    let (sender, receiver) = mpsc::channel(places);
    let oldest = Arc::new(Oldest {
        epoch: Instant::now(),
        since: AtomicU64::new(NOTHING),
    });
    let entrance = Entrance {
        sender,
        oldest: oldest.clone(),
    };
    (entrance, Inbox { receiver, oldest })
}

impl<T> Entrance<T> {
    /// Hands something in; false when nobody takes it any more. The wait before a full inbox counts.
    pub(super) async fn send(&self, input: T) -> bool {
        self.sender.send((Instant::now(), input)).await.is_ok()
    }

    /// For how long the oldest of what the actor has taken and not finished has been waiting.
    pub(super) fn behind(&self, now: Instant) -> Duration {
        match self.oldest.since.load(Ordering::Relaxed) {
            NOTHING => Duration::ZERO,
            since => {
                let since = self.oldest.epoch + Duration::from_micros(since);
                now.saturating_duration_since(since)
            }
        }
    }
}

impl<T> Inbox<T> {
    /// The next one; `None` when nobody can hand anything in any more. May be dropped while it waits.
    pub(super) async fn recv(&mut self) -> Option<T> {
        let (since, input) = self.receiver.recv().await?;
        self.note(since);
        Some(input)
    }

    /// The next one, if it is there.
    pub(super) fn try_recv(&mut self) -> Option<T> {
        let (since, input) = self.receiver.try_recv().ok()?;
        self.note(since);
        Some(input)
    }

    /// All that was taken is finished.
    pub(super) fn finished(&self) {
        self.oldest.since.store(NOTHING, Ordering::Relaxed);
    }

    fn note(&self, since: Instant) {
        let since = since.saturating_duration_since(self.oldest.epoch);
        let since = u64::try_from(since.as_micros()).unwrap_or(NOTHING - 1);
        self.oldest.since.fetch_min(since, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn actor_is_behind_by_the_oldest_that_it_has_taken_and_not_finished() {
        let (entrance, mut inbox) = inbox(4);
        let began = Instant::now();
        assert_eq!(entrance.behind(began + SECOND), Duration::ZERO);
        for input in 0..2 {
            assert!(entrance.send(input).await);
            assert_eq!(inbox.recv().await, Some(input));
        }
        assert!(entrance.behind(Instant::now() + SECOND) >= SECOND);
        inbox.finished();
        assert_eq!(entrance.behind(began + SECOND), Duration::ZERO);
        assert_eq!(inbox.try_recv(), None);
        drop(inbox);
        assert!(!entrance.send(2).await);
    }
}
