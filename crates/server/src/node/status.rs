//! How an actor is doing.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use hullo_core::Time;

use super::pulse::Pulse;
use crate::status::NodeStatus;

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

    /// Adds its figures; `inbox` is how much it has not taken yet.
    pub(super) fn add_to(&self, node: &mut NodeStatus, inbox: usize) {
        node.apps += 1;
        node.inbox += inbox;
        node.waiting += self.waiting.load(Ordering::Relaxed);
        node.facts += self.facts.load(Ordering::Relaxed);
        node.lag = node.lag.max(self.pulse.lag());
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
    fn figures_of_all_actors_are_added_up() {
        let mut status = NodeStatus::default();
        let actor = ActorStatus::new();
        actor.follow(3, 2, None);
        actor.add_to(&mut status, 4);
        actor.add_to(&mut status, 1);
        assert_eq!((status.apps, status.inbox), (2, 5));
        assert_eq!((status.waiting, status.facts), (6, 4));
    }
}
