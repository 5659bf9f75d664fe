//! A batch: what the hub wants stored and told, and who is to hear if it cannot be stored.

use hullo_core::hub::{Output, SessionId, Write};

use super::fact::Fact;

/// What came out of some inputs.
#[derive(Default)]
pub(super) struct Batch {
    /// To store, in one transaction.
    pub(super) writes: Vec<Write>,
    /// To carry out afterwards, in order.
    pub(super) effects: Vec<Output>,
    /// Requests that wait for an answer.
    pub(super) pending_replies: Vec<PendingReply>,
    /// What happened in the world; it stays true when it cannot be stored, and has to be handled again.
    pub(super) facts: Vec<Fact>,
    /// Whether the app's policies were read for it.
    pub(super) policies_read: bool,
}

/// A request that waits for an answer.
pub(super) struct PendingReply {
    /// Who asks.
    pub(super) session: SessionId,
    /// The request's id.
    pub(super) re: u64,
    /// Without a welcome the session cannot go on.
    pub(super) login: bool,
}

impl Batch {
    /// Adds what the hub returned for one input.
    pub(super) fn push(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Write(write) => self.writes.push(write),
                other => self.effects.push(other),
            }
        }
    }
}
