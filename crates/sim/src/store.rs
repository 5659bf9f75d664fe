//! The durable store: what survives a crash of the server. One transaction is one [`Store::apply`].

use std::collections::BTreeMap;

use hullo_core::Time;
use hullo_core::call::Call;
use hullo_core::hub::{REMEMBERED_MS, Write};
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
    /// Stores a whole batch.
    pub fn apply(&mut self, writes: &[Write]) {
        for write in writes {
            match write {
                Write::Call(call) => {
                    self.calls.insert(call.call_id, (**call).clone());
                }
                Write::End {
                    call,
                    record,
                    messages,
                } => {
                    self.calls.insert(call.call_id, (**call).clone());
                    self.records.insert(call.call_id, (**record).clone());
                    self.messages.extend(messages.iter().cloned());
                }
            }
        }
    }

    /// The calls that are not over.
    pub fn live(&self) -> impl Iterator<Item = &Call> {
        self.calls.values().filter(|call| !call.is_ended())
    }

    /// The calls that a hub is restored with: those that are not over, and those that ended in the last minutes.
    pub fn restorable(&self, now: Time) -> Vec<Call> {
        self.calls
            .values()
            .filter(|call| call.ended_at.is_none_or(|at| now.since(at) < REMEMBERED_MS))
            .cloned()
            .collect()
    }

    /// Whether there is or was such a call.
    pub fn has(&self, call_id: CallId) -> bool {
        self.calls.contains_key(&call_id)
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
