//! How the node is doing, for whoever watches it.

use std::time::Duration;

/// Who is at one turn for longer is not well: a turn takes milliseconds.
const LATE: Duration = Duration::from_secs(5);

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
    fn part_that_hangs_is_named() {
        let mut status = NodeStatus::default();
        assert!(status.actors_are_well() && status.media_is_well());
        status.lag = LATE;
        assert!(!status.actors_are_well() && status.media_is_well());
        status.media_lag = LATE;
        assert!(!status.media_is_well());
    }
}
