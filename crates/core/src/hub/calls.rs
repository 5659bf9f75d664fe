//! All calls that are known, with their rooms, what is derived from them, and how to take changes back.
//!
//! There is one way to change an entry: to put another in its place. That keeps every index in line and remembers the
//! entry as it was at the last commit. A rollback puts those back in the same way, so that indexes cannot be forgotten.

use std::collections::{BTreeMap, BTreeSet};

use hullo_protocol::{Accid, CallId};

use super::io::{PeerId, REMEMBERED_MS};
use super::room::Room;
use crate::Time;
use crate::call::Call;

/// How many ended calls are remembered.
const ENDED_CALLS_MAX: usize = 1_000;

/// A call and the media connections of its devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) call: Call,
    pub(super) room: Room,
}

/// All entries and what is derived from them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Calls {
    grace_ms: u64,
    entries: BTreeMap<CallId, Entry>,
    /// Invariant: each alias of each entry.
    aliases: BTreeMap<CallId, CallId>,
    /// Invariant: the calls that are not over, by each account that is in them or may still answer.
    by_account: BTreeMap<Accid, BTreeSet<CallId>>,
    /// Invariant: the calls that are not over, by the group they have.
    by_group: BTreeMap<String, BTreeSet<CallId>>,
    /// Invariant: the next deadline of each entry that has one.
    deadlines: BTreeSet<(Time, CallId)>,
    /// Invariant: the calls that are over, by when they ended.
    ended: BTreeSet<(Time, CallId)>,
    /// The entries changed since the last commit as they were then; `None` for those that were not there.
    undo: BTreeMap<CallId, Option<Entry>>,
}

impl Calls {
    /// No calls. A participant may stay away for `grace_ms`.
    pub(super) fn new(grace_ms: u64) -> Self {
        Self {
            grace_ms,
            ..Self::default()
        }
    }

    /// The call of this name or alias.
    pub(super) fn resolve(&self, call_id: CallId) -> Option<&Call> {
        let call_id = self.aliases.get(&call_id).copied().unwrap_or(call_id);
        self.find(call_id)
    }

    /// The call of exactly this name.
    pub(super) fn find(&self, call_id: CallId) -> Option<&Call> {
        self.entries.get(&call_id).map(|entry| &entry.call)
    }

    /// The room of the call of exactly this name.
    pub(super) fn room(&self, call_id: CallId) -> Option<&Room> {
        self.entries.get(&call_id).map(|entry| &entry.room)
    }

    /// Everything, for tests.
    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = (CallId, (&Call, &Room))> {
        let entries = self.entries.iter();
        entries.map(|(call_id, entry)| (*call_id, (&entry.call, &entry.room)))
    }

    /// The calls that are not over and in which this account is or which it may still answer.
    pub(super) fn of_account(&self, accid: &Accid) -> impl Iterator<Item = &Call> {
        let calls = self.by_account.get(accid).into_iter().flatten();
        calls.filter_map(|call_id| self.find(*call_id))
    }

    /// The calls of a group that are not over.
    pub(super) fn of_group(&self, group_id: &str) -> impl Iterator<Item = &Call> {
        let calls = self.by_group.get(group_id).into_iter().flatten();
        calls.filter_map(|call_id| self.find(*call_id))
    }

    /// Whether this is a peer of the call, or was at the last commit.
    pub(super) fn has_peer(&self, call_id: CallId, peer: PeerId) -> bool {
        let then = self.undo.get(&call_id).and_then(Option::as_ref);
        let now = self.entries.get(&call_id);
        now.into_iter()
            .chain(then)
            .any(|entry| entry.room.peers.contains_key(&peer))
    }

    /// Puts a call in place of its former self. One that has ended has no room any more.
    pub(super) fn put_call(&mut self, call: Call) {
        let room = match self.room(call.call_id) {
            Some(room) if !call.is_ended() => room.clone(),
            _ => Room::default(),
        };
        self.change(call.call_id, Some(Entry { call, room }));
        if self.ended.len() > ENDED_CALLS_MAX
            && let Some((_, oldest)) = self.ended.first().copied()
        {
            self.forget(oldest);
        }
    }

    /// Puts a room in place of its former self.
    pub(super) fn put_room(&mut self, call_id: CallId, room: Room) {
        if let Some(call) = self.find(call_id).cloned() {
            self.change(call_id, Some(Entry { call, room }));
        }
    }

    pub(super) fn forget(&mut self, call_id: CallId) {
        self.change(call_id, None);
    }

    /// The calls that have something due, the most overdue first.
    pub(super) fn due(&self, now: Time) -> Vec<CallId> {
        self.deadlines
            .iter()
            .take_while(|(at, _)| *at <= now)
            .map(|(_, call_id)| *call_id)
            .collect()
    }

    /// Whether the call has been over for long enough.
    pub(super) fn is_forgettable(&self, call_id: CallId, now: Time) -> bool {
        self.find(call_id)
            .and_then(|call| call.ended_at)
            .is_some_and(|at| at.plus_ms(REMEMBERED_MS) <= now)
    }

    /// When the next thing is due.
    pub(super) fn next_deadline(&self) -> Option<Time> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Keeps all changes; returns the peers that are gone by them.
    pub(super) fn commit(&mut self) -> Vec<PeerId> {
        let undo = std::mem::take(&mut self.undo);
        undo.into_iter()
            .flat_map(|(call_id, then)| missing(then.as_ref(), self.entries.get(&call_id)))
            .collect()
    }

    /// Takes all changes back; returns the calls concerned that are not gone by it, and the peers that are.
    pub(super) fn rollback(&mut self) -> (Vec<CallId>, Vec<PeerId>) {
        let undo = std::mem::take(&mut self.undo);
        let mut touched = Vec::new();
        let mut peers = Vec::new();
        for (call_id, then) in undo {
            peers.extend(missing(self.entries.get(&call_id), then.as_ref()));
            touched.extend(then.is_some().then_some(call_id));
            self.replace(call_id, then);
        }
        (touched, peers)
    }

    fn change(&mut self, call_id: CallId, entry: Option<Entry>) {
        let then = self.replace(call_id, entry);
        self.undo.entry(call_id).or_insert(then);
    }

    fn replace(&mut self, call_id: CallId, entry: Option<Entry>) -> Option<Entry> {
        let old = self.entries.remove(&call_id);
        if let Some(old) = &old {
            self.unindex(&old.call);
        }
        if let Some(entry) = entry {
            self.index(&entry.call);
            self.entries.insert(call_id, entry);
        }
        old
    }

    fn index(&mut self, call: &Call) {
        let call_id = call.call_id;
        for alias in &call.aliases {
            self.aliases.insert(*alias, call_id);
        }
        for accid in concerned(call) {
            self.by_account
                .entry(accid.clone())
                .or_default()
                .insert(call_id);
        }
        if let Some(group_id) = running_group(call) {
            self.by_group
                .entry(group_id.to_owned())
                .or_default()
                .insert(call_id);
        }
        if let Some(at) = self.deadline(call) {
            self.deadlines.insert((at, call_id));
        }
        if let Some(at) = call.ended_at {
            self.ended.insert((at, call_id));
        }
    }

    fn unindex(&mut self, call: &Call) {
        let call_id = call.call_id;
        for alias in &call.aliases {
            self.aliases.remove(alias);
        }
        for accid in concerned(call) {
            if let Some(calls) = self.by_account.get_mut(accid) {
                calls.remove(&call_id);
                if calls.is_empty() {
                    self.by_account.remove(accid);
                }
            }
        }
        if let Some(group_id) = running_group(call)
            && let Some(calls) = self.by_group.get_mut(group_id)
        {
            calls.remove(&call_id);
            if calls.is_empty() {
                self.by_group.remove(group_id);
            }
        }
        if let Some(at) = self.deadline(call) {
            self.deadlines.remove(&(at, call_id));
        }
        if let Some(at) = call.ended_at {
            self.ended.remove(&(at, call_id));
        }
    }

    fn deadline(&self, call: &Call) -> Option<Time> {
        match call.ended_at {
            Some(at) => Some(at.plus_ms(REMEMBERED_MS)),
            None => call.next_due(self.grace_ms).map(|(at, _)| at),
        }
    }
}

/// The accounts that are in the call or may still answer it.
fn concerned(call: &Call) -> impl Iterator<Item = &Accid> {
    call.participants
        .iter()
        .filter(|p| !p.state.is_over())
        .map(|p| &p.accid)
}

/// The group of a call that is not over.
fn running_group(call: &Call) -> Option<&str> {
    let terms = call.group.as_ref().filter(|_| !call.is_ended())?;
    terms.group_id.as_deref()
}

/// The peers of `one` that `other` does not have.
fn missing(one: Option<&Entry>, other: Option<&Entry>) -> Vec<PeerId> {
    one.into_iter()
        .flat_map(|entry| entry.room.peers.keys())
        .filter(|peer| !other.is_some_and(|other| other.room.peers.contains_key(peer)))
        .copied()
        .collect()
}
