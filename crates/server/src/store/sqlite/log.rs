//! The write-ahead log is brought back into the database by a thread of its own, so that no call waits for thousands of pages to
//! be written and synced. The writer only does what has come meanwhile: after that the log begins again at its start.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

/// The log is written back when it has so many pages (8 MiB).
const PAGES: usize = 4000;
/// When the thread has not kept up, the writer does it all, and whoever writes waits.
const PAGES_MAX: usize = 32 * PAGES;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Resting,
    /// The thread is to write back, or does.
    Wanted,
    /// It has; what came since is left.
    Nearly,
    Closed,
}

/// What the writer and the thread share.
#[derive(Debug)]
pub(super) struct Log {
    state: Mutex<State>,
    changed: Condvar,
    /// Its length in pages, as of the last transaction.
    pages: AtomicUsize,
    /// From how many pages on it is to be written back.
    due: AtomicUsize,
}

impl Log {
    /// The log of this connection, which alone writes.
    pub(super) fn of(connection: &mut Connection) -> Result<Arc<Self>, rusqlite::Error> {
        let log = Arc::new(Self {
            state: Mutex::new(State::Resting),
            changed: Condvar::new(),
            pages: AtomicUsize::new(0),
            due: AtomicUsize::new(PAGES),
        });
        let own = log.clone();
        // It takes the place of SQLite's own, which writes back within a commit.
        connection.wal_hook(Some(move |_: &mut _, pages| {
            let pages = usize::try_from(pages).unwrap_or_default();
            own.pages.store(pages, Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(log)
    }

    /// The thread: works until the log is closed.
    pub(super) fn run(&self, connection: &Connection) {
        loop {
            let mut state = self.state();
            while matches!(*state, State::Resting | State::Nearly) {
                let waited = self.changed.wait(state);
                state = waited.unwrap_or_else(PoisonError::into_inner);
            }
            if *state == State::Closed {
                return;
            }
            drop(state);
            write_back(connection);
            let mut state = self.state();
            if *state == State::Wanted {
                *state = State::Nearly;
            }
        }
    }

    /// What the writer does between two transactions.
    pub(super) fn look_after(&self, connection: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        let mut state = self.state();
        match *state {
            State::Resting if pages >= self.due.load(Ordering::Relaxed) => {
                *state = State::Wanted;
                self.changed.notify_all();
            }
            State::Nearly => {
                *state = State::Resting;
                drop(state);
                write_back(connection);
                // Where somebody still reads what is behind, it grows on for a while.
                self.due.store(pages + PAGES, Ordering::Relaxed);
            }
            State::Resting if pages < PAGES => self.due.store(PAGES, Ordering::Relaxed),
            State::Wanted if pages >= PAGES_MAX => {
                drop(state);
                write_back(connection);
            }
            State::Resting | State::Wanted | State::Closed => {}
        }
    }

    /// Ends the thread.
    pub(super) fn close(&self) {
        *self.state() = State::Closed;
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As far as nobody reads it or writes behind it.
fn write_back(connection: &Connection) {
    if let Err(error) = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)") {
        // Whoever stores meets a broken disk as well; a later attempt does it all.
        tracing::warn!(%error, "the write-ahead log was not written back");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::file::{Open, open, open_reading};

    #[test]
    fn log_begins_again_while_writing_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let mut connection = open(&file, Open::Alone, None).unwrap();
        let log = Log::of(&mut connection).unwrap();
        let reading = open_reading(&file).unwrap();
        let own = log.clone();
        let thread = std::thread::spawn(move || own.run(&reading));
        let mut grown = 0;
        // It ends, because the log begins again when the thread has kept up.
        while grown < PAGES || log.pages.load(Ordering::Relaxed) > PAGES / 2 {
            let sql = "REPLACE INTO heartbeat VALUES (1, 1, zeroblob(100000))";
            connection.execute(sql, ()).unwrap();
            grown = grown.max(log.pages.load(Ordering::Relaxed));
            log.look_after(&connection);
        }
        log.close();
        thread.join().unwrap();
        assert!(grown < PAGES_MAX, "{grown}");
    }
}
