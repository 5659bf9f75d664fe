//! The durable store: what survives a crash of the server. One transaction is one [`Store::apply`].

use std::collections::BTreeMap;

use hullo_core::Time;
use hullo_core::call::Call;
use hullo_core::hub::{Write, restorable};
use hullo_protocol::{Accid, CallId, CallRecord, Message, MessageId};

/// Most messages in a snapshot; the real server's page is longer.
const PAGE: usize = 20;

/// Calls, records and messages, as SQLite holds them for the real server.
#[derive(Debug, Default)]
pub struct Store {
    calls: BTreeMap<CallId, Call>,
    records: BTreeMap<CallId, CallRecord>,
    messages: Vec<Message>,
}

impl Store {
    /// Stores a whole batch, or nothing of it: then calls would have these names in it that others have had before.
    pub fn apply(&mut self, writes: &[Write]) -> Result<(), Vec<CallId>> {
        let over = |call_id: &CallId| self.calls.get(call_id).is_some_and(Call::is_ended);
        let calls = || writes.iter().map(Write::call);
        let dialled = calls().filter(|call| call.version == 1);
        let dialled = dialled.map(|call| call.call_id).filter(over);
        let named = calls().flat_map(|call| call.aliases.iter().copied());
        let named = named.filter(|alias| self.calls.contains_key(alias));
        let taken: Vec<CallId> = dialled.chain(named).collect();
        if !taken.is_empty() {
            return Err(taken);
        }
        for write in writes {
            let call = write.call();
            let before = self.calls.insert(call.call_id, call.clone());
            let lived = before.as_ref().map(|before| !before.is_ended());
            assert!(
                lived.unwrap_or(call.version == 1),
                "{} was over, or never began, and is stored",
                call.call_id
            );
            if let Write::End {
                record, messages, ..
            } = write
            {
                self.records.insert(record.call_id, (**record).clone());
                self.messages.extend(messages.iter().cloned());
            }
        }
        Ok(())
    }

    /// The calls that are not over.
    pub fn live(&self) -> impl Iterator<Item = &Call> {
        self.calls.values().filter(|call| !call.is_ended())
    }

    /// The calls that a hub is restored with.
    pub fn restorable(&self, now: Time) -> Vec<Call> {
        self.calls
            .values()
            .filter(|call| restorable(call.ended_at, now))
            .cloned()
            .collect()
    }

    /// The record of a call.
    pub fn record(&self, call_id: CallId) -> Option<&CallRecord> {
        self.records.get(&call_id)
    }

    pub fn records(&self) -> impl Iterator<Item = &CallRecord> {
        self.records.values()
    }

    /// One more than the greatest message id.
    pub fn next_message(&self) -> MessageId {
        let greatest = self.messages.iter().map(|message| message.id.0).max();
        MessageId(greatest.unwrap_or(0) + 1)
    }

    /// Messages from or to `accid` after `cursor`, oldest first: the newest page of them, and whether there are more.
    pub fn messages_since(&self, accid: &Accid, cursor: MessageId) -> (Vec<Message>, bool) {
        let mut page: Vec<Message> = self
            .messages
            .iter()
            .filter(|message| message.id > cursor)
            .filter(|message| message.from == *accid || message.to == *accid)
            .cloned()
            .collect();
        let more = page.len() > PAGE;
        page.drain(..page.len().saturating_sub(PAGE));
        (page, more)
    }

    /// The newest `limit` messages between two accounts.
    pub fn conversation(&self, one: &Accid, other: &Accid, limit: usize) -> (Vec<Message>, bool) {
        let mut page: Vec<Message> = self
            .messages
            .iter()
            .rev()
            .filter(|message| {
                (message.from == *one && message.to == *other)
                    || (message.from == *other && message.to == *one)
            })
            .take(limit + 1)
            .cloned()
            .collect();
        let more = page.len() > limit;
        page.truncate(limit);
        (page, more)
    }
}
