//! What is going to happen, in the order in which it will.

use std::collections::BTreeMap;

use hullo_core::Time;

/// A queue by (time, sequence): what is due at the same millisecond happens in the order in which it was scheduled, so that
/// one seed always gives one history.
#[derive(Debug)]
pub struct EventQueue<T> {
    scheduled: BTreeMap<(Time, u64), T>,
    next_sequence: u64,
}

impl<T> Default for EventQueue<T> {
    fn default() -> Self {
        Self {
            scheduled: BTreeMap::new(),
            next_sequence: 0,
        }
    }
}

impl<T> EventQueue<T> {
    /// Schedules `what` for the time `at`.
    pub fn schedule(&mut self, at: Time, what: T) {
        self.scheduled.insert((at, self.next_sequence), what);
        self.next_sequence += 1;
    }

    pub fn pop(&mut self) -> Option<(Time, T)> {
        let ((at, _), what) = self.scheduled.pop_first()?;
        Some((at, what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_of_the_same_time_happen_in_the_order_of_scheduling() {
        let mut queue = EventQueue::default();
        queue.schedule(Time(2), "c");
        queue.schedule(Time(1), "a");
        queue.schedule(Time(1), "b");
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(order, [(Time(1), "a"), (Time(1), "b"), (Time(2), "c")]);
    }
}
