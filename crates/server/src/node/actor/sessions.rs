//! Who is signed in at an actor, and how to reach them.

use std::collections::{BTreeMap, BTreeSet};

use hullo_core::hub::SessionId;
use hullo_protocol::Accid;
use prometheus_client::metrics::gauge::Gauge;

use crate::node::session_queue::{Outgoing, SessionHandle};

pub(super) struct ConnectedSession {
    pub(super) handle: SessionHandle,
    pub(super) accid: Accid,
    /// The account's token generation when its token was checked.
    pub(super) generation: u64,
}

/// The sessions of an app. They are counted as long as they are here.
pub(super) struct Sessions {
    all: BTreeMap<SessionId, ConnectedSession>,
    by_account: BTreeMap<Accid, BTreeSet<SessionId>>,
    count: Gauge,
}

impl Sessions {
    /// Nobody; `count` is of all apps.
    pub(super) fn new(count: Gauge) -> Self {
        Self {
            all: BTreeMap::new(),
            by_account: BTreeMap::new(),
            count,
        }
    }

    pub(super) fn add(&mut self, id: SessionId, session: ConnectedSession) {
        let own = self.by_account.entry(session.accid.clone()).or_default();
        own.insert(id);
        if self.all.insert(id, session).is_none() {
            self.count.inc();
        }
    }

    pub(super) fn remove(&mut self, id: SessionId) {
        let Some(gone) = self.all.remove(&id) else {
            return;
        };
        self.count.dec();
        if let Some(own) = self.by_account.get_mut(&gone.accid) {
            own.remove(&id);
            if own.is_empty() {
                self.by_account.remove(&gone.accid);
            }
        }
    }

    pub(super) fn find(&self, id: SessionId) -> Option<&ConnectedSession> {
        self.all.get(&id)
    }

    fn of_account(&self, accid: &Accid) -> impl Iterator<Item = &ConnectedSession> {
        let own = self.by_account.get(accid).into_iter().flatten();
        own.filter_map(|id| self.all.get(id))
    }

    /// Whether an account is here, and only with tokens of this generation or later ones.
    pub(super) fn are_newer(&self, accid: &Accid, generation: u64) -> bool {
        let is_here = self.by_account.contains_key(accid);
        let mut own = self.of_account(accid);
        is_here && own.all(|session| session.generation >= generation)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &ConnectedSession> {
        self.all.values()
    }

    /// To nobody, if the session is not there any more.
    pub(super) fn send(&self, to: SessionId, outgoing: Outgoing) {
        if let Some(to) = self.find(to) {
            to.handle.send(outgoing);
        }
    }
}

impl Drop for Sessions {
    fn drop(&mut self) {
        let left = i64::try_from(self.all.len()).unwrap_or(i64::MAX);
        self.count.dec_by(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(accid: &Accid) -> ConnectedSession {
        ConnectedSession {
            handle: SessionHandle::new().0,
            accid: accid.clone(),
            generation: 0,
        }
    }

    #[test]
    fn sessions_are_found_by_their_account_and_counted_while_they_are_there() {
        let count = Gauge::default();
        let mut sessions = Sessions::new(count.clone());
        let [alice, bob] = ["alice", "bob"].map(|name| Accid::parse(name).unwrap());
        sessions.add(SessionId(1), session(&alice));
        sessions.add(SessionId(2), session(&alice));
        sessions.add(SessionId(3), session(&bob));
        sessions.remove(SessionId(1));
        sessions.remove(SessionId(1));
        assert_eq!(sessions.of_account(&alice).count(), 1);
        sessions.remove(SessionId(2));
        assert_eq!(sessions.of_account(&alice).count(), 0);
        assert_eq!(sessions.by_account.len(), 1);
        assert_eq!(count.get(), 1);
        drop(sessions);
        assert_eq!(count.get(), 0);
    }
}
