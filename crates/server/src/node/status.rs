//! How the actors and the media thread are doing, for whoever watches them.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use hullo_core::Time;

use super::pulse::Pulse;

/// Who is at one turn for longer is not well: a turn takes milliseconds.
const LATE: Duration = Duration::from_secs(5);

/// What an actor shows of itself.
#[derive(Debug)]
pub(crate) struct ActorStatus {
    pub(super) pulse: Pulse,
    waiting: AtomicUsize,
    facts: AtomicUsize,
    /// Since when the oldest that is not done waits, in milliseconds as of the clock; [`NOTHING`] when nothing does.
    since: AtomicU64,
}

const NOTHING: u64 = u64::MAX;

impl ActorStatus {
    pub(super) fn new() -> Self {
        Self {
            pulse: Pulse::new(),
            waiting: AtomicUsize::new(0),
            facts: AtomicUsize::new(0),
            since: AtomicU64::new(NOTHING),
        }
    }

    /// How much waits for its batch, and since when the oldest waits that is not done.
    pub(super) fn follow(&self, waiting: usize, facts: usize, since: Option<Time>) {
        let since = since.map_or(NOTHING, |since| since.0);
        self.since.store(since, Ordering::Relaxed);
        self.waiting.store(waiting, Ordering::Relaxed);
        self.facts.store(facts, Ordering::Relaxed);
    }

    /// For how long the oldest waits that is not done.
    pub(super) fn behind(&self, now: Time) -> Duration {
        match self.since.load(Ordering::Relaxed) {
            NOTHING => Duration::ZERO,
            since => Duration::from_millis(now.0.saturating_sub(since)),
        }
    }
}

/// Figures of all actors and of the media thread.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NodeStatus {
    /// Apps that run here.
    pub(crate) apps: usize,
    /// Inputs that the actors have not taken yet.
    pub(crate) inbox: usize,
    /// Inputs that wait for their batches, beside the facts.
    pub(crate) waiting: usize,
    /// Facts that wait for their batches.
    pub(crate) facts: usize,
    /// The longest turn that an actor is at.
    pub(crate) lag: Duration,
    /// The turn that the media thread is at.
    pub(crate) media_lag: Duration,
    /// How long the media thread has worked in all.
    pub(crate) media_worked: Duration,
}

impl NodeStatus {
    pub(super) fn add(&mut self, actor: &ActorStatus, inbox: usize) {
        self.apps += 1;
        self.inbox += inbox;
        self.waiting += actor.waiting.load(Ordering::Relaxed);
        self.facts += actor.facts.load(Ordering::Relaxed);
        self.lag = self.lag.max(actor.pulse.lag());
    }

    /// Whether all actors get on.
    pub(crate) fn actors_are_well(&self) -> bool {
        self.lag < LATE
    }

    /// Whether the media thread gets on.
    pub(crate) fn media_is_well(&self) -> bool {
        self.media_lag < LATE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actor_is_behind_by_the_oldest_that_is_not_done() {
        let actor = ActorStatus::new();
        assert_eq!(actor.behind(Time(9_000)), Duration::ZERO);
        actor.follow(1, 0, Some(Time(1_000)));
        assert_eq!(actor.behind(Time(9_000)), Duration::from_secs(8));
        actor.follow(0, 0, None);
        assert_eq!(actor.behind(Time(9_000)), Duration::ZERO);
    }

    #[test]
    fn node_is_as_well_as_its_slowest_actor() {
        let mut status = NodeStatus::default();
        assert!(status.actors_are_well() && status.media_is_well());
        let actor = ActorStatus::new();
        actor.follow(3, 2, None);
        status.add(&actor, 4);
        status.add(&actor, 1);
        assert_eq!((status.apps, status.inbox), (2, 5));
        assert_eq!((status.waiting, status.facts), (6, 4));
        status.lag = LATE;
        assert!(!status.actors_are_well() && status.media_is_well());
    }
}
