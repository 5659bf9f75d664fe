//! All calls that are known, with their rooms, what is derived from them, and how to take changes back.
//!
//! There is one way to change a call or its room: to put another entry in its place. That keeps every index in line and
//! remembers the entry as it was at the last commit. A rollback puts those back in the same way, so that indexes cannot be
//! forgotten. An index is touched where the entry has changed only.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hullo_protocol::{Accid, CallId};

use super::io::{PeerId, REMEMBERED_MS, REPEATED_MS};
use super::news::News;
use super::room::Room;
use crate::Time;
use crate::call::Call;

/// A call, the media connections of its devices, and what is still to be told of it. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) call: Arc<Call>,
    pub(super) room: Arc<Room>,
    pub(super) news: News,
}

/// Entries as they were at the last commit; `None` for those that were not there.
pub(super) type Undo = BTreeMap<CallId, Option<Entry>>;

/// All entries and what is derived from them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Calls {
    grace_ms: u64,
    /// How much memory the calls that are over may take.
    remembered_bytes: usize,
    entries: BTreeMap<CallId, Entry>,
    /// Invariant: each alias of each entry.
    aliases: BTreeMap<CallId, CallId>,
    /// Invariant: the calls that are not over, by each account that is in them or may still answer.
    by_account: BTreeMap<Accid, BTreeSet<CallId>>,
    /// Invariant: the calls that are not over, by the group they have.
    by_group: BTreeMap<String, BTreeSet<CallId>>,
    /// Invariant: the next deadline of each entry that has one.
    deadlines: BTreeSet<(Time, CallId)>,
    /// Invariant: the calls of which something is to be told, by when.
    untold: BTreeSet<(Time, CallId)>,
    /// Invariant: the calls that are over, by when they ended.
    ended: BTreeSet<(Time, CallId)>,
    /// Invariant: the footprints of the calls that are over, added up.
    ended_bytes: usize,
    /// The entries changed since the last commit as they were then.
    undo: Undo,
}

impl Calls {
    /// No calls. A participant may stay away for `grace_ms`; calls that are over are forgotten when they take more than
    /// `remembered_bytes`.
    pub(super) fn new(grace_ms: u64, remembered_bytes: usize) -> Self {
        Self {
            grace_ms,
            remembered_bytes,
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
        self.entries.get(&call_id).map(|entry| &*entry.call)
    }

    /// The call of exactly this name with all that belongs to it.
    pub(super) fn entry(&self, call_id: CallId) -> Option<&Entry> {
        self.entries.get(&call_id)
    }

    /// The room of the call of exactly this name.
    pub(super) fn room(&self, call_id: CallId) -> Option<&Room> {
        self.entries.get(&call_id).map(|entry| &*entry.room)
    }

    /// Everything, for tests.
    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
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
    pub(super) fn put_call(&mut self, call: impl Into<Arc<Call>>) {
        let call = call.into();
        let (room, news) = match self.entry(call.call_id) {
            Some(known) => (known.room.clone(), known.news.clone()),
            None => (Arc::default(), News::none_since(call.version)),
        };
        self.put(Entry { call, room, news });
    }

    /// Puts an entry in place of the former one of its call.
    pub(super) fn put(&mut self, mut entry: Entry) {
        if entry.call.is_ended() {
            entry.room = Arc::default();
        }
        self.change(entry.call.call_id, Some(entry));
    }

    /// Puts a room in place of its former self.
    pub(super) fn put_room(&mut self, call_id: CallId, room: Room) {
        if let Some(entry) = self.entry(call_id).cloned() {
            let room = Arc::new(room);
            self.change(call_id, Some(Entry { room, ..entry }));
        }
    }

    /// Changes what is to be told of a call.
    pub(super) fn edit_news<R>(
        &mut self,
        call_id: CallId,
        edit: impl FnOnce(&mut News) -> R,
    ) -> Option<R> {
        let entry = self.entries.get_mut(&call_id)?;
        let undo = self.undo.entry(call_id);
        undo.or_insert_with(|| Some(entry.clone()));
        let was = entry.news.due().map(|at| (at, call_id));
        let result = edit(&mut entry.news);
        let is = entry.news.due().map(|at| (at, call_id));
        move_in(&mut self.untold, was, is);
        Some(result)
    }

    /// The calls of which something is to be told by now.
    pub(super) fn untold(&self, now: Time) -> Vec<CallId> {
        self.untold
            .iter()
            .take_while(|(at, _)| *at <= now)
            .map(|(_, call_id)| *call_id)
            .collect()
    }

    /// When something is to be told of a call next.
    pub(super) fn first_news(&self) -> Option<Time> {
        self.untold.first().map(|(at, _)| *at)
    }

    /// When something is to be told of a call next, after `now`.
    pub(super) fn next_news(&self, now: Time) -> Option<Time> {
        let mut later = self.untold.iter().skip_while(|(at, _)| *at <= now);
        later.next().map(|(at, _)| *at)
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

    /// Whether something of this call is due.
    pub(super) fn is_due(&self, call_id: CallId, now: Time) -> bool {
        let deadline = self.find(call_id).and_then(|call| self.deadline(call));
        deadline.is_some_and(|at| at <= now)
    }

    /// Whether a call has been changed since the last commit.
    pub(super) fn is_provisional(&self, call_id: CallId) -> bool {
        self.undo.contains_key(&call_id)
    }

    /// Whether a call has been changed since the last commit that is like this, or was.
    pub(super) fn is_provisional_where(&self, is_so: impl Fn(&Call) -> bool) -> bool {
        let mut changed = self.undo.iter();
        changed.any(|(call_id, then)| {
            let is = self.find(*call_id).is_some_and(&is_so);
            is || then.as_ref().is_some_and(|then| is_so(&then.call))
        })
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

    /// Forgets the oldest of the calls that are over, if they take too much memory. To be called when all is stored, because a
    /// call that is not has a name of which the store knows nothing; those about which a request may come again stay.
    pub(super) fn forget_oldest(&mut self, now: Time) {
        while self.ended_bytes > self.remembered_bytes
            && let Some((ended_at, oldest)) = self.ended.first().copied()
            && ended_at.plus_ms(REPEATED_MS) <= now
        {
            self.replace(oldest, None);
        }
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

    /// Sets aside what a rollback needs, while something else is done and concluded by a commit or a rollback of its own. It
    /// must leave the calls alone that [`Calls::is_provisional`] says.
    pub(super) fn set_undo_aside(&mut self) -> Undo {
        std::mem::take(&mut self.undo)
    }

    /// Goes on with what was set aside.
    pub(super) fn take_undo(&mut self, undo: Undo) {
        debug_assert!(self.undo.is_empty());
        self.undo = undo;
    }

    fn change(&mut self, call_id: CallId, entry: Option<Entry>) {
        let then = self.replace(call_id, entry);
        self.undo.entry(call_id).or_insert(then);
    }

    fn replace(&mut self, call_id: CallId, entry: Option<Entry>) -> Option<Entry> {
        let old = self.entries.remove(&call_id);
        self.index(call_id, old.as_ref(), entry.as_ref());
        if let Some(entry) = entry {
            self.entries.insert(call_id, entry);
        }
        old
    }

    /// Brings the indexes from one state of a call to the next.
    fn index(&mut self, call_id: CallId, old: Option<&Entry>, new: Option<&Entry>) {
        let untold = |entry: Option<&Entry>| Some((entry?.news.due()?, call_id));
        move_in(&mut self.untold, untold(old), untold(new));
        let (old, new) = (old.map(|it| &it.call), new.map(|it| &it.call));
        if old.zip(new).is_some_and(|(old, new)| Arc::ptr_eq(old, new)) {
            return;
        }
        let (old, new) = (old.map(|it| &**it), new.map(|it| &**it));
        self.index_names(call_id, old, new);
        let deadline = |call: Option<&Call>| Some((self.deadline(call?)?, call_id));
        let (was_due, is_due) = (deadline(old), deadline(new));
        move_in(&mut self.deadlines, was_due, is_due);
        let ended = |call: Option<&Call>| Some((call?.ended_at?, call_id));
        move_in(&mut self.ended, ended(old), ended(new));
        let bytes = |call: Option<&Call>| {
            call.filter(|call| call.is_ended())
                .map_or(0, Call::footprint)
        };
        self.ended_bytes = self.ended_bytes + bytes(new) - bytes(old);
    }

    fn index_names(&mut self, call_id: CallId, old: Option<&Call>, new: Option<&Call>) {
        let aliases = |call: Option<&Call>| call.map_or(Vec::new(), |call| call.aliases.clone());
        let (was, is) = (aliases(old), aliases(new));
        if was != is {
            for alias in was {
                self.aliases.remove(&alias);
            }
            self.aliases
                .extend(is.into_iter().map(|alias| (alias, call_id)));
        }
        let places = |call: Option<&Call>| call.map_or(0, |call| call.participants.len());
        for index in 0..places(old).max(places(new)) {
            let (was, is) = (concerned(old, index), concerned(new, index));
            if was != is {
                move_among(&mut self.by_account, call_id, was, is);
            }
        }
        let group = |call: Option<&Call>| call.and_then(running_group).map(str::to_owned);
        let (was, is) = (group(old), group(new));
        if was != is {
            move_among(&mut self.by_group, call_id, was.as_ref(), is.as_ref());
        }
    }

    fn deadline(&self, call: &Call) -> Option<Time> {
        match call.ended_at {
            Some(at) => Some(at.plus_ms(REMEMBERED_MS)),
            None => call.next_due(self.grace_ms).map(|(at, _)| at),
        }
    }
}

/// Moves what an ordered index has of a call.
fn move_in(
    index: &mut BTreeSet<(Time, CallId)>,
    old: Option<(Time, CallId)>,
    new: Option<(Time, CallId)>,
) {
    if old == new {
        return;
    }
    if let Some(old) = old {
        index.remove(&old);
    }
    index.extend(new);
}

/// Moves a call from one name of an index to another.
fn move_among<K: Ord + Clone>(
    index: &mut BTreeMap<K, BTreeSet<CallId>>,
    call_id: CallId,
    old: Option<&K>,
    new: Option<&K>,
) {
    if let Some(old) = old
        && let Some(calls) = index.get_mut(old)
    {
        calls.remove(&call_id);
        if calls.is_empty() {
            index.remove(old);
        }
    }
    if let Some(new) = new {
        index.entry(new.clone()).or_default().insert(call_id);
    }
}

/// The account of the participant at this place, if it is in the call or may still answer it. A place is always the same
/// account's.
fn concerned(call: Option<&Call>, index: usize) -> Option<&Accid> {
    let own = call?.participants.get(index)?;
    (!own.state.is_over()).then_some(&own.accid)
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
