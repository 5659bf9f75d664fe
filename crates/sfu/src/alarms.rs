//! Who wants to be handled when, so that nobody has to ask everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::{PeerId, RoomId};

/// Who has an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    Peer(PeerId),
    Room(RoomId),
}

/// At most one alarm for each owner.
///
/// Invariant: both maps hold the same alarms; they are private, and [`Self::set`] alone writes them.
#[derive(Debug, Default)]
pub(crate) struct Alarms {
    by_owner: BTreeMap<Owner, Instant>,
    by_time: BTreeSet<(Instant, Owner)>,
}

impl Alarms {
    /// Puts the owner's alarm there, or takes it away.
    pub(crate) fn set(&mut self, owner: Owner, at: Option<Instant>) {
        let before = match at {
            Some(at) => self.by_owner.insert(owner, at),
            None => self.by_owner.remove(&owner),
        };
        if before == at {
            return;
        }
        if let Some(before) = before {
            self.by_time.remove(&(before, owner));
        }
        if let Some(at) = at {
            self.by_time.insert((at, owner));
        }
    }

    /// When the owner's alarm is.
    pub(crate) fn of(&self, owner: Owner) -> Option<Instant> {
        self.by_owner.get(&owner).copied()
    }

    /// The next alarm.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Whose alarm has come, the earliest first.
    pub(crate) fn due(&self, now: Instant) -> Vec<Owner> {
        let due = self.by_time.iter().take_while(|(at, _)| *at <= now);
        due.map(|(_, owner)| *owner).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_alarm_that_is_moved_or_taken_away_leaves_nothing_behind() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let (peer, room) = (Owner::Peer(PeerId(1)), Owner::Room(RoomId(1)));
        let mut alarms = Alarms::default();
        alarms.set(peer, Some(after(20)));
        alarms.set(room, Some(after(10)));
        assert_eq!(alarms.due(after(20)), [room, peer]);
        alarms.set(peer, Some(after(5)));
        assert_eq!(alarms.next(), Some(after(5)));
        assert_eq!(alarms.due(after(9)), [peer]);
        alarms.set(peer, None);
        alarms.set(peer, None);
        assert_eq!(alarms.due(after(99)), [room]);
        alarms.set(room, None);
        assert_eq!(alarms.next(), None);
    }
}
