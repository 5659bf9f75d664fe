//! The batch that is being stored. The actor goes on meanwhile with what needs no store.

use std::sync::Arc;
use std::time::Instant;

use hullo_core::Time;
use hullo_core::hub::Write;
use hullo_protocol::MessageId;

use super::{Actor, BATCH};
use crate::metrics::snake_case;
use crate::store::{CommitError, CommitFuture};

pub(super) struct Storing {
    commit: CommitFuture,
    writes: Arc<[Write]>,
    began: Instant,
    /// When its inputs were handled.
    now: Time,
}

/// What has become of the batch; never, while none is being stored.
pub(super) async fn stored(storing: &mut Option<Storing>) -> Result<(), CommitError> {
    match storing {
        Some(storing) => (&mut storing.commit).await,
        None => std::future::pending().await,
    }
}

impl Actor {
    /// Does what needs no store, then handles batches until one has to be stored or nothing waits.
    pub(super) fn handle(&mut self) {
        let now = self.shared.clock.now();
        for output in self.runner.handle_beside(now, &mut |_| {}) {
            self.carry_out(output);
        }
        for unanswered in self.runner.refuse_surplus(self.shared.requests_waiting) {
            self.shared.metrics.count_limit("requests_waiting");
            self.refuse(&unanswered);
        }
        while self.storing.is_none() {
            let waiting = self.runner.waiting() + self.runner.waiting_facts();
            let Some(writes) = self.runner.begin(BATCH, now, &mut |_| {}) else {
                break;
            };
            let left = self.runner.waiting() + self.runner.waiting_facts();
            let metrics = &self.shared.metrics;
            metrics.actors.count_batch(waiting - left);
            self.store(writes, now);
        }
        self.status.follow(
            self.runner.waiting(),
            self.runner.waiting_facts(),
            self.runner.waiting_since(),
        );
    }

    fn store(&mut self, writes: Vec<Write>, now: Time) {
        if writes.is_empty() {
            return self.carry_out_batch();
        }
        let writes: Arc<[Write]> = writes.into();
        let commit = self.shared.store.commit(&self.app.key, writes.clone());
        self.storing = Some(Storing {
            commit,
            writes,
            began: Instant::now(),
            now,
        });
    }

    /// The batch is stored, or it is not.
    pub(super) fn conclude(&mut self, stored: Result<(), CommitError>) {
        let Some(storing) = self.storing.take() else {
            return;
        };
        let failed = matches!(&stored, Err(error) if !matches!(error, CommitError::Taken(_)));
        let took = storing.began.elapsed();
        self.shared.metrics.count_commit(took, !failed);
        match stored {
            Ok(()) => {
                self.log_and_count(&storing.writes);
                self.carry_out_batch();
            }
            Err(CommitError::Taken(ids)) => {
                tracing::info!(app = %self.app.key, ?ids, "calls that are over were dialled again");
                let writes = self.runner.taken(&ids, storing.now, &mut |_| {});
                self.store(writes, storing.now);
            }
            Err(error) => {
                tracing::error!(app = %self.app.key, %error, "a batch could not be stored");
                for unanswered in self.runner.failed() {
                    self.refuse(&unanswered);
                }
            }
        }
    }

    fn carry_out_batch(&mut self) {
        for output in self.runner.committed() {
            self.carry_out(output);
        }
    }

    fn log_and_count(&mut self, writes: &[Write]) {
        self.shared.metrics.calls.count(&self.app.key, writes);
        self.shared.budgets.store(&self.app.key, writes);
        for write in writes {
            match write {
                Write::Call(call) => {
                    tracing::debug!(app = %self.app.key, call_id = %call.call_id, version = call.version, state = ?call.state, "call stored");
                }
                Write::End {
                    record, messages, ..
                } => {
                    let reason = snake_case(&record.reason);
                    let status = snake_case(&record.status);
                    tracing::info!(app = %self.app.key, call_id = %record.call_id, reason, status, "call ended");
                    for message in messages {
                        self.next_message = self.next_message.max(MessageId(message.id.0 + 1));
                    }
                }
            }
        }
    }
}
