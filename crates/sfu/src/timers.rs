//! When each peer and room wants to be handled, so that a timeout does not have to ask all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::{PeerId, RoomId};

/// What a timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TimerKey {
    Peer(PeerId),
    Room(RoomId),
}

/// At most one for each peer and room.
///
/// Invariant: both maps hold the same timers; they are private, and [`Self::set`] alone writes them.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    by_key: BTreeMap<TimerKey, Instant>,
    by_time: BTreeSet<(Instant, TimerKey)>,
}

impl Timers {
    /// Sets, moves or clears a timer.
    pub(crate) fn set(&mut self, key: TimerKey, at: Option<Instant>) {
        let before = match at {
            Some(at) => self.by_key.insert(key, at),
            None => self.by_key.remove(&key),
        };
        if before == at {
            return;
        }
        if let Some(before) = before {
            self.by_time.remove(&(before, key));
        }
        if let Some(at) = at {
            self.by_time.insert((at, key));
        }
    }

    /// When it expires, if it is set.
    pub(crate) fn of(&self, key: TimerKey) -> Option<Instant> {
        self.by_key.get(&key).copied()
    }

    /// The earliest that is set.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Expired by `now`, the earliest first. They stay set until they are set again or cleared.
    pub(crate) fn due(&self, now: Instant) -> Vec<TimerKey> {
        let due = self.by_time.iter().take_while(|(at, _)| *at <= now);
        due.map(|(_, key)| *key).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn timer_that_is_moved_or_taken_away_leaves_nothing_behind() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let (peer, room) = (TimerKey::Peer(PeerId(1)), TimerKey::Room(RoomId(1)));
        let mut timers = Timers::default();
        timers.set(peer, Some(after(20)));
        timers.set(room, Some(after(10)));
        assert_eq!(timers.due(after(20)), [room, peer]);
        timers.set(peer, Some(after(5)));
        assert_eq!(timers.next(), Some(after(5)));
        assert_eq!(timers.due(after(9)), [peer]);
        timers.set(peer, None);
        timers.set(peer, None);
        assert_eq!(timers.due(after(99)), [room]);
        timers.set(room, None);
        assert_eq!(timers.next(), None);
    }
}
