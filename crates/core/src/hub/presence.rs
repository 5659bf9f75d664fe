//! Who is shown as online, and when those who follow that are told.
//!
//! A page that is reloaded is gone for a moment: an account whose last session goes is shown as online for a while longer.
//! Changes are told by ticks, each session that follows some of those who changed by one event; so nobody's coming and going
//! costs more than a frame a second for each who follows it, however often it comes and goes.

use std::collections::{BTreeMap, BTreeSet};

use hullo_protocol::{Accid, Event, Presence};

use super::{Hub, Output, SessionId};
use crate::Time;

/// An account whose last session has gone is shown as online for so long.
const LINGER_MS: u64 = 3_000;
/// Changes are told together, this often at most.
const TICK_MS: u64 = 1_000;

/// What is known of presence beside who has a session. Facts, like the sessions: they outlive a rollback.
#[derive(Debug, Default)]
pub(super) struct PresenceNews {
    /// The accounts that have no session and are shown as online, until when.
    lingering: BTreeMap<Accid, Time>,
    /// Invariant: the same, by time.
    by_time: BTreeSet<(Time, Accid)>,
    /// Those that have changed since they were told of.
    changed: BTreeSet<Accid>,
    published_at: Option<Time>,
}

impl PresenceNews {
    /// An account that had no session has one.
    fn come(&mut self, accid: &Accid) {
        match self.lingering.remove(accid) {
            Some(until) => {
                self.by_time.remove(&(until, accid.clone()));
            }
            None => {
                self.changed.insert(accid.clone());
            }
        }
    }

    /// An account has no session any more.
    fn go(&mut self, accid: &Accid, now: Time) {
        let until = now.plus_ms(LINGER_MS);
        self.lingering.insert(accid.clone(), until);
        self.by_time.insert((until, accid.clone()));
    }

    /// Those who have been away for long enough are not shown any more.
    pub(super) fn expire(&mut self, now: Time) {
        while let Some((until, accid)) = self.by_time.first().cloned()
            && until <= now
        {
            self.by_time.pop_first();
            self.lingering.remove(&accid);
            self.changed.insert(accid);
        }
    }

    /// When something happens next, after `now`.
    pub(super) fn next(&self, now: Time) -> Option<Time> {
        let gone = self.by_time.first().map(|(until, _)| *until);
        let told = self.tick().filter(|tick| *tick > now);
        gone.into_iter().chain(told).min()
    }

    /// When what has changed is to be told.
    pub(super) fn tick(&self) -> Option<Time> {
        let tick = self.published_at.map_or(Time(0), |at| at.plus_ms(TICK_MS));
        (!self.changed.is_empty()).then_some(tick)
    }
}

impl Hub {
    /// Whether an account is shown as online.
    pub(super) fn is_shown_online(&self, accid: &Accid) -> bool {
        self.sessions.is_online(accid) || self.presence.lingering.contains_key(accid)
    }

    /// An account that had no session has one.
    pub(super) fn presence_began(&mut self, accid: &Accid) {
        if self.sessions.is_watched(accid) {
            self.presence.come(accid);
        }
    }

    /// A session of an account has gone; it may have been the last one.
    pub(super) fn presence_ended(&mut self, accid: &Accid) {
        if self.sessions.is_watched(accid) && !self.is_shown_online(accid) {
            self.presence.go(accid, self.now);
        }
    }

    /// Tells of those who came and went, if it is time.
    pub(super) fn publish_presence(&mut self) {
        if self.presence.tick().is_none_or(|tick| tick > self.now) {
            return;
        }
        self.presence.published_at = Some(self.now);
        let changed = std::mem::take(&mut self.presence.changed).into_iter();
        let accounts: Vec<Presence> = changed
            .map(|accid| Presence {
                online: self.is_shown_online(&accid),
                accid,
            })
            .collect();
        let mut followed: BTreeMap<SessionId, Vec<usize>> = BTreeMap::new();
        for (index, one) in accounts.iter().enumerate() {
            for session in self.sessions.watchers_of(&one.accid) {
                followed.entry(session).or_default().push(index);
            }
        }
        // Those who follow the same are told by one event.
        let mut alike: BTreeMap<Vec<usize>, Vec<SessionId>> = BTreeMap::new();
        for (session, indexes) in followed {
            alike.entry(indexes).or_default().push(session);
        }
        for (indexes, sessions) in alike {
            let accounts = indexes.iter().map(|index| accounts[*index].clone());
            let accounts = accounts.collect();
            let event = Event::PresenceChanged { accounts };
            self.emit_irrevocable(Output::Notify { sessions, event });
        }
    }
}
