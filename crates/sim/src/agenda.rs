//! What is going to happen, in the order in which it will.

use std::collections::BTreeMap;

use hullo_core::Time;

/// A queue by (time, sequence): what is due at the same millisecond happens in the order in which it was planned, so that
/// one seed always gives one history.
#[derive(Debug)]
pub struct Agenda<T> {
    planned: BTreeMap<(Time, u64), T>,
    next_sequence: u64,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self {
            planned: BTreeMap::new(),
            next_sequence: 0,
        }
    }
}

impl<T> Agenda<T> {
    /// Plans `what` for the time `at`.
    pub fn plan(&mut self, at: Time, what: T) {
        self.planned.insert((at, self.next_sequence), what);
        self.next_sequence += 1;
    }

    /// Takes what comes next.
    pub fn take_next(&mut self) -> Option<(Time, T)> {
        let ((at, _), what) = self.planned.pop_first()?;
        Some((at, what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_of_the_same_time_happen_in_the_order_of_planning() {
        let mut agenda = Agenda::default();
        agenda.plan(Time(2), "c");
        agenda.plan(Time(1), "a");
        agenda.plan(Time(1), "b");
        let order: Vec<_> = std::iter::from_fn(|| agenda.take_next()).collect();
        assert_eq!(order, [(Time(1), "a"), (Time(1), "b"), (Time(2), "c")]);
    }
}
