//! The threads that read, each with a connection of its own: no reader waits for a writer, and the other way round.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::queue::{Queue, Taken};

pub(super) type Read = Box<dyn FnOnce(&Connection) + Send>;
pub(super) type Reads = Queue<Read>;

/// How long a thread waits before it looks again; only closing needs it less often than never.
const LOOK_EVERY: Duration = Duration::from_secs(3600);

/// Works until the queue is closed and empty.
pub(super) fn run(connection: &Connection, reads: &Arc<Reads>) {
    loop {
        match reads.take(1, 1, Instant::now() + LOOK_EVERY) {
            Taken::Jobs(taken) => {
                for read in taken {
                    // Whoever asked learns that nothing came of it; the next one is not concerned.
                    if catch_unwind(AssertUnwindSafe(|| read(connection))).is_err() {
                        tracing::error!("a read of the storage has panicked");
                    }
                }
            }
            Taken::Nothing => {}
            Taken::Closed => return,
        }
    }
}
