//! How an actor is doing.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::pulse::Pulse;
use crate::status::NodeStatus;

/// What an actor shows of itself.
#[derive(Debug)]
pub(crate) struct ActorStatus {
    pub(super) pulse: Pulse,
    waiting: AtomicUsize,
    facts: AtomicUsize,
}

impl ActorStatus {
    pub(super) fn new() -> Self {
        Self {
            pulse: Pulse::new(),
            waiting: AtomicUsize::new(0),
            facts: AtomicUsize::new(0),
        }
    }

    /// How much waits for its batch.
    pub(super) fn follow(&self, waiting: usize, facts: usize) {
        self.waiting.store(waiting, Ordering::Relaxed);
        self.facts.store(facts, Ordering::Relaxed);
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
    fn figures_of_all_actors_are_added_up() {
        let mut status = NodeStatus::default();
        let actor = ActorStatus::new();
        actor.follow(3, 2);
        actor.add_to(&mut status, 4);
        actor.add_to(&mut status, 1);
        assert_eq!((status.apps, status.inbox), (2, 5));
        assert_eq!((status.waiting, status.facts), (6, 4));
    }
}
