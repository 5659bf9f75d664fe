//! A batch: what the hub wants stored and sent, and who has to be answered if it cannot be stored.

use hullo_core::hub::{Output, SessionId, Write};

use super::fact::Fact;

#[derive(Default)]
pub(super) struct Batch {
    /// To be stored in one transaction.
    pub(super) writes: Vec<Write>,
    /// To be carried out afterwards, in order.
    pub(super) effects: Vec<Output>,
    pub(super) pending_replies: Vec<PendingReply>,
    /// They stay true when the batch cannot be stored, and have to be handled again.
    pub(super) facts: Vec<Fact>,
    /// The app's policies are read once for all logins of a batch.
    pub(super) policies_read: bool,
}

/// A request that waits for an answer.
pub(super) struct PendingReply {
    pub(super) session: SessionId,
    pub(super) re: u64,
    /// A session whose login gets no welcome has to end.
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
